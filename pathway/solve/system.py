"""Integration of a compiled system of equations, with events: ``integrate_system``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pathway.errors import SolveError
from pathway.programs.load import load_machine
from pathway.solve.events import EventQueue
from pathway.solve.settings import Settings
from pathway.solve.steppers import one_thread
from pathway.solve.system_leg import SystemLeg
from pathway.solve.system_run import SystemRun

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pathway.programs.compile import CompiledSystem

__all__ = ["SystemRecord", "SystemTrajectory", "default_settings", "integrate_system"]

RTOL, ATOL = 1e-8, 1e-11
"""Of systems from elsewhere, whose units and sizes are not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemRecord:
    """How a run was computed."""

    method: str
    rtol: float
    atol: float
    starts: int
    """How often the integrator was started: at the beginning, at every jump and every event."""
    steps: int
    nfev: int
    njev: int
    nlu: int
    events: tuple[tuple[float, str], ...]
    """Time and id of every event carried out, in order."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SystemTrajectory:
    """What the outputs of a system were at the times asked for."""

    times: NDArray[np.float64]
    """In the system's time unit, shape (times,)."""
    outputs: NDArray[np.float64]
    """In the order of ``EquationSystem.outputs``, shape (times, outputs)."""
    record: SystemRecord


def integrate_system(
    compiled: CompiledSystem,
    times: Sequence[float] | NDArray[np.float64],
    constants: Mapping[str, float] | None = None,
    initial: Mapping[str, float] | None = None,
    settings: Settings | None = None,
) -> SystemTrajectory:
    """Integrate a system from its start to the last of ``times``.

    The integrator is started anew wherever a condition on time alone turns, so it never steps over
    a jump, and at every event. Triggers and conditions on states are located between its steps on
    its own interpolant. At the time of an event the outputs are those after it; a condition such
    as ``time > 5`` turns just after 5, so at 5 they are those before.

    Parameters
    ----------
    compiled : CompiledSystem
    times : array-like of float, shape (times,)
        Ascending, none before the system's start.
    constants, initial : mapping of str to float, optional
        Values of constants and states that replace the declared ones. Initial assignments are
        computed anew from them; an id given here keeps the value given.
    settings : Settings, optional
        By default LSODA with rtol 1e-8, and atol 1e-11 times the median size of the initial
        values that are not zero, where that is below one.

    Raises
    ------
    SolveError
        If times or overrides are unusable, a state or its derivative stops being finite, events
        set each other off without end, or the integrator gives up.
    """
    times = np.asarray(times, dtype=np.float64)
    _check(times, compiled.system.start)
    run = SystemRun(load_machine(), compiled, constants or {}, initial or {})
    settings = (default_settings(run.y) if settings is None else settings).stepwise()
    queue = EventQueue(run)
    found = np.empty((times.size, len(compiled.system.outputs)))
    leg = SystemLeg(run, queue, times, found, settings)
    with one_thread():
        leg.to_end()
    return SystemTrajectory(
        times=times,
        outputs=found,
        record=SystemRecord(
            method=settings.method.value,
            rtol=settings.rtol,
            atol=settings.atol,
            starts=leg.starts,
            steps=leg.steps,
            nfev=leg.nfev,
            njev=leg.njev,
            nlu=leg.nlu,
            events=tuple(queue.fired),
        ),
    )


def default_settings(y: NDArray[np.float64]) -> Settings:
    """Return settings for a system that starts at ``y``, whatever its units."""
    sizes = np.abs(y[np.isfinite(y) & (y != 0.0)])
    size = float(np.median(sizes)) if sizes.size else 1.0
    return Settings(rtol=RTOL, atol=max(ATOL * min(1.0, size), float(np.finfo(np.float64).tiny)))


def _check(times: NDArray[np.float64], start: float) -> None:
    if (
        times.ndim != 1
        or not times.size
        or not np.isfinite(times).all()
        or (np.diff(times) < 0.0).any()
        or times[0] < start
    ):
        raise SolveError(
            "output times", f"must be finite and ascend from {start:g} or later", "sort them"
        )
