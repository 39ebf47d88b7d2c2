"""The network as a frozen bipartite graph."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import networkx as nx

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pathway.declare.entities import FactorKind
    from pathway.declare.parameters import Monomial

__all__ = ["GraphFactor", "ReactionNode", "RuleLaw", "SpeciesNode", "build_graph"]

_Attributes = dict[str, Any]


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RuleLaw:
    """What the reactions of one rule have in common."""

    rule: str
    driven: bool
    factors: tuple[GraphFactor, ...]
    weights: Mapping[int, tuple[tuple[int, Monomial], ...]]
    """What the factors sum: by species, (factor index, weight), in order of first use."""
    where: str
    sources: tuple[str, ...]
    note: str


class ReactionNode(NamedTuple):
    """What a reaction node and its edges say; species by index."""

    law: RuleLaw
    reverse: bool
    rate: Monomial
    reactants: tuple[int, ...]
    products: tuple[int, ...]
    change: tuple[tuple[str, int], ...]
    """Net molecules that the rule's text makes or deletes; inputs included."""


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
    graph.add_nodes_from(
        (
            node.text,
            {
                "kind": "species",
                "index": index,
                "unit": node.unit,
                "is_input": node.is_input,
                "initial": node.initial,
                "molecules": node.molecules,
            },
        )
        for index, node in enumerate(species)
    )
    names = _names(reactions)
    forward = {
        (one.law.rule, one.reactants, one.products): name
        for one, name in zip(reactions, names, strict=True)
        if not one.reverse
    }
    graph.add_nodes_from(
        (
            name,
            {
                "kind": "reaction",
                "index": index,
                "rule": one.law.rule,
                "reverse_of": (
                    forward[one.law.rule, one.products, one.reactants] if one.reverse else None
                ),
                "driven": one.law.driven,
                "rate": one.rate,
                "factors": one.law.factors,
                "change": one.change,
                "where": one.law.where,
                "sources": one.law.sources,
                "note": one.law.note,
            },
        )
        for index, (one, name) in enumerate(zip(reactions, names, strict=True))
    )
    edges = _Edges([node.text for node in species])
    for one, name in zip(reactions, names, strict=True):
        edges.add(one, name)
    graph.add_edges_from(edges.found)
    nx.freeze(graph)
    return graph


def _names(reactions: Sequence[ReactionNode]) -> list[str]:
    seen: Counter[str] = Counter()
    names: list[str] = []
    for reaction in reactions:
        rule = reaction.law.rule
        seen[rule] += 1
        names.append(f"{rule}#{seen[rule]}")
    return names


class _Edges:
    """Collects edges. The graph copies their attributes, so that here many may share theirs."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.found: list[tuple[str, str, _Attributes]] = []
        self._texts = texts
        self._read: dict[RuleLaw, dict[int, _Attributes]] = {}
        self._reactants: dict[int, _Attributes] = {}
        self._products: dict[int, _Attributes] = {}

    def add(self, one: ReactionNode, name: str) -> None:
        """Add a reaction's edges: those from its reactants, from what is only read, to products."""
        texts, found = self._texts, self.found
        read = self._read.get(one.law)
        if read is None:
            read = self._read[one.law] = _modifiers(one.law)
        order: dict[int, int] = {}
        for index in one.reactants:
            order[index] = order.get(index, 0) + 1
        for index, count in order.items():
            attributes = self._reactants.get(count)
            if attributes is None:
                attributes = self._reactants[count] = _reactant(count)
            if index in read:
                weights = read[index]["weights"]
                attributes = {**attributes, "weights": weights, "role": "reactant+modifier"}
            found.append((texts[index], name, attributes))
        if read:
            found += [(texts[index], name, read[index]) for index in read if index not in order]
        made: dict[int, int] = {}
        for index in one.products:
            made[index] = made.get(index, 0) + 1
        for index, count in made.items():
            attributes = self._products.get(count)
            if attributes is None:
                attributes = {"stoichiometry": float(count), "role": "product"}
                self._products[count] = attributes
            found.append((name, texts[index], attributes))


def _reactant(count: int) -> _Attributes:
    return {"stoichiometry": count, "order": count, "weights": (), "role": "reactant"}


def _modifiers(law: RuleLaw) -> dict[int, _Attributes]:
    return {
        index: {"stoichiometry": 0, "order": 0, "weights": weights, "role": "modifier"}
        for index, weights in law.weights.items()
    }
