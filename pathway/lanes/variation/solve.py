"""Solve with the factors of one matrix for sixteen right-hand sides.

What :func:`pathway.lanes.linear.solve` does, for two vectors at once and with the same matrix in
every lane: each factor and its place are fetched once for both vectors, and neither needs to wait
for the other's sums.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.lanes.elimination import LOWER, LOWER_END, UPPER, UPPER_END
from pathway.lanes.jit import block, part
from pathway.lanes.places import FOUR, NONE, ONE, THREE, TWO, unsigned
from pathway.lanes.vector import (
    add,
    fma,
    keep_rolled,
    load,
    load_whole,
    multiply,
    splat,
    store,
    subtract,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pathway.lanes.jit import LaneValue
    from pathway.lanes.layout import Elimination

    Rows = NDArray[np.float64]
    Whole = NDArray[np.uint32]
    Pair = tuple[LaneValue, LaneValue]

__all__ = ["solve_pairs"]


@block
def solve_pairs(factors: Rows, elimination: Elimination, vectors: Rows, first: int) -> None:
    """Replace right-hand sides by solutions.

    Parameters
    ----------
    factors
        One lane of what :func:`pathway.lanes.linear.decompose` left, one double for each entry.
    vectors, first
        State k, in elimination order, is in rows ``first + 2 * k`` and ``first + 2 * k + 1``.
    """
    schedule = elimination.schedule
    start, size = unsigned(first), unsigned(elimination.diagonal.size)
    end, columns = load_whole(schedule, LOWER_END), load_whole(schedule, LOWER)
    column, place, row = columns, NONE, start
    while row < start + TWO * size:
        stop = columns + load_whole(schedule, end)
        low, high = _known(factors, place, vectors, start, schedule, column, stop)
        store(vectors, row, subtract(load(vectors, row), low))
        store(vectors, row + ONE, subtract(load(vectors, row + ONE), high))
        place += stop - column
        column = stop
        row += TWO
        end += ONE
    end, columns = load_whole(schedule, UPPER_END), load_whole(schedule, UPPER)
    column = columns
    while row > start:
        row -= TWO
        stop = columns + load_whole(schedule, end)
        low, high = _known(factors, place, vectors, start, schedule, column, stop)
        place += stop - column
        pivot = splat(factors[place])
        store(vectors, row, multiply(subtract(load(vectors, row), low), pivot))
        store(vectors, row + ONE, multiply(subtract(load(vectors, row + ONE), high), pivot))
        place += ONE
        column = stop
        end += ONE


@part
def _known(
    factors: Rows, place: int, vectors: Rows, start: int, schedule: Whole, column: int, stop: int
) -> Pair:
    """Return the sums of factors from a place on, each times the state of its column.

    Two sums for each vector, so that one addition need not wait for the other.
    """
    even = splat(0.0), splat(0.0)
    odd = splat(0.0), splat(0.0)
    fours = column + (stop - column) // FOUR * FOUR
    while column < fours:
        even = _added(even, factors, place, vectors, start, schedule, column)
        odd = _added(odd, factors, place + ONE, vectors, start, schedule, column + ONE)
        even = _added(even, factors, place + TWO, vectors, start, schedule, column + TWO)
        odd = _added(odd, factors, place + THREE, vectors, start, schedule, column + THREE)
        column += FOUR
        place += FOUR
    while column < stop:
        keep_rolled()
        even = _added(even, factors, place, vectors, start, schedule, column)
        column += ONE
        place += ONE
    return add(even[0], odd[0]), add(even[1], odd[1])


@part
def _added(
    sums: Pair, factors: Rows, place: int, vectors: Rows, start: int, schedule: Whole, column: int
) -> Pair:
    factor = splat(factors[place])
    row = start + TWO * load_whole(schedule, column)
    return fma(factor, load(vectors, row), sums[0]), fma(factor, load(vectors, row + ONE), sums[1])
