"""PEtab's formulas: what they mean, and that text which is none gives one clean error."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.equations.evaluate import evaluate
from pathway.equations.expression import Expression
from pathway.errors import DeclarationError
from pathway.petab.formula import parse_formula
from pathway.petab.tokens import MAX_TOKENS

VALUES = {"a": 2.0, "b": 3.0, "c_1": 5.0}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a + b * c_1", 17.0),
        ("(a + b) * c_1", 25.0),
        ("a - b - c_1", -6.0),
        ("c_1 / a / b", 5.0 / 6.0),
        ("-a^2", -4.0),
        ("a**-1", 0.5),
        ("2^3^2", 512.0),
        ("--a + +b", 5.0),
        ("1.5e-1*.5", 0.075),
        ("time * a", 20.0),
        ("log(a)", math.log(2.0)),
        ("log(8, a)", 3.0),
        ("log2(8) + ln(1)", 3.0),
        ("log10(c_1)", math.log10(5.0)),
        ("exp(a) + sqrt(4) + abs(-b)", math.exp(2.0) + 5.0),
        ("pow(a, b) + min(a, b) - max(a, b)", 7.0),
        ("sin(a)^2 + cos(a)^2", 1.0),
        ("sign(-b) + sign(a) * 10 + sign(0)", 9.0),
        ("piecewise(1, a > b, 2, a != b && a <= b, 3)", 2.0),
        ("piecewise(1, !(a < b) || false, 4)", 4.0),
        ("piecewise(1, a == 2, inf)", 1.0),
    ],
)
def test_a_formula_means_what_mathematics_says(text: str, value: float) -> None:
    assert evaluate(parse_formula(text, "here"), VALUES, 10.0) == pytest.approx(value, rel=1e-14)


def test_a_long_sum_is_read() -> None:
    assert evaluate(parse_formula("+".join(["a"] * 5000), "here"), VALUES) == 10_000.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a $ b", r"here, column 3: unexpected character '\$'"),
        ("__import__('os')", "here, column 12: unexpected character"),
        ("a b", "here, column 3: expected the end, found 'b'"),
        ("(a", r"here, column 3: expected '\)', found nothing more"),
        ("a *", r"here, column 4: expected a number, a name or '\(', found nothing more"),
        ("", r"here, column 1: expected a number, a name or '\(', found nothing more"),
        ("a < b < 3", "here, column 7: expected the end, found '<'"),
        ("sqr(a)", "here, column 1: unknown function 'sqr'; did you mean 'sqrt'"),
        ("exp(a, b)", "here, column 1: 'exp' does not take 2 arguments"),
        ("piecewise(1)", "'piecewise' does not take 1 arguments"),
        ("sign()", "'sign' does not take 0 arguments"),
        ("log10(1, 2)", "'log10' does not take 2 arguments"),
        ("(" * 100, "more than 40 parentheses, calls or signs in each other"),
        ("a^" * 100 + "a", "more than 40 powers of powers"),
        ("+" * (MAX_TOKENS + 1), f"longer than {MAX_TOKENS} words and symbols"),
    ],
)
def test_what_is_no_formula_is_refused(text: str, message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        parse_formula(text, "here")


@given(st.text(alphabet="ab12.+-*/^(),<>=!&| elogxp", max_size=60))
def test_any_text_is_an_expression_or_a_clean_error(text: str) -> None:
    try:
        assert isinstance(parse_formula(text, "here"), Expression)
    except DeclarationError as error:
        assert_clean(str(error))


def assert_clean(message: str) -> None:
    assert message.startswith("here")
    assert "\n" not in message
