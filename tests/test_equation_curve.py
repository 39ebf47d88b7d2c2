"""Inhibition curves and suppression of models read from SBML, whose answers are known."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pathway as pw
from pathway.cli.main import main
from pathway.errors import ScenarioError, SolveError
from tests.sbml_text import CELL, apply, document, parameter, reaction, rule, species, write

if TYPE_CHECKING:
    from pathlib import Path

    from pathway.model import Model

HALF, STEEP, DECAY = 4.0, 2.0, 0.5
SHARE = apply("divide", "1", apply("plus", "1", apply("power", apply("divide", "I", "K"), "n")))
TEXT = document(
    model='timeUnits="second"',
    compartments=CELL,
    species=species("A", "6") + species("B", "0"),
    parameters=parameter("k", str(DECAY))
    + parameter("I", "2")
    + parameter("K", str(HALF))
    + parameter("n", str(STEEP))
    + parameter("none", "0")
    + parameter("left", None, constant=False)
    + parameter("over", None, constant=False),
    rules=rule("assignment", "left", apply("times", "3", SHARE))
    + rule("assignment", "over", apply("divide", "1", "none")),
    reactions=reaction(apply("times", "C", "k", "A"), "1 A", "1 B"),
)
RUN = pw.Scenario(duration="2")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("curve"), TEXT)


@pytest.fixture(scope="module")
def model(file: Path) -> Model:
    return pw.load(file)


def test_a_hill_function_is_found_again(model: Model) -> None:
    curve = pw.inhibition_curve(model, RUN, drug="I", readout="left")
    assert curve.ic50 == pytest.approx(HALF, rel=1e-6)
    assert curve.hill == pytest.approx(STEEP, rel=1e-6)
    assert curve.emax == pytest.approx(1.0, abs=1e-6)
    assert curve.bottom == pytest.approx(0.0, abs=1e-6)
    assert (curve.time, curve.unit, curve.drug) == (2.0, "the file's unit", "I")
    dose = curve.table["dose"].to_numpy()
    np.testing.assert_allclose(dose, [0.0, *np.logspace(-3, 3, 13) * 2.0])
    np.testing.assert_allclose(curve.table["untreated"], 3.0)
    assert curve.plot().get_xlabel() == "I (the file's unit)"


def test_doses_are_numbers_or_factors_of_the_scenarios_value(model: Model) -> None:
    scenario = RUN.with_parameters({"I": "8", "K": "x2"})
    doses: list[str | float] = ["x0.5", 1, 2.0, "16", 32, 4]
    curve = pw.inhibition_curve(model, scenario, "I", "left", doses=doses)
    np.testing.assert_array_equal(curve.table["dose"], [0.0, 1.0, 2.0, 4.0, 16.0, 32.0])
    assert curve.ic50 == pytest.approx(2.0 * HALF, rel=1e-5)


@pytest.mark.parametrize("auc", [False, True])
def test_a_rate_constant_is_dosed_against_none_of_it(model: Model, *, auc: bool) -> None:
    rates = np.array([0.1, 0.3, 1.0, 3.0, 10.0])
    curve = pw.inhibition_curve(model, RUN, "k", "A", doses=rates, at="1 s", auc=auc)
    left = (1.0 - np.exp(-rates)) / rates if auc else np.exp(-rates)
    np.testing.assert_allclose(curve.table["suppression"][1:], 1.0 - left, atol=2e-5)
    assert curve.table["value"][0] == pytest.approx(3.0, rel=1e-9)


def test_an_initial_value_is_a_dose(model: Model) -> None:
    curve = pw.inhibition_curve(model, RUN, "B", "B", doses=[1.0, 3.0, 10.0, 30.0, 100.0])
    made = 3.0 * (1.0 - np.exp(-1.0))
    np.testing.assert_allclose(curve.table["value"], curve.table["dose"] + made, rtol=1e-6)
    assert (curve.table["suppression"][1:] < 0.0).all()


def test_suppression_is_against_the_file_as_it_stands(model: Model) -> None:
    dosed, slow = RUN.with_parameters({"I": "x2"}), RUN.with_parameters({"k": "0"})
    table = pw.suppression(model, [dosed, slow], ["left", "A", "B"])
    before = 3.0 / (1.0 + (2.0 / HALF) ** STEEP)
    assert table.loc[dosed.name, "left"] == pytest.approx(1.0 - 1.5 / before)
    assert table.loc[slow.name, "A"] == pytest.approx(1.0 - np.exp(1.0), rel=1e-6)
    assert table.loc[slow.name, "B"] == pytest.approx(1.0)
    assert table.attrs["status"] == ["ok", "ok"]
    areas = pw.suppression(model, slow, ["A"], auc=True, since="1", at=2.0)
    mean = (np.exp(-0.5) - np.exp(-1.0)) / DECAY
    assert areas.to_numpy()[0, 0] == pytest.approx(1.0 - 1.0 / mean, abs=1e-4)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"drug": "J"}, "'J': follows from other values; change those"),
        ({"drug": "nome"}, "parameter 'nome': is not in the model; did you mean 'none'"),
        ({"readout": "lefd"}, "unknown readout 'lefd'; did you mean 'left'"),
        ({"drug": "none"}, "doses: none are given, and 'none' is 0 in the file; give doses"),
        ({"doses": [1, 2, 3, -4, 5]}, "doses: a dose of -4; doses are from 0 up"),
        ({"doses": [1, 2, 3]}, "doses: 3 different doses above zero; give at least five"),
        ({"doses": ["1 nM"]}, "'1 nM' is neither a factor nor a number"),
        ({"at": 3.0}, r"at 3 it is over \(2\); make the scenario longer"),
        ({"scenario": RUN.with_parameters({"A": "0"})}, "there is no A to suppress with k at zero"),
    ],
)
def test_what_cannot_be_asked(model: Model, changes: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"scenario": RUN, "drug": "k", "readout": "A", **changes}
    with pytest.raises(ScenarioError, match=message):
        pw.inhibition_curve(model, **given)


def test_a_readout_that_is_no_number_at_dose_zero(model: Model) -> None:
    with pytest.raises(ScenarioError, match="there is no over to suppress with none at zero"):
        pw.inhibition_curve(model, RUN, "none", "over", doses=[1.0, 2.0, 3.0, 4.0, 5.0])


def test_a_run_that_fails(tmp_path: Path) -> None:
    law = apply("divide", "C", "k")
    text = document(
        compartments=CELL,
        species=species("A", "6"),
        parameters=parameter("k", "2"),
        reactions=reaction(law, "", "1 A"),
    )
    broken = pw.load(write(tmp_path, text))
    with pytest.raises(SolveError, match=r"it fails with k at zero: .*; dose something else"):
        pw.inhibition_curve(broken, RUN, "k", "A")
    with pytest.raises(SolveError, match="change its parameters"):
        pw.suppression(broken, RUN.with_parameters({"k": "0"}), ["A"])
    several = [RUN.with_parameters({"k": text}) for text in ("0", "1")]
    table = pw.suppression(broken, several, ["A"])
    assert np.isnan(table["A"].iloc[0])
    assert table["A"].iloc[1] == pytest.approx(1.0 - 5.0 / 4.0)
    assert table.attrs["status"][0] != "ok"


def test_areas_have_bounds(model: Model) -> None:
    with pytest.raises(ScenarioError, match="2 is not before the end of the area; start earlier"):
        pw.suppression(model, RUN, ["A"], auc=True, since=2.0)


def test_the_command_line(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["curve", "I", "--model", str(file), "--readout", "left", "--duration", "2"]
    assert main([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ic50"] == pytest.approx(HALF, rel=1e-6)
    assert main([*words, "--doses", "1, 2,4,x4,16", "--at", "1 s", "--auc", "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [float(row["dose"]) for row in rows] == [0.0, 1.0, 2.0, 4.0, 8.0, 16.0]
    assert main(["curve", "Ki", *words[2:]]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "parameter 'Ki': is not in the model" in error
