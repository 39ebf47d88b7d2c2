"""Suppression: one minus treated over untreated, the scenario without its drugs being untreated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pathway.errors import ScenarioError, nearest
from pathway.result.dataset import NOTHING
from pathway.result.settings import solver_settings
from pathway.result.simulate import run_batch
from pathway.result.times import fine_times, minutes
from pathway.scenario import Scenario, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from pathway.model import Model
    from pathway.solve.settings import Method

__all__ = ["chosen_readouts", "stop_of", "suppression", "suppression_of"]


def suppression(
    model: Model,
    scenarios: Scenario | Iterable[Scenario],
    readouts: Iterable[str] | None = None,
    at: str | float | None = None,
    *,
    auc: bool = False,
    since: str | float | None = None,
    rtol: float | None = None,
    atol: float | None = None,
    method: Method | str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Return how much each scenario's drugs suppress each readout.

    The reference of a scenario is the same scenario without its drugs: same cell, same ligands at
    the same times. 1 is full suppression, 0 none, negative is activation.

    Parameters
    ----------
    model : Model
    scenarios : Scenario or iterable of Scenario
    readouts : iterable of str, optional
        All readouts of the model if None.
    at : str or float, optional
        The time, a text with unit or minutes; the end of each scenario if None. With ``auc``, the
        end of the area.
    auc : bool
        Compare areas under the curves instead of values at one time.
    since : str or float, optional
        With ``auc``, where the area begins; time 0 if None.
    rtol, atol, method, progress
        As in :func:`pathway.simulate`.

    Returns
    -------
    pandas.DataFrame
        Index ``scenario`` (labels), one column per readout, values without unit. NaN where the
        untreated readout is zero (below ``pathway.result.dataset.NOTHING``) or where a run failed; ``attrs["status"]`` has
        each scenario's status.

    Raises
    ------
    ScenarioError
        An unknown readout, a time after a scenario's end, or a scenario that does not fit.
    SolveError
        A failed run, if only one scenario is given; of several, a failed one is NaN.
    """
    asked = [scenarios] if isinstance(scenarios, Scenario) else list(scenarios)
    if not auc and since is not None:
        raise ScenarioError("suppression", "since= without auc=True", "it bounds an area")
    if not asked:
        raise ScenarioError("suppression", "no scenario is given", "give at least one")
    references = [scenario.without_drugs() for scenario in asked]
    runs = list(dict.fromkeys([*asked, *references]))
    resolved = {scenario: resolve(model.declared, scenario) for scenario in runs}
    stops = [stop_of(scenario.name, resolved[scenario].duration, at) for scenario in asked]
    start = 0.0 if since is None else minutes(since, "since")
    if auc and start >= min(stops):
        raise ScenarioError(
            "since", f"{start:g} min is not before the end of the area", "start earlier"
        )
    grid = set(stops)
    if auc:
        grid |= {start, *(float(t) for t in fine_times([*resolved.values()]))}
    settings = solver_settings(rtol, atol, method)
    dataset = run_batch(
        model, runs, np.array(sorted(grid)), settings, progress=progress, alone=len(asked) == 1
    )
    names = chosen_readouts(dataset.attrs["readouts"].split(), readouts)
    rows = {scenario: row for row, scenario in enumerate(runs)}
    pairs = [(rows[one], rows[other]) for one, other in zip(asked, references, strict=True)]
    table = {
        name: [
            suppression_of(*_levels(dataset, name, pair, start, stop, auc=auc))
            for pair, stop in zip(pairs, stops, strict=True)
        ]
        for name in names
    }
    labels = pd.Index([scenario.name for scenario in asked], name="scenario")
    frame = pd.DataFrame(table, index=labels, columns=names, dtype=float)
    status = dataset["status"].to_numpy()
    frame.attrs.update(
        quantity="suppression",
        unit="1",
        reference="the same scenario without drugs",
        status=[str(_worse(status[one], status[other])) for one, other in pairs],
    )
    return frame


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


def stop_of(label: str, duration: float, at: str | float | None) -> float:
    """Return the time asked for in minutes, by default the end of the scenario.

    Raises
    ------
    ScenarioError
        A time after the end.
    """
    if at is None:
        return duration
    time = minutes(at, "at")
    if time > duration:
        raise ScenarioError(
            f"scenario {label!r}",
            f"at {time:g} min it is over ({duration:g} min)",
            "make the scenario longer, or ask for an earlier time",
        )
    return time


def _levels(
    dataset: xr.Dataset, name: str, rows: tuple[int, int], start: float, stop: float, *, auc: bool
) -> tuple[float, float]:
    """Return the readout treated and untreated: at ``stop``, or the areas up to it."""
    times = dataset["time"].to_numpy()
    values = dataset[name].to_numpy()
    if not auc:
        at = int(np.searchsorted(times, stop))
        return float(values[rows[0], at]), float(values[rows[1], at])
    inside = (times >= start) & (times <= stop)
    treated, untreated = (area(values[row, inside], times[inside]) for row in rows)
    length = stop - start
    return treated / length, untreated / length  # a mean level, so that NOTHING keeps its unit


def _worse(one: str, other: str) -> str:
    return other if one == "ok" else one
