"""What the values of a system depend on: moving states, time, or neither between events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.equations.expression import Call, Name, Operator, Time
from pathway.equations.order import order_definitions
from pathway.equations.walk import postorder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pathway.equations.expression import Expression
    from pathway.equations.system import EquationSystem

__all__ = ["COMPARISONS", "Dependence"]

COMPARISONS = frozenset(
    {
        *(Operator.EQUAL, Operator.NOT_EQUAL, Operator.LESS, Operator.LESS_EQUAL),
        *(Operator.GREATER, Operator.GREATER_EQUAL),
    }
)
JUMPING = COMPARISONS | {
    *(Operator.AND, Operator.OR, Operator.XOR, Operator.NOT),
    *(Operator.FLOOR, Operator.CEILING, Operator.QUOTIENT),
}
"""What is constant between jumps."""


class Dependence:
    """What each name of a system depends on.

    Parameters
    ----------
    system : EquationSystem
        Its assignments and rates may stand in any order that has no circle.
    """

    def __init__(self, system: EquationSystem) -> None:
        self.definitions: Mapping[str, Expression] = dict(system.assignments) | dict(system.rates)
        self.order = order_definitions(self.definitions, system.id)
        self.moving = tuple(
            state.id for state in system.states if state.terms or state.rule is not None
        )
        self._moves = set(self.moving)
        self._timed: set[str] = set()
        for name in self.order:
            moves, timed = self._of(self.definitions[name])
            if moves:
                self._moves.add(name)
            if timed:
                self._timed.add(name)

    def still(self, name: str) -> bool:
        """Return whether a name changes at events only."""
        return name not in self._moves and name not in self._timed

    def moves(self, name: str) -> bool:
        """Return whether a name depends on a moving state."""
        return name in self._moves

    def expression_moves(self, expression: Expression) -> bool:
        """Return whether an expression depends on a moving state."""
        return self._of(expression)[0]

    def by_time_alone(self, expression: Expression) -> bool:
        """Return whether an expression depends on time and on no moving state."""
        moves, timed = self._of(expression)
        return timed and not moves

    def is_switch(self, node: Call) -> bool:
        """Return whether a call is constant between jumps whose times no state decides."""
        return node.operator in JUMPING and self.by_time_alone(node)

    def _of(self, expression: Expression) -> tuple[bool, bool]:
        moves = timed = False
        for node in postorder(expression):
            if isinstance(node, Name):
                moves = moves or node.id in self._moves
                timed = timed or node.id in self._timed
            elif isinstance(node, Time):
                timed = True
        return moves, timed
