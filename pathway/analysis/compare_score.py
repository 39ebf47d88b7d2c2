"""From simulated readouts to suppression, scores and a ranking."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pathway.analysis.suppression import area, suppression_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import xarray as xr

    from pathway.analysis.compare_plan import Plan, Run

__all__ = [
    "AUC",
    "curve_table",
    "label_dataset",
    "ranking",
    "score_table",
    "suppression_table",
    "wide_table",
]

AUC = "AUC"
"""The name of the area under the curve in the column ``time``."""

COLUMNS = ("strategy", "context", "ligand", "lesion", "readout", "time", "suppression")


def label_dataset(dataset: xr.Dataset, plan: Plan) -> xr.Dataset:
    """Return the simulation with time in hours from the ligand and what each scenario was.

    Parameters
    ----------
    dataset : Dataset
        Dims (scenario, time), in the order of ``plan.runs`` then ``plan.curves`` and at
        ``plan.minutes``.
    plan : Plan
    """
    runs = (*plan.runs, *plan.curves)
    labelled = dataset.assign_coords(
        time=("time", plan.minutes / 60.0),
        strategy=("scenario", [run.strategy.id for run in runs]),
        context=("scenario", [run.cell.context for run in runs]),
        ligand=("scenario", [run.ligand.id for run in runs]),
        lesion=("scenario", [run.cell.lesion for run in runs]),
        dose=("scenario", [run.dose for run in runs]),
    )
    labelled["time"].attrs.update(units="h", long_name="time since ligand addition")
    labelled["dose"].attrs.update(units="nM", long_name="dose of a single drug, NaN: the preset")
    return labelled


def suppression_table(
    dataset: xr.Dataset, plan: Plan, readouts: Sequence[str], *, auc: bool
) -> pd.DataFrame:
    """Return suppression against the same cell and ligand without drugs, one number a row.

    Suppression is 1 - treated / untreated of a readout at one time, or of the area under it from
    time zero to the end (trapezoids); NaN where the run failed or the untreated readout is zero.
    """
    return pd.DataFrame(
        list(_rows(dataset, plan, plan.runs, 0, readouts, auc=auc)), columns=list(COLUMNS)
    )


def curve_table(dataset: xr.Dataset, plan: Plan, readouts: Sequence[str]) -> pd.DataFrame:
    """Return suppression by dose of the single drugs, columns as above with ``dose`` in nM."""
    rows = _rows(dataset, plan, plan.curves, len(plan.runs), readouts, auc=False)
    table = pd.DataFrame(list(rows), columns=list(COLUMNS))
    doses = np.repeat([run.dose for run in plan.curves], len(readouts) * len(plan.at))
    table.insert(1, "dose", doses)
    return table


def _rows(
    dataset: xr.Dataset,
    plan: Plan,
    runs: Sequence[Run],
    first: int,
    readouts: Sequence[str],
    *,
    auc: bool,
) -> Iterable[tuple[object, ...]]:
    """Yield table rows: by run, readout, time."""
    values = {readout: dataset[readout].to_numpy() for readout in readouts}
    untreated = {
        (run.cell, run.ligand): position
        for position, run in enumerate(plan.runs)
        if run.strategy is plan.strategies[0]
    }
    at = [(text, int(np.argmin(np.abs(plan.minutes - minutes)))) for text, minutes in plan.at]
    after = plan.minutes >= 0.0
    for position, run in enumerate(runs, start=first):
        reference = untreated[run.cell, run.ligand]
        named = (run.strategy.id, run.cell.context, run.ligand.id, run.cell.lesion)
        for readout in readouts:
            treated, resting = values[readout][position], values[readout][reference]
            for text, index in at:
                yield (
                    *named,
                    readout,
                    text,
                    suppression_of(float(treated[index]), float(resting[index])),
                )
            if auc:
                areas = (
                    area(course[after], plan.minutes[after]) / plan.duration
                    for course in (treated, resting)
                )
                yield (*named, readout, AUC, suppression_of(*areas))


def wide_table(table: pd.DataFrame, plan: Plan, readout: str, time: str) -> pd.DataFrame:
    """Return one readout at one time: strategies by conditions.

    Rows are strategies in their order; columns are a MultiIndex (ligand, context, lesion).
    """
    chosen = table[(table["readout"] == readout) & (table["time"] == time)]
    keys = ["strategy", "ligand", "context", "lesion"]
    values = chosen.set_index(keys)["suppression"].to_dict()
    columns = [(arm.id, cell.context, cell.lesion) for arm in plan.ligands for cell in plan.cells]
    rows = [strategy.id for strategy in plan.strategies]
    return pd.DataFrame(
        [[values[row, *column] for column in columns] for row in rows],
        index=pd.Index(rows, name="strategy"),
        columns=pd.MultiIndex.from_tuples(columns, names=keys[1:]),
    )


def score_table(
    table: pd.DataFrame, plan: Plan, rank_by: Sequence[str], rank_at: str
) -> pd.DataFrame:
    """Return the mean suppression of the ranking readouts: strategies by conditions.

    NaN where one of them is: a mean over what is left of a failed run would answer half of the
    question.
    """
    tables = [wide_table(table, plan, readout, rank_at) for readout in rank_by]
    total = tables[0]
    for other in tables[1:]:
        total = total + other
    return total / len(tables)


def ranking(scores: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Return strategies by their mean score over all conditions, the best first.

    Columns ``rank`` (equal scores share a rank), ``strategy``, ``label``, ``score``, then one
    column per condition. A strategy with a failed run has no score and comes last.
    """
    labels = {strategy.id: strategy.label for strategy in plan.strategies}
    table = pd.DataFrame(
        {
            "strategy": list(scores.index),
            "label": [labels[name] for name in scores.index],
            "score": scores.mean(axis="columns", skipna=False).to_numpy(),
        }
    )
    for arm in plan.ligands:
        for cell in plan.cells:
            name = cell.label if arm.ligand == "" else f"{cell.label}, {arm.label}"
            table[name] = scores[(arm.id, cell.context, cell.lesion)].to_numpy()
    table = table.sort_values("score", ascending=False, kind="stable", na_position="last")
    ranks = table["score"].rank(method="min", ascending=False).astype("Int64")
    table.insert(0, "rank", ranks)
    return table.reset_index(drop=True)
