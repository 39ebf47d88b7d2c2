"""Figures: what is drawn, labelled and written, without looking at pixels."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex

from pathway import plot
from pathway.errors import PathwayError
from pathway.plot.appearance import OKABE_ITO, figure_bytes, line_style, suppression_map
from pathway.plot.panels import curve_panels, heatmap_panels, timecourse_panels

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture
def table() -> pd.DataFrame:
    values = [[0.9, 0.4, -0.2], [0.1, -1.6, np.nan]]
    return pd.DataFrame(values, index=["drug A", "drug B"], columns=["X", "Y", "Z"])


@pytest.fixture
def courses() -> xr.Dataset:
    time = np.array([-1.0, 0.0, 0.5, 1.0, 24.0])
    values = np.array([[2.0, 2.0, 8.0, 6.0, 4.0], [2.0, 1.0, 2.0, 2.0, 1.0]])
    return xr.Dataset(
        {"pK": (("scenario", "time"), values, {"units": "nM"})},
        coords={
            "scenario": ["untreated", "treated"],
            "time": ("time", time, {"units": "h"}),
        },
    )


@pytest.fixture
def curves() -> pd.DataFrame:
    rows = [
        {"drug": drug, "dose": dose, "ligand": "none", "readout": "pK", "suppression": value}
        for drug, factor in (("A", 1.0), ("B", 0.5))
        for dose, value in ((1.0, 0.1 * factor), (10.0, 0.5 * factor), (100.0, 0.9 * factor))
    ]
    return pd.DataFrame(rows)


def texts(figure: Figure | SubFigure) -> list[str]:
    """Return every text that is drawn on a figure's axes and by the figure itself."""
    found = [text.get_text() for ax in figure.axes for text in ax.texts]
    found += [label.get_text() for ax in figure.axes for label in ax.get_xticklabels()]
    found += [label.get_text() for ax in figure.axes for label in ax.get_yticklabels()]
    found += [text for ax in figure.axes for text in (ax.get_xlabel(), ax.get_ylabel())]
    return found


def points(ax: Axes, line: int) -> tuple[list[float], list[float]]:
    """Return x and y of one line."""
    x, y = ax.lines[line].get_data()
    return np.asarray(x, dtype=float).tolist(), np.asarray(y, dtype=float).tolist()


def test_importing_pathway_does_not_import_matplotlib() -> None:
    code = (
        "import sys, pathway, pathway.plot; import pathway.analysis.compare; "
        "print([name for name in sys.modules if name.startswith('matplotlib')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.strip() == "[]"


def test_every_public_name_of_the_plot_room_is_there() -> None:
    for name in plot.__all__:
        assert callable(getattr(plot, name))
    assert dir(plot) == sorted(plot.__all__)
    with pytest.raises(AttributeError, match="no attribute 'heat_map'"):
        _ = plot.heat_map


def test_heatmap_returns_the_axes_it_was_given(table: pd.DataFrame) -> None:
    _, ax = plt.subplots()
    assert plot.heatmap(table, ax, title="mean") is ax


def test_heatmap_writes_every_number_and_a_dash_for_none(table: pd.DataFrame) -> None:
    ax = plot.heatmap(table, title="mean")
    written = [text.get_text() for text in ax.texts]
    assert written == ["0.90", "0.10", "0.40", "−1.60", "−0.20", "–"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["drug A", "drug B"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["X", "Y", "Z"]
    assert "1 − treated/untreated" in " ".join(texts(ax.figure))


def test_heatmap_never_writes_minus_zero() -> None:
    ax = plot.heatmap(pd.DataFrame([[-0.001]], index=["drug"], columns=["X"]))
    assert [text.get_text() for text in ax.texts] == ["0.00"]


def test_heatmap_puts_light_numbers_on_dark_cells(table: pd.DataFrame) -> None:
    ax = plot.heatmap(table)
    colour = {text.get_text(): to_hex(text.get_color()) for text in ax.texts}
    assert colour["0.90"] == "#ffffff"
    assert colour["0.10"] != "#ffffff"


def test_heatmap_leaves_a_gap_between_groups(table: pd.DataFrame) -> None:
    grouped = plot.heatmap(table, groups=[("no ligand", 2), ("HRG", 1)])
    plain = plot.heatmap(table)
    assert grouped.get_xlim()[1] > plain.get_xlim()[1]
    assert "HRG" in [text.get_text() for text in grouped.texts]


def test_panels_of_heatmaps_share_one_scale(table: pd.DataFrame) -> None:
    figure = heatmap_panels({"pA": table, "pB": table}, groups=[("none", 3)], title="all")
    assert [ax.get_title("left") for ax in figure.axes[:2]] == ["pA", "pB"]
    assert len(figure.axes) == 3


def test_panels_of_no_heatmap_are_an_error() -> None:
    with pytest.raises(PathwayError, match="no table to draw; give at least one"):
        heatmap_panels({})


def test_timecourse_labels_axes_with_units(courses: xr.Dataset) -> None:
    ax = plot.timecourse(courses, "pK", linear_until=1.0)
    assert ax.get_xlabel() == "time (h)"
    assert ax.get_ylabel() == "pK (nM)"
    legend = ax.get_legend()
    assert legend is not None
    assert [label.get_text() for label in legend.get_texts()] == ["untreated", "treated"]


def test_timecourse_as_a_fold_divides_by_the_reference(courses: xr.Dataset) -> None:
    ax = plot.timecourse(courses, "pK", scenarios=["treated"], reference=2.0)
    assert ax.get_ylabel() == "pK (fold)"
    assert points(ax, 0)[1] == [1.0, 0.5, 1.0, 1.0, 0.5]


def test_timecourse_names_the_nearest_readout(courses: xr.Dataset) -> None:
    with pytest.raises(PathwayError, match=r"no readout 'pKK'; did you mean 'pK'\?"):
        plot.timecourse(courses, "pKK")


def test_timecourse_names_the_nearest_scenario(courses: xr.Dataset) -> None:
    with pytest.raises(PathwayError, match=r"no scenario 'untreatd'; did you mean 'untreated'\?"):
        plot.timecourse(courses, "pK", scenarios=["untreatd"])


def test_panels_of_time_courses_start_at_one(courses: xr.Dataset) -> None:
    lines = {"untreated": "untreated", "drug": "treated"}
    figure = timecourse_panels(courses, ["pK"], {"CELL": lines}, references={"CELL": "untreated"})
    first = [points(figure.axes[0], line)[1][0] for line in range(2)]
    assert first == [1.0, 1.0]
    assert figure.axes[0].get_ylabel() == "pK\n(fold over rest)"


def test_panels_of_no_time_course_are_an_error(courses: xr.Dataset) -> None:
    with pytest.raises(PathwayError, match="nothing to draw; name a readout and a condition"):
        timecourse_panels(courses, [], {}, references={})


def test_inhibition_curve_is_logarithmic_with_the_dose_unit() -> None:
    ax = plot.inhibition_curve(
        [0.0, 1.0, 10.0], [0.0, 0.2, 0.8], unit="nM", drug="lapatinib", readout="pERK", ic50=4.0
    )
    assert ax.get_xscale() == "log"
    assert ax.get_xlabel() == "lapatinib (nM)"
    assert ax.get_ylabel() == "suppression of pERK (1)"
    assert points(ax, 0)[0] == [1.0, 10.0]


def test_inhibition_curve_draws_fit_and_points() -> None:
    line = np.geomspace(1.0, 10.0, 20)
    ax = plot.inhibition_curve([1.0, 10.0], [0.2, 0.8], unit="nM", fit=(line, line / 12.0))
    assert len(points(ax, 0)[0]) == 20
    assert points(ax, 1)[0] == [1.0, 10.0]


def test_inhibition_curve_needs_one_number_per_dose() -> None:
    with pytest.raises(PathwayError, match="2 doses and 1 suppressions; give one suppression"):
        plot.inhibition_curve([1.0, 2.0], [0.5], unit="nM")


def test_inhibition_curve_needs_a_positive_dose() -> None:
    with pytest.raises(PathwayError, match="no dose above zero; give a positive dose"):
        plot.inhibition_curve([0.0], [0.0], unit="nM")


def test_panels_of_curves_have_a_line_per_drug(curves: pd.DataFrame) -> None:
    figure = curve_panels(curves, ["pK"], ligands={"none": "no ligand"})
    assert figure.axes[0].get_title("left") == "no ligand"
    assert figure.axes[0].get_xlabel() == "dose (nM)"
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["A", "B"]


def test_panels_of_no_curve_are_an_error(curves: pd.DataFrame) -> None:
    with pytest.raises(PathwayError, match="nothing to draw; name a drug and a readout"):
        curve_panels(curves.iloc[:0], ["pK"])


def test_lines_are_told_apart_by_colour_or_dashes() -> None:
    looks = {(style["color"], str(style["linestyle"])) for style in map(line_style, range(24))}
    assert len(looks) == 24
    assert OKABE_ITO["black"] not in {colour for colour, _ in looks}


def test_suppression_map_is_white_at_zero_and_darkens_to_both_ends() -> None:
    colours = suppression_map()
    lightness = [float(np.mean(colours(x)[:3])) for x in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert lightness[2] == max(lightness)
    assert lightness[0] < lightness[1] < lightness[2] > lightness[3] > lightness[4]


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_the_same_figure_gives_the_same_bytes(table: pd.DataFrame, suffix: str) -> None:
    first, second = (figure_bytes(heatmap_panels({"mean": table}), suffix) for _ in range(2))
    assert first == second
    assert len(first) > 2000


def test_svg_has_no_date_and_keeps_text_as_text(table: pd.DataFrame) -> None:
    written = figure_bytes(heatmap_panels({"mean": table}), "svg").decode()
    assert "<dc:date>" not in written
    assert ">drug A</text>" in written


def test_save_figure_writes_both_formats(table: pd.DataFrame, tmp_path: Path) -> None:
    paths = plot.save_figure(heatmap_panels({"mean": table}), tmp_path, "map")
    assert [path.name for path in paths] == ["map.png", "map.svg"]
    assert all(path.stat().st_size > 2000 for path in paths)


def test_no_text_is_smaller_than_eight_points(table: pd.DataFrame, courses: xr.Dataset) -> None:
    lines = {"untreated": "untreated", "drug": "treated"}
    figures = [
        heatmap_panels({"mean": table}, groups=[("none", 3)], title="all"),
        timecourse_panels(courses, ["pK"], {"CELL": lines}, references={"CELL": "untreated"}),
    ]
    for figure in figures:
        for ax in figure.axes:
            shown = [*ax.texts, *ax.get_xticklabels(), *ax.get_yticklabels(), ax.xaxis.label]
            assert all(float(text.get_fontsize()) >= 8.0 for text in shown)
