"""Reactions of a network graph seen molecule by molecule."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathway.declare.entities import FactorKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import networkx as nx

__all__ = ["AgentText", "Event", "agents_of", "composition", "read_events"]

AgentText = tuple[str, str]
"""A molecule and its form: its text without bond numbers, and what its complex consists of."""

_IN = " in "
_BOND = re.compile(r"!\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One reaction: which molecules it finds, which of them it changes, what its rate reads."""

    reaction: str
    rule: str
    reverse: bool
    reversible: bool
    """Whether it is one direction of a reversible reaction."""
    reactants: tuple[tuple[AgentText, ...], ...]
    """Molecules of each reactant complex, a complex as often as its order says."""
    lost: Mapping[str, tuple[str, ...]]
    """Per molecule, the forms that are gone afterwards, sorted."""
    gained: Mapping[str, tuple[str, ...]]
    modifiers: tuple[tuple[str, int], ...]
    """Molecules that factors read, with 1, or -1 for an inhibiting factor."""
    read: tuple[tuple[str, int], ...]
    """Species that factors read, with the factor's index."""
    targets: tuple[str, ...]
    """Molecules that change, those in the medium left out."""


def agents_of(species: str) -> tuple[AgentText, ...]:
    """Return the molecules of a species, each with its form, from the canonical text."""
    parts = _BOND.sub("!", species).split(".")
    molecules = [part.partition("(")[0] for part in parts]
    inside = _IN.join(("", "+".join(molecules))) if len(parts) > 1 else ""
    return tuple((molecule, part + inside) for molecule, part in zip(molecules, parts, strict=True))


def composition(agent: AgentText) -> str:
    """Return what the complex of a form consists of; empty for a lone molecule."""
    return agent[1].partition(_IN)[2]


def read_events(graph: nx.DiGraph[str]) -> tuple[Event, ...]:
    """Read every reaction of a network graph."""
    agents = {
        name: agents_of(name) for name, node in graph.nodes(data=True) if node["kind"] == "species"
    }
    medium = {
        agent
        for name, inside in agents.items()
        if graph.nodes[name]["is_input"]
        for agent, _ in inside
    }
    paired = {
        node["reverse_of"] for _, node in graph.nodes(data=True) if node["kind"] == "reaction"
    }
    pools: dict[frozenset[str], tuple[str, ...]] = {}
    events: list[Event] = []
    for reaction, node in graph.nodes(data=True):
        if node["kind"] != "reaction":
            continue
        events.append(_event(graph, reaction, agents, medium, pools, paired))
    return tuple(events)


def _event(
    graph: nx.DiGraph[str],
    reaction: str,
    agents: Mapping[str, tuple[AgentText, ...]],
    medium: set[str],
    pools: dict[frozenset[str], tuple[str, ...]],
    paired: set[str | None],
) -> Event:
    node = graph.nodes[reaction]
    before: list[AgentText] = []
    after: list[AgentText] = []
    reactants: list[tuple[AgentText, ...]] = []
    read: list[tuple[str, int]] = []
    for species in graph.predecessors(reaction):
        edge = graph.edges[species, reaction]
        for _ in range(edge["order"]):
            reactants.append(agents[species])
            before += agents[species]
        read += [(species, number) for number, _ in edge["weights"]]
    for species in graph.successors(reaction):
        for _ in range(int(graph.edges[reaction, species]["stoichiometry"])):
            after += agents[species]
    lost, gained = _without(before, after), _without(after, before)
    modifiers: dict[tuple[str, int], None] = {}
    for number, factor in enumerate(node["factors"]):
        members = frozenset(species for species, n in read if n == number)
        if members not in pools:
            pools[members] = _named(agents[species] for species in sorted(members))
        sign = -1 if factor.kind is FactorKind.INHIBITING else 1
        modifiers.update(dict.fromkeys((molecule, sign) for molecule in pools[members]))
    return Event(
        reaction=reaction,
        rule=node["rule"],
        reverse=node["reverse_of"] is not None,
        reversible=node["reverse_of"] is not None or reaction in paired,
        reactants=tuple(reactants),
        lost=lost,
        gained=gained,
        modifiers=tuple(modifiers),
        read=tuple(read),
        targets=tuple(m for m in dict.fromkeys((*lost, *gained)) if m not in medium),
    )


def _without(these: Iterable[AgentText], others: Iterable[AgentText]) -> dict[str, tuple[str, ...]]:
    """Return, per molecule, these forms less the others; a new partner alone is no change."""
    left = Counter(form.partition(_IN)[0] for _, form in others)
    found: dict[str, list[str]] = {}
    for molecule, form in sorted(these):
        text = form.partition(_IN)[0]
        if left[text]:
            left[text] -= 1
        else:
            found.setdefault(molecule, []).append(form)
    return {molecule: tuple(forms) for molecule, forms in found.items()}


def _named(members: Iterable[tuple[AgentText, ...]]) -> tuple[str, ...]:
    """Return the molecules that a pool is about.

    A complex is there for the sake of a molecule that is in the pool without its partner too: the
    smallest compositions name the pool, larger ones that contain one of them do not.
    """
    compositions = {tuple(molecule for molecule, _ in complex_) for complex_ in members}
    smallest = [
        composition
        for composition in sorted(compositions, key=lambda names: (len(names), names))
        if not any(
            other != composition and Counter(other) <= Counter(composition)
            for other in compositions
        )
    ]
    return tuple(dict.fromkeys(name for composition in smallest for name in composition))
