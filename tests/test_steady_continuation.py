"""Following a rest along an input: what ends a branch, and what a step may not do."""

from __future__ import annotations

from math import inf, sqrt

import numpy as np
import pytest

from pathway.declare.entities import FactorKind
from pathway.declare.parameters import Monomial
from pathway.model import Network, network_from_graph
from pathway.solve import continuation
from pathway.solve.continuation import Ending, Follower, Point, apart
from pathway.solve.equilibrate import AT_REST
from pathway.solve.rest import rest_problem
from tests.reference.graphs import Builder, dosed, factor
from tests.steady_models import Switch


def network(built: Builder) -> Network:
    return network_from_graph(built.done(), built.parameters, {"drug": 1.0})


def follower(net: Network) -> Follower:
    problem = rest_problem(net.kernels, net.tables, net.arguments, net.y0)
    return Follower(problem=problem, place=0, least=1.0)


def begun(net: Network) -> tuple[Follower, Point]:
    found = follower(net)
    point = found.certified(0.0, net.equilibrate().y)
    assert point is not None
    return found, point


def fading() -> Builder:
    """Return ``x' = 1 + x^2 - (2.5 - 0.01 drug) x``: rests meet at 50 nM and vanish."""
    built = Builder()
    built.species("X", 0.1)
    built.species("drug", is_input=True)
    one = Monomial()
    built.reaction("make", 1.0, [], ["X"])
    built.reaction("grow", 1.0, ["X", "X"], ["X", "X", "X"])
    built.reaction("lose", 2.5, ["X"])
    built.reaction("spare", 0.01, ["X"], ["X", "X"], [factor(FactorKind.LINEAR)], [{"drug": one}])
    return built


def test_a_binding_is_followed_to_its_closed_form() -> None:
    found, start = begun(network(dosed()))
    for dose in (0.001, 0.1, 5.0, 1e5):
        point, end = found.follow(start, dose)
        assert end is None
        assert point.dose == dose
        free = 5.0 * 5.0 / (5.0 + dose)  # koff / kon = 5 nM
        np.testing.assert_allclose(point.y, [free, 5.0 - free, 2.0 * free], rtol=1e-9)
        assert point.slowest == pytest.approx(-min(0.1, 0.05 + 0.01 * dose), rel=1e-6)
        assert point.stable


def test_the_tangent_is_the_change_with_the_dose() -> None:
    found, start = begun(network(dosed()))
    point, _ = found.follow(start, 5.0)
    assert point.slope is not None
    # With u = ln(1 + dose): d ln R / du = -(1 + dose) / (5 + dose), up to the floor of a molecule.
    per = -(1.0 + 5.0) / (5.0 + 5.0)
    np.testing.assert_allclose(point.slope[[0, 2]], per, rtol=1e-3)
    np.testing.assert_allclose(point.slope[1], -per, rtol=1e-3)


def test_the_way_back_is_the_way_there() -> None:
    found, start = begun(network(dosed()))
    there, _ = found.follow(start, 300.0)
    back, end = found.follow(there, 0.0)
    assert end is None
    assert apart(back.y, start.y) < 1e-9


def test_a_fold_is_where_two_rests_meet() -> None:
    found, start = begun(network(fading()))
    assert start.y[0] == pytest.approx(0.5)
    point, end = found.follow(start, 49.0)
    assert end is None
    loss = 2.5 - 0.49
    assert point.y[0] == pytest.approx((loss - sqrt(loss**2 - 4.0)) / 2.0, rel=1e-9)
    last, end = found.follow(point, 80.0)
    assert end is not None
    assert end.reason is Ending.FOLD
    assert end.dose == last.dose == pytest.approx(50.0, rel=2e-4)
    assert end.dose < 50.0
    assert end.slowest == last.slowest
    assert -0.02 < end.slowest < 0.0


def test_a_step_does_not_land_on_the_unstable_rest() -> None:
    found, start = begun(network(fading()))
    loss = 2.5 - 0.3
    unstable = (loss + sqrt(loss**2 - 4.0)) / 2.0
    there = found.certified(30.0, np.array([unstable]))
    assert there is not None
    assert not there.stable
    assert there.sign == -start.sign
    point, end = found.follow(start, 30.0)
    assert end is None
    assert point.y[0] == pytest.approx(1.0 / unstable)  # the product of both is 1


def test_what_oscillates_beyond_has_lost_its_stability() -> None:
    """A ring of three repressors (Goodwin's): the more of it is made, the less stable."""
    built = Builder()
    built.species("drug", is_input=True)
    names = ("A", "B", "C")
    for name in names:
        built.species(name, 1.0)
    half, hill, one = built.number(1.0, "K"), built.number(4.0, "hill"), Monomial()
    for name, repressor in zip(names, ("C", "A", "B"), strict=True):
        built.reaction(
            f"make_{name}",
            0.01,
            [],
            [name],
            [factor(FactorKind.LINEAR), factor(FactorKind.INHIBITING, half, hill)],
            [{"drug": one}, {repressor: one}],
        )
        built.reaction(f"leak_{name}", 0.001, [], [name])
        built.reaction(f"lose_{name}", 0.1, [name])
    found, start = begun(network(built))
    last, end = found.follow(start, 1e3)
    assert end is not None
    assert end.reason is Ending.UNSTABLE
    # A pair of eigenvalues -0.1 + slope (1 +- i sqrt 3) / 2 crosses where the slope is 0.2.
    x = last.y[0]
    slope = 0.01 * last.dose * 4.0 * x**3 / (1.0 + x**4) ** 2
    assert slope == pytest.approx(0.2, rel=1e-3)
    assert -1e-4 < end.slowest <= 1e-6


def test_a_state_that_does_not_rest_has_no_certificate() -> None:
    net = network(dosed())
    found, start = begun(net)
    assert found.certified(1.0, start.y) is None
    assert found.certified(0.0, start.y * 1.01) is None
    below = start.y.copy()
    below[1] = -1e-3
    assert found.certified(0.0, below) is None
    assert start.residual <= AT_REST


@pytest.mark.parametrize("drifting", ["residual", "drift"])
def test_what_drifts_has_no_certificate(drifting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found, start = begun(network(dosed()))
    monkeypatch.setattr(type(found.problem), drifting, lambda *_: 1e-8)
    assert found.certified(0.0, start.y) is None


def test_a_tangent_that_does_not_exist_is_none() -> None:
    built = Builder()
    built.species("R", 5.0)
    built.species("drug", is_input=True)
    built.species("RD")
    built.reaction("bind", 0.01, ["R", "drug"], ["RD"])
    found, start = begun(network(built))
    assert start.slope is None
    # With any drug all is bound: nothing near the start is at rest.
    last, end = found.follow(start, 1.0)
    assert end is not None
    assert end.reason is Ending.LOST
    assert last is start


@pytest.mark.parametrize(("end", "dose"), [(10.0, 100.0), (100.0, 10.0)])
def test_a_cell_leaves_a_little_beyond_the_end(end: float, dose: float) -> None:
    found = follower(network(dosed()))
    near = found.beyond(end, dose)
    step = np.log1p(near) - np.log1p(end)
    assert step == pytest.approx(np.copysign(1e-3, dose - end))
    assert found.beyond(end, end * 1.0005) == end * 1.0005


def test_first_steps_suit_what_changes_fastest() -> None:
    net = network(dosed())
    wide = Follower(problem=follower(net).problem, place=0, least=1e6)
    fine = wide.finer(net.equilibrate().y)
    # d ln(RD + 0.001) / d drug = (kon / koff) R / 0.001 = 1000 per nM
    assert fine.least == pytest.approx(1e-5, rel=1e-2)
    assert follower(network(fading())).finer(np.array([0.5])).least == 0.01


def switching() -> Builder:
    """Return ``x' = 0.05 + x^2 / (1 + x^2) - (0.1 + 0.01 drug) x``, which falls at 45.3 nM."""
    built = Builder()
    built.species("X", 8.0)
    built.species("drug", is_input=True)
    half, hill, one = built.number(1.0, "K"), built.number(2.0, "hill"), Monomial()
    built.reaction("make", 0.05, [], ["X"])
    feedback = [factor(FactorKind.SATURATING, half, hill)]
    built.reaction("feed", 1.0, [], ["X"], feedback, [{"X": one}])
    built.reaction("lose", 0.1, ["X"])
    built.reaction("damp", 0.01, ["X"], [], [factor(FactorKind.LINEAR)], [{"drug": one}])
    return built


@pytest.mark.parametrize("without", [(), ("FAR",), ("BENT",)])
def test_each_guard_alone_sees_a_fold(
    without: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in without:
        monkeypatch.setattr(continuation, name, inf)
    found, start = begun(network(switching()))
    last, end = found.follow(start, 1e3)
    assert end is not None
    assert end.reason is Ending.FOLD
    assert last.dose == pytest.approx(Switch(basal=0.05).folds()[1], rel=1e-3)


def test_without_both_a_fold_is_stepped_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(continuation, "FAR", inf)
    monkeypatch.setattr(continuation, "BENT", inf)
    found, start = begun(network(switching()))
    last, end = found.follow(start, 1e3)
    assert end is None
    assert last.y[0] < 0.1 < 1.0 < start.y[0]
