"""Inhibition curves: one readout against the dose of one drug, and the fitted numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pathway.analysis.sigmoid import Shape, fit_sigmoid
from pathway.analysis.suppression import chosen_readouts, stop_of, suppression_of
from pathway.errors import ScenarioError, nearest
from pathway.result.settings import solver_settings
from pathway.result.simulate import run_batch
from pathway.scenario import resolve
from pathway.scenario.doses import drug_dose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from pathway.analysis.sigmoid import Sigmoid
    from pathway.declare.entities import Drug
    from pathway.model import Model
    from pathway.scenario import Scenario
    from pathway.solve.settings import Method

__all__ = ["InhibitionCurve", "default_doses", "inhibition_curve"]

DECADES_BELOW, DECADES_ABOVE = 4.0, 1.5
"""Default doses around the in-vitro exposure, which is chosen to saturate."""
PER_DECADE = 2
WIDE = (1e-2, 1e5)
"""nM, default doses of a drug without exposures."""
LINE_POINTS = 200


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InhibitionCurve:
    """Suppression of a readout over doses of a drug, and the curve fitted to it.

    ``ic50`` is the relative one: the dose halfway between no drug and the plateau ``emax``, as in a
    four-parameter log-logistic fit. ``ic50_absolute`` is the dose at which half of the untreated
    readout is left, read from the points; NaN if that is never reached.
    """

    drug: str
    readout: str
    scenario: str
    time: float
    """min"""
    ic50: float
    """In ``unit``; NaN if the drug changes nothing."""
    unit: str
    ic50_absolute: float
    """In ``unit``."""
    emax: float
    """Suppression at the fitted plateau."""
    bottom: float
    """Suppression without this drug: by the scenario's other drugs, else 0."""
    hill: float
    gof: float
    """R-squared of the fit."""
    ci: dict[str, tuple[float, float]]
    """95 % intervals of ``ic50``, ``emax``, ``bottom`` and ``hill`` (see ``fit_sigmoid``)."""
    shape: Shape
    message: str
    """How to read the numbers; empty for a plain sigmoid."""
    table: pd.DataFrame
    """Columns dose (``unit``), value and untreated (readout's unit), suppression, fitted, status."""
    fit: Sigmoid

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:  # noqa: ANN401
        """Draw points and fitted curve; ``options`` as in :func:`pathway.plot.inhibition_curve`.

        Returns
        -------
        matplotlib.axes.Axes
        """
        from pathway.plot import inhibition_curve as draw  # brings matplotlib: only when asked

        dose = self.table["dose"].to_numpy()
        positive = dose[dose > 0.0]
        line = np.geomspace(positive[0], positive[-1], LINE_POINTS)
        given: dict[str, Any] = {
            "unit": self.unit,
            "drug": self.drug,
            "readout": self.readout,
            "ic50": self.ic50,
            "fit": (line, self.fit.at(line)),
            **options,
        }
        return draw(dose, self.table["suppression"].to_numpy(), ax, **given)


def inhibition_curve(
    model: Model,
    scenario: Scenario,
    drug: str,
    readout: str,
    doses: Iterable[str | float] | None = None,
    at: str | float | None = None,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    method: Method | str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> InhibitionCurve:
    """Simulate a scenario at many doses of one drug and fit the curve.

    Parameters
    ----------
    model : Model
    scenario : Scenario
        Its other drugs stay; the dose of ``drug`` is replaced in every step that has it, or set in
        every step if none has.
    drug, readout : str
    doses : iterable of str or float, optional
        Texts with unit, or nM; half-decades around the drug's in-vitro exposure if None. Dose 0 is
        always added.
    at : str or float, optional
        The time, a text with unit or minutes; the end of the scenario if None.
    rtol, atol, method, progress
        As in :func:`pathway.simulate`.

    Returns
    -------
    InhibitionCurve
        Suppressions are against the scenario without any drug.

    Raises
    ------
    ScenarioError
        An unknown drug or readout, fewer than five doses above zero, or a readout that the
        untreated cell does not have.
    UnitError
        A dose with a wrong unit.
    SolveError
        A failed run without drug; a failed dose is NaN in the table, with its status.
    """
    known = model.declared.drugs
    if drug not in known:
        raise ScenarioError("inhibition curve", f"unknown drug {drug!r}", nearest(drug, known))
    grid = _doses(known[drug], doses)
    stop = stop_of(scenario.name, resolve(model.declared, scenario).duration, at)
    reference = scenario.without_drugs()
    # 17 digits: the text gives back the same number
    runs = [reference, *(scenario.with_drugs({drug: f"{float(dose)!r} nM"}) for dose in grid)]
    settings = solver_settings(rtol, atol, method)
    dataset = run_batch(
        model, runs, np.array([stop]), settings, progress=progress, must=(reference,)
    )
    name = chosen_readouts(dataset.attrs["readouts"].split(), readout)[0]
    values = dataset[name].to_numpy()[:, 0]
    suppressed = np.array([suppression_of(float(v), float(values[0])) for v in values[1:]])
    if np.isnan(suppressed).all():
        raise ScenarioError(
            f"scenario {scenario.name!r}",
            f"there is no {readout} to suppress without drugs at {stop:g} min",
            "give a ligand, or choose another readout",
        )
    fit = fit_sigmoid(grid, suppressed)
    table = pd.DataFrame(
        {
            "dose": grid,
            "value": values[1:],
            "untreated": values[0],
            "suppression": suppressed,
            "fitted": fit.at(grid),
            "status": dataset["status"].to_numpy()[1:].astype(object),
        }
    )
    table.attrs.update(dose="nM", value=dataset[name].attrs["units"], suppression="1")
    return InhibitionCurve(
        drug=drug,
        readout=readout,
        scenario=scenario.name,
        time=stop,
        ic50=fit.ic50,
        unit="nM",
        ic50_absolute=_crossing(grid, suppressed, 0.5),
        emax=fit.emax,
        bottom=fit.bottom,
        hill=fit.hill,
        gof=fit.gof,
        ci=fit.ci,
        shape=fit.shape,
        message=fit.message,
        table=table,
        fit=fit,
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


def _crossing(doses: NDArray[np.float64], values: NDArray[np.float64], level: float) -> float:
    """Return the lowest dose at which values reach a level, between points in log dose."""
    for i in range(1, len(doses)):
        low, high = values[i - 1], values[i]
        if low < level <= high:
            share = (level - low) / (high - low)
            if doses[i - 1] == 0.0:
                return float(doses[i] * share)
            return float(doses[i - 1] * (doses[i] / doses[i - 1]) ** share)
    return float("nan")
