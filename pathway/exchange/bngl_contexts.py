"""Which contexts of a rule have which rate: what interactions and effects mean for a BNGL rule.

BioNetGen's ``include_...`` and ``exclude_...`` say what a reactant or product must and must not
contain. The contexts written are those that the expanded network has: how often each pattern is in
each reactant and product decides a rate.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import permutations, product
from typing import TYPE_CHECKING, TypeGuard

from pathway.expand.match import Complex, automorphisms, count
from pathway.expand.pattern import ANY, BOUND, Pattern, PatternMolecule, Value, parse_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import networkx as nx

    from pathway.expand.pattern import RuleLine
    from pathway.expand.vocabulary import Vocabulary

__all__ = ["Context", "Contexts", "written"]

Powers = tuple[tuple[str, float], ...]
Parts = tuple[PatternMolecule, ...]
Signature = tuple[tuple[int, ...], ...]
"""By pattern and place: how often the pattern is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One set of conditions under which a line has one rate constant."""

    powers: Powers
    conditions: tuple[str, ...]


class Contexts:
    """Reads contexts off an expanded network."""

    def __init__(self, graph: nx.DiGraph[str], vocabulary: Vocabulary) -> None:
        self.graph = graph
        self.vocabulary = vocabulary
        self.complexes = {
            name: _complex(parse_pattern(f"species {name}", name, vocabulary), vocabulary)
            for name, node in graph.nodes(data=True)
            if node["kind"] == "species"
        }
        self._counts: dict[tuple[str, str], int] = {}

    def of(
        self,
        rule: str,
        line: RuleLine,
        patterns: Sequence[Pattern],
        *,
        reverse: bool,
        both_sides: bool,
    ) -> Iterator[Context]:
        """Yield the contexts of one direction of a line.

        Parameters
        ----------
        patterns : sequence of Pattern
            What may change its rate.
        reverse : bool
        both_sides : bool
            Whether the patterns are looked for among the products, too.
        """
        before, after = (
            (line.products, line.reactants) if reverse else (line.reactants, line.products)
        )
        seen: dict[Signature, Powers] = {}
        for reactants, products, powers in self._reactions(rule, reverse=reverse):
            for left in self._arranged(before, reactants):
                for right in self._arranged(after, products):
                    places = (*left, *right) if both_sides else left
                    signature = tuple(
                        tuple(self._count(name, pattern) for name in places) for pattern in patterns
                    )
                    seen[signature] = powers
        sides = [("reactants", i + 1) for i in range(len(before))]
        if both_sides:
            sides += [("products", i + 1) for i in range(len(after))]
        counts = [
            sorted({0, *(count for signature in seen for count in signature[n])})
            for n in range(len(patterns))
        ]
        for signature, powers in seen.items():
            conditions: list[str] = []
            for place, (side, index) in enumerate(sides):
                held: list[list[Parts]] = []
                barred: list[Parts] = []
                for pattern, row, known in zip(patterns, signature, counts, strict=True):
                    at = known.index(row[place])
                    if at > 0:
                        held.append(_repeated(pattern, known[at - 1] + 1))
                    if at + 1 < len(known):
                        barred += _repeated(pattern, known[at] + 1)
                if held:
                    conditions.append(f"include_{side}({index},{','.join(self._together(held))})")
                if barred:
                    texts = ",".join(_text(parts, self.vocabulary) for parts in barred)
                    conditions.append(f"exclude_{side}({index},{texts})")
            yield Context(powers=powers, conditions=tuple(conditions))

    def _together(self, held: Sequence[list[Parts]]) -> list[str]:
        """Return patterns one of which a complex contains if it contains one of each list."""
        joint = held[0]
        for alternatives in held[1:]:
            joint = [m for one in joint for other in alternatives for m in _overlaid(one, other)]
        return list(dict.fromkeys(_text(parts, self.vocabulary) for parts in joint))

    def _count(self, species: str, pattern: Pattern) -> int:
        key = species, pattern.text
        if key not in self._counts:
            self._counts[key] = count(pattern, self.complexes[species])
        return self._counts[key]

    def _arranged(
        self, patterns: Sequence[Pattern], species: Sequence[str]
    ) -> Iterator[tuple[str, ...]]:
        """Yield the orders in which species fit the patterns of a side."""
        if len(patterns) != len(species):
            return
        for order in sorted(set(permutations(species))):
            if all(self._count(name, p) for name, p in zip(order, patterns, strict=True)):
                yield order

    def _reactions(
        self, rule: str, *, reverse: bool
    ) -> Iterator[tuple[list[str], list[str], Powers]]:
        for name, node in self.graph.nodes(data=True):
            if node.get("rule") == rule and (node["reverse_of"] is not None) == reverse:
                reactants = [
                    s for s, _, e in self.graph.in_edges(name, data=True) for _ in range(e["order"])
                ]
                products = [
                    s
                    for _, s, e in self.graph.out_edges(name, data=True)
                    for _ in range(round(e["stoichiometry"]))
                ]
                yield reactants, products, node["rate"].powers


def written(pattern: Pattern, vocabulary: Vocabulary) -> str:
    """Return a pattern as BioNetGen reads it."""
    return _text(pattern.molecules, vocabulary)


def _repeated(pattern: Pattern, times: int) -> list[Parts]:
    """Return patterns one of which a complex contains if it contains a pattern so many times."""
    found = [pattern.molecules]
    for number in range(2, times + 1):
        found = [
            merged
            for one in found
            for merged in _overlaid(one, pattern.molecules)
            if _instances(pattern, merged) >= number
        ]
    return found


def _instances(pattern: Pattern, parts: Parts) -> int:
    """Return how often a pattern is in every complex that another is in."""
    wanted = pattern.molecules
    fitting = 0
    for choice in permutations(parts, len(wanted)):
        labels: dict[int, Value] = {}
        fitting += all(
            part.molecule == there.molecule
            and all(_fits(value, dict(there.sites).get(site), labels) for site, value in part.sites)
            for part, there in zip(wanted, choice, strict=True)
        )
    return fitting // automorphisms(pattern)


def _fits(value: Value, there: Value | None, labels: dict[int, Value]) -> bool:
    if there is None:
        return False
    if _is_bond(value):
        return _is_bond(there) and labels.setdefault(value, there) == there
    return value in (there, ANY) or (value == BOUND and _is_bond(there))


def _text(parts: Sequence[PatternMolecule], vocabulary: Vocabulary) -> str:
    return ".".join(_molecule(part, vocabulary) for part in parts)


def _molecule(part: PatternMolecule, vocabulary: Vocabulary) -> str:
    kind = vocabulary.types[part.molecule]
    sites = (
        kind.sites[site] + _value(value, bond=not kind.states[site]) for site, value in part.sites
    )
    return f"{part.molecule}({','.join(sites)})"


def _value(value: Value, *, bond: bool) -> str:
    if isinstance(value, str):
        return f"~{value}"
    special = {0: "", BOUND: "!+", ANY: "!?" if bond else "~?"}
    return special.get(value, f"!{value}")


def _overlaid(one: Parts, other: Parts) -> Iterator[Parts]:
    """Yield every way for two patterns to be in one complex, molecules shared or not."""
    labels = [v for part in one for _, v in part.sites if isinstance(v, int) and v > 0]
    shift = max(labels, default=0)
    choices = [
        [None, *(i for i, part in enumerate(one) if part.molecule == wanted.molecule)]
        for wanted in other
    ]
    for choice in product(*choices):
        shared = [i for i in choice if i is not None]
        if len(set(shared)) != len(shared):
            continue
        same = {
            value + shift: known
            for wanted, at in zip(other, choice, strict=True)
            if at is not None
            for site, value in wanted.sites
            if _is_bond(value) and _is_bond(known := dict(one[at].sites).get(site, 0))
        }
        merged = _merged(one, other, choice, shift, same)
        if merged is not None:
            yield merged


def _merged(
    one: Parts,
    other: Parts,
    choice: Sequence[int | None],
    shift: int,
    same: Mapping[int, Value],
) -> Parts | None:
    """Return two patterns laid over each other, or None if they contradict each other."""
    parts = list(one)
    for wanted, at in zip(other, choice, strict=True):
        moved = {
            site: same.get(value + shift, value + shift) if _is_bond(value) else value
            for site, value in wanted.sites
        }
        known = dict(parts[at].sites) if at is not None else {}
        if any(known.get(site, value) != value for site, value in moved.items()):
            return None
        part = _with(wanted, tuple(sorted({**known, **moved}.items())))
        if at is None:
            parts.append(part)
        else:
            parts[at] = part
    ends = Counter(value for part in parts for _, value in part.sites if _is_bond(value))
    return tuple(parts) if all(count == 2 for count in ends.values()) else None


def _is_bond(value: Value) -> TypeGuard[int]:
    return isinstance(value, int) and value > 0


def _with(part: PatternMolecule, sites: tuple[tuple[int, Value], ...]) -> PatternMolecule:
    return PatternMolecule(molecule=part.molecule, sites=sites, fixed=(), bound=())


def _complex(pattern: Pattern, vocabulary: Vocabulary) -> Complex:
    agents = []
    for part in pattern.molecules:
        values = dict(part.sites)
        sites = vocabulary.types[part.molecule].sites
        agents.append((part.molecule, tuple(values[s] for s in range(len(sites)))))
    return tuple(agents)
