"""Time engines on one problem in turns, with their errors: ``measure``."""

from __future__ import annotations

import statistics
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pathway.bench.client import LostError
from pathway.bench.engines.choose import OWN
from pathway.bench.problem import scaled_error
from pathway.bench.reference import reference
from pathway.bench.team import Team

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pathway.bench.problem import Problem

    Matrix = NDArray[np.float64]

__all__ = ["LOOSE", "TIGHT", "Measured", "Plan", "measure"]

LOOSE, TIGHT = (1e-6, 1e-9), (1e-8, 1e-12)
FEWEST = 2
"""Runs of an ensemble, however slow they are."""
PILOT = 32
"""Runs of a first ensemble, which shows how many more there is time for."""
MOST_SINGLES = 10
"""Single runs a round, where they are short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is run.

    Parameters
    ----------
    tolerances : tuple of (rtol, atol)
    runs : int
        Of an ensemble, if ``seconds`` allow; 0 for single runs only.
    seconds : float
        That one ensemble of one engine may take, about.
    rounds : int
        How often everything is timed, engines in turns; medians are reported.
    checked : int
        Runs of an ensemble whose error is measured.
    cores : tuple of int
        On how many cores ensembles are run.
    patience : float
        Seconds after which an engine is given up.
    """

    tolerances: tuple[tuple[float, float], ...] = (LOOSE, TIGHT)
    runs: int = 1000
    seconds: float = 20.0
    rounds: int = 3
    checked: int = 4
    cores: tuple[int, ...] = (1, 2)
    patience: float = 600.0


@dataclass(slots=True, kw_only=True)
class Measured:
    """What one engine did with one problem at one pair of tolerances.

    Times are medians over the rounds; user time stands beside wall time, so that a machine that
    is busy with other things shows.
    """

    engine: str
    problem: str
    rtol: float
    atol: float
    version: str = ""
    lost: str = ""
    """Why there is no more; empty if there is."""
    load: float = np.nan
    """s, import and loading in a new process."""
    error: float = np.nan
    """At the declared numbers, as :func:`scaled_error`."""
    single: float = np.nan
    """s of one run called from Python."""
    single_cpu: float = np.nan
    runs: int = 0
    """Of each ensemble."""
    failed: int = 0
    many_error: float = np.nan
    """The largest among the runs checked."""
    rates: dict[int, float] = field(default_factory=dict)
    """Runs a second, by number of cores."""
    cpu_rates: dict[int, float] = field(default_factory=dict)
    """Runs in a second of user time, by number of cores."""
    beyond: float = np.nan
    """MB at the peak of an ensemble beyond what was resident before and the results."""


@dataclass(slots=True)
class _Timed:
    """An engine, its line, and what the rounds have taken so far."""

    team: Team
    line: Measured
    singles: list[tuple[float, float]] = field(default_factory=list)
    batches: dict[int, list[tuple[float, float]]] = field(default_factory=dict)


def measure(
    problem: Problem,
    engines: Sequence[str],
    plan: Plan,
    cache: Path,
    rows: Matrix | None = None,
    progress: Callable[[str], None] | None = None,
) -> list[Measured]:
    """Time engines on a problem.

    Parameters
    ----------
    problem : Problem
    engines : sequence of str
    plan : Plan
    cache : Path
        For references and what peers compile.
    rows : ndarray, shape (runs, varied), optional
        What the ensembles run; by default log-normal samples.
    progress : callable, optional
        Told what is done next.

    Returns
    -------
    list of Measured
        By tolerances, then engines; one that is lost is there with the reason.
    """
    say = progress or (lambda _: None)
    rows = problem.samples(max(plan.runs, plan.checked)) if rows is None else rows
    say(f"{problem.id}: reference")
    true = reference(problem, rows[: plan.checked], cache).y
    found: list[Measured] = []
    with ExitStack() as stack:
        teams: dict[str, Team | str] = {}
        for engine in engines:
            say(f"{problem.id}: loading {engine}")
            try:
                team = Team(engine, problem, rows, cache, plan.patience, max(plan.cores))
                stack.callback(team.close)
                teams[engine] = team
            except LostError as error:
                teams[engine] = str(error)
        for rtol, atol in plan.tolerances:
            lines = []
            for engine, team_or_reason in teams.items():
                line = Measured(engine=engine, problem=problem.id, rtol=rtol, atol=atol)
                found.append(line)
                if isinstance(team_or_reason, str):
                    line.lost = team_or_reason
                    continue
                line.version, line.load = team_or_reason.version, team_or_reason.load
                lines.append(_Timed(team_or_reason, line))
            say(f"{problem.id}: rtol {rtol:g}, atol {atol:g}")
            _at(lines, true, plan)
    return found


def _at(timed: Sequence[_Timed], true: Matrix, plan: Plan) -> None:
    """Fill the lines of one pair of tolerances."""
    for one in timed:
        with _losing(one.line):
            one.team.tolerances(one.line.rtol, one.line.atol)
            one.line.error = scaled_error(one.team.trajectory(), true[0])
            one.singles.append(one.team.single())
            one.line.runs = _affordable(one, plan)
    for number in range(plan.rounds):
        for one in timed:
            slow = one.singles[:1] and one.singles[0][0] > plan.seconds / 4.0
            if not one.line.lost and not (number and slow):
                with _losing(one.line):
                    _round(one, true, plan)
    for one in timed:
        _medians(one)


def _round(one: _Timed, true: Matrix, plan: Plan) -> None:
    line = one.line
    first = one.singles[0][0]
    repeats = int(np.clip(1.0 / max(first, 1e-9), 1, MOST_SINGLES))
    one.singles += [one.team.single() for _ in range(repeats)]
    for cores in plan.cores if plan.runs else ():
        keep = min(plan.checked, line.runs // cores)
        batch = one.team.many(line.runs, cores, keep)
        one.batches.setdefault(cores, []).append((batch.seconds, batch.cpu))
        line.failed = max(line.failed, batch.failed)
        if cores == min(plan.cores):
            line.beyond = float(np.nanmax([line.beyond, batch.beyond, 0.0]))
            line.many_error = _worst(batch.y, true[1 : 1 + keep])


def _worst(found: Matrix, true: Matrix) -> float:
    """Return the largest error of the runs that ended; those that failed are counted elsewhere."""
    ended = np.isfinite(found).all(axis=(1, 2))
    return scaled_error(found[ended], true[ended]) if ended.any() else np.nan


def _affordable(one: _Timed, plan: Plan) -> int:
    """Return how many runs of an ensemble fit into the seconds of the plan."""
    # Few runs would leave lanes of our own engine empty.
    fewest = min(PILOT if one.line.engine == OWN else FEWEST, plan.runs)
    seconds = one.singles[0][1]
    if not seconds > 0.0:
        return fewest
    count = int(np.clip(plan.seconds / seconds, fewest, min(PILOT, plan.runs)))
    if count < PILOT:
        return count
    # A batch may be much faster than as many single runs. User time, so that a busy machine does
    # not make ensembles small.
    pilot = one.team.many(PILOT, 1, 1).cpu
    return int(np.clip(PILOT * plan.seconds / max(pilot, 1e-9), PILOT, plan.runs))


def _medians(one: _Timed) -> None:
    line = one.line
    if one.singles:
        # The first run after loading or a change of tolerances is a warming one.
        kept = one.singles[1:] or one.singles
        line.single = statistics.median(seconds for seconds, _ in kept)
        line.single_cpu = statistics.median(cpu for _, cpu in kept)
    for cores, batches in one.batches.items():
        line.rates[cores] = line.runs / statistics.median(seconds for seconds, _ in batches)
        used = statistics.median(cpu for _, cpu in batches)
        line.cpu_rates[cores] = line.runs / used if used > 0.0 else np.nan


class _losing:  # noqa: N801 - used like the functions of contextlib
    """A block in which a lost engine is noted in its line and the others go on."""

    def __init__(self, line: Measured) -> None:
        self._line = line

    def __enter__(self) -> None:
        """Do nothing."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, LostError):
            self._line.lost = str(error)
            return True
        return False
