"""scipy's integrators for a system of equations of unknown units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import scipy
from scipy import sparse

from pathway.errors import SolveError
from pathway.solve.settings import Method, Settings
from pathway.solve.steppers import DENSE_BELOW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.integrate import OdeSolver

    from pathway.solve.system_run import SystemRun

    Vector = NDArray[np.float64]

__all__ = ["require_finite", "system_stepper"]


def system_stepper(run: SystemRun, stop: float, settings: Settings) -> OdeSolver:
    """Return a solver at the run's time and state that will stop exactly at ``stop``."""
    n = run.y.size
    machine, p = run.machine, run.p
    indices, indptr = run.compiled.indices, run.compiled.indptr

    def fun(t: float, y: Vector) -> Any:  # noqa: ANN401 - numba functions are untyped
        return machine.rhs(t, y, p)

    # A root or fractional power has an infinite slope at zero, where many models start. Newton's
    # method needs no exact slope, and the solution does not depend on it.
    def dense(t: float, y: Vector) -> Any:  # noqa: ANN401
        return np.nan_to_num(machine.jacobian_dense(t, y, p), copy=False, posinf=0.0, neginf=0.0)

    def csc(t: float, y: Vector) -> Any:  # noqa: ANN401
        data = machine.jacobian_data(t, y, p)
        np.nan_to_num(data, copy=False, posinf=0.0, neginf=0.0)
        return sparse.csc_matrix((data, indices, indptr), shape=(n, n))

    rtol, atol = settings.rtol, settings.atol
    if settings.method is Method.LSODA:
        return scipy.integrate.LSODA(fun, run.time, run.y, stop, jac=dense, rtol=rtol, atol=atol)
    solver = scipy.integrate.Radau if settings.method is Method.RADAU else scipy.integrate.BDF
    preferred = dense if n < DENSE_BELOW else csc
    stepper: OdeSolver = solver(fun, run.time, run.y, stop, jac=preferred, rtol=rtol, atol=atol)
    return stepper


def require_finite(values: Vector, t: float, names: Sequence[str], verb: str) -> None:
    """Raise SolveError naming the first state whose value is not finite."""
    good = np.isfinite(values)
    if not good.all():
        first = int(np.argmin(good))
        raise SolveError(
            f"t = {t:g}",
            f"{names[first]!r} {verb} {values[first]}",
            "look in its formulas for a division by zero, a logarithm or root of what falls to "
            "zero or below, or growth without limit",
        )
