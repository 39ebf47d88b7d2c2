"""Refuse queues that the integrator would read past the end of, or run without sense."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.errors import SolveError
from pathway.lanes.layout import FIRST_STATE

if TYPE_CHECKING:
    from pathway.lanes.layout import LaneSystem
    from pathway.lanes.queue import Queue

__all__ = ["check_queue"]


def check_queue(queue: Queue, system: LaneSystem) -> None:
    """Refuse a queue whose numbers point outside its tables, or whose times do not ascend.

    Raises
    ------
    SolveError
    """
    for name, which, rows in (
        ("start", queue.start_of, len(queue.start)),
        ("numbers", queue.numbers_of, len(queue.numbers)),
        ("schedules", queue.schedule_of, queue.event_first.size - 1),
    ):
        outside = which[(which < 0) | (which >= rows)]
        if outside.size:
            raise SolveError(
                f"batch: {name}", f"has no row {outside[0]}", f"give one of 0 to {rows - 1}"
            )
    row = queue.change_row
    outside = row[(row < FIRST_STATE) | (row >= system.first_number + system.numbers)]
    if outside.size:
        raise SolveError("batch: events", f"set row {outside[0]}", "set states or numbers of a run")
    _check_times(queue)


def _check_times(queue: Queue) -> None:
    times, events = queue.times, queue.event_time
    if not (np.isfinite(times).all() and (np.diff(times) >= 0.0).all()):
        raise SolveError("batch: times", "do not ascend", "sort them")
    if times.size and times[0] < queue.begin:
        raise SolveError(
            "batch: times", f"start at {times[0]:g}", f"give none before {queue.begin:g}"
        )
    gaps = np.diff(events, prepend=queue.begin)
    first = queue.event_first[:-1]
    gaps[first] = events[first] - queue.begin  # each schedule by itself
    if not (np.isfinite(events).all() and (gaps >= 0.0).all()):
        raise SolveError(
            "batch: schedules",
            f"do not ascend from {queue.begin:g} to a finite end",
            "sort the events, with the end last",
        )
