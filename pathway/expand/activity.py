"""Which of two forms of a molecule is the more active, from what each can do in the network."""

from __future__ import annotations

from collections import Counter
from math import log
from typing import TYPE_CHECKING

from pathway.expand.events import AgentText, Event, agents_of, composition

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import networkx as nx

__all__ = ["Activity", "Direction", "total"]

_Way = tuple[object, ...]

Direction = tuple[float, float, float, float]
"""What each criterion of :func:`pathway.expand.influence.influence` says; the first counts most."""

_SAME = 1e-9
"""Sums of log rates that differ by less are the same."""


def total(directions: Iterable[Direction]) -> Direction:
    """Sum directions, criterion by criterion."""
    one, two, three, four = 0.0, 0.0, 0.0, 0.0
    for a, b, c, d in directions:
        one, two, three, four = one + a, two + b, three + c, four + d
    return one, two, three, four


class Activity:
    """Orders the forms of each molecule; see :func:`pathway.expand.influence.influence`.

    Parameters
    ----------
    graph : networkx.DiGraph
        The network.
    events : sequence of Event
        Its reactions.
    parameters : mapping of str to float, optional
        Values of parameters; without them rates are not compared.
    """

    def __init__(
        self,
        graph: nx.DiGraph[str],
        events: Sequence[Event],
        parameters: Mapping[str, float] | None,
    ) -> None:
        self._does = _doings(events)
        self._can = _abilities(events, self._does)
        self._ways: dict[AgentText, dict[_Way, tuple[int, float]]] = {}
        values = dict(parameters or {})
        for event in events:
            rate = graph.nodes[event.reaction]["rate"].value(values) if parameters else 1.0
            self._add_ways(event, log(rate) if rate > 0.0 else 0.0)
        self._shown: dict[AgentText, set[str]] = {}
        for readout, (_, _, terms) in graph.graph["readouts"].items():
            for species, _ in terms:
                for agent in agents_of(species):
                    self._shown.setdefault(agent, set()).add(readout)
        self._known: dict[tuple[str, str, str], Direction] = {}

    def direction(self, event: Event, molecule: str) -> Direction:
        """Return how a reaction moves a molecule, by criterion: above 0 towards activity."""
        lost, gained = event.lost.get(molecule, ()), event.gained.get(molecule, ())
        if len(lost) != len(gained):
            return (1.0 if len(gained) > len(lost) else -1.0, 0.0, 0.0, 0.0)
        parts = [self.order(molecule, a, b) for a, b in zip(lost, gained, strict=True)]
        return total(parts)

    def order(self, molecule: str, old: str, new: str) -> Direction:
        """Compare two forms: the first criterion that decides is above 0 if ``new`` is more active."""
        key = (molecule, old, new)
        if key not in self._known:
            self._known[key] = self._order((molecule, old), (molecule, new))
        return self._known[key]

    def _order(self, old: AgentText, new: AgentText) -> Direction:
        first = self._first(old, new)
        if first:
            return (first, 0.0, 0.0, 0.0)
        before, after = self._ways.get(old, {}), self._ways.get(new, {})
        # Ways of a lone molecule and of a complex are not comparable.
        if composition(old) == composition(new):
            pull = sum(
                sign * (after[way][1] - rate)
                for way, (sign, rate) in before.items()
                if way in after
            )
            if abs(pull) > _SAME:
                return (0.0, pull, 0.0, 0.0)
            ways = sum(sign for sign, _ in after.values())
            ways -= sum(sign for sign, _ in before.values())
            if ways:
                return (0.0, 0.0, ways, 0.0)
        return (0.0, 0.0, 0.0, _more(self._shown.get(old, set()), self._shown.get(new, set())))

    def _first(self, old: AgentText, new: AgentText) -> int:
        """Compare what two forms do; across a binding, what they can do without another."""
        deeds = self._does if composition(old) == composition(new) else self._can
        return _more(deeds.get(old, set()), deeds.get(new, set()))

    def _add_ways(self, event: Event, log_rate: float) -> None:
        """Note where a reaction takes the forms that it changes, and how fast."""
        for molecule, lost in event.lost.items():
            gained = event.gained.get(molecule, ())
            if len(gained) != len(lost):
                continue
            for old, new in zip(lost, gained, strict=True):
                sign = self._first((molecule, old), (molecule, new))
                if not sign:
                    continue
                others = sorted(agent for complex_ in event.reactants for agent in complex_)
                others.remove((molecule, old))
                way = (event.rule, event.reverse, tuple(others))
                self._ways.setdefault((molecule, old), {})[way] = (sign, log_rate)


def _doings(events: Sequence[Event]) -> dict[AgentText, set[_Way]]:
    """Return the one-way rules in which each form takes part without being changed."""
    found: dict[AgentText, set[_Way]] = {}
    for event in events:
        if event.reversible:
            continue
        unchanged = Counter(agent for complex_ in event.reactants for agent in complex_)
        unchanged.subtract((name, form) for name, forms in event.lost.items() for form in forms)
        for agent, number in unchanged.items():
            if number > 0:
                found.setdefault(agent, set()).add((event.rule,))
        for species, factor in event.read:
            for agent in agents_of(species):
                found.setdefault(agent, set()).add((event.rule, factor))
    return found


def _abilities(
    events: Sequence[Event], does: Mapping[AgentText, set[_Way]]
) -> dict[AgentText, set[_Way]]:
    """Return what each form does or can do after one-way reactions within the same complex."""
    steps: dict[AgentText, dict[AgentText, None]] = {}
    for event in events:
        if event.reversible:
            continue
        for molecule, lost in event.lost.items():
            gained = event.gained.get(molecule, ())
            for old, new in zip(lost, gained, strict=False):
                if composition((molecule, old)) == composition((molecule, new)):
                    steps.setdefault((molecule, old), {})[molecule, new] = None
    found: dict[AgentText, set[_Way]] = {}
    for form in dict.fromkeys((*does, *steps)):
        seen = {form: None}
        waiting = [form]
        while waiting:
            fresh = [new for new in steps.get(waiting.pop(), {}) if new not in seen]
            seen.update(dict.fromkeys(fresh))
            waiting += fresh
        found[form] = set().union(*(does.get(reached, set()) for reached in seen))
    return found


def _more(old: set[_Way] | set[str], new: set[_Way] | set[str]) -> int:
    gained, lost = len(new - old), len(old - new)
    return (gained > lost) - (gained < lost)
