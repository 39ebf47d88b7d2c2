"""Spearman's rank correlation with a bootstrap interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["LEAST", "LEVEL", "RESAMPLES", "Correlation", "rank_correlation"]

LEAST = 10
"""Fewest pairs: with fewer, resamples of a few tied or ordered lines make any interval narrow."""
LEVEL = 0.95
"""Coverage of the interval."""
RESAMPLES = 5000
"""Resamples of the pairs; the ends of the interval then move by about 0.01 with the seed."""
DIGITS = 6
"""Significant digits in which numbers must differ to have an order: what integration leaves."""


@dataclass(frozen=True, slots=True)
class Correlation:
    """A rank correlation, its interval, and the number of pairs.

    ``rho`` is NaN where one side is constant; the interval then is NaN too.
    """

    rho: float
    low: float
    high: float
    pairs: int

    def __str__(self) -> str:
        return f"rho = {self.rho:.2f} [{self.low:.2f}, {self.high:.2f}], n = {self.pairs}"


def rank_correlation(x: Sequence[float], y: Sequence[float], seed: int) -> Correlation:
    """Return Spearman's rho of two lists with its percentile bootstrap interval.

    Ties share their mean rank. Pairs are resampled with replacement and ranked anew; a resample
    in which one side is constant says nothing about an order and counts as 0. (Efron & Tibshirani
    1993, An Introduction to the Bootstrap, chapter 13.)

    Parameters
    ----------
    x, y : sequence of float, same length (n)
        Numbers that agree to 6 significant digits are tied.
    seed : int
        Of the resampling.
    """
    pairs = np.array([_rounded(x), _rounded(y)])
    count = pairs.shape[1]
    whole = _spearman(pairs[0][None, :], pairs[1][None, :])[0]
    if np.isnan(whole):
        return Correlation(float("nan"), float("nan"), float("nan"), count)
    drawn = np.random.default_rng(seed).integers(0, count, size=(RESAMPLES, count))
    spread = np.nan_to_num(_spearman(pairs[0][drawn], pairs[1][drawn]), nan=0.0)
    tail = (1.0 - LEVEL) / 2.0
    low, high = np.quantile(spread, [tail, 1.0 - tail])
    return Correlation(float(whole), float(low), float(high), count)


def _rounded(numbers: Sequence[float]) -> list[float]:
    return [float(f"{number:.{DIGITS}g}") for number in numbers]


def _spearman(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return rho of each row (rows, n) -> (rows,); NaN where a row is constant."""
    a, b = _centred_ranks(x), _centred_ranks(y)
    scale = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    rho = np.full(scale.shape, np.nan)
    np.divide((a * b).sum(axis=1), scale, out=rho, where=scale > 0.0)
    return rho


def _centred_ranks(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ranks minus their mean, (rows, n) -> (rows, n); ties share their mean rank.

    Half of (numbers below minus numbers above) is just that.
    """
    ranks = np.zeros(rows.shape)
    for column in range(rows.shape[1]):
        ranks += np.sign(rows - rows[:, column : column + 1])
    return 0.5 * ranks
