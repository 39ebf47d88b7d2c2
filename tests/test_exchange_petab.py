"""Findings as PEtab problems: read back, they simulate the same, and other tools accept them."""

from __future__ import annotations

import csv
import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pathway as pw
from pathway.cli.main import main
from pathway.errors import EvidenceError, PathwayError
from pathway.exchange.measured import Datum
from pathway.exchange.petab import write_petab
from pathway.findings.evidence import posed_findings
from pathway.findings.petab import export_findings, findings_data
from tests.command import files
from tests.findings_numbers import write_findings
from tests.toy import write_toy

if TYPE_CHECKING:
    from pathlib import Path

    from pathway.findings.petab import PetabExport
    from pathway.model import Model

TIGHT: dict[str, Any] = {"rtol": 1e-10, "atol": 1e-13, "method": "LSODA"}
TABLES = ("conditions", "measurements", "observables", "parameters")
NAMES = sorted(["p_model.xml", *(f"p_{name}.tsv" for name in TABLES)])


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return pw.load(write_toy(tmp_path_factory.mktemp("toy")))


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_findings(tmp_path_factory.mktemp("findings"))


@pytest.fixture(scope="module")
def written(toy: Model, numbers: Path, tmp_path_factory: pytest.TempPathFactory) -> PetabExport:
    return export_findings(toy, tmp_path_factory.mktemp("problem") / "p.yaml", files=numbers)


def rows_of(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines(), delimiter="\t"))


def worst_difference(model: Model, file: Path, data: list[Datum]) -> float:
    """Return how far the problem's simulations are from the model's own, relative."""
    problem = pw.load_petab(file)
    scenarios = list(dict.fromkeys(datum.scenario for datum in data))
    times = sorted({datum.time for datum in data})
    alone = pw.simulate(model, scenarios, times=times, **TIGHT)
    worst = 0.0
    for datum, row in zip(data, problem.simulate().to_dict("records"), strict=True):
        run = alone[datum.readout].isel(scenario=scenarios.index(datum.scenario))
        scale = problem.parameters[row["observableParameters"]].nominal if datum.scale else 1.0
        expected = scale * float(run.sel(time=datum.time))
        worst = max(worst, abs(row["simulation"] / expected - 1.0))
    return worst


def test_read_back_it_simulates_the_same(toy: Model, numbers: Path, written: PetabExport) -> None:
    data, _ = findings_data(posed_findings(toy.declared, numbers))
    assert worst_difference(toy, written.path, data) < 1e-6


@pytest.mark.slow
def test_the_shipped_findings_share_one_network(her2: Model, tmp_path: Path) -> None:
    written = export_findings(her2, tmp_path / "p.yaml")
    data, left_out = findings_data(posed_findings(her2.declared))
    assert written.measurements == len(data) > 64
    assert written.left_out == tuple(left_out)
    assert worst_difference(her2, written.path, data) < 1e-6


def test_folds_share_the_level_they_are_relative_to(written: PetabExport) -> None:
    rows = rows_of(written.path.with_name("p_measurements.tsv"))
    asked = [(row["datasetId"], float(row["time"]), float(row["measurement"])) for row in rows]
    assert asked[:5] == [
        *(("N1_1", 0.0, 1.0), ("N1_1", 5.0, 1.4), ("N1_2", 60.0, 1.2)),
        *(("N1_3", 0.0, 1.0), ("N1_3", 60.0, 1.3)),
    ]
    assert {row["observableParameters"] for row in rows[:3]} == {"scale_of_N1_1"}
    assert float(rows[0]["noiseParameters"]) == pytest.approx(math.log10(1.5))
    assert float(rows[6]["noiseParameters"]) == pytest.approx(math.log10(2.0))
    assert float(rows[6]["measurement"]) == pytest.approx(1.0 - 0.6)
    assert written.left_out == (
        ("N3", "needs measurements: give data="),
        ("N4", "states no number"),
    )
    assert written.measurements == len(rows) == 14


def test_what_is_relative_is_met_by_its_scale(written: PetabExport) -> None:
    simulated = pw.load_petab(written.path).simulate().to_dict("records")
    measured = rows_of(written.path.with_name("p_measurements.tsv"))
    seen: set[str] = set()
    for found, row in zip(simulated, measured, strict=True):
        scale = row["observableParameters"]
        if scale not in seen and scale != "1.0":
            seen.add(scale)
            assert found["simulation"] == pytest.approx(1.0, rel=1e-6)
    assert len(seen) == 6


def test_declared_spreads_are_priors(toy: Model, written: PetabExport) -> None:
    rows = {row["parameterName"]: row for row in rows_of(written.files[1])}
    known = toy.declared.drugs["blocker"].module.parameters
    declared = {one.id: one for one in known}["blocker_binding.kon"]
    row = rows["blocker_binding.kon"]
    mean, spread = map(float, row["objectivePriorParameters"].split(";"))
    assert row["objectivePriorType"] == "parameterScaleNormal"
    assert (10.0**mean, 10.0**spread) == pytest.approx((declared.value, declared.fold))
    assert float(row["nominalValue"]) == declared.value
    assert float(row["lowerBound"]) < declared.value < float(row["upperBound"])
    # What a condition sets is not estimated.
    assert "R.total" not in rows
    assert "R_phosphorylation.k" not in rows


def test_measured_columns_have_a_scale_and_a_spread(
    toy: Model, numbers: Path, tmp_path: Path
) -> None:
    cell = toy.declared.contexts["CELL"]
    more = [
        replace(
            cell,
            id=f"C{number}",
            totals=tuple(replace(one, value=one.value * (1 + number)) for one in cell.totals),
        )
        for number in range(11)
    ]
    many = toy.with_contexts(*more)
    where: dict[str, Any] = {"files": numbers, "data": numbers.parent / "data"}
    found = export_findings(many, tmp_path / "p.yaml", ["N3"], **where)
    rows = rows_of(tmp_path / "p_measurements.tsv")
    assert len(rows) == found.measurements == 12  # one lies at the floor
    assert {row["observableParameters"] for row in rows} == {"scale_of_pR"}
    assert {row["noiseParameters"] for row in rows} == {"spread_of_pR"}
    assert float(rows[0]["measurement"]) == pytest.approx(10.0**0.5)
    problem = pw.load_petab(tmp_path / "p.yaml")
    ratios = np.log10(
        [float(row["measurement"]) for row in rows] / problem.simulate()["simulation"].to_numpy()
    )
    assert np.mean(ratios) == pytest.approx(0.0, abs=1e-6)
    spread = problem.parameters["spread_of_pR"].nominal
    assert np.sqrt(np.mean(ratios**2)) == pytest.approx(spread, rel=1e-6)
    data, _ = findings_data(posed_findings(many.declared, ids=["N3"], **where))
    assert worst_difference(many, tmp_path / "p.yaml", data) < 1e-6


def in_roadrunner(written: PetabExport) -> list[float]:
    """Return what libRoadRunner makes of the problem: each rest, then each measurement from it."""
    roadrunner = pytest.importorskip("roadrunner", reason="libRoadRunner is not installed")
    text = written.files[-1].read_text(encoding="utf-8")
    moving = re.findall(r'<rateRule variable="(\w+)"', text)
    tables = {name: rows_of(written.path.with_name(f"p_{name}.tsv")) for name in TABLES}
    values = {row.pop("conditionId"): row for row in tables["conditions"]}
    shown = {row["observableId"]: row["observableName"] for row in tables["observables"]}
    numbers = {row["parameterId"]: row["nominalValue"] for row in tables["parameters"]}
    simulator = roadrunner.RoadRunner(str(written.files[-1]))
    simulator.integrator.setValue("absolute_tolerance", 1e-12)
    simulator.integrator.setValue("relative_tolerance", 1e-10)

    def under(condition: str) -> None:
        for name, value in values[condition].items():
            if name != "conditionName":
                simulator[name] = float(value)

    found, rests = [], {}
    for row in tables["measurements"]:
        before, readout = row["preequilibrationConditionId"], shown[row["observableId"]]
        simulator.resetAll()
        under(before)
        simulator.reset()  # what follows from changed totals is computed anew
        if before not in rests:
            simulator.simulate(0, 1e6, 2)
            states = [*simulator.model.getFloatingSpeciesIds(), *moving]
            rests[before] = {name: simulator[name] for name in states}
            simulator.reset()
        under(row["simulationConditionId"])
        for name, value in rests[before].items():
            simulator[name] = value
        simulator.timeCourseSelections = ["time", readout]
        time = float(row["time"])
        level = simulator.simulate(0, time, 2)[-1, 1] if time else simulator[readout]
        scale = row["observableParameters"]
        found.append(float(level) * float(numbers.get(scale, scale)))
    return found


def test_libroadrunner_simulates_the_same(written: PetabExport) -> None:
    ours = pw.load_petab(written.path).simulate()["simulation"]
    np.testing.assert_allclose(in_roadrunner(written), ours, rtol=1e-6)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of pandas, in what petab calls
def test_the_petab_package_accepts_it(written: PetabExport) -> None:
    petab = pytest.importorskip("petab.v1", reason="the peers extra is not installed")
    problem = petab.Problem.from_yaml(str(written.path))
    assert not petab.lint_problem(problem)


def test_libsbml_finds_nothing_wrong_with_the_model(written: PetabExport) -> None:
    libsbml = pytest.importorskip("libsbml", reason="python-libsbml is not installed")
    document = libsbml.readSBMLFromFile(str(written.files[-1]))
    document.checkConsistency()
    worst = [document.getError(place) for place in range(document.getNumErrors())]
    assert [one.getMessage() for one in worst if one.getSeverity() > 0] == []


def test_the_same_findings_give_the_same_bytes(
    toy: Model, numbers: Path, written: PetabExport, tmp_path: Path
) -> None:
    again = export_findings(toy, tmp_path / "p.yaml", files=numbers)
    assert files(tmp_path) == ["p.yaml", *NAMES]
    for one, other in zip(written.files, again.files, strict=True):
        assert one.read_bytes() == other.read_bytes()


def datum(**changed: Any) -> Datum:
    given: dict[str, Any] = {
        "scenario": pw.Scenario(context="CELL", duration="1 h"),
        "readout": "pR",
        "time": 30.0,
        "value": 1.0,
        "scale": "",
        "noise": 0.1,
        "dataset": "mine",
    }
    return Datum(**(given | changed))


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("p.txt", [{}], r"unknown suffix '\.txt'; name it problem\.yaml"),
        ("p.yaml", [], "nothing is measured; name findings that state a number"),
        (
            "p.yaml",
            [{"scenario": pw.Scenario(duration="1 h", medium_volume_per_cell="1 nL")}],
            "uses its medium up, and conditions hold it constant; leave the medium out",
        ),
        (
            "p.yaml",
            [{"readout": "R_drugged", "scenario": pw.Scenario(drugs={"blocker": "0 nM"})}],
            "mine: .*: R_drugged at 30 min is 0, which nothing is relative to",
        ),
        ("none/p.yaml", [{}], "cannot be written"),
    ],
)
def test_refused(
    toy: Model, tmp_path: Path, name: str, changes: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(PathwayError, match=message):
        write_petab(toy, [datum(**change) for change in changes], tmp_path / name)
    assert files(tmp_path) == []


def test_findings_without_a_number(toy: Model, numbers: Path, tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"none states a number \(N4\); choose some of kind"):
        export_findings(toy, tmp_path / "p.yaml", ["N4"], files=numbers)
    with pytest.raises(EvidenceError, match="unknown finding 'N5'; known: 'N1'"):
        export_findings(toy, tmp_path / "p.yaml", ["N5"], files=numbers)
    with pytest.raises(PathwayError, match="a PEtab problem holds what was measured"):
        pw.export(toy, pw.Scenario(), tmp_path / "p.yaml")


def test_the_command_line(
    toy_folder: Path, numbers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "p.yaml"
    words = ["export", "--model", str(toy_folder), "--out", str(out), "--findings", str(numbers)]
    assert main([*words, "--finding", "N1", "--finding", "N4"]) == 0
    told = capsys.readouterr().err
    assert "N4: states no number" in told
    assert "p.yaml: 5 measurements" in told
    assert main([*words, "--finding", "all"]) == 0
    assert "14 measurements" in capsys.readouterr().err
    assert main(["petab", str(out)]) == 0
    for more, message in (
        ([], "there is no --finding; name one, or --finding all"),
        (["--finding", "N1", "--context", "CELL"], "findings have runs of their own"),
        (["--finding", "N9"], "unknown finding 'N9'"),
    ):
        assert main([*words, *more]) == 2
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert message in error
