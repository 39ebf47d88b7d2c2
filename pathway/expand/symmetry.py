"""Statistical factors: which embeddings of a rule are one and the same event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.expand.match import same_type_permutations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pathway.expand.pattern import Pattern, PatternMolecule, Value

__all__ = ["bonds_of", "rule_symmetry"]


def bonds_of(patterns: Sequence[Pattern]) -> list[set[tuple[int, int]]]:
    """Return the bonds of a side as sets of (molecule, site), molecules counted over the side."""
    found: list[set[tuple[int, int]]] = []
    start = 0
    for pattern in patterns:
        found += [{(start + m, s), (start + n, t)} for m, s, n, t in pattern.bonds]
        start += len(pattern.molecules)
    return found


def rule_symmetry(
    before: Sequence[Pattern],
    after: Sequence[Pattern],
    target: Sequence[int | None],
    fresh: Sequence[int],
) -> int:
    """Return how many embeddings of a rule's reactants are one and the same event.

    Parameters
    ----------
    before, after : sequence of Pattern
        Reactants and products.
    target : sequence of int or None
        For each reactant molecule the product molecule it becomes, None if it is deleted.
    fresh : sequence of int
        Product molecules that are made.

    Returns
    -------
    int
        Number of permutations of the reactant molecules that leave reactants and products as they
        are. The rate constant of a rule is per event, so that embeddings are divided by it:
        ``A(b) + A(b) -> A(b!1).A(b!1)`` has 2, which gives the one half of a homodimerisation.
    """
    left = [part for pattern in before for part in pattern.molecules]
    right = [part for pattern in after for part in pattern.molecules]
    right_of = [*target, *fresh]
    labels: list[object] = [
        (_plain(part), None if j is None else _plain(right[j]))
        for part, j in zip(left, target, strict=True)
    ]
    labels += [("made", _plain(right[j])) for j in fresh]
    index_of = {j: i for i, j in enumerate(right_of) if j is not None}
    old = bonds_of(before)
    new = [{(index_of[m], s) for m, s in bond} for bond in bonds_of(after)]
    old_home = _groups(before, range(len(left)))
    new_home = _groups(after, [index_of[j] for j in range(len(right))])
    found = set()
    for p in same_type_permutations(labels):
        same = all(
            {frozenset((p[m], s) for m, s in bond) for bond in bonds}
            == {frozenset(b) for b in bonds}
            for bonds in (old, new)
        ) and all(
            {frozenset(p[m] for m in group) for group in groups} == groups
            for groups in (old_home, new_home)
        )
        if same:
            found.add(p[: len(left)])
    return max(1, len(found))


def _groups(patterns: Sequence[Pattern], index: Sequence[int]) -> set[frozenset[int]]:
    groups: set[frozenset[int]] = set()
    start = 0
    for pattern in patterns:
        stop = start + len(pattern.molecules)
        groups.add(frozenset(index[start:stop]))
        start = stop
    return groups


def _plain(part: PatternMolecule) -> tuple[str, tuple[tuple[int, Value], ...]]:
    """Return a molecule of a pattern without its bond numbers."""
    return part.molecule, tuple(
        (site, 1 if isinstance(value, int) and value > 0 else value) for site, value in part.sites
    )
