"""From parameter values of many cells to the numbers of one network, without a loop over cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pathway.errors import CompileError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pathway.model import Network

    Values = NDArray[np.float64]

__all__ = ["CellNumbers", "cell_numbers", "read_cells"]

BLOCK = 256
"""Cells whose products are computed together: some ten megabytes."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellNumbers:
    """The numbers of a network for many cells; the same bits as of each cell alone."""

    kernel: Values
    """As ``Network.arguments.constants``, shape (cells, constants)."""
    start: Values
    """As ``Network.y0``, shape (cells, species)."""
    weights: Values
    """Of the readouts' terms, shape (cells, terms)."""
    reasons: dict[int, str]
    """Why a cell has none, by cell; its rows are those of the nominal cell."""


def cell_numbers(network: Network, parameters: Values, ids: Sequence[str]) -> CellNumbers:
    """Return the numbers of cells.

    Parameters
    ----------
    network : Network
        What its parameters are where ``ids`` do not name them.
    parameters : (cells, ids) array
        Internal units. Those that the network does not use are left aside.
    ids : sequence of str
    """
    tables = network.tables
    nominal = tables.monomials.vector(network.parameters)
    places = {name: place for place, name in enumerate(tables.parameters)}
    used = [(places[name], column) for column, name in enumerate(ids) if name in places]
    own, theirs = np.array(used, dtype=np.intp).reshape(-1, 2).T
    values = np.tile(nominal, (len(parameters), 1))
    values[:, own] = parameters[:, theirs]
    good = np.asarray((np.isfinite(values) & (values >= 0.0)).all(axis=1))
    rows = np.tile(tables.monomials.evaluate(nominal), (len(parameters), 1))
    for start in range(0, len(values), BLOCK):
        block = start + np.flatnonzero(good[start : start + BLOCK])
        try:
            rows[block] = tables.monomials.evaluate(values[block])
        except CompileError:
            good[block] = [_evaluated(network, values[cell], rows[cell]) for cell in block]
    good &= ~_bad_factors(network, rows[:, tables.kernel_rows])
    reasons = {int(cell): _reason(network, values[cell]) for cell in np.flatnonzero(~good).tolist()}
    rows[~good] = tables.monomials.evaluate(nominal)
    begin = np.zeros((len(values), len(tables.species)))
    begin[:, tables.initial_species] = rows[:, tables.initial_rows]
    kernel = np.ascontiguousarray(rows[:, tables.kernel_rows])
    for place, (name, species) in enumerate(reversed(tables.depleting), start=1):
        begin[:, species] = network.background.get(name, 0.0)
        # What a cell secretes all the time, as an autocrine ligand, is not used up.
        if network.background.get(name, 0.0) > 0.0:
            kernel[:, -place] = 0.0
    return CellNumbers(
        kernel=kernel, start=begin, weights=rows[:, tables.readout_rows], reasons=reasons
    )


def read_cells(network: Network, weights: Values, amounts: Values, inputs: Values) -> Values:
    """Return the readouts of states.

    Parameters
    ----------
    network : Network
    weights : (cells, terms) array
    amounts : (cells, times, species) array
        Only species that readouts read need be right.
    inputs : (times, inputs) array
        nM.

    Returns
    -------
    ndarray, shape (cells, times, readouts)
    """
    tables = network.tables
    count = len(tables.species)
    levels = np.zeros((*amounts.shape[:2], len(tables.readouts)))
    for readout in range(len(tables.readouts)):
        for term in range(tables.readout_start[readout], tables.readout_start[readout + 1]):
            place = int(tables.readout_amount[term])
            held = amounts[:, :, place] if place < count else inputs[None, :, place - count]
            levels[:, :, readout] += weights[:, term, None] * held
    return levels


def _evaluated(network: Network, values: Values, row: Values) -> bool:
    """Put a cell's products into ``row``; return False, leaving it, if one is not finite."""
    try:
        row[:] = network.tables.monomials.evaluate(values)
    except CompileError:
        return False
    return True


def _bad_factors(network: Network, kernel: Values) -> NDArray[np.bool_]:
    """Return which cells have a saturation without half or slope, as ``Tables.constants`` checks."""
    tables = network.tables
    begin = len(tables.reactions) + tables.pool_amount.size
    factors = kernel[:, begin : begin + 2 * tables.factor_kind.size]
    return np.asarray((factors <= 0.0).any(axis=1))


def _reason(network: Network, values: Values) -> str:
    names = network.tables.parameters
    try:
        network.tables.constants(dict(zip(names, values.tolist(), strict=True)))
    except CompileError as error:
        return str(error)
    return "has no valid numbers"
