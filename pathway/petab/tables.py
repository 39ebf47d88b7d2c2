"""The tables of a PEtab problem, row by row into what they declare."""

from __future__ import annotations

import math
import re
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from pathway.errors import DeclarationError, nearest
from pathway.petab.entities import (
    Condition,
    Distribution,
    Measurement,
    Observable,
    Parameter,
    Scale,
)
from pathway.petab.files import read_table
from pathway.petab.formula import parse_formula

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pathway.petab.files import Row

__all__ = ["conditions_of", "measurements_of", "observables_of", "parameters_of"]

ID = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")

Choice = TypeVar("Choice", bound=Enum)


def parameters_of(paths: Sequence[Path]) -> dict[str, Parameter]:
    """Return the parameters by id.

    Raises
    ------
    DeclarationError
        If an id is twice or no id, a nominal value is missing, or not positive on a log scale.
    """
    found: dict[str, Parameter] = {}
    for name, row in _rows(paths, "parameterId", ("parameterScale", "nominalValue", "estimate")):
        scale = _choice(row, "parameterScale", Scale, Scale.LIN)
        nominal = _number(row, "nominalValue")
        estimate = _number(row, "estimate")
        if estimate not in {0.0, 1.0}:
            raise DeclarationError(
                row.where, f"estimate is {row.cells['estimate']!r}", "write 0 or 1"
            )
        if estimate and scale is not Scale.LIN and nominal <= 0.0:
            raise DeclarationError(
                row.where,
                f"{name!r} is {nominal:g} and is estimated on the scale {scale.value}",
                "give a positive nominalValue, or the scale lin",
            )
        found[name] = Parameter(id=name, nominal=nominal, scale=scale, estimate=bool(estimate))
    return found


def conditions_of(paths: Sequence[Path]) -> dict[str, Condition]:
    """Return the conditions by id; an empty cell changes nothing.

    Raises
    ------
    DeclarationError
        If an id is twice or no id, or a cell is neither a number nor an id.
    """
    found: dict[str, Condition] = {}
    for name, row in _rows(paths, "conditionId", ()):
        changes = [
            (column, _entry(cell, f"{row.where}: {column}"))
            for column, cell in row.cells.items()
            if column not in {"conditionId", "conditionName"} and cell
        ]
        found[name] = Condition(id=name, changes=tuple(changes))
    return found


def observables_of(paths: Sequence[Path]) -> dict[str, Observable]:
    """Return the observables by id.

    Raises
    ------
    DeclarationError
        If an id is twice or no id, or a formula, transformation or distribution is none.
    """
    found: dict[str, Observable] = {}
    for name, row in _rows(paths, "observableId", ("observableFormula", "noiseFormula")):
        where = f"{row.where}: {name}"
        found[name] = Observable(
            id=name,
            formula=parse_formula(row.cells["observableFormula"], f"{where}: observableFormula"),
            noise=parse_formula(row.cells["noiseFormula"], f"{where}: noiseFormula"),
            transformation=_choice(row, "observableTransformation", Scale, Scale.LIN),
            distribution=_choice(row, "noiseDistribution", Distribution, Distribution.NORMAL),
        )
    return found


def measurements_of(paths: Sequence[Path]) -> tuple[Measurement, ...]:
    """Return the measurements, in the order of the table.

    Raises
    ------
    DeclarationError
        If there are none, or a measurement or time is no number, or a time is negative.
    """
    columns = ("observableId", "simulationConditionId", "measurement", "time")
    found = [_measurement(row) for path in paths for row in read_table(path, columns)]
    if not found:
        raise DeclarationError(paths[0].name, "has no measurements", "give at least one")
    return tuple(found)


def _measurement(row: Row) -> Measurement:
    at_rest = row.cells["time"].lower() in {"inf", "infinity"}
    time = math.inf if at_rest else _number(row, "time")
    if time < 0.0:
        raise DeclarationError(row.where, f"a time of {time:g}", "give a number from 0 up")
    return Measurement(
        where=row.where,
        observable=row.cells["observableId"],
        condition=row.cells["simulationConditionId"],
        before=row.cells.get("preequilibrationConditionId", ""),
        value=_number(row, "measurement"),
        time=time,
        observable_parameters=_entries(row, "observableParameters"),
        noise_parameters=_entries(row, "noiseParameters"),
        row=tuple(row.cells.items()),
    )


def _rows(paths: Sequence[Path], key: str, columns: Sequence[str]) -> Iterator[tuple[str, Row]]:
    """Yield the rows of tables with their ids, each id once."""
    seen: dict[str, str] = {}
    for path in paths:
        for row in read_table(path, (key, *columns)):
            name = row.cells[key]
            if not ID.fullmatch(name):
                raise DeclarationError(
                    row.where, f"{key} {name!r} is no id", "use letters, digits and underscores"
                )
            if name in seen:
                raise DeclarationError(
                    row.where, f"{key} {name!r} is at {seen[name]} too", "remove one of them"
                )
            seen[name] = row.where
            yield name, row


def _number(row: Row, column: str) -> float:
    text = row.cells[column]
    value = float(text) if NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(value):
        raise DeclarationError(row.where, f"{column} is {text!r}", "give a finite number")
    return value


def _choice(row: Row, column: str, kinds: type[Choice], default: Choice) -> Choice:
    text = row.cells.get(column)
    if not text:
        return default
    known = {str(kind.value): kind for kind in kinds}
    if text not in known:
        raise DeclarationError(row.where, f"unknown {column} {text!r}", nearest(text, known))
    return known[text]


def _entries(row: Row, column: str) -> tuple[float | str, ...]:
    text = row.cells.get(column)
    if not text:
        return ()
    return tuple(_entry(part.strip(), f"{row.where}: {column}") for part in text.split(";"))


def _entry(text: str, where: str) -> float | str:
    """Return a number, or the id of a parameter."""
    if ID.fullmatch(text) and text.lower() not in {"nan", "inf"}:
        return text
    if not NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise DeclarationError(
            where, f"{text!r} is neither a finite number nor an id", "give one of them"
        )
    return float(text)
