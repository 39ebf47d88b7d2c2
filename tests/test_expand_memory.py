"""Expansions that share a memory against the same ones done afresh."""

from __future__ import annotations

import copy
import gc
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import pathway as pw
from pathway.compile.compiler import compile_graph
from pathway.declare.entities import Factor, FactorKind, Forbidden, Readout, SiteState
from pathway.declare.parameters import Monomial
from pathway.errors import DeclarationError
from pathway.expand import Memory, expand, memory
from pathway.expand.collector import uncollected
from pathway.expand.vocabulary import vocabulary_of
from pathway.model import Model
from tests.rules import interaction, module, number, rule, terms

if TYPE_CHECKING:
    import networkx as nx

    from pathway.declare.entities import Module

SCENARIOS = (
    pw.Scenario(),
    pw.Scenario(drugs={"trastuzumab": "100 nM"}, ligands={"HRG": "1 nM"}),
    pw.Scenario(drugs={"lapatinib": "1 uM", "trastuzumab": "1 nM"}, lesions={"p95HER2": True}),
    pw.Scenario(ligands={"EGF": "1 nM"}, medium_volume_per_cell="1000 pL"),
    pw.Scenario(
        ligands={"HRG": "1 nM"},
        parameters={"HRG_makes_HER2_HER3.off_share": "x0.5"},
        context="MCF7",
    ),
    pw.Scenario(drugs={"alpelisib": "1 uM"}, lesions={"PIK3CA_H1047R": True}),
)
DIMER = rule("dim", "A(b) + A(b) <-> A(b!1).A(b!1)")
TURN = rule("turn", "A(y~u) -> A(y~p)", "A(b!1,y~u).A(b!1) -> A(b!1,y~p).A(b!1)")
LOSS = rule("loss", "A(b) -> 0", "0 -> A")
READ = Readout(id="r", terms=terms("A(y~p)", "A(b!+)"), unit="nM")


def content(graph: nx.DiGraph[str]) -> str:
    """Return all that a graph says, in its order."""
    parts: list[Any] = [(name, list(node.items())) for name, node in graph.nodes(data=True)]
    parts += [(a, b, list(edge.items())) for a, b, edge in graph.edges(data=True)]
    parts += [(name, list(graph.pred[name])) for name in graph]
    return repr([*parts, *graph.graph.items()])


def written(one: Module, known: Memory | None = None) -> str:
    kinds = one.molecules
    return content(expand((one,), [m.id for m in kinds], (), memory=known))


def variants() -> list[Module]:
    """Return modules that have names, texts and rules in common and differ in all the rest."""
    base = module("A(b,y~u~p)", DIMER, TURN, LOSS, readouts=(READ,), parameters=(number("x"),))
    hold = interaction("i", "A(b!1,y~p).A(b!1)")
    fed = Factor(kind=FactorKind.LINEAR, pool="A(y~p)")
    kept = Factor(kind=FactorKind.INHIBITING, pool="A(y~p)", K=Monomial.of("half"))
    weighed = tuple(replace(term, weight=Monomial.of("x")) for term in READ.terms)
    return [
        base,
        replace(base, molecules=module("A(y~u~p,b)").molecules),
        replace(base, molecules=module("A(b,y~p~u)").molecules),
        replace(base, molecules=module("A(b,y~u~p,z)").molecules),
        replace(
            base,
            states=(SiteState(molecule="A", site="y", state="q"),),
            readouts=(replace(READ, terms=terms("A(y~q)")),),
        ),
        replace(base, rules=(replace(DIMER, forward=Monomial.of("other")), TURN, LOSS)),
        replace(base, rules=(DIMER, replace(TURN, factors=(fed,)), LOSS)),
        replace(base, rules=(DIMER, replace(TURN, factors=(kept,)), LOSS)),
        replace(base, rules=(LOSS, TURN, DIMER)),
        replace(base, rules=(DIMER, replace(TURN, lines=TURN.lines[::-1], where="there"))),
        replace(base, interactions=(hold,)),
        replace(base, interactions=(replace(hold, off_share=0.25),)),
        replace(base, interactions=(replace(hold, factor=Monomial.of("x")),)),
        replace(base, forbidden=(Forbidden(id="f", pattern="A(b!1,y~p).A(b!1,y~p)"),)),
        replace(base, readouts=(replace(READ, terms=weighed),)),
    ]


@pytest.mark.parametrize("order", [1, -1])
def test_networks_of_one_model_are_those_of_models_of_their_own(her2: Model, order: int) -> None:
    shared = Model(declared=her2.declared)
    for scenario in SCENARIOS[::order]:
        resolved = shared.resolve(scenario)
        known, fresh = shared.expand(resolved), Model(declared=her2.declared).expand(resolved)
        assert content(known) == content(fresh)
        assert compile_graph(known).digest() == compile_graph(fresh).digest()


@pytest.mark.parametrize("order", [1, -1])
def test_a_memory_tells_similar_modules_apart(order: int) -> None:
    fresh = [written(one) for one in variants()]
    assert len(set(fresh)) == len(fresh)
    known = Memory()
    for _ in range(2):
        assert [written(one, known) for one in variants()[::order]] == fresh[::order]


def test_a_memory_serves_several_threads() -> None:
    fresh = [written(one) for one in variants()]
    known = Memory()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda one: written(one, known), variants() * 4))
    assert found == fresh * 4


def test_what_is_forgotten_is_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    one = variants()[0]
    known, words = Memory(), vocabulary_of([one])
    fresh = written(one, known)
    before = known.knowledge(words)
    assert len(before) > 0
    assert known.knowledge(words) is before
    monkeypatch.setattr(memory, "MAX_ENTRIES", 0)
    monkeypatch.setattr(memory, "MAX_VOCABULARIES", 1)
    assert known.knowledge(words) is not before
    assert [written(other, known) for other in (*variants(), one)][-1] == fresh


def test_a_state_that_another_network_has_is_still_unknown() -> None:
    known = Memory()
    with_state = replace(variants()[4], rules=(rule("q", "A(y~u) -> A(y~q)"),))
    assert "A(b,y~q)" in written(with_state, known)
    with pytest.raises(DeclarationError, match=r"site 'y' of A has no state 'q'"):
        written(replace(with_state, states=()), known)


def test_a_copied_memory_is_empty() -> None:
    known, words = Memory(), vocabulary_of(variants()[:1])
    fresh = written(variants()[0], known)
    other = copy.deepcopy(known)
    assert len(other.knowledge(words)) == 0 < len(known.knowledge(words))
    assert written(variants()[0], other) == fresh


@pytest.mark.parametrize("before", [True, False])
def test_the_collector_rests_while_networks_are_built(
    monkeypatch: pytest.MonkeyPatch, her2: Model, *, before: bool
) -> None:
    seen: list[bool] = []

    def fails(*_: object, **__: object) -> None:
        seen.append(gc.isenabled())
        raise DeclarationError("here", "is wrong", "mend it")

    monkeypatch.setattr("pathway.model.model.expand", fails)
    was = gc.isenabled()
    try:
        (gc.enable if before else gc.disable)()
        with pytest.raises(DeclarationError, match="is wrong"):
            her2.expand(her2.resolve(SCENARIOS[0]))
        assert gc.isenabled() is before
        with uncollected(), uncollected():
            seen.append(gc.isenabled())
        assert gc.isenabled() is before
    finally:
        (gc.enable if was else gc.disable)()
    assert seen == [False, False]
