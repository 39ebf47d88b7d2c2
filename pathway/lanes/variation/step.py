"""One step of the variational equation for one group of eight parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pathway.lanes.jit import allocating
from pathway.lanes.linear import solve_one
from pathway.lanes.variation.tableau import COEFFICIENTS, ERROR, GAMMA, STAGES
from pathway.lanes.vector import (
    LANES,
    absolute,
    add,
    at_least,
    divide,
    fma,
    greater,
    load,
    maximum,
    multiply,
    select,
    splat,
    store,
    subtract,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pathway.lanes.layout import Elimination
    from pathway.lanes.variation.lists import ParameterLists

    Rows = NDArray[np.float64]
    Whole = NDArray[np.int64]

__all__ = ["SETTLED", "Room", "Tolerances", "first_slope", "rest_group", "step_group"]

SETTLED = 1e-11
"""Relative change at which a derivative at rest is done."""

MOST_ITERATIONS = 60


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
    """shape (5, 8 * slots): of the stages after the first."""
    slopes: Rows
    """``5 * states`` rows: of the stages after the first."""
    side: Rows
    """``states`` rows."""
    slope: Rows
    """``groups * states`` rows: how fast derivatives change where they stand."""
    trial: Rows
    trial_slope: Rows
    """The same of what is being tried, derivatives and how fast they change."""
    error: Rows
    """A row for each group."""
    wanted: Whole
    """Of each parameter, how often the step is to be halved; -1: it is done."""
    rate: Rows
    partial: Rows


@allocating
def add_slots(lists: ParameterLists, group: int, slots: Rows, side: Rows) -> None:
    """Add how fast a group's parameters change the derivative."""
    for slot in range(lists.group_start[group], lists.group_start[group + 1]):
        state = lists.slot_state[slot]
        store(side, state, add(load(side, state), load(slots, slot)))


def _stage(number: int) -> Callable[..., None]:
    """Return the solution of one stage; its numbers are constants, so that its sums are unrolled.

    On the way to its right-hand side the slopes of the stage before are finished, whose solution is
    in ``side``.
    """
    weights = np.ascontiguousarray(COEFFICIENTS[number])
    before = number - 1

    def stage(
        group: int,
        length: float,
        n: int,
        elimination: Elimination,
        lists: ParameterLists,
        room: Room,
    ) -> None:
        inverse, step = splat(1.0 / (GAMMA * length)), splat(length)
        side, slopes, first = room.side, room.slopes, group * n
        for r in range(n):
            total = multiply(splat(weights[0]), load(room.trial_slope, first + r))
            for earlier in range(1, before):
                at = (earlier - 1) * n + r
                total = fma(splat(weights[earlier]), load(slopes, at), total)
            if before > 0:
                at = (before - 1) * n + r
                slope = subtract(multiply(load(side, r), inverse), load(slopes, at))
                store(slopes, at, slope)
                total = fma(splat(weights[before]), slope, total)
            known = multiply(fma(step, total, load(room.trial, first + r)), inverse)
            store(slopes, before * n + r, known)
            store(side, r, known)
        add_slots(lists, group, room.slots[before], side)
        solve_one(room.factors[before], elimination, side, 0)

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
    room: Room,
) -> None:
    """Advance a group's trial over a step whose matrices are factorized.

    Raises the group's ``error`` to the step's.
    """
    STAGE1(group, length, n, elimination, lists, room)
    STAGE2(group, length, n, elimination, lists, room)
    STAGE3(group, length, n, elimination, lists, room)
    STAGE4(group, length, n, elimination, lists, room)
    STAGE5(group, length, n, elimination, lists, room)
    _accept(group, length, n, order, tolerances, room)


@allocating
def _accept(
    group: int, length: float, n: int, order: Whole, tolerances: Tolerances, room: Room
) -> None:
    """Put a step's end and its slopes into the trial and judge it."""
    inverse, step = splat(1.0 / (GAMMA * length)), splat(length)
    relative, least = splat(tolerances.relative), splat(tolerances.least)
    side, slopes, first = room.side, room.slopes, group * n
    last = STAGES - 1
    total = splat(0.0)
    for r in range(n):
        old, new = load(room.trial, first + r), load(side, r)
        estimate = multiply(splat(ERROR[0]), load(room.trial_slope, first + r))
        for stage in range(1, last):
            at = (stage - 1) * n + r
            estimate = fma(splat(ERROR[stage]), load(slopes, at), estimate)
        slope = subtract(multiply(new, inverse), load(slopes, (last - 1) * n + r))
        estimate = multiply(fma(splat(ERROR[last]), slope, estimate), step)
        store(room.trial, first + r, new)
        store(room.trial_slope, first + r, slope)
        level = splat(tolerances.share * abs(room.states[last, order[r]]))
        top = add(level, maximum(absolute(old), absolute(new)))
        scaled = divide(estimate, fma(top, relative, least))
        total = fma(scaled, scaled, total)
    total = divide(total, splat(float(n)))
    worst = load(room.error, group)
    store(room.error, group, select(at_least(worst, total), worst, total))


@allocating
def first_slope(
    group: int,
    jacobian: int,
    n: int,
    lists: ParameterLists,
    derivatives: Rows,
    room: Room,
) -> None:
    """Write how fast a group's derivatives change, with the Jacobian of all lanes in ``rows``."""
    side, first = room.side, group * n
    for r in range(n):
        store(side, r, splat(0.0))
    add_slots(lists, group, room.slots[0], side)
    for entry in range(lists.entry_row.size):
        row, column = lists.entry_row[entry], lists.entry_column[entry]
        value = load(room.rows, jacobian + entry)
        store(side, row, fma(value, load(derivatives, first + column), load(side, row)))
    for r in range(n):
        store(room.slope, first + r, load(side, r))


@allocating
def rest_group(
    group: int,
    inverse: float,
    n: int,
    elimination: Elimination,
    lists: ParameterLists,
    values: Rows,
    room: Room,
) -> None:
    """Bring a group's derivatives to rest; leave the last relative changes in ``error``."""
    side, first = room.side, group * n
    moving = splat(1.0)
    for _ in range(MOST_ITERATIONS):
        for r in range(n):
            store(side, r, multiply(load(values, first + r), splat(inverse)))
        add_slots(lists, group, room.slots[0], side)
        solve_one(room.factors[0], elimination, side, 0)
        still = greater(moving, splat(SETTLED))
        change, size = splat(0.0), splat(1e-300)
        for r in range(n):
            old, new = load(values, first + r), load(side, r)
            change = maximum(change, absolute(subtract(new, old)))
            size = maximum(size, absolute(new))
            # Where a lane has settled it stays, whatever its neighbours still do.
            store(values, first + r, select(still, new, old))
        moving = select(still, divide(change, size), moving)
        store(room.error, group, moving)
        busy = False
        for lane in range(LANES):
            busy = busy or room.error[LANES * group + lane] > SETTLED
        if not busy:
            return
