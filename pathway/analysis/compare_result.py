"""What a comparison returns: numbers, ranking, figures, files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pathway.errors import ScenarioError, nearest

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from pathlib import Path

    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pathway.analysis.compare_plan import Plan, Run
    from pathway.analysis.strategies import Outcome, Regimen
    from pathway.model import Model

__all__ = ["Comparison"]

OUTCOME = ("endpoint", "population", "experimental", "control", "effect", "source", "note")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """Strategies compared in cells.

    Attributes
    ----------
    regimen : Regimen
        What was compared, as declared; of a trial, with its published outcomes.
    table : DataFrame
        Columns strategy, context, ligand, lesion, readout, time, suppression (1 full, 0 none,
        negative: activation). ``time`` is a text: hours from the ligand, or ``AUC``.
    scores : DataFrame
        Mean suppression of the ranking readouts; rows strategies, columns (ligand, context,
        lesion).
    ranking : DataFrame
        Columns rank, strategy, label, score (mean over conditions), then one column per condition.
    curves : DataFrame
        As ``table``, with ``dose`` in nM, of the strategies of one drug; may be empty.
    dataset : Dataset
        Every readout (scenario, time), time in hours from the ligand, with coordinates strategy,
        context, ligand, lesion and dose.
    readouts, rank_by : tuple of str
    rank_at : str
    notes : tuple of str
        What a reader must know, in full sentences.
    """

    model: Model = field(repr=False)
    regimen: Regimen = field(repr=False)
    plan: Plan = field(repr=False)
    dataset: xr.Dataset = field(repr=False)
    table: pd.DataFrame = field(repr=False)
    scores: pd.DataFrame = field(repr=False)
    ranking: pd.DataFrame
    curves: pd.DataFrame = field(repr=False)
    readouts: tuple[str, ...]
    rank_by: tuple[str, ...]
    rank_at: str
    notes: tuple[str, ...] = ()

    @property
    def outcomes(self) -> pd.DataFrame:
        """Published outcomes of a trial: context, not prediction; empty in a comparison."""
        import pandas as pd

        rows = [_row(outcome) for outcome in self.regimen.outcomes]
        return pd.DataFrame(rows, columns=list(OUTCOME))

    @property
    def failures(self) -> dict[str, str]:
        """Scenarios that failed, and why."""
        status = zip(self.dataset["scenario"].values, self.dataset["status"].values, strict=True)
        return {str(name): str(reason) for name, reason in status if str(reason) != "ok"}

    def run(self, strategy: str, context: str = "", ligand: str = "", lesion: str = "none") -> Run:
        """Return one run by its names; the first context and the last ligand where none is given.

        Raises
        ------
        ScenarioError
            If no such strategy, context, ligand or lesion was compared.
        """
        asked = {
            "strategy": strategy,
            "context": context or self.plan.cells[0].context,
            "ligand": ligand or self.plan.ligands[-1].id,
            "lesion": lesion,
        }
        left = list(self.plan.runs)
        for kind, name in asked.items():
            names = dict.fromkeys(_names(run)[kind] for run in left)
            left = [run for run in left if _names(run)[kind] == name]
            if not left:
                raise ScenarioError("comparison", f"no {kind} {name!r}", nearest(name, names))
        return left[0]

    def plot(
        self,
        kind: str = "heatmap",
        *,
        ax: Axes | None = None,
        readout: str | None = None,
        strategy: str | None = None,
        context: str = "",
        ligand: str = "",
        lesion: str = "none",
    ) -> Axes:
        """Draw one panel.

        Parameters
        ----------
        kind : str
            ``heatmap`` (scores, or one readout at the ranking time), ``timecourse`` (a readout of
            all strategies in one cell), ``curves`` (suppression by dose) or ``pathway`` (signed
            graph of one run coloured by suppression).
        ax : Axes, optional
            Where to draw; new axes otherwise.
        readout : str, optional
            The first ranking readout if a kind needs one.
        strategy : str, optional
            Of ``pathway``: the best-ranked if None.
        context, ligand, lesion : str
            The cell: the first context, the last ligand and no lesion by default.

        Returns
        -------
        Axes
        """
        from pathway.analysis.compare_figures import panel

        return panel(
            self,
            kind,
            ax,
            readout=readout,
            strategy=strategy,
            context=context,
            ligand=ligand,
            lesion=lesion,
        )

    def figures(self) -> dict[str, Figure]:
        """Return all figures by file name: heat map, time courses, inhibition curves, pathway."""
        from pathway.analysis.compare_figures import figure, figure_names

        return {name: figure(self, name) for name in figure_names(self)}

    def save(
        self, folder: str | Path, *, figures: bool = True, executor: Executor | None = None
    ) -> tuple[Path, ...]:
        """Write everything into a folder, all at once: a failure on the way leaves it as it was.

        Writes ``suppression.csv`` with ``suppression.units.json``, ``ranking.csv``, ``curves.csv``
        (if there are curves), ``outcomes.csv`` (of a trial), ``results.nc``, and the figures as PNG
        and SVG.

        Parameters
        ----------
        folder : str or Path
            Made if absent; files of the same names are replaced, others are kept.
        figures : bool
            Whether to draw figures.
        executor : concurrent.futures.Executor, optional
            Draws half of the figures meanwhile; the files do not depend on it. With one of
            processes a script needs ``if __name__ == "__main__":`` around what it does.

        Returns
        -------
        tuple of Path
            The files, in the order written.

        Raises
        ------
        PathwayError
            If the folder cannot be written, or a process of the executor died.
        """
        from pathway.analysis.compare_save import save

        return save(self, folder, figures=figures, executor=executor)


def _names(run: Run) -> dict[str, str]:
    return {
        "strategy": run.strategy.id,
        "context": run.cell.context,
        "ligand": run.ligand.id,
        "lesion": run.cell.lesion,
    }


def _row(outcome: Outcome) -> tuple[str, ...]:
    return (
        outcome.endpoint,
        outcome.population,
        outcome.experimental,
        outcome.control,
        outcome.effect,
        ", ".join(outcome.sources),
        outcome.note,
    )
