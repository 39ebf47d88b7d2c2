"""What was read of a model, put together as a system of equations."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathway.equations.evaluate import evaluate
from pathway.equations.expression import Call, Name, Number, Operator
from pathway.equations.order import order_definitions
from pathway.equations.system import EquationSystem, Output, State
from pathway.equations.walk import free_names
from pathway.sbml.needed import check_needed, without_value
from pathway.sbml.variables import Law

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pathway.equations.expression import Expression
    from pathway.equations.system import Event
    from pathway.sbml.reactions import Change, Kinetics
    from pathway.sbml.variables import Variable

__all__ = ["Parts", "assemble"]

CHANGING = (Law.SET, Law.REACTIONS, Law.RATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A model as read, formula by formula."""

    id: str
    where: str
    """What messages begin with: the file."""
    time_unit: str
    variables: Mapping[str, Variable]
    kinetics: Kinetics
    changes: Sequence[Change]
    events: Sequence[Event]


def assemble(parts: Parts) -> EquationSystem:
    """Return the system of a model.

    What no formula needs and the file gives no value is left out; what one needs is asked for.

    Raises
    ------
    DeclarationError
        If a value that is needed is missing, or definitions go round in a circle.
    """
    rates, terms, laws = _rates(parts)
    rules = {
        variable.id: variable.formula
        for variable in parts.variables.values()
        if variable.law is Law.ASSIGNMENT and variable.formula is not None
    }
    definitions = {**laws, **rules, **_concentrations(parts)}
    starts = _starts(parts)
    missing = without_value({**definitions, **starts, **rates}, parts.where)
    check_needed(parts, rates, {**laws, **rules}, {**definitions, **starts}, missing)
    definitions = {name: body for name, body in definitions.items() if name not in missing}
    starts = {name: body for name, body in starts.items() if name not in missing}
    values = _values({**definitions, **rates, **starts}, parts.where)
    states = {
        variable.kept: State(
            id=variable.kept,
            initial=values[variable.kept],
            terms=tuple((factor, rate) for rate, factor in terms.get(variable.id, {}).items()),
            rule=variable.formula if variable.law is Law.RATE else None,
        )
        for variable in parts.variables.values()
        if variable.law in CHANGING and variable.kept in starts
    }
    return EquationSystem(
        id=parts.id,
        states=tuple(states.values()),
        constants=tuple((name, values[name]) for name in starts if name not in states),
        assignments=tuple(
            (name, definitions[name])
            for name in order_definitions(definitions, f"{parts.where}: assignment rules")
        ),
        rates=tuple(rates.items()),
        events=tuple(parts.events),
        outputs=tuple(_outputs(parts, values)),
        time_unit=parts.time_unit,
        initial_assignments=tuple(
            (name, starts[name])
            for name in values
            if name in starts and not isinstance(starts[name], Number)
        ),
    )


def _rates(
    parts: Parts,
) -> tuple[dict[str, Expression], dict[str, dict[str, float]], dict[str, Expression]]:
    """Return the rates, the terms of each species, and kinetic laws that formulas name.

    A rate is a kinetic law or, where a stoichiometry or a conversion factor may vary, one with
    those; a law that formulas name is a definition, and the rates refer to it.
    """
    spoken = _spoken(parts)
    varied = {change.reaction for change in parts.changes if change.factors}
    moving = {change.reaction for change in parts.changes}
    rates: dict[str, Expression] = {}
    laws: dict[str, Expression] = {}
    for reaction, law in parts.kinetics.rates.items():
        if reaction in moving and reaction not in spoken | varied:
            rates[reaction] = law
        else:
            laws[reaction] = law
    terms: dict[str, dict[str, float]] = {}
    for change in parts.changes:
        name = change.reaction
        if name in laws:
            labels = [factor.id for factor in change.factors if isinstance(factor, Name)]
            plain = len(labels) == len(change.factors)
            label = "*".join(labels) if plain else f"to {change.species}"
            name = f"{change.reaction}[{label or 'rate'}]"
            rates[name] = _product(*change.factors, Name(change.reaction))
        of = terms.setdefault(change.species, {})
        of[name] = of.get(name, 0.0) + change.coefficient
    return rates, terms, laws


def _spoken(parts: Parts) -> set[str]:
    """Return what formulas name."""
    formulas: list[Expression] = list(parts.kinetics.rates.values())
    for variable in parts.variables.values():
        formulas += [part for part in (variable.formula, variable.start) if part is not None]
    for event in parts.events:
        formulas += [event.trigger, *(value for _, value in event.assignments)]
        formulas += [event.priority] if event.priority is not None else []
    for change in parts.changes:
        formulas += change.factors
    return set(free_names(*formulas))


def _concentrations(parts: Parts) -> dict[str, Expression]:
    """Return what species that are kept as amounts read as in formulas."""
    return {
        variable.id: Call(Operator.DIVIDE, (Name(variable.kept), Name(variable.compartment)))
        for variable in parts.variables.values()
        if variable.kept != variable.id and variable.compartment is not None
    }


def _starts(parts: Parts) -> dict[str, Expression]:
    """Return the initial values the file gives, of states and constants by the kept name."""
    starts = {
        variable.kept: variable.start
        for variable in parts.variables.values()
        if variable.law is not Law.ASSIGNMENT and variable.start is not None
    }
    for name, value in parts.kinetics.local:
        if not math.isnan(value):
            starts[name] = Number(value)
    return starts


def _values(definitions: Mapping[str, Expression], where: str) -> dict[str, float]:
    """Return what every definition is at the start, in the order of computing."""
    values: dict[str, float] = {}
    for name in order_definitions(definitions, f"{where}: initial values"):
        values[name] = evaluate(definitions[name], values)
    return values


def _product(*factors: Expression) -> Expression:
    return Call(Operator.MULTIPLY, factors) if len(factors) > 1 else factors[0]


def _outputs(parts: Parts, values: Mapping[str, float]) -> Iterator[Output]:
    for variable in parts.variables.values():
        if variable.id in values:
            yield Output(id=variable.id, expression=Name(variable.id))
        if variable.kind != "species":
            continue
        amount = variable.amount
        if any(name not in values for name in free_names(amount)):
            continue
        yield Output(id=f"{variable.id}[amount]", expression=amount)
        if variable.compartment is not None and variable.compartment in values:
            size = Name(variable.compartment)
            dense = Name(variable.id)
            yield Output(
                id=f"{variable.id}[concentration]",
                expression=dense
                if variable.concentration
                else Call(Operator.DIVIDE, (amount, size)),
            )
    for reaction in parts.kinetics.rates:
        if reaction in values:
            yield Output(id=reaction, expression=Name(reaction))
