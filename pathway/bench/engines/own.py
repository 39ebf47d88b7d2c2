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

ANY_SIGN = 1e200
"""As for every model from a file: nothing says that its states are not negative."""


class OwnEngine:
    """The batch engine on a model of equations, without what wraps results up for a reader."""

    threads = True

    def __init__(self, task: Task) -> None:
        import pathway
        from pathway.batch.system import system_lanes
        from pathway.model import load_equations

        self.version = pathway.__version__
        model = load_equations(task.path)
        lanes = system_lanes(model.compiled)
        if isinstance(lanes, str):
            raise UnsupportedError(model.id, lanes, "time another model")
        self._lanes = lanes
        self._times = task.times
        self._varied = task.varied
        values = dict(model.system.constants)
        self._base = np.array([[values[name] for name in task.varied]])
        self._read = concentrations_of(model, task)

    def tolerances(self, rtol: float, atol: float) -> None:
        """Set the tolerances of the integrator."""
        self._rtol, self._atol = rtol, atol

    def run(self, row: Vector | None) -> Matrix:
        """Return the states at the output times, of a batch of one."""
        y, failed = self.many(self._base if row is None else row[None], 1)
        if failed:
            raise RunFailedError(str(failed))
        found: Matrix = y[0]
        return found

    def many(self, rows: Matrix, threads: int) -> tuple[Matrix, list[int]]:
        """Run all in lanes; a run that fails is not tried again by another integrator here."""
        from pathway.batch.run import Schedule, make_queue, run_queue
        from pathway.batch.system import start_values
        from pathway.lanes.queue import Ending

        lanes = self._lanes
        start = start_values(lanes.compiled, self._varied, rows)
        queue = make_queue(
            lanes.system,
            start=start[:, lanes.state_slots],
            numbers=start[:, lanes.number_slots],
            schedules=[Schedule(events=(), end=float(self._times[-1]))],
            times=self._times,
            rtol=self._rtol,
            atol=self._atol,
            begin=float(self._times[0]),
            slack=ANY_SIGN,
        )
        returned = run_queue(lanes.system, queue, threads)
        failed = np.flatnonzero(returned.ending != Ending.OK)
        returned.levels[failed] = np.nan
        return returned.levels, [int(place) for place in failed]

    def compared(self, y: Matrix) -> Matrix:
        """Return concentrations in the order of the task."""
        return self._read(y)
