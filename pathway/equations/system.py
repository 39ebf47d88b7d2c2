"""A system of ordinary differential equations with assignments and events, as read from a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathway.equations.expression import Expression

__all__ = ["EquationSystem", "Event", "Output", "State"]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A variable that a rate or an event changes.

    Its derivative is the sum of ``coefficient * rate`` over ``terms`` plus ``rule`` if given.
    """

    id: str
    initial: float
    terms: tuple[tuple[float, str], ...] = ()
    """(coefficient, rate id)."""
    rule: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happens when a trigger turns true."""

    id: str
    trigger: Expression
    assignments: tuple[tuple[str, Expression], ...]
    """(state id, new value), all evaluated before any is assigned."""
    priority: Expression | None = None
    persistent: bool = True
    initially_true: bool = True
    """The trigger's value before the start: if True, an event that is true at the start does not fire."""
    values_from_trigger: bool = False
    """Whether new values are computed when the trigger turns, before events that go first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A quantity that the file's reader may ask for, by its id there."""

    id: str
    expression: Expression
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EquationSystem:
    """A model as equations. Every name used is a state, constant, assignment or rate of it."""

    id: str
    states: tuple[State, ...]
    constants: tuple[tuple[str, float], ...]
    """Parameters a scenario may change, by id."""
    assignments: tuple[tuple[str, Expression], ...]
    """Values that follow from others at all times, each using only earlier ones."""
    rates: tuple[tuple[str, Expression], ...]
    """Reaction rates; may use assignments, not other rates."""
    events: tuple[Event, ...]
    outputs: tuple[Output, ...]
    time_unit: str = "1"
    start: float = 0.0
    initial_assignments: tuple[tuple[str, Expression], ...] = ()
    """What the initial values of states and the values of constants follow from, kept so that a
    changed parameter changes them too; each uses constants and earlier entries only."""
