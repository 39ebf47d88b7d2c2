"""The steady state of untreated cells, with a certificate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pathway.errors import SolveError
from pathway.solve.march import march, require_finite
from pathway.solve.rest import FLOOR, RestProblem, rest_problem
from pathway.solve.settings import Settings
from pathway.solve.steppers import make_part_stepper, one_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.integrate import OdeSolver

    from pathway.compile.tables import Tables
    from pathway.kernels.arguments import Arguments
    from pathway.kernels.load import Kernels

__all__ = ["HORIZON", "Certificate", "Equilibrium", "equilibrate"]

HORIZON = 60 * 24 * 60.0
"""min: sixty days, hundreds of times the slowest turnover of a protein in growing cells."""

AT_REST = 1e-9
"""1/min: amounts change by less than 1.5e-6 of themselves in a day."""

NEARLY = (1e-6, 1e-8, 1e-10)
"""1/min: changes over a step at which a polish to rest is tried, one after the other."""

FARTHEST = 0.05
"""A polish may move an amount by this share; farther might be into another basin."""

MOLECULE = 1e-3
"""nM: one molecule in about two picolitres. How far a polish moves less than this is no matter."""

CONSERVED = 1e-9
"""Largest relative change of a conserved total."""

UNSTABLE = 1e-6
"""1/min: growth slower than this (tenfold in four years) is rounding of the eigenvalues."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What shows that a state is the rest that the cell comes to."""

    residual: float
    """Largest fractional rate of change of a species, 1/min."""
    drift: float
    """Largest relative change of a conserved total since the start."""
    conserved: int
    """How many independent totals are conserved."""
    lowest: float
    """Lowest amount, nM or 1."""
    slowest: float
    """Real part of the slowest eigenvalue, 1/min; below zero the rest is stable."""
    minutes: float
    """Model time integrated before the polish."""
    moved: float
    """Largest relative move of an amount by the polish."""
    newton_steps: int
    steps: int
    nfev: int
    method: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Equilibrium:
    """A steady state and how it was found."""

    y: NDArray[np.float64]
    """nM or 1, shape (species,)."""
    certificate: Certificate


def equilibrate(
    kernels: Kernels,
    tables: Tables,
    p: Arguments,
    y0: NDArray[np.float64],
    settings: Settings | None = None,
    horizon: float = HORIZON,
) -> Equilibrium:
    """Return the stable steady state that a network comes to from ``y0`` with constant inputs.

    The network is integrated until it hardly changes, then polished by Newton's method with the
    conserved totals of ``y0`` as side conditions (species that cannot be reached from ``y0`` stay
    zero and are left out). A polish that moves far, or has no certificate, is thrown away and the
    integration goes on.

    Parameters
    ----------
    kernels : Kernels
    tables : Tables
    p : Arguments
    y0 : ndarray, shape (species,)
    settings : Settings, optional
    horizon : float
        Longest model time, min.

    Raises
    ------
    SolveError
        If there is no rest within the horizon, or only an unstable one.
    """
    settings = (Settings() if settings is None else settings).stepwise()
    require_finite(y0, 0.0, tables.species, "starts at")
    with one_thread():
        problem = rest_problem(kernels, tables, p, y0)
        search = _Search(problem, y0, settings)
        live, steps, nfev = y0[problem.live], 0, 0
        if live.size:  # else the cell is empty
            names = [tables.species[place] for place in problem.live]
            stepper = make_part_stepper(kernels, p, (0.0, horizon), y0, problem.live, settings)
            leg = march(stepper, np.empty(0), settings, names, until=search.arrived)
            live, steps, nfev = leg.state, leg.steps, leg.nfev
        if search.found is None:
            search.attempt(live, horizon)
    if search.found is None:
        y = search.whole(live)
        raise _no_rest(tables.species, kernels.rhs(horizon, y, p), y, horizon)
    y, certificate = search.found
    if certificate.slowest > UNSTABLE:
        raise SolveError(
            "equilibrium",
            f"the rest is unstable: a disturbance grows at {certificate.slowest:.2g} per min",
            "start from totals that are not balanced between two states",
        )
    return Equilibrium(y=y, certificate=replace(certificate, steps=steps, nfev=nfev))


class _Search:
    """Watches an integration and tries to polish it to rest."""

    def __init__(self, problem: RestProblem, y0: NDArray[np.float64], settings: Settings) -> None:
        self.problem = problem
        self.settings = settings
        self.y0 = y0
        self.previous = y0[problem.live], 0.0
        self.level = 0
        self.found: tuple[NDArray[np.float64], Certificate] | None = None

    def arrived(self, stepper: OdeSolver) -> bool:
        """Return whether the state after a step leads to a rest with a certificate."""
        before, since = self.previous
        y, t = stepper.y.copy(), float(stepper.t)
        self.previous = y, t
        change = np.max(np.abs(y - before) / (np.abs(y) + FLOOR), initial=0.0) / (t - since)
        if self.level >= len(NEARLY) or change > NEARLY[self.level]:
            return False
        self.level += 1
        return self.attempt(y, t)

    def whole(self, live: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the state of all species; those that are not live stay as they started."""
        y = self.y0.copy()
        y[self.problem.live] = live
        return y

    def attempt(self, live: NDArray[np.float64], minutes: float) -> bool:
        """Polish a state of the live species; keep it if it has a certificate."""
        problem = self.problem
        y = self.whole(live)
        # At a rest with more freedom than its conserved totals Newton's method has no answer; what
        # the integration came to may still be certified as it is.
        rest, newton_steps = problem.polish(y) or (np.maximum(y, 0.0), 0)
        moved = float(np.max(np.abs(rest - y) / (np.abs(y) + MOLECULE), initial=0.0))
        residual, drift = problem.residual(rest), problem.drift(rest)
        if moved > FARTHEST or residual > AT_REST or drift > CONSERVED:
            return False
        certificate = Certificate(
            residual=residual,
            drift=drift,
            conserved=problem.totals.size,
            lowest=float(rest.min()),
            slowest=problem.slowest(rest),
            minutes=minutes,
            moved=moved,
            newton_steps=newton_steps,
            steps=0,
            nfev=0,
            method=f"{self.settings.method.value}, then Newton",
        )
        self.found = rest, certificate
        return True


def _no_rest(
    species: Sequence[str], change: NDArray[np.float64], y: NDArray[np.float64], horizon: float
) -> SolveError:
    relative = np.abs(change) / (np.abs(y) + FLOOR)
    worst = int(np.argmax(relative))
    return SolveError(
        "equilibrium",
        f"no rest within {horizon / 1440:g} days: {species[worst]!r} is {y[worst]:.3g} and "
        f"changes by {100 * 1440 * relative[worst]:.2g} % a day",
        "check that what is made is also degraded, and that nothing oscillates",
    )
