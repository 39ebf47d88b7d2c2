from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.findings.entities import Basis, Expectation, Kind
from pathway.findings.functions import Moment, Span, moments, window
from pathway.findings.language import Between, Call, Comparison
from pathway.findings.parser import parse
from pathway.findings.verdict import CHANGE, GAP, WITHIN, evaluate, judge

if TYPE_CHECKING:
    from collections.abc import Callable

SPANS = {"a": Span(-60.0, 120.0), "b": Span(0.0, 120.0)}


def constant(**levels: float) -> Callable[[Moment], float]:
    """Return a look-up of levels by run; ``a0`` is run a without drugs."""
    return lambda moment: levels[moment.run + ("0" if moment.untreated else "")]


def number(text: str, look: Callable[[Moment], float]) -> float:
    node = parse(text, "x")
    assert not isinstance(node, Comparison | Between)
    return evaluate(node, SPANS, look)


def expectation(kind: Kind, text: str, **more: object) -> Expectation:
    basis = more.pop("basis", Basis.DATA)
    return Expectation(kind=kind, expression=parse(text, "x"), text=text, basis=basis, **more)  # type: ignore[arg-type]


def ramp(moment: Moment) -> float:
    """Return a readout that grows with time from 1 at the run's start, ten times so untreated."""
    value = 1.0 + moment.minutes - SPANS[moment.run].start
    return 10.0 * value if moment.untreated else value


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('a.x @ "1 h"', 121.0),
        ("rest(a, x)", 1.0),
        ('fold(a, x, "1 h")', 121.0 / 61.0),
        ('untreated(a, x, "1 h")', 1210.0),
        ('effect(a, x, "1 h")', 0.1),
        ('suppression(a, x, "1 h")', 0.9),
        ('ratio(a, b, x, "1 h")', 121.0 / 61.0),
        ('max(a, x, "0 h", "2 h")', 181.0),
        ('min(a, x, "0 h", "2 h")', 61.0),
        ('mean(a, x, "0 h", "2 h")', 121.0),
        ('abs(b.x @ "0 h" - a.x @ "0 h")', 60.0),
        ('largest(a.x @ "0 h", b.x @ "0 h")', 61.0),
        ('smallest(a.x @ "0 h", b.x @ "0 h", 2)', 1.0),
        ('average(a.x @ "0 h", b.x @ "0 h", 1)', 21.0),
        ('-(b.x @ "0 h") * 3 + 8 / 2', 1.0),
    ],
)
def test_functions(text: str, found: float) -> None:
    assert number(text, ramp) == pytest.approx(found, rel=1e-12)


def test_window_holds_its_ends_and_is_denser_at_its_start() -> None:
    points = window((10.0, 50.0))
    steps = [b - a for a, b in itertools.pairwise(points)]
    assert (points[0], points[-1]) == (10.0, 50.0)
    assert steps == sorted(steps)
    assert steps[0] > 0.0


def test_a_function_of_numbers_needs_no_simulation_of_its_own() -> None:
    call = parse("abs(1)", "x")
    assert isinstance(call, Call)
    assert moments(call, SPANS) == ()


@pytest.mark.parametrize(
    ("ratio", "holds"),
    [
        (1.0 + CHANGE + 1e-9, {"up", "not down"}),
        (1.0 + CHANGE - 1e-9, {"unchanged", "not up", "not down"}),
        (1.0, {"unchanged", "not up", "not down"}),
        (1.0 - CHANGE + 1e-9, {"unchanged", "not up", "not down"}),
        (1.0 - CHANGE - 1e-9, {"down", "not up"}),
        (math.nan, set()),
        (math.inf, set()),
    ],
)
def test_a_direction_is_a_change_of_fifteen_percent(ratio: float, holds: set[str]) -> None:
    for direction in ("up", "down", "unchanged", "not up", "not down"):
        claim = expectation(Kind.DIRECTION, 'effect(a, x, "1 h")', direction=direction)
        judged = judge(claim, SPANS, constant(a=ratio, a0=1.0))
        assert judged.passed == (direction in holds), direction


@given(st.floats(0.01, 1e6), st.floats(0.0, 2.0))
def test_an_order_is_a_gap_of_ten_percent_of_the_larger(high: float, share: float) -> None:
    low = high * (1.0 - share)
    gap = (high - low) / max(abs(high), abs(low))
    if abs(gap - GAP) < 1e-9:
        return
    look = constant(a=high, b=low)
    falling = expectation(Kind.ORDER, 'a.x @ "1 h" > b.x @ "1 h"')
    rising = expectation(Kind.ORDER, 'b.x @ "1 h" < a.x @ "1 h"')
    assert judge(falling, SPANS, look).passed == (gap > GAP)
    assert judge(rising, SPANS, look).passed == (gap > GAP)


def test_an_order_of_suppressions_is_a_gap_of_ten_percent_of_untreated() -> None:
    claim = expectation(Kind.ORDER, 'suppression(a, x, "1 h") > suppression(b, x, "1 h")')
    # 0.08 against 0.01: eight times as much, but only 7 % of untreated
    assert not judge(claim, SPANS, constant(a=0.92, a0=1.0, b=0.99, b0=1.0)).passed
    assert judge(claim, SPANS, constant(a=0.85, a0=1.0, b=0.99, b0=1.0)).passed


def test_every_link_of_an_order_counts() -> None:
    text = 'a.x @ "1 h" > b.x @ "1 h" > untreated(b, x, "1 h")'
    claim = expectation(Kind.ORDER, text)
    assert judge(claim, SPANS, constant(a=3.0, b=2.0, b0=1.0)).passed
    assert not judge(claim, SPANS, constant(a=3.0, b=2.0, b0=1.95)).passed
    assert not judge(claim, SPANS, constant(a=1.0, b=2.0, b0=3.0)).passed


def test_equal_zeros_are_no_order() -> None:
    claim = expectation(Kind.ORDER, 'a.x @ "1 h" > b.x @ "1 h"')
    assert not judge(claim, SPANS, constant(a=0.0, b=0.0)).passed


@pytest.mark.parametrize(
    ("basis", "factor"), [(Basis.DATA, 1.5), (Basis.PAGE, 2.0), (Basis.FILE, 2.0)]
)
def test_a_number_is_within_the_factor_of_its_basis(basis: Basis, factor: float) -> None:
    claim = expectation(Kind.NUMBER, 'fold(a, x, "1 h")', number=4.0, basis=basis)
    assert WITHIN[basis] == factor

    def passes(found: float) -> bool:
        def look(moment: Moment) -> float:
            return found if moment.minutes else 1.0

        return judge(claim, SPANS, look).passed

    assert passes(4.0)
    assert passes(4.0 * factor * 0.999)
    assert passes(4.0 / factor * 1.001)
    assert not passes(4.0 * factor * 1.001)
    assert not passes(4.0 / factor * 0.999)
    assert not passes(math.nan)


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ('a.x @ "1 h" < 2', False),
        ('a.x @ "1 h" <= 2', True),
        ('a.x @ "1 h" > 2', False),
        ('a.x @ "1 h" >= 2', True),
        ('1 < a.x @ "1 h" < 3', True),
        ('1 < a.x @ "1 h" < 1.5', False),
        ('a.x @ "1 h" between 2 and 3', True),
        ('a.x @ "1 h" between 2.1 and 3', False),
        ('a.x @ "1 h" / b.x @ "1 h" < 1e9', False),
    ],
)
def test_a_bound_is_tested_as_it_stands(text: str, passes: bool) -> None:  # noqa: FBT001
    claim = expectation(Kind.BOUND, text, threshold="stated")
    assert judge(claim, SPANS, constant(a=2.0, b=0.0)).passed == passes


def test_both_sides_are_shown() -> None:
    look = constant(a=1.2345, a0=1.0)
    direction = expectation(Kind.DIRECTION, 'effect(a, x, "1 h")', direction="up")
    judged = judge(direction, SPANS, look)
    assert (judged.expected, judged.found) == ('effect(a, x, "1 h"): up (15%)', "1.23")
    size = expectation(Kind.NUMBER, 'effect(a, x, "1 h")', number=4.0)
    assert judge(size, SPANS, look).expected == 'effect(a, x, "1 h") = 4 (x1.5)'
    order = expectation(Kind.ORDER, 'a.x @ "1 h" > rest(a, x)')
    judged = judge(order, SPANS, look)
    assert (judged.expected, judged.found) == ('a.x @ "1 h" > rest(a, x) (gaps 10%)', "1.23, 1.23")
    bound = expectation(Kind.BOUND, 'a.x @ "1 h" < 2')
    judged = judge(bound, SPANS, look)
    assert (judged.expected, judged.found) == ('a.x @ "1 h" < 2', "1.23")
