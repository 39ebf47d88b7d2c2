"""What an expression of each kind may contain: the guards that keep tolerances from being bent."""

from __future__ import annotations

from pathway.errors import EvidenceError, nearest
from pathway.findings.entities import Kind, Run
from pathway.findings.functions import FUNCTIONS, Span, moments
from pathway.findings.language import (
    Argument,
    Between,
    Binary,
    Call,
    Comparison,
    Expression,
    Negative,
    Number,
    Word,
    walk,
)

__all__ = ["check_expression", "check_shape", "is_share", "runs_of"]

# Times are sums of decimals such as 0.1 h; a rounding error past a run's end is no mistake.
_SLACK = 1e-9


def check_expression(
    expression: Expression, runs: dict[str, Run], readouts: tuple[str, ...] | None, where: str
) -> None:
    """Check the names and times of an expression against the file's runs and the model.

    Parameters
    ----------
    expression : Expression
        What the parser returned.
    runs : dict of str to Run
        The runs the expression may name.
    readouts : tuple of str, optional
        The model's readouts; None leaves them unchecked.
    where : str
        File, finding and expectation, for messages.

    Raises
    ------
    EvidenceError
        At an unknown run or readout, a time outside the run, or an expression of no run.
    """
    calls = [node for node in walk(expression) if isinstance(node, Call)]
    spans = {name: Span(run.start, run.stop) for name, run in runs.items()}
    for call in calls:
        takes = FUNCTIONS[call.name].takes
        for kind, argument in zip(takes, call.arguments, strict=False):
            if isinstance(argument, Word):
                known = tuple(runs) if kind == "run" else readouts
                _check_word(argument, kind, known, where)
        for moment in moments(call, spans):
            span = spans[moment.run]
            if not span.start - _SLACK <= moment.minutes <= span.stop + _SLACK:
                raise EvidenceError(
                    f"{where}, column {call.column}",
                    f"time {moment.minutes:g} min is outside run {moment.run!r}, "
                    f"which lasts from {span.start:g} to {span.stop:g} min",
                    "change the time or the run's duration",
                )
    if not any(moments(call, spans) for call in calls):
        raise EvidenceError(
            where, "the expression names no run", 'write run.readout @ "30 min" somewhere in it'
        )


def runs_of(expression: Expression) -> tuple[str, ...]:
    """Return the names of the runs an expression reads, each once, in order."""
    found: dict[str, None] = {}
    for call in walk(expression):
        if isinstance(call, Call):
            takes = FUNCTIONS[call.name].takes
            for kind, argument in zip(takes, call.arguments, strict=False):
                if kind == "run" and isinstance(argument, Word):
                    found[argument.text] = None
    return tuple(found)


def _check_word(word: Word, kind: str, known: tuple[str, ...] | None, where: str) -> None:
    if known is not None and word.text not in known:
        raise EvidenceError(
            f"{where}, column {word.column}",
            f"unknown {kind} {word.text!r}",
            nearest(word.text, known),
        )


def check_shape(kind: Kind, expression: Expression, where: str) -> None:
    """Check that an expression has the form its kind is judged by.

    Literals other than 1 are refused outside bounds: a scale or an offset would widen or shift
    the tolerance that the kind prescribes.

    Raises
    ------
    EvidenceError
        If the form is another.
    """
    compares = isinstance(expression, Comparison | Between)
    if kind in (Kind.DIRECTION, Kind.NUMBER, Kind.RANK) and compares:
        raise EvidenceError(
            where,
            f"a {kind} is judged on one number, not on a comparison",
            "write the number alone, or use kind 'order' or 'bound'",
        )
    if kind is Kind.BOUND and not compares:
        raise EvidenceError(
            where, "a bound is a comparison", "write it with < <= > >= or between ... and ..."
        )
    if kind is Kind.DIRECTION and is_share(expression):
        raise EvidenceError(
            where,
            "a direction compares a ratio with 1, and a suppression is no ratio",
            "use effect(run, readout, time), which is 1 - suppression",
        )
    if kind is Kind.ORDER:
        _check_order(expression, where)
    if kind is not Kind.BOUND:
        for node in walk(expression):
            if isinstance(node, Number) and node.value != 1.0:
                raise EvidenceError(
                    where,
                    f"a {kind} may hold no literal but 1 (got {node.value:g}): "
                    "it would move the tolerance",
                    "compare measurements, or use kind 'bound' and say who states the threshold",
                )


def _check_order(expression: Expression, where: str) -> None:
    if not isinstance(expression, Comparison) or set(expression.operators) not in ({">"}, {"<"}):
        raise EvidenceError(where, "an order is a chain of > or a chain of <", "write a > b > c")
    for operand in expression.operands:
        if not any(isinstance(node, Call) for node in walk(operand)):
            raise EvidenceError(
                where,
                "an order compares measurements, not a measurement with a literal",
                "use kind 'direction' or 'bound'",
            )


def is_share(expression: Expression | Argument) -> bool:
    """Return whether an expression is a share of an untreated level, such as a suppression."""
    match expression:
        case Call(name, arguments):
            function = FUNCTIONS[name]
            return function.share or (
                function.takes[0] == "number" and any(is_share(a) for a in arguments)
            )
        case Negative(operand):
            return is_share(operand)
        case Binary("+" | "-", left, right):
            return is_share(left) or is_share(right)
        case _:
            return False
