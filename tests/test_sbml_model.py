"""A model from SBML as the user meets it: pw.load, scenarios, pw.simulate."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

import pathway as pw
from pathway.errors import DeclarationError, ScenarioError, SolveError, UnitError
from pathway.model import EquationModel, load_equations
from tests.sbml_text import (
    CELL,
    apply,
    document,
    math,
    parameter,
    reaction,
    rule,
    species,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path

    from pathway.model import Model

SECONDS = 'timeUnits="second"'
TEXT = document(
    model=SECONDS,
    compartments=CELL,
    species=species("A", "6") + species("B", "0"),
    parameters=parameter("k", "0.5") + parameter("h", "4") + parameter("p", constant=False),
    initial=f'<initialAssignment symbol="B">{math("h")}</initialAssignment>',
    rules=rule("assignment", "p", apply("times", "2", "k")),
    reactions=reaction(apply("times", "C", "k", "A"), "1 A"),
)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> EquationModel:
    return load_equations(write(tmp_path_factory.mktemp("sbml"), TEXT))


@pytest.fixture(scope="module")
def timeless(tmp_path_factory: pytest.TempPathFactory) -> EquationModel:
    return load_equations(write(tmp_path_factory.mktemp("sbml"), TEXT.replace(SECONDS, "")))


def at(model: EquationModel, readout: str, time: float = 0.0, **parameters: str) -> float:
    named = {name.replace("_amount", "[amount]"): text for name, text in parameters.items()}
    dataset = pw.simulate(model, pw.Scenario(duration="2", parameters=named), times=[time])
    return float(dataset[readout].item())


@pytest.mark.parametrize("name", ["model.xml", "model.SBML"])
def test_load_goes_by_the_ending(tmp_path: Path, name: str) -> None:
    loaded: object = pw.load(write(tmp_path, TEXT, name))
    assert isinstance(loaded, EquationModel)
    assert loaded.id == "m"
    assert loaded.version == "SBML"


def test_what_is_reported_and_what_may_be_changed(model: EquationModel) -> None:
    assert model.readouts == (
        *("C", "k", "h", "p", "A", "A[amount]", "A[concentration]"),
        *("B", "B[amount]", "B[concentration]", "J"),
    )
    assert model.parameters == {
        "C": 2.0,
        "k": 0.5,
        "h": 4.0,
        "B[amount]": 8.0,
        "A[amount]": 6.0,
        "A": 3.0,
        "B": 4.0,
    }


def test_a_simulation_is_labelled(model: EquationModel) -> None:
    dataset = pw.simulate(model, pw.Scenario(duration="4"), times=["1", 2, "3 s", "0.05 min"])
    np.testing.assert_array_equal(dataset["time"], [1.0, 2.0, 3.0])
    assert dataset["time"].attrs["units"] == "s"
    assert dataset.attrs["model"] == "m"
    assert dataset.attrs["rtol"] == 1e-8
    assert dataset["status"].item() == "ok"
    np.testing.assert_allclose(dataset["A"][0], 3.0 * np.exp([-0.5, -1.0, -1.5]), rtol=1e-6)


def test_without_times_the_whole_scenario_is_reported(model: EquationModel) -> None:
    dataset = pw.simulate(model, pw.Scenario(duration="2 min"))
    assert dataset.sizes["time"] == 201
    assert float(dataset["time"][-1]) == 120.0


def test_scenarios_of_different_length(model: EquationModel) -> None:
    calls: list[tuple[int, int]] = []
    scenarios = [pw.Scenario(duration=duration) for duration in ("1", "2")]
    dataset = pw.simulate(
        model, scenarios, times=[1, 2], rtol=1e-6, progress=lambda *done: calls.append(done)
    )
    assert np.isnan(dataset["A"].to_numpy()).tolist() == [[False, True], [False, False]]
    assert calls == [(1, 2), (2, 2)]
    assert dataset.attrs["rtol"] == 1e-6
    assert list(dataset["scenario"].to_numpy()) == ["untreated", "untreated (2)"]


def test_a_run_is_the_same_bits_whatever_else_is_asked(model: EquationModel) -> None:
    """Its tolerance follows from its own start, not from that of the first run beside it."""
    small, large = (
        pw.Scenario(duration="2", parameters={"A": amount}) for amount in ("x1e-6", "x10")
    )
    together = pw.simulate(model, [small, large], threads=2)
    for place, one in enumerate((small, large)):
        alone = pw.simulate(model, one, threads=1)
        for name in model.readouts:
            assert together[name].values[place].tobytes() == alone[name].values[0].tobytes()


def test_an_early_stop_is_refused(model: EquationModel) -> None:
    with pytest.raises(SolveError, match=r"early_stop: is not for .* read from a file; leave it"):
        pw.simulate(model, pw.Scenario(duration="2"), early_stop=True)


def test_parameters_and_initial_values(model: EquationModel) -> None:
    assert at(model, "A", A="x2") == 6.0
    assert at(model, "A", A_amount="3") == 1.5
    assert at(model, "A[amount]", A="5") == 10.0
    assert at(model, "A[amount]", A="5", C="3") == 15.0
    assert at(model, "p", k="3") == 6.0
    assert at(model, "A", 1.0, k="x2") == pytest.approx(3.0 * np.exp(-1.0), rel=1e-6)
    assert at(model, "B", h="x0.5") == 2.0
    assert at(model, "B", h="x0.5", B="x3") == 6.0
    assert at(model, "B", h="x0.5", B="7") == 7.0
    assert at(model, "k", k="x1e1") == 5.0


def test_a_failed_run_among_others_is_said(tmp_path: Path) -> None:
    text = document(
        compartments=CELL,
        species=species("A"),
        parameters=parameter("k", "-1"),
        reactions=reaction(apply("times", "k", "A", "A"), "1 A"),
    )
    model = load_equations(write(tmp_path, text))
    scenarios = [pw.Scenario(duration="100", parameters={"k": value}) for value in ("1", "-1")]
    dataset = pw.simulate(model, scenarios, times=[100])
    assert dataset["status"][0] == "ok"
    assert dataset["status"][1] != "ok"
    assert np.isnan(dataset["A"].to_numpy()).tolist() == [[False], [True]]
    with pytest.raises(SolveError):
        pw.simulate(model, scenarios[1], times=[100])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"kk": "1"}, r"parameter 'kk': is not in the model; did you mean 'k'\?"),
        ({"p": "1"}, r"parameter 'p': follows from other values; change those"),
        ({"J": "1"}, r"parameter 'J': follows from other values; change those"),
        ({"k": "1 nM"}, r"'1 nM' is neither a factor nor a number; write 'x0.5', or '2.5'"),
        ({"k": "nan"}, r"'nan' is neither a factor nor a number"),
        ({"k": "1e999"}, r"'1e999' is neither a factor nor a number"),
        ({"A": "1", "A[amount]": "1"}, r"parameter 'A': 'A\[amount\]' is given too; leave one"),
    ],
)
def test_parameters_that_are_refused(
    model: EquationModel, parameters: dict[str, str], message: str
) -> None:
    with pytest.raises(ScenarioError, match=message):
        pw.simulate(model, pw.Scenario(duration="1", parameters=parameters))


@pytest.mark.parametrize(
    ("scenario", "what"),
    [
        (pw.Scenario(context="SKBR3"), "a context"),
        (pw.Scenario(drugs={"lapatinib": "1 nM"}), "drugs"),
        (pw.Scenario(ligands={"EGF": "1 nM"}), "ligands"),
        (pw.Scenario(lesions={"PTEN_loss": True}), "lesions"),
        (pw.Scenario(medium_volume_per_cell="1 pL"), "a medium"),
        (pw.Scenario(duration="1").then("1"), "later steps"),
    ],
)
def test_what_equations_do_not_know_is_refused(
    model: EquationModel, scenario: pw.Scenario, what: str
) -> None:
    with pytest.raises(ScenarioError, match=rf"has {what}, and 'm' is read from a file"):
        pw.simulate(model, scenario)


def test_times_that_are_refused(model: EquationModel, timeless: EquationModel) -> None:
    scenario = pw.Scenario(duration="2")
    with pytest.raises(ScenarioError, match=r"3 is after the end of every scenario \(2\)"):
        pw.simulate(model, scenario, times=[1, 3])
    with pytest.raises(ScenarioError, match=r"none are given; give at least one"):
        pw.simulate(model, scenario, times=[])
    with pytest.raises(ScenarioError, match=r"a time of -1; give a number from 0 up"):
        pw.simulate(model, scenario, times=[-1])
    with pytest.raises(ScenarioError, match=r"no scenario is given; give at least one"):
        pw.simulate(model, [])
    with pytest.raises(UnitError, match=r"is '24 h', and 'm' does not say its unit of time"):
        pw.simulate(timeless, pw.Scenario())
    with pytest.raises(UnitError, match=r"times: is '1 h', and 'm' does not say its unit"):
        pw.simulate(timeless, scenario, times=["1 h"])


def test_analyses_of_drugs_are_refused(model: EquationModel) -> None:
    with pytest.raises(ScenarioError, match=r"'m': is read from a file of equations.*use pw.sim"):
        _ = model.declared


def test_a_plain_duration_is_not_one_of_a_declared_model(her2: Model) -> None:
    with pytest.raises(UnitError, match=r"'24' has no unit"):
        pw.simulate(her2, pw.Scenario(duration="24"))


def test_an_extra_folder_makes_no_sense(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"an SBML file has no drugs or ligands to add to"):
        pw.load(write(tmp_path, TEXT), tmp_path)


def test_without_libsbml_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, TEXT)
    for name in [name for name in sys.modules if name.startswith("pathway.sbml")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "libsbml", None)
    with pytest.raises(DeclarationError, match=r"is read by libSBML; pip install 'her2-pathway"):
        pw.load(path)
