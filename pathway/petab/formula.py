"""PEtab's formulas, parsed by recursive descent into expressions: ``parse_formula``.

From loosest to tightest: ``||``; ``&&``; comparisons; ``+ -``; ``* /``; a leading ``+``, ``-`` or
``!``; ``^`` or ``**``, from the right. Nothing is ever executed.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pathway.equations.expression import Call, Name, Number, Operator, Time
from pathway.errors import DeclarationError, nearest
from pathway.petab.tokens import tokenize

if TYPE_CHECKING:
    from collections.abc import Callable

    from pathway.equations.expression import Expression
    from pathway.petab.tokens import Token

__all__ = ["parse_formula"]

MAX_DEPTH = 40
"""Parentheses, calls and signs in each other; far below what would exhaust Python's stack."""

SUMS = {"+": Operator.ADD, "-": Operator.SUBTRACT}
PRODUCTS = {"*": Operator.MULTIPLY, "/": Operator.DIVIDE}
COMPARISONS = {
    "<": Operator.LESS,
    "<=": Operator.LESS_EQUAL,
    ">": Operator.GREATER,
    ">=": Operator.GREATER_EQUAL,
    "==": Operator.EQUAL,
    "!=": Operator.NOT_EQUAL,
}
AND = {"&&": Operator.AND}
OR = {"||": Operator.OR}
POWERS = ("^", "**")

PLAIN = {
    **{name: Operator(name) for name in ("exp", "ln", "sqrt", "abs", "floor", "ceiling")},
    **{name: Operator(name) for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    **{name: Operator(name) for name in ("arcsin", "arccos", "arctan")},
    **{name: Operator(name) for name in ("arcsinh", "arccosh", "arctanh")},
    "asin": Operator.ARCSIN,
    "acos": Operator.ARCCOS,
    "atan": Operator.ARCTAN,
    "asinh": Operator.ARCSINH,
    "acosh": Operator.ARCCOSH,
    "atanh": Operator.ARCTANH,
    "pow": Operator.POWER,
    "min": Operator.MIN,
    "max": Operator.MAX,
    "piecewise": Operator.PIECEWISE,
}
LOGARITHMS = {"log": None, "log2": 2.0, "log10": 10.0}
"""By base; ``log`` is natural, or has its base as second argument."""

CONSTANTS = {"true": 1.0, "false": 0.0, "inf": math.inf}


def parse_formula(text: str, where: str) -> Expression:
    """Return the expression of a formula.

    Parameters
    ----------
    text : str
    where : str
        File, observable and column, for messages.

    Raises
    ------
    DeclarationError
        If the text is no formula, or calls what is not known.
    """
    parser = _Parser(text, where)
    expression = parser.whole()
    parser.require("end")
    return expression


class _Parser:
    def __init__(self, text: str, where: str) -> None:
        self.tokens = tokenize(text, where)
        self.where = where
        self.place = 0
        self.depth = 0

    @property
    def now(self) -> Token:
        return self.tokens[self.place]

    def require(self, kind: str) -> Token:
        token = self.now
        if token.kind != kind:
            wanted = {"end": "the end", "name": "a name"}.get(kind, repr(kind))
            raise self._error(token, f"expected {wanted}")
        self.place += token.kind != "end"
        return token

    def whole(self) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise DeclarationError(
                f"{self.where}, column {self.now.column}",
                f"more than {MAX_DEPTH} parentheses, calls or signs in each other",
                "put parts of it into assignment rules of the model",
            )
        result = self._left(OR, lambda: self._left(AND, self._comparison))
        self.depth -= 1
        return result

    def _left(self, operators: dict[str, Operator], part: Callable[[], Expression]) -> Expression:
        result = part()
        while self.now.kind in operators:
            operator = operators[self._next().kind]
            result = Call(operator, (result, part()))
        return result

    def _comparison(self) -> Expression:
        first = self._sum()
        if self.now.kind not in COMPARISONS:
            return first
        operator = COMPARISONS[self._next().kind]
        return Call(operator, (first, self._sum()))

    def _sum(self) -> Expression:
        return self._left(SUMS, lambda: self._left(PRODUCTS, self._signed))

    def _signed(self) -> Expression:
        """Read signs one after another: ``--x``, ``!x``."""
        signs: list[Operator] = []
        while self.now.kind in {"+", "-", "!"}:
            sign = self._next().kind
            if sign != "+":
                signs.append(Operator.NEGATE if sign == "-" else Operator.NOT)
        result = self._power()
        for operator in reversed(signs):
            result = Call(operator, (result,))
        return result

    def _power(self) -> Expression:
        base = self._atom()
        if self.now.kind not in POWERS:
            return base
        self._next()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self._error(self.now, f"more than {MAX_DEPTH} powers of powers")
        exponent = self._signed()
        self.depth -= 1
        return Call(Operator.POWER, (base, exponent))

    def _atom(self) -> Expression:
        token = self._next()
        if token.kind == "number":
            return Number(float(token.text))
        if token.kind == "(":
            inner = self.whole()
            self.require(")")
            return inner
        if token.kind != "name":
            raise self._error(token, "expected a number, a name or '('")
        if self.now.kind == "(":
            return self._call(token)
        if token.text in CONSTANTS:
            return Number(CONSTANTS[token.text])
        return Time() if token.text == "time" else Name(token.text)

    def _call(self, name: Token) -> Expression:
        self.require("(")
        arguments: list[Expression] = []
        if self.now.kind != ")":
            arguments.append(self.whole())
            while self.now.kind == ",":
                self._next()
                arguments.append(self.whole())
        self.require(")")
        made = _function(name.text, tuple(arguments))
        if made is not None:
            return made
        known = (*PLAIN, *LOGARITHMS, "sign")
        where = f"{self.where}, column {name.column}"
        if name.text in known:
            what = f"{name.text!r} does not take {len(arguments)} arguments"
            raise DeclarationError(where, what, "check the formula")
        raise DeclarationError(where, f"unknown function {name.text!r}", nearest(name.text, known))

    def _next(self) -> Token:
        token = self.now
        self.place += token.kind != "end"
        return token

    def _error(self, token: Token, what: str) -> DeclarationError:
        found = repr(token.text) if token.text else "nothing more"
        return DeclarationError(
            f"{self.where}, column {token.column}", f"{what}, found {found}", "check the formula"
        )


def _function(name: str, x: tuple[Expression, ...]) -> Expression | None:
    """Return a call, or None if there is no such function of that many arguments."""
    if name == "sign" and len(x) == 1:
        zero = Number(0.0)
        above, below = Call(Operator.GREATER, (x[0], zero)), Call(Operator.LESS, (x[0], zero))
        return Call(Operator.PIECEWISE, (Number(1.0), above, Number(-1.0), below, zero))
    if name in LOGARITHMS and len(x) in {1, 2}:
        base = LOGARITHMS[name]
        if len(x) == 2:
            return _ratio(x[0], Call(Operator.LN, (x[1],))) if base is None else None
        return Call(Operator.LN, x) if base is None else _ratio(x[0], Number(math.log(base)))
    if name not in PLAIN:
        return None
    operator = PLAIN[name]
    if operator is Operator.PIECEWISE:
        fits = len(x) >= 3 and len(x) % 2 == 1
    else:
        fits = len(x) == (2 if name in {"pow", "min", "max"} else 1)
    return Call(operator, x) if fits else None


def _ratio(x: Expression, base: Expression) -> Expression:
    return Call(Operator.DIVIDE, (Call(Operator.LN, (x,)), base))
