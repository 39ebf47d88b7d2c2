"""The vector work of one Rosenbrock step between right-hand sides and solves, eight lanes wide.

Stage vectors stand one after the other in ``stages``: stage j of state r is row ``j * n + r``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.lanes.jit import block
from pathway.lanes.layout import FIRST_STATE
from pathway.lanes.tableau import DENSE, STAGES, STATE_SUMS, STEP_SUMS
from pathway.lanes.vector import (
    absolute,
    add,
    divide,
    fma,
    load,
    maximum,
    minimum,
    multiply,
    select,
    splat,
    store,
    subtract,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pathway.lanes.jit import LaneValue

    Rows = NDArray[np.float64]

__all__ = [
    "COMBINE",
    "accept",
    "interpolants",
    "largest_move",
    "outputs",
    "step_error",
]

FLOOR = 1e-6
"""nM (or 1): relative changes do not look below it."""


def _combine(stage: int) -> Callable[..., None]:
    """Return the sums before stage ``stage`` (counted from 0): state to evaluate, right side."""
    state, step = np.array(STATE_SUMS[stage]), np.array(STEP_SUMS[stage])
    count = stage

    def combine(rows: Rows, base: Rows, stages: Rows, inverse_step: LaneValue, n: int) -> None:
        # One pass for both sums: each stage is read once.
        for r in range(n):
            k = load(stages, r)
            at = fma(k, splat(state[0]), load(base, r))
            side = multiply(k, splat(step[0]))
            for j in range(1, count):
                k = load(stages, j * n + r)
                at = fma(k, splat(state[j]), at)
                side = fma(k, splat(step[j]), side)
            store(rows, FIRST_STATE + r, at)
            store(stages, count * n + r, multiply(side, inverse_step))

    return block(combine)


COMBINE = tuple(_combine(stage) for stage in range(1, STAGES))


@block
def step_error(rows: Rows, base: Rows, stages: Rows, rtol: float, atol: float, n: int) -> LaneValue:
    """Finish a step: leave the new state in ``rows``.

    Returns
    -------
    Lanes
        Mean square of the error estimate over the tolerance; above 1 is too much.
    """
    total = splat(0.0)
    relative, floor = splat(rtol), splat(atol)
    last = (STAGES - 1) * n
    for r in range(n):
        estimate = load(stages, last + r)
        old = load(base, r)
        new = add(load(rows, FIRST_STATE + r), estimate)
        store(rows, FIRST_STATE + r, new)
        size = maximum(absolute(old), absolute(new))
        scaled = divide(estimate, fma(size, relative, floor))
        total = fma(scaled, scaled, total)
    return divide(total, splat(float(n)))


@block
def largest_move(rows: Rows, base: Rows, n: int) -> LaneValue:
    """Return the largest change of a state in the step over ``|y| + FLOOR``."""
    moved = splat(0.0)
    for r in range(n):
        new = load(rows, FIRST_STATE + r)
        change = absolute(subtract(new, load(base, r)))
        moved = maximum(moved, divide(change, add(absolute(new), splat(FLOOR))))
    return moved


@block
def accept(
    rows: Rows,
    base: Rows,
    high: Rows,
    accepted: LaneValue,
    relative: float,
    absolute_slack: float,
    n: int,
) -> tuple[LaneValue, LaneValue]:
    """Keep the new state where accepted, the old one elsewhere.

    Returns
    -------
    margin : Lanes
        How far the lowest state is above what tolerance explains; below zero is too far.
    lowest : Lanes
        The lowest state.
    """
    margin = splat(np.inf)
    lowest = splat(np.inf)
    for r in range(n):
        new = select(accepted, load(rows, FIRST_STATE + r), load(base, r))
        store(rows, FIRST_STATE + r, new)
        store(base, r, new)
        top = maximum(load(high, r), absolute(new))
        store(high, r, top)
        margin = minimum(margin, fma(top, splat(relative), add(new, splat(absolute_slack))))
        lowest = minimum(lowest, new)
    return margin, lowest


@block
def interpolants(stages: Rows, dense: Rows, kept: NDArray[np.uint32], n: int) -> None:
    """Write the three vectors of the dense output for the kept states, one behind the other."""
    size = kept.size
    for place in range(size):
        r = np.int64(kept[place])
        k = load(stages, r)
        d0, d1 = multiply(k, splat(DENSE[0, 0])), multiply(k, splat(DENSE[1, 0]))
        d2 = multiply(k, splat(DENSE[2, 0]))
        for j in range(1, STAGES):
            k = load(stages, j * n + r)
            d0 = fma(k, splat(DENSE[0, j]), d0)
            d1 = fma(k, splat(DENSE[1, j]), d1)
            d2 = fma(k, splat(DENSE[2, j]), d2)
        store(dense, place, d0)
        store(dense, size + place, d1)
        store(dense, 2 * size + place, d2)


@block
def outputs(
    rows: Rows, base: Rows, dense: Rows, kept: NDArray[np.uint32], share: LaneValue
) -> None:
    """Write the kept states at a share of the step behind those vectors."""
    size = kept.size
    rest = subtract(splat(1.0), share)
    for place in range(size):
        r = np.int64(kept[place])
        value = fma(share, load(dense, 2 * size + place), load(dense, size + place))
        value = fma(share, value, load(dense, place))
        value = fma(rest, value, load(rows, FIRST_STATE + r))
        store(dense, 3 * size + place, fma(share, value, multiply(rest, load(base, r))))
