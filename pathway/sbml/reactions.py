"""Reactions: their rates, their local parameters, and what one turn of each does to amounts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathway.equations.expression import Name, Number
from pathway.errors import DeclarationError, UnsupportedError, nearest
from pathway.sbml.variables import Law, Variable, law_of, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pathway.equations.expression import Expression
    from pathway.sbml.document import Element
    from pathway.sbml.formula import Formulas
    from pathway.sbml.formulae import Formulae

__all__ = ["Change", "Kinetics", "changes_of", "kinetics_of", "stoichiometries_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinetics:
    """Rates by reaction, and the local parameters under names of their own."""

    rates: Mapping[str, Expression]
    local: tuple[tuple[str, float], ...]
    """(``reaction.parameter``, value); NaN where the file gives none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a reaction does to a species."""

    reaction: str
    species: str
    coefficient: float
    """Negative where it is consumed."""
    factors: tuple[Expression, ...] = ()
    """What else the rate is multiplied by: a stoichiometry that varies, a conversion factor."""


def kinetics_of(model: Element, formulas: Formulas, *, ignore_fast: bool) -> Kinetics:
    """Return the rates of a model.

    Raises
    ------
    UnsupportedError
        If a reaction is fast.
    DeclarationError
        If a reaction has no kinetic law.
    """
    rates: dict[str, Expression] = {}
    parameters: list[tuple[str, float]] = []
    for reaction in model.getListOfReactions():
        name = reaction.getId()
        if reaction.isSetFast() and reaction.getFast() and not ignore_fast:
            raise UnsupportedError(
                f"{formulas.where}: reaction {name!r}",
                "is fast: an equilibrium at all times",
                "load it with ignore_fast=True to take its kinetic law as it is, like any other's",
            )
        law = reaction.getKineticLaw()
        if law is None:
            raise DeclarationError(
                f"{formulas.where}: reaction {name!r}", "has no kinetic law", "give it one"
            )
        if law.getMath() is None:
            continue  # Level 3 version 2: nothing is said of how fast it is
        local: dict[str, Expression] = {}
        for parameter in _local(law):
            own = f"{name}.{parameter.getId()}"
            local[parameter.getId()] = Name(own)
            value = parameter.getValue() if parameter.isSetValue() else math.nan
            parameters.append((own, float(value)))
        rates[name] = formulas.read(law.getMath(), f"kinetic law of reaction {name!r}", local)
    return Kinetics(rates=rates, local=tuple(parameters))


def stoichiometries_of(model: Element, formulae: Formulae, where: str) -> dict[str, Variable]:
    """Return the stoichiometries that have an id, by it: formulas may name and rules change them."""
    variables: dict[str, Variable] = {}
    for reaction, reference, _ in _references(model):
        name = reference.getId()
        if not name or reference.getLevel() < 3:
            continue  # level 2: an id that no formula may use
        place = f"{where}: stoichiometry {name!r} of reaction {reaction.getId()!r}"
        constant = bool(reference.isSetConstant() and reference.getConstant())
        variables[name] = Variable(
            id=name,
            kind="stoichiometry",
            law=law_of(name, formulae, place, moved=False, constant=constant),
            start=formulae.initial.get(name, number(_stoichiometry(reference))),
            formula=formulae.assignment.get(name, formulae.rate.get(name)),
        )
    return variables


def changes_of(
    model: Element, variables: Mapping[str, Variable], formulas: Formulas
) -> tuple[Change, ...]:
    """Return what reactions do to the species they can change, in the order of the file.

    Raises
    ------
    DeclarationError
        If a reaction names what is no species, or does not say how many take part.
    """
    common = model.getConversionFactor() if model.isSetConversionFactor() else ""
    species = {other: None for other, known in variables.items() if known.kind == "species"}
    changes: list[Change] = []
    for reaction, reference, sign in _references(model):
        where = f"{formulas.where}: reaction {reaction.getId()!r}"
        target = reference.getSpecies()
        if target not in species:
            raise DeclarationError(
                where, f"names species {target!r}, which is not declared", nearest(target, species)
            )
        if variables[target].law is not Law.REACTIONS or reaction.getKineticLaw() is None:
            continue
        if reaction.getKineticLaw().getMath() is None:
            continue
        coefficient, factors = _amount(reference, variables, formulas, where)
        element = model.getSpecies(target)
        factor = element.getConversionFactor() if element.isSetConversionFactor() else common
        if factor:
            if factor not in variables:
                raise DeclarationError(
                    f"{formulas.where}: conversion factor {factor!r}",
                    "is not declared",
                    nearest(factor, variables),
                )
            factors = (*factors, Name(factor))
        changes.append(
            Change(
                reaction=reaction.getId(),
                species=target,
                coefficient=sign * coefficient,
                factors=factors,
            )
        )
    return tuple(changes)


def _references(model: Element) -> Iterator[tuple[Element, Element, float]]:
    for reaction in model.getListOfReactions():
        for reference in reaction.getListOfReactants():
            yield reaction, reference, -1.0
        for reference in reaction.getListOfProducts():
            yield reaction, reference, 1.0


def _local(law: Element) -> list[Element]:
    """Return the parameters of a kinetic law, which level 3 lists under another name."""
    return list(law.getListOfLocalParameters()) or list(law.getListOfParameters())


def _stoichiometry(reference: Element) -> float:
    if reference.getLevel() >= 3 and not reference.isSetStoichiometry():
        return math.nan
    return float(reference.getStoichiometry()) / float(reference.getDenominator() or 1)


def _amount(
    reference: Element, variables: Mapping[str, Variable], formulas: Formulas, where: str
) -> tuple[float, tuple[Expression, ...]]:
    """Return how many take part: a number, and an expression where it may vary."""
    if reference.isSetId() and reference.getId() in variables:
        return 1.0, (Name(reference.getId()),)
    if reference.isSetStoichiometryMath() and reference.getStoichiometryMath().isSetMath():
        element = f"stoichiometry of {reference.getSpecies()!r} in {where.rpartition(': ')[2]}"
        read = formulas.read(reference.getStoichiometryMath().getMath(), element)
        return (read.value, ()) if isinstance(read, Number) else (1.0, (read,))
    value = _stoichiometry(reference)
    if math.isnan(value):
        raise DeclarationError(
            where,
            f"does not say the stoichiometry of {reference.getSpecies()!r}",
            "give it a number or an assignment",
        )
    return value, ()
