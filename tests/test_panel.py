"""A panel of toy lines: scores, features, the figure, files, and more than one process."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

import pathway as pw
from pathway.analysis.compare_runs import portions
from pathway.analysis.panel import panel_of
from pathway.analysis.panel_features import Features, feature_table
from pathway.analysis.strategies import find_regimens
from pathway.cli.main import main
from pathway.errors import DeclarationError, PathwayError, ScenarioError
from pathway.plot import save_figure
from pathway.plot.appearance import figure_bytes
from pathway.plot.panel_map import panel_map
from tests.panels import PANEL, write_panel

if TYPE_CHECKING:
    from pathlib import Path

    from pathway.analysis.panel import Panel
    from pathway.model import Model

LINES = ["CELL", "MUTATED", "HIGH", "HIGHER", "LOST", "LOW"]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_panel(tmp_path_factory.mktemp("panel"))


@pytest.fixture(scope="module")
def toy(places: tuple[Path, Path]) -> Model:
    return pw.load(places[0], extra=places[1])


@pytest.fixture(scope="module")
def result(toy: Model) -> Panel:
    return pw.panel(toy, "every_cell", seed=3, draws=50)


def test_every_line_of_both_folders_has_a_score(result: Panel) -> None:
    assert list(result.scores.index) == LINES
    assert result.table[["strategy", "ligand"]].drop_duplicates().to_numpy().tolist() == [
        [strategy, ligand] for strategy in ("blocker", "both") for ligand in ("none", "L")
    ]
    assert result.failures == {}
    assert len(result.table) == 6 * 4


def test_scores_are_those_of_the_comparison(result: Panel) -> None:
    for row in result.table.to_dict("records"):
        where = (row["ligand"], row["context"], row["lesion"])
        assert row["score"] == result.comparison.scores[where][row["strategy"]]
        assert row["score"] == result.scores[row["strategy"], row["ligand"]][row["line"]]
    assert result.scores.notna().all(axis=None)


def test_features_are_what_the_files_say(result: Panel) -> None:
    lines = result.lines
    assert lines.loc["HIGH", "R"] == pytest.approx(6.0)
    assert lines.loc["LOW", "R:K"] == pytest.approx(np.log10(2e4 / 5e4))
    assert lines.loc["LOST", "K"] == pytest.approx(np.log10(4e3))  # nine tenths are lost
    assert lines["K_loss"].to_list() == [0.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    assert lines["amplified"].isna().to_list() == [False, False, False, False, True, False]
    assert lines["amplified"].dropna().to_list() == [0.0, 0.0, 1.0, 1.0, 0.0]
    assert "L_autocrine" not in lines  # no line has it


def test_marks_tell_lesions_genotype_and_ignorance_apart(result: Panel) -> None:
    assert result.marks["R amplified"].to_list() == ["", "", "yes", "yes", "no data", ""]
    assert result.marks["K allele"].to_list() == [
        *("", "K_mutant", "", "K, allele not given", "K_loss", "")
    ]


def test_assumed_totals_are_known_as_such(result: Panel) -> None:
    known = dict(zip(LINES, result.measured.to_numpy().tolist(), strict=True))
    assert known["HIGH"] == [True, True]
    assert known["LOW"] == [True, False]
    assert known["CELL"] == [False, False]


def test_correlations_are_over_the_lines(result: Panel) -> None:
    rows = {
        (r["strategy"], r["ligand"], r["feature"]): r for r in result.features.to_dict("records")
    }
    row = rows["blocker", "none", "R"]
    both = pd.concat([result.lines["R"], result.scores[("blocker", "none")]], axis=1)
    assert row["rho"] == pytest.approx(both.corr(method="spearman").iloc[0, 1])
    assert row["n"] == 6
    assert rows["blocker", "none", "amplified"]["n"] == 5
    assert row["low"] <= row["rho"] <= row["high"]


def test_a_regimen_that_names_no_features_has_all(toy: Model, result: Panel) -> None:
    own = Features.of(toy.declared, ["HIGH", "LOW"])
    assert own.totals == ("R", "K")
    assert own.levels == ("R", "K")
    again = panel_of(result.comparison, features=own, draws=10)
    assert "R:K" not in again.lines
    assert list(again.marks.columns) == []
    assert again.plot() is not None


def test_the_figure_is_readable_and_repeats(result: Panel) -> None:
    figure = result.plot()
    texts = [text for text in figure.findobj(Text) if isinstance(text, Text) and text.get_text()]
    assert min(float(text.get_fontsize()) for text in texts) >= 7.0
    said = {text.get_text() for text in texts}
    assert {*LINES, "blocker", "antibody + blocker", "L 1 nM", "R level", "?"} <= said
    assert {"K mutant", "K loss", "K, allele not given", "level assumed", "present"} <= said
    for suffix in ("png", "svg"):
        assert figure_bytes(figure, suffix) == figure_bytes(result.plot(), suffix)


def test_labels_do_not_lie_over_each_other(result: Panel) -> None:
    figure = result.plot()
    figure.canvas.draw()
    rightmost = figure.axes[-1].get_window_extent().x1
    labels = [label for ax in figure.axes for label in ax.get_yticklabels() if label.get_text()]
    boxes = {label.get_text(): label.get_window_extent() for label in labels}
    assert all(boxes[line].x1 < rightmost for line in LINES)
    lines = sorted((boxes[line] for line in LINES), key=lambda box: box.y0)
    assert all(one.y1 <= other.y0 + 1.0 for one, other in pairwise(lines))


def test_failed_runs_are_drawn_as_such(result: Panel) -> None:
    scores = result.scores.copy()
    scores.iloc[0, 0] = np.nan
    figure = replace(result, scores=scores).plot()
    texts = [text.get_text() for text in figure.findobj(Text) if isinstance(text, Text)]
    assert texts.count("–") == 1


def test_nothing_to_draw(result: Panel) -> None:
    with pytest.raises(PathwayError, match="panel: nothing to draw; give lines and strategies"):
        panel_map(
            {},
            rows=result.line_tree,
            columns=result.strategy_tree,
            marks=result.marks,
            levels=result.lines[["R"]],
        )


def test_save(result: Panel, tmp_path: Path) -> None:
    paths = result.save(tmp_path / "out")
    assert [path.name for path in paths] == [
        *("features.csv", "features.units.json", "lines.csv", "lines.units.json"),
        *("panel.csv", "panel.png", "panel.svg", "panel.units.json", "ranking.csv", "results.nc"),
        *("suppression.csv", "suppression.units.json"),
    ]
    pd.testing.assert_frame_equal(
        pd.read_csv(tmp_path / "out" / "features.csv").astype({"carriers": "Int64"}),
        result.features,
        rtol=1e-9,
    )
    units = json.loads((tmp_path / "out" / "lines.units.json").read_text(encoding="utf-8"))
    assert units["K"]["unit"] == "log10(molecules/cell)"
    assert units["K"]["assumed_in"] == ["CELL", "MUTATED", "LOW"]
    order = json.loads((tmp_path / "out" / "panel.units.json").read_text(encoding="utf-8"))
    assert sorted(order["lines_in_drawn_order"]) == sorted(LINES)
    assert json.loads((tmp_path / "out" / "features.units.json").read_text())["seed"] == 3


@pytest.mark.slow
def test_processes_do_not_change_a_number(toy: Model, result: Panel) -> None:
    calls: list[tuple[int, int]] = []
    again = pw.panel(
        toy, "every_cell", workers=2, draws=50, seed=3, progress=lambda d, n: calls.append((d, n))
    )
    assert again.comparison.dataset.identical(result.comparison.dataset)
    pd.testing.assert_frame_equal(again.features, result.features)
    assert calls[-1] == (36, 36)


def test_portions_are_whole_cells_and_all_of_them(toy: Model, result: Panel) -> None:
    resolved = [toy.resolve(run.scenario) for run in result.comparison.plan.runs]
    shares = portions(resolved, 3)
    assert sorted(place for share in shares for place in share) == list(range(len(resolved)))
    assert 1 < len(shares) <= 3
    cells = [{resolved[place].context for place in share} for share in shares]
    assert sum(map(len, cells)) == len(set().union(*cells))


def test_refused(toy: Model) -> None:
    with pytest.raises(ScenarioError, match="workers: 0 processes; give 1 or more"):
        pw.compare(toy, regimen="every_cell", workers=0)
    with pytest.raises(ScenarioError, match="panel: no strategy with drugs; name at least one"):
        pw.panel(toy, "every_cell", strategies=["untreated"], contexts=["LOW"], ligands=["none"])
    with pytest.raises(ScenarioError, match="unknown regimen 'every_cel'; did you mean"):
        pw.panel(toy, "every_cel")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('totals = ["R", "K"]', 'totals = ["R", "KK"]', "unknown total 'KK'"),
        ('ratios = ["R:K"]', 'ratios = ["R/K"]', "'R/K' is no ratio; write \"HER2:HER3\""),
        ('"K_loss"]', '"K_los"]', "unknown lesion 'K_los'; did you mean 'K_loss'"),
        ('genotype = "R amplified"', "", "a mark of nothing; give lesions, or how"),
        ('contexts = ["all"]', 'contexts = ["all", "LOW"]', "unknown context 'all'"),
    ],
)
def test_panels_that_are_not_read(tmp_path: Path, old: str, new: str, message: str) -> None:
    model, mine = write_panel(tmp_path)
    assert PANEL.count(old) == 1
    text = PANEL.replace(old, new)
    (mine / "regimens" / "every_cell.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationError, match=message):
        find_regimens(pw.load(model, extra=mine).declared)


def test_a_regimen_of_the_models_name_is_refused(tmp_path: Path) -> None:
    model, mine = write_panel(tmp_path)
    shutil.copytree(mine / "regimens", model / "regimens")
    with pytest.raises(DeclarationError, match="the model has a regimen 'every_cell'; rename"):
        find_regimens(pw.load(model, extra=mine).declared)


def test_the_shipped_panel_is_every_line(her2: Model) -> None:
    regimen = find_regimens(her2.declared)["all_lines"]
    assert regimen.kind == "panel"
    assert regimen.contexts == tuple(her2.declared.contexts)
    assert regimen.features is not None
    cells = [pw.Scenario(context=name).context for name in regimen.contexts]
    assert None not in cells
    allowed = {name for mark in regimen.features.marks for name in mark.lesions}
    carried = {n for c in her2.declared.contexts.values() for n, _ in c.lesions if "PIK3CA" in n}
    assert carried <= allowed


def test_the_command_line(
    places: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["compare", "--model", str(places[0]), "--models", str(places[1])]
    words += ["--regimen", "every_cell", "--out", str(tmp_path / "out")]
    assert main(words) == 0
    printed = capsys.readouterr().out
    assert "Toy panel" in printed
    assert "What goes with suppression over lines" in printed
    assert (tmp_path / "out" / "panel.svg").is_file()
    assert main([*words, "--csv", "--ligand", "none", "--no-figures", "--seed", "1"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[0] == "line,context,lesion,strategy,ligand,score"
    assert len(rows) == 1 + 6 * 2
    assert main([*words, "--json", "--context", "LOW", "--ligand", "none"]) == 0
    assert {row["line"] for row in json.loads(capsys.readouterr().out)["panel"]} == {"LOW"}


def test_every_line_without_naming_a_panel(
    places: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, mine = places
    other = tmp_path / "toy"
    shutil.copytree(model, other)
    (other / "regimens").mkdir()
    text = PANEL.replace('kind = "panel"', 'kind = "comparison"')
    text = text[: text.index("[features]")] + text[text.index("[ligand.none]") :]
    (other / "regimens" / "dual_blockade.toml").write_text(
        text.replace('contexts = ["all"]', 'contexts = ["CELL"]'), encoding="utf-8"
    )
    words = ["compare", "--model", str(other), "--models", str(mine), "--context", "all"]
    words += ["--ligand", "none", "--out", str(tmp_path / "out"), "--no-figures"]
    assert main(words) == 0
    assert "over 6 lines" in capsys.readouterr().out.replace("\n", " ")


def test_features_of_a_cell_with_further_lesions(toy: Model, result: Panel) -> None:
    cell = replace(result.comparison.plan.cells[0], lesions=("K_loss",), label="CELL + K loss")
    table = feature_table(toy.declared, [cell], result.asked)
    assert table.loc["CELL + K loss", "K_loss"] == 1.0
    assert table.loc["CELL + K loss", "K"] == 0.0  # nothing counts as one molecule


def test_figures_are_saved_under_their_name(result: Panel, tmp_path: Path) -> None:
    assert [path.name for path in save_figure(result.plot(), tmp_path, "panel")] == [
        "panel.png",
        "panel.svg",
    ]
