"""Units at the door: text and numbers in, numbers in nM, minutes and their products out.

Factors are exact fractions until the last step, so a value that is already in internal units
passes unchanged.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction

from pathway.declare.unit_text import MAX_UNIT_LENGTH, read_scale
from pathway.errors import UnitError, nearest

__all__ = [
    "DIMENSIONLESS",
    "GRAM_PER_MOL",
    "MINUTE",
    "NANOMOLAR",
    "PER_MINUTE",
    "PICOLITRE",
    "Unit",
    "convert",
    "parse_dose",
    "parse_duration",
    "parse_quantity",
    "parse_quantity_text",
    "read_unit",
    "to_internal",
]

AVOGADRO = Fraction(602214076) * 10**15
"""Molecules per mole, exact (SI 2019)."""

COMMON_UNITS = (
    *("1", "nM", "uM", "pM", "mM", "min", "s", "h", "day", "1/min", "1/s", "1/h", "nM/min"),
    *(
        "1/(nM*min)",
        "1/(uM*s)",
        "1/(nM*s)",
        "molecules/cell",
        "pL",
        "fL",
        "g/mol",
        "ug/mL",
        "ng/mL",
    ),
)
QUANTITY = re.compile(r"(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(?P<unit>.*)")
NOT_A_NUMBER = re.compile(r"[+-]?(?:nan|inf|infinity)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unit:
    """A product of powers of the internal units nM, min, g/mol and pL; all zero is ``1``."""

    concentration: int = 0
    time: int = 0
    molar_mass: int = 0
    volume: int = 0

    def times(self, other: Unit) -> Unit:
        """Return the unit of a product."""
        return Unit(
            self.concentration + other.concentration,
            self.time + other.time,
            self.molar_mass + other.molar_mass,
            self.volume + other.volume,
        )

    def to_power(self, power: int) -> Unit:
        """Return the unit of a power."""
        return Unit(
            self.concentration * power,
            self.time * power,
            self.molar_mass * power,
            self.volume * power,
        )

    @property
    def text(self) -> str:
        """The unit as written in files, e.g. ``1/(nM*min)``."""
        named = (
            ("nM", self.concentration),
            ("(g/mol)", self.molar_mass),
            ("pL", self.volume),
            ("min", self.time),
        )
        above = [_power_text(name, power) for name, power in named if power > 0]
        below = [_power_text(name, -power) for name, power in named if power < 0]
        top = "*".join(above) or "1"
        if top == "(g/mol)":
            top = "g/mol"
        if not below:
            return top
        return f"{top}/{below[0]}" if len(below) == 1 else f"{top}/({'*'.join(below)})"


DIMENSIONLESS = Unit()
NANOMOLAR = Unit(concentration=1)
MINUTE = Unit(time=1)
PER_MINUTE = Unit(time=-1)
GRAM_PER_MOL = Unit(molar_mass=1)
PICOLITRE = Unit(volume=1)


def _power_text(name: str, power: int) -> str:
    return name if power == 1 else f"{name}^{power}"


def to_internal(
    value: float, unit: str, where: str, cell_volume: float | None = None
) -> tuple[float, Unit]:
    """Return a value in internal units, and which unit that is.

    Parameters
    ----------
    value : float
        The number as declared.
    unit : str
        Its unit: names joined by ``*``, ``/``, ``^`` and parentheses.
    where : str
        The place, for messages.
    cell_volume : float, optional
        Volume of one cell in pL, which turns molecules per cell into nM.

    Returns
    -------
    float
        The value in ``Unit``.
    Unit
        The internal unit of the same dimension.

    Raises
    ------
    UnitError
        If the unit is unknown or is not made of concentration, time, molar mass and volume, or if
        the value is not finite.
    """
    if not math.isfinite(value):
        raise UnitError(where, f"the value is {value}", "write a finite number")
    factor, internal, molecules = _measure(unit, where)
    if molecules:
        if cell_volume is None:
            raise UnitError(where, f"{unit!r} needs the volume of a cell here", "write it in nM")
        factor *= (_nM_per_molecule(cell_volume)) ** molecules
    try:
        return float(Fraction(value) * factor), internal
    except OverflowError as error:
        raise UnitError(
            where, f"{value:g} {unit} is too large", "check the number and its unit"
        ) from error


def read_unit(unit: str, where: str) -> Unit:
    """Return the internal unit of the dimension that a unit text has; see ``to_internal``."""
    return _measure(unit, where)[1]


def convert(
    value: float, unit: str, expected: Unit, where: str, cell_volume: float | None = None
) -> float:
    """Return a value in the expected internal unit; see ``to_internal``.

    Raises
    ------
    UnitError
        Also if the unit has another dimension.
    """
    converted, internal = to_internal(value, unit, where, cell_volume)
    if internal != expected:
        raise UnitError(
            where,
            f"unit {unit!r} has the wrong dimension: it reads as {internal.text}",
            f"a unit like {expected.text!r} is needed",
        )
    return converted


def parse_quantity_text(text: str, where: str) -> tuple[float, str]:
    """Return the number and the unit of a text such as ``"10 ug/mL"``.

    Raises
    ------
    UnitError
        If there is no number, no unit, or the number is not finite or negative.
    """
    stripped = text.strip()
    if NOT_A_NUMBER.match(stripped):
        raise UnitError(where, f"{text!r} is not a finite number", "write a number with its unit")
    found = QUANTITY.fullmatch(stripped) if len(stripped) <= 2 * MAX_UNIT_LENGTH else None
    if found is None:
        raise UnitError(
            where, f"{text[:80]!r} is not a number with a unit", "write it like '100 nM'"
        )
    value = float(found["number"])
    if not math.isfinite(value):
        raise UnitError(where, f"{text!r} is too large", "check the number and its unit")
    if value < 0.0:
        raise UnitError(where, f"{text!r} is negative", "write zero or more")
    if not found["unit"]:
        raise UnitError(where, f"{text!r} has no unit", "write it like '100 nM' or '24 h'")
    return value, found["unit"]


def parse_quantity(
    text: str, expected: Unit, where: str, cell_volume: float | None = None
) -> float:
    """Return the value of a text such as ``"1e5 molecules/cell"`` in an internal unit."""
    value, unit = parse_quantity_text(text, where)
    return convert(value, unit, expected, where, cell_volume)


def parse_dose(text: str, molar_mass: float, where: str) -> float:
    """Return the concentration of a dose in nM.

    Parameters
    ----------
    text : str
        A concentration (``"100 nM"``) or a mass per volume (``"10 ug/mL"``).
    molar_mass : float
        g/mol, for mass per volume.
    where : str
        The place, for messages.

    Returns
    -------
    float
        nM; zero is a dose.

    Raises
    ------
    UnitError
        If it is negative, not a number, or neither kind of concentration.
    """
    value, unit = parse_quantity_text(text, where)
    converted, internal = to_internal(value, unit, where)
    if internal == NANOMOLAR:
        return converted
    if internal == NANOMOLAR.times(GRAM_PER_MOL):
        return converted / molar_mass
    raise UnitError(
        where,
        f"dose {text!r} is not a concentration",
        "write it like '100 nM' or '10 ug/mL' (free drug at the cell)",
    )


def parse_duration(text: str, where: str) -> float:
    """Return a duration such as ``"24 h"`` in minutes; zero is a duration.

    Raises
    ------
    UnitError
        If it is negative, not a number, or not a time.
    """
    return parse_quantity(text, MINUTE, where)


def _nM_per_molecule(cell_volume: float) -> Fraction:
    """Return the nM that one molecule makes in a cell of ``cell_volume`` pL."""
    return Fraction(10**9) / (AVOGADRO * Fraction(cell_volume) / 10**12)


def _measure(unit: str, where: str) -> tuple[Fraction, Unit, int]:
    """Return the factor to internal units, those units, and the power of molecules per cell."""
    scale = read_scale(unit)
    if isinstance(scale, str):
        raise UnitError(where, scale, nearest(unit, COMMON_UNITS))
    substance, length, mass, time, molecules, cells = scale.powers
    if cells != -molecules or (length + 3 * (substance + mass)) % 3:
        raise UnitError(
            where,
            f"unit {unit!r} is not made of concentration, time, molecules/cell, g/mol and volume",
            nearest(unit, COMMON_UNITS),
        )
    internal = Unit(
        concentration=substance + mass,
        time=time,
        molar_mass=mass,
        volume=length // 3 + substance + mass,
    )
    # In SI base units: nM is 1e-6 mol/m3, a minute 60 s, g/mol 1e-3 kg/mol, a picolitre 1e-15 m3.
    factor = (
        scale.factor
        * Fraction(10**6) ** internal.concentration
        / Fraction(60) ** internal.time
        * Fraction(10**3) ** internal.molar_mass
        * Fraction(10**15) ** internal.volume
    )
    return factor, internal.times(Unit(concentration=molecules)), molecules
