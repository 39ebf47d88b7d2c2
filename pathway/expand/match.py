"""Where a pattern fits in a complex, and how often."""

from __future__ import annotations

from itertools import permutations, product
from typing import TYPE_CHECKING

from pathway.expand.pattern import Pattern, PatternMolecule, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "Agent",
    "Complex",
    "automorphisms",
    "count",
    "embeddings",
    "same_type_permutations",
]

Agent = tuple[str, tuple[Value, ...]]
"""A molecule: its id and the value of each of its sites, in declared order."""

Complex = tuple[Agent, ...]
"""Molecules joined by bonds; two sites with the same nonzero number are bound to each other."""


def embeddings(pattern: Pattern, complex_: Complex) -> tuple[tuple[int, ...], ...]:
    """Return every way to lay a pattern's molecules onto different molecules of a complex.

    Parameters
    ----------
    pattern : Pattern
        What to look for.
    complex_ : Complex
        Where to look.

    Returns
    -------
    tuple of tuple of int
        For each embedding, the index in the complex of each molecule of the pattern, in
        lexicographic order.
    """
    fitting: list[list[int]] = []
    for part in pattern.molecules:
        places = [i for i, agent in enumerate(complex_) if _fits(part, agent)]
        if not places:
            return ()
        fitting.append(places)
    if len(fitting) == 1:
        return tuple((place,) for place in fitting[0])
    return tuple(
        choice
        for choice in product(*fitting)
        if len(set(choice)) == len(choice)
        and all(
            complex_[choice[m]][1][s] == complex_[choice[n]][1][t] for m, s, n, t in pattern.bonds
        )
    )


def _fits(part: PatternMolecule, agent: Agent) -> bool:
    if agent[0] != part.molecule:
        return False
    values = agent[1]
    for site, value in part.fixed:
        if values[site] != value:
            return False
    return all(values[site] != 0 for site in part.bound)


def count(pattern: Pattern, complex_: Complex) -> int:
    """Return how many distinct instances of a pattern a complex contains.

    Embeddings that differ only by a symmetry of the pattern are one instance: a homodimer contains
    ``A(b!1).A(b!1)`` once.
    """
    found = len(embeddings(pattern, complex_))
    return found // automorphisms(pattern) if found else 0


def automorphisms(pattern: Pattern) -> int:
    """Return the number of permutations of a pattern's molecules that leave it unchanged."""
    labels = [
        (part.molecule, tuple((s, v if isinstance(v, str) or v <= 0 else 1) for s, v in part.sites))
        for part in pattern.molecules
    ]
    bonds = {frozenset({(m, s), (n, t)}) for m, s, n, t in pattern.bonds}
    return sum(
        {frozenset({(p[m], s), (p[n], t)}) for m, s, n, t in pattern.bonds} == bonds
        for p in same_type_permutations(labels)
    )


def same_type_permutations(labels: Sequence[object]) -> Iterable[tuple[int, ...]]:
    """Yield the permutations of positions that only exchange equal labels.

    ``result[i]`` is where position ``i`` goes.
    """
    if len(set(labels)) == len(labels):
        yield tuple(range(len(labels)))
        return
    for permuted in permutations(range(len(labels))):
        if all(labels[i] == labels[j] for i, j in enumerate(permuted)):
            yield permuted
