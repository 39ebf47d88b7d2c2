"""Run one scenario for many cells: the same network, other numbers in each.

A cell is a row of parameter values. Cells go through the lanes, eight side by side; what those
cannot do scipy tries once. A cell that fails is NaN with a status and never ends the others; what it
comes to depends on its own row only, not on which cells stand beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pathway.batch.native import held_inputs, network_numbers, network_schedule
from pathway.batch.run import make_queue, run_queue
from pathway.errors import SolveError
from pathway.lanes.queue import Ending
from pathway.model.cells import equilibrate_cells
from pathway.result.cell_numbers import CellNumbers, cell_numbers, read_cells
from pathway.result.run import untreated
from pathway.scenario import resolve
from pathway.solve.schedule import segments
from pathway.solve.settings import Method

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pathway.model import Network
    from pathway.result.run import Runner
    from pathway.scenario import Resolved, Scenario

    Values = NDArray[np.float64]
    Codes = NDArray[np.uint8]

__all__ = [
    "OK",
    "OK_BY_SCIPY",
    "STATUSES",
    "Cells",
    "Rests",
    "cell_of",
    "failed_as",
    "rest_cells",
    "run_cells",
]

STATUSES = (
    "ok",
    "ok by scipy",
    "invalid numbers",
    "no rest",
    "step limit",
    "not finite",
    "negative",
    "integration failed",
)
"""What can become of a cell. ``ok by scipy``: the lanes failed and the reference did not; ``step
limit`` to ``negative``: how the lanes ended where the reference failed too."""
OK, OK_BY_SCIPY, INVALID, NO_REST, STEP_LIMIT, NOT_FINITE, NEGATIVE, FAILED = range(len(STATUSES))


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


def failed_as(ending: int) -> int:
    """Return the status of a cell that failed, by how it ended in the lanes."""
    known: dict[int, int] = {
        Ending.STEP_LIMIT: STEP_LIMIT,
        Ending.NOT_FINITE: NOT_FINITE,
        Ending.NEGATIVE: NEGATIVE,
    }
    return known.get(ending, FAILED)


def rest_cells(
    runner: Runner,
    cell: Scenario,
    parameters: Values,
    ids: Sequence[str],
    threads: int | None = None,
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
    threads : int, optional
        By default as numba is set.
    """
    network = runner.network(resolve(runner.declared, cell))
    numbers = cell_numbers(network, parameters, ids)
    status = np.zeros(len(parameters), dtype=np.uint8)
    reasons = dict(numbers.reasons)
    status[list(reasons)] = INVALID
    well = np.flatnonzero(status == OK)
    amounts = np.full(numbers.start.shape, np.nan)
    if runner.settings.method is Method.RODAS5P and well.size:
        found = equilibrate_cells(
            network, numbers.kernel[well], numbers.start[well], runner.settings, threads=threads
        )
        amounts[well] = found.y
    for row in well[np.isnan(amounts[well]).any(axis=1)].tolist():
        one = _one(network, parameters[row], ids)
        try:
            amounts[row] = one.equilibrate(runner.settings).y
            status[row] = _by_scipy(runner)
        except SolveError as error:
            status[row], reasons[row] = NO_REST, str(error)
    held = network.with_inputs({}).arguments.inputs
    levels = read_cells(network, numbers.weights, amounts[:, None, :], held[None, :])[:, 0]
    levels[status > OK_BY_SCIPY] = np.nan
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
    threads: int | None = None,
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
    threads : int, optional
        By default as numba is set.
    """
    resolved = resolve(runner.declared, scenario)
    network = runner.network(resolved)
    numbers = cell_numbers(network, parameters, ids)
    within = times <= resolved.duration
    levels = np.full((len(parameters), times.size, len(network.readouts)), np.nan)
    status = rests.status.copy()
    reasons = rests.reasons | numbers.reasons
    status[list(numbers.reasons)] = INVALID
    here, there = _shared_places(network, rests)
    start = numbers.start.copy()
    start[:, here] = rests.amounts[:, there]
    well = np.flatnonzero(status <= OK_BY_SCIPY)
    ending = np.full(len(parameters), int(Ending.NOT_RUN))
    if runner.settings.method is Method.RODAS5P and well.size:
        lanes = _in_lanes(runner, network, resolved, numbers, start, well, times[within], threads)
        levels[np.ix_(well, within)], ending[well] = lanes
    for row in well[ending[well] != Ending.OK].tolist():
        one = _one(network, parameters[row], ids)
        try:
            settings = runner.settings.stepwise()
            course = one.run(resolved.steps, times[within], start[row], settings)
            levels[row, within] = one.read(course.y, course.inputs)
            status[row] = max(int(status[row]), _by_scipy(runner))
        except SolveError as error:
            levels[row] = np.nan
            status[row], reasons[row] = failed_as(int(ending[row])), str(error)
    return Cells(
        readouts=network.readouts,
        levels=levels,
        baseline=_in_order(network.readouts, rests),
        status=status,
        reasons=reasons,
    )


def _in_lanes(
    runner: Runner,
    network: Network,
    resolved: Resolved,
    numbers: CellNumbers,
    start: Values,
    cells: NDArray[np.intp],
    times: Values,
    threads: int | None,
) -> tuple[Values, NDArray[np.int64]]:
    """Return the levels of some cells, shape (cells, times, readouts), and how each ended."""
    tables, system = network.tables, network.lanes()
    schedule = segments(tables, resolved.steps, network.background)
    read = np.unique(tables.readout_amount).astype(np.intp)
    read = read[read < len(tables.species)]
    queue = make_queue(
        system,
        start=start[cells],
        numbers=network_numbers(numbers.kernel[cells], network.arguments.inputs),
        schedules=[network_schedule(system, tables, schedule)],
        times=times,
        rtol=runner.settings.rtol,
        atol=runner.settings.atol,
        kept=read,
        begin=schedule[0].start,
        most_steps=runner.settings.max_steps,
    )
    returned = run_queue(system, queue, threads)
    amounts = np.zeros((cells.size, times.size, len(tables.species)))
    amounts[:, :, read] = returned.levels
    inputs = held_inputs(schedule, times)
    return read_cells(network, numbers.weights[cells], amounts, inputs), returned.ending


def _by_scipy(runner: Runner) -> int:
    """Return the status of a cell that scipy ran: as asked, or after the lanes failed."""
    return OK_BY_SCIPY if runner.settings.method is Method.RODAS5P else OK


def _one(network: Network, values: Values, ids: Sequence[str]) -> Network:
    own = {
        name: v for name, v in zip(ids, values.tolist(), strict=True) if name in network.parameters
    }
    return network.with_parameters(own)


def _shared_places(network: Network, rests: Rests) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where a treated network has the species of the untreated one.

    Further species start where their own totals put them, mostly at nothing.
    """
    places = {name: place for place, name in enumerate(network.species)}
    for own, name in enumerate(rests.species):
        if name not in places and np.nan_to_num(rests.amounts[:, own]).max(initial=0.0) > 0.0:
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
