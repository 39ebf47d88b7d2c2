"""What the lanes cannot do, scipy tries once; the result says so, and nothing else changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pathway as pw
from pathway.batch.run import run_queue
from pathway.errors import SolveError
from pathway.lanes.queue import Ending
from pathway.model import lanes as network_lanes
from pathway.model import load_equations
from pathway.result.run import Runner
from pathway.solve.settings import Method, Settings
from tests.sbml_text import CELL, apply, document, parameter, reaction, species, write
from tests.toy import write_toy

if TYPE_CHECKING:
    from pathlib import Path

    from pathway.lanes.layout import LaneSystem
    from pathway.lanes.queue import Queue, Returned
    from pathway.model import Model

SCENARIOS = [pw.Scenario(drugs={"blocker": f"{dose} nM"}, duration="2 h") for dose in (1, 10, 100)]
REMARK = (
    "LSODA after Rodas5P failed: t = 7.5 min: no step was small enough; "
    "check rate constants and starting amounts for extreme values"
)


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return pw.load(write_toy(tmp_path_factory.mktemp("toy")))


@pytest.fixture
def second_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the second run of every batch fail at 7.5 min."""

    def failing(system: LaneSystem, queue: Queue, threads: int | None = None) -> Returned:
        returned = run_queue(system, queue, threads)
        if len(returned.ending) > 1:
            returned.ending[1] = Ending.NOT_FINITE
            returned.reached[1] = 7.5
            returned.levels[1] = np.nan
        return returned

    monkeypatch.setattr(network_lanes, "run_queue", failing)


def test_a_retried_run_is_flagged_and_alike(toy: Model, request: pytest.FixtureRequest) -> None:
    before = pw.simulate(toy, SCENARIOS)
    request.getfixturevalue("second_fails")
    found = pw.simulate(toy, SCENARIOS)
    assert before["solver"].values.tolist() == ["Rodas5P"] * 3
    assert found["solver"].values.tolist() == ["Rodas5P", REMARK, "Rodas5P"]
    assert found["status"].values.tolist() == ["ok"] * 3
    for name in ("pR", "pK", "M", "pK_fold"):
        for place in (0, 2):
            np.testing.assert_array_equal(found[name][place], before[name][place])
        np.testing.assert_allclose(found[name][1], before[name][1], rtol=1e-5)
        assert (found[name][1] != before[name][1]).any()  # it was integrated anew
    alone = pw.simulate(toy, SCENARIOS[1], method="LSODA")
    np.testing.assert_array_equal(found["pK"][1], alone["pK"][0])


@pytest.mark.usefixtures("second_fails")
def test_a_run_that_nothing_can_do_is_nan_with_its_reason(
    toy: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []

    def refuse(_self: Runner, *call: Any) -> SolveError:
        calls.append(call)
        return SolveError("t = 8 min", "too many steps and no end", "raise rtol or atol")

    monkeypatch.setattr(Runner, "_alone", refuse)
    found = pw.simulate(toy, SCENARIOS)
    assert len(calls) == 1  # once
    assert found["status"].values.tolist() == [
        "ok",
        "t = 8 min: too many steps and no end; raise rtol or atol",
        "ok",
    ]
    assert found["solver"].values.tolist() == ["Rodas5P", "", "Rodas5P"]
    assert np.isnan(found["pK"][1]).all()
    assert np.isfinite(found["pK"][[0, 2]]).all()


def test_other_methods_say_which(toy: Model) -> None:
    for method in ("LSODA", "BDF"):
        found = pw.simulate(toy, SCENARIOS[:2], method=method)
        assert found["solver"].values.tolist() == [method] * 2


def equations(folder: Path) -> Any:
    """Return a file of equations in which A grows with its square."""
    text = document(
        compartments=CELL,
        species=species("A", "2"),
        parameters=parameter("k", "0.5"),
        reactions=reaction(apply("times", "C", "k", "A", "A"), "A", "2 A"),
    )
    return load_equations(write(folder, text))


def test_equations_that_lanes_cannot_do_are_retried(tmp_path: Path) -> None:
    model = equations(tmp_path)
    times = [np.array([0.0, 1.0])] * 3
    changes: list[tuple[dict[str, float], dict[str, float]]] = [
        ({"k": 0.1}, {}),
        ({"k": 3.0}, {}),
        ({"k": 0.2}, {}),
    ]
    chosen = Settings(rtol=1e-8, atol=1e-10, max_steps=2000)
    found = model.run_many(changes, times, chosen)
    assert [type(one).__name__ for one in found] == [
        "SystemTrajectory",
        "SolveError",  # infinite at t = 1/3, for scipy too
        "SystemTrajectory",
    ]
    place = [output.id for output in model.system.outputs].index("A")
    for run, k in ((found[0], 0.1), (found[2], 0.2)):
        assert run.record.method == Method.RODAS5P.value
        assert run.outputs[1, place] == pytest.approx(1.0 / (1.0 - k), rel=1e-6)


def test_equations_outside_the_lanes_go_to_scipy(tmp_path: Path) -> None:
    model = equations(tmp_path)
    run = model.run_many([({"k": 0.1}, {})], [np.array([1.0, 0.5])], Settings())[0]
    assert isinstance(run, SolveError)  # times that descend: the reference says what is wrong
    (scipy,) = model.run_many(
        [({"k": 0.1}, {})], [np.array([0.0, 1.0])], Settings(method=Method.RADAU)
    )
    assert scipy.record.method == "Radau"
