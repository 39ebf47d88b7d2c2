"""libRoadRunner: CVODE on code that LLVM makes for the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.bench.engines.protocol import RunFailedError, one_by_one

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pathway.bench.engines.protocol import Task

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

__all__ = ["RoadRunnerEngine"]

MAX_STEPS = 100_000


class RoadRunnerEngine:
    """One loaded model; parameters are set by index in one call, as its documentation advises."""

    threads = False

    def __init__(self, task: Task) -> None:
        import roadrunner

        self.version: str = roadrunner.__version__
        self._simulator = roadrunner.RoadRunner(str(task.path))
        model = self._simulator.model
        self._simulator.timeCourseSelections = [f"[{name}]" for name in task.species]
        everything = list(model.getGlobalParameterIds())
        self._places = [everything.index(name) for name in task.varied]
        self._base = np.array(model.getGlobalParameterValues(self._places))
        self._span = float(task.times[0]), float(task.times[-1]), task.times.size
        self._simulator.integrator.setValue("maximum_num_steps", MAX_STEPS)

    def tolerances(self, rtol: float, atol: float) -> None:
        """Set the tolerances of CVODE."""
        self._simulator.integrator.relative_tolerance = rtol
        self._simulator.integrator.absolute_tolerance = atol

    def run(self, row: Vector | None) -> Matrix:
        """Return concentrations at the output times."""
        self._simulator.reset()
        self._simulator.model.setGlobalParameterValues(
            self._places, self._base if row is None else row
        )
        try:
            return np.asarray(self._simulator.simulate(*self._span))
        except RuntimeError as error:
            raise RunFailedError(str(error)) from error

    def many(self, rows: Matrix, threads: int) -> tuple[Matrix, list[int]]:  # noqa: ARG002
        """Run one after another."""
        return one_by_one(self, rows)

    def compared(self, y: Matrix) -> Matrix:
        """Return what :meth:`run` returns: it selects the task's species."""
        return y
