"""Counted quantiles: near the exact ones, in any order of parts, of any size and sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pathway.population.histogram import (
    ACCURACY,
    Histograms,
    count_values,
    merge_histograms,
    quantiles_of,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHARES = np.array([0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0])
NUMBERS = st.one_of(
    st.just(0.0),
    st.floats(1e-300, 1e300),
    st.floats(-1e300, -1e-300),
    st.sampled_from([5e-324, -5e-324, 1.7e308, -1.7e308, np.nan]),
)


def found(values: NDArray[np.float64], counts: Histograms) -> NDArray[np.float64]:
    known = np.where(np.isnan(values), np.inf, values)
    lowest = known.min(axis=1)
    highest = np.where(np.isnan(values), -np.inf, values).max(axis=1)
    return quantiles_of(counts, SHARES, lowest, highest)


@given(st.lists(NUMBERS, min_size=1, max_size=60))
@settings(max_examples=200, deadline=None)
def test_each_order_statistic_is_within_the_accuracy(numbers: list[float]) -> None:
    values = np.array([numbers])
    known = np.sort(values[~np.isnan(values)])
    result = found(values, count_values(values))[:, 0]
    if not known.size:
        assert np.isnan(result).all()
        return
    place = SHARES * (known.size - 1)
    for level, at in zip(result, place, strict=True):
        one, other = known[int(np.floor(at))], known[int(np.ceil(at))]
        slack, least = 1.0001 * ACCURACY, 2.3e-308  # below, doubles have fewer digits
        assert level >= one - slack * abs(one) - least
        assert level <= other + slack * abs(other) + least
    assert result[0] == known[0]
    assert result[-1] == known[-1]


def test_quantiles_of_skewed_values_are_near_the_exact_ones() -> None:
    rng = np.random.default_rng(1)
    values = np.stack([rng.lognormal(0.0, 2.0, 20_000), 1.0 - rng.lognormal(0.0, 0.5, 20_000)])
    result = found(values, count_values(values))
    exact = np.quantile(values, SHARES, axis=1)
    np.testing.assert_allclose(result, exact, rtol=1.01 * ACCURACY, atol=1e-6)


@given(st.permutations(range(6)), st.integers(1, 5))
@settings(max_examples=30, deadline=None)
def test_parts_add_up_to_the_same_bits_in_any_order(order: list[int], first: int) -> None:
    values = np.random.default_rng(2).normal(size=(3, 600))
    values[:, ::7] = 0.0
    values[1, ::5] = np.nan
    parts = [count_values(values[:, 100 * i : 100 * (i + 1)]) for i in order]
    merged = merge_histograms([merge_histograms(parts[:first]), *parts[first:]])
    whole = count_values(values)
    np.testing.assert_array_equal(merged.codes, whole.codes)
    np.testing.assert_array_equal(merged.counts, whole.counts)
    np.testing.assert_array_equal(found(values, merged), found(values, whole))


def test_nothing_counted_is_nothing_known() -> None:
    values = np.full((2, 3), np.nan)
    merged = merge_histograms([count_values(values), count_values(values)])
    assert merged.counts.size == 0
    assert np.isnan(found(values, merged)).all()
