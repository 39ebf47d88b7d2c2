"""Random networks in lanes against another integrator, from rest to rest and under doses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pathway.errors import SolveError
from pathway.model import network_from_graph
from pathway.model.lanes import NetworkRun, run_networks
from pathway.scenario.resolve import Step
from pathway.solve.integrate import Trajectory
from pathway.solve.settings import Method, Settings
from tests.reference.graphs import Builder, networks

if TYPE_CHECKING:
    from pathway.model import Network

TIMES = np.array([0.0, 0.3, 1.0, 1.7, 2.0, 4.5, 6.0])
LANES = Settings(rtol=1e-8, atol=1e-10)
TIGHT = Settings(method=Method.LSODA, rtol=1e-10, atol=1e-12)


def dosed(net: Network, *doses: float) -> list[Step]:
    """Return two minutes of each dose of whatever the medium has."""
    return [
        Step(start=2.0 * i, stop=2.0 * (i + 1), inputs=dict.fromkeys(net.inputs, dose))
        for i, dose in enumerate(doses)
    ]


@given(built=networks(), dose=st.floats(0.0, 5.0))
@settings(max_examples=60, deadline=None)
def test_random_networks_run_as_by_the_reference(built: Builder, dose: float) -> None:
    net = network_from_graph(built.done(), built.parameters)
    steps = dosed(net, 0.0, dose, 1.0)
    try:
        wanted = net.run(steps, TIMES, net.y0, TIGHT)
    except SolveError:
        return  # what grows without bounds
    runs = [NetworkRun(network=net, steps=steps, y0=net.y0 * fold) for fold in (1.0, 0.5, 2.0)]
    found = run_networks(runs, TIMES, LANES, threads=1)
    first = found[0]
    assert isinstance(first, Trajectory)
    size = np.abs(wanted.y).max(axis=0)
    assert (np.abs(first.y - wanted.y) <= 1e-6 * size + 1e-8).all()
    np.testing.assert_array_equal(first.inputs, wanted.inputs)
    (alone,) = run_networks(runs[:1], TIMES, LANES)
    assert isinstance(alone, Trajectory)
    assert alone.y.tobytes() == first.y.tobytes()
