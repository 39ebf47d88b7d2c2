"""An SBML file opened by libSBML: refused where libSBML finds errors or the format is another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import libsbml

from pathway.errors import DeclarationError, UnsupportedError

if TYPE_CHECKING:
    from pathway.sbml.source import Source

__all__ = ["Element", "open_document", "time_unit"]

Element: TypeAlias = Any
"""An object of libSBML, which says nothing of types."""

LEVELS = (2, 3)

NAMED_TIMES = {1.0: "s", 60.0: "min", 3600.0: "h", 86400.0: "day"}
"""Units of time that have a name here, by length in seconds."""


def open_document(source: Source) -> Element:
    """Return the ``libsbml.SBMLDocument`` of a text; its model is not None.

    Raises
    ------
    DeclarationError
        If it is not SBML.
    UnsupportedError
        If it is SBML level 1.
    """
    document = libsbml.readSBMLFromString(source.text)
    log = document.getErrorLog()
    for place in range(log.getNumErrors()):
        error = log.getError(place)
        if error.getSeverity() >= libsbml.LIBSBML_SEV_ERROR:
            text = " ".join(error.getMessage().split())
            raise DeclarationError(
                f"{source.name}, line {error.getLine()}",
                f"libSBML finds an error: {text}",
                "correct the file; sbml.org has a validator",
            )
    if document.getLevel() not in LEVELS:
        raise UnsupportedError(
            source.name,
            f"is SBML level {document.getLevel()}",
            "convert it to level 2 or 3, e.g. with libSBML or COPASI",
        )
    if document.getModel() is None:
        raise DeclarationError(source.name, "has no model", "give an SBML file with a model")
    return document


def time_unit(model: Element) -> str:
    """Return the model's unit of time as text, ``"1"`` where it says none that is a time."""
    name = model.getTimeUnits() if model.getLevel() >= 3 else "time"
    definition = model.getUnitDefinition(name) if name else None
    if definition is None:
        return "s" if name == "second" or (name == "time" and model.getLevel() < LEVELS[1]) else "1"
    seconds = 1.0
    power = 0
    for place in range(definition.getNumUnits()):
        unit = definition.getUnit(place)
        if unit.isSecond():
            power += unit.getExponent()
            seconds *= (unit.getMultiplier() * 10.0 ** unit.getScale()) ** unit.getExponent()
        elif not unit.isDimensionless():
            return "1"
    if power != 1:
        return "1"
    return NAMED_TIMES.get(seconds, f"{seconds:g} s")
