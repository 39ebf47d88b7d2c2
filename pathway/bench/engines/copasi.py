"""COPASI's LSODA, through its Python bindings; basico loads the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.bench.engines.protocol import RunFailedError, one_by_one

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pathway.bench.engines.protocol import Task

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

__all__ = ["CopasiEngine"]

MAX_STEPS = 1_000_000


class CopasiEngine:
    """One time-course task; initial values are set by reference, without a data frame a run."""

    threads = False

    def __init__(self, task: Task) -> None:
        import basico
        import COPASI

        self.version = f"{COPASI.__version__} (basico {basico.__version__})"
        self._copasi = COPASI
        self._data = basico.load_model(str(task.path))
        self._model = self._data.getModel()
        self._course = self._data.getTask("Time-Course")
        problem = self._course.getProblem()
        problem.setStepNumber(task.times.size - 1)
        problem.setDuration(float(task.times[-1] - task.times[0]))
        problem.setTimeSeriesRequested(True)
        problem.setAutomaticStepSize(False)
        self._course.setScheduled(True)
        model = self._model
        values = [model.getModelValue(place) for place in range(model.getNumModelValues())]
        known = {value.getSBMLId(): value for value in values}
        self._varied = [known[name] for name in task.varied]
        self._base = np.array([value.getInitialValue() for value in self._varied])
        self._references = [value.getInitialValueReference() for value in self._varied]
        self._flags = True, COPASI.CCopasiTask.ONLY_TIME_SERIES
        self._species = task.species
        self._order: list[int] | None = None

    def tolerances(self, rtol: float, atol: float) -> None:
        """Set the tolerances of LSODA."""
        method = self._course.getMethod()
        method.getParameter("Relative Tolerance").setDblValue(rtol)
        method.getParameter("Absolute Tolerance").setDblValue(atol)
        method.getParameter("Max Internal Steps").setIntValue(MAX_STEPS)

    def run(self, row: Vector | None) -> Matrix:
        """Return concentrations at the output times."""
        changed = self._copasi.ObjectStdVector()
        numbers = self._base if row is None else row
        for value, number, reference in zip(
            self._varied, numbers.tolist(), self._references, strict=True
        ):
            value.setInitialValue(number)
            changed.append(reference)
        self._model.updateInitialValues(changed)
        if not self._course.processWithOutputFlags(*self._flags):
            raise RunFailedError(self._copasi.CCopasiMessage.getAllMessageText())
        series = self._course.getTimeSeries()
        order = self._columns(series)
        read = series.getConcentrationData
        times = series.getRecordedSteps()
        return np.array([[read(time, column) for column in order] for time in range(times)])

    def many(self, rows: Matrix, threads: int) -> tuple[Matrix, list[int]]:  # noqa: ARG002
        """Run one after another."""
        return one_by_one(self, rows)

    def compared(self, y: Matrix) -> Matrix:
        """Return what :meth:`run` returns: it reads no other columns."""
        return y

    def _columns(self, series: object) -> list[int]:
        if self._order is None:
            names = [
                series.getSBMLId(column, self._data)  # type: ignore[attr-defined]
                for column in range(series.getNumVariables())  # type: ignore[attr-defined]
            ]
            self._order = [names.index(name) for name in self._species]
        return self._order
