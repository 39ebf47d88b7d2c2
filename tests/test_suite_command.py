"""Cases laid out as in the SBML Test Suite: what passes, what does not, and bad folders."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import pytest

import pathway as pw
from pathway.analysis.suite import find_cases, read_case, run_suite
from pathway.cli.main import main
from pathway.errors import DeclarationError
from tests.sbml_text import CELL, apply, document, parameter, reaction, species

if TYPE_CHECKING:
    from pathlib import Path

LAW = apply("times", "C", "k", "A")
SETTINGS = """start: 0
duration: 2
steps: 1
variables: A, time
absolute: 1e-7
relative: 1e-4
amount: A
concentration:
"""
RESULTS = f"time,A,time\n0,6,0.5\n2,{6.0 * math.exp(-1.0)!r},0.5\n"


def decay(level: int = 3, more: str = "") -> str:
    return document(
        level=level,
        compartments=CELL,
        species=species("A", "6"),
        parameters=parameter("k", "0.5") + parameter("time", "0.5"),
        reactions=reaction(LAW, "1 A", more=more),
    )


def write_case(folder: Path, name: str, prefix: str = "", **changed: str) -> None:
    place = folder / name
    place.mkdir()
    texts = {
        f"{prefix}{'sbml-l3v2' if prefix else 'model'}.xml": decay(),
        f"{prefix}settings.txt": SETTINGS,
        f"{prefix}results.csv": RESULTS,
        **{key.replace("_", "."): text for key, text in changed.items()},
    }
    for file, text in texts.items():
        (place / file).write_text(text, encoding="utf-8")


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    write_case(tmp_path, "00001")
    write_case(tmp_path, "00002", prefix="00002-")
    (tmp_path / "00002" / "00002-sbml-l2v4.xml").write_text("no SBML", encoding="utf-8")
    write_case(tmp_path, "00003", results_csv=RESULTS.replace("0,6,", "0,6.1,"))
    write_case(tmp_path, "00004", model_xml=decay(31, 'fast="true"'))
    write_case(tmp_path, "00005", settings_txt=SETTINGS.replace("relative", "relativ"))
    write_case(tmp_path, "00006", results_csv="time,B\n0,6\n")
    (tmp_path / "notes").mkdir()
    return tmp_path


def test_every_case_has_a_verdict(cases: Path) -> None:
    told: list[tuple[int, int]] = []
    found = run_suite(cases, progress=lambda done, total: told.append((done, total)))
    assert list(found["case"]) == [f"0000{number}" for number in range(1, 7)]
    assert list(found["verdict"])[:3] == ["pass", "pass", "fail"]
    assert list(found["verdict"])[3:] == ["refused", "fail", "fail"]
    reasons = list(found["reason"])
    assert reasons[2] == "A[amount] is 6 and not 6.1 at 0"
    assert "relative" in reasons[4]
    assert reasons[5] == "there is no B"
    assert told[-1] == (6, 6)


def test_a_model_may_call_a_parameter_time(cases: Path) -> None:
    model = pw.load(read_case(cases / "00001").model)
    found = pw.simulate(model, pw.Scenario(duration="2"), times=[0.0, 2.0])
    assert list(found["time"]) == [0.0, 2.0]
    assert list(found["time[readout]"].to_numpy()[0]) == [0.5, 0.5]


def test_the_highest_level_is_taken(cases: Path) -> None:
    assert read_case(cases / "00002").model.name == "00002-sbml-l3v2.xml"


def test_bad_folders(cases: Path, tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"has no cases: folders with a settings\.txt"):
        find_cases(cases / "00001")
    (cases / "00001" / "model.xml").unlink()
    with pytest.raises(DeclarationError, match="00001: has no model file"):
        read_case(cases / "00001")
    (tmp_path / "00001" / "other-results.csv").write_text(RESULTS, encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"has 2 files \*results\.csv"):
        read_case(cases / "00001")


def test_the_command_line(cases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suite", str(cases), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["counts"]["pass"] == 2
    assert len(found["rows"]) == 6
    assert main(["suite", str(cases), "--csv", "--method", "LSODA"]) == 1
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 7
    assert "2 pass" in printed.err
    for name in ("00003", "00004", "00005", "00006"):
        for file in (cases / name).iterdir():
            file.unlink()
        (cases / name).rmdir()
    assert main(["suite", str(cases)]) == 0
    assert capsys.readouterr().out.strip() == "2 pass, 0 refused, 0 fail"
    assert main(["suite", str(cases / "notes")]) == 2
    assert "has no cases" in capsys.readouterr().err
