"""Integration over a schedule: restart at every change, never step over one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pathway.errors import SolveError
from pathway.solve.march import march, require_finite
from pathway.solve.settings import Settings
from pathway.solve.steppers import make_stepper, one_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pathway.compile.tables import Tables
    from pathway.kernels.arguments import Arguments
    from pathway.kernels.load import Kernels
    from pathway.solve.march import Leg

__all__ = ["RunRecord", "Segment", "Trajectory", "check_schedule", "integrate"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Segment:
    """A stretch of time with constant inputs."""

    start: float
    """min"""
    stop: float
    """min"""
    inputs: NDArray[np.float64]
    """nM, shape (inputs,)."""
    resets: tuple[tuple[int, float], ...] = ()
    """(dynamic species, nM) set at the start: what is put into a medium that depletes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """How a run was computed."""

    method: str
    rtol: float
    atol: float
    steps: int
    nfev: int
    njev: int
    nlu: int
    lowest: float
    """The lowest amount at any step, nM or 1: how far rounding went below zero."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trajectory:
    """Amounts at the requested times."""

    times: NDArray[np.float64]
    """min, shape (times,)."""
    y: NDArray[np.float64]
    """Dynamic species, nM or 1, shape (times, species)."""
    inputs: NDArray[np.float64]
    """nM, shape (times, inputs)."""
    final: NDArray[np.float64]
    """At the end of the last segment, shape (species,)."""
    record: RunRecord


def integrate(
    kernels: Kernels,
    tables: Tables,
    p: Arguments,
    segments: Sequence[Segment],
    y0: NDArray[np.float64],
    times: NDArray[np.float64],
    settings: Settings | None = None,
) -> Trajectory:
    """Integrate a network over consecutive segments.

    The integrator is started anew at each segment and stops exactly at its end. Between its steps
    requested times are read from its own interpolant. At the time of a change the values are those
    just before it.

    Parameters
    ----------
    kernels : Kernels
    tables : Tables
    p : Arguments
        Its ``inputs`` are replaced by each segment's.
    segments : sequence of Segment
        Each starts where the one before stops.
    y0 : ndarray, shape (species,)
    times : ndarray, shape (times,)
        min, ascending, within the segments.
    settings : Settings, optional

    Raises
    ------
    SolveError
        If the segments have a gap, a time lies outside them, a state stops being finite or falls
        below zero by more than the tolerance explains, or the integrator gives up.
    """
    settings = (Settings() if settings is None else settings).stepwise()
    times = np.asarray(times, dtype=np.float64)
    check_schedule(segments, times, y0, tables)
    y = np.empty((times.size, y0.size))
    inputs = np.empty((times.size, p.inputs.size))
    state = np.array(y0, dtype=np.float64)
    at_start = times == segments[0].start
    y[at_start], inputs[at_start] = state, segments[0].inputs
    legs: list[Leg] = []
    for segment in segments:
        for species, amount in segment.resets:
            state[species] = amount
        if segment.stop == segment.start:
            continue
        here = (times > segment.start) & (times <= segment.stop)
        span = (segment.start, segment.stop)
        held = p._replace(inputs=np.array(segment.inputs, dtype=np.float64))
        with one_thread():
            stepper = make_stepper(kernels, tables, held, span, state, settings)
            leg = march(stepper, times[here], settings, tables.species)
        y[here], inputs[here] = leg.outputs, segment.inputs
        state = leg.state
        legs.append(leg)
    return Trajectory(
        times=times, y=y, inputs=inputs, final=state, record=_record(legs, settings, y0)
    )


def _record(legs: Sequence[Leg], settings: Settings, y0: NDArray[np.float64]) -> RunRecord:
    return RunRecord(
        method=settings.method.value,
        rtol=settings.rtol,
        atol=settings.atol,
        steps=sum(leg.steps for leg in legs),
        nfev=sum(leg.nfev for leg in legs),
        njev=sum(leg.njev for leg in legs),
        nlu=sum(leg.nlu for leg in legs),
        lowest=min([float(y0.min()), *(leg.lowest for leg in legs)]),
    )


def check_schedule(
    segments: Sequence[Segment],
    times: NDArray[np.float64],
    y0: NDArray[np.float64],
    tables: Tables,
) -> None:
    """Refuse a schedule, times or a start that cannot be integrated. Raises SolveError."""
    if not segments:
        raise SolveError("schedule", "has no segments", "give at least one")
    if y0.shape != (len(tables.species),):
        raise SolveError(
            "starting state", f"has shape {y0.shape}", f"give {len(tables.species)} amounts"
        )
    require_finite(y0, segments[0].start, tables.species, "starts at")
    stop = segments[0].start
    for segment in segments:
        if segment.start != stop or not segment.start <= segment.stop < np.inf:
            raise SolveError(
                "schedule",
                f"a segment from {segment.start:g} to {segment.stop:g} min follows {stop:g} min",
                "let each start where the one before stops",
            )
        if segment.inputs.shape != (len(tables.inputs),):
            raise SolveError(
                f"segment at {segment.start:g} min",
                f"has inputs of shape {segment.inputs.shape}",
                f"give {len(tables.inputs)}",
            )
        stop = segment.stop
    start = segments[0].start
    if times.ndim != 1 or not (
        np.isfinite(times).all()
        and (np.diff(times) >= 0.0).all()
        and (times >= start).all()
        and (times <= stop).all()
    ):
        raise SolveError(
            "output times",
            f"must ascend within {start:g} to {stop:g} min",
            "sort them, or make the scenario longer",
        )
