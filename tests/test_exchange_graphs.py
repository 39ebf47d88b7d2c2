"""Graphs for Cytoscape, yEd and the like: nothing of the network is lost on the way."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import networkx as nx
import pytest

import pathway as pw

if TYPE_CHECKING:
    from pathlib import Path

    from pathway.model import Model

SCENARIO = pw.Scenario(context="CELL", drugs={"blocker": "100 nM"})


@pytest.fixture(scope="module")
def toy(toy_folder: Path) -> Model:
    return pw.load(toy_folder)


def test_graphml_holds_the_reactions(toy: Model, tmp_path: Path) -> None:
    graph = toy.network(SCENARIO).graph
    read = nx.read_graphml(pw.export(toy, SCENARIO, tmp_path / "g.graphml"))
    assert list(read.nodes) == list(graph.nodes)
    assert list(read.edges) == list(graph.edges)
    assert read.nodes["blocker"]["is_input"] is True
    assert read.nodes["K_phosphorylation#1"]["rate"] == "K_phosphorylation.k"
    assert json.loads(read.nodes["K_phosphorylation#1"]["factors"])[0]["kind"] == "X"
    kinds = {type(data.get("stoichiometry")) for _, _, data in read.edges(data=True)}
    assert kinds == {float}
    assert "reverse_of" not in read.nodes["K_phosphorylation#1"]


def test_graphml_holds_the_influences(toy: Model, tmp_path: Path) -> None:
    file = pw.export(toy, SCENARIO, tmp_path / "g.graphml", kind="influence")
    read = nx.read_graphml(file)
    assert read.edges["R", "K"]["sign"] == 1
    assert read.edges["blocker", "R"]["sign"] == -1
    assert read.nodes["blocker"] == {"label": "blocker", "kind": "input"}


def test_cytoscape_holds_the_reactions(toy: Model, tmp_path: Path) -> None:
    graph = toy.network(SCENARIO).graph
    data = json.loads(pw.export(toy, SCENARIO, tmp_path / "g.CYJS").read_text(encoding="utf-8"))
    assert data["directed"] is True
    assert data["multigraph"] is False
    assert set(data["data"]) >= {"readouts", "parameters"}
    nodes = data["elements"]["nodes"]
    assert [node["data"]["id"] for node in nodes] == list(graph.nodes)
    edges = [(edge["data"]["source"], edge["data"]["target"]) for edge in data["elements"]["edges"]]
    assert edges == list(graph.edges)
    values = [value for part in nodes for value in part["data"].values()]
    assert all(isinstance(value, str | float | bool) for value in values)


def test_cytoscape_holds_the_influences(toy: Model, tmp_path: Path) -> None:
    file = pw.export(toy, SCENARIO, tmp_path / "g.cyjs", kind="influence")
    graph = nx.cytoscape_graph({**json.loads(file.read_text(encoding="utf-8")), "data": []})
    assert graph.edges["R", "K"]["sign"] == 1
    assert graph.edges["blocker", "R"]["sign"] == -1
