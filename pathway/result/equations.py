"""Simulate scenarios of a model that was read from a file of equations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from pathway.errors import ScenarioError, SolveError
from pathway.result.record import parameters_hash, run_record
from pathway.result.settings import solver_settings
from pathway.solve.settings import Method, Settings
from pathway.solve.system import ATOL, RTOL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from pathway.model.equation_model import EquationModel
    from pathway.scenario import Scenario
    from pathway.solve.system import SystemTrajectory

__all__ = ["equation_settings", "equation_times", "simulate_equations", "variable_of"]

TAKEN = ("scenario", "time", "status", "parameters_hash")
"""Names in a dataset that are no readouts."""
POINTS = 201
"""Times reported where none are asked for, evenly spaced."""


def equation_settings(
    rtol: float | None, atol: float | None, method: Method | str | None
) -> Settings | None:
    """Return solver settings, None where nothing is given: the integrator then fits them itself."""
    if rtol is None and atol is None and method is None:
        return None
    return solver_settings(RTOL if rtol is None else rtol, ATOL if atol is None else atol, method)


def simulate_equations(
    model: EquationModel,
    scenarios: Sequence[Scenario],
    times: Iterable[str | float] | None,
    settings: Settings | None,
    *,
    labels: Sequence[str],
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> xr.Dataset:
    """Return the dataset of :func:`pathway.result.simulate.simulate` for a model of equations.

    A run starts at the file's initial values. There are no folds, for there is no untreated cell;
    times are in the file's unit.

    Raises
    ------
    ScenarioError, UnitError
        A scenario that does not fit the model, or a time after the end of every scenario.
    SolveError
        A failed run, if there is only one; of several, a failed one is NaN with its status.
    """
    if not scenarios:
        raise ScenarioError("simulate", "no scenario is given", "give at least one")
    lengths = [model.duration(scenario) for scenario in scenarios]
    changes = [model.changes(scenario) for scenario in scenarios]
    grid = equation_times(model, times, max(lengths))
    values = np.full((len(model.readouts), len(scenarios), grid.size), np.nan)
    status: list[str] = []
    done: list[SystemTrajectory] = []
    inside = [grid <= length for length in lengths]
    runs = model.run_many(changes, [grid[within] for within in inside], settings, threads)
    for row, (within, found) in enumerate(zip(inside, runs, strict=True)):
        if isinstance(found, SolveError):
            if len(scenarios) == 1:
                raise found
            status.append(str(found))
        else:
            done.append(found)
            values[:, row, within] = found.outputs.T
            status.append("ok")
        if progress is not None:
            progress(row + 1, len(scenarios))
    units = [output.unit for output in model.system.outputs]
    hashes = [parameters_hash({**constants, **initial}) for constants, initial in changes]
    return xr.Dataset(
        {
            **{
                variable_of(name): (("scenario", "time"), values[place], {"units": units[place]})
                for place, name in enumerate(model.readouts)
            },
            "status": ("scenario", np.array(status, dtype=object)),
            "parameters_hash": ("scenario", np.array(hashes, dtype=object)),
        },
        coords={
            "scenario": np.array(labels, dtype=object),
            "time": ("time", grid, {"units": model.system.time_unit, "long_name": "time"}),
        },
        attrs={
            **run_record(model, _used(done, settings)),
            "readouts": " ".join(map(variable_of, model.readouts)),
        },
    )


def variable_of(readout: str) -> str:
    """Return the variable of a readout in a dataset; a file's ``time`` is ``time[readout]``."""
    return f"{readout}[readout]" if readout in TAKEN else readout


def _used(done: Sequence[SystemTrajectory], settings: Settings | None) -> Settings:
    if settings is not None or not done:
        return settings or Settings(rtol=RTOL, atol=ATOL)
    record = done[0].record
    return Settings(method=Method(record.method), rtol=record.rtol, atol=record.atol)


def equation_times(
    model: EquationModel, times: Iterable[str | float] | None, last: float
) -> NDArray[np.float64]:
    """Return requested times in the file's unit, ascending, each once; evenly spaced ones if None.

    Raises
    ------
    ScenarioError
        No time at all, or one after ``last``.
    UnitError
        A text with unit, of a file that does not say its own.
    """
    if times is None:
        return np.linspace(0.0, last, POINTS)
    given = [times] if isinstance(times, str | int | float) else list(times)
    values = np.unique(np.array([model.time(time, "times") for time in given], dtype=float))
    if not values.size:
        raise ScenarioError("times", "none are given", "give at least one, or leave them out")
    if values[-1] > last:
        raise ScenarioError(
            "times",
            f"{values[-1]:g} is after the end of every scenario ({last:g})",
            "make the scenario longer, or ask for earlier times",
        )
    return values
