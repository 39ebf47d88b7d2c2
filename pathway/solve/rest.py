"""Polish a state to rest by Newton's method, with its conserved totals held, and measure it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pathway.compile.tables import Tables
    from pathway.kernels.arguments import Arguments
    from pathway.kernels.load import Kernels

    Vector = NDArray[np.float64]

__all__ = ["FLOOR", "RestProblem", "rest_problem"]

FLOOR = 1e-6
"""nM (or 1): a thousandth of a molecule per cell. Relative measures do not look below it."""

ROUNDING = 64 * float(np.finfo(np.float64).eps)
"""Share of the turnover of a species that its sum of rates may be off by rounding alone."""

SETTLED = 1e-12
"""Relative move at which another Newton step would only stir the rounding."""

NEGLIGIBLE = 1e-12
"""nM: a rest may be this far below zero and is then set to zero."""

NEWTON_STEPS = 12
"""Newton doubles the digits each step; from a percent away, four to six steps do."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RestProblem:
    """The equations of rest on the species that can be there, and their conserved totals."""

    kernels: Kernels
    p: Arguments
    live: NDArray[np.intp]
    """Species that can ever be there; the others stay as they are."""
    laws: Vector
    """shape (laws, live): ``laws @ y[live]`` is conserved."""
    owners: NDArray[np.intp]
    """The place in ``live`` at which law ``i`` is 1 and all other laws are 0."""
    totals: Vector
    """Value of each law at the start."""
    gross: NDArray[np.float64]
    """Absolute stoichiometry, shape (species, reactions)."""

    def residual(self, y: Vector) -> float:
        """Return the largest fractional rate of change, 1/min, above what rounding makes."""
        rate = np.abs(self.kernels.rates(0.0, y, self.p))
        change = np.abs(self.kernels.rhs(0.0, y, self.p))
        excess = np.maximum(change - ROUNDING * (self.gross @ rate), 0.0)
        return float(np.max(excess / (np.abs(y) + FLOOR), initial=0.0))

    def drift(self, y: Vector) -> float:
        """Return the largest relative change of a conserved total."""
        size = np.abs(self.laws) @ np.abs(y[self.live])
        gap = np.abs(self.laws @ y[self.live] - self.totals)
        return float(np.max(gap / (size + FLOOR), initial=0.0))

    def slowest(self, y: Vector) -> float:
        """Return the largest real part of an eigenvalue within the conserved totals, 1/min.

        Its inverse is minus the time in which the slowest disturbance decays; above zero the rest
        is unstable.
        """
        jacobian = self.kernels.jacobian_dense(0.0, y, self.p)[np.ix_(self.live, self.live)]
        free = np.ones(self.live.size, dtype=np.bool_)
        free[self.owners] = False
        if not free.any():
            return -np.inf
        # Species that own a law follow from the others: y_own = total - laws_free @ y_free.
        reduced = (
            jacobian[np.ix_(free, free)]
            - jacobian[np.ix_(free, self.owners)] @ (self.laws[:, free])
        )
        return float(np.linalg.eigvals(reduced).real.max())

    def polish(self, y: Vector) -> tuple[Vector, int] | None:
        """Return a state at rest near ``y`` and the steps taken, or None if Newton's fails."""
        y = y.copy()
        steps, relative = 0, np.inf
        while relative > SETTLED and steps < NEWTON_STEPS:
            move = self._newton_step(y)
            if move is None:
                return None
            y[self.live] += move
            relative = np.max(np.abs(move) / (np.abs(y[self.live]) + FLOOR), initial=0.0)
            steps += 1
        if y.min(initial=0.0) < -NEGLIGIBLE:
            return None
        return np.maximum(y, 0.0), steps

    def _newton_step(self, y: Vector) -> Vector | None:
        live = self.live
        matrix = self.kernels.jacobian_dense(0.0, y, self.p)[np.ix_(live, live)]
        target = self.kernels.rhs(0.0, y, self.p)[live]
        matrix[self.owners] = self.laws
        target[self.owners] = self.laws @ y[live] - self.totals
        # Amounts span ten decades: solve for relative moves, with rows of equal size.
        column = np.maximum(np.abs(y[live]), FLOOR)
        matrix *= column
        row = np.abs(matrix).max(axis=1, initial=0.0)
        if not (np.isfinite(row).all() and (row > 0.0).all()):
            return None
        try:
            move = np.linalg.solve(matrix / row[:, None], -target / row)
        except np.linalg.LinAlgError:
            return None
        return column * move if np.isfinite(move).all() else None


def rest_problem(kernels: Kernels, tables: Tables, p: Arguments, y0: Vector) -> RestProblem:
    """Return the equations of rest that a network started at ``y0`` must come to."""
    there, runs = kernels.reachable(y0, p)
    live = np.flatnonzero(there)
    net = tables.stoichiometry().toarray()
    gross = np.abs(net)
    held = p.constants[p.constants.size - tables.scaled.size :] == 0.0
    net[tables.scaled[held].astype(np.intp)] = 0.0
    reactions = net[np.ix_(live, np.flatnonzero(runs))].T
    laws = kernels.null_space(np.ascontiguousarray(reactions))
    alone = (laws != 0.0).sum(axis=0) == 1
    owners = np.array([np.flatnonzero(alone & (law == 1.0))[0] for law in laws], dtype=np.intp)
    return RestProblem(
        kernels=kernels,
        p=p,
        live=live,
        laws=laws,
        owners=owners,
        totals=laws @ y0[live],
        gross=gross,
    )
