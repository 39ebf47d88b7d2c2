"""Derivatives of a network's readouts by the logarithms of its parameters, along one run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from pathway.batch.native import held_inputs, network_numbers, network_schedule
from pathway.batch.run import make_queue, run_queue
from pathway.batch.variation import (
    Varied,
    pack_derivatives,
    rest_derivatives,
    stage_times,
    unpack_derivatives,
    vary,
)
from pathway.lanes.queue import Ending
from pathway.lanes.variation.lists import GROUP, parameter_lists, powers_of
from pathway.lanes.variation.step import Tolerances
from pathway.model.lanes import failure
from pathway.solve.schedule import input_vector, segments
from pathway.solve.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pathway.model.network import Network
    from pathway.scenario.resolve import Step
    from pathway.solve.integrate import Segment

    Values = NDArray[np.float64]

__all__ = ["ReadoutSlopes", "readout_slopes", "rest_slopes", "start_slopes"]

SLACK = 30.0
"""Tolerances of the run that a step of a derivative may err by. Its estimate is of one order less
than what it goes on with: of the HER2 model at 1e-6, derivatives are right to better than 1e-4."""

COARSER = 2.0
"""Derivatives are tried in the steps of a run with tolerances so many times wider; where one needs
shorter steps it gets them. In six scenarios of the HER2 model errors stay below 1e-4; with 3 they
do not, as what happens within a step, early after a dose, may escape the estimate."""

SHARE = 1e-4
"""Of a state's amount: a derivative smaller than this (a hundredfold change of the parameter would
move the state by less than a thousandth) may err by more than its own share."""

MOST_MARKS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadoutSlopes:
    """Readouts of a run and their derivatives."""

    levels: Values
    """shape (times, readouts)."""
    slopes: Values
    """d readout / d ln parameter, shape (times, readouts, parameters)."""


def rest_slopes(network: Network, rest: Values, parameters: Sequence[str]) -> Values:
    """Return d amount / d ln parameter of the untreated rest, shape (species, parameters).

    Parameters
    ----------
    network : Network
        Of the untreated cell.
    rest : ndarray, shape (species,)
    parameters : sequence of str

    Raises
    ------
    SolveError
        If the rest is so nearly unstable that it has no usable derivatives.
    """
    system = network.lanes()
    constants = network.arguments.constants.copy()
    constants[constants.size - len(network.tables.depleting) :] = 0.0
    varied = Varied(
        system=system,
        lists=parameter_lists(network.tables, system.order, parameters),
        arguments=network.arguments._replace(
            constants=constants, inputs=input_vector(network.tables, network.background)
        ),
    )
    derivatives = pack_derivatives(system, start_slopes(network, parameters))
    rest_derivatives(varied, rest, derivatives)
    return unpack_derivatives(system, derivatives, len(parameters))


def start_slopes(network: Network, parameters: Sequence[str]) -> Values:
    """Return d amount / d ln parameter of the declared start, shape (species, parameters)."""
    tables = network.tables
    found = np.zeros((len(tables.species), len(parameters)))
    powers = powers_of(tables, tables.initial_rows, parameters)
    for species, those in zip(tables.initial_species.tolist(), powers, strict=True):
        for parameter, power in those:
            found[species, parameter] += power * network.constants.initial[species]
    return found


def readout_slopes(
    network: Network,
    steps: Sequence[Step],
    y0: Values,
    start: Values,
    times: Values,
    parameters: Sequence[str],
    settings: Settings | None = None,
) -> ReadoutSlopes:
    """Return readouts and their derivatives along a run.

    Parameters
    ----------
    network : Network
    steps : sequence of Step
    y0 : ndarray, shape (species,)
    start : ndarray, shape (species, parameters)
        d ``y0`` / d ln parameter.
    times : ndarray, shape (times,)
        min, ascending, within the steps.
    parameters : sequence of str
    settings : Settings, optional

    Raises
    ------
    SolveError
        If the run fails.
    """
    settings = Settings() if settings is None else settings
    system, tables = network.lanes(), network.tables
    schedule = segments(tables, steps, network.background)
    marks = _marks(network, schedule, y0, settings)
    levels, states, grid = _courses(network, schedule, y0, times, marks, settings)
    tolerances = Tolerances(SLACK * settings.rtol, SHARE, settings.atol)
    lists = parameter_lists(tables, system.order, parameters)
    weights = tables.readout_matrix(network.constants)
    held = held_inputs(schedule, times)
    derivatives = pack_derivatives(system, start)
    groups = lists.group_start.size - 1
    found = np.zeros((times.size, len(tables.readouts), GROUP * groups))
    readout_states = sparse.csr_array(weights[:, : len(tables.species)])
    view = derivatives.reshape(groups, system.states, GROUP)
    place = np.argsort(system.order)
    for segment, mesh, at in zip(schedule, grid, states, strict=True):
        for row in np.flatnonzero(times == segment.start):
            if segment is schedule[0]:
                first = unpack_derivatives(system, derivatives, GROUP * groups)
                found[row] = readout_states @ first
        for species, amount in segment.resets:
            view[:, place[species], :] = 0.0
            at[:1, 0, species] = amount  # the run reports what was there before
        if mesh.size < 2:
            continue
        report = np.full(mesh.size - 1, -1, dtype=np.int64)
        inside = (times > segment.start) & (times <= segment.stop)
        for row in np.flatnonzero(inside):
            report[np.searchsorted(mesh, times[row]) - 1] = row
        arguments = network.arguments._replace(inputs=np.array(segment.inputs, dtype=np.float64))
        varied = Varied(system=system, lists=lists, arguments=arguments)
        vary(varied, np.diff(mesh), at, report, readout_states, tolerances, derivatives, found)
    slopes = found[:, :, : len(parameters)]
    amounts = np.concatenate([levels, held], axis=1)
    return ReadoutSlopes(
        levels=np.asarray((weights @ amounts.T).T),
        slopes=slopes + _weight_slopes(network, amounts, parameters),
    )


def _marks(network: Network, schedule: Sequence[Segment], y0: Values, settings: Settings) -> Values:
    """Return the times at which the integrator's own steps end, at wider tolerances."""
    settings = replace(settings, rtol=COARSER * settings.rtol, atol=COARSER * settings.atol)
    _, marks = _run(network, schedule, y0, np.empty(0), settings, MOST_MARKS)
    if np.isfinite(marks).all():  # there may be more
        _, marks = _run(network, schedule, y0, np.empty(0), settings, settings.max_steps)
    return marks[np.isfinite(marks)]


def _run(
    network: Network,
    schedule: Sequence[Segment],
    y0: Values,
    times: Values,
    settings: Settings,
    marks: int = 0,
) -> tuple[Values, Values]:
    system, tables = network.lanes(), network.tables
    queue = make_queue(
        system,
        start=y0[None],
        numbers=network_numbers(network.arguments.constants, network.arguments.inputs),
        schedules=[network_schedule(system, tables, schedule)],
        times=times,
        rtol=settings.rtol,
        atol=settings.atol,
        begin=schedule[0].start,
        most_steps=settings.max_steps,
    )
    returned = run_queue(system, queue, 1, marks=marks)
    ending = Ending(int(returned.ending[0]))
    if ending is not Ending.OK:
        raise failure(ending, float(returned.reached[0]))
    return returned.levels[0], returned.marks[0]


def _courses(
    network: Network,
    schedule: Sequence[Segment],
    y0: Values,
    times: Values,
    marks: Values,
    settings: Settings,
) -> tuple[Values, list[Values], list[Values]]:
    """Return amounts at ``times``, and the stage states and meshes of each segment."""
    meshes = []
    for segment in schedule:
        inner = np.concatenate([marks, times])
        inner = inner[(inner > segment.start) & (inner < segment.stop)]
        meshes.append(np.unique([segment.start, *inner, segment.stop]))
    stages = [stage_times(mesh) for mesh in meshes]
    wanted = np.concatenate([times, *(part.ravel() for part in stages)])
    every, where = np.unique(wanted, return_inverse=True)
    states, _ = _run(network, schedule, y0, every, settings)
    levels = states[where[: times.size]]
    courses: list[Values] = []
    begin = times.size
    for part in stages:
        places = where[begin : begin + part.size].reshape(part.shape)
        courses.append(states[places])
        begin += part.size
    return levels, courses, meshes


def _weight_slopes(network: Network, amounts: Values, parameters: Sequence[str]) -> Values:
    """Return what readouts change by through their own weights."""
    tables = network.tables
    found = np.zeros((len(amounts), len(tables.readouts), len(parameters)))
    powers = powers_of(tables, tables.readout_rows, parameters)
    for readout in range(len(tables.readouts)):
        for term in range(tables.readout_start[readout], tables.readout_start[readout + 1]):
            for parameter, power in powers[term]:
                part = network.constants.readout[term] * amounts[:, tables.readout_amount[term]]
                found[:, readout, parameter] += power * part
    return found
