"""The signed graph: layouts, merges, the way of lines, and what is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex
from matplotlib.patches import FancyBboxPatch, Polygon

from pathway.errors import DeclarationError, PathwayError
from pathway.plot import Layout, pathway_graph, read_layout
from pathway.plot.appearance import suppression_map
from pathway.plot.layout import drawn_graph, place
from pathway.plot.routing import Box, clip, curve, route

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes

LAYOUT = '''
grid = """
L   .   D
R   S   .
.   K   .
"""
through = ["T_of_R"]
hidden = ["X"]
[labels]
K = "kinase"
[readouts]
K = "pK"
'''


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture
def graph() -> nx.DiGraph[str]:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_node("D", kind="drug")
    graph.add_node("L", kind="ligand")
    for tail, head, sign in (("L", "R", 1), ("D", "R", -1), ("R", "K", 1), ("K", "R", -1)):
        graph.add_edge(tail, head, sign=sign)
    graph.add_edge("K", "T_of_R", sign=1)
    graph.add_edge("T_of_R", "R", sign=-1)
    graph.add_edge("K", "X", sign=1)
    return graph


def boxes_of(ax: Axes) -> list[FancyBboxPatch]:
    return [patch for patch in ax.patches if isinstance(patch, FancyBboxPatch)]


def test_a_grid_is_read_by_line_and_column() -> None:
    layout = read_layout(LAYOUT, "layout.toml")
    assert layout.positions == {
        "L": (0.0, 0.0),
        "D": (2.0, 0.0),
        "R": (0.0, 1.0),
        "S": (1.0, 1.0),
        "K": (1.0, 2.0),
    }
    assert layout.labels == {"K": "kinase"}
    assert layout.through == ("T_of_R",)
    assert layout.hidden == ("X",)


def test_a_name_twice_in_the_grid_is_an_error() -> None:
    with pytest.raises(DeclarationError, match=r"layout.toml: grid: 'R' twice; place it once"):
        read_layout('grid = "R S\\nR"', "layout.toml")


def test_an_unknown_key_of_a_layout_is_an_error() -> None:
    with pytest.raises(DeclarationError, match=r"unknown key 'label'; did you mean 'labels'\?"):
        read_layout("[label]\nK = 'kinase'", "layout.toml")


def test_a_label_that_is_no_text_is_an_error() -> None:
    with pytest.raises(DeclarationError, match="'K' is an array; write a string"):
        read_layout("[labels]\nK = ['kinase']", "layout.toml")


def test_a_line_through_a_node_has_the_product_of_signs(graph: nx.DiGraph[str]) -> None:
    graph.remove_edge("K", "R")
    after = drawn_graph(graph, Layout(through=("T_of_R",)))
    assert "T_of_R" not in after
    assert after.edges["K", "R"]["sign"] == -1


def test_a_line_through_a_node_back_to_itself_is_dropped() -> None:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edge("A", "A_mRNA", sign=1)
    graph.add_edge("A_mRNA", "A", sign=1)
    after = drawn_graph(graph, Layout(through=("A_mRNA",)))
    assert list(after) == ["A"]
    assert after.number_of_edges() == 0


def test_lines_that_disagree_act_both_ways() -> None:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edge("A", "B", sign=1)
    graph.add_edge("A", "T", sign=1)
    graph.add_edge("T", "B", sign=-1)
    assert drawn_graph(graph, Layout(through=("T",))).edges["A", "B"]["sign"] == 0


def test_hidden_nodes_take_their_lines_along(graph: nx.DiGraph[str]) -> None:
    after = drawn_graph(graph, Layout(hidden=("X", "absent")))
    assert "X" not in after
    assert set(after) == {"D", "L", "R", "K", "T_of_R"}


def test_a_pair_of_equal_lines_has_two_heads() -> None:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edge("A", "B", sign=1)
    graph.add_edge("B", "A", sign=1)
    graph.add_edge("B", "C", sign=1)
    graph.add_edge("C", "B", sign=-1)
    ax = pathway_graph(graph, legend=False)
    arrows = [patch for patch in ax.patches if isinstance(patch, Polygon)]
    lines = [line for line in ax.lines if line.get_linewidth() == 1.0]
    assert (len(arrows), len(lines)) == (3, 3)


def test_unplaced_nodes_go_under_their_regulators(graph: nx.DiGraph[str]) -> None:
    layout = Layout(positions={"L": (0.0, 0.0), "D": (1.0, 0.0), "R": (0.0, 1.0)})
    places = place(drawn_graph(graph, Layout(through=("T_of_R",))), layout)
    assert places["K"] == (0.0, 2.0)
    assert places["X"] == (0.0, 3.0)


def test_computed_layers_point_downwards() -> None:
    graph: nx.DiGraph[str] = nx.DiGraph([("A", "B"), ("B", "C"), ("A", "D"), ("D", "C")])
    places = place(graph, Layout())
    assert [places[node][1] for node in "ABDC"] == [0.0, 1.0, 1.0, 2.0]


@given(
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), min_size=1, max_size=25, unique=True),
    st.dictionaries(st.integers(0, 7).map(str), st.tuples(st.integers(0, 3), st.integers(0, 3))),
)
def test_no_two_nodes_share_a_place(
    pairs: list[tuple[int, int]], known: dict[str, tuple[int, int]]
) -> None:
    graph: nx.DiGraph[str] = nx.DiGraph([(str(a), str(b)) for a, b in pairs])
    once = {spot: name for name, spot in known.items()}
    layout = Layout(positions={name: (float(x), float(y)) for (x, y), name in once.items()})
    places = place(graph, layout)
    assert set(places) == set(graph)
    assert len(set(places.values())) == len(places)
    assert places == place(graph, layout)


def test_a_line_goes_straight_where_nothing_stands() -> None:
    boxes = {"A": Box(0.0, 0.0, 0.3, 0.1), "B": Box(0.0, -3.0, 0.3, 0.1)}
    line = route("A", "B", boxes, [], gap=0.05)
    np.testing.assert_allclose(line[:, 0], 0.0, atol=1e-12)


def test_a_line_bends_around_a_box_in_its_way() -> None:
    boxes = {
        "A": Box(0.0, 0.0, 0.3, 0.1),
        "B": Box(0.0, -3.0, 0.3, 0.1),
        "C": Box(0.0, -1.5, 0.3, 0.1),
    }
    line = route("A", "B", boxes, [], gap=0.05)
    assert not boxes["C"].contains(line).any()


def test_the_two_lines_of_a_pair_keep_apart() -> None:
    boxes = {"A": Box(0.0, 0.0, 0.3, 0.1), "B": Box(0.0, -2.0, 0.3, 0.1)}
    there = route("A", "B", boxes, [], gap=0.05)
    back = route("B", "A", boxes, [there], gap=0.05)
    middle = there[len(there) // 2], back[len(back) // 2]
    assert np.hypot(*(middle[0] - middle[1])) > 0.05


def test_a_clipped_line_starts_and_ends_outside_its_boxes() -> None:
    tail, head = Box(0.0, 0.0, 0.3, 0.1), Box(1.0, -1.0, 0.3, 0.1)
    line = clip(curve(tail, head, 0.2), tail, head, 0.05)
    assert not tail.contains(line, 0.04).any()
    assert not head.contains(line, 0.04).any()


def test_boxes_carry_labels_and_hidden_ones_are_left_out(graph: nx.DiGraph[str]) -> None:
    ax = pathway_graph(graph, layout=read_layout(LAYOUT, "layout.toml"), title="toy")
    written = {text.get_text() for text in ax.texts}
    assert written == {"L", "D", "R", "kinase", "toy"}


def test_boxes_are_coloured_by_their_readout(graph: nx.DiGraph[str]) -> None:
    layout = read_layout(LAYOUT, "layout.toml")
    ax = pathway_graph(graph, layout=layout, suppression={"pK": 0.8, "R": float("nan")})
    fills = {to_hex(box.get_facecolor()) for box in boxes_of(ax)}
    assert fills == {"#ffffff", to_hex(suppression_map()(0.9))}


def test_activations_are_arrows_and_inhibitions_bars(graph: nx.DiGraph[str]) -> None:
    ax = pathway_graph(graph, layout=read_layout(LAYOUT, "layout.toml"), legend=False)
    arrows = [patch for patch in ax.patches if isinstance(patch, Polygon)]
    bars = [line for line in ax.lines if line.get_linewidth() == 1.8]
    assert (len(arrows), len(bars)) == (2, 2)


def test_the_key_says_what_colours_and_lines_mean(graph: nx.DiGraph[str]) -> None:
    layout = read_layout(LAYOUT, "layout.toml")
    ax = pathway_graph(graph, layout=layout, suppression={"K": 0.5})
    assert "suppression (1 − treated/untreated)" in ax.figure.axes[-1].get_xlabel()
    key = ax.get_legend()
    assert key is not None
    words = [text.get_text() for text in key.get_texts()]
    assert words == ["activates", "inhibits", "a drug", "runs up (feedback)"]


def test_without_numbers_there_is_no_colour_scale(graph: nx.DiGraph[str]) -> None:
    assert len(pathway_graph(graph).figure.axes) == 1


def test_given_axes_are_returned(graph: nx.DiGraph[str]) -> None:
    _, ax = plt.subplots()
    assert pathway_graph(graph, ax) is ax


def test_an_empty_graph_is_an_error() -> None:
    with pytest.raises(PathwayError, match="no node to draw; give a graph with nodes"):
        pathway_graph(nx.DiGraph())
