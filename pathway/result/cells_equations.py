"""Run one scenario of a model of equations for many cells: other constants and initial values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.batch.system import SystemLanes
from pathway.errors import SolveError
from pathway.model.equation_values import start_values
from pathway.result.cells import FAILED, OK_BY_SCIPY, Cells
from pathway.solve.settings import Method
from pathway.solve.system import default_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pathway.model.equation_model import EquationModel
    from pathway.scenario import Scenario
    from pathway.solve.settings import Settings

__all__ = ["run_equation_cells"]


def run_equation_cells(
    model: EquationModel,
    scenario: Scenario,
    parameters: NDArray[np.float64],
    ids: Sequence[str],
    times: NDArray[np.float64],
    settings: Settings | None,
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
    threads : int, optional
        By default as numba is set.
    """
    constants, initial = model.changes(scenario)
    known = dict(model.system.constants)
    within = times <= model.duration(scenario)
    count = len(parameters)
    levels = np.full((count, times.size, len(model.readouts)), np.nan)
    status = np.zeros(count, dtype=np.uint8)
    reasons: dict[int, str] = {}
    changes = []
    for row in parameters.tolist():
        own = dict(zip(ids, row, strict=True))
        moved = {name: value for name, value in own.items() if name not in known}
        still = {name: value for name, value in own.items() if name in known}
        changes.append(({**constants, **still}, {**initial, **moved}))
    if settings is None:
        nominal = start_values(model.system, constants) | initial
        settings = default_settings(np.array([nominal[s.id] for s in model.system.states]))
    runs = (
        model.run_many(changes, [times[within]] * count, settings, threads) if any(within) else []
    )
    lanes = settings.method is Method.RODAS5P and isinstance(model.lanes.lanes(), SystemLanes)
    for row, run in enumerate(runs):
        if isinstance(run, SolveError):
            status[row], reasons[row] = FAILED, str(run)
            continue
        levels[row, within] = run.outputs
        if lanes and run.record.method != Method.RODAS5P.value:
            status[row] = OK_BY_SCIPY
    return Cells(
        readouts=model.readouts,
        levels=levels,
        baseline=np.full((count, len(model.readouts)), np.nan),
        status=status,
        reasons=reasons,
    )
