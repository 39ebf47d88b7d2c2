"""What has a value in a model: compartments, species, parameters, stoichiometries that have ids."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from pathway.equations.expression import Call, Name, Number, Operator
from pathway.errors import DeclarationError, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pathway.equations.expression import Expression
    from pathway.sbml.document import Element
    from pathway.sbml.formulae import Formulae

__all__ = ["Law", "Variable", "law_of", "number", "variables_of"]


class Law(Enum):
    """What decides a variable's value after the start."""

    FIXED = "nothing"
    SET = "events"
    REACTIONS = "reactions"
    RATE = "a rate rule"
    ASSIGNMENT = "an assignment rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A compartment, a species, a parameter or a stoichiometry.

    A species that formulas read as a concentration is kept as an amount, for that is what
    reactions change and what stays when its compartment grows; but where a rule gives its
    concentration, that is kept.
    """

    id: str
    kind: str
    law: Law
    start: Expression | None
    """The initial value of what is kept, or None where the file gives none."""
    formula: Expression | None = None
    """Of its rule."""
    compartment: str | None = None
    """Of a species with a concentration; None for one in a compartment without dimensions."""
    concentration: bool = False
    """Whether formulas that name a species mean its concentration."""

    @property
    def kept(self) -> str:
        """Return the name of the state, constant or assignment that it is kept as."""
        if self.concentration and self.law not in {Law.RATE, Law.ASSIGNMENT}:
            return f"{self.id}[amount]"
        return self.id

    @property
    def amount(self) -> Expression:
        """Return the amount of a species."""
        if self.concentration and self.compartment and self.kept == self.id:
            return Call(Operator.MULTIPLY, (Name(self.id), Name(self.compartment)))
        return Name(self.kept)

    @property
    def where(self) -> str:
        """Return what messages call it."""
        return f"{self.kind} {self.id!r}"


def variables_of(
    model: Element, formulae: Formulae, kinds: Mapping[str, str], where: str
) -> dict[str, Variable]:
    """Return the variables of a model by id, in the order of the file.

    Raises
    ------
    DeclarationError
        If a species is in no compartment, or a rule and something else change the same.
    """
    variables: dict[str, Variable] = {}
    flat: set[str] = set()
    for element in model.getListOfCompartments():
        if element.isSetSpatialDimensions() and element.getSpatialDimensionsAsDouble() == 0.0:
            flat.add(element.getId())
        start = element.getSize() if element.isSetSize() else math.nan
        if element.getId() in flat and not element.isSetSize():
            start = 1.0
        _add(variables, element, "compartment", start, formulae, where)
    for element in model.getListOfParameters():
        start = element.getValue() if element.isSetValue() else math.nan
        _add(variables, element, "parameter", start, formulae, where)
    moved = _moved(model)
    for element in model.getListOfSpecies():
        variables[element.getId()] = _species(element, formulae, kinds, flat, moved, where)
    return variables


def law_of(name: str, formulae: Formulae, where: str, *, moved: bool, constant: bool) -> Law:
    """Return what decides a variable's value.

    Raises
    ------
    DeclarationError
        If a constant is changed, or two things decide.
    """
    found = [
        law
        for law, holds in (
            (Law.ASSIGNMENT, name in formulae.assignment),
            (Law.RATE, name in formulae.rate),
            (Law.REACTIONS, moved),
            (Law.SET, name in formulae.events),
        )
        if holds
    ]
    if constant and found:
        raise DeclarationError(
            where, f"is constant, but {found[0].value} would change it", "declare it constant=false"
        )
    if len(found) > 1 and (found[0] is Law.ASSIGNMENT or found[1] is Law.REACTIONS):
        raise DeclarationError(
            where,
            f"both {found[0].value} and {found[1].value} change it",
            "leave one of them, or give a species boundaryCondition=true",
        )
    return found[0] if found else Law.FIXED


def number(value: float) -> Expression | None:
    """Return a value of the file as an expression, None if it is missing."""
    return None if math.isnan(value) else Number(value)


def _add(
    variables: dict[str, Variable],
    element: Element,
    kind: str,
    start: float,
    formulae: Formulae,
    where: str,
) -> None:
    name = element.getId()
    place = f"{where}: {kind} {name!r}"
    law = law_of(name, formulae, place, moved=False, constant=_constant(element))
    variables[name] = Variable(
        id=name,
        kind=kind,
        law=law,
        start=formulae.initial.get(name, number(start)),
        formula=formulae.assignment.get(name, formulae.rate.get(name)),
    )


def _constant(element: Element) -> bool:
    return bool(element.isSetConstant() and element.getConstant())


def _moved(model: Element) -> frozenset[str]:
    return frozenset(
        reference.getSpecies()
        for reaction in model.getListOfReactions()
        for reference in (*reaction.getListOfReactants(), *reaction.getListOfProducts())
    )


def _species(
    element: Element,
    formulae: Formulae,
    kinds: Mapping[str, str],
    flat: set[str],
    moved: frozenset[str],
    where: str,
) -> Variable:
    name = element.getId()
    place = f"{where}: species {name!r}"
    home = element.getCompartment()
    if kinds.get(home) != "compartment":
        known = [other for other, kind in kinds.items() if kind == "compartment"]
        raise DeclarationError(
            place, f"is in compartment {home!r}, which is not declared", nearest(home, known)
        )
    free = element.getBoundaryCondition() or _constant(element)
    law = law_of(
        name, formulae, place, moved=name in moved and not free, constant=_constant(element)
    )
    bare = Variable(
        id=name,
        kind="species",
        law=law,
        start=None,
        formula=formulae.assignment.get(name, formulae.rate.get(name)),
        compartment=None if home in flat else home,
        concentration=home not in flat and not element.getHasOnlySubstanceUnits(),
    )
    return _started(bare, element, formulae)


def _started(bare: Variable, element: Element, formulae: Formulae) -> Variable:
    """Return a species with the initial value of what is kept: an amount or a concentration."""
    size = Name(bare.compartment) if bare.compartment else None
    start: Expression | None = None
    dense = False
    if bare.id in formulae.initial:
        start, dense = formulae.initial[bare.id], bare.concentration
    elif element.isSetInitialAmount():
        start = number(element.getInitialAmount())
    elif element.isSetInitialConcentration():
        start, dense = number(element.getInitialConcentration()), True
    kept_dense = bare.concentration and bare.kept == bare.id
    if start is not None and size is not None and dense != kept_dense:
        start = Call(Operator.MULTIPLY if dense else Operator.DIVIDE, (start, size))
    return Variable(
        id=bare.id,
        kind=bare.kind,
        law=bare.law,
        start=start,
        formula=bare.formula,
        compartment=bare.compartment,
        concentration=bare.concentration,
    )
