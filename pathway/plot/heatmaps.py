"""Heat map of suppression: rows and columns of a table, the number in every cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import Normalize

from pathway.plot.appearance import INK, axes_or_new, style, suppression_map

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["heatmap"]

CELL_WIDTH, CELL_HEIGHT = 0.52, 0.27
"""Inches of one cell: room for a signed number at 8 points."""

_DARK = 0.55
"""Relative luminance below which the number in a cell is written in white."""


def heatmap(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    title: str = "",
    groups: Sequence[tuple[str, int]] = (),
    limits: tuple[float, float] = (-1.0, 1.0),
    colour_bar: bool = True,
    column_labels: bool = True,
) -> Axes:
    """Draw a table of suppression as a heat map.

    Parameters
    ----------
    table : DataFrame
        Suppression (1 full, 0 none, negative: activation), rows by columns; index and columns
        are the labels. NaN (a failed run, or an untreated readout of zero) is grey with a dash.
    ax : Axes, optional
        Where to draw; new axes otherwise.
    title : str
    groups : sequence of (str, int)
        Labelled runs of columns, from the left: a gap is drawn between them. An empty label
        makes a gap only.
    limits : (float, float)
        Suppression at the two ends of the colour map; numbers beyond keep the end's colour.
    colour_bar : bool
        Whether to add the scale on the right.
    column_labels : bool
        Whether to write the column labels, under the map.

    Returns
    -------
    Axes
    """
    values = table.to_numpy(dtype=float)
    n_rows, n_columns = values.shape
    size = (2.6 + CELL_WIDTH * n_columns, 1.6 + CELL_HEIGHT * n_rows)
    with style():
        ax = axes_or_new(ax, size)
        colours, scale = suppression_map(), Normalize(*limits, clip=True)
        edges = _column_edges(n_columns, groups)
        for column in range(n_columns):
            mesh = ax.pcolormesh(
                edges[column],
                np.arange(n_rows + 1.0),
                np.ma.masked_invalid(values[:, column : column + 1]),
                cmap=colours,
                norm=scale,
                edgecolors="white",
                linewidth=1.0,
            )
            centre = float(edges[column].mean())
            for row in range(n_rows):
                _write_cell(ax, centre, row + 0.5, float(values[row, column]), colours, scale)
        ax.set_xlim(0.0, float(edges[-1][1]))
        ax.set_ylim(float(n_rows), 0.0)
        ax.set_yticks(np.arange(n_rows) + 0.5, [str(label) for label in table.index])
        centres = [float(edge.mean()) for edge in edges]
        names = [str(label) for label in table.columns] if column_labels else []
        ax.set_xticks(
            centres if names else [], names, rotation=40, ha="right", rotation_mode="anchor"
        )
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        _write_groups(ax, groups, edges)
        if title:
            named = any(label for label, _ in groups)
            ax.set_title(title, loc="left", fontweight="bold", pad=20 if named else 6)
        if colour_bar:
            bar = ax.figure.colorbar(
                mesh, ax=ax, extend=_extend(values, limits), fraction=0.03, pad=0.015, aspect=24
            )
            bar.set_label("suppression (1 − treated/untreated)")
            bar.outline.set_visible(False)
    return ax


def _column_edges(n_columns: int, groups: Sequence[tuple[str, int]]) -> list[np.ndarray]:
    """Return left and right edge of every column, with a gap between groups."""
    gaps = np.zeros(n_columns)
    start = 0
    for _, width in groups:
        start += width
        if start < n_columns:
            gaps[start] = 0.25
    left = np.arange(n_columns) + np.cumsum(gaps)
    return [np.array([edge, edge + 1.0]) for edge in left]


def _write_cell(
    ax: Axes, x: float, y: float, value: float, colours: object, scale: Normalize
) -> None:
    """Write one number, dark on light or light on dark."""
    # It lies within the axes: no room is to be found for it, which would take measuring it twice.
    place: dict[str, Any] = {"ha": "center", "va": "center", "in_layout": False}
    if not np.isfinite(value):
        ax.text(x, y, "–", color=INK, **place)
        return
    red, green, blue, _ = colours(scale(value))  # type: ignore[operator]
    dark = 0.2126 * red + 0.7152 * green + 0.0722 * blue < _DARK
    # No minus zero: a strategy that does nothing does not activate.
    text = f"{value:.2f}".replace("-0.00", "0.00").replace("-", "−")
    ax.text(x, y, text, fontsize=8.0, color="white" if dark else INK, **place)


def _write_groups(ax: Axes, groups: Sequence[tuple[str, int]], edges: Sequence[np.ndarray]) -> None:
    """Write each group's label above its columns, with a rule under it."""
    start = 0
    for label, width in groups:
        if not label:
            continue
        left, right = float(edges[start][0]), float(edges[start + width - 1][1])
        ax.plot([left + 0.06, right - 0.06], [-0.14, -0.14], color=INK, lw=0.8, clip_on=False)
        ax.text((left + right) / 2, -0.28, label, ha="center", va="bottom", fontsize=8.0)
        start += width


def _extend(values: np.ndarray, limits: tuple[float, float]) -> str:
    """Return on which side numbers lie beyond the scale."""
    finite = values[np.isfinite(values)]
    low = bool((finite < limits[0]).any())
    high = bool((finite > limits[1]).any())
    return {(True, True): "both", (True, False): "min", (False, True): "max"}.get(
        (low, high), "neither"
    )
