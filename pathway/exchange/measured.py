"""Measurements to write beside a model, and what they are compared with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pathway.errors import PathwayError
from pathway.exchange.shared import SAME
from pathway.result.run import Runner

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from numpy.typing import NDArray

    from pathway.exchange.shared import Shared, Sharer
    from pathway.scenario import Scenario
    from pathway.solve.settings import Settings

__all__ = ["Datum", "fitted_numbers", "simulated"]

LEAST_NOISE = 1e-3
"""Of a fitted spread, in decades: a single value has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Datum:
    """One measured value: ``scale`` times a readout of a scenario at a time.

    Parameters
    ----------
    scenario : Scenario
    readout : str
    time : float
        Minutes from the scenario's start.
    value : float
        Positive.
    scale : str
        The parameter that the readout is multiplied by; empty if the value is in its unit.
    noise : float or str
        Standard deviation in decades, or the parameter that is it.
    dataset : str
        What the value belongs to.
    reference : bool
        Whether the scale is defined by this value, which is then met.
    """

    scenario: Scenario
    readout: str
    time: float
    value: float
    scale: str
    noise: float | str
    dataset: str
    reference: bool = False


def simulated(
    shared: Shared,
    data: Sequence[Datum],
    settings: Settings,
    progress: Callable[[int, int], None] | None = None,
) -> list[float]:
    """Return the readout of each datum, of its scenario alone.

    Parameters
    ----------
    shared : Shared
        The network of all; it has to come to the same.
    data : sequence of Datum
    settings : Settings
    progress : callable, optional
        Called with scenarios done and scenarios in all.

    Raises
    ------
    PathwayError
        If a scenario is another in the shared network than alone.
    SolveError
        If a simulation fails.
    """
    runner = Runner(shared.case.model, settings)
    rests: dict[Hashable, NDArray[np.float64]] = {}
    found: dict[tuple[Scenario, str, float], float] = {}
    for done, sharer in enumerate(shared.sharers, start=1):
        scenario = sharer.scenario
        own = [datum for datum in data if datum.scenario == scenario]
        times = np.unique([datum.time for datum in own])
        alone = runner.run(scenario, sharer.resolved, times)
        if sharer.cell not in rests:
            rests[sharer.cell] = shared.network(sharer).equilibrate(settings).y
        levels = shared.levels(sharer, times, rests[sharer.cell], settings)
        for datum in own:
            column = int(np.searchsorted(times, datum.time))
            value = float(alone.levels[alone.readouts.index(datum.readout), column])
            together = levels[column, shared.case.network.readouts.index(datum.readout)]
            _require_same(sharer, datum, value, float(together))
            found[scenario, datum.readout, datum.time] = value
        if progress is not None:
            progress(done, len(shared.sharers))
    return [found[datum.scenario, datum.readout, datum.time] for datum in data]


def _require_same(sharer: Sharer, datum: Datum, alone: float, together: float) -> None:
    if abs(alone - together) > SAME * max(abs(alone), abs(together)):
        raise PathwayError(
            f"scenario {sharer.scenario.name!r}",
            f"{datum.readout} at {datum.time:g} min is {alone:g} alone and {together:g} in the "
            "network of all scenarios",
            "export it apart from those with other lesions and drugs",
        )


def fitted_numbers(data: Sequence[Datum], levels: Sequence[float]) -> Mapping[str, float]:
    """Return the scales and spreads at which simulated levels are nearest to what was measured.

    A scale is the geometric mean of measured over simulated, of its references if it has any; a
    spread is the standard deviation of what is then left, in decades.

    Raises
    ------
    PathwayError
        If a level that is scaled is not positive.
    """
    ratios: dict[str, list[float]] = {}
    for datum, level in zip(data, levels, strict=True):
        if not level > 0.0:
            raise PathwayError(
                f"{datum.dataset}: scenario {datum.scenario.name!r}",
                f"{datum.readout} at {datum.time:g} min is {level:g}, which nothing is relative to",
                "leave that finding out",
            )
    for datum, level in zip(data, levels, strict=True):
        only = any(other.reference for other in data if other.scale == datum.scale)
        if datum.scale and (datum.reference or not only):
            ratios.setdefault(datum.scale, []).append(math.log10(datum.value / level))
    scales = {name: 10.0 ** float(np.mean(found)) for name, found in ratios.items()}
    left: dict[str, list[float]] = {}
    for datum, level in zip(data, levels, strict=True):
        if isinstance(datum.noise, str):
            expected = level * scales.get(datum.scale, 1.0)
            left.setdefault(datum.noise, []).append(math.log10(datum.value / expected))
    spreads = {
        name: max(float(np.sqrt(np.mean(np.square(found)))), LEAST_NOISE)
        for name, found in left.items()
    }
    return scales | spreads
