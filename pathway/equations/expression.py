"""Expressions as frozen trees: what a MathML formula says, and nothing that can be executed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["Call", "Expression", "Name", "Number", "Operator", "Time"]


class Operator(Enum):
    """What a :class:`Call` does with its arguments. Truth is 1.0, falsehood 0.0."""

    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"
    POWER = "^"
    NEGATE = "neg"
    EXP = "exp"
    LN = "ln"
    ABS = "abs"
    FLOOR = "floor"
    CEILING = "ceiling"
    FACTORIAL = "factorial"
    SQRT = "sqrt"
    SIN = "sin"
    COS = "cos"
    TAN = "tan"
    ARCSIN = "arcsin"
    ARCCOS = "arccos"
    ARCTAN = "arctan"
    SINH = "sinh"
    COSH = "cosh"
    TANH = "tanh"
    ARCSINH = "arcsinh"
    ARCCOSH = "arccosh"
    ARCTANH = "arctanh"
    MIN = "min"
    MAX = "max"
    QUOTIENT = "quotient"
    REMAINDER = "rem"
    EQUAL = "eq"
    NOT_EQUAL = "neq"
    LESS = "lt"
    LESS_EQUAL = "leq"
    GREATER = "gt"
    GREATER_EQUAL = "geq"
    AND = "and"
    OR = "or"
    XOR = "xor"
    NOT = "not"
    PIECEWISE = "piecewise"
    """Arguments value, condition, value, condition, ..., and otherwise (always given)."""


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """A state, an assignment, a rate or a constant of the system, by id."""

    id: str


@dataclass(frozen=True, slots=True)
class Time:
    """The independent variable."""


@dataclass(frozen=True, slots=True)
class Call:
    """An operator applied to arguments; ADD, MULTIPLY, AND, OR, XOR, MIN, MAX take any number."""

    operator: Operator
    arguments: tuple[Expression, ...]


Expression = Number | Name | Time | Call
