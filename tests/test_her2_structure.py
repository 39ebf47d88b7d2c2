"""The HER2 network as text and graph: its size, its balance, its words, its numbers."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
from itertools import combinations
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest

import pathway as pw
from pathway.model import network_from_graph
from pathway.scenario.overrides import declared_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pathway.model import Model

CONTEXTS = ("SKBR3", "BT474", "HCC1954", "UACC812", "MCF7", "MCF7_p95HER2")
DRUGS = (
    *("trastuzumab", "pertuzumab", "lapatinib", "tucatinib", "neratinib"),
    *("alpelisib", "capivasertib", "trametinib"),
)
LIGANDS: tuple[dict[str, str], ...] = ({}, {"HRG": "1 nM"}, {"EGF": "1 nM", "HRG": "1 nM"})
BUDGET = {0: 180, 2: 350, 3: 600}
"""Most species, those of the medium included, by number of drugs."""
WORDS = {"note", "description", "method", "source", "sources", "where", "mechanism"}
"""Fields in which an author may name anything."""


def treated(*drugs: str, context: str = "SKBR3") -> pw.Scenario:
    return pw.Scenario(context=context, drugs=dict.fromkeys(drugs, "in-vitro"), ligands=LIGANDS[-1])


def species(model: Model, scenario: pw.Scenario) -> int:
    graph = model.expand(model.resolve(scenario))
    return sum(node["kind"] == "species" for _, node in graph.nodes(data=True))


def over_budget(model: Model, context: str, number: int) -> dict[tuple[str, ...], int]:
    sizes = {
        drugs: species(model, treated(*drugs, context=context))
        for drugs in combinations(DRUGS, number)
    }
    return {drugs: size for drugs, size in sizes.items() if size > BUDGET[number]}


@pytest.mark.parametrize("context", CONTEXTS)
def test_untreated_networks_keep_their_budget(her2: Model, context: str) -> None:
    sizes = [species(her2, pw.Scenario(context=context, ligands=some)) for some in LIGANDS]
    assert 50 < sizes[0] < sizes[1] < sizes[2] <= BUDGET[0]
    every = dict.fromkeys(her2.declared.ligands, "1 nM")
    assert species(her2, pw.Scenario(context=context, ligands=every)) <= BUDGET[0]


@pytest.mark.slow
@pytest.mark.parametrize("context", CONTEXTS)
def test_any_two_drugs_keep_their_budget(her2: Model, context: str) -> None:
    assert over_budget(her2, context, 2) == {}


@pytest.mark.slow
def test_any_three_drugs_keep_their_budget(her2: Model) -> None:
    # The cell with p95HER2 and a mutant PIK3CA has every species that the others have, and more.
    assert over_budget(her2, "MCF7_p95HER2", 3) == {}
    three = treated("lapatinib", "neratinib", "tucatinib")
    largest = species(her2, dataclasses.replace(three, context="MCF7_p95HER2"))
    assert all(
        species(her2, dataclasses.replace(three, context=other)) <= largest for other in CONTEXTS
    )


@pytest.mark.parametrize(
    ("drugs", "cycles"),
    [
        ((), 5),
        (("trastuzumab", "pertuzumab"), 40),
        (("lapatinib", "tucatinib"), 150),
        (("trastuzumab", "tucatinib"), 100),
        (("trastuzumab", "pertuzumab", "neratinib"), 150),
        (("alpelisib", "capivasertib", "trametinib"), 5),
    ],
)
def test_networks_hang_together_and_keep_detailed_balance(
    her2: Model, drugs: tuple[str, ...], cycles: int
) -> None:
    report = her2.network(treated(*drugs, context="MCF7_p95HER2")).check()
    assert report.cycles.conditions >= cycles  # that many could have been broken
    assert report.cycles.worst < 1e-12
    assert report.idle == report.unreachable == report.constant_readouts == ()


def strings(value: Any) -> Iterator[str]:
    """Yield every text of a declared value that is not there to explain."""
    if isinstance(value, str):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            if field.name not in WORDS:
                yield from strings(getattr(value, field.name))
    elif isinstance(value, tuple):
        for entry in value:
            yield from strings(entry)


def test_rate_laws_name_no_time_drug_context_or_finding(her2: Model) -> None:
    declared = her2.declared
    base = list(strings(declared.base))
    assert len(base) > 500
    drugs = [name.lower() for name in declared.drugs]
    assert [text for text in base if any(drug in text.lower() for drug in drugs)] == []
    forbidden = re.compile(
        r"\btime\b|\bt\b|(?<![A-Za-z0-9])(C[0-4]\d|M[1-8][a-e]?)(?![A-Za-z0-9])|"
        + "|".join(rf"(?<![A-Za-z0-9]){re.escape(name)}" for name in declared.contexts)
    )
    modules = [drug.module for drug in declared.drugs.values()]
    modules += [ligand.module for ligand in declared.ligands.values()]
    modules += [lesion.module for lesion in declared.lesions.values()]
    added = [text for module in modules for text in strings(module)]
    assert [text for text in (*base, *added) if forbidden.search(text)] == []
    assert forbidden.search("C06_rate")  # what is looked for can be found
    assert forbidden.search("HER3_loss_in_SKBR3")


def test_every_number_says_how_it_is_known(her2: Model) -> None:
    declared = her2.declared
    numbers = list(declared_parameters(declared).values())
    numbers += [total for context in declared.contexts.values() for total in context.totals]
    numbers += [drug.molar_mass for drug in declared.drugs.values()]
    assert len(numbers) > 200
    for number in numbers:
        assert number.sources, number.id
        assert set(number.sources) <= set(declared.sources), number.id
        assert number.evidence.value in {"measured", "fitted", "derived", "assumed"}
        assert np.isfinite(number.value)
        assert number.fold >= 1.0
        assert number.declared_unit, number.id
    exposures = [dose for drug in declared.drugs.values() for dose in drug.exposures]
    assert all(set(dose.sources) <= set(declared.sources) and dose.sources for dose in exposures)


def erk_edges(graph: nx.DiGraph[str]) -> list[tuple[str, str]]:
    """Return the edges by which ERK reaches the juxtamembrane threonines."""
    rules = {"T677_phosphorylation", "T669_phosphorylation"}
    return [
        (source, reaction)
        for source, reaction, edge in graph.edges(data=True)
        if graph.nodes[reaction].get("rule") in rules and edge["role"] == "modifier"
    ]


def test_removing_an_edge_removes_the_mechanism(her2: Model) -> None:
    net = her2.network(treated("trametinib"))
    graph = nx.DiGraph(net.graph)
    edges = erk_edges(graph)
    assert edges
    graph.remove_edges_from(edges)
    cut = network_from_graph(graph, net.parameters)
    y = np.linspace(1.0, 3.0, len(net.species))
    still = net.arguments._replace(inputs=cut.arguments.inputs)
    moved = net.rhs(0.0, y, still) != cut.rhs(0.0, y, cut.arguments)
    changed = [name for name, here in zip(net.species, moved, strict=True) if here]
    assert {net.graph.nodes[name]["molecules"][0][0] for name in changed} == {"T677", "T669"}
    # The same knock-out as by parameter, when all is said and done.
    muted = net.with_parameters({"T677_phosphorylation.k": 0.0}).equilibrate()
    np.testing.assert_allclose(cut.equilibrate().y, muted.y, rtol=1e-9, atol=1e-12)


def test_every_edge_counts(her2: Model) -> None:
    net = her2.network(treated("trastuzumab", "lapatinib"))
    y = np.linspace(1.0, 3.0, len(net.species))
    held = dict.fromkeys(net.inputs, 5.0)
    whole = net.with_inputs(held)
    before = whole.rhs(0.0, y, whole.arguments)
    # What a reaction gives back to a medium held constant is no equation's business.
    edges = [edge for edge in net.graph.edges if edge[1] not in net.inputs]
    for edge in edges[::173]:
        graph = nx.DiGraph(net.graph)
        graph.remove_edge(*edge)
        cut = network_from_graph(graph, net.parameters, inputs=held)
        assert not np.array_equal(cut.rhs(0.0, y, cut.arguments), before), edge


def test_the_same_text_gives_the_same_arrays_in_any_process(her2: Model) -> None:
    script = (
        "import hashlib, pathway as pw\n"
        "m = pw.load('her2')\n"
        "s = pw.Scenario(context='MCF7_p95HER2', ligands={'HRG': '1 nM'},"
        " drugs={'trastuzumab': '10 nM', 'lapatinib': '1 uM'})\n"
        "n = m.network(s)\n"
        "a = hashlib.sha256(b''.join(x.tobytes() for x in n.arguments)).hexdigest()\n"
        "print(m.declared.text_hash, n.tables.digest(), a, '|'.join(n.species))\n"
    )
    found = [
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            encoding="utf-8",
        ).stdout
        for seed in ("1", "2")
    ]
    assert found[0] == found[1]
    assert found[0].startswith(her2.declared.text_hash)
