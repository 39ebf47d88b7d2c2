"""What each reaction changes, read from the graph."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["Number", "Stoichiometry", "nodes_of", "read_stoichiometry"]

Number = int | Fraction
"""Exact: whole wherever possible, because that is faster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stoichiometry:
    """Species and reactions in node order, and the net change of each reaction.

    ``changes[j]`` maps a species index to the exact net number made by reaction ``j``; catalysts
    are left out. Species in the medium are included.
    """

    species: tuple[str, ...]
    reactions: tuple[str, ...]
    changes: tuple[dict[int, Number], ...]
    inputs: frozenset[int]


def read_stoichiometry(graph: nx.DiGraph[str]) -> Stoichiometry:
    """Read the stoichiometric matrix of a network graph, column by column.

    Parameters
    ----------
    graph : networkx.DiGraph
        As :func:`pathway.expand.expand` returns it, or a thawed and edited copy.

    Returns
    -------
    Stoichiometry
    """
    species = nodes_of(graph, "species")
    reactions = nodes_of(graph, "reaction")
    index = {name: i for i, name in enumerate(species)}
    changes: list[dict[int, Number]] = []
    for reaction in reactions:
        net: dict[int, Number] = {}
        for name in graph.predecessors(reaction):
            net[index[name]] = -_exact(graph.edges[name, reaction]["stoichiometry"])
        for name in graph.successors(reaction):
            made = _exact(graph.edges[reaction, name]["stoichiometry"])
            net[index[name]] = net.get(index[name], 0) + made
        changes.append({i: n for i, n in net.items() if n})
    inputs = frozenset(index[name] for name in species if graph.nodes[name]["is_input"])
    return Stoichiometry(
        species=species, reactions=reactions, changes=tuple(changes), inputs=inputs
    )


def nodes_of(graph: nx.DiGraph[str], kind: str) -> tuple[str, ...]:
    """Return the nodes of a kind (``species`` or ``reaction``), in node order."""
    return tuple(name for name, node in graph.nodes(data=True) if node["kind"] == kind)


def _exact(number: float) -> Number:
    return int(number) if number == int(number) else Fraction(number)
