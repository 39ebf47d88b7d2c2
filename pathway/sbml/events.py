"""Events without delay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.equations.expression import Call, Name, Number, Operator
from pathway.equations.system import Event
from pathway.errors import DeclarationError, UnsupportedError
from pathway.sbml.variables import Law

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pathway.equations.expression import Expression
    from pathway.sbml.document import Element
    from pathway.sbml.formula import Formulas
    from pathway.sbml.variables import Variable

__all__ = ["events_of"]


def events_of(
    model: Element, variables: Mapping[str, Variable], formulas: Formulas
) -> tuple[Event, ...]:
    """Return the events of a model; one without trigger never fires and is left out.

    Level 2 has neither initial values nor persistence of triggers: there, a trigger that is true
    at the start does not fire, and one that has fired is not called off.

    Raises
    ------
    UnsupportedError
        If an event has a delay.
    DeclarationError
        If one sets what is not declared, or sets the same twice.
    """
    events: list[Event] = []
    for place, event in enumerate(model.getListOfEvents(), start=1):
        name = event.getIdAttribute() or f"event {place}"
        where = f"event {name!r}"
        if event.isSetDelay() and not _none(event.getDelay(), where, formulas):
            raise UnsupportedError(
                f"{formulas.where}: {where}",
                "has a delay",
                "only events without delay are read; remove it",
            )
        trigger = event.getTrigger()
        if trigger is None or trigger.getMath() is None:
            continue
        later = event.getLevel() >= 3
        ranked = event.isSetPriority() and event.getPriority().isSetMath()
        events.append(
            Event(
                id=name,
                trigger=formulas.read(trigger.getMath(), f"trigger of {where}"),
                assignments=_assignments(event, where, variables, formulas),
                priority=formulas.read(event.getPriority().getMath(), f"priority of {where}")
                if ranked
                else None,
                persistent=not later or bool(trigger.getPersistent()),
                initially_true=not later or bool(trigger.getInitialValue()),
                values_from_trigger=bool(event.getUseValuesFromTriggerTime()),
            )
        )
    return tuple(events)


def _none(delay: Element, where: str, formulas: Formulas) -> bool:
    """Return whether a delay is written and is zero."""
    if not delay.isSetMath():
        return True
    return formulas.read(delay.getMath(), f"delay of {where}") == Number(0.0)


def _assignments(
    event: Element, where: str, variables: Mapping[str, Variable], formulas: Formulas
) -> tuple[tuple[str, Expression], ...]:
    """Return what an event sets, in terms of what is kept.

    A new concentration is a new amount in the compartment as it is after the event; where the
    event changes a compartment and not what is in it, amounts stay.
    """
    read: dict[str, Expression] = {}
    for change in event.getListOfEventAssignments():
        target = change.getVariable()
        if target in read:
            raise DeclarationError(
                f"{formulas.where}: {where}", f"sets {target!r} twice", "remove one of them"
            )
        if change.getMath() is not None:
            read[target] = formulas.read(change.getMath(), f"{where} on {target!r}")
    changes: dict[str, Expression] = {}
    for target, value in read.items():
        variable = variables[target]
        if variable.kept == target or variable.compartment is None:
            changes[variable.kept] = value
        else:
            size = read.get(variable.compartment, Name(variable.compartment))
            changes[variable.kept] = Call(Operator.MULTIPLY, (value, size))
    for variable in variables.values():
        grown = read.get(variable.compartment) if variable.compartment else None
        dense = variable.concentration and variable.law is Law.RATE
        if grown is not None and dense and variable.id not in read:
            changes[variable.id] = Call(Operator.DIVIDE, (variable.amount, grown))
    return tuple(changes.items())
