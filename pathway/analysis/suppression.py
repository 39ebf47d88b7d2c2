"""Suppression: one minus treated over untreated, the scenario without its drugs being untreated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pathway.analysis.equation_suppression import equation_suppression
from pathway.analysis.levels import area, chosen_readouts, level, suppression_of, worse
from pathway.errors import ScenarioError
from pathway.model.equation_model import EquationModel
from pathway.result.equations import equation_settings
from pathway.result.settings import solver_settings
from pathway.result.simulate import run_batch
from pathway.result.times import fine_times, minutes
from pathway.scenario import Scenario, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pathway.model import Model
    from pathway.solve.settings import Method

__all__ = ["area", "chosen_readouts", "level", "stop_of", "suppression", "suppression_of"]


def suppression(
    model: Model | EquationModel,
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
    the same times. 1 is full suppression, 0 none, negative is activation. A model read from SBML
    has no drugs: there the scenario's ``parameters`` are the treatment, and the reference is the
    file as it stands for the same duration.

    Parameters
    ----------
    model : Model or EquationModel
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
        untreated readout is zero (below ``pathway.result.dataset.NOTHING``; of a model read from
        SBML, that share of the treated readout) or where a run failed; ``attrs["status"]`` has
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
    if isinstance(model, EquationModel):
        found = equation_settings(rtol, atol, method)
        return equation_suppression(
            model, asked, readouts, at, auc=auc, since=since, settings=found, progress=progress
        )
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
            suppression_of(
                *(level(dataset, name, row, stop, start if auc else None) for row in pair)
            )
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
        status=[str(worse(status[one], status[other])) for one, other in pairs],
    )
    return frame


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
