"""Expressions computed in plain Python: the readable twin of the jitted machine.

All arithmetic is that of IEEE 754: dividing by zero, a logarithm of a negative number or a power
that overflows gives an infinity or NaN here, never an exception.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pathway.equations.expression import Call, Name, Number, Operator
from pathway.equations.walk import postorder
from pathway.errors import DeclarationError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pathway.equations.expression import Expression

__all__ = ["apply", "evaluate", "takes"]


def evaluate(expression: Expression, values: Mapping[str, float], time: float = 0.0) -> float:
    """Return the value of an expression.

    Every branch of a ``piecewise`` is computed and one is chosen, which without exceptions is the
    same as computing only that one.

    Parameters
    ----------
    expression : Expression
    values : mapping of str to float
        Of every name the expression uses.
    time : float

    Raises
    ------
    DeclarationError
        If a name has no value, or an operator the wrong number of arguments.
    """
    known: dict[int, float] = {}
    for node in postorder(expression):
        match node:
            case Number(value):
                result = value
            case Name(name):
                if name not in values:
                    raise DeclarationError(
                        "expression", f"{name!r} has no value", nearest(name, values)
                    )
                result = values[name]
            case Call(operator, arguments):
                result = apply(operator, [known[id(part)] for part in arguments])
            case _:
                result = time
        known[id(node)] = float(result)
    return known[id(expression)]


def apply(operator: Operator, arguments: Sequence[float]) -> float:
    """Return what an operator makes of numbers; those that take any number fold from the left.

    Raises
    ------
    DeclarationError
        If the operator does not take that many arguments.
    """
    count = len(arguments)
    if not takes(operator, count):
        raise DeclarationError(
            f"operator {operator.value!r}",
            f"cannot take {count} arguments",
            "check the formula",
        )
    if operator in FOLDED:
        start, fold = FOLDED[operator]
        if operator in LOGICAL:
            arguments = [start, *arguments]
        result = arguments[0] if arguments else start
        for argument in arguments[1:]:
            result = fold(result, argument)
        return result
    if operator is Operator.PIECEWISE:
        for place in range(0, count - 1, 2):
            if arguments[place + 1] != 0.0:
                return arguments[place]
        return arguments[-1]
    if count == 1:
        return UNARY[operator](arguments[0])
    return BINARY[operator](arguments[0], arguments[1])


def takes(operator: Operator, count: int) -> bool:
    """Return whether an operator can have that many arguments."""
    if operator in FOLDED:
        return count > 0 or operator not in NEEDING_ONE
    if operator is Operator.PIECEWISE:
        return count % 2 == 1
    return count == (1 if operator in UNARY else 2)


def _divide(a: float, b: float) -> float:
    if b != 0.0:
        return a / b
    if a == 0.0 or math.isnan(a) or math.isnan(b):
        return math.nan
    return math.copysign(math.inf, a) * math.copysign(1.0, b)


def _power(a: float, b: float) -> float:
    odd = math.isfinite(b) and math.fmod(b, 2.0) in {1.0, -1.0}
    try:
        return math.pow(a, b)
    except OverflowError:
        return -math.inf if a < 0.0 and odd else math.inf
    except ValueError:
        if a == 0.0:
            return math.copysign(math.inf, a) if odd else math.inf
        return math.nan


def _guarded(function: Callable[[float], float], overflow: float) -> Callable[[float], float]:
    """Return a function of :mod:`math` without its exceptions; ``overflow`` is for x > 0."""

    def guarded(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return overflow if x > 0.0 else function(-math.inf)
        except ValueError:
            return math.nan

    return guarded


def _ln(x: float) -> float:
    if x == 0.0:
        return -math.inf
    return math.log(x) if not x < 0.0 else math.nan


def _artanh(x: float) -> float:
    if abs(x) == 1.0:
        return math.copysign(math.inf, x)
    return math.atanh(x) if not abs(x) > 1.0 else math.nan


def _whole(function: Callable[[float], int]) -> Callable[[float], float]:
    return lambda x: float(function(x)) if math.isfinite(x) else x


_floor = _whole(math.floor)


def _factorial(x: float) -> float:
    if not x >= 0.0 or x != _floor(x):
        return math.nan
    return math.gamma(x + 1.0) if x <= MOST_FACTORIAL else math.inf


def _remainder(a: float, b: float) -> float:
    # What the quotient leaves, so that both jump at the same number: fmod(1, 0.1) is 0.1, though
    # the quotient, as rounded, is 10.
    whole = _quotient(a, b)
    return a if whole == 0.0 else a - b * whole


def _quotient(a: float, b: float) -> float:
    ratio = _divide(a, b)
    return float(math.trunc(ratio)) if math.isfinite(ratio) else ratio


MOST_FACTORIAL = 170.0
"""The factorial of the next number is beyond a double."""

LOGICAL = (Operator.AND, Operator.OR, Operator.XOR)
NEEDING_ONE = (Operator.MIN, Operator.MAX)

FOLDED: dict[Operator, tuple[float, Callable[[float, float], float]]] = {
    Operator.ADD: (0.0, lambda a, b: a + b),
    Operator.MULTIPLY: (1.0, lambda a, b: a * b),
    # NaN in either place comes through.
    Operator.MIN: (math.inf, lambda a, b: a if a <= b or math.isnan(a) else b),
    Operator.MAX: (-math.inf, lambda a, b: a if a >= b or math.isnan(a) else b),
    Operator.AND: (1.0, lambda a, b: float(a != 0.0 and b != 0.0)),
    Operator.OR: (0.0, lambda a, b: float(a != 0.0 or b != 0.0)),
    Operator.XOR: (0.0, lambda a, b: float((a != 0.0) != (b != 0.0))),
}

UNARY: dict[Operator, Callable[[float], float]] = {
    Operator.NEGATE: lambda x: -x,
    Operator.EXP: _guarded(math.exp, math.inf),
    Operator.LN: _ln,
    Operator.ABS: abs,
    Operator.FLOOR: _floor,
    Operator.CEILING: _whole(math.ceil),
    Operator.FACTORIAL: _factorial,
    Operator.SQRT: _guarded(math.sqrt, math.inf),
    Operator.SIN: _guarded(math.sin, math.nan),
    Operator.COS: _guarded(math.cos, math.nan),
    Operator.TAN: _guarded(math.tan, math.nan),
    Operator.ARCSIN: _guarded(math.asin, math.nan),
    Operator.ARCCOS: _guarded(math.acos, math.nan),
    Operator.ARCTAN: math.atan,
    Operator.SINH: _guarded(math.sinh, math.inf),
    Operator.COSH: _guarded(math.cosh, math.inf),
    Operator.TANH: math.tanh,
    Operator.ARCSINH: math.asinh,
    Operator.ARCCOSH: _guarded(math.acosh, math.inf),
    Operator.ARCTANH: _artanh,
    Operator.NOT: lambda x: float(x == 0.0),
}

BINARY: dict[Operator, Callable[[float, float], float]] = {
    Operator.SUBTRACT: lambda a, b: a - b,
    Operator.DIVIDE: _divide,
    Operator.POWER: _power,
    Operator.QUOTIENT: _quotient,
    Operator.REMAINDER: _remainder,
    Operator.EQUAL: lambda a, b: float(a == b),
    Operator.NOT_EQUAL: lambda a, b: float(a != b),
    Operator.LESS: lambda a, b: float(a < b),
    Operator.LESS_EQUAL: lambda a, b: float(a <= b),
    Operator.GREATER: lambda a, b: float(a > b),
    Operator.GREATER_EQUAL: lambda a, b: float(a >= b),
}
