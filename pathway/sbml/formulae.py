"""The formulas that decide values: rules, initial assignments, and what events set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathway.errors import DeclarationError, UnsupportedError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pathway.equations.expression import Expression
    from pathway.sbml.document import Element
    from pathway.sbml.formula import Formulas

__all__ = ["Formulae", "declared", "formulae_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Formulae:
    """The formulas that decide values, by the id they decide; those without math are left out."""

    initial: Mapping[str, Expression]
    assignment: Mapping[str, Expression]
    rate: Mapping[str, Expression]
    events: frozenset[str]
    """Ids that events set."""


def declared(model: Element, where: str) -> dict[str, str]:
    """Return what a model declares that formulas may name: its kind by id.

    Raises
    ------
    DeclarationError
        If an id is declared twice.
    """
    kinds: dict[str, str] = {}
    for kind, elements in (
        ("compartment", model.getListOfCompartments()),
        ("species", model.getListOfSpecies()),
        ("parameter", model.getListOfParameters()),
        ("reaction", model.getListOfReactions()),
    ):
        for element in elements:
            _declare(kinds, element.getId(), kind, where)
    for reaction in model.getListOfReactions():
        for reference in (*reaction.getListOfReactants(), *reaction.getListOfProducts()):
            if reference.isSetId() and reference.getLevel() >= 3:
                _declare(kinds, reference.getId(), "stoichiometry", where)
    return kinds


def formulae_of(model: Element, formulas: Formulas, kinds: Mapping[str, str]) -> Formulae:
    """Return rules and initial assignments, and what events set.

    Raises
    ------
    UnsupportedError
        If there is an algebraic rule.
    DeclarationError
        If one decides what is not declared, or two decide the same.
    """
    found: dict[str, dict[str, Expression]] = {"initial": {}, "assignment": {}, "rate": {}}
    for kind, element, rule in _deciding(model, formulas.where):
        target = rule.getSymbol() if kind == "initial" else rule.getVariable()
        _check_target(target, f"{formulas.where}: {element}", kinds)
        others = ("initial", "assignment") if kind == "initial" else ("assignment", "rate")
        if rule.getMath() is None:
            continue  # Level 3 version 2: such a rule says nothing
        if any(target in found[other] for other in others):
            raise DeclarationError(
                f"{formulas.where}: {element}", "a second formula decides it", "remove one of them"
            )
        found[kind][target] = formulas.read(rule.getMath(), element)
    events = {
        change.getVariable(): None
        for event in model.getListOfEvents()
        for change in event.getListOfEventAssignments()
    }
    for target in events:
        _check_target(target, f"{formulas.where}: an event", kinds)
    return Formulae(**found, events=frozenset(events))


def _declare(kinds: dict[str, str], name: str, kind: str, where: str) -> None:
    if name in kinds:
        raise DeclarationError(
            f"{where}: {kind} {name!r}", f"is also the id of a {kinds[name]}", "rename one of them"
        )
    kinds[name] = kind


def _deciding(model: Element, where: str) -> Iterator[tuple[str, str, Element]]:
    for rule in model.getListOfInitialAssignments():
        yield "initial", f"initial assignment of {rule.getSymbol()!r}", rule
    for rule in model.getListOfRules():
        if rule.isAlgebraic():
            raise UnsupportedError(
                f"{where}: {rule.getMetaId() or rule.getIdAttribute() or 'algebraic rule'}",
                "is an algebraic rule",
                "solve it for a variable and write an assignment rule",
            )
        kind = "assignment" if rule.isAssignment() else "rate"
        yield kind, f"{kind} rule of {rule.getVariable()!r}", rule


def _check_target(target: str, where: str, kinds: Mapping[str, str]) -> None:
    if target not in kinds or kinds[target] == "reaction":
        settable = [other for other, kind in kinds.items() if kind != "reaction"]
        raise DeclarationError(
            where,
            f"{target!r} is not declared or has no value to decide",
            nearest(target, settable),
        )
