"""Read the expanded graph: every claim the compiler relies on is checked here, with the node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pathway.compile.reactions import (
    FactorLaw,
    ReactionLaw,
    Reactions,
    attribute,
    checked_monomial,
    unknown,
)
from pathway.declare.parameters import Monomial
from pathway.errors import CompileError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import networkx as nx

    from pathway.compile.monomials import MonomialTableBuilder

__all__ = ["GraphContent", "read_graph"]

CELLS_PER_VOLUME = Monomial.of("medium.cells_per_volume")
"""Cell volume over medium volume per cell: what one nM in the cells takes from the medium."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphContent:
    """What the compiler takes from a graph."""

    species: tuple[str, ...]
    inputs: tuple[str, ...]
    input_ids: tuple[str, ...]
    depleting: tuple[tuple[str, int], ...]
    """(input id, dynamic species index) of inputs that are used up, if depletion is asked for."""
    units: tuple[str, ...]
    initial: tuple[tuple[int, int], ...]
    """(dynamic species, monomial row) of what does not start at zero."""
    reactions: tuple[ReactionLaw, ...]
    factors: tuple[FactorLaw, ...]
    """Each once, in order of first use."""
    readouts: tuple[tuple[str, str, str, tuple[tuple[int, int], ...]], ...]
    """(id, unit, description, ((amount index, monomial row of the weight), ...))."""


def read_graph(graph: nx.DiGraph[str], monomials: MonomialTableBuilder) -> GraphContent:
    """Return the content of an expanded graph, its monomials collected in ``monomials``.

    Raises
    ------
    CompileError
        Naming the node, edge or readout that is malformed.
    """
    deplete = bool(graph.graph.get("depletion", False))
    nodes: dict[str, dict[str, Any]] = dict(iter(graph.nodes(data=True)))
    dynamic: list[str] = []
    inputs: list[str] = []
    reactions: list[str] = []
    for name, node in nodes.items():
        kind = node.get("kind")
        if kind == "reaction":
            reactions.append(name)
        elif kind != "species":
            raise CompileError(
                f"node {name!r}", f"has kind {kind!r}", "kinds are 'species' and 'reaction'"
            )
        elif attribute(node, "is_input", f"species {name!r}") and not deplete:
            inputs.append(name)
        else:
            dynamic.append(name)
    index = {name: position for position, name in enumerate([*dynamic, *inputs])}
    initial = []
    for position, name in enumerate(dynamic):
        amount = nodes[name].get("initial")
        if amount is not None:
            where = f"initial amount of species {name!r}"
            initial.append((position, monomials.add(checked_monomial(amount, where))))
    reader = Reactions(index, len(dynamic), monomials)
    reactants = dict(graph.reverse(copy=False).adjacency())
    products = dict(graph.adjacency())
    return GraphContent(
        species=tuple(dynamic),
        inputs=tuple(inputs),
        input_ids=tuple(_molecule_id(nodes[name], name) for name in inputs),
        depleting=tuple(
            (_molecule_id(nodes[name], name), position)
            for position, name in enumerate(dynamic)
            if nodes[name]["is_input"]
        ),
        units=tuple(str(nodes[name].get("unit", "nM")) for name in index),
        initial=tuple(initial),
        reactions=tuple(
            [reader.read(name, nodes[name], reactants[name], products[name]) for name in reactions]
        ),
        factors=tuple(reader.factors),
        readouts=_read_readouts(graph, index, monomials),
    )


def _read_readouts(
    graph: nx.DiGraph[str], index: dict[str, int], monomials: MonomialTableBuilder
) -> tuple[tuple[str, str, str, tuple[tuple[int, int], ...]], ...]:
    readouts = []
    for name, (unit, description, terms) in graph.graph.get("readouts", {}).items():
        where = f"readout {name!r}"
        entries = [
            (_amount(index, species, where), monomials.add(checked_monomial(weight, where)))
            for species, weight in terms
        ]
        readouts.append((str(name), str(unit), str(description), tuple(sorted(entries))))
    return tuple(readouts)


def _molecule_id(node: Mapping[str, Any], name: str) -> str:
    molecules = node.get("molecules", ())
    return str(molecules[0][0]) if molecules else name


def _amount(index: Mapping[str, int], species: str, where: str) -> int:
    if species not in index:
        raise unknown(where, species)
    return index[species]
