"""Exact derivatives of expressions, and the light simplification they need."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from pathway.equations.evaluate import apply
from pathway.equations.expression import Call, Name, Number, Operator, Time
from pathway.equations.walk import postorder

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from pathway.equations.expression import Expression

__all__ = ["gradient", "make", "simplify"]

Variable: TypeAlias = "str | Time"
Slopes: TypeAlias = "dict[str | Time, Expression]"

ZERO, ONE, TWO = Number(0.0), Number(1.0), Number(2.0)

FLAT = frozenset(
    {
        *(Operator.EQUAL, Operator.NOT_EQUAL, Operator.LESS, Operator.LESS_EQUAL),
        *(Operator.GREATER, Operator.GREATER_EQUAL),
        *(Operator.AND, Operator.OR, Operator.XOR, Operator.NOT),
        *(Operator.FLOOR, Operator.CEILING, Operator.QUOTIENT),
        Operator.FACTORIAL,  # of whole numbers only: there is nothing between them
    }
)
"""What has slope zero wherever it has one."""


def gradient(expression: Expression, of: Container[Variable] | None = None) -> Slopes:
    """Return the partial derivatives by every variable an expression depends on.

    Parameters
    ----------
    expression : Expression
    of : container of str or Time, optional
        Variables to differentiate by; by default all names, and time under the key ``Time()``.

    Returns
    -------
    dict
        In order of first occurrence; a variable that is absent has derivative zero. The
        derivatives share parts with the expression and with each other.
    """
    known: dict[int, Slopes] = {}
    for node in postorder(expression):
        slopes: Slopes = {}
        if isinstance(node, Name):
            if of is None or node.id in of:
                slopes = {node.id: ONE}
        elif isinstance(node, Time):
            if of is None or node in of:
                slopes = {node: ONE}
        elif isinstance(node, Call) and node.operator not in FLAT:
            inner = [known[id(part)] for part in node.arguments]
            if any(inner):
                slopes = _slopes(node, inner)
        known[id(node)] = slopes
    return {key: slope for key, slope in known[id(expression)].items() if slope != ZERO}


def make(operator: Operator, *arguments: Expression) -> Expression:
    """Return a call, or something simpler that equals it.

    Numbers are computed; terms of zero and factors of one go; a product with a factor zero is
    zero, so an infinity or NaN that it would have hidden is not seen: derivatives want that.
    """
    numbers = [part.value for part in arguments if isinstance(part, Number)]
    if len(numbers) == len(arguments):
        return Number(apply(operator, numbers))
    match operator:
        case Operator.ADD:
            return _rest(operator, [part for part in arguments if part != ZERO], ZERO)
        case Operator.MULTIPLY:
            if ZERO in arguments:
                return ZERO
            return _rest(operator, [part for part in arguments if part != ONE], ONE)
        case Operator.SUBTRACT if arguments[1] == ZERO:
            return arguments[0]
        case Operator.SUBTRACT if arguments[0] == ZERO:
            return make(Operator.NEGATE, arguments[1])
        case Operator.DIVIDE if arguments[0] == ZERO or arguments[1] == ONE:
            return arguments[0]
        case Operator.POWER if arguments[1] == ONE:
            return arguments[0]
        case Operator.POWER if arguments[1] == ZERO:
            return ONE
        case Operator.NEGATE if _calls(arguments[0], Operator.NEGATE):
            return arguments[0].arguments[0]  # type: ignore[union-attr]
        case Operator.PIECEWISE:
            return _piecewise(arguments)
        case _:
            return Call(operator, arguments)


def simplify(expression: Expression) -> Expression:
    """Return the expression with :func:`make` applied to every call."""
    new: dict[int, Expression] = {}
    for node in postorder(expression):
        result: Expression = node
        if isinstance(node, Call):
            result = make(node.operator, *(new[id(part)] for part in node.arguments))
        new[id(node)] = result
    return new[id(expression)]


def _calls(part: Expression, operator: Operator) -> bool:
    return isinstance(part, Call) and part.operator is operator


def _rest(operator: Operator, parts: list[Expression], empty: Number) -> Expression:
    if len(parts) > 1:
        return Call(operator, tuple(parts))
    return parts[0] if parts else empty


def _piecewise(arguments: Sequence[Expression]) -> Expression:
    kept: list[Expression] = []
    otherwise = arguments[-1]
    for value, condition in zip(arguments[:-1:2], arguments[1::2], strict=True):
        if not isinstance(condition, Number):
            kept += [value, condition]
        elif condition.value != 0.0:
            otherwise = value
            break
    if isinstance(otherwise, Number) and all(value == otherwise for value in kept[::2]):
        return otherwise
    return Call(Operator.PIECEWISE, (*kept, otherwise)) if kept else otherwise


def _slopes(node: Call, inner: Sequence[Slopes]) -> Slopes:
    """Return the slopes of a call from those of its arguments, of which one at least has some."""
    parts = node.arguments
    match node.operator:
        case Operator.ADD:
            return _sum(inner)
        case Operator.SUBTRACT:
            return _sum([inner[0], _scaled(inner[1], Number(-1.0))])
        case Operator.NEGATE:
            return _scaled(inner[0], Number(-1.0))
        case Operator.MULTIPLY:
            return _sum(
                [
                    _scaled(slopes, make(Operator.MULTIPLY, *parts[:place], *parts[place + 1 :]))
                    for place, slopes in enumerate(inner)
                    if slopes
                ]
            )
        case Operator.DIVIDE:
            by_lower = make(Operator.DIVIDE, node, parts[1])
            above = {key: make(Operator.DIVIDE, slope, parts[1]) for key, slope in inner[0].items()}
            return _sum([above, _scaled(inner[1], make(Operator.NEGATE, by_lower))])
        case Operator.POWER:
            return _power(node, inner)
        case Operator.REMAINDER:
            whole = make(Operator.NEGATE, make(Operator.QUOTIENT, *parts))
            return _sum([inner[0], _scaled(inner[1], whole)])
        case Operator.PIECEWISE:
            return _branches(parts[1::2], [*inner[:-1:2], inner[-1]])
        case Operator.MIN | Operator.MAX:
            return _extreme(node.operator, parts, inner)
        case operator:
            return _scaled(inner[0], OUTER[operator](parts[0], node))


def _scaled(slopes: Slopes, factor: Expression) -> Slopes:
    if factor == Number(-1.0):
        return {key: make(Operator.NEGATE, slope) for key, slope in slopes.items()}
    return {key: make(Operator.MULTIPLY, slope, factor) for key, slope in slopes.items()}


def _sum(parts: Sequence[Slopes]) -> Slopes:
    total: dict[Variable, list[Expression]] = {}
    for slopes in parts:
        for key, slope in slopes.items():
            total.setdefault(key, []).append(slope)
    return {
        key: terms[0] if len(terms) == 1 else make(Operator.ADD, *terms)
        for key, terms in total.items()
    }


def _power(node: Call, inner: Sequence[Slopes]) -> Slopes:
    base, exponent = node.arguments
    lower = make(Operator.POWER, base, make(Operator.SUBTRACT, exponent, ONE))
    by_base = make(Operator.MULTIPLY, exponent, lower)
    # Of zero, all positive powers are zero; its logarithm must not be taken.
    at_zero = make(Operator.EQUAL, base, ZERO)
    steep = make(Operator.MULTIPLY, node, make(Operator.LN, base))
    by_exponent = make(Operator.PIECEWISE, ZERO, at_zero, steep)
    return _sum([_scaled(inner[0], by_base), _scaled(inner[1], by_exponent)])


def _branches(conditions: Sequence[Expression], slopes: Sequence[Slopes]) -> Slopes:
    """Return the slopes branch by branch: what a condition shields stays shielded."""
    result: Slopes = {}
    for key in dict.fromkeys(key for branch in slopes for key in branch):
        arguments: list[Expression] = []
        for condition, branch in zip(conditions, slopes[:-1], strict=True):
            arguments += [branch.get(key, ZERO), condition]
        result[key] = make(Operator.PIECEWISE, *arguments, slopes[-1].get(key, ZERO))
    return result


def _extreme(operator: Operator, parts: Sequence[Expression], inner: Sequence[Slopes]) -> Slopes:
    wins = Operator.LESS_EQUAL if operator is Operator.MIN else Operator.GREATER_EQUAL
    best, slopes = parts[0], inner[0]
    for part, other in zip(parts[1:], inner[1:], strict=True):
        slopes = _branches([make(wins, best, part)], [slopes, other])
        best = make(operator, best, part)
    return slopes


def _square(x: Expression) -> Expression:
    return make(Operator.MULTIPLY, x, x)


def _over(upper: Expression, lower: Expression) -> Expression:
    return make(Operator.DIVIDE, upper, lower)


def _root_of(a: Expression, sign: Operator, b: Expression) -> Expression:
    return make(Operator.SQRT, make(sign, a, b))


def _sign(x: Expression) -> Expression:
    above, below = make(Operator.GREATER, x, ZERO), make(Operator.LESS, x, ZERO)
    return make(Operator.PIECEWISE, ONE, above, Number(-1.0), below, ZERO)


OUTER: dict[Operator, Callable[[Expression, Expression], Expression]] = {
    Operator.EXP: lambda _, node: node,
    Operator.LN: lambda x, _: _over(ONE, x),
    Operator.ABS: lambda x, _: _sign(x),
    Operator.SQRT: lambda _, node: _over(Number(0.5), node),
    Operator.SIN: lambda x, _: make(Operator.COS, x),
    Operator.COS: lambda x, _: make(Operator.NEGATE, make(Operator.SIN, x)),
    Operator.TAN: lambda _, node: make(Operator.ADD, ONE, _square(node)),
    Operator.ARCSIN: lambda x, _: _over(ONE, _root_of(ONE, Operator.SUBTRACT, _square(x))),
    Operator.ARCCOS: lambda x, _: _over(Number(-1.0), _root_of(ONE, Operator.SUBTRACT, _square(x))),
    Operator.ARCTAN: lambda x, _: _over(ONE, make(Operator.ADD, ONE, _square(x))),
    Operator.SINH: lambda x, _: make(Operator.COSH, x),
    Operator.COSH: lambda x, _: make(Operator.SINH, x),
    Operator.TANH: lambda _, node: make(Operator.SUBTRACT, ONE, _square(node)),
    Operator.ARCSINH: lambda x, _: _over(ONE, _root_of(_square(x), Operator.ADD, ONE)),
    # Two roots, not one: the root of x^2 - 1 would also accept x < -1, where there is no value.
    Operator.ARCCOSH: lambda x, _: _over(
        ONE,
        make(
            Operator.MULTIPLY,
            _root_of(x, Operator.SUBTRACT, ONE),
            _root_of(x, Operator.ADD, ONE),
        ),
    ),
    Operator.ARCTANH: lambda x, _: _over(ONE, make(Operator.SUBTRACT, ONE, _square(x))),
}
"""Derivative of each function of one argument, given the argument and the call itself."""
