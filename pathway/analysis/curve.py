"""What an inhibition curve is: points over doses, the fitted sigmoid, and how to draw them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pathway.analysis.sigmoid import Shape, fit_sigmoid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from pathway.analysis.sigmoid import Sigmoid

__all__ = ["InhibitionCurve", "fitted_curve"]

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
    """min; of a model read from SBML, in the file's unit."""
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


def fitted_curve(
    *,
    names: tuple[str, str, str],
    time: float,
    units: tuple[str, str],
    doses: NDArray[np.float64],
    values: NDArray[np.float64],
    untreated: float,
    suppressed: NDArray[np.float64],
    status: Sequence[str],
) -> InhibitionCurve:
    """Fit the points and return them with what they say.

    Parameters
    ----------
    names : (str, str, str)
        Drug, readout, scenario.
    time : float
    units : (str, str)
        Of the doses, and of the readout.
    doses, values, suppressed : (n,) array
        Ascending doses, the first 0; the readout and its suppression at each, NaN of failed runs.
    untreated : float
        The readout that suppressions are against.
    status : sequence of str
        ``ok`` or why a run failed, by dose.

    Raises
    ------
    ScenarioError
        Fewer than five finite points at doses above zero.
    """
    drug, readout, scenario = names
    fit = fit_sigmoid(doses, suppressed)
    table = pd.DataFrame(
        {
            "dose": doses,
            "value": values,
            "untreated": untreated,
            "suppression": suppressed,
            "fitted": fit.at(doses),
            "status": np.array(status, dtype=object),
        }
    )
    table.attrs.update(dose=units[0], value=units[1], suppression="1")
    return InhibitionCurve(
        drug=drug,
        readout=readout,
        scenario=scenario,
        time=time,
        ic50=fit.ic50,
        unit=units[0],
        ic50_absolute=_crossing(doses, suppressed, 0.5),
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
