"""scipy's odeint (LSODA) on this project's jitted right-hand side and Jacobian."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from pathway.bench.engines.protocol import RunFailedError, one_by_one
from pathway.bench.engines.states import concentrations_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pathway.bench.engines.protocol import Task

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

__all__ = ["ScipyEngine"]

MAX_STEPS = 200_000


class ScipyEngine:
    """scipy at its fastest: LSODA's loop is compiled, and so is what it calls."""

    threads = False

    def __init__(self, task: Task) -> None:
        import scipy

        from pathway.model import load_equations
        from pathway.programs.load import load_machine

        self.version: str = scipy.__version__
        self._model = load_equations(task.path)
        self._machine = load_machine()
        self._varied = task.varied
        self._times = task.times
        self._read = concentrations_of(self._model, task)

    def tolerances(self, rtol: float, atol: float) -> None:
        """Set the tolerances of LSODA."""
        self._rtol, self._atol = rtol, atol

    def run(self, row: Vector | None) -> Matrix:
        """Return the states at the output times."""
        from scipy.integrate import ODEintWarning, odeint

        from pathway.solve.system_run import SystemRun

        given = {} if row is None else dict(zip(self._varied, row.tolist(), strict=True))
        start = SystemRun(self._machine, self._model.compiled, given, {})
        with warnings.catch_warnings():
            warnings.simplefilter("error", ODEintWarning)
            try:
                y: Matrix = odeint(
                    self._machine.rhs,
                    start.y,
                    self._times,
                    args=(start.p,),
                    Dfun=self._machine.jacobian_dense,
                    rtol=self._rtol,
                    atol=self._atol,
                    mxstep=MAX_STEPS,
                    tfirst=True,
                )
            except ODEintWarning as error:
                raise RunFailedError(str(error)) from error
        return y

    def many(self, rows: Matrix, threads: int) -> tuple[Matrix, list[int]]:  # noqa: ARG002
        """Run one after another."""
        return one_by_one(self, rows)

    def compared(self, y: Matrix) -> Matrix:
        """Return concentrations in the order of the task."""
        return self._read(y)
