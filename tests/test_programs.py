"""The jitted machine against plain evaluation, and its Jacobian against finite differences."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathway.equations.evaluate import evaluate
from pathway.equations.expression import Expression, Name, Number, Operator
from pathway.equations.symbolic import gradient
from pathway.equations.system import EquationSystem, State
from pathway.programs import load, machine
from pathway.programs.compile import CompiledSystem, compile_system
from pathway.programs.load import load_machine
from tests.reference.formulas import (
    NAMES,
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

MACHINE = load_machine()
VALUES = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.0, math.inf, math.nan]), st.floats(-5.0, 5.0)
)


def prepared(compiled: CompiledSystem, time: float = 0.0) -> Any:
    p = compiled.arguments._replace(values=compiled.arguments.values.copy())
    MACHINE.fixed(p)
    MACHINE.switches(time, p)
    return p


def with_outputs(*bodies: Expression, values: tuple[float, ...] = (1.0, 1.0, 1.0)) -> Any:
    """Return a system in which a moves, b is still and k is constant."""
    return system(
        (State(id="a", initial=values[0], rule=Number(0.0)), State(id="b", initial=values[1])),
        constants={"k": values[2]},
        outputs={f"o{place}": body for place, body in enumerate(bodies)},
    )


@given(
    bodies=st.lists(expressions(), min_size=1, max_size=4),
    values=st.tuples(VALUES, VALUES, VALUES),
    time=st.floats(0.0, 5.0),
)
@settings(max_examples=300, deadline=None)
def test_machine_equals_plain_evaluation(
    bodies: list[Expression], values: tuple[float, ...], time: float
) -> None:
    compiled = compile_system(with_outputs(*bodies, values=values))
    found = MACHINE.outputs(np.array([time]), np.array([[values[0]]]), prepared(compiled))
    named = dict(zip(NAMES, values, strict=True))
    plain = [evaluate(body, named, time) for body in bodies]
    # Small whole powers are products here, which may differ in the last bits and be amplified.
    np.testing.assert_allclose(found[0], plain, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("operator", list(Operator))
@given(values=st.tuples(VALUES, VALUES, VALUES))
@settings(max_examples=40, deadline=None)
def test_each_operator_is_the_same_to_the_last_bits(
    operator: Operator, values: tuple[float, ...]
) -> None:
    unary = {
        *(Operator.NEGATE, Operator.EXP, Operator.LN, Operator.ABS, Operator.FLOOR),
        *(Operator.CEILING, Operator.FACTORIAL, Operator.SQRT, Operator.SIN, Operator.COS),
        *(Operator.TAN, Operator.ARCSIN, Operator.ARCCOS, Operator.ARCTAN, Operator.SINH),
        *(Operator.COSH, Operator.TANH, Operator.ARCSINH, Operator.ARCCOSH, Operator.ARCTANH),
        Operator.NOT,
    }
    count = 1 if operator in unary else 3 if operator is Operator.PIECEWISE else 2
    body = call(operator, *NAMES[:count])
    found = MACHINE.outputs(
        np.zeros(1),
        np.array([[values[0]]]),
        prepared(compile_system(with_outputs(body, values=values))),
    )
    plain = evaluate(body, dict(zip(NAMES, values, strict=True)))
    np.testing.assert_allclose(found[0, 0], plain, rtol=5e-16, atol=0.0)


def plain_rhs(body: EquationSystem, y: dict[str, float], time: float) -> list[float]:
    """Return derivatives of the states that move, computed as the readable twin would."""
    values = dict(body.constants) | {state.id: state.initial for state in body.states} | y
    for name, expression in (*body.assignments, *body.rates):
        values[name] = evaluate(expression, values, time)
    changes = []
    for state in body.states:
        if state.terms or state.rule is not None:
            total = sum(factor * values[rate] for factor, rate in state.terms)
            changes.append(total + (evaluate(state.rule, values, time) if state.rule else 0.0))
    return changes


STATES = ("a", "b")
NAMED = ("a", "b", "k", "c", "d")


@st.composite
def systems(draw: st.DrawFn) -> EquationSystem:
    """Two moving states, assignments one on top of the other, rates that name both."""
    tame = st.sampled_from(
        [
            multiply("k", "a", "b"),
            multiply("k", "c"),
            divide(multiply("k", "a"), add("b", "d")),
            power("a", add("b", 1.0)),
            add("a", "b", "c", "d"),
            call(Operator.EXP, minus(divide("a", "k"))),
            piecewise(multiply("a", "d"), at_least("b", "k"), multiply(2.0, "b", "c")),
            call(Operator.MAX, "a", multiply("b", "k")),
            multiply("d", call(Operator.SIN, TIME)),
            multiply("a", "a", "a"),
        ]
    )
    rates = draw(st.lists(tame, min_size=1, max_size=4))
    factor = st.sampled_from([-2.0, -1.0, 1.0, 0.5])
    terms = st.lists(
        st.tuples(factor, st.sampled_from([f"v{place}" for place in range(len(rates))])), max_size=5
    )
    rule = st.one_of(st.none(), tame)
    return system(
        tuple(
            State(id=name, initial=1.0, terms=tuple(draw(terms)), rule=draw(rule))
            for name in STATES
        ),
        constants={"k": draw(st.floats(0.5, 2.0))},
        assignments={"c": divide("a", "k"), "d": add(multiply("c", "c"), "b", 1.0)},
        rates={f"v{place}": body for place, body in enumerate(rates)},
    )


@given(body=systems(), y=st.tuples(st.floats(0.3, 3.0), st.floats(0.3, 3.0)))
@settings(max_examples=150, deadline=None)
def test_right_hand_side_and_jacobian_equal_plain_twin_and_differences(
    body: EquationSystem, y: tuple[float, float]
) -> None:
    compiled = compile_system(body)
    p, time = prepared(compiled), 0.4
    moving = [STATES.index(name) for name in compiled.moving]
    state = np.array(y)[moving]
    base = dict(zip(STATES, y, strict=True))
    # Still states are read from their initial value of one.
    base = {name: base[name] for name in compiled.moving}
    np.testing.assert_allclose(
        MACHINE.rhs(time, state, p), plain_rhs(body, base, time), rtol=1e-13, atol=1e-13
    )
    exact = MACHINE.jacobian_dense(time, state, p)
    step = 1e-5
    a, b = (base.get(name, 1.0) for name in STATES)
    for column, name in enumerate(compiled.moving):
        high, low = (
            np.array(plain_rhs(body, base | {name: base[name] + sign * step}, time))
            for sign in (1.0, -1.0)
        )
        if (
            abs(b - dict(body.constants)["k"]) > 2 * step
            and abs(a - b * dict(body.constants)["k"]) > 10 * step
        ):
            size = max(1.0, float(np.abs(exact).max()))
            np.testing.assert_allclose(
                exact[:, column], (high - low) / (2 * step), rtol=1e-6, atol=1e-7 * size
            )


@given(body=systems())
@settings(max_examples=30, deadline=None)
def test_sparse_jacobian_is_the_dense_one(body: EquationSystem) -> None:
    compiled = compile_system(body)
    p, y = prepared(compiled), np.full(len(compiled.moving), 1.5)
    data = MACHINE.jacobian_data(0.1, y, p)
    dense = MACHINE.jacobian_dense(0.1, y, p)
    rebuilt = np.zeros_like(dense)
    for column in range(y.size):
        rows = compiled.indices[compiled.indptr[column] : compiled.indptr[column + 1]]
        assert list(rows) == sorted(set(rows.tolist()) | {column})
        rebuilt[rows, column] = data[compiled.indptr[column] : compiled.indptr[column + 1]]
    np.testing.assert_array_equal(rebuilt, dense)


def test_jacobian_goes_through_long_chains_of_assignments() -> None:
    links = 1500
    chain: dict[str, Expression] = {"x0": multiply(2.0, "a")}
    chain |= {f"x{n}": add(f"x{n - 1}", "a") for n in range(1, links)}
    body = system(
        (State(id="a", initial=1.0, terms=((1.0, "v"),)),),
        assignments=dict(reversed(chain.items())),
        rates={"v": multiply(f"x{links - 1}", "x0")},
    )
    p = prepared(compile_system(body))
    # v = (links + 1) a * 2 a
    assert MACHINE.rhs(0.0, np.array([1.5]), p)[0] == 2.0 * (links + 1) * 1.5**2
    assert MACHINE.jacobian_dense(0.0, np.array([1.5]), p)[0, 0] == 4.0 * (links + 1) * 1.5


def test_a_value_needed_twice_is_computed_once() -> None:
    hill = divide(power("a", "k"), add(1.0, power("a", "k")))
    once = compile_system(with_outputs(hill))
    twice = compile_system(
        with_outputs(hill, minus(1.0, divide(power("a", "k"), add(1.0, power("a", "k")))))
    )
    assert len(twice.arguments.code) == len(once.arguments.code) + 1


def test_what_only_constants_decide_is_computed_before_the_run() -> None:
    compiled = compile_system(with_outputs(multiply(call(Operator.EXP, "k"), "b", "a")))
    first, last = compiled.arguments.spans[2:4]
    assert last - first == 2


def test_conditions_on_time_alone_are_held_and_those_on_states_are_not() -> None:
    body = system(
        (State(id="a", initial=0.0, terms=((1.0, "v"),)),),
        assignments={"on": piecewise(1.0, at_least(TIME, 5.0), 0.0)},
        rates={"v": add("on", piecewise(10.0, at_least("a", 3.0), 0.0))},
    )
    compiled = compile_system(body)
    p = prepared(compiled, 4.9)
    assert [MACHINE.rhs(t, np.array([0.0]), p)[0] for t in (4.0, 6.0)] == [0.0, 0.0]
    MACHINE.switches(5.0, p)
    assert [MACHINE.rhs(t, np.array([0.0]), p)[0] for t in (4.0, 6.0)] == [1.0, 1.0]
    assert MACHINE.rhs(4.0, np.array([3.0]), p)[0] == 11.0
    assert len(compiled.clocks) == 1
    assert compiled.comparisons == 1


def test_a_remainder_of_time_runs_on_between_its_jumps() -> None:
    body = system(
        (State(id="a", initial=0.0, rule=call(Operator.REMAINDER, TIME, 24.0)),),
    )
    p = prepared(compile_system(body), 30.0)
    assert [MACHINE.rhs(t, np.zeros(1), p)[0] for t in (25.0, 48.0)] == [1.0, 24.0]


def test_a_second_system_compiles_nothing() -> None:
    for body in (with_outputs(Name("a")), with_outputs(power("a", "b"), multiply("k", TIME))):
        compiled = compile_system(body)
        p, y = prepared(compiled), np.ones(1)
        MACHINE.rhs(0.0, y, p)
        MACHINE.rhs(0.0, np.ones((2, 2))[:1, 0], p)
        MACHINE.jacobian_data(0.0, y, p)
        MACHINE.jacobian_dense(0.0, y, p)
        MACHINE.outputs(np.zeros(1), np.ones((1, 1)), p)
        MACHINE.observe(0.0, y, 5, 8, p)
        MACHINE.start(0.0, np.zeros(0, dtype=np.bool_), p)
    kernels: list[Any] = [*MACHINE, machine.run]
    for kernel in kernels:
        assert len(kernel.signatures) == 1


def test_loading_that_takes_long_is_announced(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Impatient:
        def __init__(self, patience: float, announce: Any) -> None:
            assert patience == load.PATIENCE
            self.announce = announce

        def start(self) -> None:
            self.announce()

        daemon = False

        def cancel(self) -> None:
            self.cancelled = True

    monkeypatch.setattr("pathway.kernels.load.Timer", Impatient)
    load_machine.__wrapped__()
    assert "compiling kernels once with numba" in capsys.readouterr().err


def test_same_system_gives_the_same_programs() -> None:
    body = with_outputs(multiply("a", call(Operator.EXP, "b")), add("a", TIME))
    first, second = (compile_system(body).arguments for _ in range(2))
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


def test_gradient_of_shared_parts_stays_small() -> None:
    names = [f"x{place}" for place in range(200)]
    saturating = divide("x0", add("k", *names))
    assert len(gradient(saturating)) == 201
    states = tuple(State(id=name, initial=1.0, terms=((1.0, "v"),)) for name in names)
    compiled = compile_system(system(states, constants={"k": 1.0}, rates={"v": saturating}))
    # Two hundred derivatives, of which all but one are the same.
    assert len(compiled.arguments.code) < 2 * 200 + 20
