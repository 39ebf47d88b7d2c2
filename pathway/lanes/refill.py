"""Which run each lane holds: taking runs from the queue, passing events, writing what came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.lanes.jit import block
from pathway.lanes.layout import FIRST_STATE
from pathway.lanes.queue import Ending
from pathway.lanes.vector import LANES, fetch_add

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pathway.lanes.queue import Queue, Returned, Shape

    Rows = NDArray[np.float64]
    Whole = NDArray[np.int64]

__all__ = ["finish", "pass_events", "refill"]

# Rows of the lanes' numbers, and of their whole numbers.
TIME, STEP, STOP, ERROR, MOVED, SHARE, MARGIN, TAKEN, SMALL, STEEP = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9
LOW, LOWEST, REST = 10, 11, 12
RUN, EVENT, OUTPUT, STEPS, REJECTED, FRESH, HELD = 0, 1, 2, 3, 4, 5, 6
"""``HELD`` is 1 right after a rejected step."""

NONE = -1
OK = int(Ending.OK)


@block
def _fetch(
    lane: int,
    queue: Queue,
    counter: Whole,
    shape: Shape,
    rows: Rows,
    base: Rows,
    high: Rows,
    lanes: Rows,
    whole: Whole,
) -> bool:
    """Give a lane the next run that waits; return whether there was one."""
    runs = queue.start_of.size
    run = fetch_add(counter) if counter[0] < runs else runs
    if run >= runs:
        whole[RUN, lane] = NONE
        return False
    whole[RUN, lane] = run
    start, numbers = queue.start_of[run], queue.numbers_of[run]
    for k in range(shape.states):
        value = queue.start[start, queue.order[k]]
        rows[LANES * (FIRST_STATE + k) + lane] = value
        base[LANES * k + lane] = value
        high[LANES * k + lane] = abs(value)
    for k in range(shape.numbers):
        rows[LANES * (shape.first_number + k) + lane] = queue.numbers[numbers, k]
    lanes[LANES * TIME + lane] = queue.begin
    lanes[LANES * STEP + lane] = 0.0
    lanes[LANES * LOWEST + lane] = np.inf
    event = queue.event_first[queue.schedule_of[run]]
    whole[EVENT, lane] = event
    lanes[LANES * STOP + lane] = queue.event_time[event]
    whole[OUTPUT, lane] = 0
    whole[STEPS, lane] = 0
    whole[REJECTED, lane] = 0
    whole[FRESH, lane] = 1
    whole[HELD, lane] = 0
    return True


@block
def finish(
    lane: int,
    ending: int,
    queue: Queue,
    returned: Returned,
    states: int,
    base: Rows,
    lanes: Rows,
    whole: Whole,
) -> None:
    """Write down what came of a lane's run."""
    run = whole[RUN, lane]
    for k in range(states):
        returned.last[run, queue.order[k]] = base[LANES * k + lane]
    for output in range(whole[OUTPUT, lane], queue.times.size):
        for place in range(queue.kept.size):
            returned.levels[run, output, place] = np.nan
    returned.ending[run] = ending
    returned.reached[run] = lanes[LANES * TIME + lane]
    returned.steps[run] = whole[STEPS, lane]
    returned.rejected[run] = whole[REJECTED, lane]
    returned.lowest[run] = lanes[LANES * LOWEST + lane]


@block
def pass_events(
    lane: int,
    queue: Queue,
    returned: Returned,
    shape: Shape,
    rows: Rows,
    base: Rows,
    lanes: Rows,
    whole: Whole,
) -> bool:
    """Report and apply what happens at a lane's time; return whether its run is over."""
    run = whole[RUN, lane]
    t = lanes[LANES * TIME + lane]
    while lanes[LANES * STOP + lane] <= t:
        _report_now(lane, queue, returned, base, lanes, whole)
        event = whole[EVENT, lane]
        for change in range(queue.change_first[event], queue.change_first[event + 1]):
            row, value = queue.change_row[change], queue.change_value[change]
            rows[LANES * row + lane] = value
            if row < shape.first_number:
                base[LANES * (row - FIRST_STATE) + lane] = value
        whole[FRESH, lane] = 1
        if event + 1 == queue.event_first[queue.schedule_of[run] + 1]:
            return True
        whole[EVENT, lane] = event + 1
        lanes[LANES * STOP + lane] = queue.event_time[event + 1]
    return False


@block
def _report_now(
    lane: int, queue: Queue, returned: Returned, base: Rows, lanes: Rows, whole: Whole
) -> None:
    """Report the state as it stands for all times up to now that are not reported yet."""
    run, t = whole[RUN, lane], lanes[LANES * TIME + lane]
    while whole[OUTPUT, lane] < queue.times.size and queue.times[whole[OUTPUT, lane]] <= t:
        for place in range(queue.kept.size):
            value = base[LANES * np.int64(queue.kept[place]) + lane]
            returned.levels[run, whole[OUTPUT, lane], place] = value
        whole[OUTPUT, lane] += 1


@block
def refill(
    queue: Queue,
    returned: Returned,
    counter: Whole,
    shape: Shape,
    rows: Rows,
    base: Rows,
    high: Rows,
    lanes: Rows,
    whole: Whole,
) -> tuple[bool, bool]:
    """Give idle lanes runs. Return whether any lane is busy, and whether any is new."""
    busy = new = False
    for lane in range(LANES):
        while whole[RUN, lane] == NONE:
            if not _fetch(lane, queue, counter, shape, rows, base, high, lanes, whole):
                break
            new = True
            if pass_events(lane, queue, returned, shape, rows, base, lanes, whole):
                finish(lane, OK, queue, returned, shape.states, base, lanes, whole)
                whole[RUN, lane] = NONE
        busy = busy or whole[RUN, lane] != NONE
    return busy, new
