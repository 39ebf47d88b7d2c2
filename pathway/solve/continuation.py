"""Follow a state at rest as one input changes: predict, correct, and never change branch unseen.

A step of the input is predicted along the tangent of the branch and corrected by Newton's method
with conserved totals held (E. L. Allgower, K. Georg, *Numerical Continuation Methods*, Springer
1990, chapters 2 and 6, doi 10.1007/978-3-642-61257-2). It is taken if the corrected state

- has the certificate of a rest: no residual, no drift of what is conserved, nothing below zero;
- lies near the prediction (``FAR``), and its tangent with that of the state before accounts for the
  way between the two (``BENT``): what landed on another branch fails this;
- has no eigenvalue above zero, and the same sign of the determinant as the state before.

Else the step is halved, down to ``SHORTEST``, where the branch is said to end.

Steps are in ``ln(1 + dose / least)``: linear at the lowest doses, zero among them, and logarithmic
above. States are compared as ``ln(y + MOLECULE)``: relative, but not below a molecule per cell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from pathway.solve.equilibrate import AT_REST, CONSERVED, MOLECULE, UNSTABLE
from pathway.solve.rest import FLOOR, RestProblem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

__all__ = ["SHORTEST", "BranchEnd", "Ending", "Follower", "Point", "apart"]

FAR = 0.1
"""Relative move of an amount by the corrector above which a step is halved."""

BENT = 0.02
"""Relative change of an amount that the tangents at both ends of a step may leave unexplained. Two
branches nearer to each other than this, in every amount, are not told apart over a long step."""

SHORTEST = 1e-4
"""Relative step of a dose at which a branch that cannot be followed is said to end."""

LONGEST = float(np.log(10.0))
"""Longest step: a decade of dose."""

TANGENT_STEP = 1e-3
"""Step, as of ``SHORTEST``, of the difference that gives the change of rates with the dose."""

PAST = 1e-3
"""Step beyond the end of a branch at which a cell leaves it: short, so that it does not pass
another end at once; ten times the uncertainty of the end."""

FINE = 0.01
"""Lowest dose of interest as a share of the dose at which a first amount would have changed by its
own size: an end at a higher dose is found to ``SHORTEST`` of that dose."""

MOST_SCALINGS = 20
"""How often the lowest dose of interest is looked for; once is enough where rates are linear."""

NEAR_END = 10.0
"""In ``SHORTEST``: how far ahead of the last state the slopes of a fold may become infinite."""


class Ending(StrEnum):
    """Why a branch ends."""

    FOLD = "fold"
    """It meets its unstable counterpart and both vanish: an eigenvalue reaches zero."""
    UNSTABLE = "loses stability"
    """It goes on, but a disturbance grows there."""
    LOST = "not followed"
    """The state changes too fast with the dose; whether it is one branch is not known."""


class _Refusal(StrEnum):
    """What was wrong with a step."""

    NEWTON = "no rest nearby"
    FAR = "far"
    BENT = "bent"
    SIGN = "unstable"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Point:
    """A certified state at rest."""

    dose: float
    """nM."""
    y: Vector
    """nM or 1, shape (species,)."""
    residual: float
    """Largest fractional rate of change, 1/min."""
    drift: float
    """Largest relative change of a conserved total."""
    slowest: float
    """Real part of the slowest eigenvalue, 1/min."""
    slope: Vector | None
    """Change of ``ln(y + MOLECULE)`` with ``ln(1 + dose / least)``; None where the linear equations
    of rest have no single answer."""
    sign: float
    """Of the determinant of these equations."""

    @property
    def stable(self) -> bool:
        """Return whether disturbances decay."""
        return self.slowest <= UNSTABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchEnd:
    """Where a branch could be followed no further."""

    dose: float
    """nM, of the last state on the branch."""
    slowest: float
    """Real part of its slowest eigenvalue, 1/min."""
    reason: Ending


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Follower:
    """Follows the rests of one network while the concentration of one input changes.

    Parameters
    ----------
    problem : RestProblem
        The equations of rest of the treated network; ``problem.p`` at any dose above zero.
    place : int
        Of the input among the inputs that are held constant.
    least : float
        nM. Doses far below it are stepped through linearly.
    """

    problem: RestProblem
    place: int
    least: float

    def at(self, dose: float) -> RestProblem:
        """Return the equations of rest at a dose, nM."""
        inputs = self.problem.p.inputs.copy()
        inputs[self.place] = dose
        return replace(self.problem, p=self.problem.p._replace(inputs=inputs))

    def certified(self, dose: float, y: Vector) -> Point | None:
        """Return the rest that ``y`` is at a dose, with its measures, or None if it is none."""
        problem = self.at(dose)
        residual, drift = problem.residual(y), problem.drift(y)
        if not (residual <= AT_REST and drift <= CONSERVED and y.min(initial=0.0) >= 0.0):
            return None
        slope, sign = self._tangent(problem, dose, y)
        return Point(
            dose=dose,
            y=y,
            residual=residual,
            drift=drift,
            slowest=problem.slowest(y),
            slope=slope,
            sign=sign,
        )

    def finer(self, y: Vector) -> Follower:
        """Return a follower whose first steps are short for what changes fastest from dose 0 on."""
        found = self
        for _ in range(MOST_SCALINGS):
            slope, _ = found._tangent(found.at(0.0), 0.0, y)
            steepest = 0.0 if slope is None else float(np.max(np.abs(slope), initial=0.0))
            if steepest <= 1.0:
                break
            # Again, because rates that the dose saturates are steeper than a wide step shows.
            found = replace(found, least=found.least / steepest)
        return replace(found, least=FINE * found.least)

    def follow(self, start: Point, dose: float) -> tuple[Point, BranchEnd | None]:
        """Return the state of a branch at a dose, or its last state before that and why it ends."""
        point, before = start, None
        target = self._along(dose)
        step = target - self._along(start.dose)
        while point.dose != dose:
            left = target - self._along(point.dose)
            step = np.sign(left) * min(abs(step), abs(left), LONGEST)
            # The last step ends at the dose itself, not where rounding puts it.
            goal = dose if step == left else self._dose(self._along(point.dose) + step)
            found = self._step(point, goal)
            if isinstance(found, Point):
                point, before = found, point
                step *= 2.0
                continue
            step /= 2.0
            if abs(step) < SHORTEST:
                reason = self._reason(before, point, found)
                return point, BranchEnd(dose=point.dose, slowest=point.slowest, reason=reason)
        return point, None

    def beyond(self, end: float, dose: float) -> float:
        """Return the dose a little beyond where a branch ended, on the way to a dose."""
        left = self._along(dose) - self._along(end)
        if abs(left) <= PAST:
            return dose
        return self._dose(self._along(end) + float(np.copysign(PAST, left)))

    def _along(self, dose: float) -> float:
        return float(np.log1p(dose / self.least))

    def _dose(self, along: float) -> float:
        return float(self.least * np.expm1(max(along, 0.0)))

    def _step(self, start: Point, dose: float) -> Point | _Refusal:
        """Return the corrected state at a dose, or why it is not taken."""
        step = self._along(dose) - self._along(start.dose)
        slope = np.zeros_like(start.y) if start.slope is None else start.slope
        before = np.log(start.y + MOLECULE)
        predicted = before + step * slope
        if np.max(np.abs(step * slope), initial=0.0) > 1.5 * LONGEST:
            return _Refusal.FAR
        # Where Newton's method runs away its numbers overflow; what comes of it is refused.
        with np.errstate(all="ignore"):
            polished = self.at(dose).polish(np.maximum(np.exp(predicted) - MOLECULE, 0.0))
        if polished is None:
            return _Refusal.NEWTON
        after = np.log(polished[0] + MOLECULE)
        if not np.max(np.abs(after - predicted), initial=0.0) <= FAR:
            return _Refusal.FAR
        found = self.certified(dose, polished[0])
        if found is None:
            return _Refusal.NEWTON
        # Of a start without a tangent nothing is known but that the state must stay near.
        mean = slope if found.slope is None or start.slope is None else (slope + found.slope) / 2.0
        if not np.max(np.abs(after - before - step * mean), initial=0.0) <= BENT:
            return _Refusal.BENT
        crossed = start.slope is not None and found.sign != start.sign
        return _Refusal.SIGN if crossed or not found.stable else found

    def _tangent(self, problem: RestProblem, dose: float, y: Vector) -> tuple[Vector | None, float]:
        """Return how a rest changes with the dose, and the sign of its equations' determinant."""
        live, rhs = problem.live, problem.kernels.rhs
        along = self._along(dose)
        doses = [self._dose(along - TANGENT_STEP), self._dose(along + TANGENT_STEP)]
        low, high = (rhs(0.0, y, self.at(one).p)[live] for one in doses)
        target = (low - high) / (self._along(doses[1]) - self._along(doses[0]))
        matrix = problem.kernels.jacobian_dense(0.0, y, problem.p)[np.ix_(live, live)]
        matrix[problem.owners] = problem.laws
        target[problem.owners] = 0.0
        column = np.maximum(np.abs(y[live]), FLOOR)
        matrix *= column
        row = np.abs(matrix).max(axis=1, initial=0.0)
        if not (np.isfinite(row).all() and (row > 0.0).all()):
            return None, 0.0
        matrix /= row[:, None]
        sign = float(np.linalg.slogdet(matrix)[0])
        if sign == 0.0:
            return None, sign
        slope = np.zeros_like(y)
        slope[live] = column * np.linalg.solve(matrix, target / row) / (y[live] + MOLECULE)
        return (slope, sign) if np.isfinite(slope).all() else (None, 0.0)

    def _reason(self, before: Point | None, last: Point, refused: _Refusal) -> Ending:
        if refused is _Refusal.SIGN:
            return Ending.UNSTABLE
        if before is None:
            return Ending.LOST
        # Towards a fold the inverse square of a slope falls to zero, linearly with the dose.
        last_slope, slope = _steepest(last), _steepest(before)
        if last_slope <= slope or slope == 0.0:
            return Ending.LOST
        length = abs(self._along(last.dose) - self._along(before.dose))
        ahead = length / ((last_slope / slope) ** 2 - 1.0)
        return Ending.FOLD if ahead <= NEAR_END * SHORTEST else Ending.LOST


def _steepest(point: Point) -> float:
    return 0.0 if point.slope is None else float(np.max(np.abs(point.slope), initial=0.0))


def apart(one: Vector, other: Vector) -> float:
    """Return the largest relative difference of two states in an amount above a molecule."""
    gap = np.abs(np.log(one + MOLECULE) - np.log(other + MOLECULE))
    return float(np.max(gap, initial=0.0))
