"""The pass conditions: one per kind of expectation, the same for every finding."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from pathway.findings.entities import Basis, Expectation, Kind
from pathway.findings.functions import FUNCTIONS, Moment, Span, divide, moments, window
from pathway.findings.language import (
    Argument,
    Between,
    Binary,
    Call,
    Comparison,
    Expression,
    Negative,
    Node,
    Number,
    Time,
    Word,
    show,
)
from pathway.findings.measure import in_context
from pathway.findings.ranks import LEVEL, rank_correlation
from pathway.findings.rules import is_share

__all__ = ["CHANGE", "GAP", "WITHIN", "Judgement", "evaluate", "expected", "judge"]

CHANGE = 0.15
"""A direction is a change of at least this share."""
GAP = 0.10
"""Neighbours of an order differ by at least this share of the larger, or of untreated."""
WITHIN = {Basis.DATA: 1.5, Basis.PAGE: 2.0, Basis.FILE: 2.0}
"""A number lies within this factor of the expected one, by how that one is known."""

Look = Callable[[Moment], float]


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether an expectation held, with both sides as text."""

    passed: bool
    expected: str
    found: str


def evaluate(node: Node, spans: dict[str, Span], look: Look) -> float:
    """Return the value of a number expression.

    Parameters
    ----------
    node : Node
        A checked expression without comparison.
    spans : dict of str to Span
        Times of the runs.
    look : callable
        Gives the simulated number of a :class:`Moment`; NaN for a failed run.
    """
    match node:
        case Number(value):
            return value
        case Negative(operand):
            return -evaluate(operand, spans, look)
        case Binary(operator, left, right):
            a, b = evaluate(left, spans, look), evaluate(right, spans, look)
            if operator == "+":
                return a + b
            if operator == "-":
                return a - b
            return a * b if operator == "*" else divide(a, b)
        case Call(name, arguments):
            needs = moments(node, spans)
            if not needs:
                numbers = [evaluate(n, spans, look) for n in map(_number, arguments)]
                return FUNCTIONS[name].combine(numbers, ())
            times = window([a.minutes for a in arguments if isinstance(a, Time)] or [0.0])
            return FUNCTIONS[name].combine([look(need) for need in needs], times)


def _number(argument: Argument) -> Node:
    if isinstance(argument, Word | Time):
        msg = "a function of numbers was given a name"
        raise TypeError(msg)
    return argument


def expected(expectation: Expectation) -> str:
    """Return the pass condition as text, tolerance included."""
    match expectation.kind:
        case Kind.DIRECTION:
            return f"{expectation.text}: {expectation.direction} ({CHANGE:.0%})"
        case Kind.ORDER:
            return f"{expectation.text} (gaps {GAP:.0%})"
        case Kind.NUMBER:
            factor = WITHIN[expectation.basis]
            return f"{expectation.text} = {expectation.number:g} (x{factor:g})"
        case Kind.BOUND:
            return expectation.text
        case Kind.RANK:
            panel, series = expectation.panel, expectation.series
            return f"{expectation.text} ranks {panel} as {series} ({LEVEL:.0%} interval above 0)"


def judge(expectation: Expectation, spans: dict[str, Span], look: Look, seed: int = 0) -> Judgement:
    """Return whether an expectation holds for the simulated numbers.

    NaN (a failed run, a division by zero) never passes.

    Parameters
    ----------
    expectation : Expectation
        A checked expectation; one of kind rank with its members.
    spans : dict of str to Span
        Times of the runs.
    look : callable
        Gives the simulated number of a :class:`Moment`; NaN for a failed run.
    seed : int
        Of the interval of a rank correlation.
    """
    if expectation.kind is Kind.RANK:
        return _judge_rank(expectation, spans, look, seed)
    expression = expectation.expression
    parts = [evaluate(node, spans, look) for node in _parts(expression)]
    passed = all(math.isfinite(part) for part in parts)
    match expectation.kind:
        case Kind.DIRECTION:
            passed = passed and _direction(parts[0], expectation.direction)
        case Kind.ORDER:
            passed = passed and _order(expression, parts)
        case Kind.NUMBER:
            factor = WITHIN[expectation.basis]
            low, high = expectation.number / factor, expectation.number * factor
            passed = passed and low <= parts[0] <= high
        case Kind.BOUND:
            passed = passed and _bound(expression, parts)
    return Judgement(passed, expected(expectation), _found(expression, parts))


def _judge_rank(
    expectation: Expectation, spans: dict[str, Span], look: Look, seed: int
) -> Judgement:
    """Compare the ranks of a model expression over a panel with those of the measurement."""
    (node,) = _parts(expectation.expression)
    predicted = [
        evaluate(node, spans, _looking(look, member.context)) for member in expectation.members
    ]
    without = [
        member.context
        for member, value in zip(expectation.members, predicted, strict=True)
        if not math.isfinite(value)
    ]
    if without:
        text = f"no number for {', '.join(without)}"
        return Judgement(passed=False, expected=expected(expectation), found=text)
    measured = [member.measured for member in expectation.members]
    found = rank_correlation(predicted, measured, seed)
    return Judgement(found.low > 0.0, expected(expectation), str(found))


def _looking(look: Look, context: str) -> Look:
    """Return a look-up of the runs in a panel's context."""
    return lambda moment: look(in_context(moment, context))


def _parts(expression: Expression) -> tuple[Node, ...]:
    match expression:
        case Comparison(operands, _):
            return operands
        case Between(operand, low, high):
            return (operand, low, high)
        case _:
            return (expression,)


def _direction(ratio: float, direction: str) -> bool:
    up, down = ratio >= 1.0 + CHANGE, ratio <= 1.0 - CHANGE
    return {
        "up": up,
        "down": down,
        "unchanged": not up and not down,
        "not up": not up,
        "not down": not down,
    }[direction]


def _order(expression: Expression, parts: list[float]) -> bool:
    if not isinstance(expression, Comparison):
        return False
    falling = expression.operators[0] == ">"
    nodes = list(expression.operands)
    for i in range(len(parts) - 1):
        high, low = (parts[i], parts[i + 1]) if falling else (parts[i + 1], parts[i])
        share = is_share(nodes[i]) or is_share(nodes[i + 1])
        scale = 1.0 if share else max(abs(high), abs(low))
        if not (high > low and high - low >= GAP * scale):
            return False
    return True


def _bound(expression: Expression, parts: list[float]) -> bool:
    if isinstance(expression, Between):
        return parts[1] <= parts[0] <= parts[2]
    if not isinstance(expression, Comparison):
        return False
    tests = {
        "<": lambda a, b: a < b,
        "<=": lambda a, b: a <= b,
        ">": lambda a, b: a > b,
        ">=": lambda a, b: a >= b,
    }
    pairs = zip(parts, expression.operators, parts[1:], strict=False)
    return all(tests[operator](a, b) for a, operator, b in pairs)


def _found(expression: Expression, parts: list[float]) -> str:
    """Return the numbers found, literals left out: they are no finding."""
    nodes = _parts(expression)
    pairs = zip(nodes, parts, strict=True)
    return ", ".join(f"{part:.3g}" for node, part in pairs if show(node) != f"{part:g}")
