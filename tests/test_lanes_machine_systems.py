"""Lane programs of systems of equations against the scalar machine and a plain twin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pathway.equations.expression import Name, Number, Operator
from pathway.equations.system import Event, State
from pathway.kernels.arguments import aligned
from pathway.lanes import opcodes as lane
from pathway.lanes.blocks import Blocks, program
from pathway.lanes.lower_system import lower_system, why_not
from pathway.lanes.vector import LANES
from pathway.programs import opcodes as op
from pathway.programs.compile import compile_system
from pathway.programs.load import load_machine
from pathway.programs.machine import run
from tests.reference.formulas import (
    TIME,
    add,
    at_least,
    call,
    divide,
    expressions,
    minus,
    multiply,
    piecewise,
    power,
    system,
)
from tests.reference.lanes import evaluate, in_lanes, no_elimination, plain
from tests.test_programs import systems

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pathway.equations.expression import Expression
    from pathway.equations.system import EquationSystem
    from pathway.programs.compile import CompiledSystem

    Values = NDArray[np.float64]

MACHINE = load_machine()


class Lanes:
    """A system in eight lanes, each with numbers of its own."""

    def __init__(
        self, body: EquationSystem, seed: int = 0, low: float = 0.3, high: float = 3.0
    ) -> None:
        self.compiled = compile_system(body)
        random = np.random.default_rng(seed)
        moving = [self.compiled.slots[name] for name in self.compiled.moving]
        n = len(moving)
        self.entries = self.compiled.indices.size
        self.system = lower_system(self.compiled, random.permutation(n), no_elimination())
        slots = range(int(self.compiled.arguments.spans[1]))
        self.slots = [slot for slot in slots if slot not in moving]
        self.states = random.uniform(low, high, (LANES, n))
        self.numbers = random.uniform(low, high, (LANES, len(self.slots)))
        assert self.system.numbers == len(self.slots)

    def found(self) -> tuple[Values, Values]:
        return in_lanes(self.system, self.states, self.numbers, self.entries)

    def wanted(self) -> tuple[Values, Values]:
        change, data = np.empty((LANES, self.system.states)), np.empty((LANES, self.entries))
        p = self.compiled.arguments
        p = p._replace(values=p.values.copy())
        for place in range(LANES):
            p.values[self.slots] = self.numbers[place]
            MACHINE.fixed(p)
            MACHINE.switches(0.0, p)
            change[place] = MACHINE.rhs(0.0, self.states[place], p)
            data[place] = MACHINE.jacobian_data(0.0, self.states[place], p)
        return change, data

    def check(self, rtol: float = 1e-13, atol: float = 1e-13) -> None:
        for found, wanted in zip(self.found(), self.wanted(), strict=True):
            tame = np.abs(wanted) < 1e100
            np.testing.assert_allclose(found[tame], wanted[tame], rtol=rtol, atol=atol)
            assert (np.isfinite(found[~tame]) <= np.isfinite(wanted[~tame])).all()


def ruled(*rules: Expression, constants: int = 1) -> EquationSystem:
    """Return states a, b ... with these rules, and constants k, k1 ..."""
    names = [f"k{place}" if place else "k" for place in range(constants)]
    states = tuple(
        State(id=name, initial=1.0, rule=rule) for name, rule in zip("abcdef", rules, strict=False)
    )
    return system(states, constants=dict.fromkeys(names, 1.0))


@given(body=systems(), seed=st.integers(0, 9))
@settings(max_examples=120, deadline=None)
def test_systems_equal_the_scalar_machine(body: EquationSystem, seed: int) -> None:
    assume(compile_system(body).moving)
    lanes = Lanes(body, seed)
    lanes.check(rtol=1e-12, atol=1e-12)
    found, entries, *_ = plain(lanes.system, lanes.states, lanes.numbers, lanes.entries)
    np.testing.assert_allclose(lanes.found()[0], found, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(lanes.found()[1], entries, rtol=1e-12, atol=1e-12)


@given(bodies=st.lists(expressions(smooth=True), min_size=2, max_size=2), seed=st.integers(0, 9))
@settings(max_examples=150, deadline=None)
def test_random_formulas_equal_the_scalar_machine(bodies: list[Expression], seed: int) -> None:
    lanes = Lanes(ruled(*bodies), seed)
    wanted = lanes.wanted()
    found = lanes.found()
    size = max(float(np.abs(part[np.isfinite(part)]).max(initial=1.0)) for part in wanted)
    assume(size < 1e6)  # beyond that, what cancels is larger than what is left
    for one, other in zip(found, wanted, strict=True):
        both = np.isfinite(one) & np.isfinite(other)
        np.testing.assert_allclose(one[both], other[both], rtol=1e-9, atol=1e-9 * size)


def test_terms_of_three_factors_that_are_alike_are_one_of_four() -> None:
    """The sum of what stands before them is a factor more than a sum of products has room for."""
    apart = minus(TIME, "b")
    lanes = Lanes(ruled(multiply(TIME, "a"), multiply(apart, "a", apart, TIME)))
    lanes.check(rtol=1e-12, atol=1e-12)
    found, entries, *_ = plain(lanes.system, lanes.states, lanes.numbers, lanes.entries)
    np.testing.assert_allclose(lanes.found()[0], found, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(lanes.found()[1], entries, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("operator", [one for one in Operator if one is not Operator.PIECEWISE])
def test_each_operator_of_moving_and_of_still_values(operator: Operator) -> None:
    takes_one = operator in {
        *(Operator.NEGATE, Operator.EXP, Operator.LN, Operator.ABS, Operator.FLOOR, Operator.NOT),
        *(Operator.CEILING, Operator.FACTORIAL, Operator.SQRT, Operator.SIN, Operator.COS),
        *(Operator.TAN, Operator.ARCSIN, Operator.ARCCOS, Operator.ARCTAN, Operator.SINH),
        *(Operator.COSH, Operator.TANH, Operator.ARCSINH, Operator.ARCCOSH, Operator.ARCTANH),
    }
    parts = (("a",), ("k",)) if takes_one else (("a", "b"), ("k", "k1"))
    moving, still = (call(operator, *names) for names in parts)
    body = ruled(moving, multiply(still, "a"), constants=2)
    lanes = Lanes(body)
    found, wanted = lanes.found()[0], lanes.wanted()[0]
    np.testing.assert_allclose(found, wanted, rtol=5e-16, atol=0.0)


@pytest.mark.parametrize("code", range(40))
def test_each_opcode_is_what_the_scalar_machine_does(code: int) -> None:
    values = np.array([0.0, -0.0, 1.0, -2.5, 0.3, np.nan, np.inf, 4.0])
    rows = aligned(4 * LANES, np.float64)
    table = rows.reshape(-1, LANES)
    table[0], table[1], table[2] = values, np.roll(values, 3), 7.0
    blocks = Blocks()
    width = lane.WIDTH.get(code, 4)
    blocks.write(code, np.array([[3, 0, 1, 2][:width]]))
    made = program([blocks, Blocks(), Blocks()])
    evaluate(rows, made, np.empty(0), 0)
    line = np.array([[code, 0, 1, 2]], dtype=np.uint32)
    for place in range(LANES):
        slots = np.append(table[:3, place], 0.0)
        run(line, 3, 0, 1, slots)
        # Vector instructions compute these three, to about a unit in the last place.
        rtol = 3e-16 if code in {op.EXP, op.LN, op.POWER} else 0.0
        np.testing.assert_allclose(table[3, place], slots[3], rtol=rtol, atol=0.0)


def of_rows(code: int, *operands: Values) -> Values:
    """Return what an operation makes of operands, of shape (rows * 8,)."""
    count = operands[0].size // LANES
    rows = aligned((1 + len(operands)) * count * LANES, np.float64)
    rows[: len(operands) * count * LANES] = np.concatenate(operands)
    places = np.arange(count)
    given = [places + part * count for part in range(len(operands))]
    blocks = Blocks()
    blocks.write(
        code,
        np.column_stack(
            [places + len(operands) * count, *given, *[0 * places] * (3 - len(operands))]
        ),
    )
    evaluate(rows, program([blocks, Blocks(), Blocks()]), np.empty(0), 0)
    return rows[len(operands) * count * LANES :]


def test_exponential_logarithm_and_power_are_right_to_the_last_bits() -> None:
    random = np.random.default_rng(4)
    x = np.concatenate([random.uniform(-709.0, 709.0, 4000), random.normal(0.0, 1.0, 4000)])
    positive = np.exp(x)
    y = random.uniform(-4.0, 4.0, x.size) * np.where(np.abs(x) > 100.0, 0.5, 3.0)
    exact = np.longdouble
    for found, wanted in (
        (of_rows(op.EXP, x), np.exp(x.astype(exact))),
        (of_rows(op.LN, positive), np.log(positive.astype(exact))),
        (of_rows(op.POWER, positive, y), positive.astype(exact) ** y.astype(exact)),
    ):
        with np.errstate(over="ignore", under="ignore"):
            wanted = wanted.astype(np.float64)
        there = (np.abs(wanted) > 1e-300) & np.isfinite(wanted)
        assert there.mean() > 0.6
        np.testing.assert_array_max_ulp(found[there], wanted[there], maxulp=2)


def test_powers_of_zero() -> None:
    exponents = np.array([2.0, 0.5, 0.0, -1.0, np.inf, -np.inf, np.nan, 1.0])
    with np.errstate(divide="ignore"):
        wanted = np.zeros(LANES) ** exponents
    np.testing.assert_array_equal(of_rows(op.POWER, np.zeros(LANES), exponents), wanted)


def test_odd_numbers_beside_ordinary_ones_change_none_of_their_bits() -> None:
    odd = np.array([0.0, -0.0, -2.0, np.nan, np.inf, -np.inf, 1e-310, 1e308])
    for code in (op.EXP, op.LN, op.POWER):
        for place in range(LANES):
            x = np.linspace(0.5, 2.0, LANES)
            y = np.linspace(-3.0, 3.0, LANES)
            alone = of_rows(code, x, y) if code == op.POWER else of_rows(code, x)
            for value in odd:
                x[place] = value
                mixed = of_rows(code, x, y) if code == op.POWER else of_rows(code, x)
                others = np.arange(LANES) != place
                np.testing.assert_array_equal(mixed[others], alone[others])


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            multiply(0.5, "a", "k", "b", "a", "b", "a", "k", "b", "a"),
            id="product",
        ),
        pytest.param(add("a", *[multiply("k", "a")] * 3, *["b", "a"] * 10), id="sum"),
        pytest.param(
            multiply("k", minus(multiply("k", "a", "b"), multiply(2.0, "k", "a"))), id="scaled sum"
        ),
        pytest.param(divide(multiply("k", "a"), multiply("b", add("a", "b"))), id="quotient"),
        pytest.param(minus(minus(multiply("a", "b"))), id="negated twice"),
        pytest.param(multiply(minus("a"), minus(add("a", "b")), -1.0), id="signs"),
        pytest.param(divide(1.0, divide("a", divide("k", "b"))), id="nested quotients"),
        pytest.param(add(power("a", "k"), power(add("a", "b"), 2.5)), id="powers"),
        pytest.param(add(piecewise("a", at_least("b", "k"), "b"), 0.0), id="choice"),
        pytest.param(Number(1.0), id="one"),
        pytest.param(Name("k"), id="still"),
        pytest.param(multiply("k", "k", call(Operator.EXP, "k")), id="still product"),
        pytest.param(add("k", minus("k", 3.0), multiply(-2.0, "a")), id="still terms"),
    ],
)
def test_shapes_of_formulas(body: Expression) -> None:
    used_twice = add(multiply(body, "b"), divide(body, "k"), minus(body))
    lanes = Lanes(ruled(body, used_twice, minus(body, used_twice)))
    lanes.check()
    wanted, entries, *_ = plain(lanes.system, lanes.states, lanes.numbers, lanes.entries)
    np.testing.assert_allclose(lanes.found()[0], wanted, rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(lanes.found()[1], entries, rtol=1e-13, atol=1e-13)


def test_coefficients_and_rates_shared_between_states() -> None:
    body = system(
        (
            State(id="a", initial=1.0, terms=((-1.0, "v"), (0.25, "w"), (-3.0, "x"))),
            State(id="b", initial=1.0, terms=((1.0, "v"), (-2.0, "w"))),
            State(id="c", initial=1.0, terms=((1.0, "v"), (1.0, "x")), rule=Number(0.5)),
        ),
        constants={"k": 1.0, "l": 2.0},
        rates={
            "v": minus(multiply("k", "a", "b"), multiply("l", "c")),
            "w": multiply("l", "b"),
            "x": divide(multiply("k", "a"), add("l", "a")),
        },
    )
    lanes = Lanes(body)
    lanes.check()
    codes = lanes.system.program.blocks.reshape(-1, 3)[:, 0]
    assert op.DIVIDE not in codes  # one over the denominator, computed once for rate and slopes
    assert list(codes).count(lane.RECIPROCAL) == 1


def test_what_one_lane_holds_changes_no_bit_of_another() -> None:
    lanes = Lanes(ruled(divide("a", add("b", "k")), power("b", "k"), multiply("a", "b", "k")))
    before = lanes.found()
    lanes.states[2], lanes.numbers[2] = np.nan, np.inf
    others = np.arange(LANES) != 2
    for one, other in zip(before, lanes.found(), strict=True):
        np.testing.assert_array_equal(one[others], other[others])


def test_runs_give_the_same_bits_in_any_lane() -> None:
    lanes = Lanes(ruled(divide("a", add("b", "k")), power("b", "k"), multiply("a", "b", "k")))
    before, places = lanes.found(), [3, 1, 0, 7, 6, 2, 5, 4]
    lanes.states, lanes.numbers = lanes.states[places], lanes.numbers[places]
    for one, other in zip(before, lanes.found(), strict=True):
        np.testing.assert_array_equal(one[places], other)


def test_a_chain_of_many_assignments_needs_few_blocks() -> None:
    """Alternating operations are put together by kind where nothing keeps them apart."""
    rules = [multiply("k", call(Operator.EXP, multiply("k", name))) for name in "abcdef"]
    lanes = Lanes(ruled(*rules))
    lanes.check()
    still, rates, _ = lanes.system.program.spans.tolist()
    assert rates - still == 3  # products, exponentials, derivatives


def compiled(**changes: object) -> CompiledSystem:
    states = (State(id="a", initial=1.0, rule=multiply("k", "a")),)
    arguments = {"constants": {"k": 1.0}} | changes
    return compile_system(system(arguments.pop("states", states), **arguments))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (compiled(), None),
        (compiled(states=(State(id="a", initial=1.0),)), "no state moves"),
        (
            compiled(
                events=(
                    Event(
                        id="dose", trigger=at_least(TIME, 1.0), assignments=(("a", Number(2.0)),)
                    ),
                )
            ),
            "event 'dose'",
        ),
        (
            compiled(
                states=(State(id="a", initial=1.0, rule=piecewise("k", at_least(TIME, 1.0), 0.0)),)
            ),
            "a condition on time",
        ),
        (
            compiled(
                states=(State(id="a", initial=1.0, rule=piecewise("k", at_least("a", 1.0), 0.0)),)
            ),
            "a condition on moving states",
        ),
        (
            compiled(states=(State(id="a", initial=1.0, rule=multiply("a", TIME)),)),
            "rates that depend on time",
        ),
        (
            compiled(
                constants={"k": 1.0, "l": 2.0},
                states=(State(id="a", initial=1.0, rule=piecewise("a", at_least("k", "l"), 0.0)),),
            ),
            None,
        ),
    ],
)
def test_reasons_against_lanes(changed: CompiledSystem, reason: str | None) -> None:
    assert why_not(changed) == reason
