"""Texts with units, at the edge, turned into nM, fractions and cell volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.declare.units import (
    DIMENSIONLESS,
    NANOMOLAR,
    PICOLITRE,
    convert,
    parse_dose,
    parse_quantity,
    parse_quantity_text,
    to_internal,
)
from pathway.errors import ScenarioError, UnitError, nearest

if TYPE_CHECKING:
    from pathway.declare.declared import Declared, Drug, Ligand
    from pathway.declare.parameters import Parameter

__all__ = ["amount_of_molecules", "drug_dose", "ligand_dose", "medium_volumes", "parameter_value"]


def drug_dose(where: str, drug: Drug, text: str) -> float:
    """Return the concentration in nM of a dose given as a text or an exposure's name.

    Raises
    ------
    ScenarioError
        An unknown exposure.
    UnitError
        A dose that is negative, not a number, or neither a molar nor a mass concentration.
    """
    place = f"{where}, drug {drug.id!r}"
    exposures = {exposure.name: exposure.concentration for exposure in drug.exposures}
    name = text.strip()
    if name in exposures:
        return exposures[name]
    if name[:1].isalpha() and name.casefold() not in {"nan", "inf", "infinity"}:
        raise ScenarioError(place, f"unknown exposure {name!r}", nearest(name, exposures))
    return parse_dose(text, drug.molar_mass.value, place)


def ligand_dose(where: str, ligand: Ligand, text: str) -> float:
    """Return the concentration in nM of a ligand's dose.

    Raises
    ------
    UnitError
        A dose that is negative, not a number, or neither a molar nor a mass concentration.
    """
    return parse_dose(text, ligand.molar_mass.value, f"{where}, ligand {ligand.id!r}")


def amount_of_molecules(where: str, declared: Declared, text: str) -> tuple[float, bool]:
    """Return a lesion's amount given as a text, and whether it is absolute (nM in the cell).

    Raises
    ------
    UnitError
        A text that is neither molecules per cell, nor a concentration, nor a percentage.
    """
    value, unit = parse_quantity_text(text, where)
    amount, internal = to_internal(value, unit, where, declared.cell_volume.value)
    if internal not in {NANOMOLAR, DIMENSIONLESS}:
        raise UnitError(
            where, f"{text!r} is not an amount of molecules", "write it like '6e5 molecules/cell'"
        )
    return amount, internal == NANOMOLAR


def parameter_value(where: str, declared: Declared, parameter: Parameter, text: str) -> float:
    """Return a parameter's value given as a quantity with unit, in internal units.

    Raises
    ------
    UnitError
        A text without number or unit, or with a unit of another dimension.
    """
    expected = to_internal(1.0, parameter.internal_unit, parameter.where)[1]
    value, unit = parse_quantity_text(text, where)
    return convert(value, unit, expected, where, declared.cell_volume.value)


def medium_volumes(where: str, declared: Declared, text: str | None) -> float | None:
    """Return the medium volume per cell in cell volumes, None if none is given.

    Raises
    ------
    ScenarioError
        A volume of zero.
    UnitError
        A text that is not a volume.
    """
    if text is None:
        return None
    place = f"{where}, medium_volume_per_cell"
    volume = parse_quantity(text, PICOLITRE, place)
    if volume == 0.0:
        raise ScenarioError(place, "a volume of zero", "leave it out for constant concentrations")
    return volume / declared.cell_volume.value
