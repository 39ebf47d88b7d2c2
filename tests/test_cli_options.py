"""The pieces of the command line: texts of options, tables, folders written at once, the bar."""

from __future__ import annotations

import csv
import io
import json
import time

import numpy as np
import pytest

from pathway.cli.asked import lesion_amounts, pairs
from pathway.cli.output import Form, Rows, form_of, print_rows
from pathway.cli.progress import Bar
from pathway.errors import PathwayError

TABLE = Rows(
    title="A [title]",
    columns=("name", "value", "ok", "sources"),
    rows=[
        {"name": "HER2 [x]", "value": np.float64(1.5), "ok": np.bool_(1), "sources": ("A", "B")},
        {"name": "none", "value": float("nan"), "ok": False, "sources": ()},
        {"name": "whole", "value": np.int64(3), "ok": None, "sources": None},
    ],
    units={"value": "nM"},
)


def test_pairs_split_at_the_first_sign() -> None:
    assert pairs("--drug", ["lapatinib = 100 nM", "x=a=b"]) == {"lapatinib": "100 nM", "x": "a=b"}
    assert pairs("--drug", None) == {}
    assert pairs("--drug", ["lapatinib"], default="clinical") == {"lapatinib": "clinical"}


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["=3"], "--ligand '=3': not NAME=VALUE; write --ligand NAME=VALUE"),
        (["HRG="], "--ligand 'HRG=': not NAME=VALUE"),
        (["HRG"], "--ligand 'HRG': no value; write --ligand \"HRG=VALUE\" with its unit"),
        (["HRG=1 nM", "HRG=2 nM"], "--ligand HRG: given twice; give each name once"),
    ],
)
def test_pairs_refuse(texts: list[str], message: str) -> None:
    with pytest.raises(PathwayError) as caught:
        pairs("--ligand", texts)
    assert message in str(caught.value)


def test_lesion_amounts() -> None:
    given = {"a": "true", "b": "0.3", "c": "1e5 molecules/cell", "d": "False"}
    assert lesion_amounts(given) == {"a": True, "b": 0.3, "c": "1e5 molecules/cell", "d": False}
    assert lesion_amounts({"one": "1"})["one"] is not True


def test_one_form_at_a_time() -> None:
    assert form_of(as_json=False, as_csv=False) is Form.TEXT
    assert form_of(as_json=True, as_csv=False) is Form.JSON
    assert form_of(as_json=False, as_csv=True) is Form.CSV
    with pytest.raises(PathwayError, match="two forms of one table; give one of them"):
        form_of(as_json=True, as_csv=True)


def test_json_table(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(TABLE, Form.JSON)
    printed = json.loads(capsys.readouterr().out)
    assert printed["units"] == {"value": "nM"}
    assert printed["rows"] == [
        {"name": "HER2 [x]", "value": 1.5, "ok": True, "sources": ["A", "B"]},
        {"name": "none", "value": None, "ok": False, "sources": []},
        {"name": "whole", "value": 3, "ok": None, "sources": None},
    ]


def test_csv_table(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(TABLE, Form.CSV)
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows[0] == ["name", "value", "ok", "sources"]
    assert rows[1:] == [
        ["HER2 [x]", "1.5", "true", "A, B"],
        ["none", "", "false", ""],
        ["whole", "3", "", ""],
    ]


def test_text_table_keeps_brackets_and_shows_units(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(TABLE)
    printed = capsys.readouterr().out
    assert "A [title]" in printed
    assert "HER2 [x]" in printed
    assert "[nM]" in printed
    assert "nan" not in printed


def test_bar_waits_before_it_shows() -> None:
    with Bar("quick") as quick:
        quick(1, 2)
    assert not quick.shown
    with Bar("slow", patience=0.01) as slow:
        for _ in range(200):
            if slow.shown:
                break
            time.sleep(0.01)
        slow(1, 2, "at work")
    assert slow.shown
