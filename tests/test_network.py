"""Network values: what a user calls, edits and prints."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Any

import networkx as nx
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from pathway.declare.entities import FactorKind
from pathway.declare.parameters import Monomial
from pathway.errors import ScenarioError
from pathway.model import EquationFormat, Network, network_from_graph
from pathway.scenario.resolve import Step
from tests.reference.graphs import Builder, binding, dosed, factor


def network(built: Builder, **readouts: list[tuple[str, Monomial]]) -> Network:
    return network_from_graph(built.done(**readouts), built.parameters)


def test_solve_ivp_takes_a_network_as_it_is() -> None:
    net = network(binding())
    jacobians: tuple[Any, ...] = (None, net.jacobian)
    for jac in jacobians:
        found = solve_ivp(
            net.rhs, (0.0, 50.0), net.y0, method="BDF", args=(net.arguments,), jac=jac, rtol=1e-8
        )
        assert found.success
        a, b, c = found.y[:, -1]
        assert a + c == pytest.approx(10.0)
        assert b + c == pytest.approx(4.0)
        assert 0.02 * a * b == pytest.approx(0.1 * c, rel=1e-3)


def test_removing_an_edge_changes_the_equations() -> None:
    built = dosed()
    net = network(built)
    y = np.array([5.0, 2.0, 1.0])
    graph = nx.DiGraph(net.graph)
    assert nx.is_frozen(net.graph)
    graph.remove_edge("R", "make")  # the modifier: the pool is empty, so nothing is made
    edited = network_from_graph(graph, built.parameters)
    assert net.rhs(0.0, y, net.arguments)[2] == pytest.approx(0.2 * 5.0 - 0.1)
    assert edited.rhs(0.0, y, edited.arguments)[2] == pytest.approx(-0.1)
    graph.remove_edge("leave", "R")  # the product: the receptor is not given back
    edited = network_from_graph(graph, built.parameters)
    assert edited.rhs(0.0, y, edited.arguments).tolist() == pytest.approx([0.0, -0.1, -0.1])


def test_a_network_cannot_be_changed() -> None:
    net = network(binding())
    with pytest.raises(AttributeError):
        net.graph = nx.DiGraph()  # type: ignore[misc]
    assert isinstance(net.parameters, MappingProxyType)
    net.y0[:] = 0.0
    assert net.y0.tolist() == [10.0, 4.0, 0.0]


def test_new_numbers_recompile_nothing() -> None:
    net = network(dosed())
    changed = net.with_parameters({"bind.k": 1.0}).with_inputs({"drug": 3.0})
    assert changed.tables is net.tables
    assert changed.arguments.tables is net.arguments.tables
    y = np.array([2.0, 0.0, 0.0])
    assert changed.rhs(0.0, y, changed.arguments)[1] == pytest.approx(6.0)
    assert net.rhs(0.0, y, net.arguments)[1] == 0.0
    with pytest.raises(ScenarioError, match=r"unknown parameter 'bind\.K'; did you mean 'bind\.k'"):
        net.with_parameters({"bind.K": 1.0})
    with pytest.raises(ScenarioError, match=r"inputs: unknown input 'drugg'; did you mean 'drug'"):
        net.with_inputs({"drugg": 1.0})


def test_readouts_are_weighted_sums_of_species_and_inputs() -> None:
    built = dosed()
    bound = [("RD", Monomial(2.0)), ("drug", Monomial())]
    net = network(built, bound=bound, weighted=[("S", built.number(0.5, "S.weight"))])
    assert net.readouts == ("bound", "weighted")
    y = np.array([[1.0, 2.0, 3.0], [0.0, 1.0, 4.0]])
    assert net.read(y).tolist() == [[4.0, 1.5], [2.0, 2.0]]
    assert net.read(y[0], np.array([7.0])).tolist() == [11.0, 1.5]
    assert net.read(y, np.array([[7.0], [0.0]])).tolist() == [[11.0, 1.5], [2.0, 2.0]]


def test_size_counts() -> None:
    size = network(dosed(), signal=[("S", Monomial())]).size
    assert (size.species, size.inputs, size.reactions, size.readouts) == (3, 1, 4, 1)
    assert size.parameters == 5
    # R and RD by each other, S by R and itself
    assert size.jacobian_nonzeros == 6


def test_a_run_starts_at_rest_and_follows_the_schedule() -> None:
    net = network(dosed(), signal=[("S", Monomial())])
    steps = [
        Step(start=0.0, stop=60.0, inputs={"drug": 100.0}),
        Step(start=60.0, stop=600.0, inputs={"drug": 0.0}),
    ]
    run = net.run(steps, np.array([0.0, 60.0, 600.0]))
    signal = net.read(run.y, run.inputs)[:, 0]
    assert signal[0] == pytest.approx(10.0)
    assert signal[1] < 0.3 * signal[0]
    assert signal[2] == pytest.approx(10.0, rel=1e-4)
    assert run.inputs[:, 0].tolist() == [100.0, 100.0, 0.0]


def test_a_medium_that_depletes_loses_what_cells_bind() -> None:
    built = dosed(depletion=True)
    net = network(built)
    steps = [
        Step(start=0.0, stop=500.0, inputs={"drug": 2.0}),
        Step(start=500.0, stop=600.0, inputs={"drug": 2.0}),
        Step(start=600.0, stop=601.0, inputs={"drug": 0.0}),
    ]
    run = net.run(steps, np.array([0.0, 500.0, 600.0, 601.0]))
    drug, bound = run.y[:, 1], run.y[:, 2]
    assert drug[0] == bound[0] == 0.0
    # One nM bound in the cells takes a tenth of a nM from the ten times larger medium.
    assert drug[1] + 0.1 * bound[1] == pytest.approx(2.0, rel=1e-9)
    assert drug[2] + 0.1 * bound[2] == pytest.approx(2.0, rel=1e-9)  # not refreshed
    assert 0.0 < drug[3] < 0.02  # washed, and leaving the receptor


def test_what_is_always_secreted_is_not_used_up() -> None:
    built = dosed(depletion=True)
    net = network_from_graph(built.done(), built.parameters, background={"drug": 3.0})
    rest = net.equilibrate()
    assert rest.y[1] == 3.0
    assert rest.y[2] == pytest.approx(5.0 * 0.03 / (0.03 + 0.05))
    run = net.run([Step(start=0.0, stop=100.0, inputs={"drug": 3.0})], np.array([100.0]))
    np.testing.assert_allclose(run.y[0], rest.y, rtol=1e-9)


def test_equations_as_text() -> None:
    built = Builder()
    built.species("A(x~u)", 1.0)
    built.species("drug", is_input=True)
    law = factor(FactorKind.INHIBITING, built.number(2.0, "r.K"), built.number(3.0, "r.hill"))
    pool = {"drug": Monomial(2.0), "A(x~u)": Monomial()}
    built.reaction("r#1", Monomial(0.5, (("r.K", -1.0),)), ["A(x~u)"] * 2, [], [law], [pool])
    text = network(built).equations()
    free = "(r.K)^(r.hill) / ((r.K)^(r.hill) + (X1)^(r.hill))"
    assert text.splitlines() == [
        "# species (nM or 1, per minute)",
        "d[A(x~u)]/dt = - 2 * v1",
        "",
        "# rates",
        f"v1 = 0.5 * r.K^-1 * [A(x~u)] * [A(x~u)] * {free}    # r#1",
        "",
        "# pools",
        "X1 = [A(x~u)] + 2 * [drug]",
        "",
        "# medium",
        "[drug] = constant",
        "",
    ]


def test_equations_as_latex() -> None:
    text = network(dosed(depletion=True)).equations(EquationFormat.LATEX)
    assert r"\frac{\mathrm{d}[\mathrm{drug}]}{\mathrm{d}t} &= " in text
    assert r"\mathrm{medium.cells\_per\_volume} \, (- v_{1} + v_{2})" in text
    assert text.count(r"\begin{align*}") == text.count(r"\end{align*}") == 3
    assert len(re.findall(r"&=", text)) == 4 + 4 + 1
    braces = text.replace(r"\{", "").replace(r"\}", "")
    assert braces.count("{") == braces.count("}")
    assert "% medium: none" in text
