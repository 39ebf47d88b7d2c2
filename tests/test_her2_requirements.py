"""What the HER2 model has to show (M1-M8) and what was published (C01-C47), put to it together.

The requirements must hold. The published findings must be asked and their failures shown: a model
that is not yet fitted to data fails some of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import pathway as pw
from pathway.findings.evidence import model_names
from pathway.findings.reader import findings_files, read_findings

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from pathway.findings.evidence import Evidence
    from pathway.model import Model

pytestmark = pytest.mark.slow  # one simulation of all findings

REQUIREMENTS = (
    *("M1a", "M1b", "M1c"),
    *("M2a", "M2b", "M2c", "M2d", "M2e"),
    "M3",
    *("M4a", "M4b", "M4c", "M4d", "M4e"),
    *("M5a", "M5b"),
    *("M6a", "M6b", "M6c"),
    *("M7a", "M7b", "M7c"),
    *("M8a", "M8b"),
)
PUBLISHED = tuple(f"C{number:02}" for number in range(1, 48))
KNOCKED_OUT = ("C06", "C21", "C36")
"""Findings whose mechanism the tests of mechanisms knock out: they have to be there first."""
ANTIBODY = "10 ug/mL"


@pytest.fixture(scope="module")
def evidence(her2: Model) -> Evidence:
    return pw.check_evidence(her2, ids=(*PUBLISHED, *REQUIREMENTS))


def row(table: pd.DataFrame, finding: str) -> pd.Series[str]:
    found = table[table["id"] == finding]
    assert len(found) == 1, f"{finding} is in the table {len(found)} times"
    return found.iloc[0]


def numbers(evidence: Evidence, finding: str) -> list[float]:
    """Return the first number found by each expectation of a finding."""
    rows = evidence.expectations[evidence.expectations["id"] == finding]
    return [float(re.split(r",\s*", found)[0]) for found in rows["found"]]


def test_no_requirement_or_finding_is_left_out_here(root: Path, her2: Model) -> None:
    names = model_names(her2.declared)
    places = findings_files([root / "models" / "her2" / "findings"])
    ids = [finding.id for path in places for finding in read_findings(path, names).findings]
    numbered = [one for one in ids if re.fullmatch(r"[CM]\d+[a-z]?", one)]
    assert sorted(numbered) == sorted((*PUBLISHED, *REQUIREMENTS))


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_the_model_shows_what_it_has_to(evidence: Evidence, requirement: str) -> None:
    found = row(evidence.table, requirement)
    broken = [
        f"{line['expected']}: found {line['found']}"
        for _, line in evidence.expectations.iterrows()
        if line["id"] == requirement and line["verdict"] != "pass"
    ]
    message = "\n  ".join([f"{requirement} ({found['claim']}) held {found['held']}", *broken])
    assert found["verdict"] == "pass", message
    assert broken == [], message
    assert found["basis"] == "requirement"


def test_every_finding_is_counted_once(evidence: Evidence) -> None:
    assert len(evidence.table) == len(PUBLISHED) + len(REQUIREMENTS)
    assert sum(evidence.counts.values()) == 47 + len(REQUIREMENTS)
    assert set(evidence.table["verdict"]) <= {"pass", "fail", "not expressible"}
    assert not evidence.table["id"].duplicated().any()


def test_at_least_25_published_findings_are_asked(evidence: Evidence) -> None:
    published = evidence.table[evidence.table["id"].isin(PUBLISHED)]
    asked = published[published["verdict"] != "not expressible"]
    assert len(asked) >= 25
    assert asked["held"].str.fullmatch(r"\d+/\d+").all()
    left = published[published["verdict"] == "not expressible"]
    assert left["found"].str.len().gt(20).all(), "what cannot be asked says why"


def test_failures_are_listed_with_what_was_found(evidence: Evidence) -> None:
    failing = list(evidence.table[evidence.table["verdict"] == "fail"]["id"])
    assert list(evidence.failures["id"]) == failing
    assert not set(failing) & set(REQUIREMENTS)
    details = evidence.expectations
    for finding in failing:
        broken = details[(details["id"] == finding) & (details["verdict"] == "fail")]
        held, asked = row(evidence.table, finding)["held"].split("/")
        assert len(broken) == int(asked) - int(held) > 0
        assert broken["expected"].str.len().gt(0).all()
        assert broken["found"].str.contains(r"\d").all(), f"{finding} failed without a number"


def test_verdicts_follow_from_the_expectations(evidence: Evidence) -> None:
    for finding, lines in evidence.expectations.groupby("id"):
        passed = (lines["verdict"] == "pass").all()
        verdict = row(evidence.table, str(finding))["verdict"]
        assert verdict == ("pass" if passed else "fail"), finding


def test_findings_with_a_named_mechanism_are_asked(evidence: Evidence) -> None:
    for finding in KNOCKED_OUT:
        assert row(evidence.table, finding)["verdict"] != "not expressible"


def test_suppression_says_what_the_evidence_says(her2: Model, evidence: Evidence) -> None:
    both = {"trastuzumab": ANTIBODY, "pertuzumab": ANTIBODY}
    cells = [
        pw.Scenario(context=context, drugs=drugs, duration="1 h").then(
            "24 h", ligands={"HRG": "1 nM"}
        )
        for context in ("SKBR3", "BT474")
        for drugs in ({"trastuzumab": ANTIBODY}, {"pertuzumab": ANTIBODY}, both)
    ]
    table = pw.suppression(her2, cells, readouts=("pAKT_S473",))
    single, other, pair = table["pAKT_S473"].to_numpy().reshape(2, 3).T
    gains = pair - [max(two) for two in zip(single, other, strict=True)]
    assert gains == pytest.approx(numbers(evidence, "M3"), rel=0.01)
    assert (gains >= 0.05).all()


def test_the_p95_cell_is_blind_to_antibodies_by_the_public_call_too(
    her2: Model, evidence: Evidence
) -> None:
    doses = {
        "trastuzumab": ANTIBODY,
        "pertuzumab": ANTIBODY,
        "lapatinib": "1 uM",
        "tucatinib": "1 uM",
        "neratinib": "100 nM",
    }
    cells = [
        pw.Scenario(context="MCF7_p95HER2", drugs={drug: dose}) for drug, dose in doses.items()
    ]
    found = pw.suppression(her2, cells, readouts=("pAKT_S473",))["pAKT_S473"].to_numpy()
    assert abs(found[:2]).max() < 0.1
    assert found[2:].min() > 0.5
    assert found[2:] == pytest.approx(numbers(evidence, "M1b")[1::2], rel=0.01)
