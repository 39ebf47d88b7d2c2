from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.errors import EvidenceError
from pathway.findings.functions import FUNCTIONS
from pathway.findings.language import (
    Argument,
    Between,
    Binary,
    Call,
    Comparison,
    Negative,
    Number,
    Time,
    Word,
    show,
    walk,
)
from pathway.findings.parser import minutes, parse
from pathway.findings.tokens import MAX_TOKENS, tokenize

words = st.from_regex(r"[a-z][A-Za-z0-9_]{0,8}", fullmatch=True).filter(
    lambda text: text not in ("between", "and")
)
numbers = st.floats(0.0, 1e300, allow_nan=False).map(Number)
times = st.integers(-500, 5000).map(lambda n: Time(float(n), f"{n} min"))
readouts = st.one_of(words, st.sampled_from(["S[amount]", "a b"])).map(Word)


def _call(
    name: str, inner: st.SearchStrategy[Number | Negative | Binary | Call]
) -> st.SearchStrategy[Call]:
    kinds = {"run": words.map(Word), "readout": readouts, "time": times, "number": inner}
    takes = FUNCTIONS[name].takes
    if takes[-1] == "...":
        return st.lists(inner, min_size=1, max_size=3).map(lambda x: Call(name, tuple(x)))
    if takes.count("time") == 2:
        window = st.tuples(st.integers(0, 50), st.integers(51, 100)).map(
            lambda pair: tuple(Time(float(n), f"{n} min") for n in pair)
        )
        head: st.SearchStrategy[tuple[Argument, ...]] = st.tuples(*(kinds[k] for k in takes[:-2]))
        return st.tuples(head, window).map(lambda parts: Call(name, (*parts[0], *parts[1])))
    return st.tuples(*(kinds[kind] for kind in takes)).map(lambda x: Call(name, x))


nodes: st.SearchStrategy[Number | Negative | Binary | Call] = st.recursive(
    st.one_of(numbers, _call("value", numbers), _call("max", numbers)),
    lambda inner: st.one_of(
        inner.map(Negative),
        st.builds(Binary, st.sampled_from("+-*/"), inner, inner),
        st.sampled_from(sorted(FUNCTIONS)).flatmap(lambda name: _call(name, inner)),
    ),
    max_leaves=8,
)


@given(nodes)
def test_what_is_shown_parses_back(node: Number | Negative | Binary | Call) -> None:
    assert parse(show(node), "here") == node


@given(st.lists(nodes, min_size=2, max_size=4), st.sampled_from(["<", "<=", ">", ">="]))
def test_comparisons_parse_back(
    operands: list[Number | Negative | Binary | Call], operator: str
) -> None:
    comparison = Comparison(tuple(operands), (operator,) * (len(operands) - 1))
    assert parse(show(comparison), "here") == comparison


@given(nodes, nodes, nodes)
def test_between_parses_back(
    operand: Number | Negative | Binary | Call,
    low: Number | Negative | Binary | Call,
    high: Number | Negative | Binary | Call,
) -> None:
    between = Between(operand, low, high)
    assert parse(show(between), "here") == between


pieces = st.sampled_from(
    [
        *'+-*/(),.@<>="',
        "<=",
        "between",
        "and",
        "fold",
        "run",
        "pAKT",
        '"5 min"',
        '"x"',
        "1e999",
        "3",
        " ",
    ]
)


@given(st.one_of(st.text(max_size=60), st.lists(pieces, max_size=30).map("".join)))
def test_garbage_gives_evidence_errors_only(text: str) -> None:
    message = None
    try:
        expression = parse(text, "here")
    except EvidenceError as error:
        message = str(error)
    if message is None:
        assert parse(show(expression), "here") == expression
    else:
        assert "\n" not in message
        assert message.startswith("here, column ")


def test_precedence_and_association() -> None:
    one, two, three = (Number(float(n)) for n in (1, 2, 3))
    assert parse("1 - 2 - 3", "x") == Binary("-", Binary("-", one, two), three)
    assert parse("1 + 2 * 3", "x") == Binary("+", one, Binary("*", two, three))
    assert parse("-1 * 2", "x") == Binary("*", Negative(one), two)
    assert parse("(1 + 2) / 3", "x") == Binary("/", Binary("+", one, two), three)


def test_the_short_form_is_the_value_function() -> None:
    assert parse('a.pERK @ "1 h"', "x") == parse('value(a, pERK, "60 min")', "x")


def test_columns_count_from_one() -> None:
    calls = [node for node in walk(parse('1 + fold(a, b, "1 h")', "x")) if isinstance(node, Call)]
    assert [call.column for call in calls] == [5]
    assert [token.column for token in tokenize("a + b", "x")] == [1, 3, 5, 6]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("30 s", 0.5), ("5min", 5.0), ("1.5 h", 90.0), ("-1 h", -60.0), ("2 d", 2880.0)],
)
def test_times(text: str, expected: float) -> None:
    assert minutes(text, "x") == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"column 1: expected a number, got the end of the expression; a number is"),
        ("1 +", r"column 4: expected a number, got the end"),
        ("1 2", r"column 3: unexpected '2' after the end of the expression; join"),
        ("(1", r"column 3: expected '\)', got the end of the expression; close the parenthesis"),
        ("1 = 2", r"column 3: '=' is not a comparison of this language; use <"),
        ("1 $ 2", r"column 3: unexpected character '\$'; an expression is made of"),
        ("a.b @ '1 h'", r"column 7: strings are written with double quotes; write"),
        ('a.b @ "1 h', r"column 7: a string is not closed; close it"),
        ("a.b", r"column 4: expected '@', got the end of the expression; write a.READOUT @"),
        ("a", r"column 2: expected '\.', got the end of the expression"),
        ("a.1", r"column 3: expected a name, got '1'"),
        ("a.b @ 5", r"column 7: expected a string, got '5'; a time is a string"),
        ('a.b @ "soon"', r"column 7: 'soon' is not a time; write a number and a unit"),
        ('a.b @ "5 mn"', r"column 7: unknown unit of time 'mn'; did you mean 'min'\?"),
        ('fould(a, b, "1 h")', r"column 1: unknown function 'fould'; did you mean 'fold'\?"),
        ('fold(a, "1 h")', r"column 14: expected ',', got '\)'"),
        ("fold(a, b)", r"column 10: expected ',', got '\)'; write fold\(run, readout, time\)"),
        ("abs()", r"column 5: expected a number, got '\)'"),
        ("--1", r"column 2: two signs in a row; use parentheses"),
        ("1e999", r"column 1: 1e999 is too large; write a finite number"),
        (
            "1 between 2",
            r"column 12: expected 'and', got the end .*; write: x between low and high",
        ),
        ("1 < 2 between 1 and 3", r"column 7: unexpected 'between' after the end"),
        (
            'max(a, b, "2 h", "1 h")',
            r"column 18: the window ends at '1 h', not after its start '2 h'",
        ),
        ("(" * 60 + "1", r"more than 40 levels of parentheses; split"),
        ("1+" * MAX_TOKENS, rf"longer than {MAX_TOKENS} words and symbols; split"),
    ],
)
def test_errors_say_where_what_and_remedy(text: str, message: str) -> None:
    with pytest.raises(EvidenceError, match=message):
        parse(text, "f.toml: finding X, expectation 1")
