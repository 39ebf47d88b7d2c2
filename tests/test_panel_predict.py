"""Rank correlations and their bootstrap, against scipy and a plain loop; and trees of rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.cluster import hierarchy
from scipy.stats import spearmanr

from pathway.analysis.panel_cluster import cluster
from pathway.analysis.panel_predict import COLUMNS, rank_correlations, spearman
from pathway.errors import PathwayError

NUMBERS = st.integers(-3, 3).map(float)


def scores(**columns: list[float]) -> pd.DataFrame:
    """Return scores of lines a, b, c, ... by strategy, without ligand."""
    table = pd.DataFrame(columns)
    names = [(str(name), "none") for name in table.columns]
    table.columns = pd.MultiIndex.from_tuples(names, names=["strategy", "ligand"])
    return table.set_index(pd.Index(list("abcdefgh")[: len(table)], name="line"))


def features(**columns: list[float]) -> pd.DataFrame:
    table = pd.DataFrame(columns)
    return table.set_index(pd.Index(list("abcdefgh")[: len(table)], name="line"))


@given(arrays.arrays(float, (2, 9), elements=NUMBERS))
def test_rho_is_scipys(pair: np.ndarray) -> None:
    found = float(spearman(pair[0], pair[1]))
    if np.ptp(pair[0]) == 0.0 or np.ptp(pair[1]) == 0.0:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(float(spearmanr(pair[0], pair[1]).statistic))


@given(arrays.arrays(float, (2, 9), elements=NUMBERS))
def test_rho_knows_only_ranks(pair: np.ndarray) -> None:
    once, again = spearman(pair[0], pair[1]), spearman(np.exp(pair[0]), 3.0 * pair[1] + 1.0)
    np.testing.assert_allclose(once, again)
    np.testing.assert_allclose(-once, spearman(pair[0], -pair[1]))


def test_the_interval_is_that_of_a_plain_bootstrap() -> None:
    value, score = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [0.1, 0.3, 0.2, 0.5, 0.4, 0.9]
    table = rank_correlations(scores(s=score), features(f=value), seed=7, draws=200)
    drawn = np.random.default_rng(7).integers(0, 6, size=(200, 6))
    with np.errstate(invalid="ignore"):
        rhos = np.array([spearman(np.array(value)[rows], np.array(score)[rows]) for rows in drawn])
    (row,) = table.itertuples()
    assert list(table.columns) == list(COLUMNS)
    assert row.rho == pytest.approx(float(spearmanr(value, score).statistic))
    assert row.resamples == int(np.isfinite(rhos).sum())
    low, high = np.quantile(rhos[np.isfinite(rhos)], [0.025, 0.975])
    assert row.low == pytest.approx(low)
    assert row.high == pytest.approx(high)
    assert row.spread == pytest.approx(0.8)
    assert row.n == 6


def test_the_seed_decides_the_interval_and_nothing_else() -> None:
    score = scores(s=[0.1, 0.3, 0.2, 0.5, 0.4, 0.7, 0.6])
    value = features(f=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])
    one, same, other = (rank_correlations(score, value, seed=seed, draws=30) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, same)
    assert one["rho"].equals(other["rho"])
    assert not one["low"].equals(other["low"])


def test_failed_runs_and_unknown_features_are_left_out() -> None:
    score = scores(s=[0.1, 0.2, np.nan, 0.4, 0.5, 0.6], t=[0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    value = features(has=[0.0, 1.0, 1.0, 1.0, np.nan, 1.0], total=[1.0, 2.0, 0.0, 4.0, 5.0, 6.0])
    table = rank_correlations(score, value, seed=0, draws=20).set_index(["strategy", "feature"])
    assert table["n"].to_list() == [4, 5, 5, 6]
    assert table.loc[("s", "has"), "carriers"] == 3
    assert table.loc[("s", "total"), "rho"] == pytest.approx(1.0)
    assert table["carriers"].isna().to_list() == [False, True, False, True]


def test_what_does_not_vary_has_no_correlation() -> None:
    score = scores(s=[0.1, 0.2, 0.3, 0.4])
    table = rank_correlations(score, features(f=[2.0, 2.0, 2.0, 2.0]), seed=0)
    assert table[["rho", "low", "high"]].isna().all(axis=None)
    assert table["resamples"].to_list() == [0]


def test_three_lines_are_too_few() -> None:
    table = rank_correlations(scores(s=[0.1, 0.2, 0.3]), features(f=[1.0, 2.0, 3.0]), seed=0)
    assert table["rho"].isna().all()


def test_refused() -> None:
    score, value = scores(s=[0.1, 0.2, 0.3, 0.4]), features(f=[1.0, 2.0, 3.0, 4.0])
    with pytest.raises(PathwayError, match="features: 0 resamples; give 1 or more"):
        rank_correlations(score, value, seed=0, draws=0)
    with pytest.raises(PathwayError, match="features: scores and features of other lines"):
        rank_correlations(score, value.iloc[::-1], seed=0)


def test_like_rows_are_neighbours_and_the_best_comes_first() -> None:
    rows = np.array([[0.1, 0.0], [0.9, 0.8], [0.0, 0.1], [0.8, 0.9], [0.5, 0.5]])
    tree = cluster(rows)
    assert sorted(tree.order) == [0, 1, 2, 3, 4]
    places = {row: place for place, row in enumerate(tree.order)}
    assert abs(places[0] - places[2]) == abs(places[1] - places[3]) == 1
    assert rows[list(tree.order[:2])].mean() > rows[list(tree.order[-2:])].mean()
    assert tree.linkage.shape == (4, 4)
    assert hierarchy.is_valid_linkage(tree.linkage)


def test_distances_are_over_what_both_rows_have() -> None:
    rows = np.array([[0.0, np.nan, 0.3], [0.4, 0.5, 0.3]])
    assert cluster(rows).linkage[0, 2] == pytest.approx(np.sqrt((0.4**2 + 0.0) / 2.0))
    assert np.isfinite(cluster(np.array([[0.1, np.nan], [np.nan, 0.2], [0.5, 0.5]])).linkage).all()


def test_strong_activation_counts_as_full() -> None:
    assert cluster(np.array([[-5.0], [1.0]])).linkage[0, 2] == pytest.approx(2.0)


@pytest.mark.parametrize("rows", [0, 1])
def test_a_tree_of_hardly_anything(rows: int) -> None:
    tree = cluster(np.zeros((rows, 2)))
    assert tree.order == tuple(range(rows))
    assert tree.linkage.shape == (0, 4)
