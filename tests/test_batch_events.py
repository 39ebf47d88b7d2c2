"""Events fall on their times exactly; asking for more times changes no step; totals are kept."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathway.batch.run import Schedule
from pathway.errors import SolveError
from pathway.kernels.load import load_kernels
from pathway.lanes.queue import Ending
from pathway.model.lanes import NetworkRun, run_networks
from pathway.scenario.resolve import Step
from pathway.solve.integrate import Trajectory
from pathway.solve.rest import rest_problem
from pathway.solve.settings import Settings
from tests.reference.bag import number_row, numbers, run, state_row
from tests.rules import rule
from tests.small import small

if TYPE_CHECKING:
    from pathway.model import Network
    from tests.reference.bag import Values

TIGHT: dict[str, Any] = {"rtol": 1e-10, "atol": 1e-12}


def infusion(y: float, k: float, stretches: list[tuple[float, float]], t: float) -> float:
    """Return y' = u - k y at t, where u is held over stretches of (length, u)."""
    for length, u in stretches:
        share = min(length, t)
        y = u / k + (y - u / k) * math.exp(-k * share)
        t -= share
        if t <= 0.0:
            break
    return y


STRETCHES = st.lists(st.tuples(st.floats(0.01, 5.0), st.floats(0.0, 10.0)), min_size=1, max_size=6)


@given(stretches=STRETCHES, k=st.floats(0.05, 200.0))
@settings(max_examples=40, deadline=None)
def test_infusions_are_as_computed_by_hand(stretches: list[tuple[float, float]], k: float) -> None:
    starts = np.concatenate([[0.0], np.cumsum([length for length, _ in stretches])])
    events = [
        (float(t), ((number_row("u"), u),))
        for t, (_, u) in zip(starts[:-1], stretches, strict=True)
    ]
    times = np.unique(np.concatenate([starts, np.linspace(0.0, starts[-1], 23)]))
    found = run(
        times,
        numbers=numbers({"k": k}),
        schedules=[Schedule(events=tuple(events), end=float(starts[-1]))],
        **TIGHT,
    )
    wanted = [infusion(1.0, k, stretches, t) for t in times.tolist()]
    assert found.ending.tolist() == [Ending.OK]
    # Dense output is of order 4: between steps it is a little less accurate than the steps.
    np.testing.assert_allclose(found.levels[0, :, 0], wanted, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(found.last[0, 0], wanted[-1], rtol=1e-8, atol=1e-10)


def test_at_an_event_values_are_those_just_before() -> None:
    event = (2.0, ((state_row("y"), 50.0), (number_row("k"), 3.0)))
    times = [0.0, 2.0, np.nextafter(2.0, 3.0), 2.5]
    found = run(
        times,
        numbers=numbers({"k": 1.0}),
        schedules=[Schedule(events=(event,), end=2.5)],
        **TIGHT,
    )
    wanted = [1.0, math.exp(-2.0), 50.0, 50.0 * math.exp(-1.5)]
    np.testing.assert_allclose(found.levels[0, :, 0], wanted, rtol=1e-8)


def test_events_at_the_start_and_at_the_end() -> None:
    first, last = (0.0, ((state_row("y"), 4.0),)), (1.0, ((state_row("y"), 9.0),))
    found = run(
        [0.0, 1.0],
        numbers=numbers({"k": 1.0}),
        schedules=[Schedule(events=(first, last), end=1.0)],
        **TIGHT,
    )
    np.testing.assert_allclose(found.levels[0, :, 0], [1.0, 4.0 * math.exp(-1.0)], rtol=1e-8)
    assert found.last[0, 0] == 9.0


def test_events_at_one_time_follow_one_another() -> None:
    events = ((1.0, ((state_row("y"), 4.0),)), (1.0, ((state_row("y"), 8.0),)))
    found = run([], schedules=[Schedule(events=events, end=1.0)])
    assert found.last[0, 0] == 8.0


def test_runs_have_their_own_events_and_ends() -> None:
    schedules = [
        Schedule(events=((0.5 + i / 10, ((number_row("u"), 1.0),)),), end=1.0 + i) for i in range(9)
    ]
    times = np.linspace(0.0, 9.0, 37)
    found = run(times, numbers=numbers({"k": 1.0}), schedules=schedules, **TIGHT)
    assert found.reached.tolist() == [1.0 + i for i in range(9)]
    for i in range(9):
        inside = times <= 1.0 + i
        stretches = [(0.5 + i / 10, 0.0), (9.0, 1.0)]
        wanted = [infusion(1.0, 1.0, stretches, t) for t in times[inside].tolist()]
        np.testing.assert_allclose(found.levels[i, inside, 0], wanted, rtol=1e-7)
        assert np.isnan(found.levels[i, ~inside]).all()


@pytest.mark.parametrize("count", [0, 1, 500])
def test_output_times_change_no_step(count: int) -> None:
    event = (1.7, ((number_row("u"), 0.3), (state_row("z"), 5.0)))
    stiff = numbers({"k": 40.0, "q": 0.3, "r": 2.0})
    ends = [Schedule(events=(event,), end=6.0)]
    bare = run([], numbers=stiff, schedules=ends)
    found = run(np.linspace(0.0, 6.0, count), numbers=stiff, schedules=ends)
    for name in ("steps", "rejected", "last", "lowest", "reached"):
        np.testing.assert_array_equal(getattr(found, name), getattr(bare, name))
    if count == 500:
        np.testing.assert_array_equal(found.levels[:, -1], found.last)
        some = run(
            np.linspace(0.0, 6.0, 500)[::7], numbers=stiff, schedules=ends, kept=np.array([1])
        )
        np.testing.assert_array_equal(some.levels[0, :, 0], found.levels[0, ::7, 1])


def test_one_time_may_be_asked_for_twice() -> None:
    found = run(
        [0.0, 0.0, 1.0, 1.0, 2.0, 2.0],
        numbers=numbers({"k": 1.0}),
        schedules=[Schedule(events=((1.0, ()),), end=2.0)],
    )
    np.testing.assert_array_equal(found.levels[0, ::2], found.levels[0, 1::2])
    assert np.isfinite(found.levels).all()


def test_dense_output_is_as_accurate_as_the_tolerance() -> None:
    times = np.linspace(0.0, 6.0, 997)
    slow = numbers({"k": 1.3, "q": 0.7})
    for rtol in (1e-4, 1e-6, 1e-8):
        found = run(
            times,
            numbers=slow,
            schedules=[Schedule(events=(), end=6.0)],
            rtol=rtol,
            atol=1e-3 * rtol,
        )
        y = np.exp(-1.3 * times)
        z = 0.7 * (np.exp(-0.7 * times) - y) / (1.3 - 0.7)
        gaps = np.abs(found.levels[0] - np.column_stack([y, z]))
        assert gaps.max() < 20.0 * rtol


# ---- networks: media that change, totals that stay -------------------------------------------

INFUSED = small(
    "A",
    [rule("give", "D() -> D() + A()"), rule("lose", "A() -> 0")],
    {"A.total": 1.0, "give.k": 2.0, "lose.k": 0.5},
    {"A": "A()"},
    inputs="D()",
)
BINDING = small(
    "R(d,y~u~p) K(s~u~p)",
    [
        rule("bind", "R(d) + R(d) <-> R(d!1).R(d!1)"),
        rule("on", "R(d!+,y~u) + D() -> R(d!+,y~p) + D()"),
        rule("off", "R(y~p) -> R(y~u)"),
        rule("pass", "R(y~p) + K(s~u) -> R(y~u) + K(s~p)"),
        rule("back", "K(s~p) -> K(s~u)"),
    ],
    {
        "R.total": 80.0,
        "K.total": 300.0,
        "bind.k": 0.3,
        "bind.r": 2.0,
        "on.k": 0.5,
        "off.k": 8.0,
        "pass.k": 1e3,
        "back.k": 0.01,
    },
    {"pR": "R(y~p)"},
    inputs="D()",
)


def treated(
    net: Network, doses: tuple[float, ...], times: Values, chosen: Settings | None = None
) -> Trajectory:
    """Run a network with a dose for every ten minutes."""
    steps = [
        Step(start=10.0 * i, stop=10.0 * (i + 1), inputs={"D": dose})
        for i, dose in enumerate(doses)
    ]
    one = NetworkRun(network=net, steps=steps, y0=net.y0)
    (found,) = run_networks([one], times, Settings() if chosen is None else chosen)
    assert isinstance(found, Trajectory)
    return found


def test_media_of_networks_change_on_time() -> None:
    doses, times = (0.0, 3.0, 1.0), np.array([0.0, 5.0, 10.0, 10.5, 20.0, 29.0, 30.0])
    found = treated(INFUSED, doses, times, Settings(rtol=1e-10, atol=1e-12))
    stretches = [(10.0, 2.0 * dose) for dose in doses]
    wanted = [infusion(1.0, 0.5, stretches, t) for t in times.tolist()]
    np.testing.assert_allclose(found.y[:, 0], wanted, rtol=1e-7)
    # At a change the medium is the one before it, as the amounts are.
    assert found.inputs[:, 0].tolist() == [0.0, 0.0, 0.0, 3.0, 3.0, 1.0, 1.0]
    np.testing.assert_array_equal(found.final, found.y[-1])


@pytest.mark.parametrize("rtol", [1e-2, 1e-6])
def test_what_a_network_conserves_is_conserved(rtol: float) -> None:
    times = np.linspace(0.0, 30.0, 91)
    found = treated(BINDING, (0.0, 5.0, 1e3), times, Settings(rtol=rtol, atol=1e-3 * rtol))
    net = BINDING
    treating = net.arguments._replace(inputs=np.ones(1))  # without, nothing would turn
    problem = rest_problem(load_kernels(), net.tables, treating, net.y0)
    assert len(problem.laws) == 2
    totals = found.y[:, problem.live] @ problem.laws.T
    np.testing.assert_allclose(totals, np.tile(problem.totals, (91, 1)), rtol=1e-12)
    assert np.ptp(found.y, axis=0).max() > 1.0


def test_a_schedule_with_a_gap_is_refused() -> None:
    late = [Step(start=0.0, stop=1.0, inputs={"D": 0.0}), Step(start=2.0, stop=3.0, inputs={})]
    one = NetworkRun(network=INFUSED, steps=late, y0=INFUSED.y0)
    with pytest.raises(SolveError, match="let each start where the one before stops"):
        run_networks([one], np.zeros(1), Settings())
