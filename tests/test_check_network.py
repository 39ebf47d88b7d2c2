"""Claims about networks: balance, conserved sums, detailed balance, and what hangs loose."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.check import CheckReport, check_network
from pathway.check.echelon import Echelon
from pathway.check.stoichiometry import read_stoichiometry
from pathway.declare.entities import Factor, FactorKind, Readout
from pathway.errors import NetworkError
from tests.rules import module, network, reactions_of, rule, species_of, terms

if TYPE_CHECKING:
    from pathway.declare.entities import Module

DIMERISE = rule("dim", "A(b) + A(b) <-> A(b!1).A(b!1)")


def ones(graph: nx.DiGraph[str], more: dict[str, float] | None = None) -> dict[str, float]:
    names = {name for r in reactions_of(graph) for name, _ in graph.nodes[r]["rate"].powers}
    return dict.fromkeys(names, 1.0) | (more or {})


def checked(one: Module, more: dict[str, float] | None = None) -> CheckReport:
    graph = network(one)
    return check_network(graph, ones(graph, more))


def test_molecules_neither_made_nor_lost_are_conserved() -> None:
    report = checked(
        module(
            "A(b,y~u~p) B(s~u~p) C",
            DIMERISE,
            rule("ph", "A(y~u) -> A(y~p)"),
            rule("B_on", "B(s~u) -> B(s~p)"),
            rule("make", "0 -> C"),
            rule("lose", "C -> 0"),
        )
    )
    assert (report.n_species, report.n_reactions) == (8, 12)
    assert [moiety.name for moiety in report.moieties] == ["A", "B"]
    assert dict(report.moieties[0].weights) == {
        "A(b,y~u)": 1,
        "A(b,y~p)": 1,
        "A(b!1,y~u).A(b!1,y~u)": 2,
        "A(b!1,y~p).A(b!1,y~u)": 2,
        "A(b!1,y~p).A(b!1,y~p)": 2,
    }


def test_further_conserved_sums_are_found() -> None:
    """Lipids that turn into each other, and alleles that never do."""
    lipids = checked(module("P2 P3", rule("on", "P2 -> P3"), rule("off", "P3 -> P2")))
    assert [(m.name, m.weights) for m in lipids.moieties] == [
        ("sum with P2", (("P2", 1), ("P3", 1)))
    ]
    medium = checked(module("R(d~free~X)", rule("bind", "R(d~free) + X <-> R(d~X)"), inputs="X"))
    assert [m.name for m in medium.moieties] == ["R"]


@pytest.mark.parametrize(
    "one",
    [
        module("A(b,y~u~p)", DIMERISE, rule("ph", "A(y~u) -> A(y~p)"), rule("x", "A(b,y~p) -> 0")),
        module(
            "A(l,r) B(x)",
            rule("l", "A(l) + B(x) <-> A(l!1).B(x!1)"),
            rule("r", "A(r) + B(x) <-> A(r!1).B(x!1)"),
        ),
        module("P2 P3 Q", rule("on", "P2 + P2 -> P3"), rule("off", "P3 -> P2 + Q")),
    ],
)
def test_conserved_sums_span_the_left_null_space(one: Module) -> None:
    graph = network(one)
    read = read_stoichiometry(graph)
    dense = np.zeros((len(read.species), len(read.reactions)))
    for j, change in enumerate(read.changes):
        for i, n in change.items():
            dense[i, j] = float(n)
    moieties = check_network(graph, ones(graph)).moieties
    basis = np.zeros((len(moieties), len(read.species)))
    for row, moiety in enumerate(moieties):
        for name, weight in moiety.weights:
            basis[row, read.species.index(name)] = weight
    assert not (basis @ dense).any()
    assert len(moieties) == len(read.species) - np.linalg.matrix_rank(dense)
    assert len(moieties) == 0 or np.linalg.matrix_rank(basis) == len(moieties)


CYCLE = module(
    "R(a~free~A,b~free~B)",
    rule("A", "R(a~free,b~free) + X <-> R(a~A,b~free)"),
    rule("A_then", "R(a~free,b~B) + X <-> R(a~A,b~B)"),
    rule("B", "R(b~free) + Y <-> R(b~B)"),
    inputs="X Y",
)


def test_a_cycle_that_breaks_detailed_balance_is_named() -> None:
    assert checked(CYCLE).cycles.conditions == 1
    assert checked(CYCLE).cycles.pairs == 4
    same = checked(CYCLE, {"A.k": 3.0, "A_then.k": 3.0})
    assert same.cycles.worst < 1e-12
    with pytest.raises(
        NetworkError,
        match=r"detailed balance is broken around the cycle of A, A_then, B: its equilibrium"
        r" constants multiply to exp\(-?1\.1\), not 1; write what one site does to another as an",
    ):
        checked(CYCLE, {"A.k": 3.0})


def test_one_way_steps_are_no_cycle() -> None:
    driven = module(
        "R(a~free~A)",
        rule("up", "R(a~free) -> R(a~A)"),
        rule("down", "R(a~A) -> R(a~free)"),
    )
    assert checked(driven, {"up.k": 7.0}).cycles.pairs == 0


def test_driven_pairs_are_left_out() -> None:
    parts = [r if r.id != "A" else rule("A", *r.lines, driven=True) for r in CYCLE.rules]
    open_cycle = module("R(a~free~A,b~free~B)", *parts, inputs="X Y")
    report = checked(open_cycle, {"A.k": 3.0})
    assert (report.cycles.pairs, report.cycles.conditions) == (3, 0)


def test_rates_of_zero_and_missing_parameters() -> None:
    with pytest.raises(
        NetworkError, match=r"one direction of the reversible reaction A#1 has rate zero"
    ):
        checked(CYCLE, {"A.k": 0.0})
    both = checked(CYCLE, {"A.k": 0.0, "A.r": 0.0})
    assert (both.cycles.pairs, both.cycles.conditions) == (3, 0)
    graph = network(CYCLE)
    with pytest.raises(NetworkError, match=r"parameter 'A\.k' has no value"):
        check_network(graph, {})


def test_a_reaction_that_lost_an_edge_is_unbalanced() -> None:
    graph = nx.DiGraph(network(module("A(b)", DIMERISE)))
    graph.remove_edge("dim#1", "A(b!1).A(b!1)")
    with pytest.raises(
        NetworkError, match=r"reaction dim#1 changes A by -2, its rule by 0; restore"
    ):
        check_network(graph, ones(graph))


def test_what_hangs_loose_is_listed() -> None:
    reads = (Factor(kind=FactorKind.LINEAR, pool="K"),)
    graph = network(
        module(
            "A(y~u~p) K LONE",
            rule("ph", "A(y~u) -> A(y~p)", factors=reads),
            readouts=(
                Readout(id="pA", terms=terms("A(y~p)"), unit="nM"),
                Readout(id="K", terms=terms("K"), unit="nM"),
                Readout(id="none", terms=(), unit="nM"),
            ),
        )
    )
    report = check_network(graph, ones(graph))
    assert report.idle == ("LONE",)
    assert report.unreachable == ()
    assert report.constant_readouts == ("K", "none")
    cut = nx.DiGraph(graph)
    cut.remove_node("ph#1")
    loose = check_network(cut, {})
    assert loose.idle == ("A(y~u)", "K", "LONE", "A(y~p)")
    assert loose.unreachable == ("A(y~p)",)
    assert loose.constant_readouts == ("pA", "K", "none")
    assert set(loose.unreachable) < set(species_of(cut))


@given(st.lists(st.lists(st.integers(-3, 3), min_size=5, max_size=5), min_size=1, max_size=8))
def test_elimination_agrees_with_dense_algebra(rows: list[list[int]]) -> None:
    echelon = Echelon()
    for label, row in enumerate(rows):
        vector: dict[int, int | Fraction] = {i: n for i, n in enumerate(row) if n}
        reduced = echelon.reduce(vector, float(sum(row)), label)
        combined = [
            sum(share * rows[member][i] for member, share in reduced.combination.items())
            for i in range(5)
        ]
        assert {i: n for i, n in enumerate(combined) if n} == reduced.vector
        # The number that goes along is linear in the vector.
        assert reduced.value == pytest.approx(float(sum(combined)), abs=1e-9)
    dense = np.array(rows, dtype=float)
    assert len(echelon.rows) == np.linalg.matrix_rank(dense)
    basis = echelon.null_space(5)
    assert len(basis) == 5 - len(echelon.rows)
    for vector in basis:
        assert all(
            sum((Fraction(n) * vector.get(i, 0) for i, n in enumerate(row)), Fraction(0)) == 0
            for row in rows
        )
