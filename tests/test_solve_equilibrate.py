"""The untreated steady state: it rests, it says why, and it fails aloud."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from pathway.errors import SolveError
from pathway.model import Network, network_from_graph
from pathway.scenario.resolve import Step
from pathway.solve.equilibrate import AT_REST, CONSERVED
from pathway.solve.settings import Method, Settings
from tests.reference.graphs import Builder, binding, decay, dosed, oscillator, toggle


def network(built: Builder) -> Network:
    return network_from_graph(built.done(), built.parameters)


@pytest.mark.parametrize("method", list(Method))
def test_reversible_binding_rests_where_it_must(method: Method) -> None:
    found = network(binding()).equilibrate(Settings(method=method))
    middle = 10.0 + 4.0 + 0.1 / 0.02
    bound = (middle - sqrt(middle**2 - 4 * 10.0 * 4.0)) / 2
    np.testing.assert_allclose(found.y, [10.0 - bound, 4.0 - bound, bound], rtol=1e-12)
    certificate = found.certificate
    assert certificate.residual <= AT_REST
    assert certificate.drift <= CONSERVED
    assert certificate.conserved == 2
    assert certificate.lowest > 0.0
    stepwise = Settings(method=method).stepwise().method
    assert certificate.method == f"{stepwise.value}, then Newton"
    # The one disturbance the totals allow decays at kon (A + B) + koff.
    assert certificate.slowest == pytest.approx(-(0.02 * (found.y[0] + found.y[1]) + 0.1))


def test_a_rest_integrates_to_itself() -> None:
    net = network(dosed())
    found = net.equilibrate()
    np.testing.assert_allclose(found.y, [5.0, 0.0, 10.0], rtol=1e-12)
    steps = [Step(start=0.0, stop=14400.0, inputs={"drug": 0.0})]
    run = net.run(steps, np.array([14400.0]), found.y)
    np.testing.assert_allclose(run.y[0], found.y, rtol=1e-9)


def test_what_the_missing_drug_would_make_stays_exactly_zero() -> None:
    found = network(dosed()).equilibrate()
    assert found.y[1] == 0.0
    # R alone is conserved: without the drug nothing binds it.
    assert found.certificate.conserved == 1


def test_a_chain_without_way_back_rests() -> None:
    built = Builder()
    built.species("A", 3.0)
    built.species("B", 1.0)
    built.reaction("change", 0.01, ["A"], ["B"])
    found = network(built).equilibrate()
    np.testing.assert_allclose(found.y, [0.0, 4.0], atol=1e-9)
    assert found.certificate.lowest >= 0.0


def test_nothing_to_do_is_a_rest() -> None:
    built = Builder()
    built.species("A", 3.0)
    built.species("B")
    built.reaction("off", 0.0, ["A"], ["B"])
    assert network(built).equilibrate().y.tolist() == [3.0, 0.0]


def test_an_empty_cell_is_a_rest() -> None:
    found = network(decay(start=0.0)).equilibrate()
    assert found.y.tolist() == [0.0]
    assert found.certificate.residual == 0.0


def test_slow_turnover_beside_fast_binding() -> None:
    built = binding(kon=1e3, koff=1e2)
    for name in ("A", "B", "C"):
        built.reaction(f"lose_{name}", 1e-4, [name])
    built.reaction("make_A", 2e-3, [], ["A"])
    built.reaction("make_B", 1e-3, [], ["B"])
    found = network(built).equilibrate()
    a, b, c = found.y
    np.testing.assert_allclose([a + c, b + c], [20.0, 10.0], rtol=1e-9)
    assert (1e2 + 1e-4) * c == pytest.approx(1e3 * a * b, rel=1e-9)
    assert found.certificate.slowest == pytest.approx(-1e-4, rel=1e-6)


def test_growth_without_end_has_no_rest() -> None:
    built = Builder()
    built.species("A", 1.0)
    built.reaction("make", 0.5, [], ["A"])
    message = r"equilibrium: no rest within 60 days: 'A' is 4.32e\+04 .*; check that what is made"
    with pytest.raises(SolveError, match=message):
        network(built).equilibrate()


def test_an_oscillator_has_no_rest() -> None:
    net = network(oscillator())
    with pytest.raises(SolveError, match=r"no rest within 3 days: .* and that nothing oscillates"):
        net.equilibrate(horizon=3 * 1440.0)


def test_a_switch_rests_on_the_side_it_started_from() -> None:
    left, right = (network(toggle(*start)).equilibrate() for start in ((2.0, 1.0), (1.0, 2.0)))
    assert left.y[0] > 3.0 > 1.0 > left.y[1]
    np.testing.assert_allclose(left.y, right.y[::-1], rtol=1e-9)
    assert left.certificate.slowest < 0.0


def test_a_rest_between_two_sides_is_refused() -> None:
    with pytest.raises(SolveError, match=r"the rest is unstable: a disturbance grows at 0.\d+ per"):
        network(toggle(1.0, 1.0)).equilibrate()


def test_the_same_input_gives_the_same_bits() -> None:
    first, second = (network(binding()).equilibrate() for _ in range(2))
    assert first.y.tobytes() == second.y.tobytes()
    assert first.certificate == second.certificate
