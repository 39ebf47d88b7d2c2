"""The shipped findings: all there, all readable, and naming only what the model has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pathway.findings.entities import Basis, Kind
from pathway.findings.evidence import model_names
from pathway.findings.language import Word, walk
from pathway.findings.reader import findings_files, read_findings
from pathway.findings.runs import scenario
from pathway.scenario import resolve

if TYPE_CHECKING:
    from pathlib import Path

    from pathway.findings.entities import Finding, FindingsFile
    from pathway.model import Model


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


def test_substitutes_are_said_in_a_note(findings: dict[str, Finding]) -> None:
    for id_ in ("C24", "C29", "C30", "C33", "C36", "C40", "C42"):
        assert "stands for" in findings[id_].note
