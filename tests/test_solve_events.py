"""Events: when they fire, in which order, and what they leave."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from pathway.equations.expression import Expression, Name, Number, Operator
from pathway.equations.system import EquationSystem, Event, State
from pathway.errors import SolveError
from pathway.programs.compile import compile_system
from pathway.solve.crossing import locate
from pathway.solve.settings import Method, Settings
from pathway.solve.system import SystemTrajectory, integrate_system
from tests.reference.formulas import (
    TIME,
    add,
    at_least,
    below,
    both,
    call,
    minus,
    multiply,
    system,
)


def run(body: EquationSystem, *times: float) -> SystemTrajectory:
    return integrate_system(compile_system(body), list(times))


def event(
    name: str, trigger: Expression, *, priority: float | None = None, **more: object
) -> Event:
    flags = {key: bool(more.pop(key)) for key in FLAGS & more.keys()}
    new = tuple((target, value) for target, value in more.items() if isinstance(value, Expression))
    rank = None if priority is None else Number(priority)
    return Event(id=name, trigger=trigger, assignments=new, priority=rank, **flags)


FLAGS = {"persistent", "initially_true", "values_from_trigger"}
STILL = tuple(State(id=name, initial=0.0) for name in ("x", "z"))
CLOCK = State(id="w", initial=0.0, rule=Number(1.0))
FIVE = at_least(TIME, 5.0)


@pytest.mark.parametrize("method", list(Method))
def test_bouncing_ball(method: Method) -> None:
    body = system(
        (State(id="x", initial=10.0, rule=Name("v")), State(id="v", initial=0.0, rule=minus("g"))),
        constants={"g": 9.81, "e": 0.8},
        events=(
            event(
                "bounce",
                both(call(Operator.LESS_EQUAL, "x", 0.0), below("v", 0.0)),
                v=minus(multiply("e", "v")),
            ),
        ),
    )
    settings = Settings(method=method, rtol=1e-9, atol=1e-12)
    found = integrate_system(compile_system(body), [6.0], settings=settings)
    first = math.sqrt(2.0 * 10.0 / 9.81)
    bounces = first * np.cumsum([1.0, 1.6, 1.28])
    times = [time for time, _ in found.record.events]
    np.testing.assert_allclose(times, bounces, rtol=1e-8)
    since, speed = 6.0 - bounces[2], 0.8**3 * 9.81 * first
    height = speed * since - 0.5 * 9.81 * since**2
    np.testing.assert_allclose(found.outputs[0], [height, speed - 9.81 * since], rtol=1e-6)


def test_periodic_dosing() -> None:
    # The time of the next dose is itself set by the event.
    body = system(
        (State(id="a", initial=0.0, rule=minus("a")), State(id="next", initial=1.0)),
        events=(event("dose", at_least(TIME, "next"), a=add("a", 1.0), next=add("next", 2.0)),),
    )
    found = run(body, 0.5, 1.0, 2.0, 3.0, 21.0)
    one = math.exp(-1.0)
    doses = sum(math.exp(-2.0 * n) for n in range(11))
    np.testing.assert_allclose(found.outputs[:, 0], [0.0, 1.0, one, 1.0 + one**2, doses], rtol=1e-6)
    assert [time for time, _ in found.record.events] == [1.0 + 2.0 * n for n in range(11)]


@pytest.mark.parametrize(("first", "last"), [((2.0, 1.0), 12.0), ((1.0, 2.0), 11.0)])
def test_of_simultaneous_events_the_higher_priority_goes_first(
    first: tuple[float, float], last: float
) -> None:
    body = system(
        (*STILL, CLOCK),
        events=(
            event("low", FIVE, priority=first[0], x=Number(11.0)),
            event("high", FIVE, priority=first[1], x=Number(12.0)),
        ),
    )
    assert run(body, 6.0).outputs[0, 0] == last


def test_events_without_priority_come_last_in_declared_order() -> None:
    body = system(
        (*STILL, CLOCK),
        events=(
            event("one", FIVE, x=Number(1.0)),
            event("two", FIVE, x=Number(2.0)),
            event("ranked", FIVE, priority=-3.0, x=Number(3.0)),
        ),
    )
    found = run(body, 6.0)
    assert [name for _, name in found.record.events] == ["ranked", "one", "two"]


def test_priorities_are_looked_at_again_after_each_event() -> None:
    # The first makes z large, and with it the priority of the last.
    ranked = Event(id="ranked", trigger=FIVE, assignments=(("x", Number(3.0)),), priority=Name("z"))
    body = system(
        (*STILL, CLOCK),
        events=(
            event("middle", FIVE, priority=5.0, x=Number(2.0)),
            ranked,
            event("first", FIVE, priority=9.0, z=Number(7.0)),
        ),
    )
    found = run(body, 6.0)
    assert [name for _, name in found.record.events] == ["first", "ranked", "middle"]


@pytest.mark.parametrize(("persistent", "fires"), [(False, 0.0), (True, 1.0)])
def test_only_a_persistent_event_survives_its_trigger(persistent: bool, fires: float) -> None:  # noqa: FBT001
    waiting = both(FIVE, below("x", 1.0))
    body = system(
        (*STILL, CLOCK),
        events=(
            event("first", FIVE, priority=2.0, x=Number(1.0)),
            event("waiting", waiting, priority=1.0, z=Number(1.0), persistent=persistent),
        ),
    )
    assert run(body, 6.0).outputs[0, 1] == fires


@pytest.mark.parametrize(("early", "value"), [(False, 11.0), (True, 1.0)])
def test_values_are_of_the_execution_or_of_the_trigger(early: bool, value: float) -> None:  # noqa: FBT001
    body = system(
        (*STILL, CLOCK),
        events=(
            event("first", FIVE, priority=2.0, x=Number(10.0)),
            event("second", FIVE, priority=1.0, z=add("x", 1.0), values_from_trigger=early),
        ),
    )
    assert run(body, 6.0).outputs[0, 1] == value


def test_all_values_of_an_event_are_computed_before_any_is_set() -> None:
    body = system(
        (State(id="x", initial=1.0), State(id="z", initial=2.0), CLOCK),
        events=(event("swap", FIVE, x=Name("z"), z=Name("x")),),
    )
    np.testing.assert_array_equal(run(body, 6.0).outputs[0, :2], [2.0, 1.0])


@pytest.mark.parametrize(("before", "fires"), [(False, 1.0), (True, 0.0)])
def test_what_is_true_at_the_start_fires_only_if_it_was_false_before(
    before: bool,  # noqa: FBT001
    fires: float,
) -> None:
    now = at_least(TIME, 0.0)
    body = system((*STILL, CLOCK), events=(event("e", now, x=Number(1.0), initially_true=before),))
    np.testing.assert_array_equal(run(body, 0.0, 1.0).outputs[:, 0], [fires, fires])


def test_events_set_each_other_off() -> None:
    body = system(
        (*STILL, CLOCK),
        events=(
            event("second", at_least("x", 1.0), z=add("z", 1.0)),
            event("first", FIVE, x=Number(2.0)),
        ),
    )
    found = run(body, 4.0, 5.0)
    np.testing.assert_array_equal(found.outputs[:, :2], [[0.0, 0.0], [2.0, 1.0]])
    assert found.record.events == ((5.0, "first"), (5.0, "second"))


def test_events_that_never_end_are_an_error() -> None:
    body = system(
        (*STILL, CLOCK),
        events=(
            event("on", both(FIVE, below("x", 1.0)), x=Number(1.0)),
            event("off", both(FIVE, at_least("x", 1.0)), x=Number(0.0)),
        ),
    )
    with pytest.raises(
        SolveError, match=r"t = 5: more than 10000 events, the last '(on|off)'; look for events"
    ):
        run(body, 6.0)


def test_after_means_just_after() -> None:
    later = call(Operator.GREATER, TIME, 5.0)
    body = system((*STILL, CLOCK), events=(event("e", later, x=Number(1.0)),))
    found = run(body, 5.0, 5.5)
    np.testing.assert_array_equal(found.outputs[:, 0], [0.0, 1.0])
    assert found.record.events == ((5.0, "e"),)


def test_an_instant_is_enough() -> None:
    at = call(Operator.EQUAL, call(Operator.REMAINDER, TIME, 2.0), 0.0)
    body = system((*STILL, CLOCK), events=(event("tick", at, x=add("x", 1.0)),))
    assert run(body, 7.0).outputs[0, 0] == 3.0


@pytest.mark.parametrize("operator", [Operator.EQUAL, Operator.NOT_EQUAL])
def test_an_instant_that_steps_would_pass_over_is_refused(operator: Operator) -> None:
    passed = event("e", call(operator, "w", math.pi), x=Number(1.0))
    body = system((*STILL, CLOCK), events=(passed,))
    with pytest.raises(
        SolveError, match=r"event 'e': asks with == or != for what is equal .*; write >= or <="
    ):
        run(body, 5.0)
    assert run(body, 3.0).outputs[0, 0] == 0.0


def test_equality_of_what_events_set_is_seen() -> None:
    body = system(
        (*STILL, CLOCK),
        events=(
            event("set", FIVE, w=Number(1.0)),
            event("seen", call(Operator.EQUAL, "w", 1.0), x=Number(1.0)),
        ),
    )
    # The clock passes one on its way, and is then set to one.
    with pytest.raises(SolveError, match=r"event 'seen': asks with =="):
        run(body, 6.0)
    late = replace(body, start=4.0)
    assert run(late, 6.0).outputs[0, 0] == 1.0


def test_a_trigger_without_margin_is_bisected() -> None:
    either = call(Operator.XOR, at_least("w", 3.0), at_least("w", 100.0))
    body = system((*STILL, CLOCK), events=(event("e", either, x=Number(1.0)),))
    ((time, _),) = run(body, 10.0).record.events
    assert time == pytest.approx(3.0, rel=1e-12)


def test_a_trigger_on_an_assignment_and_time_is_located() -> None:
    body = system(
        (State(id="x", initial=1.0, rule=Name("x")), *STILL[1:]),
        assignments={"level": multiply("x", 2.0)},
        events=(
            event("e", both(at_least("level", TIME), at_least(TIME, 2.0)), z=Name("x")),
            event("grown", at_least("level", 100.0), z=Number(-1.0)),
        ),
    )
    found = run(body, 2.0, 6.0)
    assert found.outputs[0, 1] == pytest.approx(math.exp(2.0))
    assert found.record.events[0] == (2.0, "e")
    assert found.record.events[1][0] == pytest.approx(math.log(50.0), rel=1e-6)


def test_a_trigger_that_turns_twice_in_a_step_fires() -> None:
    # A parabola is exact in one step of any length; its top is above the line for a short time.
    body = system(
        (
            State(id="height", initial=0.0, rule=Name("speed")),
            State(id="speed", initial=10.0, rule=Number(-1.0)),
            *STILL,
        ),
        events=(event("high", at_least("height", 45.0), x=add("x", 1.0)),),
    )
    found = run(body, 40.0)
    assert found.outputs[0, 2] == 1.0
    assert found.record.events[0][0] == pytest.approx(10.0 - math.sqrt(10.0), rel=1e-9)


def test_a_moving_state_is_set_and_rates_follow_what_events_set() -> None:
    body = system(
        (State(id="a", initial=0.0, terms=((1.0, "v"),)), State(id="k", initial=1.0)),
        rates={"v": multiply("k", 2.0)},
        events=(event("stop", at_least("a", 4.0), a=Number(1.0), k=Number(0.25)),),
    )
    found = run(body, 1.0, 2.5, 4.0)
    np.testing.assert_allclose(found.outputs[:, 0], [2.0, 1.25, 2.0], rtol=1e-9)


@pytest.mark.parametrize("root", [0.3, 1.0 / 3.0, 0.999])
def test_crossings_are_located_to_the_last_bit(root: float) -> None:
    def turned(time: float) -> bool:
        return time >= root

    assert locate(turned, lambda time: time - root, 0.0, 1.0) == root
    assert locate(turned, lambda _: 0.0, 0.0, 1.0) == root
    # A guide that is a little off is put right, on either side.
    assert locate(turned, lambda time: time - root - 1e-9, 0.0, 1.0) == root
    assert locate(turned, lambda time: time - root + 1e-9, 0.0, 1.0) == root
