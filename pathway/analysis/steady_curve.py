"""Dose curves of steady states: where cells come to when a treatment is kept for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.analysis.inhibition_curve import default_doses
from pathway.analysis.levels import chosen_readouts
from pathway.analysis.steady_curve_ranges import two_rests
from pathway.analysis.steady_curve_result import SteadyCurve, fit_of, steady_table
from pathway.analysis.steady_curve_walk import Walker, walk_down, walk_up
from pathway.errors import ScenarioError, nearest
from pathway.model.equation_model import EquationModel
from pathway.result.dataset import NOTHING
from pathway.result.run import Runner
from pathway.result.settings import solver_settings
from pathway.scenario import resolve
from pathway.scenario.doses import drug_dose
from pathway.solve.continuation import Follower
from pathway.solve.rest import rest_problem
from pathway.solve.schedule import input_vector
from pathway.solve.steppers import one_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from pathway.declare.declared import Drug
    from pathway.model import Model
    from pathway.model.network import Network
    from pathway.scenario import Scenario
    from pathway.solve.continuation import Point
    from pathway.solve.settings import Method

__all__ = ["SteadyCurve", "steady_curve"]


def steady_curve(
    model: Model | EquationModel,
    scenario: Scenario,
    drug: str,
    readout: str,
    doses: Iterable[str | float] | None = None,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    method: Method | str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> SteadyCurve:
    """Return the steady states under each dose of a drug that is kept for ever.

    The cell at rest without treatment is integrated to rest in the scenario's medium without the
    drug. From there the state is followed dose by dose, up and then down again, by continuation
    (see :mod:`pathway.solve.continuation`); every state has a certificate. Where the branch ends,
    the cell leaves it: the state at the next dose is the one that the last one integrates to, and
    its row says ``jumped``.

    Parameters
    ----------
    model : Model
    scenario : Scenario
        Of one step, with constant concentrations; its duration does not matter. Its ligands and
        other drugs stay.
    drug, readout : str
    doses : iterable of str or float, optional
        Texts with unit, or nM; half-decades around the drug's in-vitro exposure if None. Dose 0 is
        always added. How far they lie apart does not change what is found at one of them.
    rtol, atol, method
        Of the integrations, as in :func:`pathway.simulate`.
    progress : callable, optional
        Called with the states found and their number.

    Returns
    -------
    SteadyCurve
        Suppressions are against dose 0, all else being equal.

    Raises
    ------
    ScenarioError
        An unknown drug or readout, a schedule or a medium that depletes, no dose above zero, a
        readout that the cell does not have, a model read from SBML.
    UnitError
        A dose with a wrong unit.
    SolveError
        No stable rest at dose 0; of other doses the table's status says so.

    Notes
    -----
    The way up shows what a cell comes to whose dose is raised slowly from zero, the way down one
    whose dose is lowered slowly from the highest. A rest that neither of them comes to is not seen.
    """
    if isinstance(model, EquationModel):
        raise ScenarioError(
            "steady curve", "a model read from SBML", "use inhibition_curve with a late time"
        )
    known = model.declared.drugs
    if drug not in known:
        raise ScenarioError("steady curve", f"unknown drug {drug!r}", nearest(drug, known))
    _check_constant(scenario)
    grid = _doses(known[drug], doses)
    highest = scenario.with_drugs({drug: f"{float(grid[-1])!r} nM"})
    runner = Runner(model, solver_settings(rtol, atol, method))
    resolved = resolve(model.declared, highest)
    network = runner.network(resolved)
    name = chosen_readouts(network.readouts, readout)[0]
    untreated = runner.start(highest, network)
    inputs = {**network.background, **resolved.steps[0].inputs}
    walker = _walker(runner, network, drug, inputs, untreated, grid, progress)

    def level(point: Point) -> float:
        medium = walker.follower.at(point.dose).p.inputs
        return float(network.read(point.y, medium)[network.readouts.index(name)])

    with one_thread():
        start = walker.rest(0.0, untreated)
        walker, start = walker.scaled(start)
        if not level(start) > NOTHING:
            raise ScenarioError(
                f"scenario {scenario.name!r}",
                f"there is no {readout} to suppress at rest without {drug}",
                "give a ligand, or choose another readout",
            )
        walker.done()
        up = walk_up(walker, start, grid)
        down = walk_down(walker, up)
        ranges = two_rests(walker.follower, up, down)
    table, ends = steady_table(up, down, level)
    fit, message = fit_of(table)
    return SteadyCurve(
        drug=drug,
        readout=readout,
        scenario=scenario.name,
        unit="nM",
        table=table,
        ends=ends,
        bistable=ranges,
        fit=fit,
        message=message,
    )


def _walker(
    runner: Runner,
    network: Network,
    drug: str,
    inputs: dict[str, float],
    untreated: NDArray[np.float64],
    grid: Sequence[float],
    progress: Callable[[int, int], None] | None,
) -> Walker:
    tables = network.tables
    # The highest dose is above zero: all that the drug makes can be there.
    p = network.arguments._replace(inputs=input_vector(tables, inputs))
    follower = Follower(
        problem=rest_problem(network.kernels, tables, p, untreated),
        place=tables.input_ids.index(drug),
        least=grid[1],
    )
    found, asked = 0, 2 * len(grid) - 1

    def done() -> None:
        nonlocal found
        found += 1
        if progress is not None:
            progress(found, asked)

    return Walker(network=network, follower=follower, settings=runner.settings, done=done)


def _check_constant(scenario: Scenario) -> None:
    where = f"scenario {scenario.name!r}"
    if scenario.later:
        raise ScenarioError(
            where, "a steady state has one medium, kept for ever", "leave out the later steps"
        )
    if scenario.medium_volume_per_cell is not None:
        raise ScenarioError(
            where,
            "in a medium that depletes no dose is kept for ever",
            "leave out medium_volume_per_cell",
        )


def _doses(drug: Drug, doses: Iterable[str | float] | None) -> list[float]:
    """Return ascending doses in nM, the first 0."""
    if doses is None:
        return [0.0, *default_doses(drug).tolist()]
    values = [
        drug_dose("doses", drug, dose if isinstance(dose, str) else f"{float(dose)!r} nM")
        for dose in doses
    ]
    grid: list[float] = np.unique([0.0, *values]).tolist()
    if len(grid) < 2:
        raise ScenarioError("doses", "no dose above zero", "give at least one")
    return grid
