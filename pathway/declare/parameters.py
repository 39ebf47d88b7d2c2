"""Declared numbers: value, unit, evidence and source, and the products that rates are of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "Evidence",
    "Monomial",
    "Parameter",
    "Source",
]


class Evidence(StrEnum):
    """How a number is known."""

    MEASURED = "measured"
    FITTED = "fitted"
    DERIVED = "derived"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a number or a mechanism comes from."""

    id: str
    citation: str
    how: str
    """How it was known when written down: data, page, file, memory or assumption."""
    doi: str = ""
    pmid: str = ""
    year: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One declared number.

    ``value`` is in internal units (nM, min, 1); ``declared_value`` and ``declared_unit`` are what
    the file says. ``fold`` is the geometric standard deviation (1.0: exact by definition).
    """

    id: str
    value: float
    declared_value: float
    declared_unit: str
    internal_unit: str
    fold: float
    evidence: Evidence
    sources: tuple[str, ...]
    note: str = ""
    method: str = ""
    where: str = ""
    """File and table, for messages."""


@dataclass(frozen=True, slots=True)
class Monomial:
    """A product of parameters: ``coefficient * prod(parameter ** power)``.

    Every rate constant, weight, half-saturation and initial amount is one, so that a parameter
    draw turns into kernel constants by one sparse matrix product of logarithms.
    """

    coefficient: float = 1.0
    powers: tuple[tuple[str, float], ...] = ()
    """Sorted by parameter id; no zero powers, no repeated ids."""

    @staticmethod
    def of(parameter: str, power: float = 1.0) -> Monomial:
        """Return the monomial of one parameter."""
        return Monomial(1.0, ((parameter, power),))

    def times(self, other: Monomial) -> Monomial:
        """Return the product of two monomials."""
        merged = dict(self.powers)
        for name, power in other.powers:
            merged[name] = merged.get(name, 0.0) + power
        kept = tuple(sorted((name, power) for name, power in merged.items() if power != 0.0))
        return Monomial(self.coefficient * other.coefficient, kept)

    def scaled(self, coefficient: float) -> Monomial:
        """Return this monomial times a number."""
        return Monomial(self.coefficient * coefficient, self.powers)

    def to_power(self, power: float) -> Monomial:
        """Return this monomial raised to a power (the coefficient must be positive)."""
        if power == 0.0:
            return Monomial()
        return Monomial(
            self.coefficient**power, tuple((name, value * power) for name, value in self.powers)
        )

    def value(self, parameters: dict[str, float]) -> float:
        """Return the number for given parameter values (internal units)."""
        result = self.coefficient
        for name, power in self.powers:
            result *= parameters[name] ** power
        return result
