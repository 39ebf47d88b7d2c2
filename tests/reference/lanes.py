"""Lane programs carried out for tests: by the jitted machine, and by its plain twin."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pathway.kernels.arguments import aligned
from pathway.lanes import opcodes as lane
from pathway.lanes.jit import block
from pathway.lanes.layout import Elimination, LaneProgram, LaneSystem
from pathway.lanes.machine import fill_constants, run_rates, run_slopes, run_still
from pathway.lanes.vector import LANES
from pathway.programs import opcodes as op
from pathway.programs.machine import run

if TYPE_CHECKING:
    from collections.abc import Iterator

Values = NDArray[np.float64]


@block
def evaluate(rows: Values, program: LaneProgram, constants: Values, first: int) -> None:
    """Compute all spans."""
    fill_constants(rows, constants, first)
    run_still(rows, program)
    run_rates(rows, program)
    run_slopes(rows, program)


def no_elimination() -> Elimination:
    """Return one for programs alone."""
    empty = np.zeros(1, dtype=np.uint32)
    return Elimination(
        empty, empty, empty, np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.int64)
    )


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
) -> tuple[Values, Values, Values, Values]:
    """Return the same by the plain twin, then the sums of the magnitudes of what is added."""
    rows = given(system, states, numbers)
    first = system.first_number + system.numbers
    twin = Twin(rows.reshape(-1, LANES), first + system.constants.size)
    twin.table[first : first + system.constants.size] = system.constants[:, None]
    twin.sizes[:] = np.abs(twin.table)
    with np.errstate(all="ignore"):
        for code, operands in operations(system.program):
            twin.carry_out(code, operands)
    change, data = results(system, rows, entries)
    sizes = results(system, twin.sizes.ravel(), entries)
    return change, data, *sizes


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
            assert form == 0 or lane.FORMS[form - 1] == tuple(shape)
            assert width == 1 + sum(many * (place // 2 + 1) for place, many in enumerate(shape))
            rest = rest[lane.SUM_HEAD :]
            for _ in range(count):
                yield code, [*shape, *rest[:width]]
                rest = rest[width:]


class Twin:
    """The machine, as plainly as it can be written; complains of rows read too early."""

    def __init__(self, table: Values, known: int) -> None:
        self.table = table
        self.sizes = np.zeros_like(table)
        self.known = set(range(known))

    def carry_out(self, code: int, operands: list[int]) -> None:
        """Do one operation; no row may be written twice."""
        if code == lane.SUM:
            self._sum(operands[:6], operands[6], operands[7:])
        elif code == lane.HILL:
            for target, values in zip(operands[:3], _hill(*self._read(operands[3:])), strict=True):
                self._write(target, values)
        elif code in {op.MULTIPLY, lane.MULTIPLY3, lane.MULTIPLY4}:
            self._write(operands[0], np.prod(self._read(operands[1:]), axis=0))
            self.sizes[operands[0]] = np.prod(self.sizes[operands[1:]], axis=0)
        elif code == lane.RECIPROCAL:
            self._write(operands[0], 1.0 / self._read(operands[1:])[0])
        else:
            line = np.array([[code, 0, 1, 2]], dtype=np.uint32)
            slots = [np.append(one, 0.0) for one in self._read(operands[1:]).T]
            for one in slots:
                run(line, 3, 0, 1, one)
            self._write(operands[0], np.array([one[3] for one in slots]))

    def _read(self, rows: list[int]) -> Values:
        assert set(rows) <= self.known
        return self.table[rows]

    def _write(self, target: int, values: Values) -> None:
        assert target not in self.known
        self.known.add(target)
        self.table[target] = values
        self.sizes[target] = np.abs(values)

    def _sum(self, shape: list[int], target: int, rows: list[int]) -> None:
        total, size = np.full(LANES, -0.0), np.zeros(LANES)
        for kind, many in enumerate(shape):
            for _ in range(many):
                factors, rows = rows[: kind // 2 + 1], rows[kind // 2 + 1 :]
                total = total + (-1.0 if kind % 2 else 1.0) * np.prod(self._read(factors), axis=0)
                size = size + np.prod(self.sizes[factors], axis=0)
        assert not rows
        self._write(target, total)
        self.sizes[target] = size


def _hill(x: Values, half: Values, exponent: Values) -> tuple[Values, Values, Values]:
    scaled = x / half
    above, straight = scaled > 0.0, exponent == 1.0
    power = np.where(above, scaled, 0.0) ** exponent
    value, free = power / (1.0 + power), 1.0 / (1.0 + power)
    huge = power > 1e150
    value, free = np.where(huge, 1.0, value), np.where(huge, 1.0 / power, free)
    slope = exponent * value * free / x
    return (
        np.where(above, value, np.where(straight, scaled, 0.0 * scaled)),
        np.where(above, free, np.where(straight, 1.0 - scaled, 1.0)),
        np.where(above, slope, np.where(straight, 1.0 / half, 0.0)),
    )
