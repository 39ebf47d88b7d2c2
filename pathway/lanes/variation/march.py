"""Forward sensitivities: the linear variational equation of a run, sixteen parameters side by side.

``S' = J(t) S + df/dp`` with S the derivative of the states by the logarithm of each parameter. The
run is known within each step (its dense output), so the five stage matrices are known beforehand
and are the same for all parameters: each is factorized once, and then serves every group.

The steps are given. Where one is too long for a derivative, by that derivative's own estimate
of its error, the step is done again in halves, quarters and so on, for those that need it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pathway.lanes.jit import allocating, allocating_entry
from pathway.lanes.machine import fill_constants, run_still
from pathway.lanes.variation.lists import GROUP, VECTORS
from pathway.lanes.variation.matrices import linearize, matrices, states_within
from pathway.lanes.variation.slopes import parameter_slopes
from pathway.lanes.variation.start import first_slope, rest_group
from pathway.lanes.variation.step import step_group
from pathway.lanes.variation.tableau import GAMMA, STAGES
from pathway.lanes.vector import fma, greater, load, select, splat, store

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pathway.kernels.arguments import Arguments
    from pathway.lanes.layout import Elimination, LaneProgram
    from pathway.lanes.queue import Shape
    from pathway.lanes.variation.lists import ParameterLists
    from pathway.lanes.variation.step import Room, Tolerances

    Rows = NDArray[np.float64]
    Whole = NDArray[np.int64]

__all__ = ["MOST_HALVINGS", "Course", "make_variation"]

MOST_HALVINGS = 7


class Course(NamedTuple):
    """The steps of a run within which nothing is set from outside."""

    states: NDArray[np.float64]
    """At the stage times of each step, shape (steps, 6, states), in the model's order."""
    lengths: Rows
    report: Whole
    """Row of the output after each step, or -1."""
    readout_start: Whole
    readout_state: Whole
    """In elimination order."""
    readout_weight: Rows
    found: NDArray[np.float64]
    """shape (outputs, readouts, 16 * groups): derivatives of readouts, written here."""
    halvings: Whole
    """Of each step, how often it was halved at most, written here."""


@allocating
def _begin(
    program: LaneProgram,
    shape: Shape,
    order: Whole,
    arguments: Arguments,
    lists: ParameterLists,
    course: Course,
    derivatives: Rows,
    room: Room,
) -> None:
    """Write how fast derivatives change at the start of a course."""
    room.states[0] = course.states[0, 0]
    linearize(program, order, 0, 1, room)
    parameter_slopes(room.states[0], arguments, lists, room.rate, room.partial, room.slots[0])
    for group in range(lists.group_start.size - 1):
        first_slope(group, shape.jacobian, shape.states, lists, derivatives, room)


@allocating
def _concerned(group: int, halvings: int, wanted: Whole) -> bool:
    concerned = False
    for place in range(GROUP * group, GROUP * group + GROUP):
        concerned = concerned or wanted[place] == halvings
    return concerned


@allocating
def _keep(group: int, halvings: int, n: int, derivatives: Rows, room: Room) -> None:
    """Keep what the trial gave where its error allows; elsewhere say how short steps must be."""
    kept = room.stages
    for lane in range(GROUP):
        place = GROUP * group + lane
        kept[lane] = 0.0
        if room.wanted[place] != halvings:
            continue
        error = np.sqrt(room.error[place])
        if error > 1.0 and halvings < MOST_HALVINGS and np.isfinite(error):
            more = int(np.ceil(0.25 * np.log2(error)))
            room.wanted[place] = min(halvings + max(1, more), MOST_HALVINGS)
            continue
        room.wanted[place] = -1
        kept[lane] = 1.0
    first = VECTORS * group * n
    for vector in range(VECTORS):
        keeps = greater(load(kept, vector), splat(0.0))
        for r in range(first + vector, first + VECTORS * n, VECTORS):
            store(derivatives, r, select(keeps, load(room.trial, r), load(derivatives, r)))
            store(room.slope, r, select(keeps, load(room.trial_slope, r), load(room.slope, r)))


@allocating
def _next_halvings(wanted: Whole) -> int:
    """Return the least that a parameter still asks for; -1 if none does."""
    least = -1
    for place in range(wanted.size):
        if wanted[place] >= 0 and (least < 0 or wanted[place] < least):
            least = wanted[place]
    return least


@allocating
def _report(row: int, group: int, n: int, course: Course, derivatives: Rows, room: Room) -> None:
    """Sum a group's derivatives over what each readout reads."""
    for readout in range(course.readout_start.size - 1):
        terms = range(course.readout_start[readout], course.readout_start[readout + 1])
        for vector in range(VECTORS):
            total = splat(0.0)
            for k in terms:
                weight = splat(course.readout_weight[k])
                at = VECTORS * (group * n + course.readout_state[k]) + vector
                total = fma(weight, load(derivatives, at), total)
            store(room.stages, vector, total)
        for lane in range(GROUP):
            course.found[row, readout, GROUP * group + lane] = room.stages[lane]


@allocating
def _march(
    program: LaneProgram,
    elimination: Elimination,
    shape: Shape,
    order: Whole,
    arguments: Arguments,
    lists: ParameterLists,
    tolerances: Tolerances,
    course: Course,
    derivatives: Rows,
    room: Room,
) -> None:
    n, groups = shape.states, lists.group_start.size - 1
    if course.lengths.size > 0:
        _begin(program, shape, order, arguments, lists, course, derivatives, room)
    for step in range(course.lengths.size):
        room.wanted[:] = 0
        halvings = 0
        while halvings >= 0:
            course.halvings[step] = halvings
            pieces = 1 << halvings
            length = course.lengths[step] / pieces
            inverse = 1.0 / (GAMMA * length)
            for piece in range(pieces):
                states_within(course.states[step], piece, pieces, room.states)
                matrices(
                    program,
                    elimination,
                    shape,
                    arguments,
                    lists,
                    order,
                    inverse,
                    1,
                    STAGES,
                    room,
                )
                for group in range(groups):
                    if not _concerned(group, halvings, room.wanted):
                        continue
                    values, speeds = room.trial, room.trial_slope
                    if piece == 0:
                        values, speeds = derivatives, room.slope
                        for vector in range(VECTORS):
                            store(room.error, VECTORS * group + vector, splat(0.0))
                    step_group(
                        group,
                        length,
                        n,
                        elimination,
                        order,
                        lists,
                        tolerances,
                        values,
                        speeds,
                        room,
                    )
                    if piece == pieces - 1:
                        _keep(group, halvings, n, derivatives, room)
            halvings = _next_halvings(room.wanted)
        if course.report[step] >= 0:
            for group in range(groups):
                _report(course.report[step], group, n, course, derivatives, room)


@cache
def make_variation(digest: int) -> Callable[..., None]:
    """Return the compiled march over a course; see ``make_advance`` for the digest.

    ``derivatives``, ``2 * states`` rows for each group, is advanced in place. With a ``horizon``, the
    first state of the course is a rest, and derivatives are brought to theirs by implicit steps of
    that time; ``room.error`` has the relative change that each had in the last one.
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
        tolerances: Tolerances,
        course: Course,
        horizon: float,
        derivatives: Rows,
        room: Room,
    ) -> None:
        if digest == 0:
            return
        fill_constants(room.rows, constants, shape.first_constant)
        for k in range(shape.numbers):
            store(room.rows, shape.first_number + k, splat(numbers[k]))
        run_still(room.rows, program)
        if horizon == 0.0:
            _march(
                program,
                elimination,
                shape,
                order,
                arguments,
                lists,
                tolerances,
                course,
                derivatives,
                room,
            )
            return
        room.states[0] = course.states[0, 0]
        inverse = 1.0 / horizon
        matrices(program, elimination, shape, arguments, lists, order, inverse, 0, 1, room)
        for group in range(lists.group_start.size - 1):
            rest_group(group, inverse, shape.states, elimination, lists, derivatives, room)

    return allocating_entry(vary)
