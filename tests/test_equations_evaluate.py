"""Plain evaluation: the arithmetic of IEEE 754, without exceptions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.equations.evaluate import apply, evaluate
from pathway.equations.expression import Expression, Number, Operator
from pathway.equations.walk import free_names, postorder, substitute
from pathway.errors import DeclarationError
from tests.reference.formulas import (
    NAMES,
    TIME,
    add,
    call,
    divide,
    expressions,
    multiply,
    piecewise,
    power,
)

INF, NAN = math.inf, math.nan
DEEP = 20_000

ANSWERS = [
    (Operator.ADD, (), 0.0),
    (Operator.ADD, (1.0, 2.0, 4.0), 7.0),
    (Operator.MULTIPLY, (), 1.0),
    (Operator.MULTIPLY, (2.0, 3.0, 4.0), 24.0),
    (Operator.SUBTRACT, (5.0, 2.0), 3.0),
    (Operator.DIVIDE, (1.0, 0.0), INF),
    (Operator.DIVIDE, (1.0, -0.0), -INF),
    (Operator.DIVIDE, (0.0, 0.0), NAN),
    (Operator.DIVIDE, (NAN, 0.0), NAN),
    (Operator.POWER, (2.0, 10.0), 1024.0),
    (Operator.POWER, (-8.0, 1.0 / 3.0), NAN),
    (Operator.POWER, (0.0, -1.0), INF),
    (Operator.POWER, (-0.0, -3.0), -INF),
    (Operator.POWER, (-10.0, 999.0), -INF),
    (Operator.POWER, (10.0, 999.0), INF),
    (Operator.EXP, (1e4,), INF),
    (Operator.LN, (0.0,), -INF),
    (Operator.LN, (-1.0,), NAN),
    (Operator.SQRT, (-1.0,), NAN),
    (Operator.SIN, (INF,), NAN),
    (Operator.SINH, (-1e4,), -INF),
    (Operator.COSH, (-1e4,), INF),
    (Operator.ARCTANH, (-1.0,), -INF),
    (Operator.ARCTANH, (2.0,), NAN),
    (Operator.ARCCOSH, (0.5,), NAN),
    (Operator.ARCSIN, (2.0,), NAN),
    (Operator.FLOOR, (-1.5,), -2.0),
    (Operator.FLOOR, (INF,), INF),
    (Operator.CEILING, (-1.5,), -1.0),
    (Operator.FACTORIAL, (5.0,), 120.0),
    (Operator.FACTORIAL, (171.0,), INF),
    (Operator.FACTORIAL, (2.5,), NAN),
    (Operator.FACTORIAL, (-1.0,), NAN),
    (Operator.QUOTIENT, (-7.0, 2.0), -3.0),
    (Operator.REMAINDER, (-7.0, 2.0), -1.0),
    (Operator.REMAINDER, (1.0, 0.0), NAN),
    (Operator.MIN, (3.0, 1.0, 2.0), 1.0),
    (Operator.MAX, (3.0, NAN, 2.0), NAN),
    (Operator.MIN, (NAN, 1.0), NAN),
    (Operator.AND, (), 1.0),
    (Operator.AND, (2.0,), 1.0),
    (Operator.AND, (1.0, 1.0, 0.0), 0.0),
    (Operator.OR, (), 0.0),
    (Operator.OR, (0.0, 3.0), 1.0),
    (Operator.XOR, (1.0, 1.0, 1.0), 1.0),
    (Operator.NOT, (0.0,), 1.0),
    (Operator.EQUAL, (NAN, NAN), 0.0),
    (Operator.NOT_EQUAL, (NAN, NAN), 1.0),
    (Operator.LESS_EQUAL, (1.0, 1.0), 1.0),
    (Operator.PIECEWISE, (1.0, 0.0, 2.0, 1.0, 3.0), 2.0),
    (Operator.PIECEWISE, (1.0, 0.0, 3.0), 3.0),
]


@pytest.mark.parametrize(("operator", "arguments", "answer"), ANSWERS)
def test_operators(operator: Operator, arguments: tuple[float, ...], answer: float) -> None:
    np.testing.assert_array_equal(apply(operator, arguments), answer)


def test_every_operator_has_an_answer_above() -> None:
    plain = {Operator.NEGATE, Operator.ABS, Operator.COS, Operator.TAN, Operator.ARCCOS}
    plain |= {Operator.ARCTAN, Operator.TANH, Operator.ARCSINH}
    plain |= {Operator.LESS, Operator.GREATER, Operator.GREATER_EQUAL}
    assert {operator for operator, _, _ in ANSWERS} | plain == set(Operator)


@pytest.mark.parametrize(
    ("operator", "count"),
    [(Operator.SIN, 2), (Operator.DIVIDE, 1), (Operator.PIECEWISE, 2), (Operator.MIN, 0)],
)
def test_wrong_number_of_arguments_is_refused(operator: Operator, count: int) -> None:
    with pytest.raises(DeclarationError, match=rf"operator .* cannot take {count} arguments"):
        apply(operator, [1.0] * count)


def test_a_name_without_value_is_refused() -> None:
    with pytest.raises(DeclarationError, match=r"'alpha' has no value; did you mean 'alfa'"):
        evaluate(add("alpha", 1.0), {"alfa": 1.0})


def test_conditions_shield() -> None:
    shielded = piecewise(call(Operator.LN, "a"), call(Operator.GREATER, "a", 0.0), 7.0)
    assert evaluate(shielded, {"a": -1.0}) == 7.0
    assert evaluate(shielded, {"a": 1.0}) == 0.0


def test_time_is_given() -> None:
    assert evaluate(multiply(TIME, 2.0), {}, 3.0) == 6.0


def test_deep_formulas_are_no_deeper_than_wide_ones() -> None:
    deep: Expression = Number(0.0)
    for _ in range(DEEP):
        deep = add(deep, "a")
    assert evaluate(deep, {"a": 0.5}) == DEEP / 2
    assert free_names(deep) == ("a",)
    assert len(postorder(deep)) == 2 * DEEP + 1
    assert evaluate(substitute(deep, {"a": 1.0}), {}) == DEEP


@given(expression=expressions(), values=st.tuples(*[st.floats(-3.0, 3.0)] * 3))
def test_substituted_numbers_give_the_same_value(
    expression: Expression, values: tuple[float, ...]
) -> None:
    named = dict(zip(NAMES, values, strict=True))
    direct = evaluate(expression, named, 0.7)
    replaced = substitute(expression, named)
    assert free_names(replaced) == ()
    np.testing.assert_array_equal(evaluate(replaced, {}, 0.7), direct)


def test_what_an_expression_uses() -> None:
    body = add(multiply("b", "a"), divide("a", "k"), power("b", 2.0))
    assert free_names(body) == ("b", "a", "k")
