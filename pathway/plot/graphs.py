"""The pathway as a signed graph: boxes in layers, arrows and bars, coloured by suppression."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Polygon

from pathway.errors import PathwayError
from pathway.plot.appearance import INK, axes_or_new, style, suppression_map
from pathway.plot.layout import Layout, drawn_graph, place
from pathway.plot.routing import Box, route

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import networkx as nx
    from matplotlib.axes import Axes

__all__ = ["pathway_graph"]

Colour = str | tuple[float, float, float, float]

PITCH = (0.98, 0.66)
"""Inches between columns and rows: room for eleven letters at 8 points, and for the arrows."""

_HALF_HEIGHT = 0.125
_GAP = 0.05
_ARROW = 0.085
"""Inches: half height of a box, clear space between box and line, length of an arrow head."""

_FORWARD, _FEEDBACK, _DRUG = "#5A5A5A", "#A05195", INK
"""Edges that run down the layers, those that run back up, and those of drugs."""


def pathway_graph(
    graph: nx.DiGraph[str],
    ax: Axes | None = None,
    *,
    layout: Layout | None = None,
    suppression: Mapping[str, float] | None = None,
    title: str = "",
    limits: tuple[float, float] = (-1.0, 1.0),
    legend: bool = True,
) -> Axes:
    """Draw a signed influence graph in layers.

    Parameters
    ----------
    graph : DiGraph
        Edges carry ``sign``: 1 activation (arrow), -1 inhibition (bar), 0 both (dot). Nodes with
        ``kind`` ``"drug"`` or ``"ligand"`` are drawn without a fill.
    ax : Axes, optional
        Where to draw; new axes of fitting size otherwise.
    layout : Layout, optional
        Places, labels, what is left out; what it does not place is layered by computation.
    suppression : mapping, optional
        Suppression (1 full, 0 none, negative: activation) by node, or by readout where the layout
        says which readout stands for a node. Nodes without a number are white.
    title : str
    limits : (float, float)
        Suppression at the two ends of the colour map.
    legend : bool
        Whether to add the colour scale (if there are numbers) and the key of lines.

    Returns
    -------
    Axes

    Raises
    ------
    PathwayError
        If there is nothing to draw.
    """
    layout = layout or Layout()
    shown = drawn_graph(graph, layout)
    if not shown:
        raise PathwayError("pathway graph", "no node to draw", "give a graph with nodes")
    boxes = _boxes(place(shown, layout), layout)
    mutual = _mutual(shown)
    lines = _lines([edge for edge in shown.edges if edge not in mutual], boxes)
    corners = _corners(boxes, lines, title)
    with style():
        width, height = corners[1] - corners[0]
        ax = axes_or_new(ax, (width, height + (0.9 if legend else 0.0)))
        drawn: set[tuple[int, str]] = set()
        for (tail, head), points in lines.items():
            colour = _colour(shown, tail, boxes[head].y - boxes[tail].y)
            sign = shown.edges[tail, head]["sign"]
            _draw_edge(ax, points, sign, colour, both=(head, tail) in mutual)
            drawn.add((sign, colour))
        colours, scale = suppression_map(), Normalize(*limits, clip=True)
        for node, box in boxes.items():
            value = _value(node, layout, suppression or {})
            fill: Colour = "white" if value is None else colours(float(scale(value)))
            _draw_box(ax, box, layout.labels.get(node, node), fill, shown.nodes[node].get("kind"))
        ax.set_xlim(corners[0][0], corners[1][0])
        ax.set_ylim(corners[0][1], corners[1][1])
        ax.set_aspect("equal")
        ax.set_axis_off()
        if title:
            # A title proper would be laid out as if the axes filled their place.
            left, top = corners[0][0] + 0.08, corners[1][1] - 0.08
            ax.text(left, top, title, ha="left", va="top", fontweight="bold", fontsize=9.5)
        if legend and suppression:
            _draw_scale(ax, ScalarMappable(scale, colours))
        if legend:
            _draw_key(ax, drawn)
    return ax


def _value(node: str, layout: Layout, suppression: Mapping[str, float]) -> float | None:
    """Return the suppression that colours a node; None if there is none or it is not a number."""
    value = suppression.get(layout.readouts.get(node, node), suppression.get(node))
    return None if value is None or not np.isfinite(value) else float(value)


def _half_width(layout: Layout, node: str) -> float:
    """Return half the width a label needs at 8 points, at least that of a short name."""
    lines = layout.labels.get(node, node).split("\n")
    return max(0.30, 0.04 * max(len(line) for line in lines) + 0.05)


def _boxes(places: Mapping[str, tuple[float, float]], layout: Layout) -> dict[str, Box]:
    """Return the boxes, rows and columns that nothing stands in closed up."""
    rows = {row: i for i, row in enumerate(sorted({row for _, row in places.values()}))}
    columns = {
        column: i for i, column in enumerate(sorted({place[0] for place in places.values()}))
    }
    return {
        node: Box(
            columns[column] * PITCH[0],
            -rows[row] * PITCH[1],
            _half_width(layout, node),
            _HALF_HEIGHT,
        )
        for node, (column, row) in places.items()
    }


def _mutual(graph: nx.DiGraph[str]) -> set[tuple[str, str]]:
    """Return edges whose opposite has the same sign: one line with two heads shows both.

    Of each pair the one that comes second in the graph.
    """
    second: set[tuple[str, str]] = set()
    for tail, head in graph.edges:
        there, back = graph.edges[tail, head], graph.get_edge_data(head, tail, {})
        if back.get("sign") == there["sign"] and (tail, head) not in second:
            second.add((head, tail))
    return second


def _lines(
    edges: Iterable[tuple[str, str]], boxes: Mapping[str, Box]
) -> dict[tuple[str, str], np.ndarray]:
    """Route edges, short ones first, so that the long ones find their way around them."""

    def order(edge: tuple[str, str]) -> tuple[float, tuple[str, str]]:
        tail, head = boxes[edge[0]], boxes[edge[1]]
        return (round(float(np.hypot(head.x - tail.x, head.y - tail.y)), 6), edge)

    lines: dict[tuple[str, str], np.ndarray] = {}
    for tail, head in sorted(edges, key=order):
        lines[tail, head] = route(tail, head, boxes, list(lines.values()), gap=_GAP)
    return lines


def _corners(
    boxes: Mapping[str, Box], lines: Mapping[tuple[str, str], np.ndarray], title: str
) -> np.ndarray:
    """Return lower left and upper right of everything drawn, (2, 2), with a margin."""
    ends = [
        np.array([[box.x - box.half_width, box.y - 0.2], [box.x + box.half_width, box.y + 0.2]])
        for box in boxes.values()
    ]
    points = np.concatenate([*ends, *lines.values()])
    top = 0.35 if title else 0.1
    return np.array([points.min(axis=0) - 0.1, points.max(axis=0) + np.array([0.1, top])])


def _colour(graph: nx.DiGraph[str], tail: str, rise: float) -> str:
    """Return the colour of an edge: a drug's, one that runs down or level, or a feedback."""
    if graph.nodes[tail].get("kind") == "drug":
        return _DRUG
    return _FEEDBACK if rise > 0.1 else _FORWARD


def _draw_box(ax: Axes, box: Box, label: str, fill: Colour, kind: str | None) -> None:
    """Draw one rounded box with its label, dark on light or light on dark."""
    outside = kind in ("drug", "ligand")
    rounding = 0.12 if outside else 0.06
    ax.add_patch(
        FancyBboxPatch(
            (box.x - box.half_width + 0.02, box.y - box.half_height + 0.02),
            2 * box.half_width - 0.04,
            2 * box.half_height - 0.04,
            boxstyle=f"round,pad=0.02,rounding_size={rounding}",
            facecolor=fill,
            edgecolor=INK,
            linewidth=1.4 if kind == "drug" else 0.9,
            linestyle=(0, (3, 1.5)) if kind == "ligand" else "-",
            zorder=3,
        )
    )
    red, green, blue = to_rgb(fill)
    dark = 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.55
    weight = "bold" if kind == "drug" else "normal"
    ax.text(
        box.x,
        box.y,
        label,
        ha="center",
        va="center_baseline",
        fontsize=8.0,
        fontweight=weight,
        color="white" if dark else INK,
        zorder=4,
    )


def _draw_edge(ax: Axes, points: np.ndarray, sign: int, colour: str, *, both: bool) -> None:
    """Draw one line with its head, or a head at both ends."""
    dashes: Any = (0, (4, 1.5)) if colour == _FEEDBACK else "-"
    width = 1.6 if colour == _DRUG else 1.0
    if sign == 1:  # the line ends inside its arrow
        points = _shortened(points, both=both)
    ax.add_line(Line2D(points[:, 0], points[:, 1], color=colour, lw=width, ls=dashes, zorder=1))
    for course in (points, points[::-1])[: 2 if both else 1]:
        _draw_head(ax, course, sign, colour)


def _shortened(points: np.ndarray, *, both: bool) -> np.ndarray:
    """Return a line without the length of its arrow heads."""
    length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    inside = length <= length[-1] - _ARROW
    if both:
        inside &= length >= _ARROW
    return points[inside] if inside.sum() >= 2 else points


def _draw_head(ax: Axes, points: np.ndarray, sign: int, colour: str) -> None:
    """Draw an arrow, a bar or a dot at the end of a line."""
    tip = points[-1]
    back = points[max(0, len(points) - 6)]
    along = (tip - back) / (np.hypot(*(tip - back)) or 1.0)
    across = np.array([-along[1], along[0]])
    if sign == 1:
        corners = np.array([tip + _ARROW * along, tip + 0.038 * across, tip - 0.038 * across])
        ax.add_patch(Polygon(corners, closed=True, facecolor=colour, edgecolor="none", zorder=2))
    elif sign == -1:
        bar = np.array([tip + 0.062 * across, tip - 0.062 * across])
        ax.add_line(Line2D(bar[:, 0], bar[:, 1], color=colour, lw=1.8, zorder=2))
    else:
        ax.add_line(Line2D([tip[0]], [tip[1]], marker="o", ms=3.5, color=colour, zorder=2))


def _draw_scale(ax: Axes, mappable: ScalarMappable) -> None:
    """Add the colour scale under the drawing."""
    bar = ax.figure.colorbar(
        mappable, ax=ax, orientation="horizontal", fraction=0.025, pad=0.02, aspect=40, shrink=0.5
    )
    bar.set_label("suppression (1 − treated/untreated); white box: no readout")
    bar.outline.set_visible(False)


def _draw_key(ax: Axes, drawn: set[tuple[int, str]]) -> None:
    """Add what the lines that were drawn mean."""
    heads = {1: (">", "activates"), -1: ("|", "inhibits"), 0: ("o", "both, or it depends")}
    lines = {_DRUG: (1.6, "-", "a drug"), _FEEDBACK: (1.0, (0, (4, 1.5)), "runs up (feedback)")}
    handles = [
        Line2D([], [], color=_FORWARD, marker=marker, ms=5, mew=1.4, lw=1.0, label=words)
        for sign, (marker, words) in heads.items()
        if sign in {sign for sign, _ in drawn}
    ]
    handles += [
        Line2D([], [], color=colour, lw=width, ls=dashes, label=words)
        for colour, (width, dashes, words) in lines.items()
        if colour in {colour for _, colour in drawn}
    ]
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=5)
