"""Suppression in models read from files of equations, where parameters are the treatment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pathway.analysis.levels import chosen_readouts, level, suppression_in_any_unit, worse
from pathway.errors import ScenarioError, SolveError
from pathway.result.equations import simulate_equations, variable_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from pathway.model.equation_model import EquationModel
    from pathway.scenario import Scenario
    from pathway.solve.settings import Settings

__all__ = ["equation_stop", "equation_suppression", "equation_times"]

FINE_POINTS = 400
"""Times of an area, closer to each other at its beginning."""


def equation_suppression(
    model: EquationModel,
    scenarios: Sequence[Scenario],
    readouts: Iterable[str] | None,
    at: str | float | None,
    *,
    auc: bool,
    since: str | float | None,
    settings: Settings | None,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Return the table of :func:`pathway.suppression` for a model of equations.

    The reference of a scenario is the same duration of the file as it stands: its ``parameters``
    are the treatment.

    Raises
    ------
    ScenarioError
        An unknown readout, a time after a scenario's end, or a scenario that does not fit.
    SolveError
        A failed run, if only one scenario is given; of several, a failed one is NaN.
    """
    names = chosen_readouts(model.readouts, readouts)
    references = [replace(scenario, parameters={}) for scenario in scenarios]
    runs = list(dict.fromkeys([*scenarios, *references]))
    stops = [equation_stop(model, scenario, at) for scenario in scenarios]
    start = (0.0 if since is None else model.time(since, "since")) if auc else None
    if start is not None and start >= min(stops):
        raise ScenarioError(
            "since", f"{start:g} is not before the end of the area", "start earlier"
        )
    times = np.unique(np.concatenate([equation_times(stop, since=start) for stop in stops]))
    labels = [scenario.name for scenario in runs]
    dataset = simulate_equations(model, runs, times, settings, labels=labels, progress=progress)
    status = [str(one) for one in dataset["status"].to_numpy()]
    rows = {scenario: row for row, scenario in enumerate(runs)}
    pairs = [(rows[one], rows[other]) for one, other in zip(scenarios, references, strict=True)]
    ends = [worse(status[one], status[other]) for one, other in pairs]
    if len(scenarios) == 1 and ends[0] != "ok":
        raise SolveError(f"scenario {scenarios[0].name!r}", ends[0], "change its parameters")
    table = {
        name: [
            suppression_in_any_unit(
                *(level(dataset, variable_of(name), row, stop, start) for row in pair)
            )
            for pair, stop in zip(pairs, stops, strict=True)
        ]
        for name in names
    }
    index = pd.Index([scenario.name for scenario in scenarios], name="scenario")
    frame = pd.DataFrame(table, index=index, columns=names, dtype=float)
    frame.attrs.update(
        quantity="suppression",
        unit="1",
        reference="the file as it stands, without the scenario's parameters",
        status=ends,
    )
    return frame


def equation_stop(model: EquationModel, scenario: Scenario, at: str | float | None) -> float:
    """Return the time asked for in the file's unit, by default the end of the scenario.

    Raises
    ------
    ScenarioError
        A time after the end, or a scenario that does not fit.
    UnitError
        A text with unit, where the file says no unit of time.
    """
    duration = model.duration(scenario)
    if at is None:
        return duration
    time = model.time(at, "at")
    if time > duration:
        raise ScenarioError(
            f"scenario {scenario.name!r}",
            f"at {time:g} it is over ({duration:g})",
            "make the scenario longer, or ask for an earlier time",
        )
    return time


def equation_times(stop: float, *, since: float | None) -> NDArray[np.float64]:
    """Return the times to simulate: ``stop``, and for an area those from ``since`` to there."""
    if since is None:
        return np.array([stop])
    shares = np.linspace(0.0, 1.0, FINE_POINTS + 1) ** 2
    times = since + (stop - since) * shares
    times[-1] = stop
    return times
