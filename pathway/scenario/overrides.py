"""Parameter values that a scenario sets itself: times nominal, or a quantity with unit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pathway.errors import ScenarioError, nearest
from pathway.scenario.doses import parameter_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pathway.declare.declared import Declared
    from pathway.declare.entities import Module
    from pathway.declare.parameters import Parameter

__all__ = ["declared_parameters", "overridden"]


def overridden(
    where: str,
    declared: Declared,
    modules: Sequence[Module],
    values: Mapping[str, float],
    given: Mapping[str, str],
) -> dict[str, float]:
    """Return parameter values with a scenario's own changes in place.

    A parameter of a drug, ligand or lesion that the model has and the scenario lacks is accepted
    and changes nothing, so that the scenario without its drugs stays a valid question.

    Parameters
    ----------
    where : str
        The scenario, for messages.
    declared : Declared
        The model.
    modules : sequence of Module
        Modules of the scenario.
    values : mapping of str to float
        Values after context and lesions, internal units.
    given : mapping of str to str
        ``"x0.5"`` or a quantity with unit, by parameter id.

    Returns
    -------
    dict of str to float
        All values, internal units.

    Raises
    ------
    ScenarioError
        An unknown parameter, or a value that is negative or not finite.
    UnitError
        A quantity with a wrong unit.
    """
    result = dict(values)
    here = {p.id: p for module in modules for p in module.parameters}
    everywhere = declared_parameters(declared) if given else {}
    for name, text in given.items():
        place = f"{where}, parameter {name!r}"
        if name not in everywhere:
            raise ScenarioError(place, "the model has no such parameter", nearest(name, everywhere))
        nominal = result.get(name, everywhere[name].value)
        value = _value(place, declared, everywhere[name], nominal, text)
        if name in here:
            result[name] = value
    return result


def declared_parameters(declared: Declared) -> dict[str, Parameter]:
    """Return every parameter of a model by id: base, drugs, ligands, lesions."""
    modules = (
        declared.base,
        *(drug.module for drug in declared.drugs.values()),
        *(ligand.module for ligand in declared.ligands.values()),
        *(lesion.module for lesion in declared.lesions.values()),
    )
    return {parameter.id: parameter for module in modules for parameter in module.parameters}


def _value(
    where: str, declared: Declared, parameter: Parameter, nominal: float, text: str
) -> float:
    stripped = text.strip()
    if stripped[:1] in {"x", "×"}:
        try:
            value = nominal * float(stripped[1:])
        except ValueError:
            raise ScenarioError(where, f"{text!r} is not a factor", "write it as 'x0.5'") from None
    else:
        value = parameter_value(where, declared, parameter, stripped)
    if not math.isfinite(value) or value < 0.0:
        raise ScenarioError(where, f"{text!r} gives {value:g}", "give a finite value from 0 up")
    if parameter.id.endswith(".off_share") and value > 1.0:
        raise ScenarioError(where, f"{text!r} gives a share of {value:g}", "keep it within 0 to 1")
    return value
