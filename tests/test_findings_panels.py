"""Panels, measured columns, needs and suspects of a findings file, and every way to get them wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pathway.errors import EvidenceError
from pathway.findings.entities import Member, Names, Series
from pathway.findings.measurements import at_floor, members
from pathway.findings.posing import NO_DATA, pose
from pathway.findings.reader import read_findings

if TYPE_CHECKING:
    from pathlib import Path

NAMES = Names(
    contexts=("SKBR3", "BT474", "HS578T"),
    drugs=("blocker",),
    ligands=("L",),
    lesions=("loss",),
    readouts=("pR",),
)
RUNS = """version = 1
[run]
basal = { duration = "1 h" }
fixed = { context = "SKBR3", duration = "1 h" }
new = { context = "T47D", drugs = { novel = "1 nM" }, duration = "1 h" }
later = { duration = "1 h", lesions = { loss = true }, steps = [{ then = "1 h", drugs = { novel = "1 nM" } }] }
"""
PANEL = '[panel.lines]\ncontexts = ["SKBR3", "T47D"]\n'
MEASURED = '[measured.level]\nfile = "a/b.tsv"\nkey = "line"\nvalue = "pR"\n'
FINDING = """
[finding.X]
claim = "c"
source = "s"
basis = "data"
strength = "A"
"""
RANK = """expect = [{ kind = "rank", expr = 'rest(basal, pR)', panel = "lines", measured = "level" }]\n"""
NEW = """expect = [{ kind = "direction", expr = 'effect(new, pR, "1 h")', expected = "up" }]\n"""
LATER = (
    """expect = [{ kind = "direction", expr = 'effect(later, pR, "2 h")', expected = "up" }]\n"""
)


def write(folder: Path, text: str) -> Path:
    path = folder / "f.toml"
    path.write_text(text, encoding="utf-8")
    return path


def known(text: str) -> str:
    """Return the text without the runs that name what the model lacks."""
    return "\n".join(line for line in text.splitlines() if "novel" not in line) + "\n"


def test_a_rank_is_read(tmp_path: Path) -> None:
    more = 'log = true\nfloor = -2\nnames = { "578" = "HS578T" }\n'
    file = read_findings(
        write(tmp_path, known(RUNS) + PANEL + MEASURED + more + FINDING + RANK), NAMES
    )
    assert file.panels["lines"].contexts == ("SKBR3", "T47D")
    series = file.series["level"]
    assert (series.log, series.floor, series.names) == (True, -2.0, (("578", "HS578T"),))
    (expectation,) = file.findings[0].expectations
    assert (expectation.panel, expectation.series) == ("lines", "level")
    everything = PANEL.replace('["SKBR3", "T47D"]', '"all"')
    file = read_findings(
        write(tmp_path, known(RUNS) + everything + MEASURED + FINDING + RANK), NAMES
    )
    assert file.panels["lines"].contexts is None


BAD = [
    (PANEL + "lines = 1\n", r"panel lines: unknown key 'lines'; known: 'contexts'"),
    ("[panel.lines]\n", r"panel lines: 'contexts' is missing; add contexts"),
    ('[panel.lines]\ncontexts = "some"\n', r"contexts = 'some' names no contexts; write"),
    ("[panel.lines]\ncontexts = [1]\n", r"contexts = \[1\] names no contexts; write contexts"),
    ("[panel.lines]\ncontexts = []\n", r"contexts is empty or names one twice; name every"),
    ('[panel.lines]\ncontexts = ["A", "A"]\n', r"contexts is empty or names one twice; name"),
    ('[panel."a b"]\ncontexts = "all"\n', r"'a b' cannot name a panel; use letters"),
    ('[measured."a b"]\nfile = "x.tsv"\n', r"'a b' cannot name a measured column; use"),
    (MEASURED + "column = 1\n", r"measured level: unknown key 'column'; known: 'file', 'key'"),
    (MEASURED.replace("a/b.tsv", "/a/b.tsv"), r"'/a/b.tsv' is not below the folder of measure"),
    (MEASURED.replace("a/b.tsv", "../b.tsv"), r"'../b.tsv' is not below the folder of"),
    (MEASURED.replace("a/b.tsv", "a/b.xls"), r"file = 'a/b.xls' is no table; known: .tsv, .csv"),
    (MEASURED + "floor = nan\n", r"measured level: floor = nan is not finite; state the lowest"),
    (MEASURED + "names = { a = 1 }\n", r"names: a = 1 is no context; write it as a text"),
    (MEASURED + 'log = "yes"\n', r"measured level: log = 'yes' is not true or false; correct"),
]


@pytest.mark.parametrize(("text", "message"), BAD)
def test_a_bad_panel_or_column_says_so(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(EvidenceError, match=message) as caught:
        read_findings(write(tmp_path, known(RUNS) + text), NAMES)
    assert "f.toml" in str(caught.value)


BAD_RANKS = [
    (RANK.replace('"lines"', '"line"'), r"X, expectation 1: unknown panel 'line'; did you mean"),
    (RANK.replace('"level"', '"levels"'), r"unknown measured 'levels'; did you mean 'level'\?"),
    (RANK.replace("basal", "fixed"), r"run 'fixed' has a context, and a rank takes it in every"),
    (RANK.replace("rest(basal, pR)", "rest(basal, pR) > 1"), r"a rank is judged on one number"),
    (RANK.replace("rest(basal, pR)", "2 * rest(basal, pR)"), r"a rank may hold no literal but 1"),
    (RANK.replace('panel = "lines", ', ""), r"expectation 1: 'panel' is missing; add panel"),
    (
        RANK.replace("panel", 'basis = "page", panel'),
        r"a rank of basis 'page'; a rank is against measured values: 'data'",
    ),
]


@pytest.mark.parametrize(("rank", "message"), BAD_RANKS)
def test_a_bad_rank_says_so(tmp_path: Path, rank: str, message: str) -> None:
    with pytest.raises(EvidenceError, match=message):
        read_findings(write(tmp_path, known(RUNS) + PANEL + MEASURED + FINDING + rank), NAMES)


def test_a_finding_may_need_what_the_model_lacks(tmp_path: Path) -> None:
    needs = 'needs = ["novel", "T47D"]\n'
    file = read_findings(write(tmp_path, RUNS + FINDING + needs + NEW), NAMES)
    same, posed = pose(file, file.findings[0], NAMES, None)
    assert (posed.reason, posed.expectations) == (
        "the model has no context T47D, no drug novel",
        (),
    )
    assert same.runs == file.runs
    richer = Names(
        contexts=("T47D",), drugs=("novel",), ligands=(), lesions=("loss",), readouts=("pR",)
    )
    _, asked = pose(file, file.findings[0], richer, None)
    assert asked == file.findings[0]


def test_a_later_step_needs_too(tmp_path: Path) -> None:
    file = read_findings(write(tmp_path, RUNS + FINDING + 'needs = ["novel"]\n' + LATER), None)
    _, posed = pose(file, file.findings[0], NAMES, None)
    assert posed.reason == "the model has no drug novel"


BAD_NEEDS = [
    ("needs = [1]\n" + NEW, r"finding X: needs: 1 is no name; write needs"),
    ('needs = "novel"\n' + NEW, r"finding X: needs = 'novel' is not a list; correct"),
    (
        'needs = ["novel", "T47D", "novl"]\n' + NEW,
        r"needs 'novl', which none of its runs names; correct the name or remove it",
    ),
    (
        'needs = ["novel", "T47D"]\n' + NEW + FINDING.replace("X", "Y") + NEW,
        r"finding Y: one of its runs names the context 'T47D', which the model lacks; say needs",
    ),
    (NEW, r"run new: unknown context 'T47D'; did you"),
]


@pytest.mark.parametrize(("text", "message"), BAD_NEEDS)
def test_bad_needs_say_so(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(EvidenceError, match=message):
        read_findings(write(tmp_path, RUNS + FINDING + text), NAMES)


def test_a_suspect_is_of_a_finding_that_can_fail(tmp_path: Path) -> None:
    file = read_findings(
        write(tmp_path, known(RUNS) + PANEL + MEASURED + FINDING + 'suspect = "k"\n' + RANK), NAMES
    )
    assert file.findings[0].suspect == "k"
    silent = 'suspect = "k"\nexpressible = false\nreason = "r"\n'
    with pytest.raises(EvidenceError, match=r"X: a finding that is not expressible cannot fail"):
        read_findings(write(tmp_path, known(RUNS) + FINDING + silent), NAMES)


def test_a_rank_is_posed_only_with_measurements(tmp_path: Path) -> None:
    file = read_findings(write(tmp_path, known(RUNS) + PANEL + MEASURED + FINDING + RANK), NAMES)
    _, posed = pose(file, file.findings[0], NAMES, None)
    assert posed.reason == NO_DATA


def series(**more: object) -> Series:
    return Series(name="level", file="t.tsv", key="line", value="pR", **more)  # type: ignore[arg-type]


def table(folder: Path, text: str, name: str = "t.tsv") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_rows_find_their_contexts(tmp_path: Path) -> None:
    text = "line\tother\tpR\nSK-BR-3\t9\t-1\nBT 474\t9\t-3\n578\t9\t-9\nT47D\t9\t2\nBT-20\t9\n"
    found = members(
        series(log=True, floor=-2.0, names=(("578", "HS578T"),)),
        table(tmp_path, text),
        NAMES.contexts,
    )
    assert found == (
        Member(context="SKBR3", measured=-1.0),
        Member(context="BT474", measured=-2.0),
        Member(context="HS578T", measured=-2.0),
    )
    assert at_floor(series(floor=-2.0), found) == 2


def test_what_was_not_measured_is_left_out_and_commas_separate_a_csv(tmp_path: Path) -> None:
    folder = table(tmp_path, 'line,pR\nSK-BR-3,NA\n"BT-474",2\nHs 578T,\n', "t.csv")
    comma = Series(name="level", file="t.csv", key="line", value="pR")
    assert members(comma, folder, NAMES.contexts) == (Member(context="BT474", measured=2.0),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("line\tpS\nSKBR3\t1\n", r"t.tsv: no column 'pR'; known: 'line', 'pS'"),
        ("", r"t.tsv: no column 'line'"),
        ("line\tpR\nSKBR3\t1\nSK-BR-3\t2\n", r"t.tsv: SK-BR-3: a second row of SKBR3; give"),
        ("line\tpR\nSKBR3\tmuch\n", r"t.tsv: SKBR3: pR = 'much' is no finite number; correct"),
        ("line\tpR\nSKBR3\tinf\n", r"t.tsv: SKBR3: pR = 'inf' is no finite number; correct"),
        ("line\tpR\nSKBR3\t-1\n", r"pR = -1 is negative; say log = true in measured level if"),
    ],
)
def test_a_bad_table_says_so(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(EvidenceError, match=message):
        members(series(), table(tmp_path, text), NAMES.contexts)


def test_a_table_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"t.tsv: no such table \(measured level\); check data"):
        members(series(), tmp_path, NAMES.contexts)
    (tmp_path / "t.tsv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(EvidenceError, match=r"t.tsv: cannot be read: .*; save it as UTF-8"):
        members(series(), tmp_path, NAMES.contexts)
