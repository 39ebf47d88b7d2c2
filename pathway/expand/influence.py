"""The picture a biologist draws: which molecule acts on which, and with what sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx

from pathway.expand.activity import Activity, Direction, total
from pathway.expand.events import Event, read_events

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["influence"]


def influence(
    graph: nx.DiGraph[str], parameters: Mapping[str, float] | None = None
) -> nx.DiGraph[str]:
    """Project a network of reactions onto its molecules.

    A molecule A acts on a molecule B if a reaction changes B and A

    - is read by a factor of its rate,
    - is bound or converted by it: a reactant in another complex, or what B is made from, or
    - stands unchanged in the same complex, in every reaction of the rule that changes B (a partner's
      kinase; a bystander counts as one only if B is never without it).

    Reverse directions of binding are left out, and so is what a molecule does to itself. The sign is
    that of the factor (inhibiting: -1) times whether B moves towards activity: making B is +1,
    losing it is -1, and between two forms of B the more active is the one

    1. that takes part, without being changed, in more one-way rules (a kinase in its substrate's
       phosphorylation, a member of a pool in whatever reads the pool), for forms in different
       complexes now or after one-way reactions within the complex; else
    2. that goes faster to forms which are more active in that sense, and leaves them more slowly
       (this asks for ``parameters``); else
    3. that has more ways there and fewer ways back (2 and 3 within the same complex only); else
    4. that is in more readouts.

    The reactions of a rule are summed criterion by criterion, and the first that is not zero decides.
    Rules that agree, or make no difference, give the sign of an edge; rules that disagree give 0.

    Parameters
    ----------
    graph : networkx.DiGraph
        As :func:`pathway.expand.expand` returns it, or a thawed and edited copy.
    parameters : mapping of str to float, optional
        Values in internal units. Without them, what acts only through energies (a ligand that holds
        a dimer together) has sign 0.

    Returns
    -------
    networkx.DiGraph
        One node per molecule, drugs and ligands in the medium included, in order of first
        appearance, with ``kind`` (``molecule`` or ``input``). Edges carry ``sign`` (1, -1 or 0),
        ``rules`` and ``reactions``, both in order.
    """
    events = read_events(graph)
    activity = Activity(graph, events, parameters)
    result: nx.DiGraph[str] = nx.DiGraph()
    for _, node in graph.nodes(data=True):
        if node["kind"] == "species":
            for molecule, _ in node["molecules"]:
                kind = "input" if node["is_input"] else "molecule"
                result.add_node(molecule, kind=result.nodes.get(molecule, {}).get("kind", kind))
    signs: dict[tuple[str, str], dict[str, list[Direction]]] = {}
    reactions: dict[tuple[str, str], list[str]] = {}
    always = _always_there(events)
    for event in events:
        if event.reverse:
            continue
        for target in event.targets:
            direction = activity.direction(event, target)
            for actor, sign in _actors(event, target, always[event.rule, target]):
                edge = (actor, target)
                signs.setdefault(edge, {}).setdefault(event.rule, []).append(
                    _times(sign, direction)
                )
                reactions.setdefault(edge, []).append(event.reaction)
    for edge, by_rule in signs.items():
        result.add_edge(
            *edge,
            sign=_agreed([_sign(found) for found in by_rule.values()]),
            rules=tuple(by_rule),
            reactions=tuple(dict.fromkeys(reactions[edge])),
        )
    return result


def _actors(event: Event, target: str, always: frozenset[str]) -> list[tuple[str, int]]:
    """Return the molecules that act on a target in one reaction, and the sign of their factor."""
    found = dict.fromkeys(event.modifiers)
    for complex_ in event.reactants:
        inside = [agent for agent in complex_ if agent[0] != target]
        apart = all(molecule != target for molecule, _ in complex_)
        for molecule, _ in inside:
            if molecule in event.lost or molecule in event.gained:
                acts = apart or target not in event.lost
            else:
                acts = molecule in always
            if acts:
                found[molecule, 1] = None
    return [pair for pair in found if pair[0] != target]


def _always_there(events: Iterable[Event]) -> dict[tuple[str, str], frozenset[str]]:
    """Return, per rule and molecule it changes, the molecules that are there each time."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for event in events:
        if event.reverse:
            continue
        present = frozenset(molecule for complex_ in event.reactants for molecule, _ in complex_)
        for target in event.targets:
            key = (event.rule, target)
            found[key] = found.get(key, present) & present
    return found


def _times(sign: int, direction: Direction) -> Direction:
    one, two, three, four = direction
    return sign * one, sign * two, sign * three, sign * four


def _sign(directions: Iterable[Direction]) -> int:
    decisive = next((entry for entry in total(directions) if entry), 0.0)
    return (decisive > 0) - (decisive < 0)


def _agreed(signs: Iterable[int]) -> int:
    kinds = {sign for sign in signs if sign}
    return kinds.pop() if len(kinds) == 1 else 0
