"""The shipped findings: all there, all readable, and naming only what the model has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from pathway.findings.entities import Basis, Kind
from pathway.findings.evidence import check_evidence, model_names
from pathway.findings.language import Word, walk
from pathway.findings.posing import NO_DATA
from pathway.findings.reader import findings_files, read_findings
from pathway.findings.runs import named as run_names
from pathway.findings.runs import scenario
from pathway.scenario import resolve

if TYPE_CHECKING:
    from pathlib import Path

    from pathway.findings.entities import Finding, FindingsFile, Names, Run
    from pathway.model import Model

TRENDS = ("TREND_pErbB2", "TREND_pErbB3", "TREND_pAKT", "TREND_pERK")
RHO = re.compile(r"rho = (-?[0-9.]+) \[(-?[0-9.]+), (-?[0-9.]+)\], n = 39")


@pytest.fixture(scope="module")
def files(root: Path, her2: Model) -> list[FindingsFile]:
    names = model_names(her2.declared)
    places = findings_files([root / "models" / "her2" / "findings"])
    return [read_findings(path, names) for path in places]


@pytest.fixture(scope="module")
def findings(files: list[FindingsFile]) -> dict[str, Finding]:
    return {finding.id: finding for file in files for finding in file.findings}


def test_all_47_findings_are_there_and_at_least_30_are_executable(
    findings: dict[str, Finding],
) -> None:
    published = [f"C{number:02}" for number in range(1, 48)]
    assert [id_ for id_ in sorted(findings) if id_.startswith("C")] == published
    assert sum(bool(findings[id_].expectations) for id_ in published) >= 30


def test_all_eight_requirements_are_executable(findings: dict[str, Finding]) -> None:
    required = {id_: finding for id_, finding in findings.items() if id_.startswith("M")}
    assert {id_[1] for id_ in required} == set("12345678")
    assert all(finding.basis is Basis.REQUIREMENT for finding in required.values())
    assert all(finding.expectations for finding in required.values())


def test_no_finding_is_listed_twice(
    files: list[FindingsFile], findings: dict[str, Finding]
) -> None:
    assert sum(len(file.findings) for file in files) == len(findings)


def test_published_findings_use_bounds_only_with_a_stated_threshold(
    findings: dict[str, Finding],
) -> None:
    bounds = [
        expectation
        for finding in findings.values()
        for expectation in finding.expectations
        if expectation.kind is Kind.BOUND
    ]
    assert bounds
    assert all(expectation.threshold for expectation in bounds)


def test_every_run_is_used_and_means_something_to_the_model(
    files: list[FindingsFile], her2: Model
) -> None:
    for file in files:
        named = {
            word.text
            for finding in file.findings
            for expectation in finding.expectations
            for word in walk(expectation.expression)
            if isinstance(word, Word)
        }
        for name, run in file.runs.items():
            assert name in named, f"{file.path}: run {name} is not used"
            resolved = resolve(her2.declared, scenario(run, name))
            assert resolved.duration == pytest.approx(run.stop - run.start)


def lacking(run: Run, names: Names) -> list[str]:
    known = {*names.contexts, *names.drugs, *names.ligands, *names.lesions}
    return [name for _, name in run_names(run) if name not in known]


def test_what_the_model_may_lack_it_has(files: list[FindingsFile], her2: Model) -> None:
    names = model_names(her2.declared)
    missing = {name for file in files for run in file.runs.values() for name in lacking(run, names)}
    assert not missing


def test_trends_over_the_lines_are_against_measurement(findings: dict[str, Finding]) -> None:
    for id_ in TRENDS:
        (expectation,) = findings[id_].expectations
        assert (expectation.kind, expectation.basis) == (Kind.RANK, Basis.DATA)


def test_without_measurements_the_trends_are_not_expressible(her2: Model) -> None:
    evidence = check_evidence(her2, ids=TRENDS)
    assert evidence.counts == {"pass": 0, "fail": 0, "not expressible": len(TRENDS)}
    assert set(evidence.table["found"]) == {NO_DATA}


def test_the_trends_are_ranked_over_all_39_lines(her2: Model, shared: Path) -> None:
    evidence = check_evidence(her2, ids=TRENDS, data=shared / "data", seed=0)
    assert list(evidence.table["id"]) == list(TRENDS)
    assert set(evidence.table["verdict"]) <= {"pass", "fail"}
    for row in evidence.expectations.to_dict("records"):
        found = RHO.fullmatch(str(row["found"]))
        assert found is not None, row["found"]
        rho, low, high = map(float, found.groups())
        assert -1.0 <= low <= rho <= high <= 1.0
        if abs(low) >= 0.01:  # printed with two digits
            assert (row["verdict"] == "pass") == (low > 0.0)
        assert "absent" not in str(row["note"])
    floors = [str(note).partition("floor: ")[2] for note in evidence.expectations["note"]]
    assert floors == ["9 of 39", "29 of 39", "0 of 39", "0 of 39"]


def test_substitutes_are_said_in_a_note(findings: dict[str, Finding]) -> None:
    for id_ in ("C24", "C29", "C30", "C33", "C36", "C40", "C42"):
        assert "stands for" in findings[id_].note
