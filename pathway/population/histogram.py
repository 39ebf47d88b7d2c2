"""Counts in logarithmic bins: quantiles of any number of values to a bounded relative error.

The idea is that of DDSketch (Masson, Rim and Lee 2019, "DDSketch: a fast and fully-mergeable
quantile sketch with relative-error guarantees", PVLDB 12(12)): a bin is ``ACCURACY`` wide to either
side of its middle, so whatever a quantile's bin holds is that near. Counts are whole numbers: adding
them up gives the same bits in any order. Negative values have bins of their own, zero has one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["ACCURACY", "Histograms", "count_values", "merge_histograms", "quantiles_of"]

ACCURACY = 0.005
"""Largest relative error of a quantile."""
GAMMA = (1.0 + ACCURACY) / (1.0 - ACCURACY)
"""Ratio of a bin's upper to its lower end."""
ZERO_BIN = 1 << 17
"""Above the bin of any double, so that bins of positive values come after that of zero."""
COLUMN = 1 << 19
"""Bins of one column are numbered within this, zero in the middle."""
MIDDLE = COLUMN // 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Histograms:
    """Counts of many columns of values."""

    codes: NDArray[np.int64]
    """``column * COLUMN + bin``, ascending, each once; bins ascend with their values."""
    counts: NDArray[np.int64]


def count_values(values: NDArray[np.float64]) -> Histograms:
    """Return the counts of columns of values, shape (columns, values); NaN is left out."""
    size = np.abs(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        power = np.ceil(np.log(size) / np.log(GAMMA))
    known = np.isfinite(values)
    power = np.where(known & (size > 0.0), power, 0.0).astype(np.int64)
    bins = np.sign(np.where(known, values, 0.0)).astype(np.int64) * (power + ZERO_BIN)
    codes = bins + MIDDLE + COLUMN * np.arange(len(values), dtype=np.int64)[:, None]
    found, counts = np.unique(codes[known], return_counts=True)
    return Histograms(codes=found, counts=counts.astype(np.int64))


def merge_histograms(parts: Sequence[Histograms]) -> Histograms:
    """Return the sum of counts."""
    codes = np.concatenate([part.codes for part in parts])
    counts = np.concatenate([part.counts for part in parts])
    order = np.argsort(codes, kind="stable")
    codes, counts = codes[order], counts[order]
    if not codes.size:
        return Histograms(codes=codes, counts=counts)
    first = np.flatnonzero(np.concatenate([[True], codes[1:] != codes[:-1]]))
    return Histograms(codes=codes[first], counts=np.add.reduceat(counts, first))


def quantiles_of(
    found: Histograms,
    shares: NDArray[np.float64],
    lowest: NDArray[np.float64],
    highest: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return quantiles, interpolated between neighbours in rank as ``numpy.quantile`` does.

    Parameters
    ----------
    found : Histograms
    shares : ndarray, shape (quantiles,)
        0 to 1.
    lowest, highest : ndarray, shape (columns,)
        Bounds that are known exactly.

    Returns
    -------
    ndarray, shape (quantiles, columns)
        NaN for a column without values.
    """
    result = np.full((shares.size, lowest.size), np.nan)
    edges = np.searchsorted(found.codes, COLUMN * np.arange(lowest.size + 1, dtype=np.int64))
    for column in range(lowest.size):
        here = slice(edges[column], edges[column + 1])
        upto = np.cumsum(found.counts[here])
        if not upto.size:
            continue
        middles = _middles(found.codes[here] - COLUMN * column - MIDDLE)
        middles = np.clip(middles, lowest[column], highest[column])
        place = shares * float(upto[-1] - 1)
        below = np.floor(place)
        above = np.minimum(below + 1.0, float(upto[-1] - 1))
        one = middles[np.searchsorted(upto, below, side="right")]
        other = middles[np.searchsorted(upto, above, side="right")]
        one = np.where(below == 0.0, lowest[column], one)
        other = np.where(above == float(upto[-1] - 1), highest[column], other)
        share = place - below
        level = one * (1.0 - share) + other * share  # the difference could overflow
        result[:, column] = np.where(below == float(upto[-1] - 1), highest[column], level)
    return result


def _middles(bins: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the value of each bin that is nearest to all in it, in relative terms."""
    power = (np.abs(bins) - ZERO_BIN).astype(np.float64)
    with np.errstate(over="ignore", under="ignore"):
        middle = np.exp(power * np.log(GAMMA) + np.log(2.0 / (GAMMA + 1.0)))
    return np.where(bins == 0, 0.0, np.sign(bins) * np.minimum(middle, np.finfo(float).max))
