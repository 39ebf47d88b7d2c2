"""One step of the variational equation for one group of sixteen parameters.

State r of a group is two rows, one behind the other: ``2 * (group * n + r)`` and the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pathway.lanes.jit import allocating
from pathway.lanes.variation.lists import VECTORS
from pathway.lanes.variation.solve import solve_pairs
from pathway.lanes.variation.tableau import ESTIMATE, GAMMA, KNOWN, LAST_SLOPE, STAGES
from pathway.lanes.vector import (
    absolute,
    add,
    at_least,
    divide,
    fma,
    load,
    maximum,
    multiply,
    select,
    splat,
    store,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pathway.lanes.jit import LaneValue
    from pathway.lanes.layout import Elimination
    from pathway.lanes.variation.lists import ParameterLists

    Rows = NDArray[np.float64]
    Whole = NDArray[np.int64]

__all__ = ["Room", "Tolerances", "add_slots", "step_group"]


class Tolerances(NamedTuple):
    """Of a derivative d y / d ln p: ``relative * (|derivative| + share * |y|) + least``."""

    relative: float
    share: float
    least: float


class Room(NamedTuple):
    """Work space."""

    rows: Rows
    states: NDArray[np.float64]
    """shape (6, states): at the stage times, in the model's order."""
    wide: Rows
    """Factors of all stages, a lane each."""
    factors: NDArray[np.float64]
    """shape (5, factors): of the stages after the first."""
    slots: NDArray[np.float64]
    """shape (5, 16 * slots): of the stages after the first."""
    stages: Rows
    """``5 * 2 * states`` rows: derivatives at the stages after the first."""
    slope: Rows
    """``groups * 2 * states`` rows: how fast derivatives change where they stand."""
    trial: Rows
    trial_slope: Rows
    """The same of what is being tried, derivatives and how fast they change."""
    error: Rows
    """Two rows for each group."""
    wanted: Whole
    """Of each parameter, how often the step is to be halved; -1: it is done."""
    rate: Rows
    partial: Rows


@allocating
def add_slots(lists: ParameterLists, group: int, slots: Rows, into: Rows, first: int) -> None:
    """Add how fast a group's parameters change the derivative to rows from ``first`` on."""
    for slot in range(lists.group_start[group], lists.group_start[group + 1]):
        for vector in range(VECTORS):
            row = first + VECTORS * lists.slot_state[slot] + vector
            store(into, row, add(load(into, row), load(slots, VECTORS * slot + vector)))


def _stage(number: int) -> Callable[..., None]:
    """Return the solution of one stage; its numbers are constants, so that its sums are unrolled."""
    start, slope = float(KNOWN[number, 0]), float(KNOWN[number, 1])
    weights = np.ascontiguousarray(KNOWN[number, 2:])
    before = number - 1

    def stage(
        group: int,
        length: float,
        n: int,
        elimination: Elimination,
        lists: ParameterLists,
        values: Rows,
        speeds: Rows,
        room: Room,
    ) -> None:
        inverse = 1.0 / (GAMMA * length)
        stages, rows = room.stages, VECTORS * n
        first, own = group * rows, before * rows
        for r in range(rows):
            known = multiply(splat(start * inverse), load(values, first + r))
            if slope != 0.0:
                known = fma(splat(slope / GAMMA), load(speeds, first + r), known)
            for earlier in range(before):
                known = fma(
                    splat(weights[earlier] * inverse), load(stages, earlier * rows + r), known
                )
            store(stages, own + r, known)
        add_slots(lists, group, room.slots[before], stages, own)
        solve_pairs(room.factors[before], elimination, stages, own)

    return allocating(stage)


STAGE1, STAGE2, STAGE3, STAGE4, STAGE5 = (_stage(number) for number in range(1, STAGES))


@allocating
def step_group(
    group: int,
    length: float,
    n: int,
    elimination: Elimination,
    order: Whole,
    lists: ParameterLists,
    tolerances: Tolerances,
    values: Rows,
    speeds: Rows,
    room: Room,
) -> None:
    """Advance a group over a step whose matrices are factorized, into the trial.

    ``values`` and ``speeds`` are the derivatives at its start and how fast they change there; they
    may be the trial's own. Raises the group's ``error`` to the step's.
    """
    STAGE1(group, length, n, elimination, lists, values, speeds, room)
    STAGE2(group, length, n, elimination, lists, values, speeds, room)
    STAGE3(group, length, n, elimination, lists, values, speeds, room)
    STAGE4(group, length, n, elimination, lists, values, speeds, room)
    STAGE5(group, length, n, elimination, lists, values, speeds, room)
    rows = VECTORS * n
    for vector in range(VECTORS):
        total = splat(0.0)
        for state in range(n):
            r = VECTORS * state + vector
            level = abs(room.states[STAGES - 1, order[state]])
            scaled = _judged(group * rows, rows, r, level, tolerances, values, room)
            total = fma(scaled, scaled, total)
            _accept(group * rows, rows, r, length, values, room)
        total = divide(total, splat(float(n)))
        worst = load(room.error, VECTORS * group + vector)
        worst = select(at_least(worst, total), worst, total)
        store(room.error, VECTORS * group + vector, worst)


@allocating
def _judged(
    first: int,
    rows: int,
    r: int,
    level: float,
    tolerances: Tolerances,
    values: Rows,
    room: Room,
) -> LaneValue:
    """Return the estimated error of a row at a step's end, in tolerances."""
    old, new = load(values, first + r), load(room.stages, (STAGES - 2) * rows + r)
    estimate = multiply(splat(ESTIMATE[0]), old)
    for stage in range(STAGES - 1):
        weight = splat(ESTIMATE[stage + 2])
        estimate = fma(weight, load(room.stages, stage * rows + r), estimate)
    top = add(splat(tolerances.share * level), maximum(absolute(old), absolute(new)))
    return divide(estimate, fma(top, splat(tolerances.relative), splat(tolerances.least)))


@allocating
def _accept(first: int, rows: int, r: int, length: float, values: Rows, room: Room) -> None:
    """Put a row of a step's end into the trial."""
    slope = multiply(splat(LAST_SLOPE[0] / length), load(values, first + r))
    for stage in range(STAGES - 1):
        weight = splat(LAST_SLOPE[stage + 2] / length)
        slope = fma(weight, load(room.stages, stage * rows + r), slope)
    store(room.trial, first + r, load(room.stages, (STAGES - 2) * rows + r))
    store(room.trial_slope, first + r, slope)
