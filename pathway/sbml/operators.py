"""What operators of MathML become: each kind libSBML knows, with the arguments it takes."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import libsbml

from pathway.equations.expression import Call, Number, Operator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pathway.equations.expression import Expression

__all__ = ["is_operator", "operate"]

ONE = Number(1.0)

MANY = {
    libsbml.AST_PLUS: Operator.ADD,
    libsbml.AST_TIMES: Operator.MULTIPLY,
    libsbml.AST_FUNCTION_MIN: Operator.MIN,
    libsbml.AST_FUNCTION_MAX: Operator.MAX,
    libsbml.AST_LOGICAL_AND: Operator.AND,
    libsbml.AST_LOGICAL_OR: Operator.OR,
    libsbml.AST_LOGICAL_XOR: Operator.XOR,
}

ONE_ARGUMENT = {
    libsbml.AST_FUNCTION_EXP: Operator.EXP,
    libsbml.AST_FUNCTION_LN: Operator.LN,
    libsbml.AST_FUNCTION_ABS: Operator.ABS,
    libsbml.AST_FUNCTION_FLOOR: Operator.FLOOR,
    libsbml.AST_FUNCTION_CEILING: Operator.CEILING,
    libsbml.AST_FUNCTION_FACTORIAL: Operator.FACTORIAL,
    libsbml.AST_FUNCTION_SIN: Operator.SIN,
    libsbml.AST_FUNCTION_COS: Operator.COS,
    libsbml.AST_FUNCTION_TAN: Operator.TAN,
    libsbml.AST_FUNCTION_ARCSIN: Operator.ARCSIN,
    libsbml.AST_FUNCTION_ARCCOS: Operator.ARCCOS,
    libsbml.AST_FUNCTION_ARCTAN: Operator.ARCTAN,
    libsbml.AST_FUNCTION_SINH: Operator.SINH,
    libsbml.AST_FUNCTION_COSH: Operator.COSH,
    libsbml.AST_FUNCTION_TANH: Operator.TANH,
    libsbml.AST_FUNCTION_ARCSINH: Operator.ARCSINH,
    libsbml.AST_FUNCTION_ARCCOSH: Operator.ARCCOSH,
    libsbml.AST_FUNCTION_ARCTANH: Operator.ARCTANH,
    libsbml.AST_LOGICAL_NOT: Operator.NOT,
}

ONE_OVER = {
    libsbml.AST_FUNCTION_SEC: Operator.COS,
    libsbml.AST_FUNCTION_CSC: Operator.SIN,
    libsbml.AST_FUNCTION_COT: Operator.TAN,
    libsbml.AST_FUNCTION_SECH: Operator.COSH,
    libsbml.AST_FUNCTION_CSCH: Operator.SINH,
    libsbml.AST_FUNCTION_COTH: Operator.TANH,
}
"""f(x) = 1 / g(x)."""

OF_INVERSE = {
    libsbml.AST_FUNCTION_ARCSEC: Operator.ARCCOS,
    libsbml.AST_FUNCTION_ARCCSC: Operator.ARCSIN,
    libsbml.AST_FUNCTION_ARCCOT: Operator.ARCTAN,
    libsbml.AST_FUNCTION_ARCSECH: Operator.ARCCOSH,
    libsbml.AST_FUNCTION_ARCCSCH: Operator.ARCSINH,
    libsbml.AST_FUNCTION_ARCCOTH: Operator.ARCTANH,
}
"""f(x) = g(1 / x)."""

TWO_ARGUMENTS = {
    libsbml.AST_DIVIDE: Operator.DIVIDE,
    libsbml.AST_POWER: Operator.POWER,
    libsbml.AST_FUNCTION_POWER: Operator.POWER,
    libsbml.AST_FUNCTION_QUOTIENT: Operator.QUOTIENT,
    libsbml.AST_FUNCTION_REM: Operator.REMAINDER,
    libsbml.AST_RELATIONAL_NEQ: Operator.NOT_EQUAL,
}

CHAINED = {
    libsbml.AST_RELATIONAL_EQ: Operator.EQUAL,
    libsbml.AST_RELATIONAL_LT: Operator.LESS,
    libsbml.AST_RELATIONAL_LEQ: Operator.LESS_EQUAL,
    libsbml.AST_RELATIONAL_GT: Operator.GREATER,
    libsbml.AST_RELATIONAL_GEQ: Operator.GREATER_EQUAL,
}
"""``a < b < c`` is ``a < b and b < c``."""


def _special(kind: int, x: Sequence[Expression]) -> Expression | None:
    """Return what has a form of its own, or None where the number of arguments does not fit."""
    match len(x):
        case 1 if kind == libsbml.AST_MINUS:
            return Call(Operator.NEGATE, tuple(x))
        case 2 if kind == libsbml.AST_MINUS:
            return Call(Operator.SUBTRACT, tuple(x))
        case 1 if kind == libsbml.AST_FUNCTION_ROOT:
            return Call(Operator.SQRT, tuple(x))
        case 2 if kind == libsbml.AST_FUNCTION_ROOT:
            if x[0] == Number(2.0):
                return Call(Operator.SQRT, (x[1],))
            return Call(Operator.POWER, (x[1], Call(Operator.DIVIDE, (ONE, x[0]))))
        case 1 if kind == libsbml.AST_FUNCTION_LOG:
            return _log(Number(10.0), x[0])
        case 2 if kind == libsbml.AST_FUNCTION_LOG:
            return _log(x[0], x[1])
        case 2 if kind == libsbml.AST_LOGICAL_IMPLIES:
            return Call(Operator.OR, (Call(Operator.NOT, (x[0],)), x[1]))
        case _:
            return None


def _log(base: Expression, x: Expression) -> Expression:
    return Call(Operator.DIVIDE, (Call(Operator.LN, (x,)), Call(Operator.LN, (base,))))


def _plain(operator: Operator, x: Sequence[Expression]) -> Expression:
    return Call(operator, tuple(x))


def _one_over(operator: Operator, x: Sequence[Expression]) -> Expression:
    return Call(Operator.DIVIDE, (ONE, Call(operator, tuple(x))))


def _of_inverse(operator: Operator, x: Sequence[Expression]) -> Expression:
    return Call(operator, (Call(Operator.DIVIDE, (ONE, x[0])),))


ARITHMETIC = {libsbml.AST_PLUS, libsbml.AST_TIMES}

SPECIAL = {
    libsbml.AST_MINUS,
    libsbml.AST_FUNCTION_ROOT,
    libsbml.AST_FUNCTION_LOG,
    libsbml.AST_LOGICAL_IMPLIES,
}

FORMS: tuple[
    tuple[dict[int, Operator], int, Callable[[Operator, Sequence[Expression]], Expression]], ...
] = (
    (ONE_ARGUMENT, 1, _plain),
    (ONE_OVER, 1, _one_over),
    (OF_INVERSE, 1, _of_inverse),
    (TWO_ARGUMENTS, 2, _plain),
)


def is_operator(kind: int) -> bool:
    """Return whether an operator is known, for some number of arguments."""
    tables = (MANY, CHAINED, SPECIAL, *(table for table, _, _ in FORMS))
    return any(kind in table for table in tables)


def operate(kind: int, x: Sequence[Expression]) -> Expression | None:
    """Return an operator applied to arguments.

    Parameters
    ----------
    kind : int
        One of libSBML's ``AST_...``.
    x : sequence of Expression

    Returns
    -------
    Expression or None
        None if the operator is not known, or not for that number of arguments.
    """
    if kind in MANY:
        if not x and MANY[kind] in {Operator.MIN, Operator.MAX}:
            return None
        return x[0] if len(x) == 1 and kind in ARITHMETIC else Call(MANY[kind], tuple(x))
    for table, count, make in FORMS:
        if kind in table:
            return make(table[kind], x) if len(x) == count else None
    if kind in CHAINED and len(x) > 1:
        pairs = [Call(CHAINED[kind], pair) for pair in pairwise(x)]
        return pairs[0] if len(pairs) == 1 else Call(Operator.AND, tuple(pairs))
    if kind == libsbml.AST_FUNCTION_PIECEWISE:
        # Without an otherwise and with no condition true, the value is undefined.
        return Call(Operator.PIECEWISE, tuple(x if len(x) % 2 else [*x, Number(math.nan)]))
    return _special(kind, x)
