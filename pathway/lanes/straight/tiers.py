"""When a system gets straight-line code: as soon as it is worth the time to compile."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathway.lanes.layout import LaneSystem

__all__ = ["Tiers"]

WORTH = (100_000, 1_000_000)
"""Steps of eight runs from which on code of LLVM's levels 0 and 1 is compiled.

Measured at 55, 118, 182 and 500 states: a step by code of level 0 saves 5, 9, 13 and 60 us, and
compiling takes 0.1, 0.5, 1.0 and 0.9 s (the last without the factorization); that of level 1 saves 1
to 7 us more and takes four times as long. Both earn their time back about here, or before."""


class Tiers:
    """Straight-line code of one system, and how much the system has been used.

    Which tier a run is computed by depends on what was run before; its bits do not.
    """

    __slots__ = ("_level", "_lock", "_steps", "_straight")

    def __init__(self) -> None:
        self._lock = Lock()
        self._steps = 0
        self._level = -1
        self._straight: LaneSystem | None = None

    def __reduce__(self) -> tuple[type[Tiers], tuple[()]]:
        """Leave code behind: another process compiles its own."""
        return Tiers, ()

    def serve(self, tables: LaneSystem, steps: int) -> LaneSystem:
        """Return what to run a system with: its tables, or code.

        Parameters
        ----------
        tables : LaneSystem
            The system itself, always the same one.
        steps : int
            How many steps of eight runs are about to be done, roughly.
        """
        if tables.owner is not None:
            return tables  # it is code already
        with self._lock:
            self._steps += steps
            level = sum(self._steps >= worth for worth in WORTH) - 1
            if level > self._level:
                from pathway.lanes.straight.build import straighten  # rarely needed

                self._level = level
                self._straight = straighten(tables, level)
            return self._straight or tables
