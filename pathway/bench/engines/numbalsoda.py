"""numbalsoda: LSODA in C++, called with a right-hand side that numba compiles."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

import numpy as np

from pathway.bench.engines.protocol import RunFailedError
from pathway.bench.engines.states import concentrations_of
from pathway.bench.engines.written import written_rhs
from pathway.errors import UnsupportedError

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from numpy.typing import NDArray

    from pathway.bench.engines.protocol import Task

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

__all__ = ["NumbalsodaEngine"]

MAX_STEPS = 200_000


class NumbalsodaEngine:
    """Straight-line code for the model, and a parallel numba loop over the runs."""

    threads = True

    def __init__(self, task: Task) -> None:
        from importlib.metadata import version

        from numba import cfunc
        from numbalsoda import lsoda, lsoda_sig

        from pathway.equations.walk import free_names
        from pathway.model import load_equations
        from pathway.programs.load import load_machine
        from pathway.solve.system_run import SystemRun

        self.version = version("numbalsoda")
        model = load_equations(task.path)
        assigned = free_names(*(body for _, body in model.system.initial_assignments))
        if not set(assigned).isdisjoint(task.varied):
            what = "starts from numbers that are varied"
            raise UnsupportedError(model.id, what, "time other peers")
        self._one: Any = lsoda
        # Kept alive: numba frees a function whose object is gone, whatever its address is used for.
        self._function = cfunc(lsoda_sig)(_rhs(task.cache, model.text_hash, model).rhs)
        self._all = _loop(lsoda, self._function.address)
        self._times = task.times
        self._read = concentrations_of(model, task)
        names = [name for name, _ in model.system.constants]
        self._base = np.array([value for _, value in model.system.constants])
        self._places = [names.index(name) for name in task.varied]
        self._start = SystemRun(load_machine(), model.compiled, {}, {}).y
        nothing = np.empty((0, self._start.size))
        self._all(nothing[:, :0], self._start, self._times, 1e-6, 1e-9, nothing.reshape(0, 0, 0))

    def tolerances(self, rtol: float, atol: float) -> None:
        """Set the tolerances of LSODA."""
        self._rtol, self._atol = rtol, atol

    def run(self, row: Vector | None) -> Matrix:
        """Return the states at the output times."""
        numbers = self._base.copy()
        if row is not None:
            numbers[self._places] = row
        y, ended = self._one(
            self._function.address,
            self._start,
            self._times,
            numbers,
            self._rtol,
            self._atol,
            MAX_STEPS,
        )
        if not ended:
            raise RunFailedError("lsoda")
        found: Matrix = y
        return found

    def many(self, rows: Matrix, threads: int) -> tuple[Matrix, list[int]]:
        """Run all in one numba loop."""
        import numba

        numba.set_num_threads(threads)
        numbers = np.tile(self._base, (len(rows), 1))
        numbers[:, self._places] = rows
        out = np.empty((len(rows), self._times.size, self._start.size))
        ended = self._all(numbers, self._start, self._times, self._rtol, self._atol, out)
        return out, [int(place) for place in np.flatnonzero(~ended)]

    def compared(self, y: Matrix) -> Matrix:
        """Return concentrations in the order of the task."""
        return self._read(y)


def _loop(lsoda: Any, address: int | None) -> Any:  # noqa: ANN401 - numba functions are untyped
    from numba import njit, prange

    @njit(parallel=True)
    def loop(
        numbers: Matrix, start: Vector, times: Vector, rtol: float, atol: float, out: Matrix
    ) -> NDArray[np.bool_]:
        ended = np.zeros(numbers.shape[0], dtype=np.bool_)
        for run in prange(numbers.shape[0]):
            y, good = lsoda(address, start, times, numbers[run].copy(), rtol, atol, MAX_STEPS)
            ended[run] = good
            if good:
                out[run] = y
            else:
                out[run] = np.nan
        return ended

    return loop


def _rhs(cache: Path, key: str, model: Any) -> ModuleType:  # noqa: ANN401
    """Return the module with the right-hand side, written if this file was not met before."""
    file = cache / "numbalsoda" / f"rhs_{key[:16]}.py"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        part.write_text(written_rhs(model.compiled), encoding="utf-8")
        part.replace(file)
    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        raise UnsupportedError(str(file), "cannot be imported", "empty the cache")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
