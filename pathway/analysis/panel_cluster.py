"""Which lines, and which strategies, answer alike: trees over the scores of a panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.cluster import hierarchy

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Tree", "cluster"]

LIMIT = 1.0
"""Scores beyond plus or minus this count as this: a five-fold activation would else be all that
distances know of."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tree:
    """A tree over rows.

    Attributes
    ----------
    order : tuple of int
        The rows from the first to the last leaf.
    linkage : (n - 1, 4) array
        As scipy writes it: two clusters, their distance, how many rows they hold; empty for
        fewer than two rows.
    """

    order: tuple[int, ...]
    linkage: NDArray[np.float64]


def cluster(scores: NDArray[np.float64]) -> Tree:
    """Return the tree of the rows of a matrix.

    Average linkage of root-mean-square distances over the columns that both rows have, leaves
    ordered so that neighbours are as near as the tree allows (Bar-Joseph et al. 2001,
    Bioinformatics 17:S22), the end with the larger mean first.

    Parameters
    ----------
    scores : (rows, columns) array
        NaN where there is no score; values are clipped to plus or minus 1.
    """
    rows = scores.shape[0]
    if rows < 2:
        return Tree(order=tuple(range(rows)), linkage=np.empty((0, 4)))
    distances = _distances(np.clip(scores, -LIMIT, LIMIT))
    linkage = hierarchy.linkage(distances, method="average", optimal_ordering=True)
    order = [int(leaf) for leaf in hierarchy.leaves_list(linkage)]
    means = np.array([_mean(scores[leaf]) for leaf in order])
    half = rows // 2
    # A tree may be read from either end.
    if means[:half].mean() < means[rows - half :].mean():
        order.reverse()
    return Tree(order=tuple(order), linkage=np.asarray(linkage, dtype=float))


def _mean(row: NDArray[np.float64]) -> float:
    known = np.clip(row[np.isfinite(row)], -LIMIT, LIMIT)
    return float(known.mean()) if known.size else 0.0


def _distances(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return distances of all pairs of rows, condensed; the largest where nothing is shared."""
    rows = scores.shape[0]
    first, second = np.triu_indices(rows, 1)
    gaps = scores[first] - scores[second]
    shared = np.isfinite(gaps)
    squares = np.where(shared, gaps, 0.0) ** 2
    counts = shared.sum(axis=1)
    means = np.divide(squares.sum(axis=1), counts, out=np.zeros(first.size), where=counts > 0)
    found = np.sqrt(means)
    return np.asarray(np.where(counts > 0, found, found.max(initial=0.0)), dtype=float)
