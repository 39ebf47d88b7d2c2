"""The figures of a comparison: which numbers go where; :mod:`pathway.plot` draws them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

import networkx as nx

from pathway.analysis.compare_score import wide_table
from pathway.analysis.strategies import model_folder
from pathway.errors import ScenarioError, nearest
from pathway.plot.appearance import line_style
from pathway.plot.graphs import pathway_graph
from pathway.plot.heatmaps import heatmap
from pathway.plot.layout import Layout, read_layout
from pathway.plot.panels import curve_panels, heatmap_panels, timecourse_panels
from pathway.plot.timecourses import timecourse

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pathway.analysis.compare_plan import Run
    from pathway.analysis.compare_result import Comparison
    from pathway.analysis.strategies import LigandArm
    from pathway.model import Model

__all__ = ["figure", "figure_names", "influence", "panel"]

KINDS = ("heatmap", "timecourse", "curves", "pathway")
NOT_A_TRIAL = "Cell lines, without chemotherapy: not a prediction of the trial"

COURSES = ("pHER3", "pAKT_S473")
"""Readouts drawn over time above those of the ranking, where the model has them."""


def figure_names(comparison: Comparison) -> tuple[str, ...]:
    """Return the file names of the figures, in order."""
    return tuple(_makers(comparison))


def figure(comparison: Comparison, name: str) -> Figure:
    """Return one figure by its file name."""
    return _makers(comparison)[name]()


def _makers(comparison: Comparison) -> dict[str, Callable[[], Figure]]:
    """Return what makes each figure, by file name."""
    makers: dict[str, Callable[[], Figure]] = {"heatmap": partial(_heatmaps, comparison)}
    for arm in comparison.plan.ligands:
        makers[f"timecourses_{arm.id}"] = partial(_timecourses, comparison, arm)
    if len(comparison.curves):
        makers["inhibition_curves"] = partial(_curves, comparison)
    makers["pathway"] = partial(_pathway, comparison)
    return makers


def influence(comparison: Comparison, run: Run) -> nx.DiGraph[str]:
    """Return the signed graph of a run, drugs and ligands marked by ``kind``."""
    declared = comparison.model.declared
    graph: nx.DiGraph[str] = nx.DiGraph(comparison.model.network(run.scenario).influence())
    for node in graph:
        if node in declared.drugs:
            graph.nodes[node]["kind"] = "drug"
        elif node in declared.ligands:
            graph.nodes[node]["kind"] = "ligand"
    return graph


def panel(
    comparison: Comparison,
    kind: str,
    ax: Axes | None,
    *,
    readout: str | None,
    strategy: str | None,
    context: str,
    ligand: str,
    lesion: str,
) -> Axes:
    """Draw one panel; see :meth:`pathway.analysis.compare_result.Comparison.plot`."""
    if kind not in KINDS:
        raise ScenarioError("plot", f"unknown kind {kind!r}", nearest(kind, KINDS))
    name = readout or comparison.rank_by[0]
    if name not in comparison.readouts:
        raise ScenarioError("plot", f"unknown readout {name!r}", nearest(name, comparison.readouts))
    if kind == "heatmap":
        table = _wide(comparison, readout)
        return heatmap(table, ax, groups=_groups(comparison), title=_heading(comparison, readout))
    run = comparison.run(strategy or _best(comparison), context, ligand, lesion)
    if kind == "pathway":
        return _draw_pathway(comparison, run, ax)
    place = f"{run.cell.label}, {run.ligand.label}"
    if kind == "timecourse":
        lines = _lines(comparison, run)
        return timecourse(
            comparison.dataset,
            name,
            ax,
            scenarios=list(lines.values()),
            labels={scenario: label for label, scenario in lines.items()},
            title=place,
            linear_until=1.0,
        )
    return _draw_curves(comparison, run, name, ax)


def _best(comparison: Comparison) -> str:
    """Return the best-ranked strategy that gives drugs, the first if none has a score."""
    treated = [s.id for s in comparison.plan.strategies if s.drugs]
    ranked = [name for name in comparison.ranking["strategy"] if name in treated]
    return str((ranked or [comparison.plan.strategies[0].id])[0])


def _heading(comparison: Comparison, readout: str | None) -> str:
    what = readout or f"mean of {' and '.join(comparison.rank_by)}"
    return f"{what} at {comparison.rank_at}"


def _groups(comparison: Comparison) -> list[tuple[str, int]]:
    return [(arm.label, len(comparison.plan.cells)) for arm in comparison.plan.ligands]


def _wide(comparison: Comparison, readout: str | None) -> pd.DataFrame:
    """Return strategies by conditions: scores, or one readout at the ranking time.

    Untreated cells are left out: their suppression is 0 by definition.
    """
    plan = comparison.plan
    if readout is None:
        wide = comparison.scores
    else:
        wide = wide_table(comparison.table, plan, readout, comparison.rank_at)
    wide = wide.drop(index=plan.strategies[0].id)
    labels = {strategy.id: strategy.label for strategy in plan.strategies}
    wide.index = [labels[str(name)] for name in wide.index]
    wide.columns = [cell.label for _ in plan.ligands for cell in plan.cells]
    return wide


def _heatmaps(comparison: Comparison) -> Figure:
    choices = (None, *comparison.rank_by)
    tables = {_heading(comparison, readout): _wide(comparison, readout) for readout in choices}
    title = comparison.regimen.title
    if comparison.regimen.kind == "trial":
        title += f"\n{NOT_A_TRIAL}"  # a figure travels without the text around it
    return heatmap_panels(tables, groups=_groups(comparison), title=title)


def _lines(comparison: Comparison, like: Run) -> dict[str, str]:
    """Return scenario names by strategy label, in the cell and with the ligand of a run."""
    return {
        run.strategy.label: run.scenario.name
        for run in comparison.plan.runs
        if (run.cell, run.ligand) == (like.cell, like.ligand)
    }


def _timecourses(comparison: Comparison, arm: LigandArm) -> Figure:
    conditions, references = {}, {}
    for run in comparison.plan.runs:
        if run.ligand == arm and run.cell.label not in conditions:
            conditions[run.cell.label] = _lines(comparison, run)
            references[run.cell.label] = run.scenario.name
    untreated, *treated = [strategy.label for strategy in comparison.plan.strategies]
    styles = {label: line_style(position) for position, label in enumerate(treated)}
    styles[untreated] = {"color": "black", "linestyle": "-", "linewidth": 2.2, "zorder": 1.5}
    when = (
        f"{'added at time 0, ' if arm.ligand else ''}drugs from {_lead(comparison)} before time 0"
    )
    shown = dict.fromkeys([*COURSES, *comparison.rank_by])
    return timecourse_panels(
        comparison.dataset,
        [name for name in shown if name in comparison.readouts],
        conditions,
        references=references,
        styles=styles,
        title=f"{arm.label}; {when}",
    )


def _lead(comparison: Comparison) -> str:
    return f"{comparison.plan.pretreatment / 60.0:g} h"


def _curves(comparison: Comparison) -> Figure:
    table = comparison.curves[comparison.curves["time"] == comparison.rank_at]
    labels = {strategy.id: strategy.label for strategy in comparison.plan.strategies}
    table = table.assign(drug=[labels[str(name)] for name in table["strategy"]])
    cell = comparison.plan.cells[0]
    return curve_panels(
        table,
        comparison.rank_by,
        ligands={arm.id: arm.label for arm in comparison.plan.ligands},
        title=f"Inhibition curves, {cell.label}, {comparison.rank_at}",
    )


def _draw_curves(comparison: Comparison, run: Run, readout: str, ax: Axes | None) -> Axes:
    """Draw the curves of all single drugs for one readout and ligand on one panel."""
    from pathway.plot.curves import inhibition_curve

    table = comparison.curves
    chosen = table[
        (table["time"] == comparison.rank_at)
        & (table["readout"] == readout)
        & (table["ligand"] == run.ligand.id)
    ]
    if chosen.empty:
        raise ScenarioError("plot", "no inhibition curves", "compare with curve_doses above 0")
    for position, (name, part) in enumerate(chosen.groupby("strategy", sort=False)):
        ax = inhibition_curve(
            part["dose"].to_numpy(),
            part["suppression"].to_numpy(),
            ax,
            unit="nM",
            label=str(name),
            readout=readout,
            title=f"{comparison.plan.cells[0].label}, {run.ligand.label}",
            properties=line_style(position),
        )
    if ax is None:
        raise ScenarioError("plot", "no inhibition curves", "compare with curve_doses above 0")
    ax.legend()
    return ax


def _layout(model: Model) -> Layout:
    """Return the model's own drawing, an empty one (all computed) if it has none."""
    file = model_folder(model.declared).joinpath("layout.toml")
    return (
        read_layout(file.read_text(encoding="utf-8"), "layout.toml") if file.is_file() else Layout()
    )


def _suppressions(comparison: Comparison, run: Run) -> dict[str, float]:
    """Return suppression by readout of one run at the ranking time."""
    table = comparison.table
    chosen = table[
        (table["strategy"] == run.strategy.id)
        & (table["context"] == run.cell.context)
        & (table["ligand"] == run.ligand.id)
        & (table["lesion"] == run.cell.lesion)
        & (table["time"] == comparison.rank_at)
    ]
    return dict(zip(chosen["readout"], chosen["suppression"], strict=True))


def _draw_pathway(comparison: Comparison, run: Run, ax: Axes | None) -> Axes:
    return pathway_graph(
        influence(comparison, run),
        ax,
        layout=_layout(comparison.model),
        suppression=_suppressions(comparison, run),
        title=f"{run.strategy.label} in {run.cell.label}, {run.ligand.label}, {comparison.rank_at}",
    )


def _pathway(comparison: Comparison) -> Figure:
    """Return the best strategy's pathway on a figure of the size it asks for, not left open."""
    from matplotlib import pyplot as plt

    run = comparison.run(_best(comparison))
    drawn = cast("Figure", _draw_pathway(comparison, run, None).figure)
    plt.close(drawn)
    return drawn
