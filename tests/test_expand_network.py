"""Small rule sets against networks worked out by hand."""

from __future__ import annotations

import networkx as nx
import pytest

from pathway.declare.entities import (
    Effect,
    Factor,
    FactorKind,
    Forbidden,
    Module,
    Pool,
    PoolTerm,
    Readout,
    Seed,
)
from pathway.declare.parameters import Monomial
from pathway.errors import DeclarationError, NetworkError
from pathway.expand import GraphFactor, expand
from tests.rules import (
    equations,
    interaction,
    module,
    network,
    number,
    reactions_of,
    rule,
    species_of,
    terms,
)

DIMERISE = rule("dim", "A(b) + A(b) <-> A(b!1).A(b!1)")


def test_homodimerisation_has_one_half() -> None:
    graph = network(module("A(b)", DIMERISE))
    assert species_of(graph) == ["A(b)", "A(b!1).A(b!1)"]
    assert equations(graph) == [
        "0.5: A(b) + A(b) -> A(b!1).A(b!1)",
        "1: A(b!1).A(b!1) -> A(b) + A(b)",
    ]
    forward, back = reactions_of(graph)
    assert graph.nodes[forward]["rate"] == Monomial(0.5, (("dim.k", 1.0),))
    assert graph.nodes[back]["rate"] == Monomial(1.0, (("dim.r", 1.0),))
    assert graph.nodes[forward]["reverse_of"] is None
    assert graph.nodes[back]["reverse_of"] == forward
    edge = graph.edges["A(b)", forward]
    assert (edge["stoichiometry"], edge["order"], edge["role"]) == (2, 2, "reactant")
    assert graph.edges[back, "A(b)"]["stoichiometry"] == 2.0


def test_homodimers_of_two_states() -> None:
    """A+A<->AA with y: uu, up and pp form from their monomers with 1/2, 1 and 1/2."""
    graph = network(
        module(
            "A(b,y~u~p)", DIMERISE, rule("ph", "A(y~u) -> A(y~p)"), rule("de", "A(y~p) -> A(y~u)")
        )
    )
    assert len(species_of(graph)) == 5
    u, p = "A(b,y~u)", "A(b,y~p)"
    uu, up, pp = (f"A(b!1,y~{a}).A(b!1,y~{b})" for a, b in ("uu", "pu", "pp"))
    assert equations(graph, "dim") == [
        f"0.5: {u} + {u} -> {uu}",
        f"1: {u} + {p} -> {up}",
        f"0.5: {p} + {p} -> {pp}",
        f"1: {uu} -> {u} + {u}",
        f"1: {up} -> {u} + {p}",
        f"1: {pp} -> {p} + {p}",
    ]
    assert equations(graph, "ph") == [f"1: {u} -> {p}", f"2: {uu} -> {up}", f"1: {up} -> {pp}"]
    assert equations(graph, "de") == [f"1: {p} -> {u}", f"1: {up} -> {uu}", f"2: {pp} -> {up}"]


def test_a_homodimer_with_one_or_two_free_kinases() -> None:
    """One free kinase phosphorylates its partner, two phosphorylate each other: 1 or 2 events."""
    graph = network(
        module(
            "A(b,k~free~drug,y~u~p)",
            DIMERISE,
            rule("drug", "A(b,k~free,y~u) -> A(b,k~drug,y~u)"),
            rule("ph", "A(b!1,k~free).A(b!1,y~u) -> A(b!1,k~free).A(b!1,y~p)"),
        )
    )
    first = {text for text in equations(graph, "ph") if "y~p" not in text.partition("->")[0]}
    f, d = "A(b!1,k~free,y~{})", "A(b!1,k~drug,y~{})"
    assert first == {
        f"2: {f.format('u')}.{f.format('u')} -> {f.format('p')}.{f.format('u')}",
        f"1: {d.format('u')}.{f.format('u')} -> {d.format('p')}.{f.format('u')}",
    }
    assert "1: A(b!1,k~free,y~p).A(b!1,k~free,y~u) -> A(b!1,k~free,y~p).A(b!1,k~free,y~p)" in (
        equations(graph, "ph")
    )


def test_either_partner_of_a_homodimer_can_be_lost() -> None:
    graph = network(module("A(b)", DIMERISE, rule("loss", "A(b!1).A(b!1) -> A(b)")))
    assert equations(graph, "loss") == ["2: A(b!1).A(b!1) -> A(b)"]
    assert graph.nodes["loss#1"]["change"] == (("A", -1),)


def test_a_catalyst_keeps_both_edges() -> None:
    graph = network(module("K S(y~u~p)", rule("ph", "K + S(y~u) -> K + S(y~p)")))
    assert equations(graph) == ["1: K + S(y~u) -> K + S(y~p)"]
    assert graph.edges["K", "ph#1"]["stoichiometry"] == 1
    assert graph.edges["ph#1", "K"]["stoichiometry"] == 1.0


def test_what_changes_nothing_is_dropped() -> None:
    graph = network(module("A(b,y~u~p)", rule("swap", "A(y~u) + A(y~p) -> A(y~p) + A(y~u)")))
    assert reactions_of(graph) == []


def test_lines_of_one_rule_are_one_reaction_where_they_agree() -> None:
    graph = network(
        module("A(x~u~p,z~a)", rule("ph", "A(x~u) -> A(x~p)", "A(x~u,z~a) -> A(x~p,z~a)"))
    )
    assert equations(graph) == ["2: A(x~u,z~a) -> A(x~p,z~a)"]


def test_synthesis_fills_in_defaults_and_inputs_are_consumed() -> None:
    base = module(
        "R(d~free,b)",
        rule("make", "0 -> R()"),
        rule("lose", "R(b) -> 0"),
        rule("bind", "R(d~free) + T <-> R(d~T)"),
        inputs="T",
        states=(),
    )
    drugged = module("R(d~free~T,b)", *base.rules, inputs="T")
    graph = network(drugged)
    assert species_of(graph) == ["R(d~free,b)", "T", "R(d~T,b)"]
    assert equations(graph, "make") == ["1: 0 -> R(d~free,b)"]
    assert equations(graph, "lose") == ["1: R(d~free,b) -> 0", "1: R(d~T,b) -> 0"]
    assert equations(graph, "bind") == [
        "1: R(d~free,b) + T -> R(d~T,b)",
        "1: R(d~T,b) -> R(d~free,b) + T",
    ]
    assert [graph.nodes[s]["is_input"] for s in species_of(graph)] == [False, True, False]
    assert graph.nodes["T"]["initial"] is None
    assert graph.nodes["R(d~free,b)"]["initial"] == Monomial.of("R.total")
    assert graph.graph["parameters"] == ("R.total", "bind.k", "bind.r", "lose.k", "make.k")
    with pytest.raises(DeclarationError, match=r"site 'd' of R has no state 'T'"):
        network(base)


def test_what_is_not_present_takes_no_part() -> None:
    rules = (rule("ph", "A(y~u) -> A(y~p)"), rule("bind", "A(y~u) + B(s~u) -> A(y~p) + B(s~u)"))
    graph = expand([module("A(y~u~p) B(s~u)", *rules)], ["A"], [])
    assert species_of(graph) == ["A(y~u)", "A(y~p)"]
    assert reactions_of(graph) == ["ph#1"]


def test_names_of_unused_modules_may_be_mentioned() -> None:
    base = module("A(y~u~p)", rule("ph", "A(y~u) -> A(y~p)"))
    drug = module(
        "",
        rule("bind", "B(s~u) -> B(s~d)"),
        effects=(
            Effect(id="e", rules=("lesion_rule",), when="B(s~d)", factor=Monomial.of("e.factor")),
        ),
    )
    lesion = module("B(s~u~d)", rule("lesion_rule", "B(s~d) -> 0"))
    graph = expand([base, drug], ["A"], [], elsewhere=[base, lesion])
    assert reactions_of(graph) == ["ph#1"]
    with pytest.raises(DeclarationError, match=r"rule bind: unknown molecule 'B'"):
        expand([base, drug], ["A"], [])


def test_a_seed_brings_its_molecule() -> None:
    seed = Seed(id="A_mutant", pattern="A(allele~M)", total=number("A_mutant.total"))
    base = module("A(allele~WT~M,y~u~p)", rule("ph", "A(y~u) -> A(y~p)"), seeds=(seed,))
    both = expand([base], ["A", "A_mutant"], [])
    assert species_of(both)[:2] == ["A(allele~WT,y~u)", "A(allele~M,y~u)"]
    assert both.nodes["A(allele~M,y~u)"]["initial"] == Monomial.of("A_mutant.total")
    assert species_of(expand([base], ["A_mutant"], [])) == ["A(allele~M,y~u)", "A(allele~M,y~p)"]
    assert species_of(expand([base], ["A"], [])) == ["A(allele~WT,y~u)", "A(allele~WT,y~p)"]


def test_factors_stand_on_edges() -> None:
    K, hill = Monomial.of("ph.K"), Monomial.of("ph.hill")
    factors = (
        Factor(kind=FactorKind.LINEAR, pool="active"),
        Factor(kind=FactorKind.SATURATING, pool="I", K=K, hill=hill),
        Factor(kind=FactorKind.INHIBITING, pool="S(y~p)", K=K),
        Factor(kind=FactorKind.INHIBITING, pool="B(y~p)", K=K),
    )
    pool = Pool(
        id="active",
        terms=(
            PoolTerm(key="one", pattern="E(b!+)", weight=Monomial.of("w")),
            PoolTerm(key="two", pattern="E()", weight=Monomial(3.0)),
        ),
    )
    more = Pool(id="active", terms=(PoolTerm(key="own", pattern="S(y~u)", weight=Monomial()),))
    graph = network(
        module(
            "E(b) S(y~u~p) B(y~u~p)",
            rule("dim", "E(b) + E(b) <-> E(b!1).E(b!1)"),
            rule("ph", "S(y~u) -> S(y~p)", factors=factors),
            inputs="I",
            pools=(pool,),
        ),
        Module(pools=(more,)),
    )
    assert graph.nodes["ph#1"]["factors"] == (
        GraphFactor(kind=FactorKind.LINEAR),
        GraphFactor(kind=FactorKind.SATURATING, K=K, hill=hill),
        GraphFactor(kind=FactorKind.INHIBITING, K=K),
    )
    into = {name: graph.edges[name, "ph#1"] for name in graph.predecessors("ph#1")}
    assert into["E(b)"]["weights"] == ((0, Monomial(3.0)),)
    assert into["E(b!1).E(b!1)"]["weights"] == (
        (0, Monomial.of("w").scaled(2.0)),
        (0, Monomial(6.0)),
    )
    assert into["S(y~u)"]["weights"] == ((0, Monomial()),)
    assert into["I"]["weights"] == ((1, Monomial()),)
    assert into["S(y~p)"]["weights"] == ((2, Monomial()),)
    roles = {name: edge["role"] for name, edge in into.items()}
    assert roles.pop("S(y~u)") == "reactant+modifier"
    assert set(roles.values()) == {"modifier"}
    assert all(edge["order"] == 0 for name, edge in into.items() if name != "S(y~u)")


def test_a_rate_that_reads_an_empty_pool_is_zero() -> None:
    """The rule fires once its pool can be filled, and not before: here by another rule."""
    read = Factor(kind=FactorKind.LINEAR, pool="K(a~on)")
    driven = rule("ph", "S(y~u) -> S(y~p)", factors=(read,))
    switch = rule("switch", "K(a~off) -> K(a~on)")
    assert species_of(network(module("S(y~u~p) K(a~off~on)", driven))) == ["S(y~u)", "K(a~off)"]
    graph = network(module("S(y~u~p) K(a~off~on)", driven, switch))
    assert reactions_of(graph) == ["ph#1", "switch#1"]
    empty = Factor(kind=FactorKind.SATURATING, pool="pY", K=Monomial.of("K"))
    pool = Pool(id="pY", terms=())
    off = module("S(y~u~p)", rule("ph", "S(y~u) -> S(y~p)", factors=(empty,)), pools=(pool,))
    assert reactions_of(network(off)) == []


def test_readouts_are_weighted_species() -> None:
    base = Readout(id="pS", terms=terms("S(y~p)"), unit="nM", description="phosphorylated S")
    more = Readout(
        id="pS", terms=(PoolTerm(key="more", pattern="S()", weight=Monomial.of("w")),), unit=""
    )
    first = module("S(y~u~p)", rule("ph", "S(y~u) -> S(y~p)"), readouts=(base,))
    graph = network(first, Module(readouts=(more,)))
    assert graph.graph["readouts"] == {
        "pS": (
            "nM",
            "phosphorylated S",
            (("S(y~u)", Monomial.of("w")), ("S(y~p)", Monomial()), ("S(y~p)", Monomial.of("w"))),
        )
    }


def test_an_effect_multiplies_once() -> None:
    effect = Effect(id="e", rules=("go",), when="A(y~p)", factor=Monomial.of("e.factor"))
    graph = network(
        module(
            "A(b,y~u~p)",
            DIMERISE,
            rule("ph", "A(b,y~u) -> A(b,y~p)"),
            rule("go", "A(b!1).A(b!1) -> 0"),
            effects=(effect,),
        )
    )
    rates = [graph.nodes[r]["rate"] for r in reactions_of(graph, "go")]
    plain, touched = Monomial.of("go.k"), Monomial.of("go.k").times(Monomial.of("e.factor"))
    assert rates == [plain, touched, touched]


def test_forbidden_patterns_never_form() -> None:
    drug = rule("drug", "A(d~free) -> A(d~on)")
    ban = Forbidden(id="never", pattern="A(d~on,b!+)")
    graph = network(module("A(b,d~free~on)", DIMERISE, drug, forbidden=(ban,)))
    assert species_of(graph) == ["A(b,d~free)", "A(b!1,d~free).A(b!1,d~free)", "A(b,d~on)"]
    assert equations(graph, "drug") == ["1: A(b,d~free) -> A(b,d~on)"]
    start = Forbidden(id="start", pattern="A(b)")
    with pytest.raises(
        NetworkError, match=r"starts as A\(b,d~free\), which contains the forbidden"
    ):
        network(module("A(b,d~free~on)", forbidden=(start,)))


def test_a_ring_that_stays_closed_is_not_two_products() -> None:
    graph = network(
        module(
            "A(l,r) B(l,r)",
            rule("left", "A(l) + B(l) <-> A(l!1).B(l!1)"),
            rule("close", "A(l!1,r).B(l!1,r) -> A(l!1,r!2).B(l!1,r!2)"),
        )
    )
    ring = "A(l!1,r!2).B(l!1,r!2)"
    assert ring in species_of(graph)
    assert [text for text in equations(graph, "left") if ring in text] == []


def test_a_loose_bond_moves_and_wildcards_stay() -> None:
    graph = network(
        module(
            "C(a,b) D(x,s~u~p)",
            rule("bind", "C(a) + D(x) <-> C(a!1).D(x!1)"),
            rule("move", "D(x!1).C(a!1,b) -> D(x!1).C(a,b!1)"),
            rule("ph", "D(x!+,s~u) -> D(x!+,s~p)"),
        )
    )
    assert "1: C(a!1,b).D(x!1,s~u) -> C(a,b!1).D(x!1,s~u)" in equations(graph, "move")
    # Both ends of C can be taken, so that D is phosphorylated at either.
    assert len(species_of(graph)) == 1 + 2 + 2 * 2 + 4
    assert len(equations(graph, "ph")) == 1 + 1 + 4
    assert {text.partition(":")[0] for text in equations(graph, "ph")} == {"1"}


def test_the_graph_is_frozen_bipartite_and_in_order() -> None:
    graph = network(module("A(b,y~u~p)", DIMERISE, rule("ph", "A(y~u) -> A(y~p)")))
    assert nx.is_frozen(graph)
    kinds = [graph.nodes[n]["kind"] for n in graph]
    assert kinds == sorted(kinds, reverse=True)
    assert [graph.nodes[n]["index"] for n in graph] == [
        *range(kinds.count("species")),
        *range(kinds.count("reaction")),
    ]
    assert all(graph.nodes[a]["kind"] != graph.nodes[b]["kind"] for a, b in graph.edges)
    again = network(module("A(b,y~u~p)", DIMERISE, rule("ph", "A(y~u) -> A(y~p)")))
    assert list(graph.nodes(data=True)) == list(again.nodes(data=True))
    assert list(graph.edges(data=True)) == list(again.edges(data=True))


def test_depletion_is_noted_for_the_compiler() -> None:
    assert expand([module("A")], ["A"], [], depletion=True).graph["depletion"] is True
    assert expand([module("A")], ["A"], []).graph["depletion"] is False


CHAIN = rule("chain", "A(l) + A(r) -> A(l!1).A(r!1)")


@pytest.mark.parametrize(
    ("one", "message"),
    [
        (
            module("A(l,r)", CHAIN),
            r"rule chain: rule 'chain' generates without end: a complex of 9",
        ),
        (
            module(
                "A(b) B(b)",
                rule("half", "A(b!1).B(b!1) -> A(b)"),
                rule("loose", "A() -> 0"),
                rule("on", "A(b) + B(b) -> A(b!1).B(b!1)"),
            ),
            r"'A\(\) -> 0' deletes A while it is bound to something the rule does not write",
        ),
        (
            module(
                "A(y~u~p)",
                rule("r", "A(y~u) <-> A(y~p)", factors=(Factor(kind=FactorKind.LINEAR, pool="A"),)),
            ),
            r"rule 'r' is reversible and has factors",
        ),
        (
            module("A(y~u~p)", rule("r", "A(y~u) -> A(y~p)", "A(y~p) <-> A(y~u)")),
            r"does not agree with the rule's rate constants",
        ),
        (
            module(
                "A(y~u~p)",
                rule(
                    "r",
                    "A(y~u) -> A(y~p)",
                    factors=(Factor(kind=FactorKind.LINEAR, pool="pool_y"),),
                ),
                pools=(Pool(id="pool_x", terms=()),),
            ),
            r"unknown pool 'pool_y'; did you mean 'pool_x'\?",
        ),
        (
            module(
                "A(y~u~p)", effects=(Effect(id="e", rules=("x",), when="A", factor=Monomial()),)
            ),
            r"effect e: unknown rule 'x'; none are declared",
        ),
        (
            module(
                "A(b)",
                DIMERISE,
                effects=(Effect(id="e", rules=("dim",), when="A", factor=Monomial()),),
            ),
            r"rule 'dim' is reversible, and an effect would break its detailed balance",
        ),
        (module("A", rule("r", "A -> 0"), rule("r", "A -> 0")), r"rule 'r' is declared twice"),
        (
            module("A", interactions=(interaction("i", "A"), interaction("i", "A"))),
            r"interaction 'i' is declared twice",
        ),
        (
            module("A", pools=(Pool(id="p", terms=terms("A")), Pool(id="p", terms=terms("A")))),
            r"term 't0' of pool 'p' is declared twice",
        ),
        (
            module(
                "A",
                readouts=(
                    Readout(id="q", terms=(), unit="nM"),
                    Readout(id="q", terms=(), unit="1"),
                ),
            ),
            r"readout 'q' is in nM and in 1",
        ),
    ],
)
def test_a_network_that_cannot_be_is_refused(one: Module, message: str) -> None:
    with pytest.raises((DeclarationError, NetworkError), match=message):
        network(one)


def test_too_many_species_are_refused() -> None:
    many = module("A(b,y~u~p)", DIMERISE, rule("ph", "A(y~u) -> A(y~p)"))
    assert len(species_of(network(many, max_species=5))) == 5
    with pytest.raises(NetworkError, match=r"more than 4 species, the last made by rule '\w+'"):
        network(many, max_species=4)


def test_present_and_inputs_must_be_declared() -> None:
    with pytest.raises(NetworkError, match=r"present molecule 'Aa' is not declared"):
        expand([module("A")], ["Aa"], [])
    with pytest.raises(NetworkError, match=r"input 'A' is not a drug or ligand here"):
        expand([module("A")], [], ["A"])


def test_units_do_not_mix_in_a_complex() -> None:
    other = Module(molecules=(module("B(b)").molecules[0],))
    mixed = module("A(b)", rule("on", "A(b) + B(b) -> A(b!1).B(b!1)"))
    fraction = Module(
        molecules=tuple(
            type(m)(id=m.id, sites=m.sites, unit="1", initial="", total=m.total)
            for m in other.molecules
        )
    )
    with pytest.raises(NetworkError, match=r"joins molecules of different units"):
        network(fraction, mixed)


@pytest.mark.parametrize(
    ("seed", "message"),
    [
        ("A(y~u)", r"starts in the same species A\(b,y~u\) as molecule A"),
        ("A(b!1).A(b!1)", r"is not one molecule"),
        ("A(b!+)", r"starts bound"),
    ],
)
def test_a_seed_is_one_free_molecule_in_a_form_of_its_own(seed: str, message: str) -> None:
    bad = Seed(id="s", pattern=seed, total=number("s.total"))
    with pytest.raises((DeclarationError, NetworkError), match=message):
        expand([module("A(b,y~u~p)", seeds=(bad,))], ["A", "s"], [])
