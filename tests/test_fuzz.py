"""Damaged input: whatever a file says, the answer is a result or one clean line, and soon."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pathway as pw
from pathway.errors import PathwayError
from pathway.expand.pattern import parse_line, parse_pattern
from pathway.expand.transform import directions
from pathway.expand.vocabulary import vocabulary_of
from pathway.model import load_equations
from tests.model_folder import write
from tests.rules import module
from tests.sbml_text import CELL, apply, document, math, parameter, reaction, rule, species
from tests.tiny_model import TINY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Edit: TypeAlias = tuple[int, int, bytes]
"""Where a text is cut, how much of it is lost, and what comes instead."""

Swap: TypeAlias = tuple[int, int]
"""Which word of a text is replaced, and by which: the result is often well formed, but wrong."""

WORD = re.compile(r"\w+")

MOST = 400
"""Times that a piece comes in a row; brackets nested so deep are more than any file needs."""

fuzz = settings(
    max_examples=300,
    # Far above what an example takes: to say that something hangs, not that a machine is slow.
    deadline=timedelta(seconds=10),
    suppress_health_check=[HealthCheck.too_slow],
)

swaps_of_words = st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 2**16)), max_size=4)


def edits(*words: str) -> st.SearchStrategy[list[Edit]]:
    """Return edits that bring in some of the words, or any text or bytes, once or many times."""
    piece = st.one_of(
        st.sampled_from([word.encode() for word in words]),
        st.text(max_size=4).map(str.encode),
        st.binary(max_size=3),
    )
    times = st.one_of(st.just(1), st.just(1), st.just(1), st.integers(0, MOST))
    new = st.tuples(piece, times).map(lambda drawn: drawn[0] * drawn[1])
    return st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 12), new), max_size=3)


def damaged(text: str, changes: list[Edit], swaps: list[Swap]) -> bytes:
    """Return a text with words replaced by others of its own, then with edits, one after another."""
    words = WORD.findall(text)
    between = WORD.split(text)
    for place, other in swaps:
        words[place % len(words)] = words[other % len(words)]
    parts = zip(between, [*words, ""], strict=True)
    data = "".join(part for pair in parts for part in pair).encode()
    for place, lost, new in changes:
        start = place % (len(data) + 1)
        data = data[:start] + new + data[start + lost :]
    return data


def said(action: Callable[[], object]) -> str:
    """Return what an action complains of, empty where it succeeds; no other error passes."""
    try:
        action()
    except PathwayError as error:
        message = str(error)
        assert len(message.splitlines()) == 1
        assert message.encode()
        return message
    return ""


# Patterns and rule lines

WORDS = vocabulary_of([module("A(l,r,y~u~p) B(x,s~u~p) PIP3")])
LINES = (
    "A(l,y~u) + B(x) <-> A(l!1,y~u).B(x!1)",
    "A(l!1,r,y~?).A(l!1,r!+) -> A(l,r,y~?) + A(l,r!+)",
    "0 -> A(l,r,y~u) + PIP3",
)
pattern_edits = edits(
    *("A", "B(", ")", ".", "+", "->", "<->", "!", "!1", "!+", "!?", "~", "~u", "~?", ",", "0"),
    *("(l!1)", "A(l!1).", "²", "٣", "\u2028", "\n", "l"),
)


def read_line(text: str) -> None:
    line = parse_line("here", text, WORDS)
    directions("here", "R", line, WORDS)


@fuzz
@given(text=st.sampled_from(LINES), changes=pattern_edits, swaps=swaps_of_words)
def test_rule_lines(text: str, changes: list[Edit], swaps: list[Swap]) -> None:
    line = damaged(text, changes, swaps).decode(errors="replace")
    said(lambda: read_line(line))
    said(lambda: parse_pattern("here", line, WORDS))


def test_the_lines_are_right_before_they_are_damaged() -> None:
    for line in LINES:
        read_line(line)
        assert damaged(line, [], []).decode() == line


# Model files

toml_edits = edits(
    *("[", "]", "{", "}", "=", '"', "'", '"""', ".", ",", "#", "\n", "\r", "\x00", "\ufeff"),
    *("nan", "inf", "1e999", "-1", "0", "9" * 30, "true", "2020-01-01", "²", "µ", "\u2028"),
    *('unit = "1/', '"nM"', "(", "*", "^", "R(y~p)", "K", "rule", "total", "value", "R_dimer"),
)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("fuzz") / "tiny", TINY)


TREATED = pw.Scenario(drugs={"blocker": "in-vitro"}, ligands={"grow": "1 nM"})


def expand(folder: Path) -> None:
    """Read a model and go as far as its network, with everything in it."""
    pw.load(folder).network(TREATED)


@fuzz
@given(name=st.sampled_from(sorted(TINY)), changes=toml_edits, swaps=swaps_of_words)
def test_model_files(tiny: Path, name: str, changes: list[Edit], swaps: list[Swap]) -> None:
    (tiny / name).write_bytes(damaged(TINY[name], changes, swaps))
    try:
        said(lambda: expand(tiny))
    finally:
        (tiny / name).write_text(TINY[name], encoding="utf-8")


def test_the_files_are_right_before_they_are_damaged(tiny: Path) -> None:
    assert said(lambda: expand(tiny)) == ""


# SBML: every kind of element; edits of a plain model's text are tested beside the reader

sbml_edits = edits(
    *("<", ">", "/>", "</", '"', "&#0;", "&amp;", "]]>", "<!--", "<?", "\x00", "\ufeff", "\u2028"),
    *("NaN", "INF", "1e999", "-1", "0", "9" * 30, "true", "A", "p", "f", "C", "J", "E", "m"),
    *("<ci>p</ci>", "<apply>", "<power/>", "<times/>", "<piecewise>", 'constant="true"'),
)
PIECES = (
    f"<piecewise><piece><ci>A</ci>{apply('gt', 'B', '1')}</piece>"
    "<otherwise><cn>1</cn></otherwise></piecewise>"
)
FULL = document(
    functions=f'<functionDefinition id="f">{math("<lambda><bvar><ci>x</ci></bvar><ci>x</ci></lambda>")}'
    "</functionDefinition>",
    compartments=CELL,
    species=species("A") + species("B"),
    parameters=parameter("k") + parameter("p", constant=False) + parameter("q", constant=False),
    initial=f'<initialAssignment symbol="B">{math(apply("plus", "k", "1"))}</initialAssignment>',
    rules=rule("assignment", "p", PIECES) + rule("rate", "q", apply("minus", "q")),
    reactions=reaction(f"<apply><ci>f</ci>{apply('times', 'k', 'A')}</apply>", "1 A", "2 B"),
    events='<event id="E" useValuesFromTriggerTime="true">'
    f'<trigger initialValue="true" persistent="true">{math(apply("lt", "A", "0.5"))}</trigger>'
    f'<listOfEventAssignments><eventAssignment variable="A">{math("2")}</eventAssignment>'
    "</listOfEventAssignments></event>",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sbml")


def start(path: Path) -> None:
    """Read a model and simulate its first moments."""
    pw.simulate(load_equations(path), pw.Scenario(duration="1"), [0.0, 0.5, 1.0])


@fuzz
@given(changes=sbml_edits, swaps=swaps_of_words)
def test_sbml(folder: Path, changes: list[Edit], swaps: list[Swap]) -> None:
    path = folder / "model.xml"
    path.write_bytes(damaged(FULL, changes, swaps))
    said(lambda: start(path))


def test_the_document_is_right_before_it_is_damaged(folder: Path) -> None:
    path = folder / "whole.xml"
    path.write_text(FULL, encoding="utf-8")
    assert said(lambda: start(path)) == ""
