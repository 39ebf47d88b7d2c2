"""Graphs of a network as text: node-link JSON, GraphML and Cytoscape JSON."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING

from pathway.declare.parameters import Monomial

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["cytoscape_text", "graphml_text", "node_link", "plain"]


def node_link(graph: nx.DiGraph[str]) -> dict[str, object]:
    """Return a graph as node-link data that JSON can hold; rates become texts."""
    import networkx as nx

    data: dict[str, object] = plain(nx.node_link_data(graph, edges="edges"))  # type: ignore[assignment]
    return data


def graphml_text(graph: nx.DiGraph[str]) -> str:
    """Return a graph as GraphML; what is no number or text becomes JSON text."""
    import networkx as nx

    return "\n".join(nx.generate_graphml(_flat(graph))) + "\n"


def cytoscape_text(graph: nx.DiGraph[str]) -> str:
    """Return a graph as the JSON that Cytoscape opens (.cyjs); attributes as in GraphML."""
    import networkx as nx

    flat = _flat(graph)
    data = {**nx.cytoscape_data(flat), "data": dict(flat.graph)}
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def plain(value: object) -> object:
    """Return a value as lists, dicts, numbers and texts; a product of parameters as a formula."""
    if isinstance(value, Monomial):
        factors = [name if power == 1.0 else f"{name}^{power:g}" for name, power in value.powers]
        number = [] if value.coefficient == 1.0 and factors else [f"{value.coefficient:.12g}"]
        return " * ".join([*number, *factors])
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value


def _flat(graph: nx.DiGraph[str]) -> nx.DiGraph[str]:
    """Return a graph whose attributes are numbers and texts; None is left out."""
    import networkx as nx

    flat: nx.DiGraph[str] = nx.DiGraph()
    flat.graph.update(_scalars(graph.graph))
    for name, attributes in graph.nodes(data=True):
        flat.add_node(name, label=name, **_scalars(attributes))
    for tail, head, attributes in graph.edges(data=True):
        flat.add_edge(tail, head, **_scalars(attributes))
    return flat


def _scalars(attributes: dict[str, object]) -> dict[str, object]:
    return {name: _scalar(value) for name, value in attributes.items() if value is not None}


def _scalar(value: object) -> object:
    value = plain(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    # A whole number on one edge and a fraction on another are one attribute of one type.
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
