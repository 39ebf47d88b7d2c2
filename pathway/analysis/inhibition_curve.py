"""Inhibition curves: one readout against the dose of one drug, and the fitted numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.analysis.curve import InhibitionCurve, fitted_curve
from pathway.analysis.equation_curve import equation_curve
from pathway.analysis.suppression import chosen_readouts, level, stop_of, suppression_of
from pathway.errors import ScenarioError, nearest
from pathway.model.equation_model import EquationModel
from pathway.result.equations import equation_settings
from pathway.result.settings import solver_settings
from pathway.result.simulate import run_batch
from pathway.result.times import fine_times
from pathway.scenario import resolve
from pathway.scenario.doses import drug_dose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from pathway.declare.declared import Drug
    from pathway.model import Model
    from pathway.scenario import Scenario
    from pathway.solve.settings import Method

__all__ = ["InhibitionCurve", "default_doses", "inhibition_curve"]

DECADES_BELOW, DECADES_ABOVE = 4.0, 1.5
"""Default doses around the in-vitro exposure, which is chosen to saturate."""
PER_DECADE = 2
WIDE = (1e-2, 1e5)
"""nM, default doses of a drug without exposures."""


def inhibition_curve(
    model: Model | EquationModel,
    scenario: Scenario,
    drug: str,
    readout: str,
    doses: Iterable[str | float] | None = None,
    at: str | float | None = None,
    *,
    auc: bool = False,
    rtol: float | None = None,
    atol: float | None = None,
    method: Method | str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> InhibitionCurve:
    """Simulate a scenario at many doses of one drug and fit the curve.

    Parameters
    ----------
    model : Model or EquationModel
    scenario : Scenario
        Its other drugs stay; the dose of ``drug`` is replaced in every step that has it, or set in
        every step if none has.
    drug, readout : str
        Of a model read from SBML, ``drug`` is what a scenario's ``parameters`` may change: a
        parameter, or the initial value of a species.
    doses : iterable of str or float, optional
        Texts with unit, or nM; half-decades around the drug's in-vitro exposure if None. Dose 0 is
        always added. Of a model read from SBML, numbers in the file's unit or ``"x0.5"`` of the
        scenario's value; half-decades around that value if None.
    at : str or float, optional
        The time, a text with unit or minutes; the end of the scenario if None.
    auc : bool
        Compare mean levels from time 0 to ``at`` instead of levels at one time.
    rtol, atol, method, progress
        As in :func:`pathway.simulate`.

    Returns
    -------
    InhibitionCurve
        Suppressions are against the scenario without any drug; of a model read from SBML, against
        dose 0, all else being equal.

    Raises
    ------
    ScenarioError
        An unknown drug or readout, fewer than five doses above zero, a readout that the untreated
        cell does not have; of a model read from SBML also no doses where the value is zero.
    UnitError
        A dose with a wrong unit.
    SolveError
        A failed run without drug; a failed dose is NaN in the table, with its status.
    """
    if isinstance(model, EquationModel):
        found = equation_settings(rtol, atol, method)
        return equation_curve(
            model, scenario, drug, readout, doses, at, auc=auc, settings=found, progress=progress
        )
    known = model.declared.drugs
    if drug not in known:
        raise ScenarioError("inhibition curve", f"unknown drug {drug!r}", nearest(drug, known))
    grid = _doses(known[drug], doses)
    resolved = resolve(model.declared, scenario)
    stop = stop_of(scenario.name, resolved.duration, at)
    times = {stop, *(time for time in map(float, fine_times([resolved])) if auc and time < stop)}
    reference = scenario.without_drugs()
    # 17 digits: the text gives back the same number
    runs = [reference, *(scenario.with_drugs({drug: f"{float(dose)!r} nM"}) for dose in grid)]
    settings = solver_settings(rtol, atol, method)
    dataset = run_batch(
        model, runs, np.array(sorted(times)), settings, progress=progress, must=(reference,)
    )
    name = chosen_readouts(dataset.attrs["readouts"].split(), readout)[0]
    since = 0.0 if auc else None
    values = np.array([level(dataset, name, row, stop, since) for row in range(len(runs))])
    suppressed = np.array([suppression_of(float(v), float(values[0])) for v in values[1:]])
    if np.isnan(suppressed).all():
        raise ScenarioError(
            f"scenario {scenario.name!r}",
            f"there is no {readout} to suppress without drugs at {stop:g} min",
            "give a ligand, or choose another readout",
        )
    return fitted_curve(
        names=(drug, readout, scenario.name),
        time=stop,
        units=("nM", str(dataset[name].attrs["units"])),
        doses=grid,
        values=values[1:],
        untreated=float(values[0]),
        suppressed=suppressed,
        status=[str(status) for status in dataset["status"].to_numpy()[1:]],
    )


def default_doses(drug: Drug) -> NDArray[np.float64]:
    """Return doses in nM, two per decade, around a drug's in-vitro exposure."""
    anchors = {exposure.name: exposure.concentration for exposure in drug.exposures}
    if "in-vitro" in anchors:
        middle = anchors["in-vitro"]
        low, high = middle * 10.0**-DECADES_BELOW, middle * 10.0**DECADES_ABOVE
    else:
        low, high = WIDE
    count = round(PER_DECADE * float(np.log10(high / low))) + 1
    return np.geomspace(low, high, count)


def _doses(drug: Drug, doses: Iterable[str | float] | None) -> NDArray[np.float64]:
    if doses is None:
        return np.concatenate([[0.0], default_doses(drug)])
    values = [
        drug_dose("doses", drug, dose if isinstance(dose, str) else f"{float(dose)!r} nM")
        for dose in doses
    ]
    grid = np.unique([0.0, *values])
    if grid.size < 6:
        raise ScenarioError(
            "doses", f"{grid.size - 1} different doses above zero", "give at least five"
        )
    return grid
