from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.errors import EvidenceError
from pathway.findings.entities import Names
from pathway.findings.reader import findings_files, read_findings
from pathway.findings.runs import scenario
from pathway.scenario.value import Scenario

if TYPE_CHECKING:
    from pathlib import Path

NAMES = Names(
    contexts=("CELL",),
    drugs=("blocker", "antibody"),
    ligands=("L",),
    lesions=("loss",),
    readouts=("pR", "pK"),
)

HEAD = "version = 1\n"
RUNS = """
[run]
none = { context = "CELL", duration = "2 h" }
drug = { context = "CELL", drugs = { blocker = "1 nM" }, pretreat = "1 h", ligands = { L = "1 nM" }, duration = "2 h" }
"""
FINDING = """
[finding.X]
claim = "c"
source = "s"
basis = "data"
strength = "A"
"""
UP = """expect = [{ kind = "direction", expr = 'effect(drug, pR, "1 h")', expected = "up" }]"""


def write(folder: Path, text: str) -> Path:
    path = folder / "f.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_read(tmp_path: Path) -> None:
    file = read_findings(write(tmp_path, HEAD + RUNS + FINDING + UP), NAMES)
    assert list(file.runs) == ["none", "drug"]
    assert (file.runs["drug"].start, file.runs["drug"].stop) == (-60.0, 120.0)
    (finding,) = file.findings
    assert (finding.id, finding.claim, finding.strength) == ("X", "c", "A")
    assert finding.expectations[0].direction == "up"


def test_runs_become_scenarios(tmp_path: Path) -> None:
    runs = """
[run.long]
context = "CELL"
drugs = { blocker = "1 nM", antibody = "2 nM" }
lesions = { loss = 0.5 }
parameters = { "K.total" = "x2" }
duration = "1 h"
steps = [
  { then = "2 h", ligands = { L = "1 nM" } },
  { wash = "3 h", drugs = ["blocker"], ligands = ["L"] },
  { wash = "1 h" },
]
"""
    file = read_findings(write(tmp_path, HEAD + RUNS + runs), NAMES)
    assert file.runs["long"].stop == 420.0
    expected = (
        Scenario(
            context="CELL",
            drugs={"blocker": "1 nM", "antibody": "2 nM"},
            lesions={"loss": 0.5},
            parameters={"K.total": "x2"},
            duration="1 h",
        )
        .then("2 h", ligands={"L": "1 nM"})
        .wash("3 h", "blocker", "L")
        .wash("1 h")
    )
    assert scenario(file.runs["long"], "here") == expected
    pretreated = Scenario(context="CELL", drugs={"blocker": "1 nM"}, duration="1 h")
    assert scenario(file.runs["drug"], "here") == pretreated.then("2 h", ligands={"L": "1 nM"})
    assert scenario(file.runs["drug"], "here").name == "here"


def test_what_is_not_expressible_is_listed(tmp_path: Path) -> None:
    text = HEAD + FINDING + 'expressible = false\nreason = "no such drug"\n'
    (finding,) = read_findings(write(tmp_path, text), NAMES).findings
    assert finding.reason == "no such drug"
    assert finding.expectations == ()


def test_names_are_free_without_a_model(tmp_path: Path) -> None:
    text = HEAD + RUNS.replace("CELL", "OTHER") + FINDING + UP.replace("pR", "anything")
    assert len(read_findings(write(tmp_path, text)).findings) == 1


def expect(kind: str, expr: str, more: str = "") -> str:
    return f"expect = [{{ kind = \"{kind}\", expr = '{expr}'{more} }}]"


BAD = [
    ("version = 2\n", r"f.toml: unknown version of the findings format; version = 1"),
    ("", r"f.toml: 'version' is missing; add version"),
    (HEAD + "runs = 1", r"f.toml: unknown key 'runs'; did you mean 'run'\?"),
    (HEAD + "x = \n", r"f.toml: malformed TOML: Invalid value \(at line 2, column 5\); correct"),
    (HEAD + "x = " + "[" * 5000, r"f.toml: nested too deeply; flatten"),
    (HEAD + "run = 1", r"f.toml: run = 1 is not a table; correct"),
    (HEAD + "[run]\na = 1", r"f.toml: run a: is not a table; write key"),
    (HEAD + '[run]\n"a b" = {}', r"f.toml: 'a b' cannot name a run; use letters"),
    (HEAD + "[finding.between]\nx = 1", r"f.toml: 'between' cannot name a finding; use"),
    (HEAD + "[run]\na = {}", r"run a: 'duration' is missing; add duration"),
    (HEAD + '[run]\na = { duration = "0 h" }', r"run a: a duration of '0 h'; durations are longer"),
    (HEAD + '[run]\na = { duration = "x" }', r"run a: 'x' is not a time; write a number"),
    (HEAD + '[run]\na = { duration = " " }', r"run a: 'duration' is empty; say it"),
    (HEAD + "[run]\na = { duration = 1 }", r"run a: duration = 1 is not a text; correct"),
    (
        HEAD + '[run]\na = { context = "CEL", duration = "1 h" }',
        r"run a: unknown context 'CEL'; did",
    ),
    (
        HEAD + '[run]\na = { drugs = { bloker = "1 nM" }, duration = "1 h" }',
        r"unknown drug 'bloker'; did",
    ),
    (
        HEAD + '[run]\na = { drugs = { blocker = 1 }, duration = "1 h" }',
        r"blocker = 1 is not a text; write it",
    ),
    (
        HEAD + '[run]\na = { ligands = { K = "1 nM" }, duration = "1 h" }',
        r"unknown ligand 'K'; known: 'L'",
    ),
    (
        HEAD + '[run]\na = { lesions = { los = true }, duration = "1 h" }',
        r"unknown lesion 'los'; did",
    ),
    (
        HEAD + '[run]\na = { lesions = { loss = [] }, duration = "1 h" }',
        r"loss = \[\] is no amount; write",
    ),
    (
        HEAD + '[run]\na = { pretreat = "1 h", duration = "1 h" }',
        r"run a: pretreat without drugs; name",
    ),
    (
        HEAD + '[run]\na = { duration = "1 h", steps = [{}] }',
        r"run a, step 1: a step has either 'then' or",
    ),
    (
        HEAD + '[run]\na = { duration = "1 h", steps = [{ wash = "1 h", drugs = ["x"] }] }',
        r"run a, step 1: unknown drug 'x'; known",
    ),
    (
        HEAD + '[run]\na = { duration = "1 h", steps = [{ wash = "1 h", drugs = [1] }] }',
        r"run a, step 1: drugs: 1 is no name; name the drugs",
    ),
    (HEAD + FINDING, r"finding X: no expectation; add"),
    (HEAD + FINDING + "expressible = false", r"finding X: a finding has a reason exactly when"),
    (
        HEAD + RUNS + FINDING + UP + '\nreason = "r"',
        r"finding X: a finding has a reason exactly when",
    ),
    (
        HEAD + RUNS + FINDING + UP + '\nexpressible = false\nreason = "r"',
        r"finding X: a finding that is not expressible has expectations; remove",
    ),
    (
        HEAD + FINDING.replace('"data"', '"hearsay"'),
        r"finding X: unknown basis 'hearsay'; known: 'data'",
    ),
    (HEAD + FINDING.replace('"A"', '"D"'), r"finding X: unknown strength 'D'; known: 'A'"),
    (HEAD + FINDING + "claims = 1", r"finding X: unknown key 'claims'; did you mean 'claim'\?"),
]

BAD_EXPECTATIONS = [
    ("guess", 'none.pR @ "1 h"', "", r"X, expectation 1: unknown kind 'guess'; known: 'direction'"),
    ("order", 'none.pR @ "1 h" > drug.pR @ "1 h"', ", expected = 1", r"unknown key 'expected'"),
    ("number", 'fold(none, pR, "1 h")', "", r"'expected' is missing; add expected"),
    (
        "number",
        'fold(none, pR, "1 h")',
        ", expected = 2, tolerance = 9",
        r"unknown key 'tolerance'",
    ),
    (
        "direction",
        'fold(none, pR, "1 h")',
        ', expected = "rises"',
        r"unknown expected 'rises'; known",
    ),
    ("bound", 'none.pR @ "1 h" < 2', "", r"'threshold' is missing; add threshold"),
    (
        "number",
        'fold(none, pR, "1 h")',
        ", expected = -2",
        r"expected = -2: a number judged within",
    ),
    (
        "number",
        'fold(none, pR, "1 h")',
        ", expected = nan",
        r"expected = nan: a number judged within",
    ),
    (
        "number",
        'fold(none, pR, "1 h")',
        ", expected = true",
        r"expected = True is not an integer or",
    ),
    (
        "number",
        'fold(none, pR, "1 h")',
        f", expected = 1{'0' * 200}",
        r"a number judged within a factor",
    ),
    (
        "number",
        'fold(none, pR, "1 h")',
        ', basis = "memory", expected = 2',
        r"from memory only a direc",
    ),
    (
        "number",
        'fold(none, pR, "1 h")',
        ', basis = "requirement", expected = 2',
        r"no tolerance; known: 'data'",
    ),
    (
        "number",
        'none.pR @ "1 h" > 2',
        ", expected = 2",
        r"a number is judged on one number, not on a",
    ),
    (
        "direction",
        'none.pR @ "1 h" > 2',
        ', expected = "up"',
        r"a direction is judged on one number",
    ),
    (
        "direction",
        'suppression(drug, pR, "1 h")',
        ', expected = "up"',
        r"a suppression is no ratio; use",
    ),
    (
        "direction",
        '-abs(suppression(drug, pR, "1 h"))',
        ', expected = "up"',
        r"a suppression is no ratio",
    ),
    (
        "direction",
        '0.5 * fold(none, pR, "1 h")',
        ', expected = "up"',
        r"no literal but 1 \(got 0.5\): it",
    ),
    (
        "number",
        '100 + fold(none, pR, "1 h")',
        ", expected = 101",
        r"no literal but 1 \(got 100\): it",
    ),
    (
        "order",
        'none.pR @ "1 h" > 0.9 * drug.pR @ "1 h"',
        "",
        r"no literal but 1 \(got 0.9\): it would",
    ),
    (
        "order",
        'fold(none, pR, "1 h") > 1',
        "",
        r"an order compares measurements, not a measurement",
    ),
    (
        "order",
        'none.pR @ "1 h" >= drug.pR @ "1 h"',
        "",
        r"an order is a chain of > or a chain of <",
    ),
    (
        "order",
        'none.pR @ "1 h" > drug.pR @ "1 h" < drug.pK @ "1 h"',
        "",
        r"an order is a chain of > or",
    ),
    ("order", 'none.pR @ "1 h"', "", r"an order is a chain of > or a chain of <; write a > b > c"),
    ("bound", 'none.pR @ "1 h"', ', threshold = "t"', r"a bound is a comparison; write it with <"),
    ("bound", "1 < 2", ', threshold = "t"', r"expectation 1: the expression names no run; write"),
    (
        "bound",
        'nonne.pR @ "1 h" < 2',
        ', threshold = "t"',
        r"column 1: unknown run 'nonne'; did you mean 'none'",
    ),
    (
        "bound",
        'none.pKK @ "1 h" < 2',
        ', threshold = "t"',
        r"column 6: unknown readout 'pKK'; did you mean 'pK'",
    ),
    (
        "bound",
        'none.pR @ "3 h" < 2',
        ', threshold = "t"',
        r"time 180 min is outside run 'none', which lasts from 0 to 120 min; change",
    ),
    ("bound", 'none.pR @ "-1 h" < 2', ', threshold = "t"', r"time -60 min is outside run 'none'"),
    ("bound", 'max(none, pR, "1 h", "9 h") < 2', ', threshold = "t"', r"outside run 'none'"),
    (
        "bound",
        "none.pR @@",
        ', threshold = "t"',
        r"finding X, expectation 1, column 10: expected a string",
    ),
]


@pytest.mark.parametrize(("text", "message"), BAD)
def test_a_bad_file_is_one_line_with_place_and_remedy(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(EvidenceError, match=message) as caught:
        read_findings(write(tmp_path, text), NAMES)
    assert "\n" not in str(caught.value)
    assert "f.toml" in str(caught.value)


@pytest.mark.parametrize(("kind", "expr", "more", "message"), BAD_EXPECTATIONS)
def test_a_bad_expectation_is_one_line_with_place_and_remedy(
    tmp_path: Path, kind: str, expr: str, more: str, message: str
) -> None:
    path = write(tmp_path, HEAD + RUNS + FINDING + expect(kind, expr, more))
    with pytest.raises(EvidenceError, match=message) as caught:
        read_findings(path, NAMES)
    assert "\n" not in str(caught.value)


def test_memory_of_strength_b_may_not_be_demanded(tmp_path: Path) -> None:
    memory = FINDING.replace('"data"', '"memory"')
    read_findings(write(tmp_path, HEAD + RUNS + memory + UP), NAMES)
    weak = memory.replace('"A"', '"B"')
    with pytest.raises(EvidenceError, match=r"from memory only a direction or order of strength A"):
        read_findings(write(tmp_path, HEAD + RUNS + weak + UP), NAMES)


def test_a_time_before_zero_needs_a_pretreatment(tmp_path: Path) -> None:
    text = HEAD + RUNS + FINDING + expect("bound", 'drug.pR @ "-1 h" < 2', ', threshold = "t"')
    assert len(read_findings(write(tmp_path, text), NAMES).findings) == 1


def test_files_are_found_in_sorted_order(tmp_path: Path) -> None:
    for name in ("b.toml", "a.toml", "c.txt"):
        (tmp_path / name).write_text(HEAD)
    found = findings_files([tmp_path, tmp_path / "c.txt"])
    assert [path.name for path in found] == ["a.toml", "b.toml", "c.txt"]


def test_missing_places_are_errors(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"none.toml: no such findings file; check the path"):
        findings_files([tmp_path / "none.toml"])
    with pytest.raises(EvidenceError, match=r"no findings file in this folder; add a .toml"):
        findings_files([tmp_path])
    with pytest.raises(EvidenceError, match=r"cannot be read: .*; check the path"):
        read_findings(tmp_path / "none.toml")


def test_a_file_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "f.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(EvidenceError, match=r"f.toml: is not UTF-8 text; save it as UTF-8"):
        read_findings(path)


values = st.recursive(
    st.one_of(
        st.text(
            st.characters(codec="ascii", exclude_characters="'\n\r", categories=["L", "N", "P"]),
            max_size=12,
        ).map(lambda text: f"'{text}'"),
        st.integers().map(str),
        st.floats().map(str),
        st.sampled_from(["true", "1979-05-27", "'1 h'", "'order'", "'A'", "'data'"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(
            st.sampled_from(
                [
                    "duration",
                    "drugs",
                    "steps",
                    "expect",
                    "kind",
                    "expr",
                    "claim",
                    "source",
                    "basis",
                    "strength",
                    "then",
                ]
            ),
            inner,
            max_size=5,
        ).map(lambda pairs: "{ " + ", ".join(f"{k} = {v}" for k, v in pairs.items()) + " }"),
    ),
    max_leaves=12,
)


@given(values, values)
def test_any_toml_gives_findings_or_evidence_errors(
    tmp_path_factory: pytest.TempPathFactory, run: str, finding: str
) -> None:
    path = tmp_path_factory.mktemp("f") / "f.toml"
    path.write_text(f"version = 1\nrun = {{ a = {run} }}\nfinding = {{ X = {finding} }}\n")
    message = "f.toml"
    try:
        read_findings(path, NAMES)
    except EvidenceError as error:
        message = str(error)
    assert "f.toml" in message
    assert "\n" not in message
