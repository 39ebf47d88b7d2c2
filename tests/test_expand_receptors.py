"""The full receptor module, against BioNetGen.

EGFR, HER2, HER3 and p95HER2 with their dimers, ligands, an antibody on each HER2 domain and a kinase
inhibitor, every state in both compartments. The numbers of species, of reactions and the sums of
statistical coefficients of every rule were obtained from BioNetGen 2.9.3 (PyPI ``bionetgen``) with
the same lines written as BNGL, one rate constant per rule, ligands and drugs as states.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from pathway.declare.entities import Forbidden, Module
from tests.rules import module, network, reactions_of, rule, species_of

if TYPE_CHECKING:
    import networkx as nx

    from pathway.declare.entities import Rule

PAIRS = (
    ("EGFR", "EGFR"),
    ("EGFR", "HER2"),
    ("EGFR", "HER3"),
    ("HER2", "HER2"),
    ("HER2", "HER3"),
    ("P95", "P95"),
    ("P95", "HER3"),
)
BARRED = ("EGFR(dim!1).HER2(d2~P,dim!1)", "HER2(d2~P,dim!1).HER3(dim!1,lig~HRG)")
"""Pertuzumab is absent from EGFR:HER2 and from the heregulin-bound HER2:HER3."""


def molecules(drugs: str) -> str:
    kin = "kin~free" + "~R" * ("R" in drugs)
    d2, d4 = "d2~free" + "~P" * ("P" in drugs), "d4~free" + "~T" * ("T" in drugs)
    return (
        f"EGFR(lig~free~EGF,dim,{kin},y~u~p,loc~s~i) HER2({d2},{d4},dim,{kin},y~u~p,loc~s~i)"
        f" HER3(lig~free~HRG,dim,y~u~p,loc~s~i) P95(dim,{kin},y~u~p,loc~s~i)"
    )


def pair_rules(a: str, b: str) -> list[Rule]:
    both = f"{a}(dim!1,loc~{{0}}).{b}(dim!1,loc~{{0}})"
    surface, inside = both.format("s"), both.format("i")
    rules = [
        rule(f"dim_{a}_{b}", f"{a}(dim,loc~s) + {b}(dim,loc~s) <-> {surface}"),
        rule(f"endo_{a}_{b}", f"{surface} -> {inside}"),
        rule(f"rec_{a}_{b}", f"{inside} -> {surface}"),
        rule(f"deg_{a}_{b}", f"{inside} -> 0"),
    ]
    for kinase, other in dict.fromkeys(((a, b), (b, a))):
        if kinase != "HER3":
            left = f"{kinase}(dim!1,kin~free).{other}(dim!1,y~{{}})"
            text = f"{left.format('u')} -> {left.format('p')}"
            rules.append(rule(f"phos_{kinase}_{other}", text))
    return rules


def receptors(drugs: str) -> Module:
    rules = [one for pair in PAIRS for one in pair_rules(*pair)]
    for name in ("EGFR", "HER2", "HER3", "P95"):
        rules += [
            rule(f"dephos_{name}", f"{name}(y~p) -> {name}(y~u)"),
            rule(f"endo_{name}", f"{name}(dim,loc~s) -> {name}(dim,loc~i)"),
            rule(f"rec_{name}", f"{name}(dim,loc~i) -> {name}(dim,loc~s)"),
            rule(f"deg_{name}", f"{name}(dim,loc~i) -> 0"),
            rule(f"syn_{name}", f"0 -> {name}()"),
        ]
        if "R" in drugs and name != "HER3":
            rules.append(rule(f"R_{name}", f"{name}(kin~free) + TKI <-> {name}(kin~R)"))
    rules.append(rule("EGF", "EGFR(lig~free,loc~s) + L1 <-> EGFR(lig~EGF,loc~s)"))
    rules.append(rule("HRG", "HER3(lig~free,loc~s) + L3 <-> HER3(lig~HRG,loc~s)"))
    if "P" in drugs:
        rules.append(rule("P", "HER2(d2~free,loc~s) + AB2 <-> HER2(d2~P,loc~s)"))
    if "T" in drugs:
        rules.append(rule("T", "HER2(d4~free,loc~s) + AB4 <-> HER2(d4~T,loc~s)"))
    media = {"R": "TKI", "P": "AB2", "T": "AB4"}
    inputs = " ".join(["L1", "L3", *(media[drug] for drug in drugs)])
    barred = tuple(Forbidden(id=f"f{i}", pattern=p) for i, p in enumerate(BARRED) if "P" in drugs)
    return module(molecules(drugs), *rules, inputs=inputs, forbidden=barred)


def coefficients(graph: nx.DiGraph[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for reaction in reactions_of(graph):
        rate = graph.nodes[reaction]["rate"]
        ((constant, _),) = rate.powers
        found[constant] += rate.coefficient
    return found


@pytest.mark.parametrize(
    ("drugs", "species", "reactions", "events"),
    [
        ("", 136, 588, 604),
        ("T", 186, 859, 882),
        ("P", 162, 715, 738),
        ("R", 344, 1928, 1984),
        ("TPR", 748, 4894, 5018),
    ],
)
def test_the_receptor_module_is_that_of_bionetgen(
    drugs: str, species: int, reactions: int, events: int
) -> None:
    graph = network(receptors(drugs))
    inputs = 2 + len(drugs)
    assert len(species_of(graph)) - inputs == species
    assert len(reactions_of(graph)) == reactions
    assert sum(coefficients(graph).values()) == events


def test_statistical_factors_of_the_receptor_module_are_those_of_bionetgen() -> None:
    """Sums over the reactions of some rules, untreated and with three drugs."""
    chosen = (
        "dim_HER2_HER2.k",
        "dim_HER2_HER2.r",
        "phos_HER2_HER2.k",
        "dephos_HER2.k",
        "T.k",
        "R_HER2.k",
    )
    plain, treated = coefficients(network(receptors(""))), coefficients(network(receptors("TPR")))
    assert [plain[name] for name in chosen] == [2.0, 3.0, 6.0, 24.0, 0.0, 0.0]
    assert [treated[name] for name in chosen] == [128.0, 136.0, 136.0, 400.0, 200.0, 400.0]
