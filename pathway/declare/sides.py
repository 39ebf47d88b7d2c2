"""A light look at rule texts: their arrows, their sides, and which molecules stand there.

Full patterns are read where networks are expanded; here only names and units are checked.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from pathway.errors import DeclarationError

__all__ = ["Line", "pattern_molecules", "split_line"]

ARROW = re.compile(r"<->|->")
MOLECULE = re.compile(r"([A-Za-z][A-Za-z0-9_]*)\s*(\([^()]*\))?")
REMEDY = "write it like 'A(x!1).B(y!1,s~u)'"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a rule: the complexes on each side, and whether it runs both ways."""

    reactants: tuple[str, ...]
    products: tuple[str, ...]
    reversible: bool

    def changed(self) -> tuple[str, ...]:
        """Return the complexes that the line consumes or makes; a catalyst stands on both sides."""
        before = Counter("".join(text.split()) for text in self.reactants)
        after = Counter("".join(text.split()) for text in self.products)
        return tuple(before - after) + tuple(after - before)


def split_line(text: str, where: str) -> Line:
    """Return the sides of ``A + B -> C`` or ``A + B <-> C``; ``0`` is an empty side.

    Raises
    ------
    DeclarationError
        If there is not exactly one arrow, or the two sides are the same.
    """
    arrows = ARROW.findall(text)
    if len(arrows) != 1:
        raise DeclarationError(
            where, f"{text!r} has {len(arrows)} arrows", "write one '->' or '<->'"
        )
    left, right = ARROW.split(text)
    line = Line(_complexes(left, where), _complexes(right, where), arrows[0] == "<->")
    if not line.changed():
        raise DeclarationError(where, f"{text!r} changes nothing", "its two sides are the same")
    return line


def pattern_molecules(pattern: str, where: str) -> tuple[str, ...]:
    """Return the molecule names of a pattern such as ``A(x!1).B(y!1)``, in order.

    Raises
    ------
    DeclarationError
        If the text is not molecules joined by dots.
    """
    names: list[str] = []
    for part in split_outside(pattern, "."):
        found = MOLECULE.fullmatch(part.strip())
        if found is None:
            raise DeclarationError(where, f"{pattern!r} is not a pattern", REMEDY)
        names.append(found[1])
    return tuple(names)


def split_outside(text: str, mark: str) -> list[str]:
    """Split a text at a mark that stands outside parentheses."""
    parts = [""]
    depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == mark and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _complexes(side: str, where: str) -> tuple[str, ...]:
    if side.strip() == "0":
        return ()
    complexes = tuple(part.strip() for part in split_outside(side, "+"))
    for text in complexes:
        pattern_molecules(text, where)
    return complexes
