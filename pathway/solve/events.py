"""Events of a system of equations: which fire, in which order, and what they change.

The rules are those of SBML Level 3 for events without delay: an event fires when its trigger turns
from false to true; of those that fire together the one of highest priority goes first, and the
triggers and priorities of the others are looked at again after each; one that is not persistent is
called off when its trigger turns false before its turn; what an event changes may fire others.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pathway.errors import SolveError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pathway.solve.system_run import SystemRun

__all__ = ["EventQueue"]

CASCADE = 10_000
"""Events at one time after which they must be setting each other off for ever."""


class EventQueue:
    """Remembers what each trigger was, and carries out events that are due.

    Parameters
    ----------
    run : SystemRun
        Its state is changed by events.

    Attributes
    ----------
    fired : list of (float, str)
        Time and id of each event carried out.
    """

    def __init__(self, run: SystemRun) -> None:
        self.run = run
        self.events = run.compiled.system.events
        self.before: NDArray[np.bool_] = np.array(
            [event.initially_true for event in self.events], dtype=np.bool_
        )
        self.fired: list[tuple[float, str]] = []
        self._due: list[tuple[int, tuple[float, ...] | None]] = []
        self._since = -math.inf
        self._count = 0

    def fell(self, truths: NDArray[np.bool_]) -> None:
        """Take note of triggers that have turned false on the way."""
        self.before &= truths[: self.before.size]

    def settle(self) -> bool:
        """Carry out all events that are due now; return whether there were any."""
        if not self.events:
            return False
        run = self.run
        if run.time != self._since:
            self._since, self._count = run.time, 0
        self._look()
        any_due = bool(self._due)
        while self._due:
            self._count += 1
            if self._count > CASCADE:
                raise SolveError(
                    f"t = {run.time:g}",
                    f"more than {CASCADE} events, the last {self.fired[-1][1]!r}",
                    "look for events that set each other off",
                )
            self._carry_out(*self._due.pop(self._next()))
            self._look()
        return any_due

    def _look(self) -> None:
        """Call off and add what triggers that turned say."""
        truths = self.run.truths(self.run.time, self.run.y)[: len(self.events)]
        self._due = [
            (event, values)
            for event, values in self._due
            if truths[event] or self.events[event].persistent
        ]
        for event in np.flatnonzero(truths & ~self.before):
            early = self.events[event].values_from_trigger
            self._due.append((int(event), self._values(int(event)) if early else None))
        self.before = truths

    def _next(self) -> int:
        """Return the place of the event to go first; without priority is below any."""
        if len(self._due) == 1:
            return 0
        now = self.run.actions()
        ranks: list[float] = []
        for event, _ in self._due:
            place = self.run.compiled.actions[event].priority
            rank = -math.inf if place is None else float(now[place])
            ranks.append(-math.inf if math.isnan(rank) else rank)
        return ranks.index(max(ranks))

    def _values(self, event: int) -> tuple[float, ...]:
        now = self.run.actions()
        return tuple(float(now[place]) for place in self.run.compiled.actions[event].values)

    def _carry_out(self, event: int, values: tuple[float, ...] | None) -> None:
        targets = self.run.compiled.actions[event].targets
        new = self._values(event) if values is None else values
        for target, value in zip(targets, new, strict=True):
            self.run.assign(target, value)
        self.run.settle()
        self.fired.append((self.run.time, self.events[event].id))
