"""The machine's instructions, numbered; the kernels read the numbers as compile-time constants."""

from __future__ import annotations

from pathway.equations.expression import Operator

__all__ = ["OPCODES", "SELECT"]

MULTIPLY, ADD, SUBTRACT, DIVIDE, NEGATE, POWER, SELECT = 0, 1, 2, 3, 4, 5, 6
EXP, LN, SQRT, ABS, MIN, MAX, FLOOR, CEILING = 7, 8, 9, 10, 11, 12, 13, 14
EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL = 15, 16, 17, 18, 19, 20
AND, OR, XOR, NOT = 21, 22, 23, 24
SIN, COS, TAN, ARCSIN, ARCCOS, ARCTAN = 25, 26, 27, 28, 29, 30
SINH, COSH, TANH, ARCSINH, ARCCOSH, ARCTANH = 31, 32, 33, 34, 35, 36
QUOTIENT, REMAINDER, FACTORIAL = 37, 38, 39
"""``SELECT c, x, y`` is x where c is true, else y; all others take one or two operands."""

OPCODES: dict[Operator, int] = {
    Operator.MULTIPLY: MULTIPLY,
    Operator.ADD: ADD,
    Operator.SUBTRACT: SUBTRACT,
    Operator.DIVIDE: DIVIDE,
    Operator.NEGATE: NEGATE,
    Operator.POWER: POWER,
    Operator.EXP: EXP,
    Operator.LN: LN,
    Operator.SQRT: SQRT,
    Operator.ABS: ABS,
    Operator.MIN: MIN,
    Operator.MAX: MAX,
    Operator.FLOOR: FLOOR,
    Operator.CEILING: CEILING,
    Operator.EQUAL: EQUAL,
    Operator.NOT_EQUAL: NOT_EQUAL,
    Operator.LESS: LESS,
    Operator.LESS_EQUAL: LESS_EQUAL,
    Operator.GREATER: GREATER,
    Operator.GREATER_EQUAL: GREATER_EQUAL,
    Operator.AND: AND,
    Operator.OR: OR,
    Operator.XOR: XOR,
    Operator.NOT: NOT,
    Operator.SIN: SIN,
    Operator.COS: COS,
    Operator.TAN: TAN,
    Operator.ARCSIN: ARCSIN,
    Operator.ARCCOS: ARCCOS,
    Operator.ARCTAN: ARCTAN,
    Operator.SINH: SINH,
    Operator.COSH: COSH,
    Operator.TANH: TANH,
    Operator.ARCSINH: ARCSINH,
    Operator.ARCCOSH: ARCCOSH,
    Operator.ARCTANH: ARCTANH,
    Operator.QUOTIENT: QUOTIENT,
    Operator.REMAINDER: REMAINDER,
    Operator.FACTORIAL: FACTORIAL,
}
