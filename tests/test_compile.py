"""Graph to tables: numbering, constants, and what is refused."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathway.compile.compiler import compile_graph
from pathway.compile.monomials import MonomialTableBuilder
from pathway.declare.entities import FactorKind
from pathway.declare.parameters import Monomial
from pathway.errors import CompileError
from tests.reference.graphs import Builder, binding, dosed, factor, networks

if TYPE_CHECKING:
    from collections.abc import Callable


def thawed(built: Builder) -> Any:
    return nx.DiGraph(built.done())


def listed(start: Any, items: Any) -> list[Any]:
    """Return ragged lists as lists."""
    plain = items.tolist() if isinstance(items, np.ndarray) else items
    return [plain[a:b] for a, b in pairwise(start.tolist())]


def test_species_keep_node_order_and_inputs_stand_apart() -> None:
    tables = compile_graph(thawed(dosed()))
    assert tables.species == ("R", "RD", "S")
    assert tables.inputs == tables.input_ids == ("drug",)
    assert tables.reactions == ("bind", "leave", "make", "lose")
    assert tables.stoichiometry().toarray().tolist() == [
        [-1.0, 1.0, 0.0, 0.0],
        [1.0, -1.0, 0.0, 0.0],
        [0.0, 0.0, 1.0, -1.0],
    ]


def test_with_depletion_inputs_change_and_are_scaled() -> None:
    tables = compile_graph(thawed(dosed(depletion=True)))
    assert tables.species == ("R", "drug", "RD", "S")
    assert tables.inputs == ()
    assert tables.depleting == (("drug", 1),)
    assert "medium.cells_per_volume" in tables.parameters


@given(built=networks())
@settings(max_examples=25, deadline=None)
def test_the_same_graph_gives_the_same_tables(built: Builder) -> None:
    graph = built.graph
    first, second = compile_graph(graph), compile_graph(graph)
    assert first.digest() == second.digest()
    # The order in which edges were written does not matter, that of nodes does.
    shuffled: nx.DiGraph[str] = nx.DiGraph(**graph.graph)
    shuffled.add_nodes_from(graph.nodes(data=True))
    shuffled.add_edges_from(reversed(list(graph.edges(data=True))))
    assert compile_graph(shuffled).digest() == first.digest()


@given(built=networks())
@settings(max_examples=25, deadline=None)
def test_scatter_lists_are_those_of_plain_loops(built: Builder) -> None:
    tables = compile_graph(built.graph)
    jacobian, n = tables.jacobian, len(tables.species)
    net = tables.stoichiometry().tocsc()
    net.sort_indices()
    column = np.repeat(np.arange(n), np.diff(jacobian.indptr))
    entry = [(int(c), int(r)) for c, r in zip(column, jacobian.indices, strict=True)]
    direct: list[list[tuple[tuple[int, int], float]]] = []
    flows: list[list[tuple[tuple[int, int], float]]] = []
    pools = listed(tables.pool_start, tables.pool_amount)
    for reaction, (reactants, laws) in enumerate(
        zip(
            listed(tables.reactant_start, tables.reactant),
            listed(tables.law_start, tables.law_factor),
            strict=True,
        )
    ):
        changed = net[:, [reaction]].tocoo()
        pairs = list(zip(changed.row.tolist(), changed.data.tolist(), strict=True))
        direct += [[((one, at), v) for at, v in pairs if one < n] for one in reactants]
        read = [int(tables.factor_pool[law]) for law in laws]
        flows += [
            [((pool, at), v) for at, v in pairs if min(pools[pool], default=n) < n] for pool in read
        ]
    found = [entry[place] for place in jacobian.direct_position]
    assert (
        listed(jacobian.direct_start, list(zip(found, jacobian.direct_stoichiometry, strict=True)))
        == direct
    )
    kinds = sorted({flow for flow_list in flows for flow, _ in flow_list})
    found = [kinds[place] for place in jacobian.flow_position]
    assert (
        listed(jacobian.flow_start, list(zip(found, jacobian.flow_stoichiometry, strict=True)))
        == flows
    )
    assert jacobian.chain_pool.tolist() == [pool for pool, _ in kinds]
    chain = listed(jacobian.chain_start, [entry[place] for place in jacobian.chain_position])
    assert chain == [[(at, row) for at in pools[pool] if at < n] for pool, row in kinds]
    needed = {pair for one in direct for pair, _ in one} | {pair for one in chain for pair in one}
    assert set(entry) == needed | {(at, at) for at in range(n)}


def test_another_graph_has_another_digest() -> None:
    graph = thawed(binding())
    before = compile_graph(graph).digest()
    graph.remove_edge("off", "A")
    assert compile_graph(graph).digest() != before


def test_indices_are_unsigned_and_contiguous() -> None:
    tables = compile_graph(thawed(dosed()))
    for name in ("reactant", "pool_amount", "factor_pool", "law_factor", "row_reaction"):
        array = getattr(tables, name)
        assert array.dtype == np.uint32, name
        assert array.flags.c_contiguous, name


def test_equal_pools_and_factors_are_kept_once() -> None:
    built = Builder()
    for name in ("A", "B", "C"):
        built.species(name, 1.0)
    half = built.number(2.0)
    for name in ("r1", "r2"):
        laws = [factor(FactorKind.LINEAR), factor(FactorKind.SATURATING, half)]
        pool = {"A": Monomial(), "B": Monomial(2.0)}
        built.reaction(name, 1.0, ["C"], [], laws, [pool, dict(pool)])
    tables = compile_graph(built.done())
    assert tables.pool_start.tolist() == [0, 2]
    assert tables.factor_pool.tolist() == [0, 0]
    assert tables.law_factor.tolist() == [0, 1, 0, 1]


names = st.sampled_from(["a", "b", "c", "d"])
monomials = st.builds(
    lambda c, powers: Monomial(c, tuple(sorted(powers.items()))),
    st.floats(0.1, 10.0),
    st.dictionaries(names, st.sampled_from([1.0, 2.0, 0.5]), max_size=4),
)


@given(
    rows=st.lists(monomials, min_size=1, max_size=6),
    values=st.fixed_dictionaries({n: st.just(0.0) | st.floats(0.1, 10.0) for n in "abcd"}),
)
def test_monomials_equal_their_plain_value(rows: list[Monomial], values: dict[str, float]) -> None:
    builder = MonomialTableBuilder(())
    places = [builder.add(row) for row in rows]
    table = builder.build()
    found = table.evaluate(table.vector(values))[places]
    np.testing.assert_allclose(found, [row.value(values) for row in rows], rtol=1e-14)


def test_zero_and_first_powers_are_exact() -> None:
    builder = MonomialTableBuilder(("a", "b"))
    builder.add(Monomial(3.0, (("a", 1.0), ("b", -1.0))))
    builder.add(Monomial.of("b"))
    table = builder.build()
    assert table.evaluate(np.array([0.0, 0.3])).tolist() == [0.0, 0.3]
    draws = table.evaluate(np.array([[0.0, 0.3], [0.6, 0.3]]))
    assert draws[:, 0].tolist() == [0.0, 3.0 * 0.6 * 0.3**-1.0]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"a": 1.0}, r"parameter 'bb': has no value; known: 'a'"),
        ({"a": 1.0, "b": 1.0}, r"parameter 'bb': has no value; did you mean 'b'\?"),
        ({"a": -1.0, "bb": 1.0}, r"parameter 'a': is -1, not a finite number that is zero or more"),
        ({"a": np.nan, "bb": 1.0}, r"parameter 'a': is nan, not a finite number"),
        ({"a": 1.0, "bb": 0.0}, r"product of 'a', 'bb': is not finite; a parameter in a denomin"),
    ],
)
def test_bad_parameter_values_are_named(values: dict[str, float], message: str) -> None:
    builder = MonomialTableBuilder(("a", "bb"))
    builder.add(Monomial(1.0, (("a", 1.0), ("bb", -1.0))))
    table = builder.build()
    with pytest.raises(CompileError, match=message):
        table.evaluate(table.vector(values))


def test_a_half_saturation_of_zero_is_refused() -> None:
    built = Builder()
    built.species("A", 1.0)
    law = factor(FactorKind.SATURATING, built.number(0.0))
    built.reaction("use", 1.0, ["A"], [], [law], [{"A": Monomial()}])
    tables = compile_graph(built.done())
    with pytest.raises(CompileError, match=r"reaction 'use': has a factor with K = 0 and hill = 1"):
        tables.constants(built.parameters)


def edit(target: str, **attributes: object) -> Callable[[Any], None]:
    def apply(graph: Any) -> None:
        graph.nodes[target].update(attributes)

    return apply


def edit_edge(ends: tuple[str, str], **attributes: object) -> Callable[[Any], None]:
    def apply(graph: Any) -> None:
        graph.edges[ends].update(attributes)

    return apply


def drop(target: str, attribute: str) -> Callable[[Any], None]:
    def apply(graph: Any) -> None:
        del graph.nodes[target][attribute]

    return apply


LAW = factor(FactorKind.LINEAR)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (edit("R", kind="protein"), r"node 'R': has kind 'protein'; kinds are"),
        (drop("R", "is_input"), r"species 'R': has no attribute 'is_input'"),
        (drop("bind", "rate"), r"reaction 'bind': has no attribute 'rate'"),
        (edit("bind", rate=3.0), r"rate of reaction 'bind': is 3\.0; give a Monomial"),
        (edit("R", initial=3.0), r"initial amount of species 'R': is 3\.0; give a Monomial"),
        (
            edit("bind", rate=Monomial(float("nan"))),
            r"rate of reaction 'bind': has coefficient nan",
        ),
        (edit("bind", rate=Monomial(-1.0)), r"rate of reaction 'bind': has coefficient -1"),
        (edit("make", factors=()), r"edge from 'R' to reaction 'make': weighs factor 0 of 0"),
        (edit("make", factors=("X",)), r"factor 0 of reaction 'make': has kind None"),
        (
            edit("make", factors=(factor(FactorKind.SATURATING),)),
            r"factor 0 of reaction 'make': saturates or inhibits without K; declare K",
        ),
        (
            edit("make", factors=(factor(FactorKind.LINEAR, Monomial()),)),
            r"factor 0 of reaction 'make': is linear but has K or hill",
        ),
        (edit_edge(("R", "bind"), order=1.5), r"edge from 'R' to reaction 'bind': has order 1\.5"),
        (edit_edge(("R", "bind"), order=1.0), r"has order 1\.0; use a whole number 0 to 4"),
        (edit_edge(("R", "bind"), order=9), r"has order 9; use a whole number 0 to 4"),
        (edit_edge(("bind", "RD"), stoichiometry=-1.0), r"edge from reaction 'bind' to 'RD': has"),
        (lambda graph: graph.add_edge("bind", "lose"), r"refers to 'lose', which is no species"),
        (lambda graph: graph.remove_node("S"), r"readout 'signal': refers to 'S', which is no sp"),
        (
            lambda graph: graph.remove_nodes_from(["R", "RD", "S"]),
            r"graph: has no species that changes",
        ),
    ],
)
def test_a_malformed_graph_is_refused(change: Callable[[Any], None], message: str) -> None:
    built = dosed()
    graph = nx.DiGraph(built.done(signal=[("S", Monomial())]))
    if "no species that changes" in message:
        graph.graph["readouts"] = {}
    change(graph)
    with pytest.raises(CompileError, match=message):
        compile_graph(graph)
