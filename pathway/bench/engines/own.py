"""The engine that everything else is compared with: our own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.bench.engines.protocol import RunFailedError
from pathway.bench.engines.states import concentrations_of
from pathway.errors import UnsupportedError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pathway.bench.engines.protocol import Task

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

__all__ = ["OwnEngine"]


class OwnEngine:
    """The batch engine on a model of equations, without what wraps results up for a reader.

    As for a network that is run many thousand times, its code is compiled: that counts as loading.
    """

    threads = True

    def __init__(self, task: Task) -> None:
        import pathway
        from pathway.batch.system import plan_outputs, system_lanes
        from pathway.lanes.straight.tiers import WORTH
        from pathway.model import load_equations

        self.version = pathway.__version__
        model = load_equations(task.path)
        lanes = system_lanes(model.compiled)
        if isinstance(lanes, str):
            raise UnsupportedError(model.id, lanes, "time another model")
        lanes.system.tiers.serve(lanes.system, WORTH[-1])
        self._lanes = lanes
        self._states = plan_outputs(model.compiled, model.compiled.moving)
        self._times = task.times
        self._varied = task.varied
        values = dict(model.system.constants)
        self._base = np.array([[values[name] for name in task.varied]])
        self._read = concentrations_of(model, task)

    def tolerances(self, rtol: float, atol: float) -> None:
        """Set the tolerances of the integrator."""
        from pathway.solve.settings import Settings

        self._settings = Settings(rtol=rtol, atol=atol)

    def run(self, row: Vector | None) -> Matrix:
        """Return the states at the output times, of a batch of one."""
        y, failed = self.many(self._base if row is None else row[None], 1)
        if failed:
            raise RunFailedError(str(failed))
        found: Matrix = y[0]
        return found

    def many(self, rows: Matrix, threads: int) -> tuple[Matrix, list[int]]:
        """Run all in lanes; a run that fails is not tried again by another integrator here."""
        from pathway.lanes.queue import Ending
        from pathway.model.equation_lanes import run_equations

        found = run_equations(
            self._lanes,
            self._varied,
            rows,
            self._times,
            self._settings,
            wanted=self._states,
            threads=threads,
        )
        return found.outputs, np.flatnonzero(found.ending != Ending.OK).tolist()

    def compared(self, y: Matrix) -> Matrix:
        """Return concentrations in the order of the task."""
        return self._read(y)
