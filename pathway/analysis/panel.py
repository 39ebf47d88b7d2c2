"""A panel: every strategy in every cell line, what lines answer alike, and what predicts it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from pathway.analysis.compare import compare
from pathway.analysis.panel_cluster import Tree, cluster
from pathway.analysis.panel_features import Features, feature_table, mark_table, measured_table
from pathway.analysis.panel_predict import rank_correlations
from pathway.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from matplotlib.figure import Figure

    from pathway.analysis.compare_result import Comparison
    from pathway.analysis.strategies import Regimen, Strategy
    from pathway.model import Model

__all__ = ["DEFAULT_PANEL", "Panel", "panel"]

DEFAULT_PANEL = "all_lines"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Panel:
    """Strategies compared over many lines.

    Attributes
    ----------
    comparison : Comparison
        The numbers everything here is made of.
    table : DataFrame
        Columns line, context, lesion, strategy, ligand, score (mean suppression of the ranking
        readouts: 1 full, 0 none, negative activation); the untreated comparator is left out.
    scores : DataFrame
        The same, rows lines, columns a MultiIndex (strategy, ligand).
    lines : DataFrame
        Features of each line: log10 molecules per cell, log10 ratios, lesions as 0 or 1.
    marks : DataFrame
        Texts drawn beside the lines: which lesion of each mark a line has.
    measured : DataFrame
        Lines by totals: whether a line's file gives the total as more than assumed.
    features : DataFrame
        Spearman's rho of each feature with the score over lines; columns strategy, ligand, feature,
        kind, n, carriers, spread, rho, low, high, resamples. A statement about this model, whose input the
        features are, not about patients.
    line_tree, strategy_tree : Tree
        What answers alike.
    asked : Features
        What was to be drawn and correlated.
    """

    comparison: Comparison = field(repr=False)
    table: pd.DataFrame = field(repr=False)
    scores: pd.DataFrame = field(repr=False)
    lines: pd.DataFrame = field(repr=False)
    marks: pd.DataFrame = field(repr=False)
    measured: pd.DataFrame = field(repr=False)
    features: pd.DataFrame
    line_tree: Tree = field(repr=False)
    strategy_tree: Tree = field(repr=False)
    asked: Features = field(repr=False)
    seed: int

    @property
    def failures(self) -> dict[str, str]:
        """Scenarios that failed, and why."""
        return self.comparison.failures

    def plot(self) -> Figure:
        """Return the clustered heat map with its bars, as a figure of its own."""
        from pathway.analysis.panel_figure import panel_figure

        return panel_figure(self)

    def save(self, folder: str | Path, *, figures: bool = True) -> tuple[Path, ...]:
        """Write everything into a folder, all at once.

        Writes ``panel.csv``, ``lines.csv`` and ``features.csv``, each with its ``.units.json``, the
        comparison's ``suppression.csv``, ``ranking.csv`` and ``results.nc``, and the figure
        ``panel`` as PNG and SVG.

        Raises
        ------
        PathwayError
            If the folder cannot be written.
        """
        from pathway.analysis.panel_save import save

        return save(self, folder, figures=figures)


def panel(
    model: Model,
    regimen: str | Regimen = DEFAULT_PANEL,
    *,
    strategies: Iterable[str | Strategy] | None = None,
    contexts: Iterable[str] | None = None,
    ligands: Iterable[str] | Mapping[str, str] | None = None,
    lesions: Iterable[str] | None = None,
    dose: str | Mapping[str, str] | None = None,
    pretreatment: str | None = None,
    duration: str | None = None,
    rank_by: Iterable[str] | None = None,
    rank_at: str | None = None,
    at: Iterable[str] | None = None,
    readouts: Iterable[str] | None = None,
    features: Features | None = None,
    seed: int = 0,
    draws: int = 1000,
    workers: int = 1,
    rtol: float | None = None,
    atol: float | None = None,
    method: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Panel:
    """Compare strategies over many lines, and say which features of a line predict suppression.

    Parameters
    ----------
    model : Model
    regimen : str or Regimen
        A panel, or any comparison: ``all_lines`` is every line with every HER2 strategy.
    contexts : iterable of str, optional
        Cell lines; ``["all"]`` for every one of the model and of the user's folder.
    features : Features, optional
        What is drawn beside the lines and correlated; what the regimen names otherwise, and every
        total and lesion of the lines if it names nothing.
    seed, draws : int
        Of the bootstrap over lines.
    workers : int
        Processes; see :func:`pathway.compare`, as for all other arguments.

    Returns
    -------
    Panel

    Raises
    ------
    ScenarioError, UnitError
        As :func:`pathway.compare`.
    """
    comparison = compare(
        model,
        strategies,
        contexts,
        ligands,
        lesions,
        dose,
        pretreatment,
        duration,
        rank_by,
        regimen=regimen,
        at=at,
        auc=False,
        rank_at=rank_at,
        readouts=readouts,
        curve_doses=0,
        rtol=rtol,
        atol=atol,
        method=method,
        workers=workers,
        progress=progress,
    )
    return panel_of(comparison, features=features, seed=seed, draws=draws)


def panel_of(
    comparison: Comparison, *, features: Features | None = None, seed: int = 0, draws: int = 1000
) -> Panel:
    """Return the panel of a comparison that has been made; see :func:`panel`."""
    plan, declared = comparison.plan, comparison.model.declared
    if len(plan.strategies) < 2:
        raise ScenarioError("panel", "no strategy with drugs", "name at least one")
    contexts = [cell.context for cell in plan.cells]
    asked = features or comparison.regimen.features or Features.of(declared, contexts)
    scores = _scores(comparison)
    lines = feature_table(declared, plan.cells, asked)
    values = scores.to_numpy(dtype=float)
    treated = len(plan.strategies) - 1
    # One row per strategy: its scores in all lines, with each ligand.
    by_strategy = values.reshape(len(plan.cells), treated, len(plan.ligands)).transpose(1, 0, 2)
    return Panel(
        comparison=comparison,
        table=_long(comparison, scores),
        scores=scores,
        lines=lines,
        marks=mark_table(declared, plan.cells, asked),
        measured=measured_table(declared, plan.cells, asked),
        features=rank_correlations(scores, lines, seed=seed, draws=draws),
        line_tree=cluster(values),
        strategy_tree=cluster(by_strategy.reshape(treated, -1)),
        asked=asked,
        seed=seed,
    )


def _scores(comparison: Comparison) -> pd.DataFrame:
    """Return lines by (strategy, ligand), without the untreated comparator."""
    plan = comparison.plan
    columns = [(s.id, arm.id) for s in plan.strategies[1:] for arm in plan.ligands]
    # Strategies by conditions, ligands outermost: as the plan lays them out.
    values = comparison.scores.to_numpy(dtype=float)[1:]
    values = values.reshape(len(plan.strategies) - 1, len(plan.ligands), len(plan.cells))
    return pd.DataFrame(
        values.transpose(2, 0, 1).reshape(len(plan.cells), len(columns)),
        index=pd.Index([cell.label for cell in plan.cells], name="line"),
        columns=pd.MultiIndex.from_tuples(columns, names=["strategy", "ligand"]),
    )


def _long(comparison: Comparison, scores: pd.DataFrame) -> pd.DataFrame:
    columns = list(scores.columns.to_flat_index())
    rows = [
        (cell.label, cell.context, cell.lesion, *column, value)
        for cell, line in zip(comparison.plan.cells, scores.to_numpy(dtype=float), strict=True)
        for column, value in zip(columns, line, strict=True)
    ]
    return pd.DataFrame(rows, columns=["line", "context", "lesion", "strategy", "ligand", "score"])
