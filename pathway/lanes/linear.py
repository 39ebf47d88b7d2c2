"""Factorize ``I / (gamma h) - J`` for eight runs at once, and solve with it.

``factors`` holds one row for each entry of L + U (L with ones on its diagonal), in the places that
:mod:`pathway.lanes.elimination` gives. Pivots stand on the diagonal in a fixed order; a pivot of
zero makes what follows infinite or NaN in its own lane.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.lanes.calls import call_decompose, call_solve
from pathway.lanes.elimination import (
    GIVEN,
    LOWER,
    LOWER_END,
    PANEL,
    STEP,
    UPPER,
    UPPER_END,
    ZERO,
)
from pathway.lanes.jit import block, part
from pathway.lanes.places import FOUR, NONE, ONE, THREE, TWO, unsigned
from pathway.lanes.reduction import reduce_rows
from pathway.lanes.vector import (
    add,
    fma,
    keep_rolled,
    load,
    load_whole,
    multiply,
    negate,
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

__all__ = ["decompose", "solve"]


@part
def decompose(
    factors: Rows,
    rows: Rows,
    jacobian_row: int,
    inverse_step: LaneValue,
    elimination: Elimination,
) -> None:
    """Write L and U of ``I / (gamma h) - J`` over the factors, inverses of pivots on the diagonal.

    Parameters
    ----------
    factors
        Aligned; ``elimination.size[0]`` rows of eight doubles.
    rows, jacobian_row
        Entry q of J, in the order of ``Elimination.entry``, is row ``jacobian_row + q``.
    inverse_step
        1 / (gamma h) of each lane, 1/min.
    """
    if elimination.code[0]:
        call_decompose(elimination.code[0], factors, rows, inverse_step)
    else:
        _decompose_by_tables(factors, rows, jacobian_row, inverse_step, elimination)


@block
def _decompose_by_tables(
    factors: Rows,
    rows: Rows,
    jacobian_row: int,
    inverse_step: LaneValue,
    elimination: Elimination,
) -> None:
    schedule, diagonal = elimination.schedule, elimination.diagonal
    panel, panels = load_whole(schedule, PANEL), load_whole(schedule, PANEL + 1)
    step = load_whole(schedule, STEP)
    row = given = zero = NONE
    while panel < panels:
        last = load_whole(schedule, panel)
        given = _write_given(
            factors, rows, jacobian_row, schedule, given, load_whole(schedule, panel + ONE)
        )
        zero = _write_zeros(factors, schedule, zero, load_whole(schedule, panel + TWO))
        _add_diagonal(factors, diagonal, row, last, inverse_step)
        step = reduce_rows(factors, elimination, row, last, step)
        row = last
        panel += THREE


@part
def solve(
    factors: Rows, elimination: Elimination, vectors: Rows, first: int, rows: Rows, more: int
) -> None:
    """Replace the first part of a right-hand side by the solution, in elimination order.

    Parameters
    ----------
    factors
        As :func:`decompose` left them.
    elimination
    vectors, first
        The first part stands in the rows from ``first`` on.
    rows, more
        The second part stands in the rows from ``more`` on.
    """
    if elimination.code[1]:
        call_solve(elimination.code[1], factors, vectors, first, rows, more)
    else:
        _solve_by_tables(factors, elimination, vectors, first, rows, more)


@block
def _solve_by_tables(
    factors: Rows, elimination: Elimination, vectors: Rows, first: int, rows: Rows, more: int
) -> None:
    """Solve with L from the first row to the last, then with U from the last to the first."""
    schedule = elimination.schedule
    start, size = unsigned(first), unsigned(elimination.diagonal.size)
    end, columns = load_whole(schedule, LOWER_END), load_whole(schedule, LOWER)
    column, place, second = columns, NONE, unsigned(more)
    for row in range(start, start + size):
        stop = columns + load_whole(schedule, end)
        known = _known(factors, place, vectors, start, schedule, column, stop)
        side = add(load(vectors, row), load(rows, second))
        store(vectors, row, subtract(side, known))
        second += ONE
        place += stop - column
        column = stop
        end += ONE
    end, columns = load_whole(schedule, UPPER_END), load_whole(schedule, UPPER)
    column, row = columns, start + size
    while row > start:
        row -= ONE
        stop = columns + load_whole(schedule, end)
        known = _known(factors, place, vectors, start, schedule, column, stop)
        place += stop - column
        rest = subtract(load(vectors, row), known)
        store(vectors, row, multiply(rest, load(factors, place)))
        place += ONE
        column = stop
        end += ONE


@part
def _known(
    factors: Rows,
    place: int,
    vectors: Rows,
    start: int,
    schedule: Whole,
    column: int,
    stop: int,
) -> LaneValue:
    """Return the sum of factors from a place on, each times the state of its column.

    Two sums, so that one addition need not wait for the other.
    """
    even = odd = splat(0.0)
    fours = column + (stop - column) // FOUR * FOUR
    while column < fours:
        state = start + load_whole(schedule, column)
        even = fma(load(factors, place), load(vectors, state), even)
        state = start + load_whole(schedule, column + ONE)
        odd = fma(load(factors, place + ONE), load(vectors, state), odd)
        state = start + load_whole(schedule, column + TWO)
        even = fma(load(factors, place + TWO), load(vectors, state), even)
        state = start + load_whole(schedule, column + THREE)
        odd = fma(load(factors, place + THREE), load(vectors, state), odd)
        column += FOUR
        place += FOUR
    while column < stop:
        keep_rolled()
        state = start + load_whole(schedule, column)
        even = fma(load(factors, place), load(vectors, state), even)
        column += ONE
        place += ONE
    return add(even, odd)


@part
def _write_given(
    factors: Rows, rows: Rows, jacobian_row: int, schedule: Whole, given: int, last: int
) -> int:
    """Write the entries of -J up to the given one; return it."""
    pair = load_whole(schedule, GIVEN) + TWO * given
    first = unsigned(jacobian_row)
    while given < last:
        entry = load(rows, first + load_whole(schedule, pair))
        store(factors, load_whole(schedule, pair + ONE), negate(entry))
        pair += TWO
        given += ONE
    return given


@part
def _write_zeros(factors: Rows, schedule: Whole, zero: int, last: int) -> int:
    """Write what is no entry of J up to the given one; return it."""
    places = load_whole(schedule, ZERO)
    while zero < last:
        store(factors, load_whole(schedule, places + zero), splat(0.0))
        zero += ONE
    return zero


@part
def _add_diagonal(
    factors: Rows, diagonal: Whole, row: int, last: int, inverse_step: LaneValue
) -> None:
    while row < last:
        place = load_whole(diagonal, row)
        store(factors, place, add(load(factors, place), inverse_step))
        row += ONE
