"""The species a network starts from: totals in their initial forms, seeds, and the medium."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathway.declare.entities import Monomial
from pathway.errors import DeclarationError, NetworkError
from pathway.expand.canonical import canonical, text_of
from pathway.expand.match import Complex, embeddings
from pathway.expand.pattern import BOUND, Pattern, parse_pattern

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pathway.expand.merge import Merged

__all__ = ["Start", "starting_species"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Starting species, aligned: forms, amounts, whether in the medium, and who says so."""

    complexes: tuple[Complex, ...]
    initial: tuple[Monomial | None, ...]
    is_input: tuple[bool, ...]
    where: tuple[str, ...]

    def refuse(self, forbidden: Sequence[Pattern], merged: Merged) -> None:
        """Raise NetworkError if a starting species contains a forbidden pattern."""
        for complex_, where in zip(self.complexes, self.where, strict=True):
            for pattern in forbidden:
                if embeddings(pattern, complex_):
                    raise NetworkError(
                        where,
                        f"starts as {text_of(complex_, merged.vocabulary)}, which contains the"
                        f" forbidden pattern {pattern.text!r}",
                        "choose another initial form",
                    )


def starting_species(merged: Merged, present: Collection[str]) -> Start:
    """Return the starting species: molecules in declared order, then seeds.

    Parameters
    ----------
    merged : Merged
        The modules of a scenario.
    present : collection of str
        Ids of molecules and seeds that take part.

    Returns
    -------
    Start

    Raises
    ------
    DeclarationError
        An initial form or a seed is not one molecule of its kind with free bonds.
    NetworkError
        Two totals start in the same species.
    """
    rows: list[tuple[Complex, Monomial | None, bool, str]] = []
    for molecule in merged.molecules:
        if molecule.id not in merged.active:
            continue
        if not molecule.is_input and molecule.id not in present:
            continue
        where = molecule.where or f"molecule {molecule.id}"
        form = _form(merged, where, molecule.initial or molecule.id, molecule.id)
        total = molecule.total
        amount = Monomial.of(total.id) if total is not None else None
        rows.append((form, amount, molecule.is_input, where))
    for seed in merged.seeds:
        if seed.id in present:
            where = seed.where or f"seed {seed.id}"
            form = _form(merged, where, seed.pattern, None)
            rows.append((form, Monomial.of(seed.total.id), False, where))
    taken: dict[Complex, str] = {}
    for form, _, _, where in rows:
        if form in taken:
            raise NetworkError(
                where,
                f"starts in the same species {text_of(form, merged.vocabulary)} as {taken[form]}",
                "start them in different states, or give one total",
            )
        taken[form] = where
    forms, amounts, media, places = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Start(
        complexes=tuple(forms), initial=tuple(amounts), is_input=tuple(media), where=tuple(places)
    )


def _form(merged: Merged, where: str, text: str, molecule: str | None) -> Complex:
    """Fill the sites that a pattern leaves open with defaults."""
    pattern = parse_pattern(where, text, merged.vocabulary)
    part = pattern.molecules[0]
    if len(pattern.molecules) != 1 or part.molecule != (molecule or part.molecule):
        raise DeclarationError(
            where,
            f"{text!r} is not one molecule" + (f" of {molecule}" if molecule else ""),
            "write one molecule with the states it starts in",
        )
    if any(value == BOUND for _, value in part.sites) or pattern.bonds:
        raise DeclarationError(where, f"{text!r} starts bound", "start with free bonds")
    written = {site: value for site, value in part.sites if isinstance(value, str)}
    default = merged.vocabulary.types[part.molecule].default
    values = tuple(written.get(site, value) for site, value in enumerate(default))
    return canonical([(part.molecule, values)])
