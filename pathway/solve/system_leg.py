"""From stop to stop: stretches of a system's run in which nothing jumps but what states decide."""

from __future__ import annotations

import warnings
from bisect import bisect_right
from typing import TYPE_CHECKING

import numpy as np
import scipy

from pathway.errors import SolveError
from pathway.solve.crossing import locate
from pathway.solve.system_stepper import require_finite, system_stepper

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.integrate import DenseOutput, OdeSolver

    from pathway.solve.events import EventQueue
    from pathway.solve.settings import Settings
    from pathway.solve.system_run import SystemRun

    Vector = NDArray[np.float64]
    Truths = NDArray[np.bool_]

__all__ = ["SystemLeg"]

LOOKS = 4
"""Times in a step at which triggers are looked at, lest one turns and turns back within it."""

SETTLING = 10
"""Steps after a start in which comparisons in the right-hand side are left to error control, as
one that a solution slides along would otherwise stop every step."""

TOO_SHORT = 4.0
"""Spacings of doubles: a stretch shorter than this is nothing but rounding of its ends."""

LOOSEN = "raise rtol or atol, or choose the method 'BDF' or 'Radau'"


class SystemLeg:
    """Carries a run to the last output time, and counts what that took.

    Parameters
    ----------
    run : SystemRun
    queue : EventQueue
    times : ndarray, shape (times,)
    found : ndarray, shape (times, outputs)
        Is filled.
    settings : Settings
    """

    def __init__(
        self,
        run: SystemRun,
        queue: EventQueue,
        times: Vector,
        found: NDArray[np.float64],
        settings: Settings,
    ) -> None:
        self.run, self.queue, self.settings = run, queue, settings
        self.times, self.found, self.done = times, found, 0
        self.inside = run.time
        self.starts = self.steps = self.nfev = self.njev = self.nlu = 0
        events, compared = len(queue.events), run.compiled.comparisons
        instants = len(run.compiled.instants)
        self.triggers = np.zeros(events + compared + instants, dtype=np.bool_)
        self.triggers[list(run.compiled.moving_triggers)] = True
        watched = np.arange(self.triggers.size)
        self.compared = (watched >= events) & (watched < events + compared)

    def to_end(self) -> None:
        """Run to the last output time."""
        run, queue = self.run, self.queue
        end = float(self.times[-1])
        queue.settle()
        self._write_now()
        stops = run.stops(end)
        while run.time < end:
            if run.still_changed:
                stops = run.stops(end)
            stop = stops[bisect_right(stops, run.time)]
            # What turns just after now, as `time > now` does, turns before anything else moves.
            self.inside = 0.5 * (run.time + stop)
            run.hold(self.inside)
            if queue.settle():
                continue
            self._advance(stop)
            run.hold(run.time)
            queue.settle()
            self._write_now()

    def _advance(self, stop: float) -> None:
        """Integrate to a stop, or to where a condition on states turns before it."""
        run = self.run
        require_finite(run.y, run.time, run.compiled.moving, "is")
        if run.y.size == 0 or stop - run.time <= TOO_SHORT * np.spacing(abs(stop)):
            self._write_until(stop, None)
            run.time = stop
            return
        stepper = system_stepper(run, stop, self.settings)
        change = stepper.fun(run.time, run.y)
        require_finite(change, run.time, run.compiled.moving, "changes at a rate of")
        self.starts += 1
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            crossing = self._march(stepper, caught)
        if crossing is None:
            run.time, run.y = float(stepper.t), stepper.y.copy()
        self.nfev += int(stepper.nfev)
        self.njev += int(stepper.njev)
        self.nlu += int(stepper.nlu)

    def _march(self, stepper: OdeSolver, caught: list[warnings.WarningMessage]) -> float | None:
        """Step to the end of a stretch, or to a crossing, at which the run is then left."""
        run = self.run
        truths = run.truths(run.time, run.y)
        watching = bool(self.triggers.any() or self.compared.any())
        first = self.steps
        while stepper.status == "running":
            before = float(stepper.t)
            message = stepper.step()
            require_finite(stepper.y, stepper.t, run.compiled.moving, "is")
            if message is not None:
                said = "; ".join([message, *(str(item.message) for item in caught)])
                raise SolveError(f"t = {stepper.t:g}", f"integration failed: {said}", LOOSEN)
            self.steps += 1
            if self.steps > self.settings.max_steps:
                raise SolveError(f"t = {stepper.t:g}", f"{self.steps} steps and no end", LOOSEN)
            if not watching:
                self._write_until(stepper.t, stepper)
                continue
            dense = stepper.dense_output()
            settled = self.steps - first > SETTLING
            watched = self.triggers | self.compared if settled else self.triggers
            truths, crossing = self._look(dense, (before, float(stepper.t)), truths, watched)
            self._write_until(stepper.t if crossing is None else crossing, dense)
            if crossing is not None:
                run.time, run.y = crossing, np.array(dense(crossing), dtype=np.float64)
                return crossing
        return None

    def _look(
        self, dense: DenseOutput, span: tuple[float, float], truths: Truths, watched: Truths
    ) -> tuple[Truths, float | None]:
        """Return what conditions are at the end of a step, and where in it the first turned."""
        run, earlier = self.run, span[0]
        for place in range(1, LOOKS + 1):
            at = span[0] + (span[1] - span[0]) * place / LOOKS if place < LOOKS else span[1]
            now = run.truths(at, dense(at))
            turned = watched & (now != truths) & (now | self.compared)
            if turned.any():
                return truths, min(
                    self._locate(dense, int(which), (earlier, at))
                    for which in np.flatnonzero(turned)
                )
            if run.compiled.instants:
                self._require_no_instant(dense, (earlier, at))
            self.queue.fell(now)
            truths, earlier = now, at
        return truths, None

    def _require_no_instant(self, dense: DenseOutput, span: tuple[float, float]) -> None:
        """Refuse to pass over the instant at which what a trigger compares is equal."""
        first, last = (
            self.run.margins(time, dense(time))[-len(self.run.compiled.instants) :] for time in span
        )
        missed = first * last < 0.0
        if missed.any():
            event = self.run.compiled.instants[int(np.argmax(missed))]
            raise SolveError(
                f"t = {span[0]:g} to {span[1]:g}: event {event!r}",
                "asks with == or != for what is equal for an instant between two steps",
                "write >= or <= in its trigger",
            )

    def _locate(self, dense: DenseOutput, which: int, span: tuple[float, float]) -> float:
        run = self.run
        old = bool(run.truths(span[0], dense(span[0]))[which])
        return locate(
            lambda time: bool(run.truths(time, dense(time))[which]) != old,
            lambda time: float(run.margins(time, dense(time))[which]),
            *span,
        )

    def _write_until(self, limit: float, states: DenseOutput | OdeSolver | None) -> None:
        """Write outputs at the times asked for before ``limit``; what is at it may yet jump."""
        reached = int(np.searchsorted(self.times, limit, side="left"))
        if reached <= self.done:
            return
        here = self.times[self.done : reached]
        dense = states.dense_output() if isinstance(states, scipy.integrate.OdeSolver) else states
        y = np.empty((here.size, 0)) if dense is None else dense(here).T
        self.found[self.done : reached] = self.run.outputs(here, y)
        self.run.hold(self.inside)
        self.done = reached

    def _write_now(self) -> None:
        """Write outputs at the time asked for that is now."""
        reached = int(np.searchsorted(self.times, self.run.time, side="right"))
        if reached > self.done:
            row = self.run.outputs(np.array([self.run.time]), self.run.y[None, :])
            self.found[self.done : reached] = row
            self.done = reached
