"""Whole figures of a comparison: heat maps, time courses and curves, several panels each.

Figures made here are not pyplot's: nothing stays open, and no screen is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from pathway.errors import PathwayError
from pathway.plot.appearance import INK, line_style, style
from pathway.plot.curves import inhibition_curve
from pathway.plot.heatmaps import CELL_HEIGHT, CELL_WIDTH, heatmap
from pathway.plot.timecourses import timecourse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    import xarray as xr

__all__ = ["curve_panels", "heatmap_panels", "timecourse_panels"]


def heatmap_panels(
    tables: Mapping[str, pd.DataFrame],
    *,
    groups: Sequence[tuple[str, int]] = (),
    title: str = "",
    limits: tuple[float, float] = (-1.0, 1.0),
) -> Figure:
    """Draw tables of the same shape as heat maps above one another.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Suppression by panel heading; same rows and columns in each.
    groups : sequence of (str, int)
        Labelled runs of columns; see :func:`pathway.plot.heatmap`.
    title : str
    limits : (float, float)
        Suppression at the two ends of the colour map.
    """
    if not tables:
        raise PathwayError("heat map", "no table to draw", "give at least one")
    rows, columns = next(iter(tables.values())).shape
    labels = max((len(str(name)) for name in next(iter(tables.values())).index), default=0)
    width = 0.075 * labels + CELL_WIDTH * (columns + 0.25 * len(groups)) + 1.2
    height = len(tables) * (CELL_HEIGHT * rows + 0.55) + 1.4
    with style():
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.subplots(len(tables), 1, squeeze=False)[:, 0]
        for position, (ax, (name, table)) in enumerate(zip(axes, tables.items(), strict=True)):
            heatmap(
                table,
                ax,
                title=name,
                groups=groups if position == 0 else [("", width) for _, width in groups],
                limits=limits,
                colour_bar=False,
                column_labels=position == len(tables) - 1,
            )
        mesh = axes[0].collections[0]
        low = any(bool((table.to_numpy() < limits[0]).any()) for table in tables.values())
        bar = figure.colorbar(
            mesh,
            ax=list(axes),
            extend="min" if low else "neither",
            aspect=40,
            fraction=0.02,
            pad=0.015,
        )
        bar.set_label("suppression (1 − treated/untreated)")
        bar.outline.set_visible(False)
        if title:
            figure.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize=10)
    return figure


def timecourse_panels(
    dataset: xr.Dataset,
    readouts: Sequence[str],
    conditions: Mapping[str, Mapping[str, str]],
    *,
    references: Mapping[str, str],
    styles: Mapping[str, Mapping[str, Any]] | None = None,
    title: str = "",
) -> Figure:
    """Draw readouts (rows) over time in several conditions (columns), one line per strategy.

    Parameters
    ----------
    dataset : Dataset
        Dims (scenario, time).
    readouts : sequence of str
    conditions : mapping
        By column heading: scenario by line label, the same labels in every column.
    references : mapping of str to str
        By column heading: the scenario whose first value is 1 on the axis.
    styles : mapping, optional
        Line properties by line label.
    title : str
    """
    n_rows, n_columns = len(readouts), len(conditions)
    if not n_rows or not n_columns:
        raise PathwayError("time courses", "nothing to draw", "name a readout and a condition")
    with style():
        figure = Figure(figsize=(1.95 * n_columns + 0.7, 1.6 * n_rows + 1.5), layout="constrained")
        # All panels have the same times. Axes that share them would each set the scale of all.
        axes = figure.subplots(n_rows, n_columns, squeeze=False)
        for column, (heading, lines) in enumerate(conditions.items()):
            for row, readout in enumerate(readouts):
                ax = axes[row, column]
                resting = dataset[readout].sel(scenario=references[heading]).to_numpy()
                timecourse(
                    dataset,
                    readout,
                    ax,
                    scenarios=list(lines.values()),
                    labels={scenario: label for label, scenario in lines.items()},
                    styles={
                        scenario: (styles or {}).get(label, line_style(position))
                        for position, (label, scenario) in enumerate(lines.items())
                    },
                    reference=_first(resting),
                    linear_until=1.0,
                    title=heading if row == 0 else "",
                    ylabel=f"{readout}\n(fold over rest)" if column == 0 else "",
                    legend=False,
                )
                ax.title.set_fontsize(8.5)
                if row < n_rows - 1:
                    ax.set_xlabel("")
                    ax.tick_params(labelbottom=False)
        handles, names = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=4, handlelength=3.0)
        if title:
            figure.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize=10)
    return figure


def _first(values: np.ndarray) -> float:
    """Return the resting value, NaN (an empty panel) where there is none to divide by."""
    value = float(values[0])
    return value if value > 0.0 else float("nan")


def curve_panels(
    table: pd.DataFrame,
    readouts: Sequence[str],
    *,
    unit: str = "nM",
    ligands: Mapping[str, str] | None = None,
    title: str = "",
) -> Figure:
    """Draw inhibition curves: a panel per readout (rows) and ligand (columns), a line per drug.

    Parameters
    ----------
    table : DataFrame
        Columns drug, dose (in ``unit``), ligand, readout, suppression.
    readouts : sequence of str
    unit : str
    ligands : mapping of str to str, optional
        Panel headings by ligand, in order; those of the table otherwise.
    title : str
    """
    headings = ligands or {str(name): str(name) for name in table["ligand"].unique()}
    drugs = [str(name) for name in table["drug"].unique()]
    if not drugs or not readouts:
        raise PathwayError("inhibition curves", "nothing to draw", "name a drug and a readout")
    markers = "osD^vP*Xh8"
    with style():
        size = (2.9 * len(headings) + 0.8, 2.2 * len(readouts) + 1.0)
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots(
            len(readouts), len(headings), sharex=True, sharey=True, squeeze=False
        )
        for row, readout in enumerate(readouts):
            for column, (ligand, heading) in enumerate(headings.items()):
                ax = axes[row, column]
                for position, drug in enumerate(drugs):
                    chosen = table[
                        (table["drug"] == drug)
                        & (table["ligand"] == ligand)
                        & (table["readout"] == readout)
                    ].sort_values("dose")
                    if chosen.empty:
                        continue
                    inhibition_curve(
                        chosen["dose"].to_numpy(),
                        chosen["suppression"].to_numpy(),
                        ax,
                        unit=unit,
                        label=drug,
                        readout=readout,
                        title=heading if row == 0 else "",
                        properties={
                            **line_style(position),
                            "marker": markers[position % len(markers)],
                        },
                    )
                ax.axhline(0.0, color=INK, lw=0.6, zorder=0)
                ax.set_xlabel(f"dose ({unit})" if row == len(readouts) - 1 else "")
                ax.set_ylabel(f"suppression of {readout} (1)" if column == 0 else "")
        drawn = table[table["readout"].isin(list(readouts))]["suppression"].to_numpy()
        low = float(np.nanmin(drawn, initial=0.0))
        axes[0, 0].set_ylim(max(low, -1.0) - 0.08, 1.05)
        handles, names = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=5, handlelength=3.0)
        if title:
            figure.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize=10)
    return figure
