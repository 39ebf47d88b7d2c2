"""All runs of all findings in one simulation, and the numbers looked up from it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from pathway.findings.entities import Kind
from pathway.findings.functions import Moment, Span, moments
from pathway.findings.language import Call, walk
from pathway.findings.runs import member_run, scenario

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import xarray as xr

    from pathway.findings.entities import Expectation, Finding, FindingsFile
    from pathway.scenario.value import Scenario

__all__ = ["Clock", "Measured", "Simulate", "in_context", "measure", "needs", "spans"]

_SAME_TIME = 1e-6
"""Minutes within which a reported time is the requested one."""


class Simulate(Protocol):
    """Simulates scenarios at given times in minutes; see :func:`pathway.result.simulate`."""

    def __call__(self, scenarios: Sequence[Scenario], times: Sequence[float]) -> xr.Dataset:
        """Return readouts with dims (scenario, time) and ``status`` with dim scenario."""


def spans(file: FindingsFile) -> dict[str, Span]:
    """Return the times of every run of a file."""
    return {name: Span(run.start, run.stop) for name, run in file.runs.items()}


def needs(expectation: Expectation, times: dict[str, Span]) -> tuple[Moment, ...]:
    """Return every simulated number an expectation reads; for a rank, in each of its contexts."""
    calls = (node for node in walk(expectation.expression) if isinstance(node, Call))
    found = tuple(moment for call in calls for moment in moments(call, times))
    if expectation.kind is not Kind.RANK:
        return found
    contexts = [member.context for member in expectation.members]
    return tuple(in_context(moment, context) for context in contexts for moment in found)


def in_context(moment: Moment, context: str) -> Moment:
    """Return the same moment of the run that a panel's context makes of it."""
    return replace(moment, run=member_run(moment.run, context))


@dataclass(frozen=True, slots=True)
class Clock:
    """From the times of a run to those of its scenario, in minutes.

    ``shift`` is added; ``end`` is the scenario's end, which no rounding may overstep.
    """

    shift: float
    end: float

    def of(self, minutes: float) -> float:
        """Return the scenario's time of a run's time."""
        return min(minutes + self.shift, self.end)


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """The simulated runs of some findings files.

    ``rows`` gives the scenario of (file, run, untreated); several may share one. ``clocks`` gives
    the times of a (file, run) in its scenario.
    """

    rows: dict[tuple[str, str, bool], int]
    clocks: dict[tuple[str, str], Clock]
    dataset: xr.Dataset | None

    def look(self, path: str, moment: Moment) -> float:
        """Return the number of a moment; NaN where the run failed."""
        if self.dataset is None or self.failure(path, moment):
            return math.nan
        asked = self.clocks[path, moment.run].of(moment.minutes)
        times = np.asarray(self.dataset["time"].values, dtype=float)
        column = int(np.argmin(np.abs(times - asked)))
        if abs(times[column] - asked) > _SAME_TIME:
            msg = f"time {asked} min was not simulated"
            raise LookupError(msg)
        row = self.rows[path, moment.run, moment.untreated]
        return float(self.dataset[moment.readout].values[row, column])

    def failure(self, path: str, moment: Moment) -> str:
        """Return why a moment's run failed, or an empty text."""
        if self.dataset is None:
            return "nothing was simulated"
        if moment.readout not in self.dataset:
            return f"run {moment.run!r} has no readout {moment.readout!r}"
        row = self.rows[path, moment.run, moment.untreated]
        status = str(self.dataset["status"].values[row])
        return "" if status == "ok" else f"run {moment.run!r} failed: {status}"


def measure(chosen: Iterable[tuple[FindingsFile, Finding]], simulate: Simulate) -> Measured:
    """Simulate what the findings read, every distinct scenario once, in one call.

    Parameters
    ----------
    chosen : iterable of (FindingsFile, Finding)
        The findings, each with the file whose runs it names.
    simulate : Simulate
        Called once, or not at all if no finding is expressible.
    """
    rows: dict[tuple[str, str, bool], int] = {}
    clocks: dict[tuple[str, str], Clock] = {}
    known: dict[Scenario, int] = {}
    asked: dict[float, None] = {}
    for file, finding in chosen:
        times = spans(file)
        for expectation in finding.expectations:
            for moment in needs(expectation, times):
                key = (file.path, moment.run, moment.untreated)
                if key not in rows:
                    made = scenario(file.runs[moment.run], f"{file.path}: run {moment.run}")
                    clocks[key[:2]] = Clock(-times[moment.run].start, sum(made.minutes))
                    if moment.untreated:
                        made = made.without_drugs().labelled(f"{made.name}, untreated")
                    rows[key] = known.setdefault(made, len(known))
                asked[clocks[key[:2]].of(moment.minutes)] = None
    dataset = simulate(list(known), sorted(asked)) if known else None
    return Measured(rows, clocks, dataset)
