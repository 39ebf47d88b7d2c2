"""Derivatives by parameters along runs: the method, its kernels by a twin, exact systems."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathway.batch.variation import Varied, pack_derivatives, unpack_derivatives, vary
from pathway.declare.entities import FactorKind
from pathway.declare.parameters import Monomial
from pathway.lanes import linear
from pathway.lanes.jit import block
from pathway.lanes.variation import solve
from pathway.lanes.variation.lists import GROUP, VECTORS, parameter_lists
from pathway.lanes.variation.march import MOST_HALVINGS
from pathway.lanes.variation.slopes import parameter_slopes
from pathway.lanes.variation.step import Tolerances
from pathway.lanes.variation.tableau import (
    COEFFICIENTS,
    ERROR,
    ESTIMATE,
    GAMMA,
    KNOWN,
    LAST_SLOPE,
    NODES,
    STAGES,
)
from pathway.lanes.vector import LANES
from pathway.model import Network, network_from_graph
from pathway.model.sensitivities import readout_slopes, rest_slopes, start_slopes
from pathway.scenario.resolve import Step
from pathway.solve.settings import Method, Settings
from tests.reference.graphs import Builder, binding, decay, dosed, factor, networks
from tests.reference.variation import central, march, rate_slopes
from tests.test_lanes_linear import Case, cases, lanes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pathway.lanes.layout import Elimination
    from pathway.model.sensitivities import ReadoutSlopes

    Values = NDArray[np.float64]

FINE = Settings(rtol=1e-10, atol=1e-13)
TIGHT = Settings(method=Method.LSODA, rtol=1e-11, atol=1e-13)
ANYTHING = Tolerances(1e9, 0.0, 1e9)
"""Of every step, whatever its length."""


def network(built: Builder, **readouts: Sequence[tuple[str, Monomial]]) -> Network:
    return network_from_graph(built.done(**readouts), built.parameters)


def every(net: Network) -> list[str]:
    return list(net.tables.parameters)


def along(
    net: Network, times: Sequence[float], *media: tuple[float, dict[str, float]]
) -> ReadoutSlopes:
    """Return derivatives by all parameters from the declared start; media as (end, nM)."""
    starts = [0.0, *(stop for stop, _ in media)]
    steps = [
        Step(start=start, stop=stop, inputs=inputs)
        for start, (stop, inputs) in zip(starts, media, strict=False)
    ]
    names = every(net)
    at = np.array(times, dtype=np.float64)
    return readout_slopes(net, steps, net.y0, start_slopes(net, names), at, names, FINE)


# ---- the method ---------------------------------------------------------------------------------


def test_the_method_has_order_4_and_the_embedded_one_3() -> None:
    a, c, b = COEFFICIENTS, NODES, COEFFICIENTS[-1]
    np.testing.assert_allclose(a.sum(axis=1), c, rtol=1e-14)
    conditions = [
        (np.ones(STAGES), 1.0),
        (c, 1 / 2),
        (c**2, 1 / 3),
        (a @ c, 1 / 6),
        (c**3, 1 / 4),
        (c * (a @ c), 1 / 8),
        (a @ c**2, 1 / 12),
        (a @ a @ c, 1 / 24),
    ]
    lacks = np.array([b @ vector - value for vector, value in conditions])
    assert np.abs(lacks).max() < 1e-13
    embedded = np.array([(b - ERROR) @ vector - value for vector, value in conditions])
    assert np.abs(embedded[:4]).max() < 1e-13
    assert np.abs(embedded[4:]).max() > 1e-3


def test_the_stages_have_order_2() -> None:
    np.testing.assert_allclose(COEFFICIENTS @ NODES, NODES**2 / 2, atol=1e-14)


def test_the_method_is_l_stable() -> None:
    assert np.diag(COEFFICIENTS).tolist() == [0.0, *[GAMMA] * (STAGES - 1)]
    eye, ones = np.eye(STAGES), np.ones(STAGES)

    def left(z: complex) -> float:
        slopes = np.linalg.solve(eye - z * COEFFICIENTS, ones)
        return float(abs(1 + z * COEFFICIENTS[-1] @ slopes))

    assert max(left(1j * y) for y in np.logspace(-2, 3, 200)) <= 1.0 + 1e-12
    # Where J is large the end of a step forgets its start.
    assert left(-1e9) < 1e-8


def test_stages_kept_as_states_are_the_stages_of_the_method() -> None:
    rng = np.random.default_rng(1)
    start, slopes = rng.normal(), rng.normal(size=STAGES)
    held = np.array([start, slopes[0], *(start + COEFFICIENTS[1:] @ slopes)])
    np.testing.assert_allclose(KNOWN @ held, start + np.tril(COEFFICIENTS, -1) @ slopes, rtol=1e-12)
    np.testing.assert_allclose(LAST_SLOPE @ held, slopes[-1], rtol=1e-12)
    np.testing.assert_allclose(ESTIMATE @ held, ERROR @ slopes, rtol=1e-12)
    assert LAST_SLOPE[1] == ESTIMATE[1] == 0.0


# ---- the kernels --------------------------------------------------------------------------------


@block
def solve_pairs(factors: Values, elimination: Elimination, vectors: Values) -> None:
    solve.solve_pairs(factors, elimination, vectors, 2)


@block
def solve_alone(factors: Values, elimination: Elimination, vectors: Values, zeros: Values) -> None:
    linear.solve(factors, elimination, vectors, 0, zeros, 0)


@settings(max_examples=30, deadline=None)
@given(cases, st.integers(0, LANES - 1))
def test_each_vector_of_a_pair_is_solved_as_alone(case: Case, lane: int) -> None:
    factors = np.ascontiguousarray(case.factors().reshape(-1, LANES)[:, lane])
    right = np.stack([case.right, -2.0 * case.right], axis=1)[case.order]
    pairs = lanes(np.concatenate([np.full((1, 2, LANES), np.nan), right]))
    solve_pairs(factors, case.elimination, pairs)
    for vector in range(VECTORS):
        alone = lanes(right[:, vector])
        solve_alone(lanes(np.repeat(factors, LANES)), case.elimination, alone, 0.0 * alone)
        found = pairs.reshape(-1, VECTORS, LANES)[1:, vector]
        np.testing.assert_array_equal(found.ravel(), alone)
    expected = np.linalg.solve(case.matrix(lane), case.right)[case.order]
    np.testing.assert_allclose(
        pairs.reshape(-1, VECTORS, LANES)[1:, 0], expected, rtol=1e-9, atol=1e-10
    )


@settings(max_examples=30, deadline=None)
@given(networks(), st.data())
def test_rates_change_with_parameters_as_differences_say(
    built: Builder, data: st.DataObject
) -> None:
    net = network_from_graph(built.graph, built.parameters)
    amount = st.floats(0.05, 5.0)
    y = np.array([data.draw(amount) for _ in net.species])
    held = {name: data.draw(amount) for name in net.tables.input_ids}
    net = net.with_inputs(held)
    names = every(net)
    order = np.array(data.draw(st.permutations(range(y.size))))
    lists = parameter_lists(net.tables, order, names)
    slots = np.zeros(GROUP * max(1, lists.slot_state.size))
    rate, partial = (np.empty(net.arguments.constants.size) for _ in range(2))
    parameter_slopes(y, net.arguments, lists, rate, partial, slots)
    found = np.zeros((y.size, GROUP * (lists.group_start.size - 1)))
    for group in range(lists.group_start.size - 1):
        for slot in range(lists.group_start[group], lists.group_start[group + 1]):
            columns = slice(GROUP * group, GROUP * (group + 1))
            found[order[lists.slot_state[slot]], columns] += slots[
                GROUP * slot : GROUP * (slot + 1)
            ]
    expected = rate_slopes(net, y, names)
    size = np.abs(net.kernels.rates(0.0, y, net.arguments)).max(initial=1.0)
    np.testing.assert_allclose(found[:, : len(names)], expected, rtol=1e-7, atol=1e-8 * size)
    assert not found[:, len(names) :].any()


def loop() -> Builder:
    """Return a signal with feedback, every kind of factor in it."""
    built = Builder()
    half, hill = built.number(0.7, "half"), built.number(2.5, "hill")
    built.species("A", 1.0)
    built.species("B", 0.3)
    built.species("C", 0.2)
    built.reaction("on", 3.0, ["A"], ["B"])
    built.reaction("off", 0.4, ["B"], ["A"])
    pool = {"B": built.number(2.0, "weight"), "C": Monomial()}
    built.reaction("make", 0.9, [], ["C"], [factor(FactorKind.SATURATING, half, hill)], [pool])
    damp = factor(FactorKind.INHIBITING, half)
    built.reaction("lose", 25.0, ["C"], [], [damp], [{"B": Monomial()}])
    return built


def course(net: Network, mesh: Values) -> Values:
    """Return the states at the stage times of each step, the run being a polynomial within."""
    times = mesh[:-1, None] + np.diff(mesh)[:, None] * NODES
    where = np.unique(times)
    run = net.run(
        [Step(start=0.0, stop=float(mesh[-1]), inputs={})],
        where,
        net.y0,
        Settings(method=Method.LSODA, rtol=1e-12, atol=1e-14),
    )
    states: Values = run.y[np.searchsorted(where, times)]
    return states


def marched(
    net: Network, mesh: Values, names: Sequence[str], tolerances: Tolerances
) -> tuple[Values, NDArray[np.int64]]:
    """Return the kernel's derivatives at the end of a mesh, and halvings of each step."""
    system = net.lanes()
    varied = Varied(
        system=system,
        lists=parameter_lists(net.tables, system.order, names),
        arguments=net.arguments,
    )
    derivatives = pack_derivatives(system, start_slopes(net, names))
    nothing = np.full(mesh.size - 1, -1)
    found = np.empty((0, 0, GROUP * varied.groups))
    halved = vary(
        varied, np.diff(mesh), course(net, mesh), nothing, None, tolerances, derivatives, found
    )
    return unpack_derivatives(system, derivatives, len(names)), halved


@pytest.mark.parametrize("tolerances", [ANYTHING, Tolerances(1e-5, 1e-3, 1e-9)])
def test_the_march_is_its_twins(tolerances: Tolerances) -> None:
    net = network(loop())
    mesh = np.array([0.0, 0.1, 0.35, 1.5, 4.0])
    names = every(net)
    found, halved = marched(net, mesh, names, tolerances)
    most = np.zeros(mesh.size - 1, dtype=int)
    for place, name in enumerate(names):
        start = start_slopes(net, [name])[:, 0]
        lengths, states = np.diff(mesh), course(net, mesh)
        twin, wanted = march(net, name, lengths, states, start, tolerances, MOST_HALVINGS)
        np.testing.assert_allclose(found[:, place], twin[-1], rtol=1e-7, atol=1e-9)
        most = np.maximum(most, wanted)
    np.testing.assert_array_equal(halved, most)
    assert (most.max() > 0) == (tolerances is not ANYTHING)


def test_errors_fall_with_the_fourth_power_of_the_step() -> None:
    net = network(loop())
    names = every(net)
    best, _ = marched(net, np.linspace(0.0, 1.0, 129), names, ANYTHING)
    errors = [
        np.abs(marched(net, np.linspace(0.0, 1.0, steps + 1), names, ANYTHING)[0] - best).max()
        for steps in (16, 32)
    ]
    assert 3.7 < np.log2(errors[0] / errors[1]) < 4.5


def test_a_parameters_bits_do_not_depend_on_the_others() -> None:
    net = network(loop())
    used = every(net)
    names = [*used[:5], *(f"unused {k}" for k in range(GROUP)), *used[5:]]
    mesh = np.array([0.0, 0.4, 1.5, 4.0])
    tolerances = Tolerances(1e-6, 1e-3, 1e-9)
    together, _ = marched(net, mesh, names, tolerances)
    for place, name in enumerate(names):
        alone, _ = marched(net, mesh, [name], tolerances)
        np.testing.assert_array_equal(alone[:, 0], together[:, place])
    backwards, _ = marched(net, mesh, names[::-1], tolerances)
    np.testing.assert_array_equal(backwards[:, ::-1], together)


# ---- exact systems ------------------------------------------------------------------------------


def test_decay() -> None:
    k, start = 0.1, 2.0
    net = network(decay(k, start), A=[("A", Monomial(3.0))])
    times = np.array([0.0, 1.0, 7.0, 60.0])
    found = along(net, times.tolist(), (60.0, {}))
    level = 3.0 * start * np.exp(-k * times)
    np.testing.assert_allclose(found.levels[:, 0], level, rtol=1e-8)
    by = dict(zip(every(net), found.slopes[:, 0].T, strict=True))
    np.testing.assert_allclose(by["A.total"], level, rtol=1e-6)
    np.testing.assert_allclose(by["loss.k"], -k * times * level, rtol=1e-6)


def test_reversible_binding() -> None:
    kon, koff, a, b = 0.02, 0.1, 10.0, 4.0
    times = np.array([0.5, 3.0, 20.0, 300.0])
    net = network(binding(kon, koff), C=[("C", Monomial())])
    found = along(net, times.tolist(), (300.0, {}))

    def bound(values: Values) -> Values:
        kon, koff, a, b = values
        half = a + b + koff / kon
        root = np.sqrt(half**2 - 4 * a * b)
        low, high = (half - root) / 2, (half + root) / 2
        grown = np.exp(-kon * root * times)
        closed: Values = low * high * (1 - grown) / (high - low * grown)
        return closed

    expected = central(bound, np.array([kon, koff, a, b]))
    place = [every(net).index(name) for name in ("on.k", "off.k", "A.total", "B.total")]
    np.testing.assert_allclose(found.slopes[:, 0, place], expected, rtol=1e-6)


def test_synthesis_by_a_hill_function_of_a_dosed_input() -> None:
    built = Builder()
    half, hill = built.number(2.0, "half"), built.number(3.0, "hill")
    built.species("X", is_input=True)
    built.species("Y")
    pool = {"X": built.number(0.5, "weight")}
    built.reaction("make", 0.7, [], ["Y"], [factor(FactorKind.SATURATING, half, hill)], [pool])
    readouts = {"seen": [("Y", built.number(4.0, "gain")), ("X", built.number(0.1, "leak"))]}
    net = network(built, **readouts)
    times, doses = np.array([0.0, 5.0, 10.0, 15.0, 30.0]), (1.0, 6.0)
    found = along(net, times.tolist(), (10.0, {"X": doses[0]}), (30.0, {"X": doses[1]}))
    names = ["half", "hill", "weight", "make.k", "gain", "leak"]

    def seen(values: Values) -> Values:
        half, hill, weight, k, gain, leak = values
        share = [(weight * x) ** hill / (half**hill + (weight * x) ** hill) for x in doses]
        made = k * (share[0] * np.minimum(times, 10.0) + share[1] * np.maximum(times - 10.0, 0.0))
        return np.asarray(gain * made + leak * np.where(times <= 10.0, *doses))

    at = np.array([net.parameters[name] for name in names])
    np.testing.assert_allclose(found.levels[:, 0], seen(at), rtol=1e-7)
    place = [every(net).index(name) for name in names]
    expected = central(seen, at)
    np.testing.assert_allclose(found.slopes[:, 0, place], expected, rtol=1e-6, atol=1e-9)


def test_doses_of_a_medium_that_depletes_forget_what_was_there() -> None:
    built = dosed(depletion=True)
    net = network(built, seen=[("RD", Monomial()), ("S", Monomial())])
    media = ((50.0, {"drug": 20.0}), (80.0, {"drug": 0.0}), (200.0, {"drug": 5.0}))
    times = np.array([0.0, 10.0, 50.0, 60.0, 80.0, 81.0, 200.0])
    found = along(net, times.tolist(), *media)
    starts = (0.0, 50.0, 80.0)
    steps = [
        Step(start=start, stop=stop, inputs=inputs)
        for start, (stop, inputs) in zip(starts, media, strict=True)
    ]

    def seen(values: Values) -> Values:
        other = net.with_parameters(dict(zip(every(net), values.tolist(), strict=True)))
        run = other.run(steps, times, other.y0, TIGHT)
        return other.read(run.y, run.inputs)

    expected = central(seen, np.array([net.parameters[name] for name in every(net)]), 1e-2)
    np.testing.assert_allclose(found.slopes, expected, rtol=1e-5, atol=1e-7)


def test_rests_move_with_parameters_and_conserve_what_is_declared() -> None:
    net = network(loop(), C=[("C", Monomial())])
    names = every(net)
    rest = net.equilibrate(FINE).y
    found = rest_slopes(net, rest, names)

    def settled(values: Values) -> Values:
        return (
            net.with_parameters(dict(zip(names, values.tolist(), strict=True))).equilibrate(FINE).y
        )

    expected = central(settled, np.array([net.parameters[name] for name in names]), 1e-2)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-8)
    place = {name: number for number, name in enumerate(net.species)}
    whole = found[place["A"]] + found[place["B"]]
    conserved = np.zeros(len(names))
    conserved[[names.index("A.total"), names.index("B.total")]] = 1.0, 0.3
    np.testing.assert_allclose(whole, conserved, atol=1e-9)


def test_derivatives_of_a_rest_do_not_depend_on_the_others_asked_for() -> None:
    net = network(loop(), C=[("C", Monomial())])
    names = every(net)
    rest = net.equilibrate(FINE).y
    together = rest_slopes(net, rest, names)
    for place, name in enumerate(names):
        np.testing.assert_array_equal(rest_slopes(net, rest, [name])[:, 0], together[:, place])
