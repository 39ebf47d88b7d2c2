"""Derivatives against finite differences; simplification; orders of definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pathway.equations.evaluate import evaluate
from pathway.equations.expression import Expression, Name, Number, Operator
from pathway.equations.order import order_definitions
from pathway.equations.symbolic import gradient, simplify
from pathway.errors import DeclarationError
from tests.reference.formulas import (
    NAMES,
    TIME,
    add,
    at_least,
    below,
    call,
    divide,
    expressions,
    minus,
    multiply,
    piecewise,
    power,
)

STENCIL = (-3, -2, -1, 1, 2, 3)
WEIGHTS = (-1 / 60, 3 / 20, -3 / 4, 3 / 4, -3 / 20, 1 / 60)
"""Central difference of order six."""


def derivative(expression: Expression, by: str) -> Expression:
    return gradient(expression, (by,)).get(by, Number(0.0))


def difference(expression: Expression, by: str, at: dict[str, float], step: float) -> float:
    return (
        sum(
            weight * evaluate(expression, at | {by: at[by] + place * step}, at["t"])
            for place, weight in zip(STENCIL, WEIGHTS, strict=True)
        )
        / step
    )


@given(
    expression=expressions(smooth=True),
    values=st.tuples(*[st.floats(0.2, 2.0)] * 4),
    by=st.sampled_from(NAMES),
)
@settings(max_examples=300, deadline=None)
def test_derivative_agrees_with_finite_differences(
    expression: Expression, values: tuple[float, ...], by: str
) -> None:
    # Where two names are equal, "a == b" has a derivative of its own, at that one point.
    assume(len(set(values)) == len(values))
    at = dict(zip((*NAMES, "t"), values, strict=True))
    exact = evaluate(derivative(expression, by), at, at["t"])
    coarse, fine = (difference(expression, by, at, step) for step in (2e-3, 1e-3))
    middle, left, right = (
        evaluate(expression, at | {by: at[by] + step}, at["t"]) for step in (0.0, -1e-3, 1e-3)
    )
    size = max(abs(middle), 1e-3)
    assume(abs(right - 2.0 * middle + left) <= 1e-4 * (abs(fine) + size))
    # Where two steps disagree there is a kink, a pole or an edge of the domain nearby;
    # the chain rule has no answer where it meets zero times infinity, as in sqrt(min(a, 0)).
    assume(
        math.isfinite(exact)
        and math.isfinite(coarse)
        and abs(coarse - fine) <= 1e-7 * (abs(fine) + size)
    )
    assert exact == pytest.approx(fine, rel=2e-6, abs=2e-6 * size)


@given(expression=expressions(smooth=True), values=st.tuples(*[st.floats(0.2, 2.0)] * 3))
@settings(deadline=None)
def test_simplified_is_equal_where_finite(
    expression: Expression, values: tuple[float, ...]
) -> None:
    at = dict(zip(NAMES, values, strict=True))
    direct = evaluate(expression, at, 0.3)
    assume(math.isfinite(direct))
    assert evaluate(simplify(expression), at, 0.3) == pytest.approx(direct, rel=1e-9)


@pytest.mark.parametrize(
    ("operator", "x"),
    [
        *((operator, 0.4) for operator in (Operator.EXP, Operator.SIN, Operator.COS)),
        *((operator, 0.4) for operator in (Operator.TAN, Operator.SINH, Operator.COSH)),
        *((operator, 0.4) for operator in (Operator.TANH, Operator.ARCSINH, Operator.ARCTAN)),
        *((operator, -0.4) for operator in (Operator.ARCSIN, Operator.ARCCOS, Operator.ARCTANH)),
        *((operator, 1.4) for operator in (Operator.ARCCOSH, Operator.LN, Operator.SQRT)),
        *((Operator.ABS, x) for x in (1.4, -1.4)),
        *((Operator.NEGATE, x) for x in (1.4, -1.4)),
    ],
)
def test_functions_of_one_argument(operator: Operator, x: float) -> None:
    body = call(operator, multiply("a", "a", "a"))
    at = {"a": math.copysign(abs(x) ** (1 / 3), x), "t": 0.0}
    exact = evaluate(derivative(body, "a"), at)
    assert exact == pytest.approx(difference(body, "a", at, 1e-3), rel=1e-9)
    assert exact != 0.0


def test_power_with_variable_base_and_exponent() -> None:
    body = power("a", "b")
    at = {"a": 1.3, "b": 2.7}
    assert evaluate(derivative(body, "a"), at) == pytest.approx(2.7 * 1.3**1.7)
    assert evaluate(derivative(body, "b"), at) == pytest.approx(1.3**2.7 * math.log(1.3))
    assert evaluate(derivative(body, "b"), {"a": 0.0, "b": 2.0}) == 0.0
    assert evaluate(derivative(power("a", "k"), "a"), {"a": 0.0, "k": 1.0}) == 1.0


def test_piecewise_is_differentiated_branch_by_branch_and_stays_shielded() -> None:
    body = piecewise(call(Operator.LN, "a"), at_least("a", 1.0), multiply("a", "a"))
    slope = derivative(body, "a")
    assert evaluate(slope, {"a": 4.0}) == 0.25
    assert evaluate(slope, {"a": 0.0}) == 0.0
    assert derivative(piecewise("b", at_least("a", 1.0), 2.0), "a") == Number(0.0)


@pytest.mark.parametrize("operator", [Operator.MIN, Operator.MAX])
@pytest.mark.parametrize("a", [1.0, 2.0, 3.0, 5.0])
def test_minimum_and_maximum_take_the_slope_of_the_one_that_wins(
    operator: Operator, a: float
) -> None:
    body = call(operator, multiply(2.0, "a"), 5.0, power("a", 2.0))
    values = [2.0 * a, 5.0, a * a]
    best = min(values) if operator is Operator.MIN else max(values)
    slopes = {2.0 * a: 2.0, 5.0: 0.0, a * a: 2.0 * a}
    if values.count(best) == 1:
        assert evaluate(derivative(body, "a"), {"a": a}) == slopes[best]


@pytest.mark.parametrize(
    "body",
    [
        at_least("a", 1.0),
        call(Operator.NOT, at_least("a", 1.0)),
        call(Operator.XOR, at_least("a", 1.0), below("a", 3.0)),
        call(Operator.FLOOR, "a"),
        call(Operator.CEILING, "a"),
        call(Operator.QUOTIENT, "a", 2.0),
        call(Operator.FACTORIAL, "a"),
    ],
)
def test_what_is_flat_has_no_slope(body: Expression) -> None:
    assert gradient(body) == {}


def test_remainder_has_the_slope_of_what_is_divided() -> None:
    body = call(Operator.REMAINDER, multiply(3.0, "a"), "b")
    at = {"a": 3.0, "b": 2.0}
    assert evaluate(derivative(body, "a"), at) == 3.0
    assert evaluate(derivative(body, "b"), at) == -4.0


def test_gradient_names_variables_in_order_and_time() -> None:
    slopes = gradient(add(multiply("b", TIME), "a"))
    assert list(slopes) == ["b", TIME, "a"]
    assert slopes[TIME] == Name("b")
    assert gradient(multiply("a", "b"), {"b"}) == {"b": Name("a")}


def test_simplification_keeps_what_it_should() -> None:
    assert simplify(multiply(1.0, "a", add(0.0, 0.0, 1.0))) == Name("a")
    assert simplify(multiply("a", 0.0)) == Number(0.0)
    assert simplify(minus("a", 0.0)) == Name("a")
    assert simplify(minus(0.0, "a")) == minus("a")
    assert simplify(minus(minus("a"))) == Name("a")
    assert simplify(divide("a", 1.0)) == Name("a")
    assert simplify(power("a", 1.0)) == Name("a")
    assert simplify(power("a", 0.0)) == Number(1.0)
    assert simplify(piecewise("a", at_least(1.0, 2.0), "b")) == Name("b")
    assert simplify(piecewise("a", at_least(2.0, 1.0), "b")) == Name("a")
    assert simplify(piecewise(0.0, at_least("a", 1.0), 0.0)) == Number(0.0)
    assert simplify(add("a", "b", 0.0)) == add("a", "b")


def test_a_product_of_many_is_differentiated_without_repeating_it() -> None:
    names = [f"x{place}" for place in range(60)]
    slopes = gradient(divide("k", add("k", *names)))
    values = dict.fromkeys(names, 0.5) | {"k": 2.0}
    expected = -2.0 / 32.0**2
    np.testing.assert_allclose([evaluate(slopes[name], values) for name in names], expected)
    assert len({id(slopes[name]) for name in names}) == 1


def test_definitions_are_ordered_by_use_and_otherwise_as_given() -> None:
    definitions: dict[str, Expression] = {
        "c": add("b", "x"),
        "d": Number(1.0),
        "b": multiply("a", 2.0),
        "a": Name("d"),
    }
    assert order_definitions(definitions) == ("d", "a", "b", "c")


def test_a_long_chain_of_definitions_is_ordered() -> None:
    chain = {f"x{place}": Name(f"x{place + 1}") for place in range(5000)}
    assert order_definitions(chain)[0] == "x4999"


def test_a_circle_of_definitions_is_named() -> None:
    definitions: dict[str, Expression] = {
        "a": Name("b"),
        "b": add("c", 1.0),
        "c": Name("a"),
        "d": Number(0.0),
    }
    with pytest.raises(
        DeclarationError, match=r"rules: each of 'a' -> 'b' -> 'c' -> 'a' needs the next: a circle"
    ):
        order_definitions(definitions, "rules")
    with pytest.raises(DeclarationError, match=r"'a' -> 'a' needs the next"):
        order_definitions({"a": add("a", 1.0)})
