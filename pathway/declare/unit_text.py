"""Reading the text of a unit: a small grammar, nothing evaluated.

pint is only asked what a single name such as ``uM`` or ``hours`` means. Factors are exact
fractions, so that units which cancel do so without rounding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MAX_UNIT_LENGTH", "Scale", "read_scale"]

MAX_UNIT_LENGTH = 60
MAX_POWER = 6
TOKEN = re.compile(r"\s*(?:(?P<name>[A-Za-zµμ_]+)|(?P<number>\d+)|(?P<mark>\*\*|[*/^()\-]))")
DIMENSIONS = ("[substance]", "[length]", "[mass]", "[time]", "[molecules]", "[cells]")


@dataclass(frozen=True, slots=True)
class Scale:
    """A factor to SI base units and the powers of the dimensions it has."""

    factor: Fraction = Fraction(1)
    powers: tuple[int, ...] = (0, 0, 0, 0, 0, 0)
    """Of substance, length, mass, time, molecules, cells."""

    def times(self, other: Scale) -> Scale:
        """Return the scale of a product."""
        pairs = zip(self.powers, other.powers, strict=True)
        return Scale(self.factor * other.factor, tuple(a + b for a, b in pairs))

    def to_power(self, power: int) -> Scale:
        """Return the scale of a power."""
        return Scale(self.factor**power, tuple(a * power for a in self.powers))


@cache
def _registry() -> Any:  # noqa: ANN401
    """Return the pint registry, with exact decimal factors and molecules per cell."""
    from decimal import Decimal

    import pint  # half a second: not before a unit is read

    registry: Any = pint.UnitRegistry(non_int_type=Decimal)
    registry.define("molecule = [molecules]")
    registry.define("cell = [cells]")
    return registry


@cache
def _atom(name: str) -> Scale | None:
    """Return what one unit name means, None if it means nothing that is usable here."""
    from pint.errors import PintError

    registry = _registry()
    try:
        units = registry.parse_units(name)
        factor, _ = registry.get_base_units(units)
        found = {key: int(power) for key, power in units.dimensionality.items()}
    except (PintError, ValueError):
        return None
    if factor is None or any(key not in DIMENSIONS for key in found):
        return None
    if not found and name != "percent":
        return None  # radian, decibel, pi: nothing a rate or a fraction is measured in
    return Scale(Fraction(factor), tuple(found.get(key, 0) for key in DIMENSIONS))


@cache
def read_scale(unit: str) -> Scale | str:
    """Return the scale of a unit text, or what is wrong with it."""
    if not unit.strip():
        return "the unit is empty"
    if len(unit) > MAX_UNIT_LENGTH:
        return f"the unit is longer than {MAX_UNIT_LENGTH} characters"
    tokens: list[str] = []
    at = 0
    text = unit.rstrip()
    while at < len(text):
        found = TOKEN.match(text, at)
        if found is None:
            return f"unit {unit!r} has a character {text[at:].strip()[:1]!r} that no unit has"
        tokens.append(found[0].strip())
        at = found.end()
    reader = UnitReader(tokens)
    try:
        return reader.read()
    except UnreadableError as error:
        return f"unit {unit!r}: {error}"


class UnreadableError(Exception):
    """What is wrong with a unit text; turned into a UnitError where the place is known."""


class UnitReader:
    """Reads ``term ((* | /) term)*``, where a term is a name, ``1`` or parentheses, to a power."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    def read(self) -> Scale:
        scale = self._product()
        if self._at < len(self._tokens):
            raise UnreadableError(f"unexpected {self._tokens[self._at]!r}")
        return scale

    def _next(self) -> str:
        token = self._tokens[self._at] if self._at < len(self._tokens) else ""
        self._at += 1
        return token

    def _ahead(self, *marks: str) -> Iterator[str]:
        while self._at < len(self._tokens) and self._tokens[self._at] in marks:
            yield self._next()

    def _product(self) -> Scale:
        scale = self._term()
        for mark in self._ahead("*", "/"):
            scale = scale.times(self._term().to_power(1 if mark == "*" else -1))
        return scale

    def _term(self) -> Scale:
        scale = self._single()
        for _ in self._ahead("^", "**"):
            sign = -1 if next(self._ahead("-"), "") else 1
            digits = self._next()
            if not digits.isdigit() or len(digits) > 1 or int(digits) > MAX_POWER:
                raise UnreadableError(f"a power is a whole number up to {MAX_POWER}")
            scale = scale.to_power(sign * int(digits))
            break
        return scale

    def _single(self) -> Scale:
        token = self._next()
        if token == "1":  # noqa: S105
            return Scale()
        if token == "(":  # noqa: S105
            scale = self._product()
            if self._next() != ")":
                raise UnreadableError("a parenthesis is not closed")
            return scale
        if not token:
            raise UnreadableError("it ends too early")
        if not token[0].isalpha():
            raise UnreadableError(f"unexpected {token!r}")
        atom = _atom(token)
        if atom is None:
            raise UnreadableError(f"{token!r} is not a unit known here")
        return atom
