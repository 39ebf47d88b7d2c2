"""Lane programs carried out for tests: by the jitted machine, and by its plain twin."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numba import njit
from numpy.typing import NDArray

from pathway.kernels.arguments import aligned
from pathway.lanes import opcodes as lane
from pathway.lanes.layout import Elimination, LaneProgram, LaneSystem
from pathway.lanes.machine import fill_constants, run_rates, run_slopes, run_still
from pathway.lanes.vector import LANES
from pathway.programs import opcodes as op
from pathway.programs.machine import run

Values = NDArray[np.float64]


@njit  # type: ignore[misc]
def evaluate(rows: Values, program: LaneProgram, constants: Values, first: int) -> None:
    """Compute all spans."""
    fill_constants(rows, constants, first)
    run_still(rows, program)
    run_rates(rows, program)
    run_slopes(rows, program)


def no_elimination() -> Elimination:
    """Return one for programs alone."""
    empty = np.zeros(1, dtype=np.uint32)
    return Elimination(empty, empty, empty, np.zeros(2, dtype=np.int64))


def given(system: LaneSystem, states: Values, numbers: Values) -> Values:
    """Return the rows of eight runs, shape (rows * 8,); what is not given is NaN.

    ``states`` has shape (8, states), in the model's order; ``numbers`` shape (8, numbers).
    """
    rows = aligned(system.rows * LANES, np.float64)
    table = rows.reshape(-1, LANES)
    table[:] = math.nan
    table[0] = 0.0
    table[1 : system.first_number] = states.T[system.order]
    table[system.first_number : system.first_number + system.numbers] = numbers.T
    return rows


def results(system: LaneSystem, rows: Values, entries: int) -> tuple[Values, Values]:
    """Return derivatives (8, states), in the model's order, and Jacobian data (8, entries)."""
    table = rows.reshape(-1, LANES)
    change = np.empty((LANES, system.states))
    change[:, system.order] = table[system.derivative : system.derivative + system.states].T
    return change, table[system.jacobian : system.jacobian + entries].T.copy()


def in_lanes(
    system: LaneSystem, states: Values, numbers: Values, entries: int
) -> tuple[Values, Values]:
    """Return derivatives and Jacobian data of eight runs, by the jitted machine."""
    rows = given(system, states, numbers)
    evaluate(rows, system.program, system.constants, system.first_number + system.numbers)
    return results(system, rows, entries)


def plain(
    system: LaneSystem, states: Values, numbers: Values, entries: int
) -> tuple[Values, Values]:
    """Return the same, by the plain twin."""
    rows = given(system, states, numbers)
    table = rows.reshape(-1, LANES)
    first = system.first_number + system.numbers
    table[first : first + system.constants.size] = system.constants[:, None]
    written: set[int] = set()
    with np.errstate(all="ignore"):
        for code, operands in operations(system.program):
            carry_out(code, operands, table, written)
    return results(system, rows, entries)


def operations(program: LaneProgram) -> Iterator[tuple[int, list[int]]]:
    """Yield every operation with its operands; of sums with their shape in front."""
    for code, results, first in program.blocks.reshape(-1, 3).tolist():
        rest = program.operands[first:].tolist()
        width = lane.WIDTH.get(code, 4)
        for _ in range(results):
            if code != lane.SUM:
                yield code, rest[:width]
                rest = rest[width:]
                continue
            form, count, width, *shape = rest[: lane.SUM_HEAD]
            assert (lane.FORMS[form - 1] if form else tuple(shape)) == tuple(shape)
            rest = rest[lane.SUM_HEAD :]
            length = 1 + sum(many * (place // 2 + 1) for place, many in enumerate(shape))
            assert length == width
            for _ in range(count):
                yield code, [*shape, *rest[:length]]
                rest = rest[length:]


def carry_out(code: int, operands: list[int], table: Values, written: set[int]) -> None:
    """Do one operation on rows of a table; no row may be written twice."""
    if code == lane.SUM:
        target, values = operands[6], _sum(operands[:6], operands[7:], table)
    elif code == lane.HILL:
        target = operands[0]
        values, table[operands[1]], table[operands[2]] = _hill(*(table[r] for r in operands[3:]))
        assert not {operands[1], operands[2]} & written
        written.update(operands[1:3])
    elif code in {op.MULTIPLY, lane.MULTIPLY3, lane.MULTIPLY4}:
        target, values = operands[0], np.prod([table[row] for row in operands[1:]], axis=0)
    elif code == lane.RECIPROCAL:
        target, values = operands[0], 1.0 / table[operands[1]]
    else:
        line = np.array([[code, 0, 1, 2]], dtype=np.uint32)
        slots = [np.append(table[operands[1:], place], 0.0) for place in range(LANES)]
        for one in slots:
            run(line, 3, 0, 1, one)
        target, values = operands[0], np.array([one[3] for one in slots])
    assert target not in written
    written.add(target)
    table[target] = values


def _sum(shape: list[int], rows: list[int], table: Values) -> Values:
    total = np.full(LANES, -0.0)
    place = 0
    for kind, many in enumerate(shape):
        for _ in range(many):
            factors = table[rows[place : place + kind // 2 + 1]]
            total = total + (-1.0 if kind % 2 else 1.0) * np.prod(factors, axis=0)
            place += kind // 2 + 1
    assert place == len(rows)
    return total


def _hill(x: Values, half: Values, exponent: Values) -> tuple[Values, Values, Values]:
    scaled = x / half
    power = np.where(scaled > 0.0, scaled, 0.0) ** exponent
    value, free = power / (1.0 + power), 1.0 / (1.0 + power)
    slope = np.where(scaled > 0.0, exponent * value * free / x, 0.0)
    straight = (exponent == 1.0) & ~(scaled > 0.0)
    return (
        np.where(scaled > 0.0, value, np.where(straight, scaled, 0.0 * scaled)),
        np.where(scaled > 0.0, free, np.where(straight, 1.0 - scaled, 1.0)),
        np.where(straight, 1.0 / half, slope),
    )
