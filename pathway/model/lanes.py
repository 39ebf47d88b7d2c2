"""Runs of networks of one structure, eight side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pathway.batch.native import (
    held_inputs,
    network_numbers,
    network_schedule,
)
from pathway.batch.run import make_queue, run_queue
from pathway.errors import SolveError
from pathway.lanes.queue import Ending
from pathway.solve.integrate import RunRecord, Trajectory, check_schedule
from pathway.solve.schedule import segments
from pathway.solve.settings import EARLY, Method

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pathway.model.network import Network
    from pathway.scenario.resolve import Step
    from pathway.solve.settings import Settings

    Vector = NDArray[np.float64]

__all__ = ["NetworkRun", "failure", "run_networks"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NetworkRun:
    """One run of a network: from where, and under what schedule."""

    network: Network
    steps: Sequence[Step]
    y0: Vector
    """nM or 1, shape (species,)."""


def run_networks(
    runs: Sequence[NetworkRun],
    times: Vector,
    settings: Settings,
    *,
    kept: NDArray[np.intp] | None = None,
    threads: int | None = None,
) -> list[Trajectory | SolveError]:
    """Integrate runs of networks of one structure.

    Parameters
    ----------
    runs : sequence of NetworkRun
        Their networks share tables; numbers, starts and schedules are their own.
    times : ndarray, shape (times,)
        min, ascending; a run reports those up to its end.
    settings : Settings
        Its method is not read: all runs go through the lanes.
    kept : ndarray of int, optional
        Species to report; all by default. The others are left out of ``Trajectory.y``.
    threads : int, optional

    Returns
    -------
    list of Trajectory or SolveError
        In order; an error says why a run failed.
    """
    if not runs:
        return []
    network = runs[0].network
    tables, system = network.tables, network.lanes()
    schedules = [segments(tables, run.steps, run.network.background) for run in runs]
    for run, schedule in zip(runs, schedules, strict=True):
        inside = times[times <= schedule[-1].stop] if schedule else times
        check_schedule(schedule, inside, run.y0, tables)
    kernel = np.array([run.network.arguments.constants for run in runs])
    queue = make_queue(
        system,
        start=np.array([run.y0 for run in runs]),
        numbers=network_numbers(kernel, network.arguments.inputs),
        schedules=[network_schedule(system, tables, schedule) for schedule in schedules],
        times=times,
        rtol=settings.rtol,
        atol=settings.atol,
        kept=kept,
        begin=schedules[0][0].start,
        rest=EARLY if settings.early_stop else 0.0,
        most_steps=settings.max_steps,
    )
    returned = run_queue(system, queue, threads)
    found: list[Trajectory | SolveError] = []
    for place, schedule in enumerate(schedules):
        ending = Ending(int(returned.ending[place]))
        if ending not in (Ending.OK, Ending.AT_REST):
            found.append(failure(ending, float(returned.reached[place])))
            continue
        inside = times[times <= schedule[-1].stop]
        found.append(
            Trajectory(
                times=inside,
                y=returned.levels[place, : inside.size],
                inputs=held_inputs(schedule, inside),
                final=returned.last[place],
                record=_record(
                    int(returned.steps[place]),
                    int(returned.rejected[place]),
                    float(returned.lowest[place]),
                    settings,
                ),
            )
        )
    return found


def failure(ending: Ending, reached: float) -> SolveError:
    """Return what to say of a run that did not end well."""
    what, remedy = {
        Ending.STEP_LIMIT: ("too many steps and no end", "raise rtol or atol"),
        Ending.NOT_FINITE: (
            "no step was small enough",
            "check rate constants and starting amounts for extreme values",
        ),
        Ending.NEGATIVE: (
            "an amount fell further below zero than the tolerance explains",
            "lower rtol and atol",
        ),
    }.get(ending, ("was not run", "report this"))
    return SolveError(f"t = {reached:g} min", what, remedy)


def _record(steps: int, rejected: int, lowest: float, settings: Settings) -> RunRecord:
    tries = steps + rejected
    return RunRecord(
        method=Method.RODAS5P.value,
        rtol=settings.rtol,
        atol=settings.atol,
        steps=steps,
        nfev=8 * tries,
        njev=tries,
        nlu=tries,
        lowest=lowest,
    )
