"""Pools as vectors over species: what the factors of rate laws read, and readouts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pathway.declare.entities import Factor, Monomial, Pool
from pathway.errors import DeclarationError, nearest
from pathway.expand.pattern import Pattern, parse_pattern

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pathway.expand.match import Matches
    from pathway.expand.vocabulary import Vocabulary

__all__ = ["WeightedPatterns", "factor_terms", "pool_vector"]

WeightedPatterns = tuple[tuple[Pattern, Monomial], ...]
"""Patterns and the weight of one match of each."""

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*\Z")


def factor_terms(
    where: str,
    factor: Factor,
    pools: Mapping[str, Pool],
    pool_names: Sequence[str],
    vocabulary: Vocabulary,
) -> WeightedPatterns:
    """Return the patterns that a factor sums: those of its pool, or its own with weight 1.

    Raises
    ------
    DeclarationError
        The factor names neither a pool nor a molecule and is not a pattern.
    """
    name = factor.pool.strip()
    pool = pools.get(name)
    if pool is not None:
        place = pool.where or f"pool {pool.id}"
        return tuple((parse_pattern(place, t.pattern, vocabulary), t.weight) for t in pool.terms)
    if name in pool_names:
        return ()
    if _IDENTIFIER.match(name) and name not in vocabulary.types:
        raise DeclarationError(
            where, f"unknown pool {name!r}", nearest(name, [*pool_names, *vocabulary.types])
        )
    return ((parse_pattern(where, name, vocabulary), Monomial()),)


def pool_vector(terms: WeightedPatterns, matches: Matches) -> tuple[tuple[int, Monomial], ...]:
    """Evaluate a weighted sum of patterns over all species.

    Parameters
    ----------
    terms : tuple of (Pattern, Monomial)
        What is summed.
    matches : Matches
        The species.

    Returns
    -------
    tuple of (int, Monomial)
        Species index and weight, in index order. A species that terms of different weight match
        appears once for each of them; terms whose weights differ by a number are summed.
    """
    weights: dict[int, dict[tuple[tuple[str, float], ...], float]] = {}
    for pattern, weight in terms:
        for index, instances in matches.counts(pattern).items():
            own = weights.setdefault(index, {})
            own[weight.powers] = own.get(weight.powers, 0.0) + instances * weight.coefficient
    return tuple(
        (index, Monomial(coefficient, powers))
        for index in sorted(weights)
        for powers, coefficient in weights[index].items()
    )
