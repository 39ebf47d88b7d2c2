"""How fast parameters change the derivative: d f / d ln p, for all parameters at one state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.kernels.arguments import (
    FACTOR_KIND,
    FACTOR_POOL,
    LAW_FACTOR,
    LAW_START,
    POOL_AMOUNT,
    POOL_START,
    REACTANT,
    REACTANT_START,
    SCALED,
)
from pathway.kernels.functions import amounts_and_factors
from pathway.lanes.jit import allocating
from pathway.lanes.variation.lists import GROUP

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pathway.kernels.arguments import Arguments
    from pathway.lanes.variation.lists import Additions, ParameterLists

    Values = NDArray[np.float64]
    Whole = NDArray[np.uint32]

__all__ = ["parameter_slopes"]

LINEAR, SATURATING = 0, 1


@allocating
def _part(tables: Whole, number: int) -> Whole:
    return tables[tables[2 * number] : tables[2 * number + 1]]


@allocating
def _add(list_: Additions, source: Values, into: Values) -> None:
    for e in range(list_.source.size):
        into[list_.place[e]] += list_.factor[e] * source[list_.source[e]]


@allocating
def parameter_slopes(
    y: Values, p: Arguments, lists: ParameterLists, rate: Values, partial: Values, into: Values
) -> None:
    """Write d f / d ln p of all parameters into the slots.

    Parameters
    ----------
    y : ndarray, shape (species,)
        In the model's order.
    p : Arguments
    lists : ParameterLists
    rate, partial : ndarray
        Room for rates, and for their derivatives by each of their factors.
    into : ndarray, shape (16 * slots,)
    """
    amount, value, slope = amounts_and_factors(y, p)
    pool_amount = _part(p.tables, POOL_AMOUNT)
    law_start, law_factor = _part(p.tables, LAW_START), _part(p.tables, LAW_FACTOR)
    reactions, factors = law_start.size - 1, value.size
    weight = p.constants[reactions:]
    half = weight[pool_amount.size :]
    _rates(amount, value, p, rate, partial)
    into[:] = 0.0
    _add(lists.rates, rate, into)
    by_half, by_hill = np.zeros(factors), np.zeros(factors)
    _bends(amount, value, p, weight, half, by_half, by_hill)
    _add_bends(lists.halves, partial, by_half, law_factor, into)
    _add_bends(lists.hills, partial, by_hill, law_factor, into)
    for k in range(law_factor.size):
        partial[k] *= slope[law_factor[k]]
    flow = np.zeros(lists.flows.place.max() + 1 if lists.flows.place.size else 0)
    _add(lists.flows, partial, flow)
    for e in range(lists.terms.source.size):
        term = lists.terms.source[e]
        change = weight[term] * amount[pool_amount[term]] * flow[lists.term_flow[e]]
        into[lists.terms.place[e]] += lists.terms.factor[e] * change
    scales = p.constants[p.constants.size - _part(p.tables, SCALED).size :]
    for s in range(lists.scaled.size):
        for lane in range(GROUP):
            into[lists.scaled[s] + lane] *= scales[lists.scaled_by[s]]


@allocating
def _rates(amount: Values, value: Values, p: Arguments, rate: Values, partial: Values) -> None:
    """Write rates, and their derivatives by each of their factors."""
    reactant_start, reactant = _part(p.tables, REACTANT_START), _part(p.tables, REACTANT)
    law_start, law_factor = _part(p.tables, LAW_START), _part(p.tables, LAW_FACTOR)
    for r in range(law_start.size - 1):
        amounts = p.constants[r]
        for k in range(reactant_start[r], reactant_start[r + 1]):
            amounts *= amount[reactant[k]]
        rate[r] = amounts
        for k in range(law_start[r], law_start[r + 1]):
            rate[r] *= value[law_factor[k]]
            others = amounts
            for other in range(law_start[r], law_start[r + 1]):
                if other != k:
                    others *= value[law_factor[other]]
            partial[k] = others


@allocating
def _bends(
    amount: Values,
    value: Values,
    p: Arguments,
    weight: Values,
    half: Values,
    by_half: Values,
    by_hill: Values,
) -> None:
    """Write how fast factors change with the logarithms of their K and their Hill exponent."""
    kind, factor_pool = _part(p.tables, FACTOR_KIND), _part(p.tables, FACTOR_POOL)
    pool_start, pool_amount = _part(p.tables, POOL_START), _part(p.tables, POOL_AMOUNT)
    hill = half[kind.size :]
    for factor in range(kind.size):
        x = 0.0
        for k in range(pool_start[factor_pool[factor]], pool_start[factor_pool[factor] + 1]):
            x += weight[k] * amount[pool_amount[k]]
        if kind[factor] != LINEAR and x > 0.0:
            bend = hill[factor] * value[factor] * (1.0 - value[factor])
            sign = -1.0 if kind[factor] == SATURATING else 1.0
            by_half[factor] = sign * bend
            by_hill[factor] = -sign * bend * np.log(x / half[factor])


@allocating
def _add_bends(
    list_: Additions, partial: Values, bend: Values, law_factor: Whole, into: Values
) -> None:
    for e in range(list_.source.size):
        k = list_.source[e]
        into[list_.place[e]] += list_.factor[e] * partial[k] * bend[law_factor[k]]
