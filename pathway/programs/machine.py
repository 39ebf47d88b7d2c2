"""The jitted machine: programs of any system, its right-hand side and sparse Jacobian.

Compiled for one signature when this module is first imported, and cached on disk; no system
compiles anything. All stand in one file because numba's cache is keyed by file.

An instruction takes its operands from slots of one vector of values and writes the next slot, so
nothing is pushed or popped, and a value that two formulas need is computed once. There are no
jumps: both branches of a ``piecewise`` are computed and one is taken, which is safe because no
operation fails (IEEE 754 throughout).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numba import njit, types

from pathway.programs import opcodes as op
from pathway.programs.arguments import (
    ENTRY_START,
    ENTRY_U,
    ENTRY_V,
    FIXED,
    INDICES,
    INDPTR,
    MAIN,
    OUTPUT_SLOTS,
    OUTPUTS,
    PLACES,
    ROW_SLOT,
    ROW_START,
    SLOPES,
    START,
    START_SLOT,
    START_STOP,
    START_TARGET,
    SWITCHES,
    Arguments,
)

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    Vector: TypeAlias = NDArray[np.float64]
    Matrix: TypeAlias = NDArray[np.float64]
    Index: TypeAlias = NDArray[np.uint32]
    Mask: TypeAlias = NDArray[np.bool_]

__all__ = [
    "fixed",
    "jacobian_data",
    "jacobian_dense",
    "observe",
    "outputs",
    "rhs",
    "start",
    "switches",
]

VECTOR = types.Array(types.float64, 1, "C")
STATE = types.Array(types.float64, 1, "A", readonly=True)
"""Any one-dimensional array of doubles: scipy also passes columns of a matrix."""
MATRIX = types.Array(types.float64, 2, "C")
FORTRAN = types.Array(types.float64, 2, "F")
CODE = types.Array(types.uint32, 2, "C")
INDEX = types.Array(types.uint32, 1, "C")
SPANS = types.Array(types.int64, 1, "C")
MASK = types.Array(types.boolean, 1, "C")
ARGUMENTS = types.NamedTuple((CODE, SPANS, INDEX, VECTOR, VECTOR), Arguments)  # type: ignore[no-untyped-call]

MOST_FACTORIAL = 170.0


@njit(inline="always")
def _list(lists: Index, number: int) -> Index:
    return lists[lists[2 * number] : lists[2 * number + 1]]


@njit(types.float64(types.uint32, types.float64, types.float64), cache=True, error_model="numpy")
def _rare(code: int, a: float, b: float) -> float:  # noqa: C901 - one table
    """Return what the operations do that cost much or occur seldom."""
    if code == op.SIN:
        return math.sin(a)
    if code == op.COS:
        return math.cos(a)
    if code == op.TAN:
        return math.tan(a)
    if code == op.ARCSIN:
        return math.asin(a)
    if code == op.ARCCOS:
        return math.acos(a)
    if code == op.ARCTAN:
        return math.atan(a)
    if code == op.SINH:
        return math.sinh(a)
    if code == op.COSH:
        return math.cosh(a)
    if code == op.TANH:
        return math.tanh(a)
    if code == op.ARCSINH:
        return math.asinh(a)
    if code == op.ARCCOSH:
        return math.acosh(a)
    if code == op.ARCTANH:
        return math.atanh(a)
    if code == op.QUOTIENT:
        return float(np.trunc(a / b)) + 0.0  # no zero is below zero, as in the plain twin
    if code == op.REMAINDER:
        whole = np.trunc(a / b)
        return a if whole == 0.0 else a - b * whole
    if code == op.FACTORIAL:
        if not a >= 0.0 or a != np.floor(a):
            return math.nan
        return math.gamma(a + 1.0) if a <= MOST_FACTORIAL else math.inf
    return math.nan


@njit(inline="always")
def _operation(what: int, a: float, b: float, c: float) -> float:  # noqa: C901 - one table
    """Return what an operation makes of its operands."""
    if what == op.MULTIPLY:
        return a * b
    if what == op.ADD:
        return a + b
    if what == op.SUBTRACT:
        return a - b
    if what == op.DIVIDE:
        return a / b
    if what == op.NEGATE:
        return -a
    if what == op.POWER:
        return float(a**b)
    if what == op.SELECT:
        return b if a != 0.0 else c
    if what == op.EXP:
        return math.exp(a)
    if what == op.LN:
        return math.log(a)
    if what == op.SQRT:
        return math.sqrt(a)
    if what == op.ABS:
        return abs(a)
    if what == op.MIN:
        return a if a <= b or a != a else b
    if what == op.MAX:
        return a if a >= b or a != a else b
    if what == op.FLOOR:
        return float(np.floor(a)) + 0.0
    if what == op.CEILING:
        return float(np.ceil(a)) + 0.0
    if what == op.EQUAL:
        return 1.0 if a == b else 0.0
    if what == op.NOT_EQUAL:
        return 1.0 if a != b else 0.0
    if what == op.LESS:
        return 1.0 if a < b else 0.0
    if what == op.LESS_EQUAL:
        return 1.0 if a <= b else 0.0
    if what == op.GREATER:
        return 1.0 if a > b else 0.0
    if what == op.GREATER_EQUAL:
        return 1.0 if a >= b else 0.0
    if what == op.AND:
        return 1.0 if a != 0.0 and b != 0.0 else 0.0
    if what == op.OR:
        return 1.0 if a != 0.0 or b != 0.0 else 0.0
    if what == op.XOR:
        return 1.0 if (a != 0.0) != (b != 0.0) else 0.0
    if what == op.NOT:
        return 1.0 if a == 0.0 else 0.0
    return _rare(what, a, b)


@njit(
    types.float64(types.int64, types.float64, types.float64, types.float64),
    cache=True,
    error_model="numpy",
)
def operation(what: int, a: float, b: float, c: float) -> float:
    """Return what an operation makes of its operands; those it has no use for may be anything."""
    return _operation(what, a, b, c)


@njit(
    types.void(CODE, types.int64, types.int64, types.int64, VECTOR),
    cache=True,
    error_model="numpy",
)
def run(code: Index, inputs: int, first: int, last: int, values: Vector) -> None:
    """Carry out the instructions ``first`` to ``last - 1``."""
    for i in range(first, last):
        a, b, c = values[code[i, 1]], values[code[i, 2]], values[code[i, 3]]
        values[np.uint64(inputs + i)] = _operation(code[i, 0], a, b, c)


@njit(inline="always")
def _program(number: int, p: Arguments) -> None:
    spans = p.spans
    run(p.code, spans[0], spans[2 + 2 * number], spans[3 + 2 * number], p.values)


@njit(types.void(types.float64, STATE, ARGUMENTS), cache=True)
def _enter(t: float, y: Vector, p: Arguments) -> None:
    """Write time and state, and compute what rates and rules need."""
    p.values[p.spans[1]] = t
    places = _list(p.lists, PLACES)
    for i in range(y.size):
        p.values[places[i]] = y[i]
    _program(MAIN, p)


@njit(VECTOR(types.float64, STATE, ARGUMENTS), cache=True)
def rhs(t: float, y: Vector, p: Arguments) -> Vector:
    """Return dy/dt of the moving states.

    Conditions that depend on time alone are as :func:`switches` left them.

    Parameters
    ----------
    t : float
    y : ndarray, shape (moving,)
    p : Arguments
        ``p.values`` is overwritten.

    Returns
    -------
    ndarray, shape (moving,)
    """
    _enter(t, y, p)
    row_start = _list(p.lists, ROW_START)
    row_slot = _list(p.lists, ROW_SLOT)
    change = np.empty(y.size)
    for i in range(y.size):
        total = 0.0
        for k in range(row_start[i], row_start[i + 1]):
            total += p.coefficients[k] * p.values[row_slot[k]]
        change[i] = total
    return change


@njit(VECTOR(types.float64, STATE, ARGUMENTS), cache=True)
def jacobian_data(t: float, y: Vector, p: Arguments) -> Vector:
    """Return the data of the Jacobian in the fixed CSC pattern, shape (nonzeros,).

    Each entry is a sum of products of two values: derivative of a rate by what it names, times
    derivative of that by a state.
    """
    _enter(t, y, p)
    _program(SLOPES, p)
    start = _list(p.lists, ENTRY_START)
    first = _list(p.lists, ENTRY_U)
    second = _list(p.lists, ENTRY_V)
    coefficient = p.coefficients[_list(p.lists, ROW_SLOT).size :]
    data = np.empty(start.size - 1)
    for place in range(data.size):
        total = 0.0
        for k in range(start[place], start[place + 1]):
            total += coefficient[k] * p.values[first[k]] * p.values[second[k]]
        data[place] = total
    return data


@njit(FORTRAN(types.float64, STATE, ARGUMENTS), cache=True)
def jacobian_dense(t: float, y: Vector, p: Arguments) -> Matrix:
    """Return the Jacobian as a dense array in column order, shape (moving, moving)."""
    data = jacobian_data(t, y, p)
    indptr = _list(p.lists, INDPTR)
    indices = _list(p.lists, INDICES)
    columns = np.zeros((y.size, y.size))
    for column in range(y.size):
        for k in range(indptr[column], indptr[column + 1]):
            columns[column, indices[k]] = data[k]
    return columns.T


@njit(types.void(ARGUMENTS), cache=True)
def fixed(p: Arguments) -> None:
    """Compute what depends on constants and on states that only events change."""
    _program(FIXED, p)


@njit(types.void(types.float64, ARGUMENTS), cache=True)
def switches(t: float, p: Arguments) -> None:
    """Set the conditions (and floors) that depend on time alone to what they are at ``t``."""
    p.values[p.spans[1]] = t
    _program(SWITCHES, p)


@njit(types.void(types.float64, MASK, ARGUMENTS), cache=True)
def start(t: float, kept: Mask, p: Arguments) -> None:
    """Compute initial assignments in order; those ``kept`` stay as they are in ``values``."""
    p.values[p.spans[1]] = t
    stop = _list(p.lists, START_STOP)
    slot = _list(p.lists, START_SLOT)
    target = _list(p.lists, START_TARGET)
    first = p.spans[2 + 2 * START]
    for k in range(stop.size):
        last = int(stop[k])
        run(p.code, p.spans[0], first, last, p.values)
        first = last
        if not kept[k]:
            p.values[target[k]] = p.values[slot[k]]
    run(p.code, p.spans[0], first, p.spans[3 + 2 * START], p.values)


@njit(VECTOR(types.float64, STATE, types.int64, types.int64, ARGUMENTS), cache=True)
def observe(t: float, y: Vector, program: int, wanted: int, p: Arguments) -> Vector:
    """Carry out a program after the main one and return the values of a list of slots."""
    _enter(t, y, p)
    _program(program, p)
    slots = _list(p.lists, wanted)
    result = np.empty(slots.size)
    for i in range(slots.size):
        result[i] = p.values[slots[i]]
    return result


@njit(MATRIX(VECTOR, MATRIX, ARGUMENTS), cache=True)
def outputs(times: Vector, y: Matrix, p: Arguments) -> Matrix:
    """Return outputs, shape (times, outputs), for states of shape (times, moving).

    Switches are set to what they are at each time, and left so.
    """
    slots = _list(p.lists, OUTPUT_SLOTS)
    result = np.empty((times.size, slots.size))
    for k in range(times.size):
        switches(times[k], p)
        _enter(times[k], y[k], p)
        _program(OUTPUTS, p)
        for i in range(slots.size):
            result[k, i] = p.values[slots[i]]
    return result
