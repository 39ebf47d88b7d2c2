"""All species and reactions that rules make from the starting species, breadth first."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from math import lcm
from typing import TYPE_CHECKING

from pathway.errors import NetworkError
from pathway.expand.apply import apply
from pathway.expand.match import Complex, contains, embeddings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pathway.expand.pattern import Pattern
    from pathway.expand.transform import Transformation

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
    transformations: tuple[Transformation, ...]
    gates: tuple[tuple[Pattern, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawReaction:
    """A reaction by species indices; ``coefficient`` is its number of events per rule rate."""

    rule: int
    reverse: bool
    reactants: tuple[int, ...]
    products: tuple[int, ...]
    coefficient: float
    change: tuple[tuple[str, int], ...]
    """Net molecules that the rule's text makes or deletes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """Species in order of discovery, reactions by rule, direction and discovery."""

    species: tuple[Complex, ...]
    reactions: tuple[RawReaction, ...]


def generate(
    starts: Sequence[Complex],
    rules: Sequence[CompiledRule],
    forbidden: Sequence[Pattern],
    max_species: int,
) -> Generated:
    """Apply rules to species until nothing new forms.

    Parameters
    ----------
    starts : sequence of Complex
        Canonical starting species, inputs included, each once.
    rules : sequence of CompiledRule
        In declared order.
    forbidden : sequence of Pattern
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


def _names(species: Complex) -> tuple[str, ...]:
    return tuple(name for name, _ in species)


@dataclass(slots=True, kw_only=True)
class _Run:
    """The state of one generation."""

    rules: Sequence[CompiledRule]
    forbidden: Sequence[Pattern]
    max_species: int
    species: list[Complex] = field(default_factory=list)
    index: dict[Complex, int] = field(default_factory=dict)
    barred: set[Complex] = field(default_factory=set)
    found: dict[tuple[int, bool], dict[_Sides, tuple[int, _Change]]] = field(default_factory=dict)
    scale: dict[int, int] = field(default_factory=dict)
    running: list[_Firing] = field(default_factory=list)
    by_composition: dict[tuple[str, ...], list[tuple[_Firing, list[int]]]] = field(
        default_factory=dict
    )
    done: int = 0

    def start(self, numbers: Sequence[int]) -> None:
        """Let rules fire on every species handled so far."""
        self.by_composition.clear()
        fresh: list[_Firing] = []
        for number in numbers:
            rule = self.rules[number]
            self.scale[number] = lcm(*(t.symmetry for t in rule.transformations), 1)
            fresh += [_Firing(number, t, [[] for _ in t.reactants]) for t in rule.transformations]
        self.running += fresh
        for firing in fresh:
            if not firing.transformation.reactants:
                self.record(firing, (), ())
            fitting: dict[tuple[str, ...], list[int]] = {}
            for number in range(self.done):
                names = _names(self.species[number])
                if names not in fitting:
                    fitting[names] = firing.positions(names)
                if fitting[names]:
                    self.extend(firing, number, fitting[names])

    def exhaust(self) -> None:
        """Handle species in order of discovery until none is left."""
        while self.done < len(self.species):
            number = self.done
            self.done += 1
            composition = _names(self.species[number])
            candidates = self.by_composition.get(composition)
            if candidates is None:
                candidates = [
                    (firing, positions)
                    for firing in self.running
                    if (positions := firing.positions(composition))
                ]
                self.by_composition[composition] = candidates
            for firing, positions in candidates:
                self.extend(firing, number, positions)

    def extend(self, firing: _Firing, number: int, positions: Sequence[int]) -> None:
        """Fire a transformation in every way that involves one further species."""
        patterns, matches = firing.transformation.reactants, firing.matches
        for position in positions:
            own = embeddings(patterns[position], self.species[number])
            if not own:
                continue
            matches[position].append((number, own))
            others = [
                [(number, own)] if other == position else matches[other]
                for other in range(len(patterns))
            ]
            for chosen in product(*others):
                for choice in product(*(places for _, places in chosen)):
                    self.record(firing, tuple(n for n, _ in chosen), choice)

    def record(
        self, firing: _Firing, reactants: tuple[int, ...], choice: Sequence[tuple[int, ...]]
    ) -> None:
        """Apply a transformation and note the reaction."""
        transformation = firing.transformation
        made = apply(transformation, [self.species[n] for n in reactants], choice)
        if made is None or any(self.is_barred(complex_) for complex_ in made):
            return
        before = tuple(sorted(reactants))
        after = tuple(sorted(self.number_of(firing, complex_) for complex_ in made))
        if before == after:
            return
        key = (firing.rule, transformation.reverse)
        events = self.found.setdefault(key, {})
        share = self.scale[firing.rule] // transformation.symmetry
        known, change = events.get((before, after), (0, transformation.change))
        events[before, after] = known + share, change

    def is_barred(self, complex_: Complex) -> bool:
        """Return whether a complex contains a forbidden pattern."""
        if complex_ in self.index:
            return False
        if complex_ not in self.barred and any(embeddings(p, complex_) for p in self.forbidden):
            self.barred.add(complex_)
        return complex_ in self.barred

    def number_of(self, firing: _Firing, complex_: Complex) -> int:
        """Return the index of a species, new or known."""
        known = self.index.get(complex_)
        if known is not None:
            return known
        rule = self.rules[firing.rule]
        if len(complex_) > MAX_MOLECULES:
            raise NetworkError(
                rule.where,
                f"rule {rule.id!r} generates without end: a complex of {len(complex_)} molecules",
                "ask for free sites in its reactants, or declare a bound state instead of a bond",
            )
        if len(self.species) >= self.max_species:
            raise NetworkError(
                rule.where,
                f"more than {self.max_species} species, the last made by rule {rule.id!r}",
                "narrow its patterns, forbid what never forms, or raise max_species",
            )
        number = len(self.species)
        self.index[complex_] = number
        self.species.append(complex_)
        return number

    def is_open(self, rule: CompiledRule) -> bool:
        """Return whether each gate of a rule has a species."""
        return all(
            any(embeddings(pattern, s) for pattern in gate for s in self.species)
            for gate in rule.gates
        )

    def reactions(self) -> tuple[RawReaction, ...]:
        """Return the reactions noted, by rule and direction."""
        return tuple(
            RawReaction(
                rule=number,
                reverse=reverse,
                reactants=before,
                products=after,
                coefficient=events / self.scale[number],
                change=change,
            )
            for number, reverse in sorted(self.found)
            for (before, after), (events, change) in self.found[number, reverse].items()
        )


@dataclass(slots=True)
class _Firing:
    """A transformation and, for each of its reactant patterns, where it has matched so far."""

    rule: int
    transformation: Transformation
    matches: list[list[tuple[int, tuple[tuple[int, ...], ...]]]]

    def positions(self, names: Sequence[str]) -> list[int]:
        """Return the reactant patterns whose molecules a species with these has."""
        return [
            position
            for position, pattern in enumerate(self.transformation.reactants)
            if contains(names, pattern)
        ]
