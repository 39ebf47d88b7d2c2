"""The integrator: eight runs side by side, each with its own step, refilled from a queue.

All lanes try a step together, each of its own length. What a lane does depends on its own numbers
only, so a run gives the same bits in any lane, beside any others and on any thread.

The step control is the usual one for a method of order 5: the next step is
``0.9 * error ** -0.2`` times the last one, within a factor of 5 down and 6 up, and not longer right
after a rejected one (E. Hairer, G. Wanner, "Solving Ordinary Differential Equations II", IV.8).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from pathway.lanes.jit import block, entry, part
from pathway.lanes.linear import decompose, solve
from pathway.lanes.machine import fill_constants, run_rates, run_slopes, run_still
from pathway.lanes.queue import Ending, Queue, Returned, Shape
from pathway.lanes.refill import (
    ERROR,
    FRESH,
    HELD,
    LOW,
    LOWEST,
    MARGIN,
    MOVED,
    NONE,
    OUTPUT,
    REJECTED,
    REST,
    RUN,
    SHARE,
    SMALL,
    STEEP,
    STEP,
    STEPS,
    STOP,
    TAKEN,
    TIME,
    finish,
    pass_events,
    refill,
)
from pathway.lanes.stages import (
    COMBINE,
    accept,
    interpolants,
    largest_move,
    outputs,
    step_error,
)
from pathway.lanes.tableau import GAMMA
from pathway.lanes.vector import (
    LANES,
    absolute,
    divide,
    fma,
    greater,
    load,
    multiply,
    splat,
    store,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pathway.lanes.jit import LaneValue
    from pathway.lanes.layout import Elimination, LaneProgram

    Rows = NDArray[np.float64]
    Whole = NDArray[np.int64]

__all__ = ["make_advance"]

SAFETY, SHRINK, GROW, POWER = 0.9, 0.2, 6.0, -0.2
FIRST_SHARE = 1e-2
"""Of the time a state takes to change by itself, for the first step."""
SHORTEST = 1e-14
"""Of the time, or of the stretch: shorter steps are rounding."""
OK, STEP_LIMIT = int(Ending.OK), int(Ending.STEP_LIMIT)
NOT_FINITE, NEGATIVE, AT_REST = int(Ending.NOT_FINITE), int(Ending.NEGATIVE), int(Ending.AT_REST)
STAGE2, STAGE3, STAGE4, STAGE5, STAGE6, STAGE7, STAGE8 = COMBINE


@block
def _first_steps(
    queue: Queue, shape: Shape, rows: Rows, base: Rows, lanes: Rows, whole: Whole
) -> None:
    """Guess a step for fresh lanes from how fast their states change."""
    relative, floor = splat(queue.rtol), splat(queue.atol)
    size, change = splat(0.0), splat(0.0)
    for r in range(shape.states):
        y = load(base, r)
        scale = divide(splat(1.0), fma(absolute(y), relative, floor))
        share = multiply(y, scale)
        size = fma(share, share, size)
        share = multiply(load(rows, shape.derivative + r), scale)
        change = fma(share, share, change)
    store(lanes, SMALL, size)
    store(lanes, STEEP, change)
    for lane in range(LANES):
        if whole[RUN, lane] == NONE or whole[FRESH, lane] == 0:
            continue
        whole[FRESH, lane] = 0
        length = lanes[LANES * STOP + lane] - lanes[LANES * TIME + lane]
        y, f = np.sqrt(lanes[LANES * SMALL + lane]), np.sqrt(lanes[LANES * STEEP + lane])
        guess = FIRST_SHARE * max(y, 1.0) / f if f > 1e-300 else length
        lanes[LANES * STEP + lane] = min(guess, length) if guess > 0.0 else 1e-6 * length


@block
def _choose_steps(lanes: Rows, whole: Whole) -> None:
    """Write the step that each lane takes: its own, or up to its next event."""
    for lane in range(LANES):
        place = LANES * TAKEN + lane
        if whole[RUN, lane] == NONE:
            lanes[place] = 1.0
            continue
        left = lanes[LANES * STOP + lane] - lanes[LANES * TIME + lane]
        step = lanes[LANES * STEP + lane]
        if step >= left:
            lanes[place] = left
        elif step > 0.5 * left:
            lanes[place] = 0.5 * left  # rather two equal steps than one of nothing
        else:
            lanes[place] = step


@part
def _try_step(
    program: LaneProgram,
    elimination: Elimination,
    shape: Shape,
    rows: Rows,
    base: Rows,
    stages: Rows,
    factors: Rows,
    taken: LaneValue,
) -> None:
    """Compute the stages of a step; ``rows`` holds the derivative and Jacobian at its start."""
    n = shape.states
    inverse = divide(splat(1.0), taken)
    decompose(factors, rows, shape.jacobian, multiply(inverse, splat(1.0 / GAMMA)), elimination)
    for r in range(n):
        store(stages, r, splat(0.0))
    solve(factors, elimination, stages, 0, rows, shape.derivative)
    STAGE2(rows, base, stages, inverse, n)
    _solve_stage(1, program, elimination, shape, rows, stages, factors)
    STAGE3(rows, base, stages, inverse, n)
    _solve_stage(2, program, elimination, shape, rows, stages, factors)
    STAGE4(rows, base, stages, inverse, n)
    _solve_stage(3, program, elimination, shape, rows, stages, factors)
    STAGE5(rows, base, stages, inverse, n)
    _solve_stage(4, program, elimination, shape, rows, stages, factors)
    STAGE6(rows, base, stages, inverse, n)
    _solve_stage(5, program, elimination, shape, rows, stages, factors)
    STAGE7(rows, base, stages, inverse, n)
    _solve_stage(6, program, elimination, shape, rows, stages, factors)
    STAGE8(rows, base, stages, inverse, n)
    _solve_stage(7, program, elimination, shape, rows, stages, factors)


@part
def _solve_stage(
    stage: int,
    program: LaneProgram,
    elimination: Elimination,
    shape: Shape,
    rows: Rows,
    stages: Rows,
    factors: Rows,
) -> None:
    run_rates(rows, program)
    solve(factors, elimination, stages, stage * shape.states, rows, shape.derivative)


@block
def _judge(
    queue: Queue, returned: Returned, states: int, base: Rows, lanes: Rows, whole: Whole
) -> None:
    """Accept or reject each lane's step and choose the next one; failed runs end here.

    Leaves 1 in ``SHARE`` where accepted, else 0.
    """
    for lane in range(LANES):
        lanes[LANES * SHARE + lane] = 0.0
        if whole[RUN, lane] == NONE:
            continue
        if whole[STEPS, lane] + whole[REJECTED, lane] >= queue.most_steps:
            finish(lane, STEP_LIMIT, queue, returned, states, base, lanes, whole)
            whole[RUN, lane] = NONE
            continue
        error, taken = np.sqrt(lanes[LANES * ERROR + lane]), lanes[LANES * TAKEN + lane]
        factor = SHRINK
        if error < 1e-10:
            factor = GROW
        elif np.isfinite(error):
            factor = min(GROW, max(SHRINK, SAFETY * error**POWER))
        if error <= 1.0:
            lanes[LANES * SHARE + lane] = 1.0
            whole[STEPS, lane] += 1
            if whole[HELD, lane] == 1:
                factor = min(factor, 1.0)
            whole[HELD, lane] = 0
            # A step cut short by an event says little about the longest one possible.
            if taken == lanes[LANES * STEP + lane] or factor < GROW:
                lanes[LANES * STEP + lane] = factor * taken
            else:
                lanes[LANES * STEP + lane] = max(factor * taken, lanes[LANES * STEP + lane])
        else:
            whole[REJECTED, lane] += 1
            whole[HELD, lane] = 1
            lanes[LANES * STEP + lane] = min(factor, SAFETY) * taken
            short = SHORTEST * max(abs(lanes[LANES * TIME + lane]), 1e-3)
            if not lanes[LANES * STEP + lane] > short:
                finish(lane, NOT_FINITE, queue, returned, states, base, lanes, whole)
                whole[RUN, lane] = NONE


@block
def _report(
    queue: Queue,
    returned: Returned,
    n: int,
    rows: Rows,
    base: Rows,
    stages: Rows,
    dense: Rows,
    lanes: Rows,
    whole: Whole,
) -> None:
    """Report what is due within the accepted steps, by dense output."""
    ready = False
    for _ in range(queue.times.size):
        due = False
        for lane in range(LANES):
            lanes[LANES * MOVED + lane] = 1.0
            if whole[RUN, lane] == NONE or lanes[LANES * SHARE + lane] == 0.0:
                continue
            if whole[OUTPUT, lane] >= queue.times.size:
                continue
            past = queue.times[whole[OUTPUT, lane]] - lanes[LANES * TIME + lane]
            if past < lanes[LANES * TAKEN + lane]:
                lanes[LANES * MOVED + lane] = past / lanes[LANES * TAKEN + lane]
                due = True
        if not due:
            return
        if not ready:
            interpolants(stages, dense, queue.kept, n)
            ready = True
        outputs(rows, base, dense, queue.kept, load(lanes, MOVED))
        for lane in range(LANES):
            if whole[RUN, lane] != NONE and lanes[LANES * MOVED + lane] < 1.0:
                level = returned.levels[whole[RUN, lane], whole[OUTPUT, lane]]
                for place in range(queue.kept.size):
                    level[place] = dense[LANES * (3 * queue.kept.size + place) + lane]
                whole[OUTPUT, lane] += 1


@block
def _arrive(
    queue: Queue,
    returned: Returned,
    shape: Shape,
    rows: Rows,
    base: Rows,
    lanes: Rows,
    whole: Whole,
) -> bool:
    """Move accepted lanes on in time; end what is over. Return whether an event changed numbers."""
    changed = False
    for lane in range(LANES):
        if whole[RUN, lane] == NONE or lanes[LANES * SHARE + lane] == 0.0:
            continue
        taken = lanes[LANES * TAKEN + lane]
        left = lanes[LANES * STOP + lane] - lanes[LANES * TIME + lane]
        arrived = taken >= left
        if arrived:
            lanes[LANES * TIME + lane] = lanes[LANES * STOP + lane]
        else:
            lanes[LANES * TIME + lane] += taken
        mark = whole[STEPS, lane] - 1
        if mark < returned.marks.shape[1]:
            returned.marks[whole[RUN, lane], mark] = lanes[LANES * TIME + lane]
        low = min(lanes[LANES * LOWEST + lane], lanes[LANES * LOW + lane])
        lanes[LANES * LOWEST + lane] = low
        if lanes[LANES * MARGIN + lane] < 0.0:
            finish(lane, NEGATIVE, queue, returned, shape.states, base, lanes, whole)
            whole[RUN, lane] = NONE
            continue
        still = queue.rest > 0.0 and lanes[LANES * REST + lane] <= queue.rest * taken
        if arrived or still:
            changed = True
            time = lanes[LANES * TIME + lane]
            # At rest the state stays what it is until something is set from outside.
            lanes[LANES * TIME + lane] = lanes[LANES * STOP + lane]
            if pass_events(lane, queue, returned, shape, rows, base, lanes, whole):
                lanes[LANES * TIME + lane] = time
                ending = AT_REST if still else OK
                finish(lane, ending, queue, returned, shape.states, base, lanes, whole)
                whole[RUN, lane] = NONE
    return changed


@cache
def make_advance(digest: int) -> Callable[..., None]:
    """Return the compiled integrator: runs ``queue`` to its end and writes ``returned``.

    Parameters
    ----------
    digest : int
        Of the kernels' source files. numba's cache looks at the file of the cached function only;
        a number that the function closes over makes it look at the others too.
    """

    def advance(
        program: LaneProgram,
        elimination: Elimination,
        shape: Shape,
        constants: Rows,
        queue: Queue,
        returned: Returned,
        counter: Whole,
        rows: Rows,
        base: Rows,
        high: Rows,
        stages: Rows,
        factors: Rows,
        dense: Rows,
        lanes: Rows,
        whole: Whole,
    ) -> None:
        if digest == 0:
            return
        n = shape.states
        fill_constants(rows, constants, shape.first_constant)
        changed = True
        while True:
            busy, new = refill(queue, returned, counter, shape, rows, base, high, lanes, whole)
            if not busy:
                return
            if new or changed:
                run_still(rows, program)
            run_rates(rows, program)
            if new or changed:
                _first_steps(queue, shape, rows, base, lanes, whole)
            run_slopes(rows, program)
            _choose_steps(lanes, whole)
            _try_step(program, elimination, shape, rows, base, stages, factors, load(lanes, TAKEN))
            store(lanes, ERROR, step_error(rows, base, stages, queue.rtol, queue.atol, n))
            if queue.rest > 0.0:
                store(lanes, REST, largest_move(rows, base, n))
            _judge(queue, returned, n, base, lanes, whole)
            _report(queue, returned, n, rows, base, stages, dense, lanes, whole)
            accepted = greater(load(lanes, SHARE), splat(0.5))
            slack = queue.slack
            margin, low = accept(
                rows, base, high, accepted, slack * queue.rtol, slack * queue.atol, n
            )
            store(lanes, MARGIN, margin)
            store(lanes, LOW, low)
            changed = _arrive(queue, returned, shape, rows, base, lanes, whole)

    return entry(advance)
