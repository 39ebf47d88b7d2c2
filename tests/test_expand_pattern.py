"""Reading patterns and rule lines; canonical text; matches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.declare.entities import Module, SiteState
from pathway.errors import DeclarationError
from pathway.expand.canonical import canonical, components, text_of
from pathway.expand.match import Complex, automorphisms, count, embeddings
from pathway.expand.pattern import ANY, BOUND, parse_line, parse_pattern
from pathway.expand.transform import directions
from pathway.expand.vocabulary import vocabulary_of
from tests.rules import module, molecule

WORDS = vocabulary_of([module("A(l,r,y~u~p) B(x,s~u~p) PIP3")])


def species(text: str) -> Complex:
    """Return a species from a text that names every site."""
    pattern = parse_pattern("test", text, WORDS)
    agents = [(part.molecule, tuple(v for _, v in part.sites)) for part in pattern.molecules]
    bonds = pattern.bonds
    for label, (m, s, n, t) in enumerate(bonds, start=1):
        for index, site in ((m, s), (n, t)):
            name, values = agents[index]
            agents[index] = (name, (*values[:site], label, *values[site + 1 :]))
    return tuple(agents)


def test_a_pattern_is_read_with_its_wildcards() -> None:
    pattern = parse_pattern("here", " A( l!1 , y~p ).B(x!1,s~?) ", WORDS)
    assert [part.molecule for part in pattern.molecules] == ["A", "B"]
    assert pattern.molecules[0].sites == ((0, 1), (2, "p"))
    assert pattern.molecules[1].sites == ((0, 1), (1, ANY))
    assert pattern.bonds == ((0, 0, 1, 0),)
    wild = parse_pattern("here", "A(l!+,r!?,y)", WORDS).molecules[0]
    assert wild.sites == ((0, BOUND), (1, ANY), (2, ANY))
    assert (
        parse_pattern("here", "PIP3", WORDS).molecules
        == parse_pattern("here", "PIP3()", WORDS).molecules
    )


def test_a_rule_line_has_two_sides() -> None:
    line = parse_line("here", "A(l) + B(x) <-> A(l!1).B(x!1)", WORDS)
    assert line.reversible
    assert [p.text for p in line.reactants] == ["A(l)", "B(x)"]
    assert [p.text for p in line.products] == ["A(l!1).B(x!1)"]
    assert parse_line("here", "0 -> A()", WORDS).reactants == ()
    plus = parse_line("here", "A(l!+) + PIP3 -> A(l!+)", WORDS)
    assert [p.text for p in plus.reactants] == ["A(l!+)", "PIP3"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a(l)", r"^here: unknown molecule 'a'; did you mean 'A'\?$"),
        ("A(z)", r"molecule A has no site 'z'; known: 'l', 'r', 'y'"),
        ("A(y~q)", r"site 'y' of A has no state 'q'; known: 'u', 'p'"),
        ("A(l~u)", r"site 'l' of A carries a bond and has no state 'u'; write l for free"),
        ("A(y!1)", r"site 'y' of A has states and cannot carry bond !1"),
        ("A(l!0)", r"bond !0 at site 'l' of A is not a bond"),
        ("A(l!1)", r"bond !1 in 'A\(l!1\)' has 1 end"),
        ("A(l!1,r!1).B(x!1)", r"bond !1 .* has 3 end"),
        ("A(l,l)", r"site 'l' of A is written twice"),
        ("A(l", r"parentheses in 'A\(l' do not match"),
        ("A((l))", r"parentheses in .* do not match"),
        ("A(l;r)", r"cannot read site 'l;r'"),
        ("A l", r"cannot read 'A l' in pattern"),
        ("A.", r"cannot read '' in pattern"),
    ],
)
def test_a_malformed_pattern_is_refused(text: str, message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        parse_pattern("here", text, WORDS)


@pytest.mark.parametrize("text", ["A(l)", "A -> B -> A", "A -> B <-> A"])
def test_a_line_has_one_arrow(text: str) -> None:
    with pytest.raises(DeclarationError, match=r"needs exactly one '->' or '<->'"):
        parse_line("here", text, WORDS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A(y~u) -> A()", r"site 'y' of A is written on one side only; write it on both"),
        ("A() -> A(y~p)", r"site 'y' of A is written on one side only"),
        ("A(y~u) -> A(y)", r"site 'y' of A becomes a wildcard"),
        ("A(l!+) -> A(l)", r"site 'l' of A changes a bond whose partner is not written"),
        ("A(y) <-> A(y~p)", r"reactants of .* are not determined: site 'y' of A becomes a wild"),
        ("0 -> A(l!+)", r"makes A with site 'l' not determined"),
        ("A(y~u) + B(x) <-> A(y~p)", r"makes B with site 's' not determined"),
    ],
)
def test_products_must_be_determined(text: str, message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        directions("here", "r", parse_line("here", text, WORDS), WORDS)


@pytest.mark.parametrize(
    ("line", "symmetry"),
    [
        ("A(l) + A(l) -> A(l!1).A(l!1)", 2),
        ("A(l) + A(r) -> A(l!1).A(r!1)", 1),
        ("A(l!1).A(l!1) -> A(l) + A(l)", 2),
        ("A(l!1,y~u).A(l!1) -> A(l!1,y~p).A(l!1)", 1),
        ("A(l!1,y~u).A(l!1,y~u) -> A(l!1,y~p).A(l!1,y~p)", 2),
        ("A(l!1).A(l!1) -> A(l)", 1),
        ("A(l) + A(l,y~p) -> A(l!1).A(l!1,y~p)", 1),
        ("B(s~u) + B(s~u) + B(s~u) -> B(s~p) + B(s~p) + B(s~p)", 6),
        ("0 -> A() + A()", 1),
    ],
)
def test_symmetry_of_a_rule(line: str, symmetry: int) -> None:
    (transformation,) = directions("here", "r", parse_line("here", line, WORDS), WORDS)
    assert transformation.symmetry == symmetry


def test_matches_are_counted_up_to_the_symmetry_of_the_pattern() -> None:
    dimer = species("A(l!1,r,y~p).A(l!1,r,y~u)")
    pair = parse_pattern("here", "A(l!1).A(l!1)", WORDS)
    assert automorphisms(pair) == 2
    assert len(embeddings(pair, dimer)) == 2
    assert count(pair, dimer) == 1
    assert count(parse_pattern("here", "A(l!1,y~p).A(l!1)", WORDS), dimer) == 1
    assert count(parse_pattern("here", "A(l!+)", WORDS), dimer) == 2
    assert count(parse_pattern("here", "A(l!+,y~p)", WORDS), dimer) == 1
    assert count(parse_pattern("here", "A(l)", WORDS), dimer) == 0
    assert count(parse_pattern("here", "A().A()", WORDS), dimer) == 1
    assert count(parse_pattern("here", "B()", WORDS), dimer) == 0


def chain(states: list[str], heads: int) -> Complex:
    """Return a chain of A joined left to right, with B on the ends that ``heads`` names."""
    agents: list[tuple[str, tuple[str | int, ...]]] = []
    last = len(states)
    for i, state in enumerate(states):
        left = i if i else (100 if heads & 1 else 0)
        right = i + 1 if i + 1 < last else (200 if heads & 2 else 0)
        agents.append(("A", (left, right, state)))
    agents += [("B", (label, "u")) for bit, label in ((1, 100), (2, 200)) if heads & bit]
    return tuple(agents)


@given(
    st.lists(st.sampled_from("up"), min_size=1, max_size=5),
    st.integers(0, 3),
    st.randoms(use_true_random=False),
)
def test_canonical_text_does_not_depend_on_the_order_given(
    states: list[str], heads: int, random: object
) -> None:
    agents = list(chain(states, heads))
    expected = text_of(canonical(agents), WORDS)
    random.shuffle(agents)  # type: ignore[attr-defined]
    renamed = [
        (name, tuple(v if isinstance(v, str) or v == 0 else 1000 - v for v in values))
        for name, values in agents
    ]
    assert text_of(canonical(renamed), WORDS) == expected
    assert canonical(canonical(agents)) == canonical(agents)


def test_canonical_text_tells_isomers_apart() -> None:
    ring = [("A", (1, 2, "u")), ("A", (2, 3, "u")), ("A", (3, 1, "u"))]
    assert text_of(canonical(ring), WORDS) == "A(l!1,r!2,y~u).A(l!2,r!3,y~u).A(l!3,r!1,y~u)"
    one = [("A", (0, 1, "p")), ("A", (1, 2, "u")), ("A", (2, 0, "u"))]
    two = [("A", (0, 1, "u")), ("A", (1, 2, "u")), ("A", (2, 0, "p"))]
    assert canonical(one) != canonical(two)
    head_to_tail = [("A", (1, 2, "u")), ("A", (2, 1, "u"))]
    head_to_head = [("A", (1, 2, "u")), ("A", (1, 2, "u"))]
    assert canonical(head_to_tail) != canonical(head_to_head)


def test_components_follow_bonds_and_skip_what_is_deleted() -> None:
    agents = [("A", (1, 0, "u")), None, ("B", (1, "u")), ("B", (0, "u"))]
    assert components(agents) == [[0, 2], [3]]


def test_modules_add_states_and_may_be_given_twice() -> None:
    base = module("A(y~u)")
    drug = Module(states=(SiteState(molecule="A", site="y", state="d"),))
    words = vocabulary_of([base, drug, base, drug])
    assert words.types["A"].states == (("u", "d"),)


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (SiteState(molecule="C", site="y", state="d"), r"unknown molecule 'C'"),
        (SiteState(molecule="A", site="q", state="d"), r"molecule A has no site 'q'"),
        (SiteState(molecule="A", site="b", state="d"), r"carries a bond and cannot have state 'd'"),
    ],
)
def test_a_state_needs_a_site_to_go_to(state: SiteState, message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        vocabulary_of([module("A(b,y~u)"), Module(states=(state,))])


def test_a_molecule_is_declared_once() -> None:
    other = Module(molecules=(molecule("A(y~u)", unit="1"),))
    with pytest.raises(DeclarationError, match=r"molecule 'A' is declared twice"):
        vocabulary_of([module("A(y~u)"), other])
