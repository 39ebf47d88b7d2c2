"""What ``show`` says of findings and what they test, and ``info --files`` of every file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pathway.cli.files import file_sizes
from pathway.cli.tested import asked_findings, describe, names_in
from pathway.findings.entities import Run, Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from pathway.model import Model
    from tests.command import Ended

RUN = Run(
    name="one",
    duration="2 h",
    context="SKBR3",
    drugs=(("lapatinib", "1 uM"),),
    ligands=(("HRG", "1 nM"),),
    lesions=(("p95HER2", 0.3), ("PTEN_loss", True)),
    parameters=(("HER3.total", "x0.5"),),
    pretreat="1 h",
    steps=(
        Step(action="then", duration="4 h", drugs=(("trastuzumab", "10 nM"),)),
        Step(action="wash", duration="24 h"),
    ),
    start=-60.0,
    stop=1800.0,
)


def test_a_run_in_words() -> None:
    assert describe(RUN, "MCF7") == (
        "SKBR3, p95HER2=0.3, PTEN_loss, HER3.total=x0.5, lapatinib 1 uM for 1 h, then, "
        "HRG 1 nM for 2 h, then trastuzumab 10 nM for 4 h, wash drugs for 24 h"
    )
    assert describe(Run(name="r", duration="1 h", start=0.0, stop=60.0), "MCF7") == (
        "MCF7, untreated for 1 h"
    )


def test_the_names_of_a_run() -> None:
    assert set(names_in(RUN, "MCF7")) == {
        *("SKBR3", "lapatinib", "trastuzumab", "HRG", "p95HER2", "PTEN_loss")
    }
    assert list(names_in(Run(name="r", duration="1 h", start=0.0, stop=60.0), "MCF7")) == ["MCF7"]


def test_every_shipped_finding_asks_of_runs_or_says_why_not(her2: Model) -> None:
    for asked in asked_findings(her2.declared):
        assert asked.runs or asked.panel or asked.finding.reason, asked.finding.id


def test_findings_name_what_takes_part(her2: Model) -> None:
    by_id = {asked.finding.id: asked for asked in asked_findings(her2.declared)}
    names = by_id["C14"].names(her2.declared)
    assert {"SKBR3", "BT474", "trastuzumab", "pertuzumab"} <= names
    assert "lapatinib" not in names
    assert "PIK3CA_K111N" in names  # BT474 has it


@pytest.mark.parametrize("name", ["blocker", "tR", "CELL", "L"])
def test_what_no_finding_tests_says_so(run: Callable[..., Ended], name: str) -> None:
    page = json.loads(run("show", name, "--json").out)[0]
    assert page["findings that test it"] == "none"


def test_consequences_in_words(run: Callable[..., Ended]) -> None:
    (page,) = json.loads(run("show", "antibody", "--json").out)
    assert (
        page["changes rates"] == "R_phosphorylation: rate x 0.2 of R(ect~antibody) (antibody_slows)"
    )
    changes = {
        "tR": "the amount (default 0.3 1) of R is tR",
        "R_amplification": "multiplies R by the amount (default 10 1)",
        "L_autocrine": "L is there at the amount (default 0.5 nM), always",
        "K_loss": "takes the amount (default 1 1) of K away",
    }
    for name, words in changes.items():
        assert json.loads(run("show", name, "--json").out)[0]["change"] == words


def test_every_file_has_its_size(run: Callable[..., Ended]) -> None:
    ended = run("info", "--files", "--json")
    rows = {(row["kind"], row["id"]): row for row in ended.rows}
    assert list(dict.fromkeys(kind for kind, _ in rows)) == ["drug", "ligand", "lesion", "context"]
    assert len(rows) == 3 + 1 + 5 + 2
    blocker = rows["drug", "blocker"]
    plain = rows["context", "CELL"]
    assert blocker["species"] > plain["species"] > 0
    assert (blocker["budget"], plain["budget"]) == (350, 180)
    assert blocker["within"] is True
    assert blocker["species +"] == blocker["species"]  # the toy has neither antibody
    assert rows["drug", "orphan"]["species"] is None  # no cell has its target
    assert "processor time" in run("info", "--files").out


@pytest.mark.slow
def test_every_shipped_file_is_within_the_budget(her2: Model) -> None:
    calls: list[tuple[int, int]] = []
    rows = file_sizes(her2, lambda done, total: calls.append((done, total)))
    assert calls[-1] == (len(rows), len(rows))
    for row in rows:
        # A file that no cell line has a use for would be empty here.
        assert 0 < int(str(row["species"])) <= int(str(row["budget"])), row["id"]
        assert int(str(row["species"])) <= int(str(row["species +"])), row["id"]
        assert int(str(row["species +"])) <= int(str(row["budget +"])), row["id"]
