"""What an adapter offers, and what it is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

__all__ = ["Engine", "RunFailedError", "Task", "one_by_one"]


class RunFailedError(Exception):
    """A run that the simulator itself reports as failed."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Task:
    """What an engine loads before anything is timed but loading itself."""

    path: Path
    """An SBML file."""
    times: Vector
    species: tuple[str, ...]
    sizes: Vector
    """What the value of each species is divided by to be a concentration."""
    varied: tuple[str, ...]
    cache: Path
    """A folder for what the engine compiles."""


class Engine(Protocol):
    """A simulator with a model loaded; made from a :class:`Task`."""

    threads: bool
    """Whether :meth:`many` uses as many threads as asked; else it is run in so many processes."""

    @property
    def version(self) -> str:
        """Return the simulator's version."""
        ...

    def tolerances(self, rtol: float, atol: float) -> None:
        """Set the tolerances of the runs that follow."""
        ...

    def run(self, row: Vector | None) -> Matrix:
        """Return all states at all times; ``row`` replaces the varied numbers.

        Raises
        ------
        RunFailedError
            If the simulator gives up.
        """
        ...

    def many(self, rows: Matrix, threads: int) -> tuple[Matrix, list[int]]:
        """Return all states at all times, shape (runs, times, states), and which runs failed."""
        ...

    def compared(self, y: Matrix) -> Matrix:
        """Return the task's species as concentrations, shape (..., times, species)."""
        ...


def one_by_one(engine: Engine, rows: Matrix) -> tuple[Matrix, list[int]]:
    """Do :meth:`Engine.many` with :meth:`Engine.run`; failed runs are NaN.

    Raises
    ------
    RunFailedError
        If no run ends.
    """
    found = None
    failed = []
    for place, row in enumerate(rows):
        try:
            y = engine.run(row)
        except RunFailedError:
            failed.append(place)
            continue
        if found is None:
            found = np.full((len(rows), *y.shape), np.nan)
        found[place] = y
    if found is None:
        raise RunFailedError("every run")
    return found, failed
