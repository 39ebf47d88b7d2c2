"""Products of monomials: rate constants with what interactions and effects multiply them by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.declare.parameters import Monomial

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Power", "Rates"]

Power = tuple[Monomial, float]
"""A factor of a rate and its exponent."""


class Rates:
    """Products of rate constants and powers of factors, equal ones computed once."""

    def __init__(self) -> None:
        self._same: dict[Monomial, Monomial] = {}
        self._products: dict[tuple[object, ...], Monomial] = {}

    def known(self, monomial: Monomial) -> Monomial:
        """Return the one object that stands for all monomials equal to this one."""
        return self._same.setdefault(monomial, monomial)

    def product(self, constant: Monomial, coefficient: float, powers: Sequence[Power]) -> Monomial:
        """Return ``coefficient * constant * prod(factor ** exponent)``.

        Parameters
        ----------
        constant : Monomial
            As :meth:`known` returns it; so are the factors, which are looked up by identity.
        coefficient : float
            Statistical coefficient.
        powers : sequence of (Monomial, float)
            Multiplied in this order.
        """
        key = (id(constant), coefficient, *[(id(factor), power) for factor, power in powers])
        found = self._products.get(key)
        if found is None:
            factor = Monomial()
            for base, exponent in powers:
                factor = factor.times(base.to_power(exponent))
            found = constant.scaled(coefficient).times(factor)
            self._products[key] = found
        return found
