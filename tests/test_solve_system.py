"""Integration of systems: values, jumps in time, overrides, settings and failures."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from pathway.equations.expression import Expression, Name, Number, Operator
from pathway.equations.system import EquationSystem, State
from pathway.errors import SolveError
from pathway.programs import machine
from pathway.programs.compile import compile_system
from pathway.solve.settings import Method, Settings
from pathway.solve.system import SystemTrajectory, integrate_system
from tests.reference.formulas import (
    TIME,
    add,
    at_least,
    below,
    both,
    call,
    divide,
    minus,
    multiply,
    piecewise,
    power,
    system,
)

DECAY = system(
    (State(id="a", initial=2.0, terms=((-1.0, "v"),)),),
    constants={"k": 0.5},
    rates={"v": multiply("k", "a")},
)


def run(body: EquationSystem, *times: float, **overrides: Any) -> SystemTrajectory:
    return integrate_system(compile_system(body), list(times), **overrides)


def driven(rate: Expression, **constants: float) -> EquationSystem:
    """Return a system whose state is the integral of a rate."""
    return system(
        (State(id="a", initial=0.0, terms=((1.0, "v"),)),), constants=constants, rates={"v": rate}
    )


@pytest.mark.parametrize("method", list(Method))
def test_decay_is_exponential(method: Method) -> None:
    settings = Settings(method=method, rtol=1e-9, atol=1e-12)
    found = integrate_system(compile_system(DECAY), [0.0, 1.0, 1.0, 7.0], settings=settings)
    expected = 2.0 * np.exp(-0.5 * np.array([0.0, 1.0, 1.0, 7.0]))
    np.testing.assert_allclose(found.outputs[:, 0], expected, rtol=1e-6)
    assert found.record.method == settings.stepwise().method.value
    assert found.record.steps > 0
    assert found.record.starts == 1


@pytest.mark.parametrize("method", list(Method))
def test_stiff_robertson(method: Method) -> None:
    body = system(
        (
            State(id="a", initial=1.0, terms=((-1.0, "v1"), (1.0, "v3"))),
            State(id="b", initial=0.0, terms=((1.0, "v1"), (-1.0, "v3"), (-1.0, "v2"))),
            State(id="c", initial=0.0, terms=((1.0, "v2"),)),
        ),
        constants={"k1": 0.04, "k2": 3e7, "k3": 1e4},
        rates={
            "v1": multiply("k1", "a"),
            "v2": multiply("k2", "b", "b"),
            "v3": multiply("k3", "b", "c"),
        },
    )
    settings = Settings(method=method, rtol=1e-8, atol=1e-12)
    found = integrate_system(compile_system(body), [40.0], settings=settings)
    # Hairer and Wanner, Solving Ordinary Differential Equations II, at t = 40.
    np.testing.assert_allclose(
        found.outputs[0], [0.7158270688, 9.185534765e-6, 0.2841637457], rtol=1e-5
    )
    assert found.record.njev > 0


def test_many_states_use_sparse_algebra() -> None:
    size = 150
    states = tuple(
        State(id=f"s{n}", initial=1.0, terms=((-1.0, f"v{n}"), (1.0, f"v{(n - 1) % size}")))
        for n in range(size)
    )
    rates: dict[str, Expression] = {f"v{n}": multiply(1.0 + n / size, f"s{n}") for n in range(size)}
    settings = Settings(method=Method.BDF, rtol=1e-7, atol=1e-10)
    found = integrate_system(compile_system(system(states, rates=rates)), [3e4], settings=settings)
    rest = 1.0 / (1.0 + np.arange(size) / size)
    np.testing.assert_allclose(found.outputs[0], size * rest / rest.sum(), rtol=1e-4)


def test_a_narrow_pulse_in_a_long_run_is_not_missed() -> None:
    pulse = both(at_least(TIME, "on"), below(TIME, add("on", 1e-3)))
    body = driven(piecewise(1000.0, pulse, 0.0), on=500.1)
    found = run(body, 0.0, 500.0, 500.1005, 1000.0)
    np.testing.assert_allclose(found.outputs[:, 0], [0.0, 0.0, 0.5, 1.0], rtol=1e-9)
    assert found.record.starts == 3


def test_jumps_that_repeat_are_all_stepped_onto() -> None:
    body = driven(piecewise(1.0, below(call(Operator.REMAINDER, TIME, 24.0), 0.01), 0.0))
    found = run(body, 240.0)
    np.testing.assert_allclose(found.outputs[0, 0], 0.1, rtol=1e-9)
    stairs = run(driven(call(Operator.FLOOR, divide(TIME, 10.0))), 100.0)
    np.testing.assert_allclose(stairs.outputs[0, 0], 450.0, rtol=1e-9)
    assert stairs.record.starts == 10


def test_jumps_of_curved_conditions_are_found() -> None:
    narrow = call(Operator.GREATER, call(Operator.SIN, TIME), 0.999999)
    found = run(driven(piecewise(1.0, narrow, 0.0)), 100.0)
    width = 2.0 * (math.pi / 2.0 - math.asin(0.999999))
    np.testing.assert_allclose(found.outputs[0, 0], 16.0 * width, rtol=1e-6)


def test_jumps_through_assignments_are_found() -> None:
    body = system(
        (State(id="a", initial=0.0, terms=((1.0, "v"),)),),
        constants={"late": 900.0},
        assignments={
            "shifted": minus(TIME, "late"),
            "dose": piecewise(5.0, both(at_least("shifted", 0.0), below("shifted", 0.01)), 0.0),
        },
        rates={"v": Name("dose")},
    )
    np.testing.assert_allclose(run(body, 1000.0).outputs[0, 0], 0.05, rtol=1e-9)
    moved = run(body, 1000.0, constants={"late": 3.0})
    np.testing.assert_allclose(moved.outputs[0, 0], 0.05, rtol=1e-9)


@pytest.mark.parametrize("method", list(Method))
def test_a_jump_costs_no_accuracy(method: Method) -> None:
    # da/dt = t up to 5, then -a: stepped over, the jump would cost digits at any tolerance.
    body = system(
        (State(id="a", initial=0.0, rule=piecewise(minus("a"), at_least(TIME, 5.0), TIME)),)
    )
    settings = Settings(method=method, rtol=1e-11, atol=1e-13)
    found = integrate_system(compile_system(body), [5.0, 6.0], settings=settings)
    np.testing.assert_allclose(found.outputs[:, 0], [12.5, 12.5 / math.e], rtol=1e-9)
    assert found.record.starts == 2


def test_outputs_at_a_jump_are_as_the_condition_says() -> None:
    later = call(Operator.GREATER, TIME, 5.0)
    body = system(
        (State(id="a", initial=0.0, rule=Number(1.0)),),
        outputs={
            "from": piecewise(1.0, at_least(TIME, 5.0), 0.0),
            "after": piecewise(1.0, later, 0.0),
        },
    )
    found = run(body, 4.0, 5.0, 6.0)
    np.testing.assert_array_equal(found.outputs, [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]])


def test_a_condition_on_a_state_is_located() -> None:
    # Growth 1 until a = 2, then growth 3: a kink that no step may blur.
    body = driven(piecewise(3.0, at_least("a", 2.0), 1.0))
    found = run(body, 1.0, 2.0, 50.0)
    np.testing.assert_allclose(found.outputs[:, 0], [1.0, 2.0, 2.0 + 3.0 * 48.0], rtol=1e-8)


def test_a_solution_that_slides_along_a_condition_arrives() -> None:
    body = driven(piecewise(minus(1.0), at_least("a", 1.0), 1.0))
    settings = Settings(rtol=1e-4, atol=1e-6)
    found = integrate_system(compile_system(body), [1.02], settings=settings)
    assert found.outputs[0, 0] == pytest.approx(1.0, abs=1e-3)


def test_conditions_shield_what_they_guard() -> None:
    guarded = piecewise(call(Operator.LN, "a"), call(Operator.GREATER, "a", 1.0), 1.0)
    found = run(driven(guarded), 0.5, 1.0)
    np.testing.assert_allclose(found.outputs[:, 0], [0.5, 1.0], rtol=1e-7)


def test_a_root_of_zero_starts() -> None:
    # da/dt = 1 + sqrt(a): the slope of the root is infinite where it starts.
    found = run(driven(add(1.0, call(Operator.SQRT, call(Operator.ABS, "a")))), 1.0)
    root = math.sqrt(float(found.outputs[0, 0]))
    assert 2.0 * (root - math.log(1.0 + root)) == pytest.approx(1.0, rel=1e-6)


def test_system_without_moving_states() -> None:
    body = system((), outputs={"o": multiply(TIME, 2.0)}, start=1.0)
    np.testing.assert_array_equal(run(body, 1.0, 3.0).outputs[:, 0], [2.0, 6.0])


def test_runs_are_the_same_bit_for_bit_and_leave_the_compiled_system_alone() -> None:
    compiled = compile_system(DECAY)
    before = compiled.arguments.values.copy()
    first = integrate_system(compiled, [3.0], {"k": 0.7})
    other = integrate_system(compiled, [3.0])
    again = integrate_system(compiled, [3.0], {"k": 0.7})
    np.testing.assert_array_equal(first.outputs, again.outputs)
    assert first.outputs[0, 0] != other.outputs[0, 0]
    np.testing.assert_array_equal(compiled.arguments.values, before)


def test_tolerance_follows_small_amounts() -> None:
    tiny = run(DECAY, 10.0, initial={"a": 2e-15})
    np.testing.assert_allclose(tiny.outputs[0, 0], 2e-15 * math.exp(-5.0), rtol=1e-5)
    assert tiny.record.atol < 1e-25


INITIAL = system(
    (State(id="a", initial=0.0, terms=((-1.0, "v"),)), State(id="b", initial=0.0)),
    constants={"k": 1.0, "total": 0.0, "base": 3.0},
    assignments={"double": multiply(2.0, "total")},
    rates={"v": Number(0.0)},
    # Not in the order of use: b needs a, which needs total through an assignment.
    initial={"b": add("a", TIME), "a": add("double", 1.0), "total": multiply("base", "k")},
    outputs={name: Name(name) for name in ("a", "b", "total")},
    start=10.0,
)


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({}, [7.0, 17.0, 3.0]),
        ({"constants": {"base": 5.0}}, [11.0, 21.0, 5.0]),
        ({"constants": {"total": 4.0}}, [9.0, 19.0, 4.0]),
        ({"initial": {"a": 2.0}}, [2.0, 12.0, 3.0]),
        ({"initial": {"b": 0.5}, "constants": {"k": 2.0}}, [13.0, 0.5, 6.0]),
        ({"constants": {"b": 0.5}}, [7.0, 0.5, 3.0]),
    ],
)
def test_initial_assignments_follow_what_is_given(
    overrides: dict[str, dict[str, float]], expected: list[float]
) -> None:
    np.testing.assert_array_equal(run(INITIAL, 10.0, **overrides).outputs[0], expected)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"constants": {"bass": 1.0}}, r"small: 'bass': is no constant; did you mean 'base'"),
        ({"constants": {"a": 1.0}}, r"small: 'a': is no constant"),
        ({"initial": {"base": 1.0}}, r"small: 'base': is no initial value"),
        ({"initial": {"a": math.nan}}, r"small: 'a': is given as nan; give a finite number"),
    ],
)
def test_unusable_overrides_are_refused(
    overrides: dict[str, dict[str, float]], message: str
) -> None:
    with pytest.raises(SolveError, match=message):
        run(INITIAL, 10.0, **overrides)


@pytest.mark.parametrize("times", [[], [2.0, 1.0], [-1.0, 1.0], [math.nan], [[1.0]]])
def test_unusable_times_are_refused(times: list[float]) -> None:
    with pytest.raises(
        SolveError, match=r"output times: must be finite and ascend from 0 or later"
    ):
        integrate_system(compile_system(DECAY), times)


def test_what_is_not_finite_is_said() -> None:
    with pytest.raises(SolveError, match=r"t = 0: 'a' changes at a rate of inf; look in its"):
        run(driven(divide(1.0, "a")), 1.0)
    with pytest.raises(SolveError, match=r"t = 0: 'a' changes at a rate of nan"):
        run(driven(call(Operator.LN, add("a", -1.0))), 1.0)
    unset = system((State(id="a", initial=math.nan, terms=((1.0, "v"),)),), rates={"v": TIME})
    with pytest.raises(SolveError, match=r"t = 0: 'a' is nan"):
        run(unset, 1.0)


def test_growth_without_limit_is_an_error() -> None:
    grows = system((State(id="a", initial=1.0, rule=power("a", 2.0)),))
    with pytest.raises(SolveError, match=r"t = .*: (integration failed|'a' is|\d+ steps)"):
        run(grows, 2.0)


def test_too_many_steps_are_an_error() -> None:
    with pytest.raises(SolveError, match=r"6 steps and no end; raise rtol or atol"):
        integrate_system(compile_system(DECAY), [10.0], settings=Settings(max_steps=5))


def test_too_many_jumps_are_refused() -> None:
    stairs = driven(call(Operator.FLOOR, multiply(TIME, 1e6)))
    with pytest.raises(SolveError, match=r"a condition on time turns more than 20000 times"):
        run(stairs, 1.0)
    curved = driven(call(Operator.FLOOR, multiply(TIME, TIME)))
    with pytest.raises(SolveError, match=r"turns more than 20000 times; simulate a shorter time"):
        run(curved, 1e4)


def test_systems_share_one_machine() -> None:
    for body in (DECAY, INITIAL):
        run(body, 10.0)
    assert [len(kernel.signatures) for kernel in (machine.rhs, machine.outputs)] == [1, 1]
