"""One run of a compiled system: its values, its state, and what the machine says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pathway.equations.breakpoints import breakpoints
from pathway.equations.walk import substitute
from pathway.errors import SolveError, nearest
from pathway.programs.arguments import (
    ACTION_SLOTS,
    ACTIONS,
    MARGINS,
    TRUTHS,
    WATCH,
    Arguments,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pathway.programs.compile import CompiledSystem
    from pathway.programs.load import Machine

    Vector = NDArray[np.float64]

__all__ = ["SystemRun"]


class SystemRun:
    """The values of one run, and the machine that works on them.

    Parameters
    ----------
    machine : Machine
    compiled : CompiledSystem
    constants, initial : mapping of str to float
        What replaces declared constants and initial values. Initial assignments are computed anew
        from them; what is given here keeps the value given.

    Attributes
    ----------
    time : float
    y : ndarray, shape (moving,)
    still_changed : bool
        Whether an event has set a state that the times of conditions depend on.
    """

    def __init__(
        self,
        machine: Machine,
        compiled: CompiledSystem,
        constants: Mapping[str, float],
        initial: Mapping[str, float],
    ) -> None:
        self.machine = machine
        self.compiled = compiled
        self.p = Arguments(*compiled.arguments[:-1], compiled.arguments.values.copy())
        self.time = compiled.system.start
        self._place = {name: place for place, name in enumerate(compiled.moving)}
        given = self._given(constants, initial)
        for name, value in given.items():
            self.p.values[compiled.slots[name]] = value
        kept = np.array([name in given for name in compiled.assigned], dtype=np.bool_)
        machine.start(self.time, kept, self.p)
        self._held = self.time
        self.settle()
        slots = [compiled.slots[name] for name in compiled.moving]
        self.y: Vector = self.p.values[slots].copy()
        self.still_changed = False

    def _given(
        self, constants: Mapping[str, float], initial: Mapping[str, float]
    ) -> dict[str, float]:
        system = self.compiled.system
        states = dict.fromkeys(state.id for state in system.states)
        # A constant that an event sets is a state here; who gives its value need not know.
        settable = dict.fromkeys(name for name, _ in system.constants) | {
            name: None for name in states if name not in self._place
        }
        for what, given, known in (
            ("constant", constants, settable),
            ("initial value", initial, states),
        ):
            for name, value in given.items():
                if name not in known:
                    raise SolveError(
                        f"{system.id}: {name!r}", f"is no {what}", nearest(name, known)
                    )
                if not np.isfinite(value):
                    raise SolveError(
                        f"{system.id}: {name!r}", f"is given as {value}", "give a finite number"
                    )
        return {**constants, **initial}

    def assign(self, target: str, value: float) -> None:
        """Set a state; what is computed from still states is computed anew by :meth:`settle`."""
        place = self._place.get(target)
        if place is not None:
            self.y[place] = value
        else:
            self.p.values[self.compiled.slots[target]] = value
            self.still_changed = self.still_changed or target in self.compiled.still

    def settle(self) -> None:
        """Compute anew what depends on states that only events change."""
        self.machine.fixed(self.p)
        self.machine.switches(self._held, self.p)

    def hold(self, time: float) -> None:
        """Set conditions on time alone to what they are at ``time``."""
        self._held = time
        self.machine.switches(time, self.p)

    def truths(self, time: float, y: Vector) -> Any:  # noqa: ANN401 - numba functions are untyped
        """Return what triggers, comparisons in rates and instants are; NaN is false."""
        found = self.machine.observe(time, y, WATCH, TRUTHS, self.p)
        return (found != 0.0) & (found == found)

    def margins(self, time: float, y: Vector) -> Any:  # noqa: ANN401
        """Return how far each of :meth:`truths` is from turning; zero if that is not known."""
        return self.machine.observe(time, y, WATCH, MARGINS, self.p)

    def actions(self) -> Any:  # noqa: ANN401
        """Return the priorities and new values of all events, as they are now."""
        return self.machine.observe(self.time, self.y, ACTIONS, ACTION_SLOTS, self.p)

    def outputs(self, times: Vector, y: Vector) -> Any:  # noqa: ANN401
        """Return outputs, shape (times, outputs); conditions on time are as at each time."""
        times = np.ascontiguousarray(times)
        return self.machine.outputs(times, np.ascontiguousarray(y), self.p)

    def stops(self, end: float) -> list[float]:
        """Return when, after now and until ``end``, conditions on time alone turn."""
        self.still_changed = False
        values = {name: float(self.p.values[slot]) for name, slot in self.compiled.slots.items()}
        times = {end}
        for clock in self.compiled.clocks:
            times.update(breakpoints(substitute(clock, values), self.time, end))
        return sorted(time for time in times if time > self.time)
