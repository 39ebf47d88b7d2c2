"""``pathway ensemble``: quantiles in every form, a folder to go on from, clean errors."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from rich.console import Console

from pathway.cli.main import main
from pathway.population.progress import CellBar, pace
from tests.sbml_text import CELL, apply, document, parameter, reaction, species, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.command import Ended

    Run = Callable[..., Ended]

WORDS = ("ensemble", "--drug", "blocker=100 nM", "--duration", "2 h", "--draws", "20")


def test_it_prints_quantiles_of_the_end(run: Run) -> None:
    ended = run(*WORDS, "--readout", "pR", "--readout", "pK", "--below", "10")
    assert ended.code == 0
    assert "blocker 100 nM: levels of 20 cells" in ended.out
    assert all(word in ended.out for word in ("pR", "nM", "50 %", "95 %", "below 10", "120"))
    assert "failed" not in ended.out


def test_forms_and_files_agree(run: Run, tmp_path: Path) -> None:
    words = (*WORDS, "--suppression", "--at", "1 h", "--at", "2 h", "--below", "0.5")
    ended = run(*words, "--json", "--out", tmp_path / "out")
    table = pd.read_csv(tmp_path / "out" / "ensemble.csv")
    assert [row["readout"] for row in ended.rows] == list(table["readout"])
    assert ended.rows[0]["50 %"] == pytest.approx(table["50 %"][0])
    assert sorted(set(table["time"])) == [60.0, 120.0]
    as_csv = run(*words, "--csv")
    assert (
        as_csv.out.splitlines()[0] == "time,readout,unit,mean,sd,5 %,25 %,50 %,75 %,95 %,below 0.5"
    )
    with xr.open_dataset(tmp_path / "out" / "results.nc", engine="h5netcdf") as found:
        share = float(found["pK_suppression_below"][0, 1])
        assert found.attrs["cells_ok"] == 20
    (row,) = [row for row in ended.rows if (row["time"], row["readout"]) == (120.0, "pK")]
    assert row["below 0.5"] == share


def test_cells_that_differ_and_those_that_do_not(run: Run) -> None:
    words = (*WORDS, "--readout", "pR", "--json", "--fold")
    plain = run(*words).rows
    assert run(*words).rows == plain
    assert run(*words, "--threads", "1").rows == plain
    assert run(*words, "--seed", "2").rows != plain
    assert run(*words, "--vary", "K.total").rows[0]["sd"] == pytest.approx(0.0, abs=1e-9)
    assert plain[0]["unit"] == "1"


def test_a_folder_goes_on(run: Run, tmp_path: Path) -> None:
    words = (*WORDS, "--checkpoint", tmp_path / "saved", "--csv")
    first = run(*words)
    assert (tmp_path / "saved" / "chunk-000000.npz").is_file()
    assert run(*words).out == first.out
    other = run(*words, "--seed", "2")
    assert other.code == 2
    assert "belongs to another job: seed differ" in other.err


def test_failed_cells_are_told(run: Run) -> None:
    ended = run(*WORDS, "--parameter", "M_decay.k=x1e-9")
    assert ended.code == 1
    assert "every cell failed; equilibrium: no rest" in ended.err
    both = run(*WORDS, "--fold", "--suppression")
    assert both.code == 2
    assert "--fold --suppression: two quantities; give one of them" in both.err


def test_an_sbml_file_is_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = document(
        compartments=CELL,
        species=species("A", "4"),
        parameters=parameter("k", "0.5"),
        reactions=reaction(apply("times", "k", "A", "C"), "A"),
    )
    words = ["ensemble", "--model", str(write(tmp_path, text)), "--duration", "4", "--draws", "50"]
    assert main([*words, "--readout", "A", "--vary", "A", "--json", "--at", "0", "--at", "4"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [row["time"] for row in rows] == [0.0, 4.0]
    assert rows[1]["mean"] == pytest.approx(rows[0]["mean"] * np.exp(-2.0), rel=1e-6)
    assert main([*words, "--sigma", "0.01", "--readout", "A", "--csv"]) == 0
    assert "4.0,A," in capsys.readouterr().out
    assert main([*words, "--fold"]) == 2
    assert "--fold: 'm' has no untreated cell; leave it out" in capsys.readouterr().err


def test_the_bar_shows_rate_and_time_left() -> None:
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, width=120)
    with CellBar("running cells", patience=0.0, console=console) as bar:
        bar(100, 1000)
        bar._timer.join()
        bar._first = (100, bar._first[1] - 10.0 if bar._first else 0.0)
        bar(300, 1000)
    assert "running cells" in shown.getvalue()
    assert "300/1000, " in shown.getvalue()
    assert " cells/s, 0:3" in shown.getvalue()


def test_a_bar_is_silent_where_nobody_looks() -> None:
    shown = io.StringIO()
    with CellBar("running cells", console=Console(file=shown)) as bar:
        bar(1, 2)
    assert shown.getvalue() == ""


@pytest.mark.parametrize(
    ("done", "seconds", "left", "text"),
    [
        (0, 1.0, 10, ""),
        (10, 0.0, 10, ""),
        (500, 1.0, 30_000, ", 500 cells/s, 1:00 left"),
        (1000, 1.0, 3_661_000, ", 1e+03 cells/s, 1:01:01 left"),
    ],
)
def test_pace_is_rate_and_time_left(done: int, seconds: float, left: int, text: str) -> None:
    assert pace(done, seconds, left) == text
