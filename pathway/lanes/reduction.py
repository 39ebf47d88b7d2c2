"""Turn rows of a matrix into rows of L and U, each from left to right.

A step takes multiples of one, two or four rows of U with a common tail from a row, as
:mod:`pathway.lanes.elimination` says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.lanes.elimination import STEP, STEP_END
from pathway.lanes.jit import part
from pathway.lanes.places import EIGHT, FIVE, FOUR, NINE, ONE, SEVEN, SIX, TEN, THREE, TWO
from pathway.lanes.vector import (
    divide,
    fma,
    keep_rolled,
    load,
    load_whole,
    multiply,
    negate,
    splat,
    store,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pathway.lanes.layout import Elimination

    Rows = NDArray[np.float64]
    Whole = NDArray[np.uint32]

__all__ = ["reduce_rows"]


@part
def reduce_rows(factors: Rows, elimination: Elimination, row: int, last: int, step: int) -> int:
    """Turn rows of the matrix into rows of L and U; return the first step behind theirs."""
    schedule, diagonal = elimination.schedule, elimination.diagonal
    end, steps = load_whole(schedule, STEP_END), load_whole(schedule, STEP)
    while row < last:
        stop = steps + load_whole(schedule, end + row)
        while step < stop:
            pivots = load_whole(schedule, step)
            if pivots == ONE:
                step = _take_one(factors, schedule, step)
            elif pivots == TWO:
                step = _take_two(factors, schedule, step)
            else:
                step = _take_four(factors, schedule, step)
        place = load_whole(diagonal, row)
        store(factors, place, divide(splat(1.0), load(factors, place)))
        row += ONE
    return step


@part
def _take_one(factors: Rows, schedule: Whole, step: int) -> int:
    """Take a multiple of one row of U from a row; return the next step."""
    tail = load_whole(schedule, step + ONE)
    left, pivot = load_whole(schedule, step + TWO), load_whole(schedule, step + THREE)
    factor = multiply(load(factors, left), load(factors, pivot))
    store(factors, left, factor)
    minus = negate(factor)
    step += FOUR
    stop, along = step + tail, pivot - ONE
    while step < stop:
        keep_rolled()
        place = load_whole(schedule, step)
        store(factors, place, fma(minus, load(factors, along), load(factors, place)))
        along -= ONE
        step += ONE
    return step


@part
def _take_two(factors: Rows, schedule: Whole, step: int) -> int:
    """Take multiples of two rows of U with a common tail from a row; return the next step."""
    tail = load_whole(schedule, step + ONE)
    left, pivot = load_whole(schedule, step + TWO), load_whole(schedule, step + THREE)
    factor = multiply(load(factors, left), load(factors, pivot))
    store(factors, left, factor)
    minus = negate(factor)
    along = pivot - TWO
    left, later = load_whole(schedule, step + FOUR), load_whole(schedule, step + FIVE)
    rest = fma(minus, load(factors, pivot - ONE), load(factors, left))
    factor = multiply(rest, load(factors, later))
    store(factors, left, factor)
    minus_later = negate(factor)
    along_later = later - ONE
    step += SIX
    stop = step + tail
    while step < stop:
        keep_rolled()
        place = load_whole(schedule, step)
        value = fma(minus, load(factors, along), load(factors, place))
        store(factors, place, fma(minus_later, load(factors, along_later), value))
        along -= ONE
        along_later -= ONE
        step += ONE
    return step


@part
def _take_four(factors: Rows, schedule: Whole, step: int) -> int:
    """Take multiples of four rows of U with a common tail from a row; return the next step."""
    tail = load_whole(schedule, step + ONE)
    left, a = load_whole(schedule, step + TWO), load_whole(schedule, step + THREE)
    factor = multiply(load(factors, left), load(factors, a))
    store(factors, left, factor)
    minus_a = negate(factor)
    left, b = load_whole(schedule, step + FOUR), load_whole(schedule, step + FIVE)
    rest = fma(minus_a, load(factors, a - ONE), load(factors, left))
    factor = multiply(rest, load(factors, b))
    store(factors, left, factor)
    minus_b = negate(factor)
    left, c = load_whole(schedule, step + SIX), load_whole(schedule, step + SEVEN)
    rest = fma(minus_a, load(factors, a - TWO), load(factors, left))
    rest = fma(minus_b, load(factors, b - ONE), rest)
    factor = multiply(rest, load(factors, c))
    store(factors, left, factor)
    minus_c = negate(factor)
    left, d = load_whole(schedule, step + EIGHT), load_whole(schedule, step + NINE)
    rest = fma(minus_a, load(factors, a - THREE), load(factors, left))
    rest = fma(minus_b, load(factors, b - TWO), rest)
    rest = fma(minus_c, load(factors, c - ONE), rest)
    factor = multiply(rest, load(factors, d))
    store(factors, left, factor)
    minus_d = negate(factor)
    a, b, c, d = a - FOUR, b - THREE, c - TWO, d - ONE
    step += TEN
    stop = step + tail
    while step < stop:
        keep_rolled()
        place = load_whole(schedule, step)
        value = fma(minus_a, load(factors, a), load(factors, place))
        value = fma(minus_b, load(factors, b), value)
        value = fma(minus_c, load(factors, c), value)
        store(factors, place, fma(minus_d, load(factors, d), value))
        a, b, c, d = a - ONE, b - ONE, c - ONE, d - ONE
        step += ONE
    return step
