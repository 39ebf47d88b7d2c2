"""Levels of readouts in a result, what suppresses them, and names of readouts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.errors import ScenarioError, nearest
from pathway.result.dataset import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import xarray as xr
    from numpy.typing import NDArray

__all__ = [
    "area",
    "chosen_readouts",
    "level",
    "suppression_in_any_unit",
    "suppression_of",
    "worse",
]


def suppression_of(treated: float, untreated: float) -> float:
    """Return ``1 - treated / untreated``; NaN if the untreated level is nothing."""
    return 1.0 - treated / untreated if untreated > NOTHING else float("nan")


def area(values: NDArray[np.float64], times: NDArray[np.float64]) -> float:
    """Return the area under a curve by trapezoids."""
    return float(np.trapezoid(values, times))


def chosen_readouts(known: Sequence[str], readouts: Iterable[str] | None) -> list[str]:
    """Return the readouts asked for, or all that are known, in order.

    Raises
    ------
    ScenarioError
        An unknown readout.
    """
    if readouts is None:
        return list(known)
    names = [readouts] if isinstance(readouts, str) else list(readouts)
    for name in names:
        if name not in known:
            raise ScenarioError("readouts", f"unknown readout {name!r}", nearest(name, known))
    return names


def suppression_in_any_unit(treated: float, untreated: float) -> float:
    """Return ``1 - treated / untreated`` of levels whose unit is not known.

    NaN if the untreated level is nothing beside the treated one, or negative.
    """
    nothing = NOTHING * max(abs(treated), abs(untreated))
    return 1.0 - treated / untreated if untreated > nothing else float("nan")


def level(dataset: xr.Dataset, name: str, row: int, stop: float, since: float | None) -> float:
    """Return a readout of a scenario at ``stop``, or its mean from ``since`` to there.

    A mean and not the area, so that it has the readout's unit. Both are times of the dataset.
    """
    times = dataset["time"].to_numpy()
    values = dataset[name].to_numpy()[row]
    if since is None:
        return float(values[np.searchsorted(times, stop)])
    inside = (times >= since) & (times <= stop)
    return area(values[inside], times[inside]) / (stop - since)


def worse(one: str, other: str) -> str:
    """Return the first status of two that is not ``ok``."""
    return other if one == "ok" else one
