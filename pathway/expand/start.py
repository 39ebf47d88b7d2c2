"""The species a network starts from: totals in their initial forms, seeds, and the medium."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathway.declare.parameters import Monomial
from pathway.errors import DeclarationError, NetworkError
from pathway.expand.canonical import canonical
from pathway.expand.pattern import BOUND

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pathway.expand.forms import Form, Forms
    from pathway.expand.matcher import Matcher
    from pathway.expand.merge import Merged
    from pathway.expand.texts import Texts

__all__ = ["Start", "starting_species"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Starting species, aligned: forms, amounts, whether in the medium, and who says so."""

    forms: tuple[Form, ...]
    initial: tuple[Monomial | None, ...]
    is_input: tuple[bool, ...]
    where: tuple[str, ...]

    def refuse(self, forbidden: Sequence[Matcher]) -> None:
        """Raise NetworkError if a starting species contains a forbidden pattern."""
        for form, where in zip(self.forms, self.where, strict=True):
            for matcher in forbidden:
                if matcher.places(form):
                    raise NetworkError(
                        where,
                        f"starts as {form.text}, which contains the forbidden pattern"
                        f" {matcher.pattern.text!r}",
                        "choose another initial form",
                    )


def starting_species(merged: Merged, present: Collection[str], texts: Texts, forms: Forms) -> Start:
    """Return the starting species: molecules in declared order, then seeds.

    Parameters
    ----------
    merged : Merged
        The modules of a scenario.
    present : collection of str
        Ids of molecules and seeds that take part.
    texts : Texts
        Reads patterns.
    forms : Forms
        The species.

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
    rows: list[tuple[Form, Monomial | None, bool, str]] = []
    for molecule in merged.molecules:
        if molecule.id not in merged.active:
            continue
        if not molecule.is_input and molecule.id not in present:
            continue
        where = molecule.where or f"molecule {molecule.id}"
        form = _form(texts, forms, where, molecule.initial or molecule.id, molecule.id)
        total = molecule.total
        amount = Monomial.of(total.id) if total is not None else None
        rows.append((form, amount, molecule.is_input, where))
    for seed in merged.seeds:
        if seed.id in present:
            where = seed.where or f"seed {seed.id}"
            form = _form(texts, forms, where, seed.pattern, None)
            rows.append((form, Monomial.of(seed.total.id), False, where))
    taken: dict[Form, str] = {}
    for form, _, _, where in rows:
        if form in taken:
            raise NetworkError(
                where,
                f"starts in the same species {form.text} as {taken[form]}",
                "start them in different states, or give one total",
            )
        taken[form] = where
    started, amounts, media, places = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Start(
        forms=tuple(started), initial=tuple(amounts), is_input=tuple(media), where=tuple(places)
    )


def _form(texts: Texts, forms: Forms, where: str, text: str, molecule: str | None) -> Form:
    """Fill the sites that a pattern leaves open with defaults."""
    pattern = texts.pattern(where, text)
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
    default = texts.vocabulary.types[part.molecule].default
    values = tuple(written.get(site, value) for site, value in enumerate(default))
    return forms.of(canonical([(part.molecule, values)]))
