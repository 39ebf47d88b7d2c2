"""The comparison on the toy model: numbers, ranking, files; and its trials."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib import pyplot as plt

import pathway as pw
from pathway.analysis.compare import compare, trials
from pathway.analysis.compare_draw import MANY, get_ready, second_process
from pathway.analysis.compare_save import together
from pathway.analysis.compare_score import ranking, score_table
from pathway.errors import PathwayError, ScenarioError
from tests.regimens import write_toy_with_regimens

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pathway.analysis.compare import Comparison
    from pathway.model import Model

COLUMNS = ["strategy", "context", "ligand", "lesion", "readout", "time", "suppression"]


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return pw.load(write_toy_with_regimens(tmp_path_factory.mktemp("toy")))


@pytest.fixture(scope="module")
def calls() -> list[tuple[int, int]]:
    return []


@pytest.fixture(scope="module")
def result(toy: Model, calls: list[tuple[int, int]]) -> Comparison:
    return compare(toy, progress=lambda done, total: calls.append((done, total)), curve_doses=4)


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def number(result: Comparison, **where: str) -> float:
    """Return the one number of the table that the columns pick."""
    chosen = result.table
    for column, value in where.items():
        chosen = chosen[chosen[column] == value]
    (value,) = chosen["suppression"]
    return float(value)


CELL = {"context": "CELL", "ligand": "none", "lesion": "none"}


def test_the_table_has_a_row_per_question(result: Comparison) -> None:
    assert list(result.table.columns) == COLUMNS
    # five strategies, three cells, two ligand arms, three readouts, two times and the area
    assert len(result.table) == 5 * 3 * 2 * 3 * 3
    assert list(dict.fromkeys(result.table["time"])) == ["1 h", "4 h", "AUC"]
    assert result.failures == {}


def test_suppression_is_one_minus_treated_over_untreated(result: Comparison, toy: Model) -> None:
    cell = pw.Scenario(context="CELL", duration="1 h")
    treated = replace(cell, drugs={"blocker": "in-vitro"})
    runs = [run.then("4 h", ligands={"L": "1 nM"}) for run in (cell, treated)]
    data = pw.simulate(toy, runs, times=["2 h", "5 h"])
    for time, text in enumerate(("1 h", "4 h")):
        untreated, left = data["pR"].to_numpy()[:, time]
        found = number(
            result, strategy="blocker", readout="pR", time=text, **{**CELL, "ligand": "L"}
        )
        assert found == pytest.approx(1.0 - left / untreated, abs=1e-4)


def test_the_area_is_that_of_a_fine_grid(result: Comparison, toy: Model) -> None:
    cell = pw.Scenario(context="CELL", duration="1 h")
    runs = [replace(cell, drugs=drugs) for drugs in ({}, {"blocker": "in-vitro"})]
    times = np.linspace(60.0, 300.0, 2401)
    runs = [run.then("4 h", ligands={"L": "1 nM"}) for run in runs]
    untreated, treated = pw.simulate(toy, runs, times=times.tolist())["pK"].to_numpy()
    found = number(result, strategy="blocker", readout="pK", time="AUC", **{**CELL, "ligand": "L"})
    assert found == pytest.approx(1.0 - np.trapezoid(treated) / np.trapezoid(untreated), abs=2e-3)


def test_untreated_cells_are_suppressed_by_nothing(result: Comparison) -> None:
    untreated = result.table[result.table["strategy"] == "untreated"]
    assert (untreated["suppression"] == 0.0).all()


def test_a_waiting_untreated_cell_stays_at_rest(result: Comparison) -> None:
    course = result.dataset["pR"].sel(scenario="untreated / CELL / none").to_numpy()
    np.testing.assert_allclose(course, course[0], rtol=1e-5)


def test_the_score_is_the_mean_over_the_ranking_readouts(result: Comparison) -> None:
    parts = [
        number(result, strategy="both", readout=readout, time="4 h", **CELL)
        for readout in ("pR", "pK")
    ]
    assert result.scores.loc["both", ("none", "CELL", "none")] == pytest.approx(np.mean(parts))


def test_the_ranking_puts_the_best_mean_score_first(result: Comparison) -> None:
    table = result.ranking
    assert list(table.columns[:4]) == ["rank", "strategy", "label", "score"]
    assert list(table.columns[4:]) == [
        "CELL",
        "MUTATED",
        "CELL + truncated R",
        "CELL, L 1 nM",
        "MUTATED, L 1 nM",
        "CELL + truncated R, L 1 nM",
    ]
    assert table["score"].is_monotonic_decreasing
    assert table["strategy"].iloc[-1] == "untreated"
    conditions = table[list(table.columns[4:])].to_numpy()
    np.testing.assert_allclose(table["score"], conditions.mean(axis=1))


def test_equal_scores_share_a_rank_and_failures_come_last(result: Comparison) -> None:
    scores = result.scores.copy()
    scores.loc["blocker"] = scores.loc["both"]
    scores.loc["antibody", ("none", "CELL", "none")] = np.nan
    table = ranking(scores, result.plan)
    ranks = dict(
        zip(table["strategy"], table["rank"].to_numpy(dtype=float, na_value=np.nan), strict=True)
    )
    assert ranks["blocker"] == ranks["both"] == 1.0
    assert table["strategy"].iloc[-1] == "antibody"
    assert np.isnan(ranks["antibody"])


def test_half_a_failed_score_is_no_score(result: Comparison) -> None:
    table = result.table.copy()
    failed = (table["strategy"] == "blocker") & (table["readout"] == "pK")
    table.loc[failed, "suppression"] = np.nan
    scores = score_table(table, result.plan, ("pR", "pK"), "4 h")
    assert scores.loc["blocker"].isna().all()
    assert scores.loc["both"].notna().all()


def test_time_counts_from_the_ligand_in_hours(result: Comparison) -> None:
    time = result.dataset["time"]
    assert time.attrs["units"] == "h"
    assert float(time[0]) == -1.0
    assert float(time[-1]) == 4.0
    course = result.dataset["pR"].sel(scenario="untreated / CELL / L")
    before = course.where(result.dataset["time"] <= 0.0, drop=True).to_numpy()
    np.testing.assert_allclose(before, before[0], rtol=1e-5)
    assert float(course[-1]) > 1.2 * before[0]


def test_curves_rise_with_dose(result: Comparison) -> None:
    curves = result.curves
    chosen = curves[
        (curves["strategy"] == "blocker")
        & (curves["ligand"] == "none")
        & (curves["readout"] == "pR")
        & (curves["time"] == "4 h")
    ]
    assert len(chosen) == 4
    assert chosen["dose"].is_monotonic_increasing
    assert chosen["suppression"].is_monotonic_increasing


def test_progress_counts_every_run(result: Comparison, calls: list[tuple[int, int]]) -> None:
    total = len(result.plan.runs) + len(result.plan.curves)
    assert calls[-1] == (total, total)


def test_a_run_is_found_by_its_names(result: Comparison) -> None:
    run = result.run("both", context="CELL", ligand="none", lesion="tR")
    assert run.cell.lesions == ("tR",)
    with pytest.raises(ScenarioError, match="no strategy 'bth'; did you mean 'both'"):
        result.run("bth")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"trial": "TOYTRAIL"}, "unknown trial 'TOYTRAIL'; did you mean 'TOYTRIAL'"),
        ({"trial": "dual_blockade"}, "unknown trial 'dual_blockade'; known: 'TOYTRIAL'"),
        ({"regimen": "dual_blokade"}, "unknown regimen 'dual_blokade'; did you mean"),
        ({"regimen": "dual_blockade", "trial": "TOYTRIAL"}, "both a regimen and a trial"),
        ({"rank_by": ["pKK"]}, "unknown readout 'pKK'; did you mean 'pK'"),
        ({"rank_by": []}, "no readout; name at least one"),
        ({"readouts": ["pR", "pX1"]}, "unknown readout 'pX1'"),
        ({"rank_at": "9 h"}, "no time '9 h'; name one within the duration"),
    ],
)
def test_what_is_wrong_is_named_before_anything_runs(
    toy: Model, options: dict[str, str], message: str
) -> None:
    with pytest.raises(ScenarioError, match=message):
        compare(toy, **options)  # type: ignore[arg-type]


def test_a_trial_has_its_outcome_beside_it_and_says_what_it_is_not(toy: Model) -> None:
    found = trials(toy)
    assert list(found) == ["TOYTRIAL"]
    trial = found["TOYTRIAL"]
    assert trial.outcomes["effect"].tolist() == ["HR 0.62 (95 % CI 0.51-0.75)"]
    words = " ".join(trial.notes)
    assert "does not predict" in words
    assert "sugar in both arms" in words
    assert "chemotherapy backbones are not modelled" in words
    heading = trial.figures()["heatmap"].get_suptitle()
    assert "not a prediction of the trial" in heading
    assert trial.curves.empty
    doses = {dict(run.scenario.treatments[-1].drugs).get("blocker") for run in trial.plan.runs}
    assert doses == {None, "clinical"}


def test_everything_is_saved_with_units(result: Comparison, tmp_path: Path) -> None:
    written = result.save(tmp_path / "results" / "compare")
    names = {path.name for path in written}
    assert {"suppression.csv", "suppression.units.json", "ranking.csv", "results.nc"} <= names
    for figure in (
        "heatmap",
        "timecourses_none",
        "timecourses_L",
        "inhibition_curves",
        "pathway",
    ):
        assert {f"{figure}.png", f"{figure}.svg"} <= names
    assert all(path.stat().st_size > 100 for path in written)
    assert plt.get_fignums() == []
    table = pd.read_csv(tmp_path / "results" / "compare" / "suppression.csv", keep_default_na=False)
    assert list(table.columns) == COLUMNS
    assert set(table["lesion"]) == {"none", "tR"}
    units = json.loads((tmp_path / "results/compare/suppression.units.json").read_text())
    assert units["suppression"]["unit"] == "1"
    assert units["readout"]["pR"] == {"unit": "nM"}
    with xr.open_dataset(tmp_path / "results/compare/results.nc", engine="scipy") as data:
        np.testing.assert_allclose(data["pR"], result.dataset["pR"])
        assert data["time"].attrs["units"] == "h"
        assert str(data["strategy"].to_numpy()[1]) == "blocker"


def small(toy: Model) -> Comparison:
    return compare(toy, strategies=["blocker"], contexts=["CELL"], lesions=(), curve_doses=0)


def test_the_same_comparison_writes_the_same_bytes_by_two_processes_too(
    toy: Model, tmp_path: Path
) -> None:
    small(toy).save(tmp_path / "one")
    with second_process() as executor:
        get_ready(executor, lambda _done, _total: None)(1, MANY)
        small(toy).save(tmp_path / "two", executor=executor)
    written = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert sorted(path.name for path in (tmp_path / "two").iterdir()) == written
    for name in written:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_second_process_that_died_is_an_error(toy: Model, tmp_path: Path) -> None:
    with second_process() as executor:
        executor.submit(os._exit, 1)
        with pytest.raises(PathwayError, match="ended before its work"):
            small(toy).save(tmp_path / "out", executor=executor)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_on_the_way_leaves_the_folder_as_it_was(
    result: Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "suppression.csv").write_text("old")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no space for figures")

    monkeypatch.setattr("pathway.plot.appearance.figure_bytes", broken)
    with pytest.raises(RuntimeError, match="no space for figures"):
        result.save(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert [path.name for path in folder.iterdir()] == ["suppression.csv"]
    assert (folder / "suppression.csv").read_text() == "old"


def test_other_files_of_the_folder_are_kept(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with together(tmp_path) as work:
        (work / "new.txt").write_text("new")
        assert not (tmp_path / "new.txt").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.txt", "new.txt"]


def test_a_folder_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(PathwayError, match="it is a file; name a folder"),
        together(tmp_path / "file"),
    ):
        pass
    with (
        pytest.raises(PathwayError, match="it is a file; name a folder"),
        together(tmp_path / "file" / "deeper"),
    ):
        pass


def test_a_folder_that_cannot_be_written_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    with (
        pytest.raises(PathwayError, match=r"cannot be written \(Permission denied\); name another"),
        together(tmp_path / "out"),
    ):
        pass


@pytest.mark.parametrize("kind", ["heatmap", "timecourse", "curves", "pathway"])
def test_each_kind_of_panel_is_drawn_on_given_axes(result: Comparison, kind: str) -> None:
    _, ax = plt.subplots()
    assert result.plot(kind, ax=ax) is ax
    assert ax.has_data() or ax.patches


def test_panels_name_the_cell_and_the_unit(result: Comparison) -> None:
    ax = result.plot("timecourse", readout="pK", context="MUTATED", ligand="none")
    assert ax.get_title("left") == "MUTATED, no ligand"
    assert ax.get_ylabel() == "pK (nM)"
    assert result.plot("heatmap", readout="pK").get_title("left") == "pK at 4 h"


@pytest.mark.parametrize(
    ("kind", "readout", "message"),
    [
        ("heat", None, "unknown kind 'heat'; did you mean 'heatmap'"),
        ("heatmap", "pKK", "unknown readout 'pKK'; did you mean 'pK'"),
    ],
)
def test_an_unknown_panel_is_an_error(
    result: Comparison, kind: str, readout: str | None, message: str
) -> None:
    with pytest.raises(ScenarioError, match=message):
        result.plot(kind, readout=readout)


def test_without_curves_none_can_be_drawn(toy: Model) -> None:
    bare = compare(toy, strategies=["blocker"], contexts=["CELL"], lesions=(), curve_doses=0)
    assert "inhibition_curves" not in bare.figures()
    with pytest.raises(ScenarioError, match="no inhibition curves; compare with curve_doses"):
        bare.plot("curves")
