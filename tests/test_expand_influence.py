"""The signed projection of small networks whose picture everybody would draw alike."""

from __future__ import annotations

import networkx as nx
import pytest

from pathway.declare.entities import Factor, FactorKind, Readout
from pathway.declare.parameters import Monomial
from pathway.expand.influence import influence
from tests.rules import interaction, module, network, rule, terms


def reads(pool: str, kind: FactorKind = FactorKind.LINEAR) -> tuple[Factor, ...]:
    K = None if kind is FactorKind.LINEAR else Monomial.of("K")
    return (Factor(kind=kind, pool=pool, K=K),)


def signs(graph: nx.DiGraph[str]) -> dict[tuple[str, str], int]:
    return {edge: graph.edges[edge]["sign"] for edge in graph.edges}


CASCADE = module(
    "R(k~free~D,y~u~p) K(s~u~p) T(loc~in~out) M G(s~on~off) S(s~u~p)",
    rule("bind", "R(k~free) + D <-> R(k~D)"),
    rule("auto", "R(k~free,y~u) -> R(k~free,y~p)"),
    rule("de", "R(y~p) -> R(y~u)"),
    rule("K_on", "K(s~u) -> K(s~p)", factors=reads("R(y~p)")),
    rule("K_off", "K(s~p) -> K(s~u)"),
    rule("T_out", "T(loc~in) -> T(loc~out)", factors=reads("K(s~p)")),
    rule("T_in", "T(loc~out) -> T(loc~in)"),
    rule("make", "0 -> M", factors=reads("T(loc~in)", FactorKind.SATURATING)),
    rule("lose", "M -> 0"),
    rule("G_off", "G(s~on) -> G(s~off)", factors=reads("K(s~p)")),
    rule("K_fast", "K(s~p) -> K(s~u)", factors=reads("G(s~on)")),
    rule("G_on", "G(s~off) -> G(s~on)", factors=reads("M", FactorKind.INHIBITING)),
    rule("S_on", "S(s~u) -> S(s~p)", factors=reads("K(s~p)")),
    inputs="D",
    readouts=(Readout(id="pS", terms=terms("S(s~p)"), unit="nM"),),
)


def test_a_cascade_has_the_signs_one_would_draw() -> None:
    found = influence(network(CASCADE))
    assert signs(found) == {
        ("D", "R"): -1,
        ("R", "K"): 1,
        ("K", "T"): -1,
        ("T", "M"): 1,
        ("K", "G"): -1,
        ("G", "K"): -1,
        ("M", "G"): -1,
        ("K", "S"): 1,
    }
    assert found.nodes["D"]["kind"] == "input"
    assert {found.nodes[name]["kind"] for name in found if name != "D"} == {"molecule"}
    assert found.edges["R", "K"]["rules"] == ("K_on",)
    assert found.edges["D", "R"]["reactions"] == ("bind#1", "bind#2")


def test_a_removed_reaction_takes_its_influence_along() -> None:
    graph = nx.DiGraph(network(CASCADE))
    graph.remove_node("T_out#1")
    assert ("K", "T") not in influence(graph).edges


DIMER = module(
    "R(lig~free~L,b) Q(b,y~u~p) E(s~u~p)",
    rule("dim", "R(b) + Q(b,y~u) <-> R(b!1).Q(b!1,y~u)"),
    rule("ph", "R(b!1).Q(b!1,y~u) -> R(b!1).Q(b!1,y~p)"),
    rule("out", "R(b!1).Q(b!1,y~p) -> R(b) + Q(b,y~p)"),
    rule("de", "Q(y~p) -> Q(y~u)"),
    rule("bind", "R(lig~free) + L <-> R(lig~L)"),
    rule("E_on", "E(s~u) -> E(s~p)", factors=reads("Q(y~p)")),
    inputs="L",
    readouts=(Readout(id="pE", terms=terms("E(s~p)"), unit="nM"),),
    interactions=(interaction("hold", "R(lig~L,b!1).Q(b!1)"),),
)
VALUES = {
    f"{name}.{letter}": 1.0
    for name in ("dim", "ph", "out", "de", "bind", "E_on")
    for letter in "kr"
}


@pytest.mark.parametrize(("factor", "sign"), [(0.1, 1), (10.0, -1), (1.0, 0)])
def test_energies_need_numbers(factor: float, sign: int) -> None:
    """A ligand that holds the dimer together activates, one that breaks it inhibits."""
    found = signs(influence(network(DIMER), VALUES | {"hold.factor": factor}))
    assert found["L", "R"] == sign
    assert found["R", "Q"] == 1
    assert found["Q", "R"] == 1


def test_without_numbers_an_energy_has_no_sign() -> None:
    assert signs(influence(network(DIMER)))["L", "R"] == 0


def test_a_bystander_is_no_actor() -> None:
    """Q is dephosphorylated with or without R; and both are in the pool because Q is."""
    graph = network(
        module(
            "R(b) Q(b,y~u~p) E(s~u~p)",
            rule("dim", "R(b) + Q(b) <-> R(b!1).Q(b!1)"),
            rule("ph", "Q(y~u) -> Q(y~p)"),
            rule("de", "Q(y~p) -> Q(y~u)"),
            rule("E_on", "E(s~u) -> E(s~p)", factors=reads("Q(y~p)")),
        )
    )
    found = influence(graph)
    assert ("R", "E") not in found.edges
    assert found.edges["Q", "E"]["rules"] == ("E_on",)
    assert found.edges["R", "Q"]["rules"] == ("dim",)


def test_rules_that_disagree_give_no_sign() -> None:
    graph = network(
        module(
            "K S(s~u~p) E(s~u~p)",
            rule("on", "S(s~u) -> S(s~p)", factors=reads("K")),
            rule("off", "S(s~p) -> S(s~u)", factors=reads("K")),
            rule("E_on", "E(s~u) -> E(s~p)", factors=reads("S(s~p)")),
        )
    )
    assert signs(influence(graph))["K", "S"] == 0


def test_what_is_made_from_something_depends_on_it() -> None:
    graph = network(
        module("K A B", rule("turn", "A -> B", factors=reads("K")), rule("back", "B -> A"))
    )
    assert signs(influence(graph)) == {("A", "B"): 1, ("B", "A"): 1, ("K", "A"): -1, ("K", "B"): 1}
