"""The figure of a panel: which numbers go where; :mod:`pathway.plot` draws them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.plot.panel_map import panel_map

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from pathway.analysis.panel import Panel

__all__ = ["panel_figure"]


def panel_figure(panel: Panel) -> Figure:
    """Return the clustered map of a panel; see :meth:`pathway.analysis.panel.Panel.plot`."""
    result = panel.comparison
    levels = list(panel.asked.levels)
    measured = panel.measured.reindex(columns=levels, fill_value=False)
    return panel_map(
        {arm.label: _table(panel, arm.id) for arm in result.plan.ligands},
        rows=panel.line_tree,
        columns=panel.strategy_tree,
        marks=panel.marks,
        levels=panel.lines[levels],
        assumed=~measured,
        title=result.regimen.title,
        score=f"mean suppression of\n{' and '.join(result.rank_by)}, {result.rank_at}",
    )


def _table(panel: Panel, ligand: str) -> pd.DataFrame:
    """Return lines by strategies with one ligand, under the strategies' labels."""
    labels = {strategy.id: strategy.label for strategy in panel.comparison.plan.strategies}
    chosen = [(name, ligand) for name in labels if (name, ligand) in panel.scores.columns]
    table = panel.scores[chosen]
    return table.set_axis([labels[name] for name, _ in chosen], axis="columns")
