"""At which times results are reported: the user's, or a grid that is dense after each change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.declare.units import parse_duration
from pathway.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from pathway.scenario import Resolved

__all__ = ["default_times", "fine_times", "minutes", "read_times"]

OFFSETS = (1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 240.0, 360.0)
"""Minutes after a change of medium; from there on every two hours."""
LATE = 120.0
FINE_POINTS = 120
"""Points per step of the grid that areas are computed on."""


def minutes(time: str | float, where: str = "time") -> float:
    """Return a time in minutes, given as a text with unit or as a number of minutes.

    Raises
    ------
    ScenarioError
        A number that is negative or not finite.
    UnitError
        A text that is not a time.
    """
    value = parse_duration(time, where) if isinstance(time, str) else float(time)
    if not 0.0 <= value < float("inf"):
        raise ScenarioError(
            where, f"a time of {time}", "give minutes from 0 up, or a text with unit"
        )
    return value


def read_times(times: Iterable[str | float], scenarios: Sequence[Resolved]) -> NDArray[np.float64]:
    """Return requested times in minutes, ascending, each once.

    Parameters
    ----------
    times : iterable of str or float
        Texts with unit, or minutes.
    scenarios : sequence of Resolved
        What is simulated.

    Raises
    ------
    ScenarioError
        No time at all, or one after the end of every scenario.
    UnitError
        A text that is not a time.
    """
    given = [times] if isinstance(times, str | int | float) else list(times)
    values = np.unique(np.array([minutes(time, "times") for time in given], dtype=float))
    if not values.size:
        raise ScenarioError("times", "none are given", "give at least one, or leave them out")
    last = max((scenario.duration for scenario in scenarios), default=np.inf)
    if values[-1] > last:
        raise ScenarioError(
            "times",
            f"{values[-1]:g} min is after the end of every scenario ({last:g} min)",
            "make the scenario longer, or ask for earlier times",
        )
    return values


def default_times(scenarios: Sequence[Resolved]) -> NDArray[np.float64]:
    """Return the union of the scenarios' own grids, in minutes: ends, changes, and after them."""
    values = {0.0}
    for scenario in scenarios:
        for step in scenario.steps:
            length = step.stop - step.start
            late = np.arange(OFFSETS[-1] + LATE, length, LATE)
            offsets = [*(t for t in OFFSETS if t < length), *(float(t) for t in late), length]
            values.update(step.start + offset for offset in offsets if offset < length)
            values.add(step.stop)
    return np.array(sorted(values))


def fine_times(scenarios: Sequence[Resolved]) -> NDArray[np.float64]:
    """Return a grid for areas under curves, in minutes: dense after each change, then coarser."""
    values = {0.0}
    for scenario in scenarios:
        for step in scenario.steps:
            length = step.stop - step.start
            offsets = length * np.linspace(0.0, 1.0, FINE_POINTS + 1)[1:-1] ** 2
            values.update(step.start + float(offset) for offset in offsets)
            values.add(step.stop)
    return np.array(sorted(values))
