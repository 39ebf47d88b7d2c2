"""Units of the internal numbers (nM, min) as SBML unit definitions.

The model's substance is the zeptomole and its volume the picolitre, so that a concentration in
zmol/pL is one in nM and amounts of a cell are neither huge nor tiny.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from pathway.declare.units import DIMENSIONLESS, MINUTE, NANOMOLAR, Unit

__all__ = ["SUBSTANCE", "VOLUME", "UnitList"]

SUBSTANCE = "zmol"
VOLUME = "pL"
ATOMS = {
    SUBSTANCE: (("mole", -21, 1.0),),
    VOLUME: (("litre", -12, 1.0),),
}
PARTS = (
    ("concentration", (("mole", -21, 1.0, 1), ("litre", -12, 1.0, -1))),
    ("time", (("second", 0, 60.0, 1),)),
)
"""What nM and min are: (kind, scale, multiplier, exponent)."""


class UnitList:
    """Collects the units a model uses."""

    def __init__(self) -> None:
        self._units: dict[Unit, str] = {}
        self.minute = self.of(MINUTE)
        self.nM = self.of(NANOMOLAR)

    def of(self, unit: Unit) -> str:
        """Return the id of a unit."""
        if unit == DIMENSIONLESS:
            return "dimensionless"
        return self._units.setdefault(unit, _id(unit))

    def write(self) -> Element:
        """Return the list of unit definitions."""
        element = Element("listOfUnitDefinitions")
        for name, parts in ATOMS.items():
            _define(element, name, [(*part, 1) for part in parts])
        for unit, name in self._units.items():
            powers = {"concentration": unit.concentration, "time": unit.time}
            _define(
                element,
                name,
                [
                    (kind, scale, multiplier, exponent * powers[part])
                    for part, kinds in PARTS
                    if powers[part]
                    for kind, scale, multiplier, exponent in kinds
                ],
            )
        return element


def _define(parent: Element, name: str, parts: list[tuple[str, int, float, int]]) -> None:
    units = SubElement(SubElement(parent, "unitDefinition", {"id": name}), "listOfUnits")
    for kind, scale, multiplier, exponent in parts:
        SubElement(
            units,
            "unit",
            {
                "kind": kind,
                "exponent": str(exponent),
                "scale": str(scale),
                "multiplier": f"{multiplier:g}",
            },
        )


def _id(unit: Unit) -> str:
    above = [_power(n, p) for n, p in (("nM", unit.concentration), ("min", unit.time)) if p > 0]
    below = [_power(n, -p) for n, p in (("nM", unit.concentration), ("min", unit.time)) if p < 0]
    return "_".join([*above, *(["per", *below] if below else [])])


def _power(name: str, power: int) -> str:
    return name if power == 1 else f"{name}{power}"
