"""Patterns and rule lines as BNGL writes them: text to frozen values, with strict errors."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathway.errors import DeclarationError, nearest

if TYPE_CHECKING:
    from pathway.expand.vocabulary import MoleculeType, Vocabulary

__all__ = [
    "ANY",
    "BOUND",
    "Pattern",
    "PatternMolecule",
    "RuleLine",
    "Value",
    "parse_line",
    "parse_pattern",
    "parse_side",
]

Value = str | int
"""What a site holds: a state's name, 0 for no bond, a positive label for a bond.

In patterns also :data:`BOUND` (``!+``) and :data:`ANY` (``!?`` and ``~?``)."""

BOUND = -1
ANY = -2

_MOLECULE = re.compile(r"([A-Za-z_]\w*)\s*(?:\(([^()]*)\))?\s*\Z")
_SITE = re.compile(r"([A-Za-z_]\w*)\s*(?:~\s*(\w+|\?))?\s*(?:!\s*(\d+|\+|\?))?\s*\Z")


@dataclass(frozen=True, slots=True)
class PatternMolecule:
    """One molecule of a pattern; ``sites`` are (site index, value) in declared site order."""

    molecule: str
    sites: tuple[tuple[int, Value], ...]
    fixed: tuple[tuple[int, Value], ...]
    """The sites that must equal a state or be free."""
    bound: tuple[int, ...]
    """The sites that must carry a bond."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One or more molecules in one complex, constrained at some of their sites."""

    text: str
    molecules: tuple[PatternMolecule, ...]
    bonds: tuple[tuple[int, int, int, int], ...]
    """(molecule, site, molecule, site) of every labelled bond."""


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One parsed line of a rule."""

    text: str
    reactants: tuple[Pattern, ...]
    products: tuple[Pattern, ...]
    reversible: bool


def parse_line(where: str, text: str, vocabulary: Vocabulary) -> RuleLine:
    """Parse ``A(x~u) + B(y) -> ...`` or ``... <-> ...``.

    Parameters
    ----------
    where : str
        Place for messages.
    text : str
        The line; ``0`` stands for nothing on a side.
    vocabulary : Vocabulary
        The molecules, sites and states that may be named.

    Returns
    -------
    RuleLine

    Raises
    ------
    DeclarationError
        Malformed text, an unknown name, a dangling bond.
    """
    arrow = "<->" if "<->" in text else "->"
    left, found, right = text.partition(arrow)
    if not found or "->" in left + " " + right:
        raise DeclarationError(
            where,
            f"rule line {text!r} needs exactly one '->' or '<->'",
            "write reactants -> products",
        )
    return RuleLine(
        text=text,
        reactants=parse_side(where, left, vocabulary),
        products=parse_side(where, right, vocabulary),
        reversible=arrow == "<->",
    )


def parse_side(where: str, text: str, vocabulary: Vocabulary) -> tuple[Pattern, ...]:
    """Parse patterns joined by ``+``; ``0`` is the empty side."""
    if text.strip() == "0":
        return ()
    return tuple(parse_pattern(where, part, vocabulary) for part in _split(where, text, "+"))


def parse_pattern(where: str, text: str, vocabulary: Vocabulary) -> Pattern:
    """Parse one pattern, e.g. ``HER2(d4~free,dim!1).HER3(dim!1,y~u)``.

    A bond site named alone is free; ``dim!+`` is bound, ``dim!?`` either. A state site named alone
    or with ``~?``, and a site not named, may have any value.

    Parameters
    ----------
    where : str
        Place for messages.
    text : str
        One pattern.
    vocabulary : Vocabulary
        The molecules, sites and states that may be named.

    Returns
    -------
    Pattern

    Raises
    ------
    DeclarationError
        Malformed text, an unknown molecule, site or state, a dangling bond.
    """
    ends: dict[int, list[tuple[int, int]]] = {}
    molecules: list[PatternMolecule] = []
    for index, part in enumerate(_split(where, text, ".")):
        name, sites = _molecule(where, part, text, vocabulary)
        for site, value in sites:
            if isinstance(value, int) and value > 0:
                ends.setdefault(value, []).append((index, site))
        molecules.append(
            PatternMolecule(
                molecule=name,
                sites=sites,
                fixed=tuple((s, v) for s, v in sites if isinstance(v, str) or v == 0),
                bound=tuple(s for s, v in sites if isinstance(v, int) and (v > 0 or v == BOUND)),
            )
        )
    for label, places in ends.items():
        if len(places) != 2:
            raise DeclarationError(
                where,
                f"bond !{label} in {text.strip()!r} has {len(places)} end(s)",
                "write every bond number at exactly two sites, or !+ for any partner",
            )
    bonds = tuple((*first, *second) for first, second in ends.values())
    return Pattern(text=text.strip(), molecules=tuple(molecules), bonds=bonds)


def _split(where: str, text: str, separator: str) -> list[str]:
    """Split at a separator outside parentheses."""
    parts: list[str] = [""]
    depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == separator and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
        if depth not in (0, 1):
            break
    if depth != 0:
        raise DeclarationError(
            where, f"parentheses in {text.strip()!r} do not match", "balance them"
        )
    return parts


def _molecule(
    where: str, part: str, text: str, vocabulary: Vocabulary
) -> tuple[str, tuple[tuple[int, Value], ...]]:
    found = _MOLECULE.match(part.strip())
    if found is None:
        raise DeclarationError(
            where,
            f"cannot read {part.strip()!r} in pattern {text.strip()!r}",
            "write a molecule as NAME(site~state,site!1)",
        )
    kind = vocabulary.molecule(where, found[1])
    values: dict[int, Value] = {}
    inside = (found[2] or "").strip()
    for item in inside.split(",") if inside else ():
        site, value = _site(where, item, text, kind)
        if site in values:
            raise DeclarationError(
                where,
                f"site {kind.sites[site]!r} of {kind.id} is written twice in {text.strip()!r}",
                "write it once",
            )
        values[site] = value
    return kind.id, tuple(sorted(values.items()))


def _site(where: str, item: str, text: str, kind: MoleculeType) -> tuple[int, Value]:
    found = _SITE.match(item.strip())
    if found is None:
        raise DeclarationError(
            where,
            f"cannot read site {item.strip()!r} in pattern {text.strip()!r}",
            "write site, site~state, site!1, site!+ or site!?",
        )
    name, state, bond = found.groups()
    site = kind.position.get(name)
    if site is None:
        raise DeclarationError(
            where, f"molecule {kind.id} has no site {name!r}", nearest(name, kind.sites)
        )
    return site, _value(where, kind, site, state, bond)


def _value(where: str, kind: MoleculeType, site: int, state: str | None, bond: str | None) -> Value:
    name, states = kind.sites[site], kind.states[site]
    if states and bond is not None:
        raise DeclarationError(
            where,
            f"site {name!r} of {kind.id} has states and cannot carry bond !{bond}",
            f"write {name}~{states[0]}, or declare a bond site",
        )
    if not states and state is not None:
        raise DeclarationError(
            where,
            f"site {name!r} of {kind.id} carries a bond and has no state {state!r}",
            f"write {name} for free or {name}!1 for bound",
        )
    if states:
        if state is None or state == "?":
            return ANY
        if state not in states:
            raise DeclarationError(
                where, f"site {name!r} of {kind.id} has no state {state!r}", nearest(state, states)
            )
        return state
    if bond is None:
        return 0
    if bond in "+?":
        return BOUND if bond == "+" else ANY
    if int(bond) == 0:
        raise DeclarationError(
            where, f"bond !0 at site {name!r} of {kind.id} is not a bond", "number bonds from 1"
        )
    return int(bond)
