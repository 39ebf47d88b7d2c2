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

__all__ = ["SETTLED", "Room", "Tolerances", "add_slots", "rest_group", "step_group"]

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
    """shape (5, states): at the stage times, in the model's order."""
    wide: Rows
    """Factors of all stages, a lane each."""
    factors: NDArray[np.float64]
    """shape (5, factors)."""
    slots: NDArray[np.float64]
    """shape (5, 8 * slots)."""
    slopes: Rows
    """``5 * states`` rows."""
    side: Rows
    """``states`` rows."""
    trial: Rows
    """``groups * states`` rows."""
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
    """Return the solution of one stage; its numbers are constants, so that its sums are unrolled."""
    weights = np.ascontiguousarray(COEFFICIENTS[number])

    def stage(
        group: int,
        length: float,
        n: int,
        elimination: Elimination,
        lists: ParameterLists,
        values: Rows,
        room: Room,
    ) -> None:
        inverse, step = splat(1.0 / (GAMMA * length)), splat(length)
        side, slopes, first = room.side, room.slopes, group * n
        for r in range(n):
            total = splat(0.0)
            for earlier in range(number):
                total = fma(splat(weights[earlier]), load(slopes, earlier * n + r), total)
            known = multiply(fma(step, total, load(values, first + r)), inverse)
            store(slopes, number * n + r, known)
            store(side, r, known)
        add_slots(lists, group, room.slots[number], side)
        solve_one(room.factors[number], elimination, side, 0)
        for r in range(n):
            start = load(slopes, number * n + r)
            store(slopes, number * n + r, subtract(multiply(load(side, r), inverse), start))

    return allocating(stage)


STAGE1, STAGE2, STAGE3, STAGE4, STAGE5 = (_stage(number) for number in range(STAGES))


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
    room: Room,
) -> None:
    """Advance a group over a step whose matrices are factorized; raise its ``error`` to the step's.

    ``values``, in rows from ``group * n`` on, are replaced by those at the end.
    """
    STAGE1(group, length, n, elimination, lists, values, room)
    STAGE2(group, length, n, elimination, lists, values, room)
    STAGE3(group, length, n, elimination, lists, values, room)
    STAGE4(group, length, n, elimination, lists, values, room)
    STAGE5(group, length, n, elimination, lists, values, room)
    _estimate(group, n, elimination, order, tolerances, values, room)


@allocating
def _estimate(
    group: int,
    n: int,
    elimination: Elimination,
    order: Whole,
    tolerances: Tolerances,
    values: Rows,
    room: Room,
) -> None:
    """Accept a step's end from ``side`` into ``values`` and judge it.

    The estimate is passed through the last matrix once more, as what is stiff would be
    overestimated without.
    """
    side, slopes, first = room.side, room.slopes, group * n
    relative, least = splat(tolerances.relative), splat(tolerances.least)
    for r in range(n):
        old, new = load(values, first + r), load(side, r)
        store(values, first + r, new)
        estimate = multiply(load(slopes, r), splat(ERROR[0] / GAMMA))
        for stage in range(1, STAGES):
            weight = splat(ERROR[stage] / GAMMA)
            estimate = fma(weight, load(slopes, stage * n + r), estimate)
        store(side, r, estimate)
        level = splat(tolerances.share * abs(room.states[STAGES - 1, order[r]]))
        top = add(level, maximum(absolute(old), absolute(new)))
        store(slopes, r, fma(top, relative, least))
    solve_one(room.factors[STAGES - 1], elimination, side, 0)
    total = splat(0.0)
    for r in range(n):
        scaled = divide(load(side, r), load(slopes, r))
        total = fma(scaled, scaled, total)
    total = divide(total, splat(float(n)))
    worst = load(room.error, group)
    store(room.error, group, select(at_least(worst, total), worst, total))


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
