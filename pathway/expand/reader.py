"""Reading the texts of one expansion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.errors import DeclarationError
from pathway.expand.pattern import Pattern, RuleLine, parse_line, parse_pattern
from pathway.expand.pools import WeightedPatterns, factor_terms

if TYPE_CHECKING:
    from pathway.declare.entities import Rule
    from pathway.expand.merge import Merged

__all__ = ["Reader", "place_of"]


def place_of(rule: Rule) -> str:
    """Return where a rule stands, for messages."""
    return rule.where or f"rule {rule.id}"


class Reader:
    """Parses the texts of one expansion, each once."""

    def __init__(self, merged: Merged) -> None:
        self.merged = merged
        self.patterns: dict[str, Pattern] = {}
        self.pools: dict[str, WeightedPatterns] = {}

    def pattern(self, where: str, text: str) -> Pattern:
        """Return a parsed pattern."""
        found = self.patterns.get(text)
        if found is None:
            found = self.patterns[text] = parse_pattern(where, text, self.merged.vocabulary)
        return found

    def lines(self, rule: Rule) -> list[RuleLine]:
        """Return the lines of a rule whose molecules all take part."""
        lines: list[RuleLine] = []
        for text in rule.lines:
            line = parse_line(place_of(rule), text, self.merged.vocabulary)
            if line.reversible != (rule.reverse is not None):
                raise DeclarationError(
                    place_of(rule),
                    f"line {text!r} does not agree with the rule's rate constants",
                    "a reversible line '<->' has two of them, an irreversible one '->' has one",
                )
            names = {
                part.molecule
                for pattern in (*line.reactants, *line.products)
                for part in pattern.molecules
            }
            if names <= self.merged.active:
                lines.append(line)
        return lines

    def factors(self, rule: Rule) -> list[WeightedPatterns]:
        """Return what each factor of a rule sums."""
        merged = self.merged
        if rule.factors and rule.reverse is not None:
            raise DeclarationError(
                place_of(rule),
                f"rule {rule.id!r} is reversible and has factors, which break its detailed balance",
                "write it as two one-way rules, or declare an interaction",
            )
        found: list[WeightedPatterns] = []
        for factor in rule.factors:
            if factor.pool not in self.pools:
                self.pools[factor.pool] = factor_terms(
                    place_of(rule), factor, merged.pools, merged.pool_names, merged.vocabulary
                )
            found.append(self.pools[factor.pool])
        return found
