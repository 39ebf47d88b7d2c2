"""Pools: what the factors of rate laws read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pathway.declare.parameters import Monomial
from pathway.errors import DeclarationError, nearest
from pathway.expand.pattern import Pattern

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pathway.declare.entities import Factor, Pool
    from pathway.expand.texts import Texts

__all__ = ["WeightedPatterns", "factor_terms"]

WeightedPatterns = tuple[tuple[Pattern, Monomial], ...]
"""Patterns and the weight of one match of each."""

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*\Z")


def factor_terms(
    where: str,
    factor: Factor,
    pools: Mapping[str, Pool],
    pool_names: Sequence[str],
    texts: Texts,
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
        return tuple((texts.pattern(place, term.pattern), term.weight) for term in pool.terms)
    if name in pool_names:
        return ()
    if _IDENTIFIER.match(name) and name not in texts.vocabulary.types:
        raise DeclarationError(
            where, f"unknown pool {name!r}", nearest(name, [*pool_names, *texts.vocabulary.types])
        )
    return ((texts.pattern(where, name), Monomial()),)
