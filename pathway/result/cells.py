"""Run one scenario for many cells: the same network, other numbers in each.

A cell is a row of parameter values. A cell that fails is NaN with a status and never ends the
others; what it came to depends on its own row only, not on which cells stand beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pathway.errors import CompileError, SolveError
from pathway.result.run import untreated
from pathway.scenario import resolve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pathway.model import Network
    from pathway.result.run import Runner
    from pathway.scenario import Scenario

    Values = NDArray[np.float64]
    Codes = NDArray[np.uint8]

__all__ = ["OK", "OK_BY_SCIPY", "STATUSES", "Cells", "Rests", "cell_of", "rest_cells", "run_cells"]

STATUSES = ("ok", "ok by scipy", "invalid numbers", "no rest", "integration failed")
"""What can become of a cell; ``ok by scipy``: the batch engine failed and the reference did not."""
OK, OK_BY_SCIPY, INVALID, NO_REST, FAILED = range(len(STATUSES))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rests:
    """Untreated cells at rest; a cell without one is NaN."""

    species: tuple[str, ...]
    amounts: Values
    """nM or 1, shape (cells, species)."""
    readouts: tuple[str, ...]
    levels: Values
    """shape (cells, readouts)."""
    status: Codes
    """Places in :data:`STATUSES`, shape (cells,)."""
    reasons: dict[int, str]
    """Why, by cell, for those that failed."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """What became of each cell; one that failed is NaN."""

    readouts: tuple[str, ...]
    levels: Values
    """shape (cells, times, readouts)."""
    baseline: Values
    """The untreated cell before time 0, shape (cells, readouts)."""
    status: Codes
    """Places in :data:`STATUSES`, shape (cells,)."""
    reasons: dict[int, str]
    """Why, by cell, for those that failed."""


def cell_of(scenario: Scenario) -> Scenario:
    """Return the untreated cell: equal for all scenarios whose cells rest alike."""
    return replace(untreated(scenario), duration="24 h", label=None)


def rest_cells(
    runner: Runner,
    cell: Scenario,
    parameters: Values,
    ids: Sequence[str],
) -> Rests:
    """Bring untreated cells to rest.

    Parameters
    ----------
    runner : Runner
        Keeps networks and anchored scales; the scales are those of the nominal cell.
    cell : Scenario
        From :func:`cell_of`.
    parameters : (cells, ids) array
        Internal units. Those that the untreated network lacks are left aside.
    ids : sequence of str
    """
    network = runner.network(resolve(runner.declared, cell))
    columns, names = _known(network, ids)
    count = len(parameters)
    amounts = np.full((count, len(network.species)), np.nan)
    levels = np.full((count, len(network.readouts)), np.nan)
    status = np.zeros(count, dtype=np.uint8)
    reasons: dict[int, str] = {}
    for row in range(count):
        try:
            one = _with(network, names, parameters[row, columns])
            amounts[row] = one.equilibrate(runner.settings).y
            levels[row] = one.with_inputs({}).read(amounts[row])
        except CompileError as error:
            status[row], reasons[row] = INVALID, str(error)
        except SolveError as error:
            status[row], reasons[row] = NO_REST, str(error)
    return Rests(
        species=network.species,
        amounts=amounts,
        readouts=network.readouts,
        levels=levels,
        status=status,
        reasons=reasons,
    )


def run_cells(
    runner: Runner,
    scenario: Scenario,
    parameters: Values,
    ids: Sequence[str],
    times: Values,
    rests: Rests,
) -> Cells:
    """Run a scenario for many cells, each from its own rest.

    Parameters
    ----------
    runner : Runner
    scenario : Scenario
    parameters : (cells, ids) array
        Internal units.
    ids : sequence of str
    times : (times,) array
        Minutes, ascending; levels after the scenario's end are NaN.
    rests : Rests
        Of the same cells.
    """
    resolved = resolve(runner.declared, scenario)
    network = runner.network(resolved)
    columns, names = _known(network, ids)
    within = times <= resolved.duration
    count = len(parameters)
    levels = np.full((count, times.size, len(network.readouts)), np.nan)
    status = rests.status.copy()
    reasons = dict(rests.reasons)
    here, there = _shared_places(network, rests)
    for row in np.flatnonzero(rests.status <= OK_BY_SCIPY).tolist():
        try:
            one = _with(network, names, parameters[row, columns])
            start = one.y0
            start[here] = rests.amounts[row, there]
            course = one.run(resolved.steps, times[within], start, runner.settings)
            levels[row, within] = one.read(course.y, course.inputs)
        except CompileError as error:
            status[row], reasons[row] = INVALID, str(error)
        except SolveError as error:
            status[row], reasons[row] = FAILED, str(error)
    return Cells(
        readouts=network.readouts,
        levels=levels,
        baseline=_in_order(network.readouts, rests),
        status=status,
        reasons=reasons,
    )


def _known(network: Network, ids: Sequence[str]) -> tuple[NDArray[np.intp], list[str]]:
    columns = [place for place, name in enumerate(ids) if name in network.parameters]
    return np.array(columns, dtype=np.intp), [ids[place] for place in columns]


def _with(network: Network, names: Sequence[str], values: Values) -> Network:
    return network.with_parameters(dict(zip(names, values.tolist(), strict=True)))


def _shared_places(network: Network, rests: Rests) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where a treated network has the species of the untreated one.

    Further species start where their own totals put them, mostly at nothing.
    """
    places = {name: place for place, name in enumerate(network.species)}
    missing = [name for name in rests.species if name not in places]
    for name in missing:
        if np.nanmax(rests.amounts[:, rests.species.index(name)], initial=0.0) > 0.0:
            raise SolveError(
                "start of treatment",
                f"the treated network has no species {name!r}, of which the cell has some",
                "a drug, ligand or lesion file must not take species away",
            )
    shared = [(places[name], own) for own, name in enumerate(rests.species) if name in places]
    pairs = np.array(shared, dtype=np.intp).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _in_order(readouts: Sequence[str], rests: Rests) -> Values:
    """Return the untreated levels of a treated network's readouts; zero of what only it has."""
    found = np.zeros((len(rests.levels), len(readouts)))
    found[rests.status > OK_BY_SCIPY] = np.nan
    for place, name in enumerate(readouts):
        if name in rests.readouts:
            found[:, place] = rests.levels[:, rests.readouts.index(name)]
    return found
