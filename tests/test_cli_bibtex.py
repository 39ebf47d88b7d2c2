"""What ``cite --bibtex`` prints, read back by a grammar of BibTeX as small as it can be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.cli.bibtex import bibtex_keys, bibtex_text, escape

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.command import Ended

HEAD = re.compile(r"\s*@misc\{([A-Za-z0-9_:.+-]+),")
FIELD = re.compile(r"\s*([a-z]+)\s*=\s*\{")


def braced(text: str, start: int) -> int:
    """Return where the group that was opened before ``start`` closes."""
    depth = 1
    for place in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return place
    raise AssertionError(f"unbalanced braces: {text}")


def parse(text: str) -> dict[str, dict[str, str]]:
    """Return the fields of every entry by key."""
    entries: dict[str, dict[str, str]] = {}
    place = 0
    while text[place:].strip():
        head = HEAD.match(text, place)
        assert head is not None, text[place : place + 60]
        fields: dict[str, str] = {}
        place = head.end()
        while (field := FIELD.match(text, place)) is not None:
            end = braced(text, field.end())
            assert field[1] not in fields
            fields[field[1]] = text[field.end() : end]
            comma = re.compile(r"\s*,").match(text, end + 1)
            assert comma is not None
            place = comma.end()
        closing = re.compile(r"\s*\}").match(text, place)
        assert closing is not None, text[place : place + 60]
        place = closing.end()
        assert head[1].casefold() not in {key.casefold() for key in entries}
        entries[head[1]] = fields
    return entries


WORDS = {
    r"\textbackslash{}": "\\",
    r"\textbraceleft{}": "{",
    r"\textbraceright{}": "}",
    r"\textasciitilde{}": "~",
    r"\textasciicircum{}": "^",
    **{f"\\{mark}": mark for mark in "&%$#_"},
}


def as_set(text: str) -> str:
    """Return the letters that LaTeX sets for an escaped text."""
    return re.sub("|".join(map(re.escape, WORDS)), lambda found: WORDS[found[0]], text)


def test_an_entry_as_it_is_written() -> None:
    fields = {
        "title": "Ohm & Mho 2001, 5 % of HER2_x {J}",
        "year": "2001",
        "doi": "10.1/a_b",
        "pmid": "",
        "note": "Used for number: k",
    }
    assert bibtex_text([("Ohm2001", fields)]) == (
        "@misc{Ohm2001,\n"
        r"  title = {{Ohm \& Mho 2001, 5 \% of HER2\_x \textbraceleft{}J\textbraceright{}}},"
        "\n  year = {2001},\n  doi = {10.1/a_b},\n  note = {Used for number: k},\n}"
    )


def test_keys_are_valid_and_differ_without_case() -> None:
    names = ["Lu2014", "LU2014", "Müller 2010", "Müller, 2010", ""]
    keys = bibtex_keys(names)
    assert keys == ["Lu2014", "LU2014-2", "M_ller_2010", "M_ller__2010", "source"]


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=40)), max_size=5))
def test_any_text_comes_back(given_: list[tuple[str, str]]) -> None:
    entries = parse(bibtex_text([(name, {"title": "t", "note": text}) for name, text in given_]))
    assert len(entries) == len(given_)
    for (_, text), fields in zip(given_, entries.values(), strict=True):
        assert as_set(fields.get("note", "")) == " ".join(text.split())


@pytest.mark.parametrize("mark", "\\{}~^&%$#_")
def test_every_special_character_is_escaped(mark: str) -> None:
    assert escape(mark) != mark
    assert as_set(escape(mark)) == mark


def test_cite_prints_entries_with_reasons(run: Callable[..., Ended]) -> None:
    ended = run("cite", "--drug", "blocker", "--bibtex")
    assert ended.code == 0
    entries = parse(ended.out)
    toy = entries["Toy2024"]
    assert toy["title"] == "{Made up for tests}"
    assert toy["year"] == "2024"
    assert as_set(toy["note"]).startswith(
        "Known from: assumption. Used for total in CELL: R.total;"
    )
    assert {"SciPy", "Numba"} <= set(entries)
    allowed = {"title", "year", "doi", "pmid", "note"}
    assert all({"title", "note"} <= set(fields) <= allowed for fields in entries.values())
