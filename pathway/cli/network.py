"""``pathway graph`` and ``pathway equations``: what a scenario compiles to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from pathway.cli.options import OutOption
from pathway.cli.output import Form, Rows, note, print_json, print_rows
from pathway.cli.progress import Bar
from pathway.exchange.graphs import node_link, plain

if TYPE_CHECKING:
    from pathlib import Path

    import networkx as nx

    from pathway.model import Model
    from pathway.scenario import Scenario

__all__ = ["equations", "graph"]

SIGNS = {1: "activates", -1: "inhibits", 0: "both"}


def graph(
    model: Model,
    scenario: Scenario,
    form: Form,
    out: OutOption = None,
    *,
    reactions: Annotated[
        bool, typer.Option("--reactions", help="The graph of species and reactions instead.")
    ] = False,
) -> None:
    """Print the signed pathway of a scenario, or the network of reactions that is compiled.

    --json prints node-link JSON (networkx.node_link_graph reads it); --out writes both graphs and
    a figure.

    Example: pathway graph --context SKBR3 --drug trastuzumab --out results/graph
    """
    from pathway.analysis.compare_save import together

    with Bar("expanding the network"):
        network = model.network(scenario)
        influence = network.influence()
    if out is not None:
        with together(out) as work, Bar("writing graphs and figure"):
            _write_json(network.graph, work / "reactions.json")
            _write_json(influence, work / "influence.json")
            _draw(model, influence, work)
            written = sorted(path.name for path in work.iterdir())
        note(f"{out}: {', '.join(written)}")
    chosen = network.graph if reactions else influence
    if form is Form.JSON:
        print_json(node_link(chosen))
    elif reactions:
        print_rows(_reaction_rows(chosen, scenario.name), form)
    else:
        print_rows(_influence_rows(chosen, scenario.name), form)


def equations(
    model: Model,
    scenario: Scenario,
    *,
    latex: Annotated[bool, typer.Option("--latex", help="Print LaTeX instead of text.")] = False,
) -> None:
    """Print the differential equations of a scenario, with every rate and readout.

    Example: pathway equations --context MCF7 --drug lapatinib
    """
    from pathway.model import EquationFormat

    form = EquationFormat.LATEX if latex else EquationFormat.TEXT
    typer.echo(model.network(scenario).equations(form), nl=False)


def _influence_rows(influence: nx.DiGraph[str], title: str) -> Rows:
    rows = [
        {"from": tail, "effect": SIGNS[int(data["sign"])], "to": head}
        for tail, head, data in influence.edges(data=True)
    ]
    counts = f"{influence.number_of_nodes()} nodes, {influence.number_of_edges()} influences"
    return Rows(title=title, columns=("from", "effect", "to"), rows=rows, caption=counts)


def _reaction_rows(reactions: nx.DiGraph[str], title: str) -> Rows:
    rows: list[dict[str, object]] = []
    species = 0
    for name, data in reactions.nodes(data=True):
        if data["kind"] == "species":
            species += 1
            continue
        consumed = [node for node, _, edge in reactions.in_edges(name, data=True) if edge["order"]]
        produced = [node for _, node in reactions.out_edges(name)]
        rows.append(
            {
                "reaction": name,
                "from": " + ".join(consumed) or "0",
                "to": " + ".join(produced) or "0",
                "rate constant": plain(data["rate"]),
            }
        )
    return Rows(
        title=title,
        columns=("reaction", "from", "to", "rate constant"),
        rows=rows,
        caption=f"{species} species, {len(rows)} reactions",
    )


def _write_json(graph: nx.DiGraph[str], path: Path) -> None:
    text = json.dumps(node_link(graph), indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _draw(model: Model, influence: nx.DiGraph[str], folder: Path) -> None:
    """Draw the pathway as the model's layout has it, or as computed where there is none."""
    import networkx as nx
    from matplotlib import pyplot as plt
    from matplotlib.figure import Figure

    from pathway.analysis.strategies import model_folder
    from pathway.plot import Layout, pathway_graph, read_layout, save_figure

    file = model_folder(model.declared).joinpath("layout.toml")
    text = file.read_text(encoding="utf-8") if file.is_file() else None
    drawn: nx.DiGraph[str] = nx.DiGraph(influence)
    kinds = dict.fromkeys(model.declared.drugs, "drug")
    kinds |= dict.fromkeys(model.declared.ligands, "ligand")
    nx.set_node_attributes(drawn, {name: kinds[name] for name in drawn if name in kinds}, "kind")
    axes = pathway_graph(
        drawn, layout=Layout() if text is None else read_layout(text, file.name), legend=False
    )
    if isinstance(axes.figure, Figure):
        save_figure(axes.figure, folder, "pathway")
        plt.close(axes.figure)
