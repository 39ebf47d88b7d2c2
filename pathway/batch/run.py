"""Run a queue over lane groups and threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba.core import config

from pathway.batch.check import check_queue
from pathway.batch.load import compiling, load_advance
from pathway.errors import SolveError
from pathway.kernels.arguments import aligned
from pathway.lanes.layout import FIRST_STATE
from pathway.lanes.queue import LANE_ROWS, LANE_WHOLES, Queue, Returned, Shape
from pathway.lanes.tableau import STAGES
from pathway.lanes.vector import LANES

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pathway.lanes.layout import LaneSystem

__all__ = ["Schedule", "in_threads", "make_queue", "run_queue", "shape_of", "thread_count"]


STEPS = 200
"""Of a run, about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When rows of a run are set to values, and when it ends."""

    events: tuple[tuple[float, tuple[tuple[int, float], ...]], ...]
    """(time, ((row, value), ...)), ascending."""
    end: float


def make_queue(
    system: LaneSystem,
    *,
    start: NDArray[np.float64],
    numbers: NDArray[np.float64],
    schedules: list[Schedule],
    times: NDArray[np.float64],
    rtol: float,
    atol: float,
    start_of: NDArray[np.int64] | None = None,
    numbers_of: NDArray[np.int64] | None = None,
    schedule_of: NDArray[np.int64] | None = None,
    kept: NDArray[np.intp] | None = None,
    begin: float = 0.0,
    slack: float = 100.0,
    rest: float = 0.0,
    most_steps: int = 200_000,
) -> Queue:
    """Return a queue of runs.

    Parameters
    ----------
    system : LaneSystem
    start : ndarray, shape (starts, states)
        In the model's order.
    numbers : ndarray, shape (sets, numbers)
    schedules : list of Schedule
    times : ndarray
        When to report, ascending.
    rtol, atol : float
    start_of, numbers_of, schedule_of : ndarray, shape (runs,), optional
        Which start, set of numbers and schedule a run has. The longest of the three tables says
        how many runs there are if none is given; a table of one serves all runs.
    kept : ndarray, optional
        States to report, in the model's order; all by default.
    begin : float
        When all runs begin.
    slack : float
        How many tolerances a state may fall below zero.
    rest : float
        Where no state changes faster than this share of itself per time, go on at the run's next
        event, or end it; until then it stays as it is. 0: never.
    most_steps : int
        Of one run.

    Raises
    ------
    SolveError
        If the tables do not fit the system or each other, or times do not ascend.
    """
    tables = {"start": start_of, "numbers": numbers_of, "schedules": schedule_of}
    lengths = {"start": len(start), "numbers": len(numbers), "schedules": len(schedules)}
    given = {len(which) for which in tables.values() if which is not None}
    runs = given.pop() if given else max(lengths.values())
    if given or any(
        which is None and lengths[name] not in {1, runs} for name, which in tables.items()
    ):
        raise SolveError(
            "batch",
            f"has tables of {lengths} for {runs} runs",
            "give one of each, or one for each run",
        )
    for name, width, wanted in (
        ("start", start.shape[1], system.states),
        ("numbers", numbers.shape[1], system.numbers),
    ):
        if width != wanted:
            raise SolveError(f"batch: {name}", f"has {width} columns", f"give {wanted}")
    place = np.empty(system.states, dtype=np.uint32)
    place[system.order] = np.arange(system.states, dtype=np.uint32)
    events = [(*schedule.events, (schedule.end, ())) for schedule in schedules]
    flat = [event for one in events for event in one]
    changes = [change for _, those in flat for change in those]
    queue = Queue(
        order=system.order.astype(np.int64),
        start=np.ascontiguousarray(start, dtype=np.float64),
        start_of=_which(start_of, lengths["start"], runs),
        numbers=np.ascontiguousarray(numbers, dtype=np.float64),
        numbers_of=_which(numbers_of, lengths["numbers"], runs),
        schedule_of=_which(schedule_of, lengths["schedules"], runs),
        event_first=_first([len(one) for one in events]),
        event_time=np.array([time for time, _ in flat], dtype=np.float64),
        change_first=_first([len(those) for _, those in flat]),
        change_row=np.array([row for row, _ in changes], dtype=np.int64),
        change_value=np.array([value for _, value in changes], dtype=np.float64),
        begin=float(begin),
        times=np.ascontiguousarray(times, dtype=np.float64),
        kept=place if kept is None else place[kept],
        rtol=float(rtol),
        atol=float(atol),
        slack=float(slack),
        rest=float(rest),
        most_steps=int(most_steps),
    )
    check_queue(queue, system)
    return queue


def _which(given: NDArray[np.int64] | None, length: int, runs: int) -> NDArray[np.int64]:
    if given is not None:
        return np.ascontiguousarray(given, dtype=np.int64)
    return np.zeros(runs, dtype=np.int64) if length == 1 else np.arange(runs, dtype=np.int64)


def _first(lengths: list[int]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])


def thread_count(threads: int | None) -> int:
    """Return how many threads to use: as given, else as numba is set (``NUMBA_NUM_THREADS``).

    Raises
    ------
    SolveError
        If fewer than one is asked for.
    """
    if threads is None:
        return int(config.NUMBA_NUM_THREADS)  # type: ignore[attr-defined]
    if threads < 1:
        raise SolveError("threads", f"is {threads}", "use at least one")
    return threads


def run_queue(
    system: LaneSystem, queue: Queue, threads: int | None = None, *, marks: int = 0
) -> Returned:
    """Run all that waits.

    Parameters
    ----------
    system : LaneSystem
    queue : Queue
    threads : int, optional
        By default as numba is set. The result is the same bits with any number.
    marks : int
        How many steps' times to return, of each run.

    Returns
    -------
    Returned
        ``levels`` is NaN after the end of a run, and where it failed.
    """
    runs, n = queue.start_of.size, system.states
    system = system.tiers.serve(system, STEPS * -(-runs // LANES))
    returned = Returned(
        # Not filled: the lanes write every number, and the first to touch a page pays for it.
        levels=np.empty((runs, queue.times.size, queue.kept.size)),
        last=np.full((runs, n), np.nan),
        ending=np.zeros(runs, dtype=np.int64),
        reached=np.full(runs, np.nan),
        steps=np.zeros(runs, dtype=np.int64),
        rejected=np.zeros(runs, dtype=np.int64),
        lowest=np.full(runs, np.nan),
        marks=np.full((runs, marks), np.nan),
    )
    counter = np.zeros(1, dtype=np.int64)
    advance = load_advance()
    shape = shape_of(system)

    def work() -> None:
        advance(
            system.program,
            system.elimination,
            shape,
            system.constants,
            queue,
            returned,
            counter,
            *_workspace(system, queue.kept.size),
        )

    with compiling(advance):
        in_threads(work, min(thread_count(threads), -(-runs // LANES)))
    return returned


def in_threads(work: Callable[[], None], threads: int) -> None:
    """Do the same work in several threads, which share out the runs between them."""
    if threads <= 1:
        work()
        return
    with ThreadPoolExecutor(max_workers=threads) as crew:
        for done in [crew.submit(work) for _ in range(threads)]:
            done.result()


def shape_of(system: LaneSystem) -> Shape:
    """Return where things stand in the rows of a system, for the kernels."""
    return Shape(
        states=system.states,
        first_number=system.first_number,
        numbers=system.numbers,
        first_constant=system.first_number + system.numbers,
        derivative=system.derivative,
        jacobian=system.jacobian,
        factors=int(system.elimination.size[0]),
    )


def _workspace(system: LaneSystem, kept: int) -> tuple[NDArray[np.generic], ...]:
    """Return the arrays of one lane group."""
    n = system.states
    whole = np.full((LANE_WHOLES, LANES), -1, dtype=np.int64)
    sizes = (system.rows, n, n, STAGES * n, int(system.elimination.size[0]), 4 * kept, LANE_ROWS)
    arrays = [aligned(LANES * size, np.float64) for size in sizes]
    arrays[0][: LANES * FIRST_STATE] = 0.0
    return (*arrays, whole)
