"""AMICI: CVODES with KLU on C++ made and compiled for the model."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from pathway.bench.engines.protocol import RunFailedError, one_by_one

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from pathway.bench.engines.protocol import Task

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

__all__ = ["AmiciEngine"]

MAX_STEPS = 1_000_000


class AmiciEngine:
    """A compiled model; it is compiled once for a file and kept in the cache."""

    threads = False

    def __init__(self, task: Task) -> None:
        import amici
        from amici.sim import sundials

        self.version: str = amici.__version__
        model = _module(task.path, task.cache, self.version).get_model()
        model.set_timepoints(task.times)
        self._model = model
        self._solver = model.create_solver()
        self._solver.set_max_steps(MAX_STEPS)
        self._solver.set_sensitivity_order(sundials.SensitivityOrder_none)
        self._solver.set_return_data_reporting_mode(sundials.RDataReporting_full)
        known = list(model.get_free_parameter_ids())
        self._places = [known.index(name) for name in task.varied]
        self._base = np.array(model.get_free_parameters())
        states = list(model.get_state_ids())
        self._sizes = task.sizes
        self._order = [states.index(name) for name in task.species]

    def tolerances(self, rtol: float, atol: float) -> None:
        """Set the tolerances of CVODES."""
        self._solver.set_relative_tolerance(rtol)
        self._solver.set_absolute_tolerance(atol)

    def run(self, row: Vector | None) -> Matrix:
        """Return the states at the output times."""
        numbers = self._base.copy()
        if row is not None:
            numbers[self._places] = row
        self._model.set_free_parameters(numbers)
        found = self._model.simulate(solver=self._solver)
        if found.status != 0:
            raise RunFailedError(str(found.status))
        return np.asarray(found.x)

    def many(self, rows: Matrix, threads: int) -> tuple[Matrix, list[int]]:  # noqa: ARG002
        """Run one after another."""
        return one_by_one(self, rows)

    def compared(self, y: Matrix) -> Matrix:
        """Return concentrations in the order of the task."""
        return y[..., self._order] / self._sizes


def _module(path: Path, cache: Path, version: str) -> Any:  # noqa: ANN401 - no stubs
    """Return the compiled model, compiling it if this file was not met before."""
    import amici

    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    stem = re.sub("[^A-Za-z0-9]", "_", path.stem)
    name = f"m_{stem}_{digest}"
    folder = cache / f"amici-{version}" / name
    done = folder / "compiled"
    if not done.exists():
        importer = amici.SbmlImporter(str(path))
        importer.sbml2amici(
            name,
            str(folder),
            observation_model=[],  # by default every species has a likelihood too
            generate_sensitivity_code=False,
            verbose=False,
        )
        done.touch()
    return amici.import_model_module(name, str(folder))
