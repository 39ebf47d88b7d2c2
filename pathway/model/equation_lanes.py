"""Many runs of a model of equations, eight side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pathway.batch.run import Schedule, make_queue, run_queue
from pathway.batch.system import (
    OutputPlan,
    SystemLanes,
    plan_outputs,
    read_outputs,
    start_values,
)
from pathway.errors import SolveError
from pathway.lanes.queue import Ending
from pathway.solve.settings import Method
from pathway.solve.system import SystemRecord, SystemTrajectory, default_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pathway.solve.settings import Settings

    Matrix = NDArray[np.float64]

__all__ = ["EquationRuns", "run_equations", "side_by_side"]

ANY_SIGN = 1e200
"""States of an arbitrary model may be negative: no tolerance for that is too large."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EquationRuns:
    """What came of many runs."""

    outputs: Matrix
    """shape (runs, times, outputs); NaN where a run failed."""
    ending: NDArray[np.int64]
    """:class:`~pathway.lanes.queue.Ending` of each run."""
    reached: NDArray[np.float64]
    """Time each run came to, in the file's unit."""
    steps: NDArray[np.int64]
    """Accepted."""
    rejected: NDArray[np.int64]


def run_equations(
    lanes: SystemLanes,
    names: Sequence[str],
    values: Matrix,
    times: NDArray[np.float64],
    settings: Settings,
    *,
    wanted: Sequence[str] | OutputPlan | None = None,
    ends: NDArray[np.float64] | None = None,
    threads: int | None = None,
) -> EquationRuns:
    """Integrate a system many times.

    Parameters
    ----------
    lanes : SystemLanes
    names : sequence of str
        Constants and states whose declared values are replaced; initial assignments are computed
        anew from them.
    values : ndarray, shape (runs, names)
    times : ndarray, shape (times,)
        In the file's unit, ascending.
    settings : Settings
        Its method is not read.
    wanted : sequence of str or OutputPlan, optional
        Ids of the outputs to return, all by default; or how to have them, where the same ones are
        wanted again and again: planning takes a twentieth of one run of 55 species.
    ends : ndarray, shape (runs,), optional
        When each run ends; by default at the last time. Later outputs are NaN.
    threads : int, optional

    Raises
    ------
    SolveError
        If a start value is not finite.
    """
    compiled = lanes.compiled
    start = start_values(compiled, names, values)
    states = start[:, lanes.state_slots]
    bad = ~np.isfinite(states)
    if bad.any():
        run, state = (int(part[0]) for part in np.nonzero(bad))
        raise SolveError(
            f"run {run}",
            f"{compiled.moving[state]!r} starts at {states[run, state]}",
            "check initial values and what they are computed from",
        )
    last = float(times[-1]) if times.size else compiled.system.start
    stops = [last] if ends is None else [float(end) for end in ends]
    plan = wanted if isinstance(wanted, OutputPlan) else plan_outputs(compiled, wanted)
    queue = make_queue(
        lanes.system,
        kept=plan.kept,
        start=states,
        numbers=start[:, lanes.number_slots],
        schedules=[Schedule(events=(), end=stop) for stop in stops],
        times=times,
        rtol=settings.rtol,
        atol=settings.atol,
        begin=compiled.system.start,
        slack=ANY_SIGN,
        most_steps=settings.max_steps,
    )
    returned = run_queue(lanes.system, queue, threads)
    outputs = read_outputs(lanes, plan, start, times, returned.levels)
    failed = returned.ending != Ending.OK
    if failed.any():
        outputs[failed] = np.nan
    return EquationRuns(
        outputs=outputs,
        ending=returned.ending,
        reached=returned.reached,
        steps=returned.steps,
        rejected=returned.rejected,
    )


def side_by_side(
    lanes: SystemLanes,
    changes: Sequence[tuple[Mapping[str, float], Mapping[str, float]]],
    times: Sequence[NDArray[np.float64]],
    settings: Settings | None,
    threads: int | None,
) -> list[SystemTrajectory | SolveError | None]:
    """Return runs of a system; None where the reference should try.

    Runs that replace the same values go together, for what is replaced is not computed from its
    initial assignment.
    """
    found: list[SystemTrajectory | SolveError | None] = [None] * len(changes)
    groups: dict[tuple[tuple[str, ...], Settings], list[int]] = {}
    givens = [{**constants, **initial} for constants, initial in changes]
    for run, given in enumerate(givens):
        if set(given) - set(lanes.compiled.slots) or not _usable(times[run], given, lanes):
            continue  # the reference says what is wrong
        # Chosen for each run by itself: no run's bits depend on which others are asked for.
        chosen = _settings_of(lanes, given) if settings is None else settings
        groups.setdefault((tuple(given), chosen), []).append(run)
    for (names, chosen), runs in groups.items():
        values = np.array([list(givens[run].values()) for run in runs])
        grid = np.unique(np.concatenate([times[run] for run in runs]))
        ends = np.array([times[run][-1] for run in runs])
        values = values.reshape(len(runs), len(names))
        try:
            batch = run_equations(lanes, names, values, grid, chosen, ends=ends, threads=threads)
        except SolveError:
            continue
        for row, run in enumerate(runs):
            if batch.ending[row] == Ending.OK:
                inside = np.searchsorted(grid, times[run])
                found[run] = _trajectory(times[run], batch, row, inside, chosen)
    return found


def _settings_of(lanes: SystemLanes, given: Mapping[str, float]) -> Settings:
    values = np.array([list(given.values())]).reshape(1, len(given))
    start = start_values(lanes.compiled, tuple(given), values)[0]
    return default_settings(start[lanes.state_slots])


def _usable(times: NDArray[np.float64], given: Mapping[str, float], lanes: SystemLanes) -> bool:
    """Return whether there are times that can be integrated to, and finite values."""
    return (
        times.size > 0
        and bool(np.isfinite(times).all() and (np.diff(times) >= 0.0).all())
        and bool(times[0] >= lanes.compiled.system.start)
        and bool(np.isfinite(list(given.values())).all())
    )


def _trajectory(
    times: NDArray[np.float64],
    batch: EquationRuns,
    row: int,
    inside: NDArray[np.intp],
    settings: Settings,
) -> SystemTrajectory:
    tries = int(batch.steps[row] + batch.rejected[row])
    return SystemTrajectory(
        times=times,
        outputs=batch.outputs[row, inside],
        record=SystemRecord(
            method=Method.RODAS5P.value,
            rtol=settings.rtol,
            atol=settings.atol,
            starts=1,
            steps=int(batch.steps[row]),
            nfev=8 * tries,
            njev=tries,
            nlu=tries,
            events=(),
        ),
    )
