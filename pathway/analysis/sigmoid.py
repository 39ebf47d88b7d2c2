"""A four-parameter log-logistic curve through doses and suppressions, and what shape they have."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import least_squares
from scipy.stats import t as student

from pathway.errors import ScenarioError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Shape", "Sigmoid", "fit_sigmoid", "log_logistic"]

FLAT = 0.02
"""Suppressions that span less than this have no curve worth fitting."""
TURN = 0.1
"""Share of the span that a curve may turn back before it counts as not monotone."""
CONFIDENCE = 0.95
HILL_RANGE = (0.1, 10.0)
EFFECT_MARGIN = 1.0
"""How far beyond the points, in spans, a plateau may lie."""
DECADES_BEYOND = 2.0
"""How far beyond the doses, in decades, the midpoint may lie."""


class Shape(StrEnum):
    """What the points look like, which says what the fitted numbers mean."""

    SIGMOID = "sigmoid"
    """Suppression rises from plateau to plateau: the numbers are what their names say."""
    INCOMPLETE = "incomplete"
    """The doses do not reach a plateau on one side: midpoint and plateau are extrapolated."""
    ACTIVATION = "activation"
    """Suppression falls with dose, the readout rises: ``ic50`` is the half-activating dose."""
    BELL = "bell"
    """The effect turns back at high dose: the numbers describe the limb up to the turn."""
    BIPHASIC = "biphasic"
    """At low dose the effect goes the other way: the fit is of the whole, and is poor there."""
    FLAT = "flat"
    """The dose changes nothing: ``ic50`` and ``hill`` are NaN."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sigmoid:
    """A fitted curve ``bottom + (emax - bottom) / (1 + (ic50 / dose) ** hill)``.

    Parameters
    ----------
    bottom, emax : float
        Suppression at zero and at infinite dose.
    ic50 : float
        Dose halfway between the two (the relative IC50), unit of the doses.
    hill : float
        Steepness, positive.
    gof : float
        R-squared over the points fitted; NaN for a flat curve.
    ci : dict of str to (float, float)
        95 % intervals of ``bottom``, ``emax``, ``ic50`` and ``hill``; NaN where the points do not
        determine them.
    shape : Shape
        What the points look like.
    message : str
        A line on how to read the numbers; empty for a plain sigmoid.
    """

    bottom: float
    emax: float
    ic50: float
    hill: float
    gof: float
    ci: dict[str, tuple[float, float]]
    shape: Shape
    message: str

    def at(self, doses: ArrayLike) -> NDArray[np.float64]:
        """Return the fitted suppression at doses (same unit, same shape)."""
        dose = np.asarray(doses, dtype=float)
        if self.shape is Shape.FLAT:
            return np.full_like(dose, self.emax)
        return log_logistic(dose, self.bottom, self.emax, self.ic50, self.hill)


def log_logistic(
    dose: NDArray[np.float64], bottom: float, emax: float, ic50: float, hill: float
) -> NDArray[np.float64]:
    """Return ``bottom + (emax - bottom) / (1 + (ic50 / dose) ** hill)``; ``bottom`` at dose 0."""
    share = np.zeros_like(dose)
    above = dose > 0.0
    # in logarithms, so that no dose overflows
    slope = hill * (np.log(ic50) - np.log(dose[above]))
    share[above] = 1.0 / (1.0 + np.exp(np.clip(slope, -700.0, 700.0)))
    return np.asarray(bottom + (emax - bottom) * share)


def fit_sigmoid(doses: ArrayLike, suppression: ArrayLike) -> Sigmoid:
    """Fit a four-parameter log-logistic curve by bounded least squares.

    Parameters
    ----------
    doses : (n,) array
        In ascending order, none negative, at least five above zero; a zero dose takes part.
    suppression : (n,) array
        Suppression at each dose; points that are NaN are left out.

    Returns
    -------
    Sigmoid

    Raises
    ------
    ScenarioError
        Fewer than five finite points at doses above zero.

    Notes
    -----
    The curve and its relative midpoint are those of Finney (1976, Biometrics 32:721) and of most
    dose-response software. Intervals are linear (covariance of the residuals, Student's t), in the
    logarithm for ``ic50`` and ``hill``; on simulated points without noise they say how well the
    curve describes the points, nothing about the experiment.
    """
    dose, value = np.asarray(doses, dtype=float), np.asarray(suppression, dtype=float)
    finite = np.isfinite(value)
    dose, value = dose[finite], value[finite]
    if np.count_nonzero(dose > 0.0) < 5:
        raise ScenarioError(
            "inhibition curve", "fewer than five finite points at doses above zero", "add doses"
        )
    span = float(np.ptp(value))
    if span < FLAT:
        return _flat(float(value[-1]), span)
    turn = _turning_point(value, span)
    # five points carry a fit; a limb shorter than that is fitted with the points after its turn
    stop = max(turn + 1, int(np.searchsorted(np.cumsum(dose > 0.0), 5)) + 1)
    solution = _solve(dose[:stop], value[:stop])
    bottom, emax, log_ic50, log_hill = (float(x) for x in solution.x)
    ic50, hill = float(np.exp(log_ic50)), float(np.exp(log_hill))
    shape, message = _shape(dose[:stop], value, turn, bottom, emax, ic50)
    residual = float(np.sum(solution.fun**2))
    spread = float(np.sum((value[:stop] - value[:stop].mean()) ** 2))
    return Sigmoid(
        bottom=bottom,
        emax=emax,
        ic50=ic50,
        hill=hill,
        gof=1.0 - residual / spread if spread > 0.0 else float("nan"),
        ci=_intervals(solution, residual, stop),
        shape=shape,
        message=message,
    )


def _flat(level: float, span: float) -> Sigmoid:
    nothing = (float("nan"), float("nan"))
    return Sigmoid(
        bottom=level,
        emax=level,
        ic50=float("nan"),
        hill=float("nan"),
        gof=float("nan"),
        ci=dict.fromkeys(("bottom", "emax", "ic50", "hill"), nothing),
        shape=Shape.FLAT,
        message=f"suppression spans only {span:.3g} over these doses: no midpoint",
    )


def _turning_point(value: NDArray[np.float64], span: float) -> int:
    """Return the index up to which the main effect grows, within tolerance."""
    last = len(value) - 1
    peak = int(np.argmax(np.abs(value - value[0])))
    return peak if abs(value[last] - value[peak]) > TURN * span else last


def _solve(dose: NDArray[np.float64], value: NDArray[np.float64]) -> Any:  # noqa: ANN401
    """Return the best of fits from a few starting midpoints and slopes (scipy's result)."""
    positive = dose[dose > 0.0]
    low, high = float(value.min()), float(value.max())
    margin = EFFECT_MARGIN * (high - low)
    reach = DECADES_BEYOND * np.log(10.0)
    lower = [low - margin, low - margin, np.log(positive[0]) - reach, np.log(HILL_RANGE[0])]
    upper = [high + margin, high + margin, np.log(positive[-1]) + reach, np.log(HILL_RANGE[1])]
    halfway = 0.5 * (value[0] + value[-1])
    crossing = int(np.argmin(np.abs(value - halfway)))
    middle = max(float(dose[crossing]), float(positive[0]))

    def residuals(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return log_logistic(dose, x[0], x[1], float(np.exp(x[2])), float(np.exp(x[3]))) - value

    fits = [
        least_squares(
            residuals,
            [value[0], value[-1], np.log(start), np.log(hill)],
            bounds=(lower, upper),
            x_scale=[high - low, high - low, 1.0, 1.0],
            xtol=1e-12,
            ftol=1e-12,
            gtol=1e-12,
        )
        for start in (middle, float(np.sqrt(positive[0] * positive[-1])))
        for hill in (1.0, 2.5)
    ]
    return min(fits, key=lambda fit: float(fit.cost))


def _shape(
    dose: NDArray[np.float64],
    value: NDArray[np.float64],
    turn: int,
    bottom: float,
    emax: float,
    ic50: float,
) -> tuple[Shape, str]:
    if turn < len(value) - 1:
        return Shape.BELL, (
            f"the effect turns back at high dose: the numbers describe the limb up to {dose[-1]:g}"
        )
    against = (value[0] - value) if value[turn] > value[0] else (value - value[0])
    if float(against.max()) > TURN * float(np.ptp(value)):
        return Shape.BIPHASIC, "low doses do the opposite of high ones: no sigmoid describes both"
    positive = dose[dose > 0.0]
    reached = abs(value[-1] - bottom) / abs(emax - bottom) if emax != bottom else 1.0
    if emax < bottom:
        return Shape.ACTIVATION, (
            "the readout rises with dose: ic50 is the dose of half-maximal activation"
        )
    if reached < 0.9 or ic50 < positive[0] or ic50 > positive[-1]:
        return Shape.INCOMPLETE, (
            "the doses do not span the curve: ic50 and emax are extrapolated, widen the doses"
        )
    return Shape.SIGMOID, ""


def _intervals(solution: Any, residual: float, count: int) -> dict[str, tuple[float, float]]:  # noqa: ANN401
    names = ("bottom", "emax", "ic50", "hill")
    nothing = (float("nan"), float("nan"))
    free = count - len(names)
    curvature = solution.jac.T @ solution.jac
    if free < 1 or np.linalg.cond(curvature) > 1e14:
        return dict.fromkeys(names, nothing)
    errors = np.sqrt(np.diag(np.linalg.inv(curvature)) * residual / free)
    reach = float(student.ppf(0.5 + CONFIDENCE / 2.0, free)) * errors
    intervals: dict[str, tuple[float, float]] = {}
    for i, name in enumerate(names):
        edge = (float(solution.x[i] - reach[i]), float(solution.x[i] + reach[i]))
        if solution.active_mask[i]:
            intervals[name] = nothing  # at a bound: the points do not determine it
        elif i < 2:
            intervals[name] = edge
        else:
            low, high = (float(np.exp(np.clip(x, -700.0, 700.0))) for x in edge)
            intervals[name] = (low, high)
    return intervals
