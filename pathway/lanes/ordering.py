"""In which order states are eliminated, so that little fills in.

The pivot is the entry on the diagonal with the smallest product of row and column counts, less
one each (Markowitz, Management Science 3, 1957, 255), in the matrix as filled so far; among nearly
equal products the one that creates the fewest new entries. Rows and columns are Python integers,
one bit for each state, so that fill is an "or" of whole rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["elimination_order"]

SLACKS = (1.0, 2.0)
"""How far above the smallest product a pivot's may lie; the order with less arithmetic is kept."""

CANDIDATES = 64
"""Pivots whose fill is counted in one step, at most."""

GONE = np.iinfo(np.int64).max


@dataclass(slots=True, kw_only=True)
class _Remaining:
    """What is left to eliminate, as bit sets."""

    rows: list[int]
    columns: list[int]
    products: NDArray[np.int64]

    def product(self, state: int) -> int:
        """Return the multiplications that eliminating a state would take."""
        return (self.rows[state].bit_count() - 1) * (self.columns[state].bit_count() - 1)

    def fill(self, state: int) -> int:
        """Return how many entries eliminating a state would create."""
        row = self.rows[state] & ~(1 << state)
        below = self.columns[state] & ~(1 << state)
        return sum((row & ~self.rows[other]).bit_count() for other in members(below))

    def choose(self, slack: float) -> int:
        """Return the next pivot; of equal ones the first."""
        smallest = self.products.min()
        candidates = np.flatnonzero(self.products <= slack * smallest)
        if smallest == 0 or candidates.size == 1:
            return int(candidates[0])
        return min(candidates[:CANDIDATES].tolist(), key=self.fill)

    def eliminate(self, state: int) -> int:
        """Remove a state, adding its row to the rows below it; return the multiplications."""
        others = ~(1 << state)
        row, below = self.rows[state] & others, self.columns[state] & others
        for other in members(below):
            self.rows[other] = (self.rows[other] | row) & others
        for other in members(row):
            self.columns[other] = (self.columns[other] | below) & others
        for other in members(row | below):
            self.products[other] = self.product(other)
        self.products[state] = GONE
        return row.bit_count() * below.bit_count()


def elimination_order(indptr: NDArray[np.int32], indices: NDArray[np.int32]) -> NDArray[np.intp]:
    """Return which state to eliminate k-th.

    Parameters
    ----------
    indptr, indices
        Pattern of a square matrix in compressed columns; shapes (states + 1,), (entries,). The
        diagonal counts as present.

    Returns
    -------
    NDArray[np.intp]
        Shape (states,). Entry k is the state whose diagonal entry is the k-th pivot. The same
        pattern always gives the same order.
    """
    found = [_greedy(*bit_sets(indptr, indices), slack) for slack in SLACKS]
    return min(found, key=lambda order: order[1])[0]


def _greedy(rows: list[int], columns: list[int], slack: float) -> tuple[NDArray[np.intp], int]:
    """Return an order and its multiplications."""
    left = _Remaining(rows=rows, columns=columns, products=np.zeros(len(rows), dtype=np.int64))
    for state in range(len(rows)):
        left.products[state] = left.product(state)
    order = np.empty(len(rows), dtype=np.intp)
    multiplications = 0
    for step in range(order.size):
        order[step] = left.choose(slack)
        multiplications += left.eliminate(int(order[step]))
    return order, multiplications


def bit_sets(indptr: NDArray[np.int32], indices: NDArray[np.int32]) -> tuple[list[int], list[int]]:
    """Return the columns of each row and the rows of each column, as bit sets with the diagonal."""
    size = len(indptr) - 1
    rows = [1 << state for state in range(size)]
    columns = list(rows)
    starts, entries = indptr.tolist(), indices.tolist()
    for column in range(size):
        for row in entries[starts[column] : starts[column + 1]]:
            rows[row] |= 1 << column
            columns[column] |= 1 << row
    return rows, columns


def members(bits: int) -> list[int]:
    """Return the members of a bit set, ascending."""
    found = []
    while bits:
        lowest = bits & -bits
        found.append(lowest.bit_length() - 1)
        bits ^= lowest
    return found
