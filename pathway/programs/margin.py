"""How far a condition is from turning: a number that is above zero where it is true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.equations.expression import Call, Number, Operator

if TYPE_CHECKING:
    from pathway.equations.expression import Expression

__all__ = ["margin"]

UPWARD = {Operator.GREATER, Operator.GREATER_EQUAL}
DOWNWARD = {Operator.LESS, Operator.LESS_EQUAL}
JOINED = {Operator.AND: Operator.MIN, Operator.OR: Operator.MAX}
DEEPEST = 50
"""Nesting beyond which a margin is not worth having: bisection on the truth finds it too."""


def margin(condition: Expression, depth: int = DEEPEST) -> Expression | None:
    """Return an expression that crosses zero where the condition turns; None if there is none.

    It is only a guide for locating the crossing: whether there was one, the condition decides.
    """
    if not isinstance(condition, Call) or depth == 0:
        return None
    parts = condition.arguments
    if condition.operator in UPWARD:
        return Call(Operator.SUBTRACT, parts)
    if condition.operator in DOWNWARD:
        return Call(Operator.SUBTRACT, (parts[1], parts[0]))
    inner = [margin(part, depth - 1) for part in parts]
    known = tuple(part for part in inner if part is not None)
    if condition.operator in JOINED and known:
        return Call(JOINED[condition.operator], known)
    if condition.operator is Operator.NOT and known:
        return Call(Operator.SUBTRACT, (Number(0.0), known[0]))
    return None
