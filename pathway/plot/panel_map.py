"""A panel of lines: clustered heat maps side by side, with bars of genotype and receptor level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from pathway.errors import PathwayError
from pathway.plot.appearance import INK, OKABE_ITO, style, suppression_map
from pathway.plot.marks import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from numpy.typing import NDArray

__all__ = ["panel_map"]

TEXT = 8.0
"""Points of all text but the title."""

CELL = (0.215, 0.172)
"""Inches of a cell: a name of 8 points fits its height."""

BAR, GAP, TREE, KEY = 0.2, 0.1, (0.62, 0.34), 1.65
"""Inches: width of a bar, space between blocks, depth of the trees (rows, columns), key."""

LETTER = 0.068
"""Inches of a letter at 8 points, on average and a little more."""

ABSENT, PRESENT = "#ECECEA", INK
KINDS = tuple(OKABE_ITO[name] for name in ("green", "yellow", "purple", "sky", "orange"))
"""Colours of the kinds of a mark that has several; none is an end of the heat map's scale."""


class Ordered(Protocol):
    """A tree over rows: its leaves in order, and its linkage as scipy writes it."""

    @property
    def order(self) -> tuple[int, ...]:
        """The rows from the first to the last leaf."""

    @property
    def linkage(self) -> NDArray[np.float64]:
        """Shape (n - 1, 4); empty: no tree is drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """A figure whose axes are placed in inches from the upper left corner."""

    figure: Figure
    width: float
    height: float

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        ax = self.figure.add_axes(
            (
                left / self.width,
                1.0 - (top + height) / self.height,
                width / self.width,
                height / self.height,
            )
        )
        ax.spines[:].set_visible(False)
        ax.tick_params(length=0, labelsize=TEXT)
        ax.set_xticks([])
        ax.set_yticks([])
        return ax


def panel_map(
    tables: Mapping[str, pd.DataFrame],
    *,
    rows: Ordered,
    columns: Ordered,
    marks: pd.DataFrame,
    levels: pd.DataFrame,
    assumed: pd.DataFrame | None = None,
    title: str = "",
    score: str = "suppression",
    limits: tuple[float, float] = (-1.0, 1.0),
) -> Figure:
    """Draw lines by strategies as clustered heat maps, with bars of genotype and level beside.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        By heading: lines by strategies, 1 full suppression, 0 none, negative activation; the same
        rows and columns in each. NaN is grey with a dash.
    rows, columns : Ordered
        In which order lines and strategies are drawn, and their trees.
    marks : DataFrame
        Lines by marks: a text where a line has it, which one where there are several; else empty,
        or :data:`pathway.plot.marks.UNKNOWN`.
    levels : DataFrame
        Lines by totals: log10 molecules per cell.
    assumed : DataFrame, optional
        Of the shape of ``levels``: True where the level was not measured, drawn with a dot.
    title, score : str
        Heading, and what the colours mean.
    limits : (float, float)
        Ends of the colour scale.

    Returns
    -------
    Figure
        All text of 8 points or more.

    Raises
    ------
    PathwayError
        If there is nothing to draw.
    """
    if not tables or not min(next(iter(tables.values())).shape):
        raise PathwayError("panel", "nothing to draw", "give lines and strategies with drugs")
    first = next(iter(tables.values()))
    n_rows, n_columns = first.shape
    bars = len(marks.columns) + len(levels.columns)
    names = LETTER * max(len(str(name)) for name in first.index) + 0.1
    foot = 0.86 * LETTER * max(len(str(name)) for name in (*first.columns, *marks.columns)) + 0.2
    left = 0.55
    top = 0.42 + TREE[1] + 0.24
    width = CELL[0] * n_columns
    body = CELL[1] * n_rows
    start = left + TREE[0] + 0.05 + BAR * bars + GAP
    total = start + len(tables) * (width + GAP) + names + KEY
    # The key needs room of its own beside a panel of few lines.
    height = max(top + body + foot, top + 2.3 + 0.55 * len(levels.columns) + 0.2 * _keys(marks))
    with style():
        page = _Page(figure=Figure(figsize=(total, height)), width=total, height=height)
        heading = page.axes(0.0, 0.0, total, 0.4)
        heading.text(0.1 / total, 0.55, title, fontsize=10, fontweight="bold", va="center")
        _draw_tree(page.axes(left, top, TREE[0], body), rows, sideways=True)
        place = left + TREE[0] + 0.05
        colours = _draw_marks(page, marks, rows.order, place, top)
        place += BAR * len(marks.columns)
        scales = _draw_levels(page, levels, assumed, rows.order, place, top)
        place = start
        for heading_text, table in tables.items():
            crown = page.axes(place, top - 0.24 - TREE[1], width, TREE[1])
            _draw_tree(crown, columns, sideways=False)
            ax = page.axes(place, top, width, body)
            _draw_map(ax, table.iloc[list(rows.order), list(columns.order)], limits)
            ax.set_title(heading_text, fontsize=TEXT, pad=4)
            place += width + GAP
        ax.yaxis.tick_right()
        lines = [str(first.index[row]) for row in rows.order]
        ax.set_yticks(np.arange(n_rows) + 0.5, lines, fontsize=TEXT)
        tables_low = min(
            float(np.nanmin(table.to_numpy(), initial=0.0)) for table in tables.values()
        )
        beside = place + names
        _draw_key(
            page,
            beside,
            top,
            colours,
            scales,
            score,
            limits,
            low=tables_low < limits[0],
            unsure=assumed is not None and bool(assumed.to_numpy().any()),
            unknown=bool((marks == UNKNOWN).to_numpy().any()),
        )
    return page.figure


def _keys(marks: pd.DataFrame) -> int:
    return sum(len(_kinds(marks[name])) for name in marks.columns) + 3


def _draw_tree(ax: Axes, tree: Ordered, *, sideways: bool) -> None:
    """Draw a tree whose leaves lie at the middles of cells; nothing without a linkage."""
    count = len(tree.order)
    ax.set_xlim(0.0, 1.0)
    ax.set_ylim(0.0, 1.0)
    if not len(tree.linkage):
        return
    places = {leaf: position + 0.5 for position, leaf in enumerate(tree.order)}
    heights = dict.fromkeys(places, 0.0)
    for number, (one, other, height, _) in enumerate(tree.linkage, start=count):
        pair = (int(one), int(other))
        across = [places[pair[0]], places[pair[0]], places[pair[1]], places[pair[1]]]
        up = [heights[pair[0]], height, height, heights[pair[1]]]
        ax.plot(*((up, across) if sideways else (across, up)), color=INK, lw=0.8, clip_on=False)
        places[number] = (places[pair[0]] + places[pair[1]]) / 2.0
        heights[number] = float(height)
    top = max(heights.values()) * 1.03 or 1.0
    if sideways:
        ax.set_xlim(top, 0.0)
        ax.set_ylim(float(count), 0.0)
    else:
        ax.set_xlim(0.0, float(count))
        ax.set_ylim(0.0, top)


def _draw_map(ax: Axes, table: pd.DataFrame, limits: tuple[float, float]) -> None:
    values = table.to_numpy(dtype=float)
    _grid(ax, values, suppression_map(), Normalize(*limits, clip=True))
    for row, column in np.argwhere(~np.isfinite(values)):
        ax.text(column + 0.5, row + 0.5, "–", ha="center", va="center", fontsize=TEXT)
    _label_columns(ax, [str(name) for name in table.columns])


def _grid(ax: Axes, values: np.ndarray, colours: Colormap, scale: Normalize) -> None:
    n_rows, n_columns = values.shape
    ax.pcolormesh(
        np.arange(n_columns + 1.0),
        np.arange(n_rows + 1.0),
        np.ma.masked_invalid(values),
        cmap=colours,
        norm=scale,
        edgecolors="white",
        linewidth=0.6,
    )
    ax.set_xlim(0.0, float(n_columns))
    ax.set_ylim(float(n_rows), 0.0)


def _label_columns(ax: Axes, names: Sequence[str]) -> None:
    ax.set_xticks(
        np.arange(len(names)) + 0.5,
        names,
        rotation=60,
        ha="right",
        rotation_mode="anchor",
        fontsize=TEXT,
    )


def _draw_marks(
    page: _Page, marks: pd.DataFrame, order: Sequence[int], left: float, top: float
) -> dict[str, dict[str, str]]:
    """Draw the bars of marks; return their colours by mark and kind."""
    colours = {}
    for position, name in enumerate(marks.columns):
        kinds = _kinds(marks[name])
        chosen = (PRESENT,) if len(kinds) == 1 else KINDS
        fills = {kind: chosen[number % len(chosen)] for number, kind in enumerate(kinds)}
        fills[UNKNOWN] = "white"
        ax = page.axes(left + BAR * position, top, BAR, CELL[1] * len(order))
        for row, line in enumerate(order):
            kind = str(marks[name].iloc[line])
            ax.add_patch(_box(row, fills.get(kind, ABSENT)))
            if kind == UNKNOWN:
                ax.text(0.5, row + 0.5, "?", ha="center", va="center", fontsize=TEXT)
        ax.set_xlim(0.0, 1.0)
        ax.set_ylim(float(len(order)), 0.0)
        _label_columns(ax, [str(name)])
        colours[str(name)] = {kind: fills[kind] for kind in kinds}
    return colours


def _kinds(column: pd.Series[str]) -> list[str]:
    return sorted({str(value) for value in column if value and value != UNKNOWN})


def _box(row: int, fill: str) -> Patch:
    return Rectangle((0.08, row), 0.84, 1.0, facecolor=fill, edgecolor="white", linewidth=0.6)


def _draw_levels(
    page: _Page,
    levels: pd.DataFrame,
    assumed: pd.DataFrame | None,
    order: Sequence[int],
    left: float,
    top: float,
) -> dict[str, ScalarMappable]:
    """Draw the bars of levels, each on a scale of its own; return the scales."""
    shades = LinearSegmentedColormap.from_list("level", ["#F2F4EC", "#8DB58A", "#0B3D2E"])
    scales = {}
    for position, name in enumerate(levels.columns):
        values = levels[name].to_numpy(dtype=float)[list(order)]
        ends = np.floor(values.min() * 2.0) / 2.0, np.ceil(values.max() * 2.0) / 2.0
        scale = Normalize(float(ends[0]), float(max(ends[1], ends[0] + 0.5)))
        ax = page.axes(left + BAR * position, top, BAR, CELL[1] * len(order))
        _grid(ax, values[:, None], shades, scale)
        if assumed is not None:
            unsure = np.flatnonzero(assumed[name].to_numpy(dtype=bool)[list(order)])
            dark = scale(values[unsure]) > 0.55
            inks = np.where(dark, "white", INK)
            ax.scatter(np.full(unsure.size, 0.5), unsure + 0.5, s=4.0, c=list(inks), linewidths=0)
        _label_columns(ax, [f"{name} level"])
        scales[str(name)] = ScalarMappable(scale, shades)
    return scales


def _draw_key(
    page: _Page,
    left: float,
    top: float,
    colours: Mapping[str, Mapping[str, str]],
    scales: Mapping[str, ScalarMappable],
    score: str,
    limits: tuple[float, float],
    *,
    low: bool,
    unsure: bool,
    unknown: bool,
) -> None:
    """Draw the scales and what the fills mean, one under the other."""
    ax = page.axes(left, top, 0.13, 1.35)
    bar = page.figure.colorbar(
        ScalarMappable(Normalize(*limits), suppression_map()),
        cax=ax,
        extend="min" if low else "neither",
    )
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=TEXT, length=2)
    bar.set_label(score, fontsize=TEXT)
    place = top + 1.35 + 0.3
    for name, scale in scales.items():
        ax = page.axes(left, place, 0.85, 0.11)
        bar = page.figure.colorbar(scale, cax=ax, orientation="horizontal")
        bar.outline.set_visible(False)
        bar.ax.tick_params(labelsize=TEXT, length=2)
        bar.ax.set_title(f"{name}, log10 per cell", fontsize=TEXT, loc="left", pad=3)
        place += 0.55
    entries = [Patch(facecolor=PRESENT, label="present"), Patch(facecolor=ABSENT, label="absent")]
    entries += [
        Patch(facecolor=fill, label=kind.replace("_", " "))
        for fills in colours.values()
        if len(fills) > 1
        for kind, fill in fills.items()
    ]
    dot = Line2D([], [], ls="", marker="o", ms=2.4, mec="none", color=INK, label="level assumed")
    query = Line2D([], [], ls="", marker="$?$", ms=5.0, mew=0.3, color=INK, label=UNKNOWN)
    handles = [*entries, *([query] if unknown else []), *([dot] if unsure else [])]
    ax = page.axes(left, place - 0.1, KEY, 0.2 * len(handles) + 0.1)
    ax.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(-0.06, 1.0),
        borderaxespad=0.0,
        handlelength=1.1,
        handleheight=0.9,
        fontsize=TEXT,
    )
