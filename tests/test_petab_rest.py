"""PEtab problems that rest first, and ``pathway petab``."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

import pathway as pw
from pathway.cli.main import main
from pathway.errors import DeclarationError, SolveError, UnsupportedError
from tests.petab_text import table, write_problem
from tests.sbml_text import CELL, apply, document, parameter, reaction, species
from tests.sbml_text import math as formula

if TYPE_CHECKING:
    from pathlib import Path

MADE = reaction(apply("times", "C", "made"), "", "1 A", name="R")
LOST = reaction(apply("times", "C", "k", "A"), "1 A")


def model(reactions: str, events: str = "") -> str:
    return document(
        compartments=CELL,
        species=species("A", "6"),
        parameters=parameter("k", "0.5") + parameter("made", "2") + parameter("p", "1"),
        reactions=reactions,
        events=events,
    )


MODEL = model(MADE + LOST)
"""A rests at made / k."""
OBSERVABLES = table(("observableId observableFormula noiseFormula", "z A sd"))
CONDITIONS = table(("conditionId k made", "slow 0.1 -", "fast 0.8 -", "more - 5"))
HEAD = "observableId preequilibrationConditionId simulationConditionId measurement time"
ROWS = ("z slow fast 20 1", "z slow more 20 2", "z - fast 3 1", "z slow slow 20 3")
FILES = {
    "model.xml": MODEL,
    "observables.tsv": OBSERVABLES,
    "conditions.tsv": CONDITIONS,
    "measurements.tsv": table((HEAD, *ROWS)),
}
K = 0.25
"""What the parameter table says of k, where no condition does."""


def course(start: float, rest: float, rate: float, time: float) -> float:
    return rest + (start - rest) * math.exp(-rate * time)


def test_a_model_goes_on_from_its_rest(tmp_path: Path) -> None:
    problem = pw.load_petab(write_problem(tmp_path, **FILES))
    found = problem.simulate()["simulation"]
    expected = [
        course(20.0, 2.5, 0.8, 1.0),
        course(20.0, 5.0 / K, K, 2.0),
        course(3.0, 2.5, 0.8, 1.0),
        20.0,
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_initial_values_of_the_second_condition_replace_the_rest(tmp_path: Path) -> None:
    conditions = table(("conditionId k A", "slow 0.1 -", "fast 0.8 4"))
    rows = table((HEAD, "z slow fast 1 1"))
    files = {**FILES, "conditions.tsv": conditions, "measurements.tsv": rows}
    found = pw.load_petab(write_problem(tmp_path, **files)).simulate()["simulation"]
    np.testing.assert_allclose(found, [course(4.0, 2.5, 0.8, 1.0)], rtol=1e-6)


def test_time_without_end_is_the_rest(tmp_path: Path) -> None:
    rows = table((HEAD, "z - fast 3 inf", "z slow fast 3 inf", "z slow fast 3 1", "z - more 9 inf"))
    files = {**FILES, "measurements.tsv": rows}
    problem = pw.load_petab(write_problem(tmp_path, **files))
    found = problem.simulate()
    np.testing.assert_allclose(
        found["simulation"], [2.5, 2.5, course(20.0, 2.5, 0.8, 1.0), 5.0 / K], rtol=1e-6
    )
    assert math.isinf(found["time"][0])
    assert math.isfinite(problem.log_likelihood())


def test_one_simulation_gives_table_and_score(tmp_path: Path) -> None:
    problem = pw.load_petab(write_problem(tmp_path, **FILES))
    told: list[tuple[int, int]] = []
    found, score = problem.simulate_and_score(lambda done, total: told.append((done, total)))
    assert found.equals(problem.simulate())
    assert score == problem.log_likelihood()
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_model_that_has_no_rest(tmp_path: Path) -> None:
    files = {**FILES, "model.xml": model(MADE)}
    with pytest.raises(
        SolveError, match=r"condition 'slow': does not come to rest: '.*A.*' still changes at time"
    ):
        pw.load_petab(write_problem(tmp_path, **files)).simulate()


def test_a_model_with_events_is_not_brought_to_rest(tmp_path: Path) -> None:
    trigger = formula(apply("gt", "A", "100"))
    event = (
        '<event id="E" useValuesFromTriggerTime="true">'
        f'<trigger initialValue="true" persistent="true">{trigger}</trigger>'
        "</event>"
    )
    files = {**FILES, "model.xml": model(MADE + LOST, event)}
    problem = pw.load_petab(write_problem(tmp_path, **files))
    with pytest.raises(UnsupportedError, match="'slow': is to rest, and 'm' has 1 events"):
        problem.log_likelihood()


def test_an_unknown_condition_to_rest_under(tmp_path: Path) -> None:
    files = {**FILES, "measurements.tsv": table((HEAD, "z slwo fast 20 1"))}
    with pytest.raises(DeclarationError, match="unknown condition 'slwo'; did you mean 'slow'"):
        pw.load_petab(write_problem(tmp_path, **files))


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(write_problem(tmp_path, **FILES))
    problem = pw.load_petab(file)
    score, simulated = problem.log_likelihood(), list(problem.simulate()["simulation"])
    assert main(["petab", file]) == 0
    assert f"{score:.10g}" in capsys.readouterr().out
    out = tmp_path / "simulated.tsv"
    assert main(["petab", file, "--json", "--out", str(out)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["log_likelihood"] == score
    assert [row["simulation"] for row in found["rows"]] == simulated
    written = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8")), delimiter="\t"))
    assert [float(row["simulation"]) for row in written] == simulated
    assert main(["petab", file, "--csv"]) == 0
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 5
    assert f"log-likelihood {score!r}" in printed.err


def test_bad_input_ends_with_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = write_problem(tmp_path, ("log laplace", "log cauchy"))
    for file, message in (
        (tmp_path / "none.yaml", "none.yaml: cannot be read"),
        (broken, "unknown noiseDistribution 'cauchy'"),
    ):
        assert main(["petab", str(file)]) == 2
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert message in error
    fails = write_problem(tmp_path, ("sd lin 0 1 0.3", "sd lin 0 1 0"))
    assert main(["petab", str(fails)]) == 1
    assert "its noise is 0" in capsys.readouterr().err
