"""``pathway import``: what an SBML file has, its courses, and how bad input ends."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING

import pytest

from pathway.cli.main import main
from tests.sbml_text import CELL, apply, document, parameter, reaction, species, write

if TYPE_CHECKING:
    from pathlib import Path

TEXT = document(
    model='timeUnits="second"',
    compartments=CELL,
    species=species("A", "6"),
    parameters=parameter("k", "0.5"),
    reactions=reaction(apply("times", "C", "k", "A"), "1 A"),
)


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(write(tmp_path, TEXT))


def test_contents(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", file]) == 0
    out = capsys.readouterr().out
    assert "m, time in s" in out
    assert main(["import", file, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert {row["what"]: row["number"] for row in rows}["reaction rates"] == 1


def test_courses(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--duration", "2", "--at", "0", "--at", "2 s", "--parameter", "A=x2", "--csv"]
    assert main(["import", file, *words]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [float(row["time"]) for row in rows] == [0.0, 2.0]
    assert [float(row["A"]) for row in rows] == pytest.approx([6.0, 6.0 * 0.36787944], rel=1e-6)
    assert set(rows[0]) == {"time", "C", "k", "A", "A[amount]", "A[concentration]", "J"}


def test_text_shows_species(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", file, "--duration", "2"]) == 0
    assert "1 of 6 readouts" in capsys.readouterr().out
    assert main(["import", file, "--duration", "2", "--readout", "J", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert len(rows) == 11
    assert set(rows[0]) == {"time", "J"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("import", "none.xml"), "none.xml: cannot be read"),
        (("import", "FILE", "--readout", "A"), "there is no --duration; say how long to simulate"),
        (
            ("import", "FILE", "--duration", "1", "--readout", "a"),
            "unknown readout 'a'; did you mean",
        ),
        (("import", "FILE", "--duration", "1", "--parameter", "q=1"), "'q': is not in the model"),
        (("simulate", "--model", "FILE"), "is a file of equations.*; use pathway import"),
    ],
)
def test_bad_input_ends_with_one_line(
    file: str, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    assert main([file if word == "FILE" else word for word in words]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert re.search(message, error)
