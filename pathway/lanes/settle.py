"""Newton's method to rest, eight cells side by side, with conserved totals held by construction.

A step solves ``(I / H - J) move = f`` with a long time H: an implicit Euler step. What the network
conserves, f has none of, and so no move has; everything that relaxes faster than H comes to rest as
with Newton's method (pseudo-transient continuation; C. T. Kelley, D. E. Keyes, SIAM J. Numer. Anal.
35, 508 (1998), doi 10.1137/S0036142996304796).

The determinant of ``I / H - J`` is the product of ``1 / H - eigenvalue``: below zero it shows a
disturbance that grows, faster than ``1 / H`` (more exactly an odd number of them, as at the saddle
between two stable rests). Its sign is that of the pivots, which are there anyway.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pathway.lanes.jit import block, entry
from pathway.lanes.layout import FIRST_STATE, Elimination, LaneProgram
from pathway.lanes.linear import decompose, solve
from pathway.lanes.machine import fill_constants, run_rates, run_slopes, run_still
from pathway.lanes.vector import (
    LANES,
    absolute,
    add,
    divide,
    fetch_add,
    greater,
    load,
    load_whole,
    negate,
    select,
    splat,
    store,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from pathway.lanes.jit import LaneValue
    from pathway.lanes.queue import Shape

    Rows = NDArray[np.float64]
    Whole = NDArray[np.int64]

__all__ = ["make_settle"]

FLOOR = 1e-6
"""nM (or 1): relative measures do not look below it."""

SETTLED = 1e-12
"""Relative move at which another step would only stir the rounding."""

MOST_STEPS = 16


@block
def _load_cells(
    first: int,
    order: NDArray[np.int64],
    states: NDArray[np.float64],
    numbers: NDArray[np.float64],
    numbers_of: NDArray[np.int64],
    shape: Shape,
    rows: Rows,
) -> None:
    """Put eight cells into the lanes; the last one again where there are fewer."""
    for lane in range(LANES):
        cell = min(first + lane, states.shape[0] - 1)
        for k in range(shape.states):
            rows[LANES * (FIRST_STATE + k) + lane] = states[cell, order[k]]
        for k in range(shape.numbers):
            rows[LANES * (shape.first_number + k) + lane] = numbers[numbers_of[cell], k]


@block
def _sign(states: int, factors: Rows, elimination: Elimination) -> LaneValue:
    """Return the sign of the determinant of what was factorized."""
    sign = splat(1.0)
    for k in range(states):
        pivot = load(factors, load_whole(elimination.diagonal, k))
        sign = select(greater(splat(0.0), pivot), negate(sign), sign)
    return sign


@block
def _settle_lanes(
    program: LaneProgram,
    elimination: Elimination,
    shape: Shape,
    horizon: float,
    rows: Rows,
    stages: Rows,
    factors: Rows,
    lanes: Rows,
) -> None:
    """Step all lanes to rest.

    Leaves each lane's last relative move, its steps and the sign of its determinant in ``lanes``.
    """
    moving, steps, sign = splat(1.0), splat(0.0), splat(1.0)
    for _ in range(MOST_STEPS):
        run_rates(rows, program)
        run_slopes(rows, program)
        decompose(factors, rows, shape.jacobian, splat(1.0 / horizon), elimination)
        for r in range(shape.states):
            store(stages, r, splat(0.0))
        solve(factors, elimination, stages, 0, rows, shape.derivative)
        still = greater(moving, splat(SETTLED))
        sign = select(still, _sign(shape.states, factors, elimination), sign)
        largest = splat(0.0)
        for r in range(shape.states):
            y, move = load(rows, FIRST_STATE + r), load(stages, r)
            share = divide(absolute(move), add(absolute(y), splat(FLOOR)))
            largest = select(greater(share, largest), share, largest)
            # Where a lane has settled it stays, whatever its neighbours still do.
            store(rows, FIRST_STATE + r, select(still, add(y, move), y))
        steps = select(still, add(steps, splat(1.0)), steps)
        moving = select(still, largest, moving)
        store(lanes, 0, moving)
        store(lanes, 1, steps)
        store(lanes, 2, sign)
        busy = False
        for lane in range(LANES):
            busy = busy or lanes[lane] > SETTLED
        if not busy:
            return


@cache
def make_settle(digest: int) -> Callable[..., None]:
    """Return the compiled iteration; see ``make_advance`` for the parameter."""

    def settle(
        program: LaneProgram,
        elimination: Elimination,
        shape: Shape,
        constants: Rows,
        order: Whole,
        states: Rows,
        numbers: Rows,
        numbers_of: Whole,
        horizon: float,
        moved: Rows,
        steps: Rows,
        signs: Rows,
        counter: Whole,
        rows: Rows,
        stages: Rows,
        factors: Rows,
        lanes: Rows,
    ) -> None:
        if digest == 0:
            return
        fill_constants(rows, constants, shape.first_constant)
        cells = states.shape[0]
        while True:
            first = LANES * fetch_add(counter)
            if first >= cells:
                return
            _load_cells(first, order, states, numbers, numbers_of, shape, rows)
            run_still(rows, program)
            _settle_lanes(program, elimination, shape, horizon, rows, stages, factors, lanes)
            for lane in range(min(LANES, cells - first)):
                for k in range(shape.states):
                    states[first + lane, order[k]] = rows[LANES * (FIRST_STATE + k) + lane]
                moved[first + lane] = lanes[lane]
                steps[first + lane] = lanes[LANES + lane]
                signs[first + lane] = lanes[2 * LANES + lane]

    return entry(settle)
