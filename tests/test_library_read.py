from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.errors import DeclarationError
from pathway.library.read import Table, parse_toml, read_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def top(text: str) -> Table:
    return parse_toml(text, "f.toml")


def test_typed_values() -> None:
    table = top(
        'name = " x "\nversion = 3\ninput = true\nrules = ["a", "b"]\none = "c"\n'
        "[k]\nvalue = 1.5\nfold = 2\n"
    )
    assert table.text("name") == "x"
    assert table.integer("version") == 3
    assert table.flag("input", default=False) is True
    assert table.texts("rules") == ("a", "b")
    assert table.texts("one") == ("c",)
    assert table.table("k").number("value") == 1.5
    assert table.table("k").number("fold") == 2.0
    table.close()


def test_defaults_stand_for_absent_keys() -> None:
    table = top("")
    assert table.text("note", "") == ""
    assert table.texts("requires", ()) == ()
    assert table.flag("driven", default=True) is True
    assert table.integer("year", 0) == 0
    assert list(table.tables("rule")) == []
    table.close()


def test_tables_keep_file_order() -> None:
    table = top('[rule.b]\nx = "1"\n[rule.a]\nx = "2"\n')
    assert [(name, part.text("x")) for name, part in table.tables("rule")] == [
        ("b", "1"),
        ("a", "2"),
    ]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ('[rule.A]\ntxt = "x"\n', r"f.toml: \[rule.A\]: unknown key 'txt'; did you mean 'text'"),
        ('zzz = "x"\n', r"f.toml: \[top\]: unknown key 'zzz'; known: 'rule'"),
    ],
)
def test_unknown_keys(text: str, match: str) -> None:
    table = top(text)
    for _, part in table.tables("rule"):
        part.text("text", "")
    with pytest.raises(DeclarationError, match=match):
        table.close()


def test_missing_key_points_at_a_misspelt_one() -> None:
    with pytest.raises(
        DeclarationError, match=r"\[top\]: missing key 'source'; is 'sorce' meant to be it"
    ):
        top('sorce = "x"').text("source")
    with pytest.raises(DeclarationError, match="missing key 'source'; add it"):
        top("").text("source")


def read_as(table: Table, kind: str) -> object:
    readers: dict[str, Callable[[], object]] = {
        "text": lambda: table.text("text"),
        "texts": lambda: table.texts("texts"),
        "flag": lambda: table.flag("flag", default=True),
        "version": lambda: table.integer("version"),
        "table": lambda: table.table("table"),
        "value": lambda: table.number("value"),
    }
    return readers[kind]()


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("text = true", "'text' is true or false; write a string"),
        ('text = ["a"]', "'text' is an array; write a string"),
        ('text = " "', "'text' is empty; write what it is"),
        ("texts = [true]", "'texts' is true or false; write a string or an array of strings"),
        ('texts = ["a", ""]', "'texts' holds an empty string; leave it out"),
        ("texts = []", "'texts' is empty; write at least one"),
        ('flag = "yes"', "'flag' is a string; write true or false"),
        ('version = "1"', "'version' is a string; write an integer"),
        ("version = true", "'version' is true or false; write an integer"),
        ('table = "x"', "'table' is a string; write a table"),
        ('value = "1"', "'value' is a string; write a number"),
        ("value = true", "'value' is true or false; write a number"),
        ("value = 1" + 400 * "0", "'value' is too large; write it in another unit"),
        ("text = {a = 'b'}", "'text' is a table; write a string"),
    ],
)
def test_wrong_types(text: str, match: str) -> None:
    table = top(text)
    with pytest.raises(DeclarationError, match=r"f.toml: \[top\]: " + match):
        read_as(table, text.split(" ")[0])


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("k = 1.5", r"\[top\]: bare number 1.5 under 'k'; write \{ value = "),
        ("[rule.A]\nk = 2", r"\[rule.A\]: bare number 2 under 'k'"),
        ("[rule.A]\ntimes = [2]", r"\[rule.A.times\]: bare number 2 under 'times'"),
        ("x = [[1]]", "bare number 1 under 'x'"),
        ("version = 1.5", "bare number 1.5 under 'version'"),
        ("k = {value = 1, weight = 2}", r"\[k\]: bare number 2 under 'weight'"),
        ("k = {value = nan}", r"\[k\]: 'value' is nan; write a finite number"),
        ("k = {value = -inf}", r"\[k\]: 'value' is -inf; write a finite number"),
        ("fold = 2", "bare number 2 under 'fold'"),
        ("when = 2020-01-01", "'when' is a date or time; write it as a string"),
    ],
)
def test_numbers_need_unit_and_source(text: str, match: str) -> None:
    with pytest.raises(DeclarationError, match="f.toml: .*" + match):
        top(text)


def test_bare_integers_under_four_keys() -> None:
    table = top("version = 1\nyear = 2007\nstoichiometry = 2\norder = 3\n")
    assert [table.integer(key) for key in ("version", "year", "stoichiometry", "order")] == [
        1,
        2007,
        2,
        3,
    ]


def test_numbers_anywhere_still_refuses_nan() -> None:
    assert parse_toml("x = [1, 2.5]", "f", numbers_anywhere=True).has("x")
    with pytest.raises(DeclarationError, match="is nan; write a finite number"):
        parse_toml("x = [nan]", "f", numbers_anywhere=True)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("k = ", r"f.toml: not valid TOML: Invalid value \(at end of document\)"),
        ("a = 'x'\na = 'y'", r"not valid TOML: Cannot overwrite a value"),
        ("a = " + 5000 * "1", "not valid TOML: Exceeds the limit"),
        ("a = " + 20000 * "[", "nested too deeply; flatten the tables"),
    ],
)
def test_malformed_toml(text: str, match: str) -> None:
    with pytest.raises(DeclarationError, match=match):
        top(text)


def test_text_is_utf8_with_plain_line_ends(tmp_path: Path) -> None:
    file = tmp_path / "f.toml"
    file.write_bytes(b'\xef\xbb\xbfa = "\xc2\xb5"\r\n')
    assert read_text(file, "f.toml") == 'a = "µ"\n'
    file.write_bytes(b'a = "\xb5"')
    with pytest.raises(DeclarationError, match=r"f.toml: not UTF-8 text \(byte 5\)"):
        read_text(file, "f.toml")


def test_absent_files(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"f.toml: the file cannot be read"):
        read_text(tmp_path / "f.toml", "f.toml")
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("g.toml", "a = 'x'")
    inside = zipfile.Path(archive)
    assert parse_toml(read_text(inside / "g.toml", "g.toml"), "g.toml").text("a") == "x"
    with pytest.raises(DeclarationError, match=r"f.toml: the file cannot be read"):
        read_text(inside / "f.toml", "f.toml")


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    message = "f.toml"
    try:
        parse_toml(text, "f.toml")
    except DeclarationError as error:
        message = str(error)
    assert message.startswith("f.toml")
    assert "\n" not in message
