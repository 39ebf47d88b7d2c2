"""The benchmark: its harness on a toy model, its errors and its verdicts. Nothing here asserts a time."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.bench.client import Client, LostError
from pathway.bench.compare import best_ratio, matched
from pathway.bench.engines.protocol import RunFailedError, one_by_one
from pathway.bench.engines.written import written_rhs
from pathway.bench.figure import work_precision
from pathway.bench.measure import Measured, Plan, measure
from pathway.bench.problem import read_problem, scaled_error
from pathway.bench.reference import reference
from pathway.bench.report import table_rows
from pathway.cli.main import main
from pathway.errors import PathwayError, UnsupportedError
from pathway.model import load_equations
from tests.benchmarks.goals import GOALS, Goal, Row, Verdict, judge
from tests.benchmarks.rows import ensemble_row, own_rows
from tests.sbml_text import CELL, apply, document, parameter, reaction, species, write

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from pathway.bench.problem import Problem

RATE = "0.5"
TOY = document(
    compartments=CELL,
    species=species("A", "6") + species("B", "0"),
    parameters=parameter("k", RATE) + parameter("unused", "3"),
    reactions=reaction(apply("times", "C", "k", "A"), "1 A", "1 B"),
)
END = 4.0


@pytest.fixture
def problem(tmp_path: Path) -> Problem:
    return read_problem(write(tmp_path, TOY), END, "toy")


def line(engine: str, error: float, rate: float, rtol: float = 1e-6) -> Measured:
    return Measured(
        engine=engine,
        problem="toy",
        rtol=rtol,
        atol=rtol * 1e-3,
        error=error,
        single=1.0 / rate,
        rates={1: rate, 2: 2.0 * rate},
        cpu_rates={1: rate, 2: rate},
        runs=10,
    )


def test_what_a_problem_asks(problem: Problem) -> None:
    assert problem.species == ("A", "B")
    assert problem.varied == ("k",)
    assert problem.times[[0, -1]].tolist() == [0.0, END]
    assert problem.times.size == 121


def test_samples_are_log_normal_and_begin_alike(problem: Problem) -> None:
    rows = problem.samples(4000)
    assert np.array_equal(rows[:10], problem.samples(10))
    logs = np.log(rows / problem.base)
    assert abs(logs.mean()) < 0.02
    assert logs.std() == pytest.approx(0.3, rel=0.05)


def test_scaled_rows(problem: Problem) -> None:
    assert problem.scaled({"k": np.array([1.0, 0.5])}).tolist() == [[0.5], [0.25]]
    with pytest.raises(PathwayError, match="does not vary 'unused'; name a varied parameter"):
        problem.scaled({"unused": np.ones(2)})


def test_reference_is_the_closed_form(problem: Problem, tmp_path: Path) -> None:
    rows = problem.samples(2)
    found = reference(problem, rows, tmp_path)
    for y, rate in zip(found.y, [float(RATE), *rows[:, 0]], strict=True):
        left = 3.0 * np.exp(-rate * problem.times)
        assert scaled_error(y, np.stack([left, 3.0 - left], axis=-1)) < 1e-9
    assert found.doubt < 1e-6
    (kept,) = (tmp_path / "references").iterdir()
    before = kept.stat().st_mtime_ns
    assert np.array_equal(reference(problem, rows, tmp_path).y, found.y)
    assert kept.stat().st_mtime_ns == before


@given(st.floats(1e-3, 1e3), st.floats(-1e-2, 1e-2))
def test_scaled_error_is_by_the_largest_value(size: float, off: float) -> None:
    true = size * np.array([[0.1, 0.0], [1.0, 0.0]])
    found = true + np.array([[size * off, 0.0], [0.0, 0.0]])
    assert scaled_error(found, true) == pytest.approx(abs(off), rel=2e-3, abs=1e-15)


def test_an_error_that_is_no_number_is_infinite() -> None:
    assert scaled_error(np.array([[np.nan]]), np.array([[1.0]])) == math.inf


@pytest.mark.parametrize(
    ("text", "end", "message"),
    [
        (TOY, 0.0, "ends at 0; give a positive duration"),
        (document(parameters=parameter("k", "1")), END, "has no species that move"),
        (TOY.replace('value="0.5"', 'value="0"'), END, "has no varied parameters"),
    ],
)
def test_files_that_cannot_be_timed(text: str, end: float, message: str, tmp_path: Path) -> None:
    with pytest.raises(PathwayError, match=message):
        read_problem(write(tmp_path, text), end)


def test_measure_times_and_loses(problem: Problem, tmp_path: Path) -> None:
    plan = Plan(tolerances=((1e-6, 1e-9),), runs=2, rounds=1, seconds=5.0)
    own, scipy, lost = measure(problem, ("pathway", "scipy", "none"), plan, tmp_path)
    for one in (own, scipy):
        assert not one.lost
        assert one.error < 1e-4
        assert one.many_error < 1e-4
        assert (one.runs, one.failed) == (2, 0)
        assert set(one.rates) == {1, 2}
    assert "engine 'none': is not known" in lost.lost
    assert math.isnan(lost.error)
    assert [row["engine"] for row in table_rows([own, scipy, lost])][2] == "none"


def test_an_engine_that_is_not_known_is_lost(problem: Problem, tmp_path: Path) -> None:
    with pytest.raises(LostError, match="is not known"):
        Client("none", problem, problem.samples(1), tmp_path, 60.0)


def test_an_engine_that_dies_is_lost(problem: Problem, tmp_path: Path) -> None:
    with Client("scipy", problem, problem.samples(1), tmp_path, 60.0) as client:
        client._process.kill()
        client._process.wait()
        with pytest.raises(LostError, match="ended with -9"):
            client.ask("tolerances", rtol=1e-6, atol=1e-9)


def test_an_engine_that_takes_too_long_is_lost(problem: Problem, tmp_path: Path) -> None:
    with Client("scipy", problem, problem.samples(1), tmp_path, 60.0) as client:
        client._patience = 0.0
        with pytest.raises(LostError, match="no result in 0 s"):
            client.ask("single", row=None)


class Halves:
    """Fails where the first number is negative."""

    threads = False
    version = "1"

    def tolerances(self, rtol: float, atol: float) -> None:
        raise AssertionError(rtol, atol)

    def run(self, row: NDArray[np.float64] | None) -> NDArray[np.float64]:
        if row is None or row[0] < 0.0:
            raise RunFailedError("negative")
        return np.full((2, 1), row[0])

    def many(
        self, rows: NDArray[np.float64], threads: int
    ) -> tuple[NDArray[np.float64], list[int]]:
        raise AssertionError(rows, threads)

    def compared(self, y: NDArray[np.float64]) -> NDArray[np.float64]:
        return y


def test_failed_runs_are_counted_and_nan() -> None:
    y, failed = one_by_one(Halves(), np.array([[-1.0], [2.0]]))
    assert failed == [0]
    assert np.isnan(y[0]).all()
    assert (y[1] == 2.0).all()
    with pytest.raises(RunFailedError, match="every run"):
        one_by_one(Halves(), np.array([[-1.0]]))


def test_written_right_hand_side(tmp_path: Path) -> None:
    text = written_rhs(load_equations(write(tmp_path, TOY)).compiled)
    assert "def rhs(t, y, dy, p):" in text
    assert text.count("dy[") == 2
    odd = TOY.replace("<ci>k</ci>", "<apply><sin/><ci>k</ci></apply>")
    with pytest.raises(UnsupportedError, match="has 'sin'; time other peers"):
        written_rhs(load_equations(write(tmp_path, odd)).compiled)


def test_only_like_errors_are_compared() -> None:
    peer = line("libroadrunner", 1e-5, 10.0)
    exact, alike = line("pathway", 1e-6, 100.0), line("pathway", 1.2e-5, 300.0, rtol=1e-5)
    assert matched([exact], peer) is None
    assert matched([exact, alike], peer) is alike
    assert matched([line("pathway", 2.5e-5, 100.0), alike], peer) is alike
    slow = line("copasi", 1e-6, 50.0)
    ratio = best_ratio([exact, alike], [peer, slow], lambda one: one.rates[1])
    assert ratio is not None
    assert (ratio.peer.engine, ratio.times) == ("copasi", 2.0)


def test_lines_are_compared_at_other_tolerances_too() -> None:
    lines = [line("pathway", 1e-7, 100.0), line("libroadrunner", 1e-5, 10.0)]
    more = [line("pathway", 1e-5, 400.0, rtol=1e-4)]
    assert table_rows(lines)[1]["pathway is"] == "not compared: errors differ 0.01×"
    for user_time in (False, True):
        rows = table_rows(lines, more=more, user_time=user_time)
        assert [row["pathway is"] for row in rows] == ["", "40× as fast at rtol 1e-04"]


def test_rows_say_what_they_compare() -> None:
    lines = [line("pathway", 1e-5, 500.0), line("libroadrunner", 1e-5, 10.0)]
    row = ensemble_row("ensemble 55", lines, "toy", 1e-6)
    assert (row.value, row.verdict) == (50.0, Verdict.AIM)
    assert "pathway 500/s (error 1.0e-05, rtol 1e-06) to libroadrunner 10/s" in row.note
    alone = ensemble_row("ensemble 55", lines[:1], "toy", 1e-6)
    assert alone.verdict is Verdict.UNKNOWN
    two, failed, memory = own_rows(lines[:1])
    assert (two.value, two.verdict) == (2.0, Verdict.AIM)
    assert (failed.value, failed.verdict) == (0.0, Verdict.AIM)
    assert memory.verdict is Verdict.UNKNOWN


def test_verdicts() -> None:
    more = Goal(what="", unit="×", goal=20.0, aim=40.0)
    assert [judge(more, value) for value in (41.0, 20.0, 19.9)] == [
        Verdict.AIM,
        Verdict.GOAL,
        Verdict.MISSED,
    ]
    less = Goal(what="", unit="s", goal=3.0, aim=1.5, less=True)
    assert [judge(less, value) for value in (1.5, 3.0, 3.1)] == [
        Verdict.AIM,
        Verdict.GOAL,
        Verdict.MISSED,
    ]
    assert Row(goal=GOALS["compare"]).verdict is Verdict.UNKNOWN


def test_figure_has_a_panel_for_each_problem() -> None:
    figure = work_precision([line("pathway", 1e-5, 9.0), line("scipy", 1e-4, 3.0)])
    (panel,) = figure.axes
    assert panel.get_title() == "toy"
    assert [curve.get_label() for curve in panel.lines] == ["pathway", "scipy"]


def test_command_prints_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--duration", "4", "--runs", "2", "--rounds", "1", "--no-figure"]
    folders = ["--out", str(tmp_path / "out"), "--cache", str(tmp_path / "cache")]
    assert main(["bench", str(write(tmp_path, TOY)), *words, *folders, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [row["rtol"] for row in rows] == ["1e-06", "1e-08"]
    saved = json.loads((tmp_path / "out" / "bench.json").read_text(encoding="utf-8"))
    assert saved["machine"]["versions"]["numba"]
    assert [one["failed"] for one in saved["measured"]] == [0, 0]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--engine", "copsi"], "--engine: unknown engine 'copsi'; did you mean 'copasi'"),
        (["--duration", "3"], "--duration: no file is given; name an SBML file before it"),
        (["model.xml"], "model.xml: no --duration; say how long it runs"),
    ],
)
def test_command_refuses(
    words: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["bench", *words]) == 2
    assert message in capsys.readouterr().err
