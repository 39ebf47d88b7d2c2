"""scipy's step-by-step integrators, given the kernels in the form each of them likes best."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from scipy import integrate, sparse
from threadpoolctl import ThreadpoolController

from pathway.solve.settings import Method, Settings

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import numpy as np
    from numpy.typing import NDArray

    from pathway.compile.tables import Tables
    from pathway.kernels.arguments import Arguments
    from pathway.kernels.load import Kernels

__all__ = ["make_stepper", "one_thread"]

DENSE_BELOW = 120
"""Species up to which a dense LU is faster than a sparse one through scipy (measured)."""


def make_stepper(
    kernels: Kernels,
    tables: Tables,
    p: Arguments,
    span: tuple[float, float],
    y0: NDArray[np.float64],
    settings: Settings,
) -> integrate.OdeSolver:
    """Return a solver at the start of ``span`` that will stop exactly at its end."""
    n = y0.size

    def fun(t: float, y: NDArray[np.float64]) -> Any:  # noqa: ANN401
        return kernels.rhs(t, y, p)

    def dense(t: float, y: NDArray[np.float64]) -> Any:  # noqa: ANN401
        return kernels.jacobian_dense(t, y, p)

    def csc(t: float, y: NDArray[np.float64]) -> Any:  # noqa: ANN401
        data = kernels.jacobian_data(t, y, p)
        pattern = tables.jacobian
        return sparse.csc_matrix((data, pattern.indices, pattern.indptr), shape=(n, n))

    start, stop = span
    rtol, atol = settings.rtol, settings.atol
    if settings.method is Method.LSODA:
        return integrate.LSODA(fun, start, y0, stop, jac=dense, rtol=rtol, atol=atol)
    jac = dense if n < DENSE_BELOW else csc
    solver = integrate.Radau if settings.method is Method.RADAU else integrate.BDF
    stepper: integrate.OdeSolver = solver(fun, start, y0, stop, jac=jac, rtol=rtol, atol=atol)
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
    # Finding the loaded libraries takes milliseconds; they are all loaded by this module's imports.
    return ThreadpoolController()
