"""The network as a frozen bipartite graph."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import networkx as nx

from pathway.declare.entities import FactorKind, Monomial

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["GraphFactor", "ReactionNode", "SpeciesNode", "build_graph"]

Vector = tuple[tuple[int, Monomial], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphFactor:
    """One factor of a reaction's rate; what it sums stands on the edges that name its index."""

    kind: FactorKind
    K: Monomial | None = None
    """Half-saturation; None for a linear factor."""
    hill: Monomial | None = None
    """Exponent; None for 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeciesNode:
    """What a species node says."""

    text: str
    unit: str
    is_input: bool
    initial: Monomial | None
    molecules: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionNode:
    """What a reaction node and its edges say; species by index."""

    rule: str
    reverse: bool
    driven: bool
    rate: Monomial
    factors: tuple[GraphFactor, ...]
    pools: tuple[Vector, ...]
    """What each factor sums."""
    reactants: tuple[int, ...]
    products: tuple[int, ...]
    change: tuple[tuple[str, int], ...]
    """Net molecules that the rule's text makes or deletes; inputs included."""
    where: str
    sources: tuple[str, ...]
    note: str


def build_graph(
    species: Sequence[SpeciesNode],
    reactions: Sequence[ReactionNode],
    attributes: Mapping[str, Any],
) -> nx.DiGraph[str]:
    """Write species and reactions as a frozen ``networkx.DiGraph``.

    Species nodes come first, in index order, then reaction nodes.

    - A species node is named by its canonical text and has ``kind="species"``, ``index``, ``unit``,
      ``is_input``, ``initial`` (Monomial or None) and ``molecules`` ((id, count), ...).
    - A reaction node is named ``rule#number``, its number among the reactions of the rule, and has
      ``kind="reaction"``, ``index``, ``rule``, ``reverse_of`` (the forward reaction of a reverse
      binding, else None), ``driven``, ``rate`` (Monomial with statistical factor, interactions and
      effects), ``factors`` (GraphFactor, ...), ``change`` (net molecules that the rule's text makes
      or deletes), ``where``, ``sources`` and ``note``.
    - An edge from a species to a reaction has ``stoichiometry`` and ``order`` (0 where the species
      is only read), ``weights`` ((factor index, Monomial), ...; one factor may occur twice) and
      ``role`` (``reactant``, ``modifier`` or ``reactant+modifier``). An edge from a reaction to a
      species has ``stoichiometry`` and role ``product``; a catalyst has both edges.
    - ``graph.graph`` has ``readouts`` ({id: (unit, description, ((species, weight), ...))}; a species
      may occur twice), ``parameters`` (ids used, in declared order), ``depletion`` and ``format``.
    """
    graph: nx.DiGraph[str] = nx.DiGraph(**attributes)
    for index, node in enumerate(species):
        graph.add_node(
            node.text,
            kind="species",
            index=index,
            unit=node.unit,
            is_input=node.is_input,
            initial=node.initial,
            molecules=node.molecules,
        )
    names = _names(reactions)
    forward = {
        (r.rule, r.reactants, r.products): name
        for r, name in zip(reactions, names, strict=True)
        if not r.reverse
    }
    for index, (reaction, name) in enumerate(zip(reactions, names, strict=True)):
        pair = (reaction.rule, reaction.products, reaction.reactants)
        graph.add_node(
            name,
            kind="reaction",
            index=index,
            rule=reaction.rule,
            reverse_of=forward[pair] if reaction.reverse else None,
            driven=reaction.driven,
            rate=reaction.rate,
            factors=reaction.factors,
            change=reaction.change,
            where=reaction.where,
            sources=reaction.sources,
            note=reaction.note,
        )
        _add_edges(graph, name, reaction, species)
    nx.freeze(graph)
    return graph


def _names(reactions: Sequence[ReactionNode]) -> list[str]:
    seen: Counter[str] = Counter()
    names: list[str] = []
    for reaction in reactions:
        seen[reaction.rule] += 1
        names.append(f"{reaction.rule}#{seen[reaction.rule]}")
    return names


def _add_edges(
    graph: nx.DiGraph[str], name: str, reaction: ReactionNode, species: Sequence[SpeciesNode]
) -> None:
    order: dict[int, int] = {}
    for index in reaction.reactants:
        order[index] = order.get(index, 0) + 1
    weights: dict[int, list[tuple[int, Monomial]]] = {}
    for number, pool in enumerate(reaction.pools):
        for index, weight in pool:
            weights.setdefault(index, []).append((number, weight))
    for index in (*order, *(i for i in weights if i not in order)):
        consumed, read = order.get(index, 0), tuple(weights.get(index, ()))
        role = "modifier" if not consumed else "reactant+modifier" if read else "reactant"
        graph.add_edge(
            species[index].text,
            name,
            stoichiometry=consumed,
            order=consumed,
            weights=read,
            role=role,
        )
    made: dict[int, int] = {}
    for index in reaction.products:
        made[index] = made.get(index, 0) + 1
    for index, count in made.items():
        graph.add_edge(name, species[index].text, stoichiometry=float(count), role="product")
