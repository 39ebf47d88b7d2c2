"""Every shipped finding that fails says which mechanism or number is suspected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pathway.findings.evidence import check_evidence

if TYPE_CHECKING:
    from pathlib import Path

    from pathway.findings.evidence import Evidence
    from pathway.model import Model

pytestmark = pytest.mark.slow  # one simulation of all findings


@pytest.fixture(scope="module")
def evidence(her2: Model, shared: Path) -> Evidence:
    return check_evidence(her2, data=shared / "data")


def test_what_fails_says_what_is_suspected(evidence: Evidence) -> None:
    silent = evidence.failures[evidence.failures["suspect"].str.len() < 40]
    assert list(silent["id"]) == []


def test_only_what_memory_may_not_demand_is_left_unasked(evidence: Evidence) -> None:
    left = evidence.table[evidence.table["verdict"] == "not expressible"]
    assert list(left["id"]) == ["C23"]
    assert left["found"].iloc[0].startswith("from memory and of strength B")


def test_no_suspect_is_shown_of_what_passes(evidence: Evidence) -> None:
    passed = evidence.table[evidence.table["verdict"] != "fail"]
    assert (passed["suspect"] == "").all()
