"""What the file gives no value, and who needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.equations.order import order_definitions
from pathway.equations.walk import free_names
from pathway.errors import DeclarationError
from pathway.sbml.variables import Law

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pathway.equations.expression import Expression
    from pathway.sbml.assemble import Parts

__all__ = ["check_needed", "without_value"]


def without_value(definitions: Mapping[str, Expression], where: str) -> set[str]:
    """Return the definitions that have no value, since something they name has no definition.

    Raises
    ------
    DeclarationError
        If definitions go round in a circle.
    """
    lost: set[str] = set()
    for name in order_definitions(definitions, f"{where}: initial values"):
        used = free_names(definitions[name])
        if any(other in lost or other not in definitions for other in used):
            lost.add(name)
    return lost


def check_needed(
    parts: Parts,
    rates: Mapping[str, Expression],
    definitions: Mapping[str, Expression],
    known: Mapping[str, Expression],
    missing: set[str],
) -> None:
    """Refuse a model in which a formula of the file needs a value that the file does not give.

    Parameters
    ----------
    rates, definitions : mapping of str to Expression
        Kinetic laws and assignment rules.
    known : mapping of str to Expression
        All that has a definition, initial values included.
    missing : set of str
        What of it has no value all the same.

    Raises
    ------
    DeclarationError
        It names what has no value and what needs it.
    """
    everything = {**known, **rates}
    for element, expression in _formulas(parts, rates, definitions):
        for name in free_names(expression):
            if name in missing or name not in everything:
                raise _no_value(parts, name, element, everything)
    for change in parts.changes:
        kept = parts.variables[change.species].kept
        if kept in missing or kept not in known:
            raise _no_value(parts, kept, f"reaction {change.reaction!r}", everything)
    for event in parts.events:
        for target, _ in event.assignments:
            if target in missing or target not in known:
                raise _no_value(parts, target, f"event {event.id!r}", everything)


def _formulas(
    parts: Parts, rates: Mapping[str, Expression], definitions: Mapping[str, Expression]
) -> Iterator[tuple[str, Expression]]:
    for name, expression in definitions.items():
        kind = "kinetic law" if name in parts.kinetics.rates else "assignment rule"
        yield f"{kind} of {name!r}", expression
    for name, expression in rates.items():
        yield f"rate {name!r}", expression
    for variable in parts.variables.values():
        if variable.law is Law.RATE and variable.formula is not None:
            yield f"rate rule of {variable.id!r}", variable.formula
        if variable.law is not Law.ASSIGNMENT and variable.start is not None:
            yield f"initial value of {variable.id!r}", variable.start
    for event in parts.events:
        yield f"trigger of event {event.id!r}", event.trigger
        for target, value in event.assignments:
            yield f"event {event.id!r} on {target!r}", value
        if event.priority is not None:
            yield f"priority of event {event.id!r}", event.priority


def _no_value(
    parts: Parts, name: str, element: str, known: Mapping[str, Expression]
) -> DeclarationError:
    """Return the error on the variable that is at the bottom of a missing value."""
    while name in known:
        used = free_names(known[name])
        name = next(other for other in used if not _has_value(other, known))
    by_kept = {variable.kept: variable for variable in parts.variables.values()}
    variable = by_kept.get(name) or parts.variables.get(name)
    what = variable.where if variable is not None else repr(name)
    return DeclarationError(
        f"{parts.where}: {what}",
        f"has no value, and {element} needs it",
        "give it an initial value or an initial assignment",
    )


def _has_value(name: str, known: Mapping[str, Expression]) -> bool:
    """Return whether what a name stands for can be computed; there are no circles."""
    stack, seen = [name], {name}
    while stack:
        current = stack.pop()
        if current not in known:
            return False
        new = [other for other in free_names(known[current]) if other not in seen]
        seen.update(new)
        stack += new
    return True
