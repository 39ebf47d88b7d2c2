"""Inhibition curves of models read from files of equations: one number is the dose."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pathway.analysis.curve import InhibitionCurve, fitted_curve
from pathway.analysis.equation_suppression import equation_stop, equation_times
from pathway.analysis.levels import chosen_readouts, level, suppression_in_any_unit
from pathway.errors import ScenarioError, SolveError
from pathway.model.equation_values import changed
from pathway.result.equations import simulate_equations, variable_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from pathway.model.equation_model import EquationModel
    from pathway.scenario import Scenario
    from pathway.solve.settings import Settings

__all__ = ["equation_curve", "equation_doses"]

DECADES = 3.0
"""Default doses below and above the file's own value."""
PER_DECADE = 2


def equation_curve(
    model: EquationModel,
    scenario: Scenario,
    drug: str,
    readout: str,
    doses: Iterable[str | float] | None,
    at: str | float | None,
    *,
    auc: bool,
    settings: Settings | None,
    progress: Callable[[int, int], None] | None = None,
) -> InhibitionCurve:
    """Return the curve of :func:`pathway.inhibition_curve` for a model of equations.

    Dose 0 is the untreated reference, the scenario's other parameters being in place.

    Raises
    ------
    ScenarioError
        An unknown parameter or readout, too few or impossible doses, a readout that is nothing at
        dose 0, or a scenario that does not fit.
    SolveError
        A failed run at dose 0; another failed dose is NaN in the table, with its status.
    """
    name = chosen_readouts(model.readouts, readout)[0]
    stop = equation_stop(model, scenario, at)
    grid = equation_doses(model, scenario, drug, doses)
    # 17 digits: the text gives back the same number
    runs = [scenario.with_parameters({drug: repr(float(dose))}) for dose in grid]
    dataset = simulate_equations(
        model,
        runs,
        equation_times(stop, since=0.0 if auc else None),
        settings,
        labels=[f"{drug} {dose:g}" for dose in grid],
        progress=progress,
    )
    status = [str(one) for one in dataset["status"].to_numpy()]
    where = f"scenario {scenario.name!r}"
    if status[0] != "ok":
        raise SolveError(where, f"it fails with {drug} at zero: {status[0]}", "dose something else")
    values = np.array(
        [
            level(dataset, variable_of(name), row, stop, 0.0 if auc else None)
            for row in range(len(runs))
        ]
    )
    suppressed = np.array([suppression_in_any_unit(value, float(values[0])) for value in values])
    if np.isnan(suppressed).all():
        raise ScenarioError(
            where,
            f"there is no {name} to suppress with {drug} at zero, at time {stop:g}",
            "choose another readout or time",
        )
    units = {output.id: output.unit for output in model.system.outputs}
    return fitted_curve(
        names=(drug, name, scenario.name),
        time=stop,
        units=(units.get(drug) or "the file's unit", units[name]),
        doses=grid,
        values=values,
        untreated=float(values[0]),
        suppressed=suppressed,
        status=status,
    )


def equation_doses(
    model: EquationModel, scenario: Scenario, drug: str, doses: Iterable[str | float] | None
) -> NDArray[np.float64]:
    """Return ascending doses in the file's unit, 0 the first of them.

    Parameters
    ----------
    model : EquationModel
    scenario : Scenario
        Its own value of ``drug``, if it has one, stands for the file's.
    drug : str
        What a scenario's ``parameters`` may change.
    doses : iterable of str or float, optional
        Numbers, or ``"x0.5"`` of the value; half-decades around it if None.

    Raises
    ------
    ScenarioError
        No such parameter, fewer than five doses above zero, a dose that is negative or no number,
        or no doses where the value is not positive.
    """
    model.changes(scenario.with_parameters({drug: "x1"}))  # knows every reason why not
    value = model.parameters[drug]
    own = scenario.parameters.get(drug)
    if own is not None:
        value = changed(drug, own, value)
    if doses is None:
        if not 0.0 < value < math.inf:
            raise ScenarioError(
                "doses", f"none are given, and {drug!r} is {value:g} in the file", "give doses"
            )
        count = round(2.0 * DECADES * PER_DECADE) + 1
        return np.concatenate([[0.0], value * np.logspace(-DECADES, DECADES, count)])
    given = [
        changed(drug, dose if isinstance(dose, str) else repr(float(dose)), value) for dose in doses
    ]
    for dose in given:
        if dose < 0.0:
            raise ScenarioError("doses", f"a dose of {dose:g}", "doses are from 0 up")
    grid = np.unique([0.0, *given])
    if grid.size < 6:
        raise ScenarioError(
            "doses", f"{grid.size - 1} different doses above zero", "give at least five"
        )
    return grid
