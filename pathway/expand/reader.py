"""What the rules and pools of one expansion say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.errors import DeclarationError
from pathway.expand.pools import WeightedPatterns, factor_terms
from pathway.expand.texts import Texts

if TYPE_CHECKING:
    from pathway.declare.entities import Rule
    from pathway.expand.merge import Merged
    from pathway.expand.pattern import Pattern, RuleLine

__all__ = ["Reader", "place_of"]


def place_of(rule: Rule) -> str:
    """Return where a rule stands, for messages."""
    return rule.where or f"rule {rule.id}"


class Reader:
    """Reads what the texts of one expansion say.

    Parameters
    ----------
    merged : Merged
        The modules.
    texts : Texts, optional
        What was parsed before with a vocabulary that allows the same.
    """

    def __init__(self, merged: Merged, texts: Texts | None = None) -> None:
        self.merged = merged
        self.texts = Texts(merged.vocabulary) if texts is None else texts
        self.pools: dict[str, WeightedPatterns] = {}

    def pattern(self, where: str, text: str) -> Pattern:
        """Return a parsed pattern."""
        return self.texts.pattern(where, text)

    def lines(self, rule: Rule) -> list[RuleLine]:
        """Return the lines of a rule whose molecules all take part."""
        lines: list[RuleLine] = []
        where = place_of(rule)
        for text in rule.lines:
            line, names = self.texts.line(where, text)
            if line.reversible != (rule.reverse is not None):
                raise DeclarationError(
                    where,
                    f"line {text!r} does not agree with the rule's rate constants",
                    "a reversible line '<->' has two of them, an irreversible one '->' has one",
                )
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
                    place_of(rule), factor, merged.pools, merged.pool_names, self.texts
                )
            found.append(self.pools[factor.pool])
        return found
