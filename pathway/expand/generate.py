"""All species and reactions that rules make from the starting species, breadth first."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from math import lcm
from typing import TYPE_CHECKING, NamedTuple

from pathway.errors import NetworkError
from pathway.expand.matcher import Matcher, having

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pathway.expand.forms import Form
    from pathway.expand.rewrite import Rewrite

__all__ = ["CompiledRule", "Generated", "RawReaction", "generate"]

_Sides = tuple[tuple[int, ...], tuple[int, ...]]
_Change = tuple[tuple[str, int], ...]

MAX_MOLECULES = 8
"""A complex with more is taken for the beginning of a chain without end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledRule:
    """A rule ready for generation.

    ``gates``: for each factor that makes the rate zero when its pool is empty, the patterns of the
    pool; the rule fires once every gate has a species.
    """

    id: str
    where: str
    rewrites: tuple[Rewrite, ...]
    gates: tuple[tuple[Matcher, ...], ...] = ()


class RawReaction(NamedTuple):
    """A reaction by species indices."""

    rule: int
    reverse: bool
    reactants: tuple[int, ...]
    products: tuple[int, ...]
    coefficient: float
    """Number of events per rule rate."""
    change: tuple[tuple[str, int], ...]
    """Net molecules that the rule's text makes or deletes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """Species in order of discovery, reactions by rule, direction and discovery."""

    species: tuple[Form, ...]
    reactions: tuple[RawReaction, ...]


def generate(
    starts: Sequence[Form],
    rules: Sequence[CompiledRule],
    forbidden: Sequence[Matcher],
    max_species: int,
) -> Generated:
    """Apply rules to species until nothing new forms.

    Parameters
    ----------
    starts : sequence of Form
        Starting species, inputs included, each once.
    rules : sequence of CompiledRule
        In declared order.
    forbidden : sequence of Matcher
        Reactions that would form a species with one of these are not generated.
    max_species : int
        Upper bound on the number of species.

    Returns
    -------
    Generated
        Reactions of one rule with the same reactants and products are one; reactions without net
        change are left out.

    Raises
    ------
    NetworkError
        More species than ``max_species`` or ever longer complexes: rules generate without end.
    """
    run = _Run(rules=rules, forbidden=forbidden, max_species=max_species)
    for start in starts:
        run.index[start] = len(run.species)
        run.species.append(start)
    waiting = [number for number, rule in enumerate(rules) if rule.gates]
    run.start([number for number, rule in enumerate(rules) if not rule.gates])
    run.exhaust()
    while waiting:
        opened = [number for number in waiting if run.is_open(rules[number])]
        if not opened:
            break
        waiting = [number for number in waiting if number not in opened]
        run.start(opened)
        run.exhaust()
    return Generated(species=tuple(run.species), reactions=run.reactions())


@dataclass(slots=True, eq=False)
class _Firing:
    """A rewrite and, for each of its reactant patterns, the species that have matched so far."""

    rule: int
    share: int
    """Events that one choice of embeddings counts for, in units of the rule's scale."""
    rewrite: Rewrite
    events: dict[_Sides, tuple[int, _Change]]
    """Events noted of the rule in this direction, over all its lines."""
    matches: list[list[int]]


@dataclass(slots=True, kw_only=True)
class _Run:
    """The state of one generation."""

    rules: Sequence[CompiledRule]
    forbidden: Sequence[Matcher]
    max_species: int
    species: list[Form] = field(default_factory=list)
    index: dict[Form, int] = field(default_factory=dict)
    barred: dict[Form, bool] = field(default_factory=dict)
    found: dict[tuple[int, bool], dict[_Sides, tuple[int, _Change]]] = field(default_factory=dict)
    scale: dict[int, int] = field(default_factory=dict)
    running: dict[str, list[tuple[int, _Firing]]] = field(default_factory=dict)
    """Rules that fire, numbered, by the molecules without which they do not."""
    number_running: int = 0
    fitting: dict[tuple[str, ...], list[_Firing]] = field(default_factory=dict)
    """Rules that may fire on species with some molecules, in order."""
    having: dict[str, list[int]] = field(default_factory=dict)
    """Species handled so far, by molecule."""
    searched: dict[Matcher, int] = field(default_factory=dict)
    """How many of the species that may have a pattern were found not to have it."""
    done: int = 0

    def start(self, numbers: Sequence[int]) -> None:
        """Let rules fire on every species handled so far."""
        self.fitting.clear()
        fresh: list[_Firing] = []
        for number in numbers:
            rule = self.rules[number]
            scale = lcm(*(one.transformation.symmetry for one in rule.rewrites), 1)
            self.scale[number] = scale
            fresh += [self.firing(number, one, scale) for one in rule.rewrites]
        for firing in fresh:
            if not firing.rewrite.matchers:
                self.fire(firing, ())
            for number in having(self.having, firing.rewrite.anchors):
                positions = firing.rewrite.fitting(self.species[number])
                if positions:
                    self.extend(firing, number, positions)

    def firing(self, number: int, rewrite: Rewrite, scale: int) -> _Firing:
        """Let one line of a rule fire, in one direction."""
        firing = _Firing(
            rule=number,
            share=scale // rewrite.transformation.symmetry,
            rewrite=rewrite,
            events=self.found.setdefault((number, rewrite.transformation.reverse), {}),
            matches=[[] for _ in rewrite.matchers],
        )
        for anchor in rewrite.anchors:
            self.running.setdefault(anchor, []).append((self.number_running, firing))
        self.number_running += 1
        return firing

    def exhaust(self) -> None:
        """Handle species in order of discovery until none is left."""
        while self.done < len(self.species):
            number = self.done
            self.done += 1
            form = self.species[number]
            kinds = form.kinds
            for kind in kinds:
                self.having.setdefault(kind, []).append(number)
            candidates = self.fitting.get(kinds)
            if candidates is None:
                near = dict(pair for kind in kinds for pair in self.running.get(kind, ()))
                candidates = self.fitting[kinds] = [near[order] for order in sorted(near)]
            for firing in candidates:
                positions = firing.rewrite.fitting(form)
                if positions:
                    self.extend(firing, number, positions)

    def extend(self, firing: _Firing, number: int, positions: Sequence[int]) -> None:
        """Fire a rule in every way that involves one further species."""
        matches = firing.matches
        for position in positions:
            matches[position].append(number)
            if len(matches) == 1:
                self.fire(firing, (number,))
                continue
            others = [
                [number] if other == position else matches[other] for other in range(len(matches))
            ]
            for chosen in product(*others):
                self.fire(firing, chosen)

    def fire(self, firing: _Firing, reactants: tuple[int, ...]) -> None:
        """Note every event among some reactants."""
        for made in firing.rewrite.made(tuple([self.species[number] for number in reactants])):
            self.record(firing, reactants, made)

    def record(self, firing: _Firing, reactants: tuple[int, ...], made: tuple[Form, ...]) -> None:
        """Note one event, unless it forms what is forbidden or changes nothing."""
        numbers = [number for form in made if (number := self.index.get(form)) is not None]
        if len(numbers) < len(made):
            if any(form not in self.index and self.is_barred(form) for form in made):
                return
            numbers = [self.number_of(firing, form) for form in made]
        before, after = tuple(sorted(reactants)), tuple(sorted(numbers))
        if before == after:
            return
        known, change = firing.events.get(
            (before, after), (0, firing.rewrite.transformation.change)
        )
        firing.events[before, after] = known + firing.share, change

    def is_barred(self, form: Form) -> bool:
        """Return whether a form contains a forbidden pattern."""
        if form not in self.barred:
            self.barred[form] = any(matcher.places(form) for matcher in self.forbidden)
        return self.barred[form]

    def number_of(self, firing: _Firing, form: Form) -> int:
        """Return the index of a species, new or known."""
        known = self.index.get(form)
        if known is not None:
            return known
        rule = self.rules[firing.rule]
        if len(form.complex_) > MAX_MOLECULES:
            raise NetworkError(
                rule.where,
                f"rule {rule.id!r} generates without end: a complex of {len(form.complex_)} molecules",
                "ask for free sites in its reactants, or declare a bound state instead of a bond",
            )
        if len(self.species) >= self.max_species:
            raise NetworkError(
                rule.where,
                f"more than {self.max_species} species, the last made by rule {rule.id!r}",
                "narrow its patterns, forbid what never forms, or raise max_species",
            )
        number = len(self.species)
        self.index[form] = number
        self.species.append(form)
        return number

    def is_open(self, rule: CompiledRule) -> bool:
        """Return whether each gate of a rule has a species."""
        return all(any(self.has(matcher) for matcher in gate) for gate in rule.gates)

    def has(self, matcher: Matcher) -> bool:
        """Return whether any species handled so far contains a pattern."""
        near = self.having.get(matcher.anchor, ())
        searched = self.searched.get(matcher, 0)
        while searched < len(near) and not matcher.places(self.species[near[searched]]):
            searched += 1
        self.searched[matcher] = searched
        return searched < len(near)

    def reactions(self) -> tuple[RawReaction, ...]:
        """Return the reactions noted, by rule and direction."""
        return tuple(
            RawReaction(number, reverse, before, after, events / self.scale[number], change)
            for number, reverse in sorted(self.found)
            for (before, after), (events, change) in self.found[number, reverse].items()
        )
