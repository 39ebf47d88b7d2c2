"""Exponentials, logarithms, powers, saturations and whatever is rare, for eight runs at once.

A lane whose numbers are ordinary is computed by vector instructions, any other by the scalar
machine: what a run gives depends on its own numbers, not on its neighbours'.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.kernels.functions import _hill
from pathway.lanes import opcodes as lane
from pathway.lanes.elementary import MOST, SMALLEST, exponential, logarithm, scaled_logarithm
from pathway.lanes.jit import LaneValue, block
from pathway.lanes.vector import (
    LANES,
    absolute,
    add,
    at_least,
    both,
    divide,
    greater,
    is_not,
    load,
    load_whole,
    multiply,
    select,
    splat,
    store,
    subtract,
    truths,
)
from pathway.programs import opcodes as op
from pathway.programs.machine import operation

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    Vector: TypeAlias = NDArray[np.float64]
    Index: TypeAlias = NDArray[np.uint32]

__all__ = ["curves"]

ALL = (1 << LANES) - 1
"""All lanes, as bits."""
LARGEST = float(np.finfo(np.float64).max)
HALF_MOST = MOST / 2
"""Saturations multiply and divide by powers, so these stay further from overflow."""


@block
def curves(rows: Vector, operands: Index, first: int, results: int, what: int) -> None:
    """Carry out a block of one of these operations."""
    if what == op.EXP:
        _exponentials(rows, operands, first, results)
    elif what == op.LN:
        _logarithms(rows, operands, first, results)
    elif what == op.POWER:
        _powers(rows, operands, first, results)
    elif what == lane.HILL:
        _hills(rows, operands, first, results)
    else:
        _lane_by_lane(rows, operands, first, results, what)


@block
def _exponentials(rows: Vector, operands: Index, first: int, results: int) -> None:
    zero, one, most = splat(0.0), splat(1.0), splat(MOST)
    for result in range(results):
        at = first + 4 * result
        x = load(rows, load_whole(operands, at + 1))
        fine = at_least(most, absolute(x))
        store(rows, load_whole(operands, at), exponential(select(fine, x, one), zero))
        _replace(rows, operands, at, op.EXP, ALL - truths(fine))


@block
def _logarithms(rows: Vector, operands: Index, first: int, results: int) -> None:
    one = splat(1.0)
    for result in range(results):
        at = first + 4 * result
        x = load(rows, load_whole(operands, at + 1))
        fine = _ordinary(x)
        store(rows, load_whole(operands, at), logarithm(select(fine, x, one)))
        _replace(rows, operands, at, op.LN, ALL - truths(fine))


@block
def _powers(rows: Vector, operands: Index, first: int, results: int) -> None:
    zero, one, most = splat(0.0), splat(1.0), splat(MOST)
    for result in range(results):
        at = first + 4 * result
        x = load(rows, load_whole(operands, at + 1))
        y = load(rows, load_whole(operands, at + 2))
        fine = _ordinary(x)
        high, low = scaled_logarithm(select(fine, x, one), y)
        fine = both(fine, at_least(most, absolute(high)))
        value = exponential(select(fine, high, zero), select(fine, low, zero))
        # What is not there yet is often zero, which the scalar machine would take long for.
        none = both(
            both(at_least(x, zero), at_least(zero, x)),
            both(greater(y, zero), at_least(splat(LARGEST), y)),
        )
        store(rows, load_whole(operands, at), select(none, zero, value))
        _replace(rows, operands, at, op.POWER, ALL - truths(fine) - truths(none))


@block
def _ordinary(x: LaneValue) -> LaneValue:
    """Return which numbers are positive and finite, with all digits."""
    return both(at_least(x, splat(SMALLEST)), at_least(splat(LARGEST), x))


@block
def _replace(rows: Vector, operands: Index, at: int, what: int, lanes: int) -> None:
    """Let the scalar machine do one operation in some lanes, given as bits."""
    if lanes:
        for place in range(LANES):
            if lanes >> place & 1:
                _one_lane(rows, operands, at, place, what)


@block
def _lane_by_lane(rows: Vector, operands: Index, first: int, results: int, what: int) -> None:
    """Let the scalar machine do an operation that has no vector instruction."""
    for result in range(results):
        for place in range(LANES):
            _one_lane(rows, operands, first + 4 * result, place, what)


@block
def _one_lane(rows: Vector, operands: Index, at: int, place: int, what: int) -> None:
    a = rows[LANES * operands[at + 1] + place]
    b = rows[LANES * operands[at + 2] + place]
    c = rows[LANES * operands[at + 3] + place]
    rows[LANES * operands[at] + place] = operation(what, a, b, c)


@block
def _hills(rows: Vector, operands: Index, first: int, results: int) -> None:
    """Write saturations, their complements and slopes, as the kernels of networks define them."""
    one, zero = splat(1.0), splat(0.0)
    for result in range(results):
        at = first + 6 * result
        x = load(rows, load_whole(operands, at + 3))
        half = load(rows, load_whole(operands, at + 4))
        degree = load(rows, load_whole(operands, at + 5))
        scaled = divide(x, half)
        above = at_least(scaled, zero)
        free = divide(one, add(one, scaled))
        steep = divide(select(above, multiply(free, free), one), half)
        store(rows, load_whole(operands, at), select(above, multiply(scaled, free), scaled))
        store(rows, load_whole(operands, at + 1), select(above, free, subtract(one, scaled)))
        store(rows, load_whole(operands, at + 2), steep)
        curved = is_not(degree, one)
        if truths(curved):
            _curved_hill(rows, operands, at, curved)


@block
def _curved_hill(rows: Vector, operands: Index, at: int, curved: LaneValue) -> None:
    """Write what differs where the exponent is not one."""
    one, zero = splat(1.0), splat(0.0)
    value = load_whole(operands, at)
    complement = load_whole(operands, at + 1)
    slope = load_whole(operands, at + 2)
    x = load(rows, load_whole(operands, at + 3))
    degree = load(rows, load_whole(operands, at + 5))
    scaled = divide(x, load(rows, load_whole(operands, at + 4)))
    fine = both(curved, _ordinary(scaled))
    high, low = scaled_logarithm(select(fine, scaled, one), degree)
    fine = both(fine, at_least(splat(HALF_MOST), absolute(high)))
    risen = exponential(select(fine, high, zero), select(fine, low, zero))
    free = divide(one, add(one, risen))
    occupied = multiply(risen, free)
    steep = divide(multiply(multiply(degree, occupied), free), x)
    flat = both(curved, both(at_least(zero, scaled), at_least(scaled, splat(-LARGEST))))
    occupied, free, steep = (
        select(flat, zero, select(fine, occupied, load(rows, value))),
        select(flat, one, select(fine, free, load(rows, complement))),
        select(flat, zero, select(fine, steep, load(rows, slope))),
    )
    store(rows, value, occupied)
    store(rows, complement, free)
    store(rows, slope, steep)
    odd = truths(curved) - truths(fine) - truths(flat)
    for place in range(LANES):
        if odd >> place & 1:
            _one_hill(rows, operands, at, place)


@block
def _one_hill(rows: Vector, operands: Index, at: int, place: int) -> None:
    x = rows[LANES * operands[at + 3] + place]
    half = rows[LANES * operands[at + 4] + place]
    degree = rows[LANES * operands[at + 5] + place]
    value, complement, slope = _hill(x, half, degree)
    rows[LANES * operands[at] + place] = value
    rows[LANES * operands[at + 1] + place] = complement
    rows[LANES * operands[at + 2] + place] = slope
