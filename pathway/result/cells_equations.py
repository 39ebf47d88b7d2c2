"""Run one scenario of a model of equations for many cells: other constants and initial values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.errors import SolveError
from pathway.result.cells import FAILED, Cells
from pathway.solve.system import integrate_system

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
        None: as fits each cell's initial values.
    """
    constants, initial = model.changes(scenario)
    known = dict(model.system.constants)
    within = times <= model.duration(scenario)
    count = len(parameters)
    levels = np.full((count, times.size, len(model.readouts)), np.nan)
    status = np.zeros(count, dtype=np.uint8)
    reasons: dict[int, str] = {}
    for row in range(count):
        values = dict(zip(ids, parameters[row].tolist(), strict=True))
        try:
            levels[row, within] = integrate_system(
                model.compiled,
                times[within],
                {**constants, **{name: v for name, v in values.items() if name in known}},
                {**initial, **{name: v for name, v in values.items() if name not in known}},
                settings,
            ).outputs
        except SolveError as error:
            status[row], reasons[row] = FAILED, str(error)
    return Cells(
        readouts=model.readouts,
        levels=levels,
        baseline=np.full((count, len(model.readouts)), np.nan),
        status=status,
        reasons=reasons,
    )
