"""Texts of patterns and rule lines, parsed once each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pathway.expand.pattern import Pattern, RuleLine, parse_line, parse_pattern

if TYPE_CHECKING:
    from pathway.expand.vocabulary import Vocabulary

__all__ = ["Parsed", "Texts"]


@dataclass(frozen=True, slots=True, eq=False)
class Parsed:
    """What was read with vocabularies that allow the same, by text."""

    patterns: dict[str, Pattern] = field(default_factory=dict)
    lines: dict[str, tuple[RuleLine, frozenset[str]]] = field(default_factory=dict)


class Texts:
    """Parses patterns and rule lines.

    Parameters
    ----------
    vocabulary : Vocabulary
        The molecules, sites and states that may be named.
    parsed : Parsed, optional
        What was read before, added to here; only of vocabularies that allow the same.
    """

    def __init__(self, vocabulary: Vocabulary, parsed: Parsed | None = None) -> None:
        self.vocabulary = vocabulary
        self._parsed = Parsed() if parsed is None else parsed

    def pattern(self, where: str, text: str) -> Pattern:
        """Return a parsed pattern, the same object for the same text.

        Raises DeclarationError; see :func:`pathway.expand.pattern.parse_pattern`.
        """
        found = self._parsed.patterns.get(text)
        if found is None:
            parsed = parse_pattern(where, text, self.vocabulary)
            found = self._parsed.patterns.setdefault(text, parsed)
        return found

    def line(self, where: str, text: str) -> tuple[RuleLine, frozenset[str]]:
        """Return a parsed rule line and the molecules that it names.

        Raises DeclarationError; see :func:`pathway.expand.pattern.parse_line`.
        """
        found = self._parsed.lines.get(text)
        if found is None:
            line = parse_line(where, text, self.vocabulary)
            names = frozenset(
                part.molecule
                for pattern in (*line.reactants, *line.products)
                for part in pattern.molecules
            )
            found = self._parsed.lines.setdefault(text, (line, names))
        return found
