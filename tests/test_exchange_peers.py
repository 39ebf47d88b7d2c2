"""The same scenario gives the same readouts in other simulators, and when it is read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import pathway as pw
from pathway.analysis.compare_plan import make_plan
from pathway.analysis.strategies import find_regimens
from pathway.result.run import Runner
from pathway.result.settings import solver_settings
from tests.toy import write_steep_toy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from pathway.model import Model, Network

    Vector = NDArray[np.float64]
    Simulator = Callable[..., Vector]

RTOL, ATOL = 1e-5, 1e-9
"""Of the agreement; ATOL in nM or 1."""
TIGHT = 1e-10
"""Tolerances of both integrations."""

CELL = pw.Scenario(context="CELL", drugs={"blocker": "50 nM"}, duration="1 h")
STEPS = CELL.then("30 min", ligands={"L": "1 nM"}).wash("2 h")
DEPLETING = pw.Scenario(
    context="CELL",
    drugs={"antibody": "2 nM", "blocker": "20 nM"},
    duration="1 h",
    medium_volume_per_cell="20 pL",
).then("1 h", ligands={"L": "0.5 nM"})


def in_roadrunner(file: Path, readouts: list[str], minutes: Vector, **changed: float) -> Vector:
    """Return the readouts of an exported scenario as libRoadRunner simulates it."""
    roadrunner = pytest.importorskip("roadrunner", reason="libRoadRunner is not installed")
    simulator = roadrunner.RoadRunner(str(file))
    for name, value in changed.items():
        simulator[name] = value
    integrator = simulator.getIntegrator()
    integrator.setValue("absolute_tolerance", TIGHT)
    integrator.setValue("relative_tolerance", TIGHT)
    integrator.setValue("maximum_num_steps", 1_000_000)
    simulator.timeCourseSelections = ["time", *readouts]
    return np.array(simulator.simulate(times=minutes.tolist()))[:, 1:]


def in_copasi(file: Path, readouts: list[str], minutes: Vector, **changed: float) -> Vector:
    """Return the readouts of an exported scenario as COPASI simulates it."""
    basico = pytest.importorskip("basico", reason="COPASI (copasi-basico) is not installed")
    model = basico.load_model(str(file))
    try:
        for name, value in changed.items():
            basico.set_parameters(name=name, exact=True, initial_value=value, model=model)
        found = basico.run_time_course(
            start_time=0.0,
            duration=float(minutes[-1]),
            values=minutes.tolist(),
            r_tol=TIGHT,
            a_tol=TIGHT,
            max_steps=1_000_000,
            use_sbml_id=True,
            model=model,
        )
    finally:
        basico.remove_datamodel(model)
    values: Vector = found[
        [f"Values[{name}]" if f"Values[{name}]" in found else name for name in readouts]
    ].to_numpy()
    return values


def read_back(file: Path, readouts: list[str], minutes: Vector, **changed: float) -> Vector:
    """Return the readouts of an exported scenario as this package reads and simulates it."""
    scenario = pw.Scenario(
        duration=f"{minutes[-1] + 1.0:g} min",
        parameters={name: repr(value) for name, value in changed.items()},
    )
    return here(pw.load(file), scenario, readouts, minutes)


SIMULATORS = pytest.mark.parametrize(
    "elsewhere", [in_roadrunner, in_copasi, read_back], ids=["libRoadRunner", "COPASI", "read back"]
)


def here(model: Model, scenario: pw.Scenario, readouts: list[str], minutes: Vector) -> Vector:
    dataset = pw.simulate(model, scenario, minutes, rtol=TIGHT, atol=TIGHT)
    return np.stack([dataset[name].values[0] for name in readouts], axis=1)


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """Return the toy model, one of its pools read with a Hill exponent."""
    return pw.load(write_steep_toy(tmp_path_factory.mktemp("toy_hill")))


@SIMULATORS
@pytest.mark.parametrize("scenario", [CELL, STEPS, DEPLETING], ids=["constant", "steps", "used up"])
def test_the_toy_model(
    toy: Model, scenario: pw.Scenario, elsewhere: Simulator, tmp_path: Path
) -> None:
    readouts = list(toy.network(scenario).readouts)
    # Between the changes of the medium, where both sides of a change are the same.
    minutes = np.array([0.0, 1.0, 7.0, 59.0, 61.0, 89.0, 91.0, 119.0])
    minutes = minutes[minutes < sum(scenario.minutes)]
    file = pw.export(toy, scenario, tmp_path / "m.xml")
    there = elsewhere(file, readouts, minutes)
    assert np.ptp(there, axis=0).max() > 1.0
    np.testing.assert_allclose(there, here(toy, scenario, readouts, minutes), rtol=RTOL, atol=ATOL)


@SIMULATORS
def test_a_parameter_can_be_changed_there(toy: Model, elsewhere: Simulator, tmp_path: Path) -> None:
    file = pw.export(toy, CELL, tmp_path / "m.xml")
    minutes = np.array([0.0, 1.0, 30.0])
    network = toy.network(CELL)
    faster = network.with_parameters({"K_phosphorylation.k": 0.05})
    resolved = toy.resolve(CELL)
    start = faster.run(resolved.steps, minutes, toy_start(toy, network))
    expected = faster.read(start.y, start.inputs)
    readouts = list(network.readouts)
    name = "K_phosphorylation.k" if elsewhere is in_copasi else "K_phosphorylation_k"
    there = elsewhere(file, readouts, minutes, **{name: 0.05})
    np.testing.assert_allclose(there, expected, rtol=1e-4, atol=1e-6)
    unchanged = elsewhere(file, readouts, minutes)
    assert not np.allclose(there, unchanged, rtol=1e-2)


def toy_start(model: Model, network: Network) -> Vector:
    """Return the untreated cell in the order of a treated network."""
    return Runner(model, solver_settings()).start(CELL, network)


@pytest.mark.slow
@SIMULATORS
@pytest.mark.parametrize("ligand", ["none", "HRG"])
def test_every_strategy_of_the_main_job(
    her2: Model, ligand: str, elsewhere: Simulator, tmp_path: Path
) -> None:
    plan = make_plan(
        her2.declared,
        find_regimens(her2.declared)["dual_blockade"],
        strategies=None,
        contexts=["SKBR3"],
        ligands=[ligand],
        lesions=[],
        dose=None,
        pretreatment=None,
        duration=None,
        at=None,
        curve_doses=0,
        courses=False,
    )
    scenarios = [run.scenario for run in plan.runs if run.cell.label == "SKBR3"]
    assert len(scenarios) >= 10
    for scenario in scenarios:
        changes = np.cumsum(scenario.minutes)
        asked = np.concatenate([[0.0, 5.0, 30.0], changes - 1.0, changes[:-1] + 1.0])
        minutes = np.unique(asked[asked >= 0.0])
        readouts = list(her2.network(scenario).readouts)
        file = pw.export(her2, scenario, tmp_path / "m.xml")
        np.testing.assert_allclose(
            elsewhere(file, readouts, minutes),
            here(her2, scenario, readouts, minutes),
            rtol=RTOL,
            atol=ATOL,
            err_msg=scenario.name,
        )
