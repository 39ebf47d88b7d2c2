"""What an expectation says, as a tree: numbers, measurements of named runs, and comparisons."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Argument",
    "Between",
    "Binary",
    "Call",
    "Comparison",
    "Expression",
    "Negative",
    "Node",
    "Number",
    "Time",
    "Word",
    "show",
    "walk",
]


@dataclass(frozen=True, slots=True)
class Number:
    """A literal; never negative (the sign is a :class:`Negative`)."""

    value: float


@dataclass(frozen=True, slots=True)
class Word:
    """The name of a run or of a readout."""

    text: str
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Time:
    """A moment of a run: minutes after its time zero."""

    minutes: float
    text: str = field(default="", compare=False)
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Negative:
    """Minus a number."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """``left operator right`` with one of ``+ - * /``."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function of runs, readouts and times, or of numbers."""

    name: str
    arguments: tuple[Argument, ...]
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """``a > b > c``: one operand more than operators."""

    operands: tuple[Node, ...]
    operators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """``operand between low and high``, both ends included."""

    operand: Node
    low: Node
    high: Node


Node: TypeAlias = Number | Negative | Binary | Call
Argument: TypeAlias = Node | Word | Time
Expression: TypeAlias = Node | Comparison | Between

_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2}


def walk(expression: Expression | Argument) -> Iterator[Expression | Argument]:
    """Yield the expression and everything in it, outermost first, left to right."""
    yield expression
    match expression:
        case Negative(operand):
            yield from walk(operand)
        case Binary(_, left, right):
            yield from walk(left)
            yield from walk(right)
        case Call(_, arguments):
            for argument in arguments:
                yield from walk(argument)
        case Comparison(operands, _):
            for node in operands:
                yield from walk(node)
        case Between(operand, low, high):
            yield from walk(operand)
            yield from walk(low)
            yield from walk(high)
        case _:
            pass


def show(expression: Expression | Argument) -> str:
    """Return the expression as text that parses back to an equal tree.

    Examples
    --------
    >>> show(Binary("*", Binary("+", Number(1.0), Number(2.0)), Number(3.0)))
    '(1 + 2) * 3'
    """
    match expression:
        case Comparison(operands, operators):
            text = show(operands[0])
            for operator, node in zip(operators, operands[1:], strict=True):
                text += f" {operator} {show(node)}"
            return text
        case Between(operand, low, high):
            return f"{show(operand)} between {show(low)} and {show(high)}"
        case Word(text):
            return text if text.isidentifier() and text.isascii() else f'"{text}"'
        case Time(minutes, text):
            return f'"{text or f"{minutes!r} min"}"'
        case _:
            return _show_node(expression, 0)


def _show_node(node: Node, outer: int) -> str:
    """Return a number's text, in parentheses where the surrounding operator binds tighter."""
    match node:
        case Number(value):
            return str(int(value)) if value.is_integer() and value < 1e15 else repr(value)
        case Negative(operand):
            text = _show_node(operand, 3)
            return f"-({text})" if isinstance(operand, Negative) else f"-{text}"
        case Call(name, arguments):
            return f"{name}({', '.join(show(argument) for argument in arguments)})"
        case Binary(operator, left, right):
            own = _STRENGTH[operator]
            text = f"{_show_node(left, own)} {operator} {_show_node(right, own + 1)}"
            return f"({text})" if own < outer else text
