"""Cells of one scenario: the same bits beside any neighbours, the reference where lanes fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pathway as pw
from pathway.errors import SolveError
from pathway.population.variation import variation
from pathway.result import cells as rooms
from pathway.result.cell_numbers import cell_numbers
from pathway.result.cells import STATUSES, Cells, cell_of, rest_cells, run_cells
from pathway.result.run import Runner
from pathway.result.settings import solver_settings
from pathway.scenario import Scenario, resolve
from tests.toy import write_toy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pathway.model import Model

BLOCKED = Scenario(drugs={"blocker": "100 nM"}, ligands={"L": "1 nM"}, duration="2 h")
TIMES = np.array([0.0, 30.0, 120.0])


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return pw.load(write_toy(tmp_path_factory.mktemp("toy")))


def draw(model: Model, scenario: Scenario, count: int) -> tuple[tuple[str, ...], NDArray[Any]]:
    found = variation(model.declared, scenario, ("totals", "rates"))
    return found.ids, found.values(1, 0, count, None)


def run(
    model: Model,
    scenario: Scenario,
    ids: tuple[str, ...],
    values: NDArray[Any],
    method: str | None = None,
    threads: int | None = None,
) -> Cells:
    runner = Runner(model, solver_settings(method=method))
    rests = rest_cells(runner, cell_of(scenario), values, ids, threads)
    return run_cells(runner, scenario, values, ids, TIMES, rests, threads)


@pytest.mark.parametrize("medium", [None, "1 nL"])
def test_numbers_of_many_cells_are_those_of_each(toy: Model, medium: str | None) -> None:
    scenario = Scenario(
        drugs={"blocker": "100 nM"},
        ligands={"L": "1 nM"},
        lesions={"L_autocrine": "0.5 nM"},
        medium_volume_per_cell=medium,
    )
    network = toy.network(resolve(toy.declared, scenario))
    ids, values = draw(toy, scenario, 300)
    found = cell_numbers(network, values, ids)
    assert found.reasons == {}
    for cell in (0, 7, 299):
        one = network.with_parameters(dict(zip(ids, values[cell].tolist(), strict=True)))
        np.testing.assert_array_equal(found.kernel[cell], one.arguments.constants)
        np.testing.assert_array_equal(found.start[cell], one.y0)
        np.testing.assert_array_equal(found.weights[cell], one.constants.readout)


def test_numbers_of_the_her2_model_are_those_of_each(her2: Model) -> None:
    scenario = Scenario(context="SKBR3", drugs={"trastuzumab": "in-vitro"})
    network = her2.network(resolve(her2.declared, scenario))
    ids, values = draw(her2, scenario, 20)
    found = cell_numbers(network, values, ids)
    for cell in range(20):
        one = network.with_parameters(dict(zip(ids, values[cell].tolist(), strict=True)))
        np.testing.assert_array_equal(found.kernel[cell], one.arguments.constants)
        np.testing.assert_array_equal(found.start[cell], one.y0)


def test_cells_without_numbers_say_why_and_touch_no_other(toy: Model) -> None:
    ids, values = draw(toy, BLOCKED, 12)
    good = run(toy, BLOCKED, ids, values)
    bad = values.copy()
    bad[3, ids.index("R.total")] = -1.0
    bad[4, ids.index("M_transcription.pK.K")] = 0.0
    bad[5, ids.index("K_dephosphorylation.k")] = np.inf
    bad[6, ids.index("M_decay.k")] = 0.0
    bad[8, ids.index("blocker_binding.Kd")] = 1e-320
    bad[8, ids.index("blocker_binding.kon")] = 1e300
    found = run(toy, BLOCKED, ids, bad)
    names = [STATUSES[code] for code in found.status]
    assert names[3:7] == ["invalid numbers"] * 3 + ["no rest"]
    assert found.reasons[3] == (
        "parameter 'R.total': is -1, not a finite number that is zero or more; give a valid value"
    )
    assert "both must be above zero" in found.reasons[4]
    assert "no rest within" in found.reasons[6]
    for cell in (0, 1, 2, 7, 9, 10, 11):
        assert names[cell] == "ok"
        np.testing.assert_array_equal(found.levels[cell], good.levels[cell])
        np.testing.assert_array_equal(found.baseline[cell], good.baseline[cell])
    assert np.isnan(found.levels[3:7]).all()
    assert np.isnan(found.baseline[3:7]).all()


def test_a_cell_is_the_same_bits_beside_any_others(toy: Model) -> None:
    ids, values = draw(toy, BLOCKED, 40)
    whole = run(toy, BLOCKED, ids, values, threads=2)
    for part in ([5], [39, 0, 17], list(range(40))[::-1]):
        some = run(toy, BLOCKED, ids, values[part], threads=1)
        np.testing.assert_array_equal(some.levels, whole.levels[part])
        np.testing.assert_array_equal(some.baseline, whole.baseline[part])


def test_lanes_and_reference_agree(toy: Model) -> None:
    scenario = BLOCKED.with_lesions({"tR": 0.3}).then("1 h", drugs={"antibody": "10 ug/mL"})
    ids, values = draw(toy, scenario, 24)
    fast = run(toy, scenario, ids, values)
    slow = run(toy, scenario, ids, values, "LSODA")
    assert not fast.status.any()
    assert not slow.status.any()
    np.testing.assert_allclose(fast.levels, slow.levels, rtol=2e-5, atol=1e-8)
    np.testing.assert_allclose(fast.baseline, slow.baseline, rtol=1e-6, atol=1e-9)


def test_what_the_lanes_cannot_do_the_reference_tries(
    toy: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids, values = draw(toy, BLOCKED, 10)
    plain = run(toy, BLOCKED, ids, values)
    run_queue = rooms.run_queue  # type: ignore[attr-defined]

    def failing(*args: Any, **kwargs: Any) -> Any:
        returned = run_queue(*args, **kwargs)
        returned.ending[[2, 6]] = 2
        returned.levels[[2, 6]] = np.nan
        return returned

    monkeypatch.setattr(rooms, "run_queue", failing)
    found = run(toy, BLOCKED, ids, values)
    assert np.flatnonzero(found.status).tolist() == [2, 6]
    assert {STATUSES[code] for code in found.status} == {"ok", "ok by scipy"}
    np.testing.assert_allclose(found.levels, plain.levels, rtol=2e-5, atol=1e-8)

    equilibrate = rooms.equilibrate_cells  # type: ignore[attr-defined]

    def restless(*args: Any, **kwargs: Any) -> Any:
        rests = equilibrate(*args, **kwargs)
        rests.y[4] = np.nan
        return rests

    monkeypatch.setattr(rooms, "run_queue", run_queue)
    monkeypatch.setattr(rooms, "equilibrate_cells", restless)
    found = run(toy, BLOCKED, ids, values)
    assert np.flatnonzero(found.status).tolist() == [4]
    np.testing.assert_allclose(found.levels, plain.levels, rtol=2e-5, atol=1e-8)
    np.testing.assert_allclose(found.baseline, plain.baseline, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    ("ending", "status"),
    [(2, "step limit"), (3, "not finite"), (4, "negative"), (0, "integration failed")],
)
def test_a_cell_that_nothing_can_run_says_how_it_ended(
    toy: Model, monkeypatch: pytest.MonkeyPatch, ending: int, status: str
) -> None:
    ids, values = draw(toy, BLOCKED, 6)
    run_queue = rooms.run_queue  # type: ignore[attr-defined]

    def failing(*args: Any, **kwargs: Any) -> Any:
        returned = run_queue(*args, **kwargs)
        returned.ending[1] = ending
        return returned

    def refusing(*_: Any, **__: Any) -> Any:
        raise SolveError("t = 3 min", "no way on")

    monkeypatch.setattr(rooms, "run_queue", failing)
    monkeypatch.setattr("pathway.model.network.integrate", refusing)
    found = run(toy, BLOCKED, ids, values)
    assert [STATUSES[code] for code in found.status] == ["ok", status, *["ok"] * 4]
    assert found.reasons == {1: "t = 3 min: no way on"}
    assert np.isnan(found.levels[1]).all()
    assert np.isfinite(found.baseline[1]).all()


def test_cells_of_the_her2_model_rest_and_run(her2: Model) -> None:
    scenario = Scenario(
        context="SKBR3", drugs={"lapatinib": "100 nM"}, ligands={"HRG": "1 nM"}, duration="2 h"
    )
    ids, values = draw(her2, scenario, 16)
    fast = run(her2, scenario, ids, values)
    assert not fast.status.any()
    slow = run(her2, scenario, ids, values[:4], "LSODA")
    np.testing.assert_allclose(fast.levels[:4], slow.levels, rtol=1e-4, atol=1e-7)
