"""Where the nodes of a signed graph are drawn: a picture in text, and layers for what it leaves out.

A layout file is TOML whose ``grid`` is the drawing itself: one line of text per row of boxes,
names in columns, ``.`` for an empty place. So a new molecule is placed by typing its name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import networkx as nx

from pathway.errors import DeclarationError
from pathway.library.read import Table, parse_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Layout", "drawn_graph", "place", "read_layout"]

_SWEEPS = 4
"""Barycentre passes over computed layers; more changed nothing on graphs of 50 nodes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a graph is drawn.

    ``positions`` are (column, row), rows counted downwards; ``labels`` are the words in the boxes;
    ``readouts`` say which readout colours a node; ``through`` names nodes without a box, lines
    passing through them; ``hidden`` nodes are not drawn, nor their lines.
    """

    positions: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    readouts: Mapping[str, str] = field(default_factory=dict)
    through: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


def read_layout(text: str, where: str) -> Layout:
    """Read a layout file.

    Parameters
    ----------
    text : str
        TOML with ``grid`` (multi-line text) and, all optional, tables ``labels`` and ``readouts``
        of text and lists ``through`` and ``hidden``.
    where : str
        File name for messages.

    Raises
    ------
    DeclarationError
        If the text is not TOML, has an unknown key, a value of the wrong kind, or a name twice in
        the grid.
    """
    table = parse_toml(text, where)
    layout = Layout(
        positions=_grid(table.text("grid", ""), where),
        labels=_texts(table, "labels"),
        readouts=_texts(table, "readouts"),
        through=table.texts("through", ()),
        hidden=table.texts("hidden", ()),
    )
    table.close()
    return layout


def _texts(table: Table, key: str) -> dict[str, str]:
    """Return a table of texts; empty if it is absent."""
    if not table.has(key):
        return {}
    inner = table.table(key)
    return {name: inner.text(name) for name in inner.names()}


def _grid(text: str, where: str) -> dict[str, tuple[float, float]]:
    """Return the (column, row) of every name in a picture of the grid."""
    positions: dict[str, tuple[float, float]] = {}
    for row, line in enumerate(text.strip("\n").splitlines()):
        for column, name in enumerate(line.split()):
            if name == ".":
                continue
            if name in positions:
                raise DeclarationError(f"{where}: grid", f"{name!r} twice", "place it once")
            positions[name] = (float(column), float(row))
    return positions


def drawn_graph(graph: nx.DiGraph[str], layout: Layout) -> nx.DiGraph[str]:
    """Return a signed graph without the nodes that a layout hides or draws lines through.

    A line through a node joins what acts on it to what it acts on, with the product of both signs;
    of lines that disagree the sign is 0. Self-influences are dropped.

    Parameters
    ----------
    graph : DiGraph
        Edges carry ``sign``: 1 activation, -1 inhibition, 0 both.
    layout : Layout
    """
    result: nx.DiGraph[str] = nx.DiGraph()
    result.add_nodes_from(graph.nodes(data=True))
    for tail, head, attributes in graph.edges(data=True):
        _add(result, tail, head, int(attributes.get("sign", 1)))
    result.remove_nodes_from([node for node in layout.hidden if node in result])
    for node in layout.through:
        if node not in result:
            continue
        into = [(tail, data["sign"]) for tail, _, data in result.in_edges(node, data=True)]
        out = [(head, data["sign"]) for _, head, data in result.out_edges(node, data=True)]
        result.remove_node(node)
        for tail, first in into:
            for head, second in out:
                _add(result, tail, head, first * second)
    return result


def _add(graph: nx.DiGraph[str], tail: str, head: str, sign: int) -> None:
    """Add a signed edge to those there are."""
    if tail == head:
        return
    if graph.has_edge(tail, head) and graph.edges[tail, head]["sign"] != sign:
        sign = 0
    graph.add_edge(tail, head, sign=sign)


def place(graph: nx.DiGraph[str], layout: Layout) -> dict[str, tuple[float, float]]:
    """Return (column, row) of every node: the layout's own, and computed ones for the rest.

    Without any known position all nodes are layered top-down: strongly connected parts share a
    layer (longest path over the condensation), and nodes are ordered within layers by the mean
    column of their neighbours (Sugiyama 1981). With some known, each further node goes under its
    regulators (or above its targets), into the nearest free place.
    """
    known = {node: layout.positions[node] for node in graph if node in layout.positions}
    if not known:
        return _layered(graph)
    taken = set(known.values())
    for node in graph:
        if node in known:
            continue
        spot = _spot(graph, node, known)
        while spot in taken:
            spot = (spot[0] + 1.0, spot[1])
        known[node] = spot
        taken.add(spot)
    return {node: known[node] for node in graph}


def _spot(
    graph: nx.DiGraph[str], node: str, known: Mapping[str, tuple[float, float]]
) -> tuple[float, float]:
    """Return the place a further node would best have."""
    above = [known[other] for other in graph.predecessors(node) if other in known]
    below = [known[other] for other in graph.successors(node) if other in known]
    if above:
        return (_mean_column(above), max(row for _, row in above) + 1.0)
    if below:
        return (_mean_column(below), min(row for _, row in below) - 1.0)
    return (0.0, max(row for _, row in known.values()) + 1.0)


def _mean_column(places: Iterable[tuple[float, float]]) -> float:
    columns = [column for column, _ in places]
    return float(round(sum(columns) / len(columns)))


def _layered(graph: nx.DiGraph[str]) -> dict[str, tuple[float, float]]:
    """Return a layered drawing computed from the graph alone."""
    parts = nx.condensation(graph)
    row_of: dict[str, int] = {}
    for row, generation in enumerate(nx.topological_generations(parts)):
        for part in generation:
            for member in parts.nodes[part]["members"]:
                row_of[member] = row
    rows: dict[int, list[str]] = {}
    for node in graph:  # declaration order, so that the drawing repeats
        rows.setdefault(row_of[node], []).append(node)
    column = {node: float(i) for members in rows.values() for i, node in enumerate(members)}
    for sweep in range(_SWEEPS):
        for row in sorted(rows, reverse=sweep % 2 == 1):
            members = sorted(rows[row], key=lambda node: (_pull(graph, node, column), node))
            rows[row] = members
            column.update({node: float(i) for i, node in enumerate(members)})
    widest = max((len(members) for members in rows.values()), default=0)
    return {
        node: (column[node] + (widest - len(rows[row_of[node]])) / 2, float(row_of[node]))
        for node in graph
    }


def _pull(graph: nx.DiGraph[str], node: str, column: Mapping[str, float]) -> float:
    """Return the mean column of a node's neighbours, or its own if it has none."""
    near = [column[other] for other in (*graph.predecessors(node), *graph.successors(node))]
    return sum(near) / len(near) if near else column[node]
