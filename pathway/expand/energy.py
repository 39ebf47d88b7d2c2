"""What changes a reaction's rate besides its rule: interaction energies and effects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pathway.declare.entities import Effect, Interaction
    from pathway.declare.parameters import Monomial
    from pathway.expand.generate import RawReaction
    from pathway.expand.matcher import Matcher, Matches
    from pathway.expand.rates import Power, Rates

__all__ = ["Energies", "Switches", "energies_of", "switches_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Energies:
    """Interactions and how often each species contains each of their patterns.

    Every species has a free energy, the sum over interactions of its matches times ``ln factor``.
    A reversible reaction whose matches change by ``dn`` has its dissociation constant multiplied
    by ``factor ** dn``: the constants follow from energies of species, so that every cycle of
    reversible reactions keeps detailed balance whatever the factors are. The rates are multiplied
    by ``factor ** (-dn * (1 - off_share))`` forward and ``factor ** (dn * off_share)`` backward.
    (Energy-based rules: Sekar, Hogg and Faeder, IEEE BIBM 2016; Olivier et al., Physiol. Rep.
    2005 for the split.)
    """

    interactions: Sequence[Interaction]
    factors: Sequence[Monomial]
    matches: Mapping[int, Mapping[int, int]]
    """Species index to {interaction index: matches}; species without any are left out."""

    def powers(self, reaction: RawReaction) -> list[Power]:
        """Return what the interactions multiply the rate of one direction by."""
        change: dict[int, int] = {}
        for sign, side in ((-1, reaction.reactants), (1, reaction.products)):
            for species in side:
                for number, matches in self.matches.get(species, {}).items():
                    change[number] = change.get(number, 0) + sign * matches
        powers: list[Power] = []
        for number in sorted(change):
            dn = change[number]
            if dn == 0:
                continue
            off = self.interactions[number].off_share
            # The reverse direction sees the change with the opposite sign.
            share = -off if reaction.reverse else -(1.0 - off)
            powers.append((self.factors[number], dn * share))
        return powers


def energies_of(
    interactions: Sequence[Interaction],
    patterns: Sequence[Matcher],
    matches: Matches,
    rates: Rates,
) -> Energies:
    """Count every interaction's pattern in every species."""
    return Energies(
        interactions=interactions,
        factors=[rates.known(interaction.factor) for interaction in interactions],
        matches=_by_species(patterns, matches),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """Effects and the species that contain what they ask for."""

    factors: Sequence[Monomial]
    matches: Mapping[int, Mapping[int, int]]
    by_rule: Mapping[str, Sequence[int]]
    """Rule id to effect indices."""

    def powers(self, rule: str, reaction: RawReaction) -> list[Power]:
        """Return what effects multiply a rate by: each once, however many reactants match."""
        effects = self.by_rule.get(rule)
        if effects is None:
            return []
        return [
            (self.factors[number], 1.0)
            for number in effects
            if any(number in self.matches.get(species, {}) for species in reaction.reactants)
        ]


def switches_of(
    effects: Sequence[Effect], patterns: Sequence[Matcher], matches: Matches, rates: Rates
) -> Switches:
    """Find the species that each effect's ``when`` is in."""
    by_rule: dict[str, list[int]] = {}
    for number, effect in enumerate(effects):
        for rule in effect.rules:
            by_rule.setdefault(rule, []).append(number)
    return Switches(
        factors=[rates.known(effect.factor) for effect in effects],
        matches=_by_species(patterns, matches),
        by_rule=by_rule,
    )


def _by_species(patterns: Sequence[Matcher], matches: Matches) -> Mapping[int, Mapping[int, int]]:
    found: dict[int, dict[int, int]] = {}
    for number, pattern in enumerate(patterns):
        for index, instances in matches.counts(pattern):
            found.setdefault(index, {})[number] = instances
    return found
