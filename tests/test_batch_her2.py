"""The HER2 model in lanes against another integrator at a tight tolerance: every strategy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import pathway as pw
from pathway.analysis.compare_plan import Plan, make_plan
from pathway.analysis.strategies import read_regimens
from pathway.library.find import find_model
from pathway.model.cells import equilibrate_cells
from pathway.model.lanes import NetworkRun, run_networks
from pathway.result.run import Runner
from pathway.solve.integrate import Trajectory
from pathway.solve.rest import rest_problem
from pathway.solve.settings import Method, Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pathway.model import Model

TIGHT = Settings(method=Method.LSODA, rtol=1e-10, atol=1e-13)
ALLOWED = 1e-5
"""Of a species' largest amount: ten tolerances."""
LEAST = 1e-5
"""nM, a hundredth of a molecule: less is not resolved by the absolute tolerance, 1e-9 nM."""

CELLS = (
    *("SKBR3", "BT474", "HCC1954", "MCF7_p95HER2"),
    *("SKBR3 + PIK3CA H1047R", "SKBR3 + PTEN loss", "SKBR3 + p95HER2"),
)
STRATEGIES = (
    *("untreated", "trastuzumab", "pertuzumab", "trastuzumab_pertuzumab", "lapatinib"),
    *("tucatinib", "neratinib", "lapatinib_trastuzumab", "tucatinib_trastuzumab"),
    "neratinib_after_trastuzumab",
)


@pytest.fixture(scope="module")
def plan(her2: Model) -> Plan:
    """Return what the main job runs."""
    regimen = read_regimens(find_model("her2"), her2.declared)["dual_blockade"]
    return make_plan(
        her2.declared,
        regimen,
        strategies=None,
        contexts=None,
        ligands=None,
        lesions=None,
        dose=None,
        pretreatment=None,
        duration=None,
        at=None,
        curve_doses=0,
    )


@pytest.fixture(scope="module")
def runner(her2: Model) -> Runner:
    return Runner(her2, Settings())


def prepared(runner: Runner, scenario: pw.Scenario, model: Model) -> NetworkRun:
    """Return a scenario's run from the untreated rest."""
    resolved = model.resolve(scenario)
    network = runner.network(resolved)
    return NetworkRun(network=network, steps=resolved.steps, y0=runner.start(scenario, network))


def both(
    run: NetworkRun, settings: Settings | None = None
) -> tuple[Trajectory, NDArray[np.float64]]:
    """Return a run in lanes, and its difference to the reference over each species' largest."""
    times = np.linspace(0.0, run.steps[-1].stop, 61)
    (found,) = run_networks([run], times, Settings() if settings is None else settings)
    assert isinstance(found, Trajectory)
    wanted = run.network.run(run.steps, times, run.y0, TIGHT).y
    gaps: NDArray[np.float64] = np.abs(found.y - wanted) / (np.abs(wanted).max(axis=0) + LEAST)
    return found, gaps


def drift(run: NetworkRun, found: Trajectory) -> float:
    """Return the largest relative change of what the treated cell conserves."""
    net = run.network
    present = np.max([list(step.inputs.values()) for step in run.steps], axis=0)
    inputs = np.zeros_like(net.arguments.inputs)
    for name, most in zip(run.steps[0].inputs, present, strict=True):
        if name in net.tables.inputs:
            inputs[net.tables.inputs.index(name)] = most
    problem = rest_problem(net.kernels, net.tables, net.arguments._replace(inputs=inputs), run.y0)
    assert len(problem.laws) > 0
    live = found.y[:, problem.live]
    size = np.abs(live) @ np.abs(problem.laws).T
    return float((np.abs(live @ problem.laws.T - problem.totals) / (size + 1e-6)).max())


def test_the_main_job_has_these_strategies_and_cells(plan: Plan) -> None:
    assert tuple(dict.fromkeys(run.strategy.id for run in plan.runs)) == STRATEGIES
    assert tuple(dict.fromkeys(run.cell.label for run in plan.runs)) == CELLS


def chosen(plan: Plan, strategy: str, cell: str, ligand: str) -> pw.Scenario:
    (run,) = (
        run
        for run in plan.runs
        if (run.strategy.id, run.cell.label, run.ligand.id) == (strategy, cell, ligand)
    )
    return run.scenario


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_strategy_is_as_accurate_as_asked(
    her2: Model, plan: Plan, runner: Runner, strategy: str
) -> None:
    run = prepared(runner, chosen(plan, strategy, "SKBR3", "HRG"), her2)
    found, gaps = both(run)
    assert gaps.max() < ALLOWED
    assert drift(run, found) < 1e-9
    assert found.record.lowest > -1e-7


@pytest.mark.slow
@pytest.mark.parametrize("ligand", ["none", "HRG"])
@pytest.mark.parametrize("cell", CELLS)
def test_every_strategy_in_every_cell(
    her2: Model, plan: Plan, runner: Runner, cell: str, ligand: str
) -> None:
    for strategy in STRATEGIES:
        run = prepared(runner, chosen(plan, strategy, cell, ligand), her2)
        found, gaps = both(run)
        assert gaps.max() < ALLOWED, strategy
        assert drift(run, found) < 1e-9, strategy


def test_errors_fall_with_the_tolerance(her2: Model, plan: Plan, runner: Runner) -> None:
    run = prepared(runner, chosen(plan, "lapatinib_trastuzumab", "SKBR3", "HRG"), her2)
    worst, steps = [], []
    for rtol in (1e-4, 1e-6, 1e-8):
        found, gaps = both(run, Settings(rtol=rtol, atol=1e-3 * rtol))
        worst.append(gaps.max())
        steps.append(found.record.steps)
        assert worst[-1] < 10 * rtol
    slope = np.log(worst[0] / worst[2]) / np.log(steps[2] / steps[0])
    assert slope > 3.5


def test_an_untreated_cell_rests_among_others_as_alone(her2: Model, runner: Runner) -> None:
    cells = [
        runner.network(her2.resolve(pw.Scenario(context="SKBR3", parameters=changes)))
        for changes in ({}, {"HER2.total": "x0.3"}, {"PTEN.total": "x3"})
    ]
    found = equilibrate_cells(
        cells[0],
        np.array([net.arguments.constants for net in cells]),
        np.array([net.y0 for net in cells]),
    )
    assert found.certified.tolist() == [True] * 3
    assert (found.drift < 1e-9).all()
    for y, net in zip(found.y, cells, strict=True):
        alone = net.equilibrate()
        np.testing.assert_allclose(y, alone.y, rtol=1e-9, atol=1e-12)


def test_a_medium_that_depletes(her2: Model, runner: Runner) -> None:
    drugs = {"trastuzumab": "10 nM", "lapatinib": "100 nM"}
    scenario = pw.Scenario(
        context="SKBR3", drugs=drugs, duration="2 h", medium_volume_per_cell="1 nL"
    ).wash("6 h", "trastuzumab")
    _, gaps = both(prepared(runner, scenario, her2))
    assert gaps.max() < ALLOWED


def test_runs_are_the_same_bits_alone_and_together(her2: Model, plan: Plan, runner: Runner) -> None:
    like = chosen(plan, "lapatinib_trastuzumab", "SKBR3", "HRG")
    folds = ("x1", "x0.02", "x50", "x3", "x1e4", "x0.5", "x2", "x1e-3", "x7", "x10")
    scenarios = [
        like.with_parameters({"HER3_dephosphorylation.k": fold}) if fold != "x1" else like
        for fold in folds
    ]
    runs = [prepared(runner, scenario, her2) for scenario in scenarios]
    times = np.linspace(0.0, runs[0].steps[-1].stop, 25)
    together = _levels(runs, times, 2)
    assert len({level.tobytes() for level in together}) == len(runs)
    order = [7, 0, 3, 9, 1, 8, 2, 4, 6, 5]
    for place, level in zip(order, _levels([runs[i] for i in order], times, 1), strict=True):
        assert level.tobytes() == together[place].tobytes()
    for place in (0, 4):
        (alone,) = _levels([runs[place]], times, 1)
        assert alone.tobytes() == together[place].tobytes()


def _levels(
    runs: Sequence[NetworkRun], times: NDArray[np.float64], threads: int
) -> list[NDArray[np.float64]]:
    found = run_networks(runs, times, Settings(), threads=threads)
    return [one.y for one in found if isinstance(one, Trajectory)]
