"""The recursive-descent parser of the expectation language.

::

    expression := sum (comparison sum)* | sum "between" sum "and" sum
    sum        := term (("+" | "-") term)*
    term       := factor (("*" | "/") factor)*
    factor     := "-" factor | number | "(" sum ")" | function "(" arguments ")"
                | run "." readout "@" time

A time is a string such as ``"30 min"``; a readout whose id is no word may be a string too.
"""

from __future__ import annotations

import math
import re

from pathway.errors import EvidenceError, nearest
from pathway.findings.functions import FUNCTIONS
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
)
from pathway.findings.tokens import Token, tokenize

__all__ = ["minutes", "parse"]

MAX_DEPTH = 40
COMPARISONS = ("<", "<=", ">", ">=")
UNITS = {"s": 1.0 / 60.0, "min": 1.0, "h": 60.0, "d": 1440.0}

_TIME = re.compile(r"\s*(-?[0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]+)\s*")


def parse(text: str, where: str) -> Expression:
    """Parse one expression.

    Parameters
    ----------
    text : str
        The expression.
    where : str
        File, finding and expectation, for messages.

    Raises
    ------
    EvidenceError
        With the column, what is wrong there, and what would be right.

    Examples
    --------
    >>> parse("1 + 2 * 3", "here")
    Binary(operator='+', left=Number(value=1.0), right=Binary(operator='*', \
left=Number(value=2.0), right=Number(value=3.0)))
    """
    return _Parser(tokenize(text, where), where).expression()


def minutes(text: str, where: str) -> float:
    """Return a time such as ``"30 min"`` or ``"24 h"`` in minutes.

    Raises
    ------
    EvidenceError
        If it is not a number with one of the units s, min, h, d.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        raise EvidenceError(where, f"{text!r} is not a time", 'write a number and a unit: "30 min"')
    number, unit = match.groups()
    if unit not in UNITS:
        raise EvidenceError(where, f"unknown unit of time {unit!r}", nearest(unit, UNITS))
    return float(number) * UNITS[unit]


class _Parser:
    """A cursor over the tokens of one expression."""

    def __init__(self, tokens: tuple[Token, ...], where: str) -> None:
        self._tokens = tokens
        self._where = where
        self._position = 0
        self._depth = 0

    @property
    def _token(self) -> Token:
        return self._tokens[self._position]

    def _at(self, token: Token) -> str:
        return f"{self._where}, column {token.column}"

    def _take(self) -> Token:
        token = self._token
        self._position += token.kind != "end"
        return token

    def _expect(self, kind: str, remedy: str) -> Token:
        token = self._token
        if token.kind != kind:
            what = "a string" if kind == "string" else "a name" if kind == "name" else repr(kind)
            raise EvidenceError(self._at(token), f"expected {what}, got {_named(token)}", remedy)
        return self._take()

    def expression(self) -> Expression:
        """Parse the whole text."""
        first = self._sum()
        result: Expression = first
        if self._token.kind == "between":
            self._take()
            low = self._sum()
            self._expect("and", "write: x between low and high")
            result = Between(first, low, self._sum())
        elif self._token.kind in COMPARISONS:
            operands, operators = [first], []
            while self._token.kind in COMPARISONS:
                operators.append(self._take().kind)
                operands.append(self._sum())
            result = Comparison(tuple(operands), tuple(operators))
        if self._token.kind != "end":
            raise EvidenceError(
                self._at(self._token),
                f"unexpected {_named(self._token)} after the end of the expression",
                "join numbers by + - * /, compare them by < <= > >= or between ... and ...",
            )
        return result

    def _sum(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise EvidenceError(
                self._at(self._token),
                f"more than {MAX_DEPTH} levels of parentheses",
                "split the expression into several expectations",
            )
        node = self._term()
        while self._token.kind in ("+", "-"):
            operator = self._take().kind
            node = Binary(operator, node, self._term())
        self._depth -= 1
        return node

    def _term(self) -> Node:
        node = self._factor()
        while self._token.kind in ("*", "/"):
            operator = self._take().kind
            node = Binary(operator, node, self._factor())
        return node

    def _factor(self) -> Node:
        token = self._take()
        match token.kind:
            case "-":
                inner = self._token
                if inner.kind == "-":
                    raise EvidenceError(
                        self._at(inner), "two signs in a row", "use parentheses: -(-x)"
                    )
                return Negative(self._factor())
            case "number":
                return self._number(token)
            case "(":
                node = self._sum()
                self._expect(")", "close the parenthesis")
                return node
            case "name":
                return self._call(token) if self._token.kind == "(" else self._lookup(token)
            case _:
                raise EvidenceError(
                    self._at(token),
                    f"expected a number, got {_named(token)}",
                    'a number is 1.5, function(...), or run.readout @ "30 min"',
                )

    def _number(self, token: Token) -> Number:
        value = float(token.text)
        if not math.isfinite(value):
            raise EvidenceError(
                self._at(token), f"{token.text} is too large", "write a finite number"
            )
        return Number(value)

    def _lookup(self, run: Token) -> Call:
        usage = f'write {run.text}.READOUT @ "30 min", or a function: {", ".join(FUNCTIONS)}'
        self._expect(".", usage)
        readout = self._expect("name", usage)
        self._expect("@", usage)
        time = self._time()
        words = (Word(run.text, run.column), Word(readout.text, readout.column))
        return Call("value", (*words, time), run.column)

    def _call(self, name: Token) -> Call:
        if name.text not in FUNCTIONS:
            raise EvidenceError(
                self._at(name), f"unknown function {name.text!r}", nearest(name.text, FUNCTIONS)
            )
        takes = FUNCTIONS[name.text].takes
        usage = f"write {name.text}({', '.join(takes)})"
        self._expect("(", usage)
        arguments: list[Argument] = []
        kinds = takes[:-1] if takes[-1] == "..." else takes
        for i, kind in enumerate(kinds):
            if i:
                self._expect(",", usage)
            arguments.append(self._argument(kind, usage))
        while takes[-1] == "..." and self._token.kind == ",":
            self._take()
            arguments.append(self._argument(kinds[-1], usage))
        self._expect(")", usage)
        call = Call(name.text, tuple(arguments), name.column)
        self._check_window(call)
        return call

    def _argument(self, kind: str, usage: str) -> Argument:
        if kind == "number":
            return self._sum()
        if kind == "time":
            return self._time()
        if kind == "readout" and self._token.kind == "string":
            token = self._take()
            return Word(token.text[1:-1], token.column)
        token = self._expect("name", usage)
        return Word(token.text, token.column)

    def _time(self) -> Time:
        token = self._expect("string", 'a time is a string: "30 min"')
        text = token.text[1:-1]
        return Time(minutes(text, self._at(token)), text, token.column)

    def _check_window(self, call: Call) -> None:
        times = [a for a in call.arguments if isinstance(a, Time)]
        if len(times) == 2 and not times[0].minutes < times[1].minutes:
            raise EvidenceError(
                f"{self._where}, column {times[1].column}",
                f"the window ends at {times[1].text!r}, not after its start {times[0].text!r}",
                "write the earlier time first",
            )


def _named(token: Token) -> str:
    return "the end of the expression" if token.kind == "end" else repr(token.text)
