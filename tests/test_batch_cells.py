"""Many untreated cells brought to rest: as each alone, certified, or left without a certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from pathway.errors import SolveError
from pathway.model import network_from_graph
from pathway.model.cells import Rests, equilibrate_cells
from pathway.solve.equilibrate import AT_REST, CONSERVED, FARTHEST, HORIZON
from pathway.solve.settings import Settings
from tests.reference.graphs import Builder, binding, decay, dosed, oscillator, toggle

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pathway.model import Network


def network(built: Builder) -> Network:
    return network_from_graph(built.done(), built.parameters)


def cells(nets: Sequence[Network], **options: object) -> Rests:
    """Bring networks of one structure to rest together, each with its own numbers."""
    kernel = np.array([net.arguments.constants for net in nets])
    initial = np.array([net.y0 for net in nets])
    return equilibrate_cells(nets[0], kernel, initial, **options)  # type: ignore[arg-type]


def turning() -> Builder:
    """Return binding with slow turnover."""
    built = binding(kon=1e3, koff=1e2)
    for name in ("A", "B", "C"):
        built.reaction(f"lose_{name}", 1e-4, [name])
    built.reaction("make_A", 2e-3, [], ["A"])
    built.reaction("make_B", 1e-3, [], ["B"])
    return built


@pytest.mark.parametrize("make", [binding, dosed, turning, decay])
def test_a_cell_rests_as_a_network_alone(make: Callable[[], Builder]) -> None:
    net = network(make())
    alone = net.equilibrate()
    found = cells([net])
    assert found.certified.tolist() == [True]
    np.testing.assert_allclose(found.y[0], alone.y, rtol=1e-9, atol=1e-12)
    assert found.residual[0] <= AT_REST
    assert found.drift[0] <= CONSERVED
    assert found.moved[0] <= FARTHEST
    assert 0.0 <= found.minutes[0] <= HORIZON
    assert (found.y >= 0.0).all()


def test_cells_of_their_own_numbers_rest_as_each_alone() -> None:
    nets = [network(binding(kon=0.02 * 3.0**i, koff=0.1 * 2.0**-i)) for i in range(11)]
    found = cells(nets, threads=2)
    assert found.certified.all()
    for y, net in zip(found.y, nets, strict=True):
        np.testing.assert_allclose(y, net.equilibrate().y, rtol=1e-9)
    assert len({y.tobytes() for y in found.y}) == 11


def test_a_cell_gives_the_same_bits_in_any_company() -> None:
    nets = [network(binding(kon=0.02 * 3.0**i, koff=0.1)) for i in range(11)]
    together = cells(nets, threads=2)
    for chosen in ([4], [10, 9, 8], [0, 4, 4, 4, 4, 4, 4, 4, 4, 1]):
        some = cells([nets[i] for i in chosen], threads=1)
        for name in Rests.__slots__:
            assert getattr(some, name).tobytes() == getattr(together, name)[chosen].tobytes(), name


def growing(loss: float) -> Network:
    built = Builder()
    built.species("A", 1.0)
    built.reaction("make", 0.5, [], ["A"])
    built.reaction("lose", loss, ["A"])
    return network(built)


def test_growth_without_end_has_no_certificate_beside_cells_that_rest() -> None:
    found = cells([growing(0.1), growing(0.0), growing(2.0)])
    assert found.certified.tolist() == [True, False, True]
    np.testing.assert_allclose(found.y[[0, 2], 0], [5.0, 0.25], rtol=1e-9)
    assert np.isnan(found.y[1]).all()
    assert found.residual[1] > AT_REST
    with pytest.raises(SolveError, match="no rest within"):
        growing(0.0).equilibrate()


def test_no_cell_is_integrated_past_the_horizon() -> None:
    horizon = 3 * 1440.0
    found = cells([growing(0.0), growing(1e-5), growing(1.0)], horizon=horizon)
    assert found.certified.tolist() == [False, False, True]
    assert (found.minutes <= horizon).all()
    assert found.minutes[:2].tolist() == [horizon, horizon]


def test_an_oscillator_has_no_certificate() -> None:
    found = cells([network(oscillator())], horizon=3 * 1440.0)
    assert found.certified.tolist() == [False]
    assert np.isnan(found.y).all()


def test_a_switch_rests_on_the_side_it_started_from() -> None:
    found = cells([network(toggle(*start)) for start in ((2.0, 1.0), (1.0, 2.0))])
    assert found.certified.all()
    assert found.y[0, 0] > 3.0 > 1.0 > found.y[0, 1]
    np.testing.assert_allclose(found.y[0], found.y[1, ::-1], rtol=1e-9)


def test_a_rest_between_two_sides_has_no_certificate() -> None:
    found = cells([network(toggle(1.0, 1.0))])
    assert found.certified.tolist() == [False]


def test_a_reaction_that_one_cell_lacks_is_no_matter_to_the_others() -> None:
    lacking, whole = Builder(), Builder()
    for built, rate in ((lacking, 0.0), (whole, 0.1)):
        built.species("A", 2.0)
        built.species("B", 2.0)
        built.reaction("change", rate, ["A"], ["B"])
        built.reaction("return", 0.3 * (rate > 0.0), ["B"], ["A"])
    found = cells([network(lacking), network(whole)])
    assert found.certified.tolist() == [True, True]
    np.testing.assert_allclose(found.y, [[2.0, 2.0], [3.0, 1.0]], rtol=1e-9)
    turned = cells([network(whole), network(lacking)])
    np.testing.assert_array_equal(turned.y, found.y[::-1])


def test_numbers_that_are_not_finite_leave_no_certificate() -> None:
    net = network(binding())
    kernel = np.array([net.arguments.constants] * 3)
    kernel[1, 0] = np.nan
    found = equilibrate_cells(net, kernel, np.array([net.y0] * 3), Settings())
    assert found.certified.tolist() == [True, False, True]
    assert np.isnan(found.y[1]).all()
    np.testing.assert_array_equal(found.y[0], found.y[2])
