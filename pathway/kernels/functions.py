"""The jitted kernels: right-hand side and analytic Jacobian of any network.

All are compiled for one signature, when this module is first imported, and cached on disk; no
model, drug or parameter compiles anything. They stand in one file because numba's cache is keyed
by file: a change in a helper elsewhere would leave stale machine code behind.

Rate of reaction r: ``rate_r * prod(amounts of its reactants) * prod(its factors)``. A factor
reads a pool X, a weighted sum of amounts: X (linear), X^n / (K^n + X^n) (saturating),
K^n / (K^n + X^n) (inhibiting). Below zero, where only rounding and trial steps of an integrator
lead, Hill factors continue as their tangent for n = 1 and are flat otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit, types

from pathway.kernels.arguments import (
    CHAIN_POOL,
    CHAIN_POSITION,
    CHAIN_START,
    DIRECT_NET,
    DIRECT_POSITION,
    DIRECT_START,
    FACTOR_KIND,
    FACTOR_POOL,
    FLOW_NET,
    FLOW_POSITION,
    FLOW_START,
    INDICES,
    INDPTR,
    LAW_FACTOR,
    LAW_START,
    POOL_AMOUNT,
    POOL_START,
    REACTANT,
    REACTANT_START,
    ROW_NET,
    ROW_REACTION,
    ROW_START,
    SCALED,
    SCALED_POSITION,
    SCALED_START,
    Arguments,
)

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    Vector: TypeAlias = NDArray[np.float64]
    Mask: TypeAlias = NDArray[np.bool_]
    Tables: TypeAlias = NDArray[np.uint32]

__all__ = [
    "ARGUMENTS",
    "amounts_and_factors",
    "jacobian_data",
    "jacobian_dense",
    "rates",
    "reachable",
    "rhs",
]

VECTOR = types.Array(types.float64, 1, "C")
STATE = types.Array(types.float64, 1, "A", readonly=True)
"""Any one-dimensional array of doubles: scipy also passes columns of a matrix."""
INDEX = types.Array(types.uint32, 1, "C")
FORTRAN = types.Array(types.float64, 2, "F")
ARGUMENTS = types.NamedTuple((INDEX, VECTOR, VECTOR, VECTOR), Arguments)  # type: ignore[no-untyped-call]
"""The numba type of ``p``, for signatures of functions that call these."""

MASK = types.Array(types.boolean, 1, "C")
TWO_MASKS = types.UniTuple(MASK, 2)  # type: ignore[no-untyped-call]
THREE_NUMBERS = types.UniTuple(types.float64, 3)  # type: ignore[no-untyped-call]
THREE_VECTORS = types.UniTuple(VECTOR, 3)  # type: ignore[no-untyped-call]

LINEAR, SATURATING = np.uint32(0), np.uint32(1)


@njit(inline="always")
def _section(tables: Tables, number: int) -> Tables:
    return tables[tables[2 * number] : tables[2 * number + 1]]


@njit(inline="always")
def _float_section(tables: Tables, values: Vector, number: int) -> Vector:
    return values[tables[2 * number] : tables[2 * number + 1]]


@njit(THREE_NUMBERS(types.float64, types.float64, types.float64), cache=True, error_model="numpy")
def _hill(x: float, half: float, n: float) -> tuple[float, float, float]:
    """Return X^n / (K^n + X^n), its complement (computed without cancellation) and its slope."""
    scaled = x / half
    if n == 1.0:
        if scaled >= 0.0:
            free = 1.0 / (1.0 + scaled)
            return scaled * free, free, free * free / half
        return scaled, 1.0 - scaled, 1.0 / half
    if scaled > 0.0:
        power = scaled**n
        if power > 1e150:
            return 1.0, 1.0 / power, n / (power * x)
        free = 1.0 / (1.0 + power)
        occupied = power * free
        return occupied, free, n * occupied * free / x
    return 0.0 * scaled, 1.0, 0.0


@njit(THREE_VECTORS(STATE, ARGUMENTS), cache=True)
def amounts_and_factors(y: Vector, p: Arguments) -> tuple[Vector, Vector, Vector]:
    """Return amounts (dynamic, then inputs), every factor's value, and its slope in its pool."""
    pool_start = _section(p.tables, POOL_START)
    pool_amount = _section(p.tables, POOL_AMOUNT)
    kind = _section(p.tables, FACTOR_KIND)
    factor_pool = _section(p.tables, FACTOR_POOL)
    weight = p.constants[_section(p.tables, LAW_START).size - 1 :]
    half = weight[pool_amount.size :]
    hill = half[kind.size :]

    amount = np.empty(y.size + p.inputs.size)
    amount[: y.size] = y
    amount[y.size :] = p.inputs
    pool = np.empty(pool_start.size - 1)
    for i in range(pool.size):
        total = 0.0
        for k in range(pool_start[i], pool_start[i + 1]):
            total += weight[k] * amount[pool_amount[k]]
        pool[i] = total

    value = np.empty(kind.size)
    slope = np.empty(kind.size)
    for j in range(kind.size):
        x = pool[factor_pool[j]]
        if kind[j] == LINEAR:
            value[j] = x
            slope[j] = 1.0
            continue
        occupied, free, steep = _hill(x, half[j], hill[j])
        if kind[j] == SATURATING:
            value[j] = occupied
            slope[j] = steep
        else:
            value[j] = free
            slope[j] = -steep
    return amount, value, slope


@njit(VECTOR(types.float64, STATE, ARGUMENTS), cache=True)
def rates(t: float, y: Vector, p: Arguments) -> Vector:  # noqa: ARG001
    """Return the rate of every reaction, nM/min (or 1/min), shape (reactions,)."""
    amount, value, _ = amounts_and_factors(y, p)
    reactant_start = _section(p.tables, REACTANT_START)
    reactant = _section(p.tables, REACTANT)
    law_start = _section(p.tables, LAW_START)
    law_factor = _section(p.tables, LAW_FACTOR)
    rate = np.empty(law_start.size - 1)
    for r in range(rate.size):
        product = p.constants[r]
        for k in range(reactant_start[r], reactant_start[r + 1]):
            product *= amount[reactant[k]]
        for k in range(law_start[r], law_start[r + 1]):
            product *= value[law_factor[k]]
        rate[r] = product
    return rate


@njit(VECTOR(types.float64, STATE, ARGUMENTS), cache=True)
def rhs(t: float, y: Vector, p: Arguments) -> Vector:
    """Return dy/dt.

    Parameters
    ----------
    t : float
        Time, min; no rate depends on it.
    y : ndarray, shape (species,)
        Dynamic amounts, nM or 1.
    p : Arguments

    Returns
    -------
    ndarray, shape (species,)
        nM/min or 1/min.
    """
    rate = rates(t, y, p)
    row_start = _section(p.tables, ROW_START)
    row_reaction = _section(p.tables, ROW_REACTION)
    net = _float_section(p.tables, p.stoichiometry, ROW_NET)
    change = np.empty(y.size)
    for i in range(y.size):
        total = 0.0
        for k in range(row_start[i], row_start[i + 1]):
            total += net[k] * rate[row_reaction[k]]
        change[i] = total
    scaled = _section(p.tables, SCALED)
    scale = p.constants[p.constants.size - scaled.size :]
    for s in range(scaled.size):
        change[scaled[s]] *= scale[s]
    return change


@njit(types.void(VECTOR, VECTOR, ARGUMENTS), cache=True)
def _spread(flow: Vector, data: Vector, p: Arguments) -> None:
    """Spread each flow over its pool's terms, then scale the rows of depleting inputs."""
    weight = p.constants[_section(p.tables, LAW_START).size - 1 :]
    pool_start = _section(p.tables, POOL_START)
    chain_pool = _section(p.tables, CHAIN_POOL)
    chain_start = _section(p.tables, CHAIN_START)
    chain_position = _section(p.tables, CHAIN_POSITION)
    for g in range(flow.size):
        first = pool_start[chain_pool[g]]
        begin = chain_start[g]
        for k in range(chain_start[g + 1] - begin):
            data[chain_position[begin + k]] += flow[g] * weight[first + k]
    scaled_start = _section(p.tables, SCALED_START)
    scaled_position = _section(p.tables, SCALED_POSITION)
    scaled = scaled_start.size - 1
    scale = p.constants[p.constants.size - scaled :]
    for s in range(scaled):
        for k in range(scaled_start[s], scaled_start[s + 1]):
            data[scaled_position[k]] *= scale[s]


@njit(VECTOR(types.float64, STATE, ARGUMENTS), cache=True)
def jacobian_data(t: float, y: Vector, p: Arguments) -> Vector:  # noqa: ARG001
    """Return the data of the Jacobian in the fixed CSC pattern, shape (nonzeros,)."""
    amount, value, slope = amounts_and_factors(y, p)
    reactant_start = _section(p.tables, REACTANT_START)
    reactant = _section(p.tables, REACTANT)
    law_start = _section(p.tables, LAW_START)
    law_factor = _section(p.tables, LAW_FACTOR)
    direct_start = _section(p.tables, DIRECT_START)
    direct_position = _section(p.tables, DIRECT_POSITION)
    direct_net = _float_section(p.tables, p.stoichiometry, DIRECT_NET)
    flow_start = _section(p.tables, FLOW_START)
    flow_position = _section(p.tables, FLOW_POSITION)
    flow_net = _float_section(p.tables, p.stoichiometry, FLOW_NET)
    data = np.zeros(_section(p.tables, INDICES).size)
    flow = np.zeros(_section(p.tables, CHAIN_POOL).size)
    for r in range(law_start.size - 1):
        factors = p.constants[r]
        for k in range(law_start[r], law_start[r + 1]):
            factors *= value[law_factor[k]]
        amounts = p.constants[r]
        for k in range(reactant_start[r], reactant_start[r + 1]):
            amounts *= amount[reactant[k]]
            # Products are formed anew without one place: dividing by it would fail at zero.
            slope_here = factors
            for other in range(reactant_start[r], reactant_start[r + 1]):
                if other != k:
                    slope_here *= amount[reactant[other]]
            for e in range(direct_start[k], direct_start[k + 1]):
                data[direct_position[e]] += direct_net[e] * slope_here
        for k in range(law_start[r], law_start[r + 1]):
            slope_here = amounts * slope[law_factor[k]]
            for other in range(law_start[r], law_start[r + 1]):
                if other != k:
                    slope_here *= value[law_factor[other]]
            for e in range(flow_start[k], flow_start[k + 1]):
                flow[flow_position[e]] += flow_net[e] * slope_here
    _spread(flow, data, p)
    return data


@njit(FORTRAN(types.float64, STATE, ARGUMENTS), cache=True)
def jacobian_dense(t: float, y: Vector, p: Arguments) -> Vector:
    """Return the Jacobian as a dense array in column order, shape (species, species)."""
    data = jacobian_data(t, y, p)
    indptr = _section(p.tables, INDPTR)
    indices = _section(p.tables, INDICES)
    columns = np.zeros((y.size, y.size))
    for column in range(y.size):
        for k in range(indptr[column], indptr[column + 1]):
            columns[column, indices[k]] = data[k]
    return columns.T


@njit(MASK(MASK, MASK, ARGUMENTS), cache=True)
def _running(present: Mask, pool_present: Mask, p: Arguments) -> Mask:
    """Return which reactions have a rate constant, all reactants and something in each pool."""
    reactant_start = _section(p.tables, REACTANT_START)
    reactant = _section(p.tables, REACTANT)
    law_start = _section(p.tables, LAW_START)
    law_factor = _section(p.tables, LAW_FACTOR)
    kind = _section(p.tables, FACTOR_KIND)
    factor_pool = _section(p.tables, FACTOR_POOL)
    running = np.empty(law_start.size - 1, dtype=np.bool_)
    for r in range(running.size):
        runs = p.constants[r] > 0.0
        for k in range(reactant_start[r], reactant_start[r + 1]):
            runs = runs and present[reactant[k]]
        for k in range(law_start[r], law_start[r + 1]):
            factor = law_factor[k]
            inhibits = kind[factor] > SATURATING
            runs = runs and (inhibits or pool_present[factor_pool[factor]])
        running[r] = runs
    return running


@njit(TWO_MASKS(STATE, ARGUMENTS), cache=True)
def reachable(y: Vector, p: Arguments) -> tuple[Mask, Mask]:
    """Return which species can ever be there from state ``y``, and which reactions can run.

    What is not reachable stays exactly zero, as everything drug-bound does without the drug.

    Returns
    -------
    species : ndarray of bool, shape (species,)
    reactions : ndarray of bool, shape (reactions,)
    """
    pool_start = _section(p.tables, POOL_START)
    pool_amount = _section(p.tables, POOL_AMOUNT)
    row_start = _section(p.tables, ROW_START)
    row_reaction = _section(p.tables, ROW_REACTION)
    net = _float_section(p.tables, p.stoichiometry, ROW_NET)
    weight = p.constants[_section(p.tables, LAW_START).size - 1 :]
    present = np.empty(y.size + p.inputs.size, dtype=np.bool_)
    for i in range(y.size):
        present[i] = y[i] > 0.0
    for i in range(p.inputs.size):
        present[y.size + i] = p.inputs[i] > 0.0
    pool_present = np.zeros(pool_start.size - 1, dtype=np.bool_)
    running = _running(present, pool_present, p)
    spreads = True
    while spreads:
        spreads = False
        for i in range(pool_present.size):
            for k in range(pool_start[i], pool_start[i + 1]):
                if present[pool_amount[k]] and weight[k] > 0.0:
                    pool_present[i] = True
        running = _running(present, pool_present, p)
        for i in range(y.size):
            if not present[i]:
                for k in range(row_start[i], row_start[i + 1]):
                    if net[k] > 0.0 and running[row_reaction[k]]:
                        present[i] = True
                        spreads = True
    return present[: y.size].copy(), running
