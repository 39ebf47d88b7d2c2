"""From a system of equations to programs: ``compile_system``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathway.equations.expression import Operator
from pathway.equations.order import order_definitions
from pathway.equations.walk import free_names, substitute
from pathway.programs.arguments import ACTIONS, MAIN, OUTPUTS, SLOPES, START, SWITCHES, WATCH
from pathway.programs.builder import Builder, Scope
from pathway.programs.check import check_system
from pathway.programs.dependence import Dependence
from pathway.programs.jacobian import jacobian_entries
from pathway.programs.margin import margin
from pathway.programs.opcodes import SUBTRACT
from pathway.programs.pack import Written, pack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from pathway.equations.expression import Expression
    from pathway.equations.system import EquationSystem
    from pathway.programs.arguments import Arguments

__all__ = ["Action", "CompiledSystem", "compile_system"]

EQUALITIES = (Operator.EQUAL, Operator.NOT_EQUAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What an event does: where among the values of the actions program its numbers are."""

    priority: int | None
    values: tuple[int, ...]
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompiledSystem:
    """A system as programs; shared by any number of runs, which copy ``arguments.values``."""

    system: EquationSystem
    moving: tuple[str, ...]
    """States with a derivative, in declaration order: the vector ``y``."""
    slots: Mapping[str, int]
    """Of every state and constant."""
    arguments: Arguments
    """``values`` holds the declared initial values and constants."""
    indptr: NDArray[np.int32]
    indices: NDArray[np.int32]
    """Of the Jacobian, CSC."""
    assigned: tuple[str, ...]
    """States and constants with an initial assignment, in the order of computing."""
    actions: tuple[Action, ...]
    """By event."""
    moving_triggers: tuple[int, ...]
    """Events whose trigger depends on moving states."""
    comparisons: int
    """Conditions on moving states in the right-hand side: watched behind the triggers."""
    instants: tuple[str, ...]
    """Events whose triggers ask moving states to be equal: watched behind the comparisons."""
    clocks: tuple[Expression, ...]
    """Conditions that depend on time alone, in terms of constants, still states and time."""
    still: tuple[str, ...]
    """The still states that ``clocks`` name: when an event sets one, the times change."""


def compile_system(system: EquationSystem) -> CompiledSystem:
    """Return the programs of a system: no more is compiled, here or later.

    Parameters
    ----------
    system : EquationSystem
        Assignments, rates and initial assignments may stand in any order without circles.

    Raises
    ------
    DeclarationError
        If ids are used twice, names are not declared, definitions go round in a circle, or an
        operator has the wrong number of arguments.
    """
    check_system(system)
    dependence = Dependence(system)
    inputs = {state.id: place for place, state in enumerate(system.states)}
    inputs |= {name: len(inputs) + place for place, (name, _) in enumerate(system.constants)}
    builder = Builder(inputs, dependence)
    switches = Scope(builder, SWITCHES)
    main = Scope(builder, MAIN, switches=switches)
    slopes = Scope(builder, SLOPES, parent=main, switches=switches)
    watch = Scope(builder, WATCH, parent=main, switches=switches)

    terms = _terms(system, dependence)
    rows = [[(factor, main.place(body)) for factor, body in row] for row in terms]
    states = {name: place for place, name in enumerate(dependence.moving)}
    entries = jacobian_entries(slopes, states, terms)
    truths, margins, instants = _watch(system, main, watch)
    actions, wanted = _actions(system, Scope(builder, ACTIONS, main, switches))
    last = Scope(builder, OUTPUTS, main, switches)
    written = Written(
        rows=rows,
        entries=entries,
        truths=truths,
        margins=margins,
        actions=wanted,
        outputs=[last.place(output.expression) for output in system.outputs],
        starts=_starts(system, Scope(builder, START)),
    )
    clocks = _inlined(list((main.stops | slopes.stops | watch.stops).values()), dependence)
    named = set(free_names(*clocks))
    return CompiledSystem(
        system=system,
        moving=dependence.moving,
        slots=inputs,
        arguments=pack(system, builder, written, states),
        indptr=entries.indptr,
        indices=entries.indices,
        assigned=tuple(name for name, _, _ in written.starts),
        actions=actions,
        moving_triggers=tuple(
            place
            for place, event in enumerate(system.events)
            if dependence.expression_moves(event.trigger)
        ),
        comparisons=len(truths) - len(system.events) - len(instants),
        instants=instants,
        clocks=clocks,
        still=tuple(state.id for state in system.states if state.id in named),
    )


def _terms(system: EquationSystem, dependence: Dependence) -> list[list[tuple[float, Expression]]]:
    """Return the terms of each moving state's derivative; a rate is one object wherever it is."""
    rows: list[list[tuple[float, Expression]]] = []
    for state in system.states:
        if not state.terms and state.rule is None:
            continue
        factors: dict[str, float] = {}
        for factor, rate in state.terms:
            factors[rate] = factors.get(rate, 0.0) + factor
        row = [(factor, dependence.definitions[rate]) for rate, factor in factors.items() if factor]
        rows.append([*row, (1.0, state.rule)] if state.rule is not None else row)
    return rows


def _watch(
    system: EquationSystem, main: Scope, watch: Scope
) -> tuple[list[int], list[int], tuple[str, ...]]:
    """Return truths and margins of triggers, comparisons and instants, and the latter's events."""
    zero = watch.builder.zero
    truths: list[int] = []
    margins: list[int] = []
    instants: dict[int, str] = {}
    for event in system.events:
        truths.append(watch.place(event.trigger))
        for reference, (operator, _, _) in watch.compared.items():
            if operator in EQUALITIES:
                instants.setdefault(reference, event.id)
        guide = margin(event.trigger)
        margins.append(zero if guide is None else watch.place(guide))
    behind = {
        reference: compared
        for reference, compared in main.compared.items()
        if compared[0] not in EQUALITIES  # true for an instant, which no integral sees
    }
    behind |= {reference: watch.compared[reference] for reference in instants}
    for reference, (_, left, right) in behind.items():
        truths.append(reference)
        margins.append(watch.emit(SUBTRACT, left, right))
    return truths, margins, tuple(instants.values())


def _actions(system: EquationSystem, scope: Scope) -> tuple[tuple[Action, ...], list[int]]:
    actions: list[Action] = []
    wanted: list[int] = []
    for event in system.events:
        priority = None
        if event.priority is not None:
            priority = len(wanted)
            wanted.append(scope.place(event.priority))
        first = len(wanted)
        wanted += [scope.place(value) for _, value in event.assignments]
        actions.append(
            Action(
                priority=priority,
                values=tuple(range(first, len(wanted))),
                targets=tuple(target for target, _ in event.assignments),
            )
        )
    return tuple(actions), wanted


def _starts(system: EquationSystem, scope: Scope) -> list[tuple[str, int, int]]:
    """Return (id, reference, length of the program by then) of each initial assignment."""
    initial = dict(system.initial_assignments)
    definitions = scope.builder.dependence.definitions
    order = order_definitions(dict(definitions) | initial, f"initial values of {system.id}")
    starts: list[tuple[str, int, int]] = []
    for name in order:
        if name in initial:
            reference = scope.place(initial[name])
            starts.append((name, reference, len(scope.builder.code[START])))
    return starts


def _inlined(expressions: Sequence[Expression], dependence: Dependence) -> tuple[Expression, ...]:
    """Return expressions in which assignments and rates are replaced by what they stand for."""
    if not expressions:
        return ()
    bodies: dict[str, Expression | float] = {}
    for name in dependence.order:
        if not dependence.moves(name):
            bodies[name] = substitute(dependence.definitions[name], bodies)
    return tuple(substitute(expression, bodies) for expression in expressions)
