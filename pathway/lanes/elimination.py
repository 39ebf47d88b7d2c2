"""Which entries the factors of I / (gamma h) - J have, and the operations that compute them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.kernels.arguments import aligned
from pathway.lanes.layout import Elimination
from pathway.lanes.ordering import bit_sets, elimination_order, members

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["eliminate"]

# Numbers of the sections of ``Elimination.schedule``.
ROW_START, COLUMN, TARGET, FILL = 0, 1, 2, 3
SECTIONS = 4


def eliminate(
    indptr: NDArray[np.int32], indices: NDArray[np.int32]
) -> tuple[NDArray[np.intp], Elimination]:
    """Return the order of elimination and the elimination itself.

    Parameters
    ----------
    indptr, indices
        Pattern of the Jacobian in compressed columns, no entry twice.

    Returns
    -------
    tuple[NDArray[np.intp], Elimination]
        Which state is eliminated k-th; the factors' layout and schedule.
    """
    order = elimination_order(indptr, indices)
    rows = _filled(indptr, indices, order)
    counts = np.array([len(row) for row in rows], dtype=np.int64)
    start = np.concatenate([[0], np.cumsum(counts)])
    column = np.fromiter((j for row in rows for j in row), dtype=np.int64, count=int(start[-1]))
    cells = np.repeat(np.arange(order.size), counts) * order.size + column
    diagonal = np.searchsorted(cells, np.arange(order.size) * (order.size + 1))
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    given = np.repeat(rank, np.diff(indptr)) + rank[indices] * order.size
    entry = np.searchsorted(cells, given)
    fill = np.setdiff1d(np.arange(cells.size), entry)
    target = _targets(start, column, diagonal, cells)
    elimination = Elimination(
        entry=_whole(entry),
        diagonal=_whole(diagonal),
        schedule=_pack([start, column, target, fill]),
        size=np.array([cells.size, order.size], dtype=np.int64),
    )
    return order, elimination


def _filled(
    indptr: NDArray[np.int32], indices: NDArray[np.int32], order: NDArray[np.intp]
) -> list[list[int]]:
    """Return the columns of each row of L + U, both in elimination order, ascending."""
    rows, columns = bit_sets(indptr, indices)
    eliminated = 0
    for state in order.tolist():
        eliminated |= 1 << state
        row = rows[state] & ~eliminated
        for other in members(columns[state] & ~eliminated):
            rows[other] |= row
        for other in members(row):
            columns[other] |= columns[state]
    rank = {state: k for k, state in enumerate(order.tolist())}
    return [sorted(rank[j] for j in members(rows[state])) for state in order.tolist()]


def _targets(
    start: NDArray[np.int64],
    column: NDArray[np.int64],
    diagonal: NDArray[np.int64],
    cells: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return where each product goes: row by row, by entry left of the pivot, along its row."""
    size = diagonal.size
    targets = []
    for row in range(size):
        for place in range(start[row], diagonal[row]):
            pivot = column[place]
            along = column[diagonal[pivot] + 1 : start[pivot + 1]]
            targets.append(np.searchsorted(cells, row * size + along))
    return np.concatenate([np.empty(0, dtype=np.int64), *targets])


def _whole(values: NDArray[np.int64]) -> NDArray[np.uint32]:
    array = aligned(values.size, np.uint32)
    array[:] = values
    return array


def _pack(sections: list[NDArray[np.int64]]) -> NDArray[np.uint32]:
    """Return sections end to end behind a head with the start of each and the end."""
    head = np.cumsum([SECTIONS + 1, *(section.size for section in sections)])
    return _whole(np.concatenate([head, *sections]))
