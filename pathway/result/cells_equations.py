"""Run one scenario of a model of equations for many cells: other constants and initial values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.batch.system import SystemLanes, start_values
from pathway.errors import SolveError
from pathway.lanes.queue import Ending
from pathway.model import equation_values
from pathway.model.equation_lanes import run_equations
from pathway.result.cells import OK, OK_BY_SCIPY, Cells, failed_as
from pathway.solve.settings import Method
from pathway.solve.system import default_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pathway.model.equation_model import EquationModel
    from pathway.scenario import Scenario
    from pathway.solve.settings import Settings

    Values = NDArray[np.float64]

__all__ = ["run_equation_cells"]


def run_equation_cells(
    model: EquationModel,
    scenario: Scenario,
    parameters: Values,
    ids: Sequence[str],
    times: Values,
    settings: Settings | None,
    readouts: Sequence[str],
    threads: int | None = None,
) -> Cells:
    """Run a scenario for many cells.

    Parameters
    ----------
    model : EquationModel
    scenario : Scenario
    parameters : (cells, ids) array
        In the file's units; they replace what the scenario says of the same ids.
    ids : sequence of str
        Constants and states.
    times : (times,) array
        In the file's unit, ascending; levels after the scenario's end are NaN.
    settings : Settings or None
        None: as fits the scenario's own initial values.
    readouts : sequence of str
        What to report.
    threads : int, optional
        By default as numba is set.
    """
    constants, initial = model.changes(scenario)
    if settings is None:
        nominal = equation_values.start_values(model.system, constants) | initial
        settings = default_settings(np.array([nominal[s.id] for s in model.system.states]))
    set_here = {name: v for name, v in {**constants, **initial}.items() if name not in ids}
    held = np.tile(np.array(list(set_here.values()), dtype=float), (len(parameters), 1))
    names, values = (*set_here, *ids), np.hstack([held, parameters])
    within = times <= model.duration(scenario)
    levels = np.full((len(values), times.size, len(readouts)), np.nan)
    endings = np.full(len(values), int(Ending.OK), dtype=np.int64)
    left, status_of_left = np.arange(len(values)) if within.any() else np.arange(0), OK
    lanes = model.lanes() if settings.method is Method.RODAS5P else ""
    if isinstance(lanes, SystemLanes) and left.size:
        endings = _in_lanes(
            lanes, names, values, times[within], settings, readouts, levels, within, threads
        )
        left, status_of_left = np.flatnonzero(endings != Ending.OK), OK_BY_SCIPY
    status = np.zeros(len(values), dtype=np.uint8)
    reasons: dict[int, str] = {}
    chosen = [model.readouts.index(name) for name in readouts]
    for row in left.tolist():
        change = _split(model, names, values[row])
        (run,) = model.run_many([change], [times[within]], settings.stepwise())
        if isinstance(run, SolveError):
            status[row], reasons[row] = failed_as(int(endings[row])), str(run)
        else:
            status[row] = status_of_left
            levels[row, within] = run.outputs[:, chosen]
    return Cells(
        readouts=tuple(readouts),
        levels=levels,
        baseline=np.full((len(values), len(readouts)), np.nan),
        status=status,
        reasons=reasons,
    )


def _in_lanes(
    lanes: SystemLanes,
    names: Sequence[str],
    values: Values,
    times: Values,
    settings: Settings,
    readouts: Sequence[str],
    levels: Values,
    within: NDArray[np.bool_],
    threads: int | None,
) -> NDArray[np.int64]:
    """Fill in the levels of the cells that end well; return how each ended."""
    endings = np.full(len(values), int(Ending.NOT_RUN), dtype=np.int64)
    starts = start_values(lanes.compiled, names, values)[:, lanes.state_slots]
    well = np.flatnonzero(np.isfinite(starts).all(axis=1))
    if well.size:
        found = run_equations(
            lanes, names, values[well], times, settings, wanted=readouts, threads=threads
        )
        endings[well] = found.ending
        levels[np.ix_(well, within)] = found.outputs
    return endings


def _split(
    model: EquationModel, names: Sequence[str], values: Values
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the constants and the initial values among a cell's own."""
    known = dict(model.system.constants)
    own = dict(zip(names, values.tolist(), strict=True))
    return (
        {name: value for name, value in own.items() if name in known},
        {name: value for name, value in own.items() if name not in known},
    )
