"""Whether the parts of a PEtab problem fit each other: ``check_problem``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pathway.equations.walk import free_names
from pathway.errors import DeclarationError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pathway.equations.expression import Expression
    from pathway.petab.entities import Condition, Measurement, Observable

__all__ = ["check_problem", "placeholders"]


def placeholders(measured: Measurement) -> dict[str, float | str]:
    """Return what the placeholders of a measurement's formulas stand for."""
    return {
        f"{kind}{number}_{measured.observable}": entry
        for kind, entries in (
            ("observableParameter", measured.observable_parameters),
            ("noiseParameter", measured.noise_parameters),
        )
        for number, entry in enumerate(entries, start=1)
    }


def check_problem(
    entities: Iterable[str],
    parameters: Mapping[str, object],
    conditions: Mapping[str, Condition],
    observables: Mapping[str, Observable],
    measurements: Iterable[Measurement],
) -> None:
    """Refuse names that nothing declares, and placeholders that nothing fills or needs.

    Parameters
    ----------
    entities : iterable of str
        Ids of the model.
    parameters : mapping
        By the ids of the parameter table.
    conditions, observables : mapping
    measurements : iterable of Measurement

    Raises
    ------
    DeclarationError
        If parts do not fit.
    """
    names = dict.fromkeys((*entities, *parameters))
    spoken = dict.fromkeys(
        name for one in observables.values() for name in free_names(one.formula, one.noise)
    )
    for condition in conditions.values():
        for column, entry in condition.changes:
            where = f"condition {condition.id!r}: {column}"
            if column not in names and column not in spoken:
                what = "is not in the model, and no formula names it"
                raise DeclarationError(where, what, nearest(column, names))
            if isinstance(entry, str):
                _require(entry, parameters, where, "parameter")
    for measured in measurements:
        _require(measured.observable, observables, measured.where, "observable")
        _require(measured.condition, conditions, measured.where, "condition")
        if measured.before:
            _require(measured.before, conditions, measured.where, "condition")
        here = names | dict.fromkeys(name for name, _ in conditions[measured.condition].changes)
        _check_formulas(measured, observables[measured.observable], here)


def _check_formulas(
    measured: Measurement, observable: Observable, names: Mapping[str, None]
) -> None:
    given = placeholders(measured)
    for entry in given.values():
        if isinstance(entry, str):
            _require(entry, names, measured.where, "parameter")
    counts = (
        ("observableParameter", observable.formula, len(measured.observable_parameters)),
        ("noiseParameter", observable.noise, len(measured.noise_parameters)),
    )
    for kind, formula, count in counts:
        wanted = _wanted(kind, observable, formula)
        if wanted != count:
            raise DeclarationError(
                measured.where,
                f"gives {count} {kind}s, and the formula of {observable.id!r} has {wanted}",
                f"fill in the column {kind}s, parted by ';'",
            )
    for what, formula, own in (
        ("observableFormula", observable.formula, ()),
        ("noiseFormula", observable.noise, (observable.id,)),
    ):
        for name in free_names(formula):
            if name not in given and name not in own:
                _require(name, names, f"observable {observable.id!r}: {what}", "name")


def _wanted(kind: str, observable: Observable, formula: Expression) -> int:
    """Return the highest number of a placeholder in a formula."""
    pattern = re.compile(rf"{kind}([1-9][0-9]*)_{observable.id}")
    matches = (pattern.fullmatch(name) for name in free_names(formula))
    return max((int(match[1]) for match in matches if match), default=0)


def _require(name: str, known: Mapping[str, object], where: str, what: str) -> None:
    if name not in known:
        raise DeclarationError(where, f"unknown {what} {name!r}", nearest(name, known))
