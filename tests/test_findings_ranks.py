"""Rank correlations: the statistic against scipy's, and a panel against a table, end to end."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from pathway.cli.main import main
from pathway.errors import EvidenceError
from pathway.findings.evidence import check_evidence
from pathway.findings.ranks import LEAST, rank_correlation
from pathway.model.model import Model, load
from tests.toy import NUMBER, write_toy

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

LINES = [f"LINE{number}" for number in range(12)]
FILE = """
version = 1
[run]
basal = { duration = "1 h" }
blocked = { drugs = { blocker = "1 uM" }, duration = "1 h" }

[panel.lines]
contexts = PANEL

[measured.level]
file = "published/levels.tsv"
key = "line"
value = "pR"

[finding.TREND]
claim = "pR without ligand ranks as measured"
source = "made up"
basis = "data"
strength = "A"
suspect = "the receptor's phosphatase"
expect = [
  { kind = "rank", expr = 'EXPR', panel = "lines", measured = "level", note = "made up" },
]
"""


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = write_toy(tmp_path_factory.mktemp("toy"))
    for number, line in enumerate(LINES):
        total = f'value = {1e4 * (number + 1)}, unit = "molecules/cell", {NUMBER}'
        text = f'description = "a line"\ngenotype = "none"\n[total]\nR = {{ {total} }}\n'
        (folder / "contexts" / f"{line}.toml").write_text(text)
    return load(folder)


def put(folder: Path, levels: dict[str, float], panel: str = '"all"') -> Path:
    """Write a table of measurements and a findings file that asks for it."""
    (folder / "published").mkdir(exist_ok=True)
    rows = "".join(f"{line}\t{level}\n" for line, level in levels.items())
    (folder / "published" / "levels.tsv").write_text("line\tpR\n" + rows)
    path = folder / "f.toml"
    path.write_text(FILE.replace("PANEL", panel).replace("EXPR", "rest(basal, pR)"))
    return path


def trend(evidence_table: pd.DataFrame) -> dict[str, str]:
    (row,) = evidence_table.to_dict("records")
    return {str(key): str(value) for key, value in row.items()}


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=30),
    st.integers(0, 5),
)
def test_rho_is_that_of_scipy_ties_included(pairs: list[tuple[int, int]], seed: int) -> None:
    x, y = (np.array(side, dtype=float) for side in zip(*pairs, strict=True))
    found = rank_correlation(list(x), list(y), seed)
    assert found.pairs == len(pairs)
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert math.isnan(found.rho)
        assert math.isnan(found.low)
        return
    assert found.rho == pytest.approx(spearmanr(x, y).statistic, abs=1e-12)
    assert -1.0 <= found.low <= found.high <= 1.0


def test_the_interval_is_the_bootstrap_of_a_plain_loop() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=25)
    y = x + rng.normal(size=25)
    found = rank_correlation(list(x), list(y), seed=1)
    other = np.random.default_rng(7)
    drawn = [other.integers(0, 25, size=25) for _ in range(2000)]
    loop = [spearmanr(x[rows], y[rows]).statistic for rows in drawn]
    assert (found.low, found.high) == pytest.approx(np.quantile(loop, [0.025, 0.975]), abs=0.04)


def test_the_seed_decides_the_interval_and_nothing_else() -> None:
    x = [float(number) for number in range(15)]
    y = [x[(7 * number) % 15] + number for number in range(15)]
    same = rank_correlation(x, y, seed=3)
    assert same == rank_correlation(x, y, seed=3)
    others = [rank_correlation(x, y, seed=seed) for seed in range(5)]
    assert {other.rho for other in others} == {same.rho}
    assert len({(other.low, other.high) for other in others}) > 1


def test_numbers_that_differ_by_what_integration_leaves_are_ties() -> None:
    clean = rank_correlation([1.0, 1.0, 2.0, 3.0], [1.0, 2.0, 3.0, 4.0], 0)
    assert rank_correlation([1.0 + 1e-9, 1.0, 2.0, 3.0], [1.0, 2.0, 3.0, 4.0], 0) == clean


def test_a_panel_that_ranks_as_measured_passes(toy: Model, tmp_path: Path) -> None:
    path = put(tmp_path, {f"Line-{number}": number + 1.0 for number in range(12)})
    evidence = check_evidence(toy, path, data=tmp_path)
    row = trend(evidence.table)
    assert (row["verdict"], row["held"], row["suspect"]) == ("pass", "1/1", "")
    assert row["expected"] == "rest(basal, pR) ranks lines as level (95% interval above 0)"
    assert row["found"] == "rho = 1.00 [1.00, 1.00], n = 12"
    (detail,) = evidence.expectations.to_dict("records")
    assert (detail["kind"], detail["note"]) == ("rank", "made up; not measured: CELL, MUTATED")


def test_a_panel_that_ranks_otherwise_fails_with_its_suspect(toy: Model, tmp_path: Path) -> None:
    path = put(tmp_path, {line: -number for number, line in enumerate(LINES)})
    with pytest.raises(EvidenceError, match=r"LINE1: pR = -1 is negative"):
        check_evidence(toy, path, data=tmp_path)
    path = put(tmp_path, {line: 20.0 - number for number, line in enumerate(LINES)})
    row = trend(check_evidence(toy, path, data=tmp_path).table)
    assert (row["verdict"], row["held"]) == ("fail", "0/1")
    assert row["found"] == "rho = -1.00 [-1.00, -1.00], n = 12"
    assert row["suspect"] == "the receptor's phosphatase"


def test_an_interval_that_reaches_zero_fails(toy: Model, tmp_path: Path) -> None:
    levels = [3.0, 5.0, 1.0, 7.0, 4.0, 2.0, 8.0, 6.0, 5.0, 1.0, 9.0, 4.0]
    path = put(tmp_path, dict(zip(LINES, levels, strict=True)))
    row = trend(check_evidence(toy, path, data=tmp_path).table)
    expected = spearmanr(range(12), levels).statistic
    assert expected > 0.1
    assert row["found"].startswith(f"rho = {expected:.2f} [-")
    assert row["verdict"] == "fail"


def test_the_seed_reaches_the_interval(toy: Model, tmp_path: Path) -> None:
    levels = [3.0, 5.0, 1.0, 7.0, 4.0, 2.0, 8.0, 6.0, 5.0, 1.0, 9.0, 4.0]
    path = put(tmp_path, dict(zip(LINES, levels, strict=True)))
    found = {
        trend(check_evidence(toy, path, data=tmp_path, seed=seed).table)["found"]
        for seed in range(6)
    }
    assert len(found) > 1


def test_without_measurements_a_rank_is_not_expressible(toy: Model, tmp_path: Path) -> None:
    path = put(tmp_path, dict.fromkeys(LINES, 1.0))
    evidence = check_evidence(toy, path)
    row = trend(evidence.table)
    assert (row["verdict"], row["suspect"]) == ("not expressible", "")
    assert row["found"] == "needs measurements: give data="
    assert evidence.counts == {"pass": 0, "fail": 0, "not expressible": 1}
    assert str(evidence).splitlines() == [
        "TREND: not expressible",
        "0 pass, 0 fail, 1 not expressible",
    ]


def test_absent_lines_are_noted_and_few_are_no_rank(toy: Model, tmp_path: Path) -> None:
    levels = {line: float(number) for number, line in enumerate([*LINES, "OTHER"])}
    asked = ", ".join(f'"{line}"' for line in ["OTHER", *LINES[2:]])
    path = put(tmp_path, levels, f"[{asked}]")
    (detail,) = check_evidence(toy, path, data=tmp_path).expectations.to_dict("records")
    assert detail["found"] == f"rho = 1.00 [1.00, 1.00], n = {LEAST}"
    assert detail["note"] == "made up; absent: OTHER"
    few = ", ".join(f'"{line}"' for line in LINES[3:])
    row = trend(check_evidence(toy, put(tmp_path, levels, f"[{few}]"), data=tmp_path).table)
    assert row["verdict"] == "not expressible"
    assert row["found"] == (
        "9 contexts of panel lines are in the model and in level: a rank needs 10"
    )


def test_a_number_missing_in_one_line_is_a_failure(toy: Model, tmp_path: Path) -> None:
    path = put(tmp_path, {line: number + 1.0 for number, line in enumerate(LINES)})
    text = path.read_text()
    path.write_text(text.replace("rest(basal, pR)", "1 / (rest(basal, pR) - rest(blocked, pR))"))
    row = trend(check_evidence(toy, path, data=tmp_path).table)
    assert row["verdict"] == "fail"
    assert row["found"] == f"no number for {', '.join(sorted(LINES))}"


def test_the_command_prints_ranks_suspects_and_counts(
    toy: Model, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = put(tmp_path, {line: 20.0 - number for number, line in enumerate(LINES)})
    words = ["evidence", "--model", toy.declared.folder, str(path)]
    assert main([*words, "--data", str(tmp_path), "--seed", "3"]) == 1
    text = capsys.readouterr().out
    assert "rho = -1.00 [-1.00, -1.00], n = 12" in text
    assert "the receptor's phosphatase" in text
    assert text.splitlines()[-1] == "0 pass, 1 fail, 0 not expressible"
    assert main(words) == 0
    text = capsys.readouterr().out
    assert "needs measurements: give data=" in text
    assert "rank correlations" not in text


def test_a_missing_folder_of_measurements_is_an_error(toy: Model, tmp_path: Path) -> None:
    path = put(tmp_path, dict.fromkeys(LINES, 1.0))
    with pytest.raises(EvidenceError, match=r"nowhere'?: no such folder; give where the tables"):
        check_evidence(toy, path, data=tmp_path / "nowhere")
