"""Which features of a line go with suppression: rank correlations, with bootstrap intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from pathway.errors import PathwayError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["COLUMNS", "rank_correlations", "spearman"]

COLUMNS = (
    *("strategy", "ligand", "feature", "kind", "n", "carriers", "spread"),
    *("rho", "low", "high", "resamples"),
)
FEWEST = 4
"""Lines below which no correlation is given: ranks of three agree by chance one time in six."""

WHOLE = 0.95
"""Probability of the interval."""


def rank_correlations(
    scores: pd.DataFrame, features: pd.DataFrame, *, seed: int, draws: int = 1000
) -> pd.DataFrame:
    """Return Spearman's rho between every feature of the lines and every column of scores.

    Parameters
    ----------
    scores : DataFrame
        Rows lines, columns a MultiIndex (strategy, ligand); NaN where a run failed, and that line
        is left out of this column.
    features : DataFrame
        The same rows, one column of numbers per feature, ``attrs["kinds"]`` the kind of each; NaN
        where a line's is not known, and that line is left out of this feature.
    seed : int
        Of the resampling; the same lines are drawn wherever as many have both numbers.
    draws : int
        Resamples of the lines, with replacement.

    Returns
    -------
    DataFrame
        Columns strategy, ligand, feature, kind, n (lines), carriers (lines with a 1, of lesions and
        marks), spread (largest less least score: ranks of what hardly differs say little), rho, low and high (95 %, percentile bootstrap over lines; Efron and Tibshirani
        1993, chapter 13), resamples (those in which both vary, which the interval is of). rho is NaN
        where a feature or score is the same in all lines. Intervals are of one correlation each,
        not of all together.

    Raises
    ------
    PathwayError
        If the rows differ, or fewer than one resample is asked for.
    """
    if list(scores.index) != list(features.index):
        raise PathwayError("features", "scores and features of other lines", "give the same rows")
    if draws < 1:
        raise PathwayError("features", f"{draws} resamples", "give 1 or more")
    kinds: dict[str, str] = features.attrs.get("kinds", {})
    rows: list[tuple[object, ...]] = []
    for column in scores.columns:
        strategy, ligand = cast("tuple[str, str]", column)
        score = scores[(strategy, ligand)].to_numpy(dtype=float)
        for name in features.columns:
            value = features[name].to_numpy(dtype=float)
            there = np.isfinite(score) & np.isfinite(value)
            # Totals have no carriers: only what is 0 or 1 is carried or not.
            binary = bool(np.isin(value[there], (0.0, 1.0)).all())
            rows.append(
                (
                    *(strategy, ligand, name, kinds.get(str(name), ""), int(there.sum())),
                    int(value[there].sum()) if binary else None,
                    float(np.ptp(score[there])) if there.any() else float("nan"),
                    *_interval(value[there], score[there], seed, draws),
                )
            )
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype({"carriers": "Int64"})


def spearman(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Spearman's rho along the last axis, ties sharing their mean rank.

    NaN where either does not vary.
    """
    first, second = rankdata(one, axis=-1), rankdata(other, axis=-1)
    first = first - first.mean(axis=-1, keepdims=True)
    second = second - second.mean(axis=-1, keepdims=True)
    scale = np.sqrt((first**2).sum(axis=-1) * (second**2).sum(axis=-1))
    products = (first * second).sum(axis=-1)
    found = np.divide(products, scale, out=np.full(products.shape, np.nan), where=scale > 0.0)
    return np.asarray(np.clip(found, -1.0, 1.0))


def _interval(
    value: NDArray[np.float64], score: NDArray[np.float64], seed: int, draws: int
) -> tuple[float, float, float, int]:
    """Return rho, the ends of its interval, and how many resamples have one."""
    rho = float(spearman(value, score)) if value.size >= FEWEST else float("nan")
    if not np.isfinite(rho):
        return rho, rho, rho, 0
    drawn = np.random.default_rng(seed).integers(0, value.size, size=(draws, value.size))
    again = spearman(value[drawn], score[drawn])
    again = again[np.isfinite(again)]
    if not again.size:
        return rho, float("nan"), float("nan"), 0
    low, high = np.quantile(again, [(1.0 - WHOLE) / 2.0, (1.0 + WHOLE) / 2.0])
    return rho, float(low), float(high), int(again.size)
