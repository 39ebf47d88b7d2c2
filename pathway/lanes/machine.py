"""The lane machine: programs of any model, carried out for eight runs at once.

All are building blocks that are compiled into the kernels that call them. A block is a loop over
one operation: load, load, compute, store. Every operation works on each lane by itself; those that
have no vector instruction go through the scalar machine lane by lane.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.kernels.functions import _hill
from pathway.lanes import opcodes as lane
from pathway.lanes.jit import block
from pathway.lanes.vector import (
    LANES,
    add,
    any_true,
    at_least,
    divide,
    fma,
    is_not,
    keep_rolled,
    load,
    load_count,
    load_whole,
    multiply,
    negate,
    select,
    splat,
    store,
    subtract,
)
from pathway.programs import opcodes as op
from pathway.programs.machine import run as run_scalar

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from numpy.typing import NDArray

    from pathway.lanes.layout import LaneProgram

    Vector: TypeAlias = NDArray[np.float64]
    Index: TypeAlias = NDArray[np.uint32]

__all__ = ["fill_constants", "run_rates", "run_slopes", "run_still"]


@block
def fill_constants(rows: Vector, constants: Vector, first: int) -> None:
    """Write the numbers that are the same for all runs into the rows from ``first`` on."""
    for place in range(constants.size):
        store(rows, first + place, splat(constants[place]))


@block
def run_still(rows: Vector, program: LaneProgram) -> None:
    """Compute what a run's numbers alone decide: to be done whenever they change."""
    _run(rows, program.blocks, program.operands, 0, program.spans[0])


@block
def run_rates(rows: Vector, program: LaneProgram) -> None:
    """Compute the derivatives for the time and states that stand in their rows."""
    _run(rows, program.blocks, program.operands, program.spans[0], program.spans[1])


@block
def run_slopes(rows: Vector, program: LaneProgram) -> None:
    """Compute the Jacobian's entries; the derivatives were computed just before."""
    _run(rows, program.blocks, program.operands, program.spans[1], program.spans[2])


@block
def _run(rows: Vector, blocks: Index, operands: Index, first: int, last: int) -> None:
    for number in range(first, last):
        what = load_whole(blocks, 3 * number)
        results = load_count(blocks, 3 * number + 1)
        at = load_count(blocks, 3 * number + 2)
        if what == lane.SUM:
            _sums(rows, operands, at, results)
        elif what == op.MULTIPLY:
            _multiply(rows, operands, at, results)
        elif what == lane.MULTIPLY3:
            _multiply3(rows, operands, at, results)
        elif what == lane.MULTIPLY4:
            _multiply4(rows, operands, at, results)
        elif what == op.DIVIDE:
            _divide(rows, operands, at, results)
        elif what == lane.RECIPROCAL:
            _reciprocal(rows, operands, at, results)
        elif what == lane.HILL:
            _hills(rows, operands, at, results)
        elif what == op.SELECT:
            _select(rows, operands, at, results)
        else:
            _lane_by_lane(rows, operands, at, results, what)


@block
def _multiply(rows: Vector, operands: Index, first: int, results: int) -> None:
    for result in range(results):
        at = first + 3 * result
        a = load(rows, load_whole(operands, at + 1))
        b = load(rows, load_whole(operands, at + 2))
        store(rows, load_whole(operands, at), multiply(a, b))


@block
def _multiply3(rows: Vector, operands: Index, first: int, results: int) -> None:
    for result in range(results):
        at = first + 4 * result
        a = load(rows, load_whole(operands, at + 1))
        b = load(rows, load_whole(operands, at + 2))
        c = load(rows, load_whole(operands, at + 3))
        store(rows, load_whole(operands, at), multiply(multiply(a, b), c))


@block
def _multiply4(rows: Vector, operands: Index, first: int, results: int) -> None:
    for result in range(results):
        at = first + 5 * result
        a = load(rows, load_whole(operands, at + 1))
        b = load(rows, load_whole(operands, at + 2))
        c = load(rows, load_whole(operands, at + 3))
        d = load(rows, load_whole(operands, at + 4))
        store(rows, load_whole(operands, at), multiply(multiply(multiply(a, b), c), d))


@block
def _divide(rows: Vector, operands: Index, first: int, results: int) -> None:
    for result in range(results):
        at = first + 4 * result
        a = load(rows, load_whole(operands, at + 1))
        b = load(rows, load_whole(operands, at + 2))
        store(rows, load_whole(operands, at), divide(a, b))


@block
def _reciprocal(rows: Vector, operands: Index, first: int, results: int) -> None:
    one = splat(1.0)
    for result in range(results):
        at = first + 2 * result
        a = load(rows, load_whole(operands, at + 1))
        store(rows, load_whole(operands, at), divide(one, a))


@block
def _select(rows: Vector, operands: Index, first: int, results: int) -> None:
    zero = splat(0.0)
    for result in range(results):
        at = first + 4 * result
        condition = load(rows, load_whole(operands, at + 1))
        a = load(rows, load_whole(operands, at + 2))
        b = load(rows, load_whole(operands, at + 3))
        store(rows, load_whole(operands, at), select(is_not(condition, zero), a, b))


def _sums_of(form: int) -> Callable[..., None]:
    """Return the loop over sums of one form."""
    plus1, minus1, plus2, minus2, plus3, minus3 = lane.FORMS[form - 1]

    @block
    def sums(rows: Vector, operands: Index, first: int, width: int, results: int) -> None:
        for result in range(results):
            place = first + width * result
            at = place + 1
            total = splat(-0.0)
            for k in range(plus1):
                total = add(total, load(rows, load_whole(operands, at + k)))
            at += plus1
            for k in range(minus1):
                total = subtract(total, load(rows, load_whole(operands, at + k)))
            at += minus1
            for k in range(plus2):
                a = load(rows, load_whole(operands, at + 2 * k))
                total = fma(a, load(rows, load_whole(operands, at + 2 * k + 1)), total)
            at += 2 * plus2
            for k in range(minus2):
                a = negate(load(rows, load_whole(operands, at + 2 * k)))
                total = fma(a, load(rows, load_whole(operands, at + 2 * k + 1)), total)
            at += 2 * minus2
            for k in range(plus3 + minus3):
                a = load(rows, load_whole(operands, at + 3 * k))
                a = multiply(a, load(rows, load_whole(operands, at + 3 * k + 1)))
                a = negate(a) if k >= plus3 else a
                total = fma(a, load(rows, load_whole(operands, at + 3 * k + 2)), total)
            store(rows, load_whole(operands, place), total)

    return sums


_SUMS_1, _SUMS_2, _SUMS_3, _SUMS_4 = (_sums_of(form) for form in (1, 2, 3, 4))
_SUMS_5, _SUMS_6, _SUMS_7, _SUMS_8 = (_sums_of(form) for form in (5, 6, 7, 8))


@block
def _sums(rows: Vector, operands: Index, first: int, groups: int) -> None:
    """Add signed products of one, two or three rows, in groups of equal shape."""
    at = first
    for _ in range(groups):
        form = load_count(operands, at)
        results = load_count(operands, at + 1)
        width = load_count(operands, at + 2)
        body = at + lane.SUM_HEAD
        if form == 0:
            _sums_of_any_form(rows, operands, at, results)
        elif form == 1:
            _SUMS_1(rows, operands, body, 3, results)
        elif form == 2:
            _SUMS_2(rows, operands, body, 3, results)
        elif form == 3:
            _SUMS_3(rows, operands, body, 2, results)
        elif form == 4:
            _SUMS_4(rows, operands, body, 2, results)
        elif form == 5:
            _SUMS_5(rows, operands, body, 3, results)
        elif form == 6:
            _SUMS_6(rows, operands, body, 3, results)
        elif form == 7:
            _SUMS_7(rows, operands, body, 5, results)
        elif form == 8:
            _SUMS_8(rows, operands, body, 6, results)
        at = body + width * results


@block
def _sums_of_any_form(rows: Vector, operands: Index, head: int, results: int) -> None:
    """Add terms kind by kind; loops of a few rounds, so they are not unrolled."""
    plus1 = load_count(operands, head + 3)
    minus1 = load_count(operands, head + 4)
    plus2 = 2 * load_count(operands, head + 5)
    minus2 = 2 * load_count(operands, head + 6)
    plus3 = 3 * load_count(operands, head + 7)
    minus3 = 3 * load_count(operands, head + 8)
    at = head + lane.SUM_HEAD
    for _ in range(results):
        keep_rolled()
        target = load_whole(operands, at)
        at += 1
        total = splat(-0.0)
        stop = at + plus1
        while at < stop:
            keep_rolled()
            total = add(total, load(rows, load_whole(operands, at)))
            at += 1
        stop = at + minus1
        while at < stop:
            keep_rolled()
            total = subtract(total, load(rows, load_whole(operands, at)))
            at += 1
        stop = at + plus2
        while at < stop:
            keep_rolled()
            a = load(rows, load_whole(operands, at))
            total = fma(a, load(rows, load_whole(operands, at + 1)), total)
            at += 2
        stop = at + minus2
        while at < stop:
            keep_rolled()
            a = negate(load(rows, load_whole(operands, at)))
            total = fma(a, load(rows, load_whole(operands, at + 1)), total)
            at += 2
        stop = at + plus3
        while at < stop:
            keep_rolled()
            a = load(rows, load_whole(operands, at))
            a = multiply(a, load(rows, load_whole(operands, at + 1)))
            total = fma(a, load(rows, load_whole(operands, at + 2)), total)
            at += 3
        stop = at + minus3
        while at < stop:
            keep_rolled()
            a = load(rows, load_whole(operands, at))
            a = negate(multiply(a, load(rows, load_whole(operands, at + 1))))
            total = fma(a, load(rows, load_whole(operands, at + 2)), total)
            at += 3
        store(rows, target, total)


@block
def _hills(rows: Vector, operands: Index, first: int, results: int) -> None:
    """Write saturations, their complements and slopes, as the kernels of networks define them."""
    one, zero = splat(1.0), splat(0.0)
    for result in range(results):
        at = first + 6 * result
        value = load_whole(operands, at)
        complement = load_whole(operands, at + 1)
        slope = load_whole(operands, at + 2)
        x = load(rows, load_whole(operands, at + 3))
        half = load(rows, load_whole(operands, at + 4))
        exponent = load(rows, load_whole(operands, at + 5))
        if any_true(is_not(exponent, one)):
            _hill_by_lane(rows, operands, at)
            continue
        scaled = divide(x, half)
        above = at_least(scaled, zero)
        free = divide(one, add(one, scaled))
        steep = divide(select(above, multiply(free, free), one), half)
        store(rows, value, select(above, multiply(scaled, free), scaled))
        store(rows, complement, select(above, free, subtract(one, scaled)))
        store(rows, slope, steep)


@block
def _hill_by_lane(rows: Vector, operands: Index, at: int) -> None:
    for place in range(LANES):
        x = rows[LANES * operands[at + 3] + place]
        half = rows[LANES * operands[at + 4] + place]
        exponent = rows[LANES * operands[at + 5] + place]
        value, complement, slope = _hill(x, half, exponent)
        rows[LANES * operands[at] + place] = value
        rows[LANES * operands[at + 1] + place] = complement
        rows[LANES * operands[at + 2] + place] = slope


@block
def _lane_by_lane(rows: Vector, operands: Index, first: int, results: int, what: int) -> None:
    """Let the scalar machine do an operation that has no vector instruction."""
    code = np.zeros((1, 4), dtype=np.uint32)
    code[0, 0] = what
    code[0, 1] = 0
    code[0, 2] = 1
    code[0, 3] = 2
    values = np.empty(4)
    for result in range(results):
        at = first + 4 * result
        for place in range(LANES):
            for part in range(3):
                values[part] = rows[LANES * operands[at + 1 + part] + place]
            run_scalar(code, 3, 0, 1, values)
            rows[LANES * operands[at] + place] = values[3]
