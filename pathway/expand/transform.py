"""One direction of one rule line as a rewrite of complexes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathway.errors import DeclarationError
from pathway.expand.pattern import ANY, BOUND, Pattern, PatternMolecule, RuleLine, Value
from pathway.expand.symmetry import bonds_of, rule_symmetry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pathway.expand.match import Agent
    from pathway.expand.vocabulary import Vocabulary

__all__ = ["Transformation", "directions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transformation:
    """What happens to the molecules that a rule's reactant patterns match.

    Molecules of reactants and products correspond in order of occurrence, kind by kind. What is
    left over among the reactants is deleted, what is left over among the products is made.
    """

    where: str
    rule: str
    line: str
    reverse: bool
    reactants: tuple[Pattern, ...]
    n_products: int
    edits: tuple[tuple[tuple[int, Value], ...] | None, ...]
    """Per reactant molecule: (site, new value); bonds made here are negative. None: deleted."""
    mentioned: tuple[frozenset[int], ...]
    """Per reactant molecule: sites the reactant pattern names."""
    made: tuple[Agent, ...]
    home: tuple[int, ...]
    """Product pattern of each reactant molecule (-1 if deleted), then of each molecule made."""
    rewires: bool
    """Whether bonds or molecules change, so that complexes must be found again."""
    symmetry: int
    """Embeddings that are one and the same event: permutations that leave the rule unchanged."""
    change: tuple[tuple[str, int], ...]
    """Net molecules that the text makes or deletes, sorted by molecule."""


def directions(
    where: str, rule: str, line: RuleLine, vocabulary: Vocabulary
) -> tuple[Transformation, ...]:
    """Return the forward transformation of a line and, for ``<->``, the reverse one.

    Raises
    ------
    DeclarationError
        The products are not determined by the reactants (for ``<->``: or the other way round).
    """
    forward = _compiled(where, rule, line, vocabulary, reverse=False)
    if not line.reversible:
        return (forward,)
    return forward, _compiled(where, rule, line, vocabulary, reverse=True)


def _compiled(
    where: str, rule: str, line: RuleLine, vocabulary: Vocabulary, *, reverse: bool
) -> Transformation:
    before, after = (line.products, line.reactants) if reverse else (line.reactants, line.products)
    left = [part for pattern in before for part in pattern.molecules]
    right = [part for pattern in after for part in pattern.molecules]
    target = _correspondence(left, right)
    right_home = [i for i, pattern in enumerate(after) for _ in pattern.molecules]
    fresh = [j for j in range(len(right)) if j not in target]
    new_bonds = bonds_of(after)
    label = {end: -number for number, bond in enumerate(new_bonds, start=1) for end in bond}
    kept = {(i, s): (j, s) for i, j in enumerate(target) if j is not None for s in _sites(left[i])}
    unchanged = {
        kept[end]
        for bond in bonds_of(before)
        if all(end in kept for end in bond) and {kept[end] for end in bond} in new_bonds
        for end in bond
    }
    edits: list[tuple[tuple[int, Value], ...] | None] = []
    for i, j in enumerate(target):
        if j is None:
            edits.append(None)
            continue
        pairs = _paired(where, line, vocabulary, left[i], right[j], reverse=reverse)
        edits.append(
            tuple(
                (site, label.get((j, site), new))
                for site, old, new in pairs
                if (j, site) not in unchanged and (new != old or (j, site) in label)
            )
        )
    made = tuple(
        _made(
            where,
            line,
            vocabulary,
            right[j],
            {s: label[e, s] for e, s in label if e == j},
            reverse=reverse,
        )
        for j in fresh
    )
    counts = Counter(part.molecule for part in right)
    counts.subtract(part.molecule for part in left)
    rewires = bool(made) or any(
        edit is None or any(not isinstance(value, str) for _, value in edit) for edit in edits
    )
    return Transformation(
        where=where,
        rule=rule,
        line=line.text,
        reverse=reverse,
        reactants=before,
        n_products=len(after),
        edits=tuple(edits),
        mentioned=tuple(frozenset(_sites(part)) for part in left),
        made=made,
        home=(
            *(-1 if j is None else right_home[j] for j in target),
            *(right_home[j] for j in fresh),
        ),
        rewires=rewires or len(before) != 1 or len(after) != 1,
        symmetry=rule_symmetry(before, after, target, fresh),
        change=tuple(sorted((name, net) for name, net in counts.items() if net)),
    )


def _correspondence(
    left: Sequence[PatternMolecule], right: Sequence[PatternMolecule]
) -> list[int | None]:
    waiting: dict[str, list[int]] = {}
    for j, part in enumerate(right):
        waiting.setdefault(part.molecule, []).append(j)
    return [waiting[part.molecule].pop(0) if waiting.get(part.molecule) else None for part in left]


def _sites(part: PatternMolecule) -> list[int]:
    return [site for site, _ in part.sites]


def _paired(
    where: str,
    line: RuleLine,
    vocabulary: Vocabulary,
    old: PatternMolecule,
    new: PatternMolecule,
    *,
    reverse: bool,
) -> list[tuple[int, Value, Value]]:
    """Return (site, value before, value after) of a molecule that stays, checked."""
    before, after = dict(old.sites), dict(new.sites)
    names = vocabulary.types[old.molecule].sites
    for site in (*before, *after):
        if site not in before or site not in after:
            raise DeclarationError(
                where,
                f"products of {line.text!r} are not determined by its reactants:"
                f" site {names[site]!r} of {old.molecule} is written on one side only",
                "write it on both sides",
            )
    for site, value in after.items():
        wild = {ANY, BOUND}
        if value in wild and before[site] != value:
            reason = "becomes a wildcard"
        elif isinstance(value, int) and before[site] in wild and before[site] != value:
            reason = "changes a bond whose partner is not written"
        else:
            continue
        side = "reactants" if reverse else "products"
        raise DeclarationError(
            where,
            f"{side} of {line.text!r} are not determined: site {names[site]!r} of"
            f" {old.molecule} {reason}",
            "write its value or bond on both sides, or use -> instead of <->",
        )
    return [(site, value, after[site]) for site, value in before.items()]


def _made(
    where: str,
    line: RuleLine,
    vocabulary: Vocabulary,
    part: PatternMolecule,
    bonds: dict[int, int],
    *,
    reverse: bool,
) -> Agent:
    kind = vocabulary.types[part.molecule]
    written = dict(part.sites)
    open_sites = [
        name
        for site, name in enumerate(kind.sites)
        if written.get(site, ANY if reverse else "") in {ANY, BOUND}
    ]
    if open_sites:
        raise DeclarationError(
            where,
            f"{line.text!r} makes {part.molecule} with site {open_sites[0]!r} not determined",
            "write the value of each of its sites, or use -> instead of <->",
        )
    values = [bonds.get(s, written.get(s, value)) for s, value in enumerate(kind.default)]
    return part.molecule, tuple(values)
