"""Forward sensitivities: the linear variational equation of a run, eight parameters side by side.

``S' = J(t) S + df/dp`` with S the derivative of the states by the logarithm of each parameter. The
run is known at the stage times of each step, so the five stage matrices are known beforehand and
are the same for all parameters: each is factorized once. A step costs five solves for eight
parameters and no evaluation of the model.

The method is SDIRK4 of E. Hairer, G. Wanner, "Solving Ordinary Differential Equations II", table
IV.6.5: five stages, order 4, L-stable, stiffly accurate.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pathway.lanes.jit import block, entry
from pathway.lanes.layout import FIRST_STATE
from pathway.lanes.linear import solve_one
from pathway.lanes.linear_one import decompose_one
from pathway.lanes.machine import fill_constants, run_rates, run_slopes, run_still
from pathway.lanes.parameter_slopes import parameter_slopes
from pathway.lanes.vector import (
    LANES,
    absolute,
    add,
    divide,
    fma,
    load,
    maximum,
    multiply,
    splat,
    store,
    subtract,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pathway.kernels.arguments import Arguments
    from pathway.lanes.layout import Elimination, LaneProgram
    from pathway.lanes.parameter_lists import ParameterLists
    from pathway.lanes.queue import Shape

    Rows = NDArray[np.float64]
    Whole = NDArray[np.int64]

__all__ = ["NODES", "Course", "Room", "make_rest_variation", "make_variation"]

GAMMA = 0.25
NODES = (1 / 4, 3 / 4, 11 / 20, 1 / 2, 1.0)
COEFFICIENTS = np.array(
    [
        [1 / 4, 0, 0, 0, 0],
        [1 / 2, 1 / 4, 0, 0, 0],
        [17 / 50, -1 / 25, 1 / 4, 0, 0],
        [371 / 1360, -137 / 2720, 15 / 544, 1 / 4, 0],
        [25 / 24, -49 / 48, 125 / 16, -85 / 12, 1 / 4],
    ]
)
STAGES = 5

SETTLED = 1e-11
"""Relative change at which a derivative at rest is done."""

MOST_ITERATIONS = 60


class Course(NamedTuple):
    """The steps of a run within which nothing is set from outside."""

    states: NDArray[np.float64]
    """At the stage times of each step, shape (steps, 5, states), in the model's order."""
    lengths: Rows
    report: Whole
    """Row of the output after each step, or -1."""
    readout_start: Whole
    readout_state: Whole
    """In elimination order."""
    readout_weight: Rows
    found: NDArray[np.float64]
    """shape (outputs, readouts, 8 * groups): derivatives of readouts, written here."""


class Room(NamedTuple):
    """Work space."""

    rows: Rows
    factors: NDArray[np.float64]
    """shape (5, factors)."""
    slots: NDArray[np.float64]
    """shape (5, 8 * slots)."""
    slopes: Rows
    """``5 * states`` rows."""
    side: Rows
    """``states`` rows."""
    rate: Rows
    partial: Rows


@block
def _load_stage_states(states: NDArray[np.float64], order: Whole, rows: Rows) -> None:
    """Put the states at the five stage times into five lanes, the last one into the others."""
    for lane in range(LANES):
        stage = min(lane, states.shape[0] - 1)
        for k in range(order.size):
            rows[LANES * (FIRST_STATE + k) + lane] = states[stage, order[k]]


@block
def _matrices(
    program: LaneProgram,
    elimination: Elimination,
    shape: Shape,
    arguments: Arguments,
    lists: ParameterLists,
    states: NDArray[np.float64],
    order: Whole,
    inverse: float,
    room: Room,
) -> None:
    """Factorize the stage matrices and compute df/dp at the stages."""
    _load_stage_states(states, order, room.rows)
    run_rates(room.rows, program)
    run_slopes(room.rows, program)
    for stage in range(states.shape[0]):
        decompose_one(room.factors[stage], room.rows, shape.jacobian, stage, inverse, elimination)
        parameter_slopes(
            states[stage], arguments, lists, room.rate, room.partial, room.slots[stage]
        )


@block
def _add_slots(lists: ParameterLists, group: int, slots: Rows, side: Rows) -> None:
    for slot in range(lists.group_start[group], lists.group_start[group + 1]):
        state = lists.slot_state[slot]
        store(side, state, add(load(side, state), load(slots, slot)))


@block
def _step_group(
    group: int,
    first: int,
    length: float,
    n: int,
    elimination: Elimination,
    lists: ParameterLists,
    derivatives: Rows,
    room: Room,
) -> None:
    """Advance one group of eight parameters over a step."""
    inverse = splat(1.0 / (GAMMA * length))
    side, slopes = room.side, room.slopes
    for stage in range(STAGES):
        for r in range(n):
            known = load(derivatives, first + r)
            for earlier in range(stage):
                weight = splat(length * COEFFICIENTS[stage, earlier])
                known = fma(weight, load(slopes, earlier * n + r), known)
            known = multiply(known, inverse)
            store(slopes, stage * n + r, known)
            store(side, r, known)
        _add_slots(lists, group, room.slots[stage], side)
        solve_one(room.factors[stage], elimination, side, 0)
        for r in range(n):
            start = load(slopes, stage * n + r)
            store(slopes, stage * n + r, subtract(multiply(load(side, r), inverse), start))
    for r in range(n):
        store(derivatives, first + r, load(side, r))


@block
def _report(
    row: int, group: int, first: int, course: Course, derivatives: Rows, room: Room
) -> None:
    """Sum a group's derivatives over what each readout reads."""
    for readout in range(course.readout_start.size - 1):
        total = splat(0.0)
        for k in range(course.readout_start[readout], course.readout_start[readout + 1]):
            weight = splat(course.readout_weight[k])
            total = fma(weight, load(derivatives, first + course.readout_state[k]), total)
        store(room.side, 0, total)
        for lane in range(LANES):
            course.found[row, readout, LANES * group + lane] = room.side[lane]


@block
def _vary(
    program: LaneProgram,
    elimination: Elimination,
    shape: Shape,
    constants: Rows,
    order: Whole,
    numbers: Rows,
    arguments: Arguments,
    lists: ParameterLists,
    course: Course,
    derivatives: Rows,
    room: Room,
) -> None:
    _fill(program, shape, constants, numbers, room.rows)
    n, groups = shape.states, lists.group_start.size - 1
    for step in range(course.lengths.size):
        length = course.lengths[step]
        inverse = 1.0 / (GAMMA * length)
        states = course.states[step]
        _matrices(program, elimination, shape, arguments, lists, states, order, inverse, room)
        for group in range(groups):
            _step_group(group, group * n, length, n, elimination, lists, derivatives, room)
            if course.report[step] >= 0:
                _report(course.report[step], group, group * n, course, derivatives, room)


@block
def _fill(program: LaneProgram, shape: Shape, constants: Rows, numbers: Rows, rows: Rows) -> None:
    fill_constants(rows, constants, shape.first_constant)
    for k in range(shape.numbers):
        store(rows, shape.first_number + k, splat(numbers[k]))
    run_still(rows, program)


@block
def _rest_group(
    group: int,
    first: int,
    inverse: float,
    n: int,
    elimination: Elimination,
    lists: ParameterLists,
    derivatives: Rows,
    room: Room,
) -> float:
    """Bring one group's derivatives to rest; return the last relative change."""
    side = room.side
    for _ in range(MOST_ITERATIONS):
        for r in range(n):
            store(side, r, multiply(load(derivatives, first + r), splat(inverse)))
        _add_slots(lists, group, room.slots[0], side)
        solve_one(room.factors[0], elimination, side, 0)
        change, size = splat(0.0), splat(0.0)
        for r in range(n):
            new = load(side, r)
            moved = absolute(subtract(new, load(derivatives, first + r)))
            change = maximum(change, moved)
            size = maximum(size, absolute(new))
            store(derivatives, first + r, new)
        store(side, 0, divide(change, maximum(size, splat(1e-300))))
        worst = 0.0
        for lane in range(LANES):
            worst = max(worst, side[lane])
        if worst <= SETTLED:
            return worst
    return worst


@cache
def make_variation(digest: int) -> Callable[..., None]:
    """Return the compiled march over the steps of a course; see ``make_advance`` for the digest.

    ``derivatives``, ``states`` rows for each group, is advanced in place.
    """

    def vary(
        program: LaneProgram,
        elimination: Elimination,
        shape: Shape,
        constants: Rows,
        order: Whole,
        numbers: Rows,
        arguments: Arguments,
        lists: ParameterLists,
        course: Course,
        derivatives: Rows,
        room: Room,
    ) -> None:
        if digest:
            _vary(
                program,
                elimination,
                shape,
                constants,
                order,
                numbers,
                arguments,
                lists,
                course,
                derivatives,
                room,
            )

    return entry(vary)


@cache
def make_rest_variation(digest: int) -> Callable[..., float]:
    """Return the compiled iteration for derivatives of a rest; see ``make_advance``."""

    def rest(
        program: LaneProgram,
        elimination: Elimination,
        shape: Shape,
        constants: Rows,
        order: Whole,
        numbers: Rows,
        arguments: Arguments,
        lists: ParameterLists,
        state: NDArray[np.float64],
        horizon: float,
        derivatives: Rows,
        room: Room,
    ) -> float:
        worst = 0.0
        if digest:
            _fill(program, shape, constants, numbers, room.rows)
            inverse = 1.0 / horizon
            _matrices(program, elimination, shape, arguments, lists, state, order, inverse, room)
            for group in range(lists.group_start.size - 1):
                first = group * shape.states
                worst = max(
                    worst,
                    _rest_group(
                        group, first, inverse, shape.states, elimination, lists, derivatives, room
                    ),
                )
        return worst

    return entry(rest)
