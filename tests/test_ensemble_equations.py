"""Virtual cells of models of equations: what varies, in lanes and by the reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import pathway as pw
from pathway.errors import ScenarioError, SolveError
from pathway.population.variation_equations import equation_variation, read_equation_choice
from pathway.result import cells_equations as rooms
from pathway.result.cells import STATUSES
from pathway.result.cells_equations import run_equation_cells
from pathway.scenario import Scenario
from tests.sbml_text import CELL, apply, document, math, parameter, reaction, species, write

if TYPE_CHECKING:
    from pathway.model.equation_model import EquationModel

TIMES = np.array([0.0, 1.0, 4.0])
SCENARIO = Scenario(duration="4")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> EquationModel:
    """Return A of 2 per litre that decays into B at 0.5; ``twice`` is computed from k."""
    text = document(
        compartments=CELL,
        species=species("A", "4") + species("B", "0"),
        parameters=parameter("k", "0.5") + parameter("twice", None),
        initial=f'<initialAssignment symbol="twice">{math(apply("times", "2", "k"))}</initialAssignment>',
        reactions=reaction(apply("times", "k", "A", "C"), "A", "B"),
    )
    found: Any = pw.load(write(tmp_path_factory.mktemp("sbml"), text))
    return found  # type: ignore[no-any-return]


def test_free_constants_and_initial_values_vary(model: EquationModel) -> None:
    choice = read_equation_choice(model, None)
    assert choice == ("k", "A[amount]", "B[amount]")
    assert read_equation_choice(model, ["initial", "C"]) == ("A[amount]", "B[amount]", "C")
    assert read_equation_choice(model, "twice") == ("twice",)
    found = equation_variation(model, Scenario(duration="4", parameters={"k": "x3"}), choice, 0.3)
    values = found.values(1, 0, 2000, None)
    np.testing.assert_array_equal(found.nominal, [1.5, 4.0, 0.0])
    np.testing.assert_allclose(np.log(values[:, 0] / 1.5).std(), 0.3, rtol=0.05)
    np.testing.assert_array_equal(values[:, 2], 0.0)
    assert read_equation_choice(model, "A") == ("A[amount]",)
    table = pw.parameter_draws(model, SCENARIO, 50)
    assert list(table.columns) == list(choice)
    np.testing.assert_array_equal(
        table, equation_variation(model, SCENARIO, choice, 0.3).values(1, 0, 50, None)
    )
    with pytest.raises(ScenarioError, match="vary: unknown 'twic'; did you mean 'twice'"):
        read_equation_choice(model, "twic")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("A", r"parameters: 'A' is a concentration; give 'A\[amount\]'"),
        ("twic", "parameters: unknown 'twic'; did you mean 'twice'"),
    ],
)
def test_only_constants_and_states_are_given(model: EquationModel, name: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        pw.ensemble(model, SCENARIO, parameters=pd.DataFrame({name: [1.0]}))


def test_each_cell_is_the_simulation_of_its_own_numbers(model: EquationModel) -> None:
    given = pd.DataFrame({"k": [0.1, 0.7], "A[amount]": [4.0, 10.0]})
    found = pw.ensemble(model, SCENARIO, parameters=given, times=[0, 1, 4], keep="draws")
    for row, (k, amount) in enumerate(given.to_numpy()):
        exact = amount / 2.0 * np.exp(-k * TIMES)
        np.testing.assert_allclose(found["A"][0, row], exact, rtol=1e-6)
        np.testing.assert_allclose(found["B"][0, row], amount / 2.0 - exact, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(found["twice"][0, row], 2.0 * k, rtol=1e-15)
    part = pw.ensemble(
        model,
        SCENARIO,
        parameters=given.iloc[[1]],
        times=[0, 1, 4],
        readouts="B",
        keep="draws",
    )
    np.testing.assert_array_equal(part["B"][0, 0], found["B"][0, 1])
    held = pw.ensemble(
        model,
        Scenario(duration="4", parameters={"k": "0.2"}),
        parameters=given,
        times=[0, 1, 4],
        keep="draws",
    )
    np.testing.assert_array_equal(held["twice"], 0.4)


def test_times_after_the_end_are_missing(model: EquationModel) -> None:
    short = Scenario(duration="1", label="short")
    found = pw.ensemble(model, [short, SCENARIO], draws=3, times=[1, 4])
    assert np.isfinite(found["A"].sel(scenario="short", time=1.0)).all()
    assert np.isnan(found["A"].sel(scenario="short", time=4.0)).all()


def test_the_reference_tries_what_the_lanes_cannot_do(
    model: EquationModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = np.array([[0.5], [0.6], [np.inf], [0.7]])
    run_equations = rooms.run_equations  # type: ignore[attr-defined]

    def failing(*args: Any, **kwargs: Any) -> Any:
        found = run_equations(*args, **kwargs)
        found.ending[-1] = 3
        return found

    monkeypatch.setattr(rooms, "run_equations", failing)
    ids = ("A[amount]",)
    found = run_equation_cells(model, SCENARIO, values, ids, TIMES, None, ("A",))
    assert [STATUSES[code] for code in found.status] == [
        "ok",
        "ok",
        "integration failed",
        "ok by scipy",
    ]
    assert "give a finite number" in found.reasons[2]
    exact = values / 2.0 * np.exp(-0.5 * TIMES)
    np.testing.assert_allclose(found.levels[[0, 1, 3], :, 0], exact[[0, 1, 3]], rtol=1e-6)
    assert np.isnan(found.levels[2]).all()

    def refusing(*_: Any, **__: Any) -> Any:
        raise SolveError("t = 3", "no way on")

    monkeypatch.setattr("pathway.model.equation_model.integrate_system", refusing)
    found = run_equation_cells(model, SCENARIO, values[:2], ids, TIMES, None, ("A",))
    assert [STATUSES[code] for code in found.status] == ["ok", "not finite"]
    assert found.reasons == {1: "t = 3: no way on"}


def test_the_method_asked_for_is_taken(model: EquationModel) -> None:
    found = pw.ensemble(model, SCENARIO, draws=4, times=[4], keep="draws", method="LSODA")
    fast = pw.ensemble(model, SCENARIO, draws=4, times=[4], keep="draws")
    assert found.attrs["cells_ok"] == fast.attrs["cells_ok"] == 4
    np.testing.assert_allclose(found["A"], fast["A"], rtol=1e-6)
    assert not np.array_equal(found["A"], fast["A"])
