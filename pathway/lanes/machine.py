"""The lane machine: programs of any model, carried out for eight runs at once.

All are building blocks that are compiled into the kernels that call them. A block is a loop over
one operation: load, load, compute, store. Every operation works on each lane by itself; those that
have no vector instruction go through the scalar machine lane by lane.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.lanes import opcodes as lane
from pathway.lanes.calls import call_rows
from pathway.lanes.curves import curves
from pathway.lanes.jit import block, part
from pathway.lanes.sums import sums
from pathway.lanes.vector import (
    absolute,
    at_least,
    divide,
    greater,
    is_not,
    load,
    load_count,
    load_whole,
    multiply,
    root,
    select,
    splat,
    store,
)
from pathway.programs import opcodes as op

if TYPE_CHECKING:
    from typing import TypeAlias

    import numpy as np
    from numpy.typing import NDArray

    from pathway.lanes.layout import LaneProgram

    Vector: TypeAlias = NDArray[np.float64]
    Index: TypeAlias = NDArray[np.uint32]

__all__ = ["fill_constants", "run_rates", "run_slopes", "run_still"]

SIMPLE = (
    *(op.SQRT, op.ABS, op.MIN, op.MAX),
    *(op.LESS, op.LESS_EQUAL, op.GREATER, op.GREATER_EQUAL),
)


@block
def fill_constants(rows: Vector, constants: Vector, first: int) -> None:
    """Write the numbers that are the same for all runs into the rows from ``first`` on."""
    for place in range(constants.size):
        store(rows, first + place, splat(constants[place]))


@part
def run_still(rows: Vector, program: LaneProgram) -> None:
    """Compute what a run's numbers alone decide: to be done whenever they change."""
    _run(rows, program, 0, program.spans[0])


@part
def run_rates(rows: Vector, program: LaneProgram) -> None:
    """Compute the derivatives for the time and states that stand in their rows."""
    _run(rows, program, program.spans[0], program.spans[1])


@part
def run_slopes(rows: Vector, program: LaneProgram) -> None:
    """Compute the Jacobian's entries; the derivatives were computed just before."""
    _run(rows, program, program.spans[1], program.spans[2])


@part
def _run(rows: Vector, program: LaneProgram, first: int, last: int) -> None:
    for number in range(first, last):
        what = load_whole(program.blocks, 3 * number)
        results = load_count(program.blocks, 3 * number + 1)
        if what == lane.CODE:
            call_rows(program.code[results], rows)
        else:
            at = load_count(program.blocks, 3 * number + 2)
            _carry_out(rows, program.operands, at, results, what)


@block
def _carry_out(rows: Vector, operands: Index, at: int, results: int, what: int) -> None:
    """Carry out a block."""
    if what == lane.SUM:
        sums(rows, operands, at, results)
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
    elif what == op.SELECT:
        _select(rows, operands, at, results)
    elif what in SIMPLE:
        _simple(rows, operands, at, results, what)
    else:
        curves(rows, operands, at, results, what)


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


@block
def _simple(rows: Vector, operands: Index, first: int, results: int, what: int) -> None:
    """Carry out a block of what takes a few instructions; NaN goes as in the scalar machine."""
    one, zero = splat(1.0), splat(0.0)
    for result in range(results):
        at = first + 4 * result
        a = load(rows, load_whole(operands, at + 1))
        b = load(rows, load_whole(operands, at + 2))
        if what == op.SQRT:
            value = root(a)
        elif what == op.ABS:
            value = absolute(a)
        elif what == op.MIN:
            value = select(at_least(b, a), a, select(is_not(a, a), a, b))
        elif what == op.MAX:
            value = select(at_least(a, b), a, select(is_not(a, a), a, b))
        elif what == op.LESS:
            value = select(greater(b, a), one, zero)
        elif what == op.LESS_EQUAL:
            value = select(at_least(b, a), one, zero)
        elif what == op.GREATER:
            value = select(greater(a, b), one, zero)
        else:
            value = select(at_least(a, b), one, zero)
        store(rows, load_whole(operands, at), value)
