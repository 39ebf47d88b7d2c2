"""How runs end, and what comes back of those that end badly."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pathway.batch.run import Schedule
from pathway.errors import SolveError
from pathway.lanes.queue import Ending
from pathway.model.equation_lanes import run_equations
from pathway.model.lanes import NetworkRun, failure, run_networks
from pathway.scenario.resolve import Step
from pathway.solve.settings import Settings
from tests.reference.bag import bag, number_row, numbers, run, state_row
from tests.rules import rule
from tests.small import small

TIMES = np.linspace(0.0, 4.0, 9)
TO_FOUR = [Schedule(events=(), end=4.0)]


def test_a_run_that_becomes_infinite_says_when() -> None:
    found = run(TIMES, numbers=numbers({"r": 1.0}), schedules=TO_FOUR)  # y = 1 / (1 - t)
    assert found.ending.tolist() == [Ending.NOT_FINITE]
    assert found.reached[0] == pytest.approx(1.0, abs=1e-5)
    assert np.isfinite(found.last).all()
    assert found.last[0, 0] > 1e5
    np.testing.assert_allclose(found.levels[0, :2, 0], [1.0, 2.0], rtol=1e-5)
    assert np.isnan(found.levels[0, 3:]).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_end_at_once(bad: float) -> None:
    found = run(TIMES, numbers=numbers({"k": bad}), schedules=TO_FOUR)
    assert found.ending.tolist() == [Ending.NOT_FINITE]
    assert found.reached.tolist() == [0.0]
    np.testing.assert_array_equal(found.last, [[1.0, 0.0]])
    assert found.steps[0] == 0
    assert found.rejected[0] < 200


def test_growth_past_the_largest_double_ends() -> None:
    found = run([0.0], numbers=numbers({"k": -1.0}), schedules=[Schedule(events=(), end=1e3)])
    assert found.ending.tolist() == [Ending.NOT_FINITE]
    assert found.reached[0] == pytest.approx(np.log(np.finfo(float).max), rel=0.02)
    assert np.isfinite(found.last).all()


def test_a_start_that_is_not_finite_ends_at_once() -> None:
    found = run(TIMES, start=[[np.nan, 0.0], [1.0, 0.0]], schedules=TO_FOUR)
    assert found.ending.tolist() == [Ending.NOT_FINITE, Ending.OK]
    assert np.isnan(found.levels[0, 1:]).all()


def test_too_many_steps() -> None:
    wanted = run(TIMES, numbers=numbers({"k": 1.0}), schedules=TO_FOUR)
    needed = int(wanted.steps[0] + wanted.rejected[0])
    found = run(TIMES, numbers=numbers({"k": 1.0}), schedules=TO_FOUR, most_steps=needed - 1)
    assert found.ending.tolist() == [Ending.STEP_LIMIT]
    assert 0.0 < found.reached[0] < 4.0
    assert found.steps[0] + found.rejected[0] == needed - 1
    enough = run(TIMES, numbers=numbers({"k": 1.0}), schedules=TO_FOUR, most_steps=needed)
    assert enough.ending.tolist() == [Ending.OK]
    np.testing.assert_array_equal(enough.levels, wanted.levels)


@pytest.mark.parametrize(("slack", "ending"), [(100.0, Ending.NEGATIVE), (np.inf, Ending.OK)])
def test_a_state_below_zero(slack: float, ending: Ending) -> None:
    falling = numbers({"u": -1.0, "q": 0.0})  # y = 1 - t
    found = run(TIMES, numbers=falling, schedules=TO_FOUR, slack=slack)
    assert found.ending.tolist() == [ending]
    if ending is Ending.NEGATIVE:
        assert 1.0 < found.reached[0] < 4.0
        assert found.lowest[0] == found.last[0, 0] < -1e-7
    else:
        assert found.lowest[0] == pytest.approx(-3.0, rel=1e-9)


def test_a_little_below_zero_is_allowed() -> None:
    falling = numbers({"u": -1.0, "q": 0.0})
    end = [Schedule(events=(), end=1.0 + 9e-5)]
    assert run([0.0], numbers=falling, schedules=end, slack=100.0).ending[0] == Ending.OK
    tight = run([0.0], numbers=falling, schedules=end, slack=10.0)
    assert tight.ending[0] == Ending.NEGATIVE


def test_a_run_ends_early_at_rest_only_if_asked() -> None:
    filling = numbers({"u": 2.0, "k": 1.0})  # to 2
    times, end = [0.0, 1.0, 99.0], [Schedule(events=(), end=100.0)]
    early = run(times, numbers=filling, schedules=end, rest=1e-4)
    assert early.ending.tolist() == [Ending.AT_REST]
    assert 5.0 < early.reached[0] < 40.0
    np.testing.assert_allclose(early.last, 2.0, rtol=1e-3)
    # From there on it is taken to stay as it is.
    np.testing.assert_array_equal(early.levels[0, 2], early.last[0])
    late = run(times, numbers=filling, schedules=end)
    assert late.ending.tolist() == [Ending.OK]
    assert late.reached.tolist() == [100.0]
    assert late.steps[0] > early.steps[0]


def test_a_run_at_rest_goes_on_at_its_next_event() -> None:
    filling = numbers({"u": 2.0, "k": 1.0})  # to 2, then to 4
    schedule = Schedule(events=((50.0, ((number_row("u"), 4.0),)),), end=100.0)
    times = [1.0, 49.0, 50.0, 51.0, 99.0]
    early = run(times, numbers=filling, schedules=[schedule], rest=1e-5)
    late = run(times, numbers=filling, schedules=[schedule])
    assert early.ending.tolist() == [Ending.AT_REST]
    assert 50.0 < early.reached[0] < 100.0
    assert early.steps[0] < late.steps[0]
    wanted = [2.0 - math.exp(-1.0), 2.0, 2.0, 4.0 - 2.0 * math.exp(-1.0), 4.0]
    np.testing.assert_allclose(late.levels[0, :, 0], wanted, rtol=1e-5)
    np.testing.assert_allclose(early.levels[0, :, 0], wanted, rtol=1e-4)


def test_a_run_of_no_length_reports_its_start() -> None:
    found = run([0.0, 1.0], schedules=[Schedule(events=(), end=0.0)])
    assert found.ending.tolist() == [Ending.OK]
    assert found.steps.tolist() == [0]
    np.testing.assert_array_equal(found.levels[0], [[1.0, 0.0], [np.nan, np.nan]])


def test_no_runs_give_nothing() -> None:
    found = run(
        TIMES,
        start=np.empty((0, 2)),
        schedules=TO_FOUR,
        threads=2,
        start_of=np.empty(0, dtype=np.int64),
    )
    assert found.levels.shape == (0, 9, 2)


def test_failed_runs_of_equations_are_nan_beside_good_ones() -> None:
    found = run_equations(
        bag(),
        ["r", "k"],
        np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 2.0]]),
        TIMES,
        Settings(rtol=1e-8, atol=1e-10),
    )
    assert found.ending.tolist() == [Ending.OK, Ending.NOT_FINITE, Ending.OK]
    assert np.isnan(found.outputs[1]).all()
    for place, k in ((0, 1.0), (2, 2.0)):
        np.testing.assert_allclose(found.outputs[place, :, 0], np.exp(-k * TIMES), rtol=1e-6)


def test_a_start_that_is_not_finite_is_named() -> None:
    with pytest.raises(SolveError, match=r"run 1: 'z' starts at nan; check initial values"):
        run_equations(bag(), ["z"], np.array([[0.0], [np.nan]]), TIMES, Settings())


# ---- what is said of networks ----------------------------------------------------------------

BRANCHING = small(
    "A B",
    [rule("grow", "A() + A() -> A() + A() + A()"), rule("turn", "A() -> B()")],
    {"A.total": 1.0, "B.total": 0.0, "grow.k": 1.0, "turn.k": 0.0},
    {"all": "A()"},
)


def ended(stop: float, settings: Settings) -> str:
    one = NetworkRun(
        network=BRANCHING, steps=[Step(start=0.0, stop=stop, inputs={})], y0=BRANCHING.y0
    )
    (found,) = run_networks([one], np.array([0.0, stop]), settings)
    return str(found) if isinstance(found, SolveError) else "ok"


def test_failures_of_networks_say_when_and_what_to_do() -> None:
    assert ended(0.5, Settings()) == "ok"
    assert ended(30.0, Settings()).endswith(
        "min: no step was small enough; check rate constants and starting amounts for extreme values"
    )
    limit = ended(0.5, Settings(max_steps=2))
    assert limit.endswith("min: too many steps and no end; raise rtol or atol")
    assert limit.startswith("t = 0.")


@pytest.mark.parametrize(
    ("ending", "message"),
    [
        (
            Ending.NEGATIVE,
            r"t = 3\.5 min: an amount fell further below zero .*; lower rtol and atol",
        ),
        (Ending.NOT_RUN, r"t = 3\.5 min: was not run; report this"),
    ],
)
def test_other_failures_say_so_too(ending: Ending, message: str) -> None:
    with pytest.raises(SolveError, match=message):
        raise failure(ending, 3.5)


def test_rows_of_states_are_in_the_models_order() -> None:
    for name, place in (("y", 0), ("z", 1)):
        event = (1.0, ((state_row(name), 7.0),))
        frozen = numbers({"q": 0.0})
        found = run([0.0], numbers=frozen, schedules=[Schedule(events=(event,), end=1.0)])
        assert found.last[0, place] == 7.0
