"""scipy's step-by-step integrators, given the kernels in the form each of them likes best.

``scipy.integrate`` is loaded at its first use: that takes a third of a second, and most runs go
through the lanes.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy
from scipy import sparse
from threadpoolctl import ThreadpoolController

from pathway.solve.settings import Method, Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from numpy.typing import NDArray
    from scipy.integrate import OdeSolver

    from pathway.compile.tables import Tables
    from pathway.kernels.arguments import Arguments
    from pathway.kernels.load import Kernels

    Vector = NDArray[np.float64]

__all__ = ["make_part_stepper", "make_stepper", "one_thread"]

DENSE_BELOW = 120
"""Species up to which a dense LU is faster than a sparse one through scipy (measured)."""


def make_stepper(
    kernels: Kernels,
    tables: Tables,
    p: Arguments,
    span: tuple[float, float],
    y0: NDArray[np.float64],
    settings: Settings,
) -> OdeSolver:
    """Return a solver at the start of ``span`` that will stop exactly at its end."""
    n = y0.size

    def fun(t: float, y: Vector) -> Any:  # noqa: ANN401 - numba functions are untyped
        return kernels.rhs(t, y, p)

    def dense(t: float, y: Vector) -> Any:  # noqa: ANN401
        return kernels.jacobian_dense(t, y, p)

    def csc(t: float, y: Vector) -> Any:  # noqa: ANN401
        data = kernels.jacobian_data(t, y, p)
        pattern = tables.jacobian
        return sparse.csc_matrix((data, pattern.indices, pattern.indptr), shape=(n, n))

    return _solver(fun, dense, dense if n < DENSE_BELOW else csc, span, y0, settings)


def make_part_stepper(
    kernels: Kernels,
    p: Arguments,
    span: tuple[float, float],
    y0: NDArray[np.float64],
    live: NDArray[np.intp],
    settings: Settings,
) -> OdeSolver:
    """Return a solver for the species ``live`` alone; the others stay as they are in ``y0``."""
    full = y0.copy()
    corner = np.ix_(live, live)

    def fun(t: float, y: Vector) -> Any:  # noqa: ANN401
        full[live] = y
        return kernels.rhs(t, full, p)[live]

    def dense(t: float, y: Vector) -> Any:  # noqa: ANN401
        full[live] = y
        return kernels.jacobian_dense(t, full, p)[corner]

    return _solver(fun, dense, dense, span, y0[live], settings)


def _solver(
    fun: Callable[[float, Vector], Any],
    dense: Callable[[float, Vector], Any],
    preferred: Callable[[float, Vector], Any],
    span: tuple[float, float],
    y0: Vector,
    settings: Settings,
) -> OdeSolver:
    start, stop = span
    rtol, atol = settings.rtol, settings.atol
    if settings.method is Method.LSODA:
        return scipy.integrate.LSODA(fun, start, y0, stop, jac=dense, rtol=rtol, atol=atol)
    solver = scipy.integrate.Radau if settings.method is Method.RADAU else scipy.integrate.BDF
    stepper: OdeSolver = solver(fun, start, y0, stop, jac=preferred, rtol=rtol, atol=atol)
    return stepper


def one_thread() -> AbstractContextManager[object]:
    """Return a context in which BLAS uses one thread.

    How a sum is split over threads decides its last bits, and with them the steps of an
    integrator: with one thread the same input gives the same bits on any machine load. At a few
    hundred species it is also the faster choice.
    """
    context: AbstractContextManager[object] = _pools().limit(limits=1, user_api="blas")
    return context


@cache
def _pools() -> ThreadpoolController:
    # Finding the loaded libraries takes milliseconds; scipy's own BLAS is one only after this.
    import_module("scipy.integrate")
    return ThreadpoolController()
