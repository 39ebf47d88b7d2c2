"""What a system must be before it is compiled: every name known, every id used once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.equations.evaluate import takes
from pathway.equations.expression import Call, Name
from pathway.equations.walk import postorder
from pathway.errors import DeclarationError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pathway.equations.expression import Expression
    from pathway.equations.system import EquationSystem

__all__ = ["check_system"]


def check_system(system: EquationSystem) -> None:
    """Refuse a system that cannot be compiled.

    Raises
    ------
    DeclarationError
        If an id is used twice, a name is not declared, a term is no rate, or an event or initial
        assignment sets what it may not.
    """
    ids = [
        *(state.id for state in system.states),
        *(name for name, _ in system.constants),
        *(name for name, _ in system.assignments),
        *(name for name, _ in system.rates),
    ]
    known = dict.fromkeys(ids)
    if len(known) < len(ids):
        seen: set[str] = set()
        twice = next(name for name in ids if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise DeclarationError(
            f"{system.id}: {twice!r}",
            "is declared twice",
            "a name is a state, a constant, an assignment or a rate, not two of them",
        )
    for where, expression in _expressions(system):
        for node in postorder(expression):
            if isinstance(node, Call) and not takes(node.operator, len(node.arguments)):
                raise DeclarationError(
                    f"{system.id}: {where}",
                    f"{node.operator.value!r} cannot take {len(node.arguments)} arguments",
                    "check the formula",
                )
            if isinstance(node, Name) and node.id not in known:
                raise DeclarationError(
                    f"{system.id}: {where}", f"names unknown {node.id!r}", nearest(node.id, known)
                )
    _check_targets(system)


def _expressions(system: EquationSystem) -> Iterator[tuple[str, Expression]]:
    for state in system.states:
        if state.rule is not None:
            yield f"rule of {state.id!r}", state.rule
    for name, body in (*system.assignments, *system.rates):
        yield f"{name!r}", body
    for name, body in system.initial_assignments:
        yield f"initial value of {name!r}", body
    for event in system.events:
        yield f"trigger of {event.id!r}", event.trigger
        if event.priority is not None:
            yield f"priority of {event.id!r}", event.priority
        for target, value in event.assignments:
            yield f"event {event.id!r} on {target!r}", value
    for output in system.outputs:
        yield f"output {output.id!r}", output.expression


def _check_targets(system: EquationSystem) -> None:
    states = {state.id: None for state in system.states}
    rates = dict.fromkeys(name for name, _ in system.rates)
    for state in system.states:
        for _, rate in state.terms:
            if rate not in rates:
                raise DeclarationError(
                    f"{system.id}: {state.id!r}", f"has no rate {rate!r}", nearest(rate, rates)
                )
    for event in system.events:
        for target, _ in event.assignments:
            if target not in states:
                raise DeclarationError(
                    f"{system.id}: event {event.id!r}",
                    f"sets {target!r}, which is not a state",
                    nearest(target, states),
                )
    settable = states | dict.fromkeys(name for name, _ in system.constants)
    for target, _ in system.initial_assignments:
        if target not in settable:
            raise DeclarationError(
                f"{system.id}: initial value of {target!r}",
                "is given to what is neither a state nor a constant",
                nearest(target, settable),
            )
