"""Interactions: rates that follow from energies keep detailed balance, whatever the numbers."""

from __future__ import annotations

from math import isclose, log
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathway.check import check_network
from pathway.declare.parameters import Monomial
from tests.rules import equations, interaction, module, network, reactions_of, rule

if TYPE_CHECKING:
    from pathway.declare.entities import Interaction, Module

RECEPTORS = "R(d~free~X,e~free~Y,b) S(l~free~L,b)"
BINDING = (
    rule("RR", "R(b) + R(b) <-> R(b!1).R(b!1)"),
    rule("RS", "R(b) + S(b) <-> R(b!1).S(b!1)"),
    rule("SS", "S(b) + S(b) <-> S(b!1).S(b!1)"),
    rule("X", "R(d~free) + DX <-> R(d~X)"),
    rule("Y", "R(e~free) + DY <-> R(e~Y)"),
    rule("L", "S(l~free) + DL <-> S(l~L)"),
)
PATTERNS = (
    "R(d~X,e~Y)",
    "R(d~X,b!1).R(b!1)",
    "R(d~X,b!1).R(d~X,b!1)",
    "R(d~X,b!1).R(e~Y,b!1)",
    "R(e~Y,b!1).S(b!1,l~free)",
    "R(b!1).S(b!1,l~L)",
    "S(b!1).S(b!1)",
    "S(l~L,b!+)",
    "R(d~X)",
)


def model(*interactions: Interaction) -> Module:
    return module(RECEPTORS, *BINDING, inputs="DX DY DL", interactions=interactions)


def values(**more: float) -> dict[str, float]:
    found = {f"{one.id}.{letter}": 1.0 for one in BINDING for letter in "kr"}
    return found | {name.replace("_", "."): value for name, value in more.items()}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(PATTERNS), st.floats(-6.0, 6.0), st.floats(0.0, 1.0)),
        max_size=5,
    ),
    st.lists(st.floats(-5.0, 5.0), min_size=12, max_size=12),
)
def test_interactions_keep_detailed_balance(
    chosen: list[tuple[str, float, float]], logs: list[float]
) -> None:
    parts = [interaction(f"i{n}", p, off) for n, (p, _, off) in enumerate(chosen)]
    parameters = {f"i{n}.factor": 10.0**power for n, (_, power, _) in enumerate(chosen)}
    names = [f"{one.id}.{letter}" for one in BINDING for letter in "kr"]
    parameters |= {name: 10.0**power for name, power in zip(names, logs, strict=True)}
    report = check_network(network(model(*parts)), parameters)
    assert report.cycles.conditions > 10
    assert report.cycles.worst < 1e-9


@pytest.mark.parametrize("off_share", [0.0, 0.25, 1.0])
def test_a_factor_is_split_between_on_and_off(off_share: float) -> None:
    graph = network(model(interaction("i", "R(d~X,b!1).S(b!1)", off_share)))
    texts = dict(zip(equations(graph, "RS"), reactions_of(graph, "RS"), strict=True))
    parts = "S(l~free,b) + R(d~X,e~free,b)"
    joined = "R(d~X,e~free,b!1).S(l~free,b!1)"
    on = graph.nodes[texts[f"1: {parts} -> {joined}"]]["rate"]
    off = graph.nodes[texts[f"1: {joined} -> {parts}"]]["rate"]
    factor = Monomial.of("i.factor")
    assert on == Monomial.of("RS.k").times(factor.to_power(-(1.0 - off_share)))
    assert off == Monomial.of("RS.r").times(factor.to_power(off_share))
    free = graph.nodes[
        texts["1: R(d~free,e~free,b) + S(l~free,b) -> R(d~free,e~free,b!1).S(l~free,b!1)"]
    ]
    assert free["rate"] == Monomial.of("RS.k")
    parameters = values(i_factor=30.0)
    shift = log(off.value(parameters) / on.value(parameters))
    assert isclose(shift, log(30.0))


def test_the_factor_also_acts_on_the_drug() -> None:
    """What destabilises the drugged dimer makes the drug leave it: the other side of the cycle."""
    graph = network(model(interaction("i", "R(d~X,b!1).S(b!1)", 1.0)))
    texts = dict(zip(equations(graph, "X"), reactions_of(graph, "X"), strict=True))
    back = texts["1: R(d~X,e~free,b!1).S(l~free,b!1) -> DX + R(d~free,e~free,b!1).S(l~free,b!1)"]
    assert graph.nodes[back]["rate"] == Monomial.of("X.r").times(Monomial.of("i.factor"))


def test_matches_count_in_a_homodimer() -> None:
    """A pattern that a homodimer holds twice counts twice, a symmetric one once."""
    graph = network(
        model(
            interaction("one", "R(d~X,b!+)", 0.0), interaction("two", "R(d~X,b!1).R(d~X,b!1)", 0.0)
        )
    )
    texts = dict(zip(equations(graph, "RR"), reactions_of(graph, "RR"), strict=True))
    x = "R(d~X,e~free,b)"
    pair = texts[f"0.5: {x} + {x} -> R(d~X,e~free,b!1).R(d~X,e~free,b!1)"]
    assert dict(graph.nodes[pair]["rate"].powers) == {
        "RR.k": 1.0,
        "one.factor": -2.0,
        "two.factor": -1.0,
    }


def test_one_way_rules_are_left_alone() -> None:
    one_way = rule("out", "R(b!1).S(b!1) -> R(b) + S(b)")
    graph = network(
        module(
            RECEPTORS,
            *BINDING,
            one_way,
            inputs="DX DY DL",
            interactions=(interaction("i", "R(b!1).S(b!1)"),),
        )
    )
    rates = {graph.nodes[r]["rate"] for r in reactions_of(graph, "out")}
    assert rates == {Monomial.of("out.k")}
