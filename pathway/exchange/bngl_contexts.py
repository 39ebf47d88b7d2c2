"""Which contexts of a rule have which rate: what interactions and effects mean for a BNGL rule.

BioNetGen's ``include_...`` and ``exclude_...`` say what a reactant or product must and must not
contain. The contexts written are those that the expanded network has, and for each of them the
network's own rate is checked to be one product of parameters.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import permutations, product
from typing import TYPE_CHECKING, TypeGuard

from pathway.errors import NetworkError
from pathway.expand.match import Complex, embeddings
from pathway.expand.pattern import ANY, BOUND, Pattern, PatternMolecule, Value, parse_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import networkx as nx

    from pathway.expand.pattern import RuleLine
    from pathway.expand.vocabulary import Vocabulary

__all__ = ["Context", "Contexts", "written"]

Powers = tuple[tuple[str, float], ...]
Signature = tuple[tuple[bool, ...], ...]


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
        self._held: dict[tuple[str, str], bool] = {}

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

        Raises
        ------
        NetworkError
            If the same conditions go with different rates.
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
                        tuple(self._holds(name, pattern) for name in places) for pattern in patterns
                    )
                    if seen.setdefault(signature, powers) != powers:
                        raise NetworkError(
                            f"rule {rule!r}",
                            "has rates that no condition of BioNetGen tells apart",
                            "export the network as SBML",
                        )
        sides = [("reactants", i + 1) for i in range(len(before))]
        if both_sides:
            sides += [("products", i + 1) for i in range(len(after))]
        used = [any(any(signature[n]) for signature in seen) for n in range(len(patterns))]
        for signature, powers in seen.items():
            yield Context(
                powers=powers,
                conditions=tuple(self._conditions(signature, patterns, sides, used)),
            )

    def _conditions(
        self,
        signature: Signature,
        patterns: Sequence[Pattern],
        sides: Sequence[tuple[str, int]],
        used: Sequence[bool],
    ) -> Iterator[str]:
        for place, (side, index) in enumerate(sides):
            held = [
                p
                for p, row, use in zip(patterns, signature, used, strict=True)
                if use and row[place]
            ]
            barred = [
                p
                for p, row, use in zip(patterns, signature, used, strict=True)
                if use and not row[place]
            ]
            if held:
                joint = ",".join(self._together(held))
                yield f"include_{side}({index},{joint})"
            if barred:
                texts = ",".join(written(p, self.vocabulary) for p in barred)
                yield f"exclude_{side}({index},{texts})"

    def _together(self, patterns: Sequence[Pattern]) -> list[str]:
        """Return patterns one of which a complex contains if it contains all of the given ones."""
        joint: list[tuple[PatternMolecule, ...]] = [patterns[0].molecules]
        for pattern in patterns[1:]:
            joint = [merged for one in joint for merged in _overlaid(one, pattern.molecules)]
        return list(dict.fromkeys(_text(parts, self.vocabulary) for parts in joint))

    def _holds(self, species: str, pattern: Pattern) -> bool:
        key = species, pattern.text
        if key not in self._held:
            self._held[key] = bool(embeddings(pattern, self.complexes[species]))
        return self._held[key]

    def _arranged(
        self, patterns: Sequence[Pattern], species: Sequence[str]
    ) -> Iterator[tuple[str, ...]]:
        """Yield the orders in which species fit the patterns of a side."""
        if len(patterns) != len(species):
            return
        for order in sorted(set(permutations(species))):
            if all(self._holds(name, p) for name, p in zip(order, patterns, strict=True)):
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


def _overlaid(
    one: tuple[PatternMolecule, ...], other: tuple[PatternMolecule, ...]
) -> Iterator[tuple[PatternMolecule, ...]]:
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
    one: tuple[PatternMolecule, ...],
    other: tuple[PatternMolecule, ...],
    choice: Sequence[int | None],
    shift: int,
    same: Mapping[int, Value],
) -> tuple[PatternMolecule, ...] | None:
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
