"""Integration over schedules against closed forms, between methods, and its refusals."""

from __future__ import annotations

from math import exp, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import assume, given, reject
from hypothesis import settings as examples
from threadpoolctl import threadpool_info, threadpool_limits

from pathway.declare.entities import FactorKind
from pathway.declare.parameters import Monomial
from pathway.errors import SolveError
from pathway.model import Network, network_from_graph
from pathway.scenario.resolve import Step
from pathway.solve import steppers
from pathway.solve.integrate import Segment, Trajectory, integrate
from pathway.solve.settings import Method, Settings
from tests.reference.graphs import (
    Builder,
    binding,
    decay,
    dosed,
    factor,
    networks,
    robertson,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROBERTSON = {
    40.0: (0.7158270687, 9.185534764e-6, 0.2841637457),
    4e3: (0.1832022450, 8.942369e-7, 0.8167968608),
    4e5: (4.938269e-3, 1.984981e-8, 0.9950617113),
}
"""Hairer and Wanner's reference values: t, then the three amounts."""


def network(built: Builder) -> Network:
    return network_from_graph(built.done(), built.parameters)


def held(net: Network, stop: float, times: list[float], settings: Settings | None = None) -> Any:
    steps = [Step(start=0.0, stop=stop, inputs={})]
    return net.run(steps, np.array(times), net.y0, settings)


@pytest.mark.parametrize("method", list(Method))
def test_decay_is_exponential(method: Method) -> None:
    times = [0.0, 0.5, 1.0, 7.0, 30.0]
    run = held(network(decay(k=0.1)), 30.0, times, Settings(method=method))
    np.testing.assert_allclose(run.y[:, 0], [2.0 * exp(-0.1 * t) for t in times], rtol=1e-5)


@pytest.mark.parametrize("method", list(Method))
def test_reversible_binding_follows_its_closed_form(method: Method) -> None:
    kon, koff, a, b = 0.02, 0.1, 10.0, 4.0
    times = np.array([0.0, 1.0, 3.0, 10.0, 40.0])
    run = held(network(binding(kon, koff)), 40.0, times.tolist(), Settings(method=method))
    middle = a + b + koff / kon
    high, low = ((middle + sign * sqrt(middle**2 - 4 * a * b)) / 2 for sign in (1.0, -1.0))
    decline = np.exp(-kon * (high - low) * times)
    bound = low * high * (1.0 - decline) / (high - low * decline)
    np.testing.assert_allclose(run.y[:, 2], bound, rtol=2e-5, atol=1e-9)


@pytest.mark.parametrize("method", list(Method))
def test_robertsons_problem(method: Method) -> None:
    # B is 1e-5 of the others: its tolerance has to be finer than that.
    tight = Settings(method=method, rtol=1e-8, atol=1e-13)
    run = held(network(robertson()), 4e5, list(ROBERTSON), tight)
    np.testing.assert_allclose(run.y, list(ROBERTSON.values()), rtol=2e-5)
    np.testing.assert_allclose(run.y.sum(axis=1), 1.0, rtol=1e-9)


@given(built=networks())
@examples(max_examples=15, deadline=None)
def test_methods_agree(built: Builder) -> None:
    net = network_from_graph(built.graph, built.parameters)
    times = [0.1, 0.3]
    try:
        runs = [held(net, 0.3, times, Settings(method=method, rtol=1e-8)) for method in Method]
    except SolveError:
        reject()  # random networks may grow without bound, and past it within this time
    # On the way there, every error grows with what it is an error of.
    assume(runs[0].y.max() < 50.0)
    for run in runs[1:]:
        np.testing.assert_allclose(run.y, runs[0].y, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("method", [Method.BDF, Method.RADAU])
def test_sparse_and_dense_linear_algebra_agree(
    method: Method, monkeypatch: pytest.MonkeyPatch
) -> None:
    net = network(binding())
    dense = held(net, 40.0, [10.0, 40.0], Settings(method=method))
    monkeypatch.setattr(steppers, "DENSE_BELOW", 0)
    sparse = held(net, 40.0, [10.0, 40.0], Settings(method=method))
    np.testing.assert_allclose(sparse.y, dense.y, rtol=1e-7)


def test_totals_are_conserved() -> None:
    run = held(network(binding()), 1e4, np.linspace(0.0, 1e4, 50).tolist())
    np.testing.assert_allclose(run.y[:, 0] + run.y[:, 2], 10.0, rtol=1e-9)
    np.testing.assert_allclose(run.y[:, 1] + run.y[:, 2], 4.0, rtol=1e-9)


def schedule(*pieces: tuple[float, float, float]) -> list[Step]:
    return [Step(start=a, stop=b, inputs={"drug": dose}) for a, b, dose in pieces]


@pytest.mark.parametrize("method", list(Method))
def test_a_change_acts_exactly_at_its_time(method: Method) -> None:
    kon, koff, total = 0.01, 0.05, 5.0
    net = network(dosed())
    # A pulse of two minutes after ten days at rest: a step over it would miss it.
    steps = schedule((0.0, 14400.0, 0.0), (14400.0, 14402.0, 1000.0), (14402.0, 14500.0, 0.0))
    times = np.array([14399.0, 14400.0, 14401.0, 14402.0, 14410.0])
    run = net.run(steps, times, net.y0, Settings(method=method))
    rate = kon * 1000.0 + koff
    top = total * kon * 1000.0 / rate
    expected = [0.0, 0.0, top * (1 - exp(-rate)), top * (1 - exp(-2 * rate))]
    expected.append(expected[-1] * exp(-koff * 8.0))
    np.testing.assert_allclose(run.y[:, 1], expected, rtol=2e-5, atol=1e-9)
    assert run.inputs[:, 0].tolist() == [0.0, 0.0, 1000.0, 1000.0, 0.0]


def test_splitting_a_step_changes_nothing_but_rounding() -> None:
    net = network(dosed())
    whole = net.run(schedule((0.0, 50.0, 7.0)), np.array([20.0, 50.0]), net.y0)
    split = net.run(schedule((0.0, 20.0, 7.0), (20.0, 50.0, 7.0)), np.array([20.0, 50.0]), net.y0)
    np.testing.assert_allclose(split.y, whole.y, rtol=1e-5)
    assert split.record.steps > whole.record.steps


def test_a_segment_of_no_length_only_resets() -> None:
    net = network(dosed(depletion=True))
    segments = [
        Segment(start=0.0, stop=0.0, inputs=np.empty(0), resets=((1, 3.0),)),
        Segment(start=0.0, stop=1.0, inputs=np.empty(0)),
    ]
    run = integrate(net.kernels, net.tables, net.arguments, segments, net.y0, np.array([1.0]))
    assert run.y[0, 1] + 0.1 * run.y[0, 2] == pytest.approx(3.0, rel=1e-9)


@pytest.mark.parametrize("method", list(Method))
def test_the_same_input_gives_the_same_bits(method: Method) -> None:
    def once() -> Trajectory:
        net = network(dosed())
        times = np.linspace(0.0, 100.0, 11)
        return net.run(schedule((0.0, 100.0, 7.0)), times, None, Settings(method=method))

    first, second = once(), once()
    assert first.y.tobytes() == second.y.tobytes()
    assert first.final.tobytes() == first.y[-1].tobytes()
    assert first.record == second.record


def test_integration_uses_one_blas_thread_and_gives_the_others_back() -> None:
    def threads() -> list[int]:
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    with threadpool_limits(limits=2, user_api="blas"):
        with steppers.one_thread():
            inside = threads()
        after = threads()
    assert inside == [1] * len(inside)
    assert inside
    assert after == [2] * len(inside)


def test_output_times_do_not_change_the_run() -> None:
    net = network(binding())
    few = held(net, 40.0, [40.0])
    many = held(net, 40.0, np.linspace(0.0, 40.0, 200).tolist())
    assert few.y[-1].tobytes() == many.y[-1].tobytes()
    assert few.record == many.record
    assert held(net, 40.0, []).y.shape == (0, 3)
    assert held(net, 40.0, [40.0, 40.0]).y.shape == (2, 3)


def test_the_record_says_how_it_was_computed() -> None:
    record = held(network(binding()), 40.0, [40.0], Settings(method=Method.BDF, rtol=1e-5)).record
    assert (record.method, record.rtol, record.atol) == ("BDF", 1e-5, 1e-9)
    assert 0 < record.steps <= record.nfev
    assert 0 < record.njev <= record.nlu
    assert record.lowest == 0.0


def growth() -> Network:
    """Return A + A -> 3 A, which is infinite at t = 1 / (k A0)."""
    built = Builder()
    built.species("A", 1.0)
    built.reaction("grow", 1.0, ["A", "A"], ["A", "A", "A"])
    return network(built)


@pytest.mark.parametrize("method", [Method.LSODA, Method.RADAU])
def test_an_amount_that_explodes_is_an_error(method: Method) -> None:
    message = (
        r"t = (1|0\.9\d+) min: 'A' has grown to .*e\+\d+, beyond any concentration; check that"
    )
    with pytest.raises(SolveError, match=message):
        held(growth(), 2.0, [2.0], Settings(method=method))


def test_an_integrator_that_gives_up_is_an_error() -> None:
    message = r"t = 0.99\d* min: integration failed: Required step size .*; raise rtol or atol"
    with pytest.raises(SolveError, match=message):
        held(growth(), 2.0, [2.0], Settings(method=Method.BDF))


def test_too_many_steps_are_an_error() -> None:
    with pytest.raises(SolveError, match=r"t = .* min: 6 steps and no end; raise rtol or atol"):
        held(network(binding()), 1e4, [1.0], Settings(max_steps=5))


def test_a_rate_that_is_not_finite_is_an_error() -> None:
    built = Builder()
    built.species("A", 1e200)
    built.reaction("fuse", 1.0, ["A", "A"])
    with pytest.raises(SolveError, match=r"t = 0 min: 'A' changes at a rate of -inf; check rate"):
        held(network(built), 1.0, [1.0])


def test_a_state_that_is_not_a_number_is_an_error() -> None:
    net = network(decay())
    with pytest.raises(SolveError, match=r"t = 0 min: 'A' starts at nan; check rate constants"):
        net.run([Step(start=0.0, stop=1.0, inputs={})], np.array([1.0]), np.array([np.nan]))


def test_falling_below_zero_is_an_error() -> None:
    built = Builder()
    built.species("A", 1.0)
    built.species("B", 1.0)
    # B is lost at a rate that does not ask whether there is any.
    built.reaction("use", 1.0, [], [], [factor(FactorKind.LINEAR)], [{"A": Monomial()}])
    graph: Any = built.graph
    graph.add_edge("B", "use", stoichiometry=1, order=0, weights=(), role="reactant")
    with pytest.raises(SolveError, match=r"species 'B': fell to -1.*; lower rtol and atol"):
        held(network(built), 2.0, [2.0])


def pieces(*bounds: tuple[float, float]) -> list[Segment]:
    return [Segment(start=a, stop=b, inputs=np.zeros(1)) for a, b in bounds]


@pytest.mark.parametrize(
    ("segments", "y0", "times", "message"),
    [
        ([], [1.0] * 3, [0.0], "schedule: has no segments"),
        (pieces((0.0, 1.0)), [1.0], [0.0], r"starting state: has shape \(1,\); give 3 amounts"),
        (pieces((0, 1), (2, 3)), [1.0] * 3, [0.0], "a segment from 2 to 3 min follows 1 min"),
        (pieces((0, -1)), [1.0] * 3, [0.0], "a segment from 0 to -1 min follows 0 min"),
        (pieces((0, np.inf)), [1.0] * 3, [0.0], "a segment from 0 to inf min"),
        (
            [Segment(start=0.0, stop=1.0, inputs=np.zeros(2))],
            [1.0] * 3,
            [0.0],
            r"segment at 0 min: has inputs of shape \(2,\); give 1",
        ),
        (pieces((0, 1)), [1.0] * 3, [2.0], "output times: must ascend within 0 to 1 min"),
        (pieces((0, 1)), [1.0] * 3, [1.0, 0.0], "output times: must ascend within 0 to 1 min"),
        (pieces((0, 1)), [1.0] * 3, [np.nan], "output times: must ascend within 0 to 1 min"),
    ],
)
def test_impossible_schedules_are_refused(
    segments: list[Segment], y0: list[float], times: list[float], message: str
) -> None:
    net = network(dosed())
    start: NDArray[np.float64] = np.array(y0)
    with pytest.raises(SolveError, match=message):
        integrate(net.kernels, net.tables, net.arguments, segments, start, np.array(times))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"rtol": 0.0}, r"rtol: is 0; choose one from 1e-13 to below 1"),
        ({"rtol": float("nan")}, r"rtol: is nan"),
        ({"rtol": 1.0}, r"rtol: is 1;"),
        ({"atol": 0.0}, r"atol: is 0; choose one above 0 nM"),
        ({"atol": float("inf")}, r"atol: is inf"),
        ({"max_steps": 0}, r"max_steps: is 0; allow at least one step"),
    ],
)
def test_impossible_settings_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(SolveError, match=message):
        Settings(**wrong)
