from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from pathway.kernels.arguments import aligned
from pathway.lanes import linear, vector
from pathway.lanes.elimination import eliminate
from pathway.lanes.jit import block
from pathway.lanes.ordering import elimination_order
from pathway.model.equation_model import load_equations

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from pathway.lanes.layout import Elimination

LANES = vector.LANES


@block
def decompose(
    factors: NDArray[np.float64],
    rows: NDArray[np.float64],
    inverse_step: NDArray[np.float64],
    elimination: Elimination,
) -> None:
    linear.decompose(factors, rows, 1, vector.load(inverse_step, 0), elimination)


@block
def solve(
    factors: NDArray[np.float64], elimination: Elimination, vectors: NDArray[np.float64]
) -> None:
    linear.solve(factors, elimination, vectors, 2, vectors, 2 + elimination.diagonal.size)


def lanes(values: NDArray[np.float64]) -> NDArray[np.float64]:
    array = aligned(values.size, np.float64)
    array[:] = values.ravel()
    return array


def random_pattern(size: int, density: float, seed: int) -> sparse.csc_matrix:
    random = np.random.default_rng(seed)
    pattern = random.random((size, size)) < density
    np.fill_diagonal(pattern, random.random(size) < 0.7)
    return sparse.csc_matrix(pattern)


class Case:
    """A Jacobian of each lane, with all that the linear algebra of it needs."""

    def __init__(self, size: int, density: float, seed: int) -> None:
        random = np.random.default_rng(seed)
        pattern = random_pattern(size, density, seed)
        self.order, self.elimination = eliminate(pattern.indptr, pattern.indices)
        self.entries = random.normal(size=(pattern.nnz, LANES))
        self.inverse_step = random.uniform(3.0, 5.0, size=LANES) * np.sqrt(size)
        self.right = random.normal(size=(size, LANES))
        self.pattern = pattern

    def rows(self) -> NDArray[np.float64]:
        return lanes(np.vstack([np.full((1, LANES), np.nan), self.entries]))

    def factors(self) -> NDArray[np.float64]:
        factors = aligned(int(self.elimination.size[0]) * LANES, np.float64)
        factors[:] = np.nan
        decompose(factors, self.rows(), lanes(self.inverse_step), self.elimination)
        return factors

    def solution(self) -> NDArray[np.float64]:
        right = self.right[self.order]
        vectors = lanes(np.vstack([np.full((2, LANES), np.nan), right / 4, right * 0.75]))
        solve(self.factors(), self.elimination, vectors)
        solution: NDArray[np.float64] = np.empty_like(self.right)
        solution[self.order] = vectors.reshape(-1, LANES)[2 : 2 + self.order.size]
        return solution

    def matrix(self, lane: int) -> NDArray[np.float64]:
        jacobian = sparse.csc_matrix(
            (self.entries[:, lane], self.pattern.indices, self.pattern.indptr),
            shape=self.pattern.shape,
        )
        dense: NDArray[np.float64] = jacobian.toarray()
        shift: NDArray[np.float64] = self.inverse_step[lane] * np.eye(self.order.size)
        return shift - dense


def plain_lu(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return L below the diagonal, U above it, and inverses of the pivots on it."""
    factors = matrix.copy()
    for k in range(len(factors)):
        factors[k, k] = 1.0 / factors[k, k]
        factors[k + 1 :, k] *= factors[k, k]
        factors[k + 1 :, k + 1 :] -= np.outer(factors[k + 1 :, k], factors[k, k + 1 :])
    return factors


cases = st.builds(
    Case,
    size=st.integers(1, 40),
    density=st.floats(0.0, 0.6),
    seed=st.integers(0, 2**32 - 1),
)


@given(case=cases)
@settings(deadline=None, max_examples=40)
def test_each_lane_solves_its_own_matrix(case: Case) -> None:
    solution = case.solution()
    for lane in range(LANES):
        expected = np.linalg.solve(case.matrix(lane), case.right[:, lane])
        np.testing.assert_allclose(solution[:, lane], expected, rtol=1e-9, atol=1e-10)


@given(case=cases)
@settings(deadline=None, max_examples=40)
def test_factors_stand_where_the_elimination_says(case: Case) -> None:
    factors = case.factors().reshape(-1, LANES)
    columns = np.repeat(np.arange(case.order.size), np.diff(case.pattern.indptr))
    rank = np.argsort(case.order)
    for lane in range(LANES):
        expected = plain_lu(case.matrix(lane)[np.ix_(case.order, case.order)])
        np.testing.assert_allclose(
            factors[case.elimination.diagonal, lane], np.diag(expected), rtol=1e-9
        )
        np.testing.assert_allclose(
            factors[case.elimination.entry, lane],
            expected[rank[case.pattern.indices], rank[columns]],
            rtol=1e-9,
            atol=1e-12,
        )


@given(case=cases, lane=st.integers(0, LANES - 1), bad=st.sampled_from([np.nan, np.inf]))
@settings(deadline=None, max_examples=40)
def test_numbers_that_are_none_stay_in_their_lane(case: Case, lane: int, bad: float) -> None:
    before = case.solution()
    case.inverse_step[lane] = bad
    after = case.solution()
    others = np.arange(LANES) != lane
    np.testing.assert_array_equal(after[:, others], before[:, others])


@given(case=cases, shift=st.integers(1, LANES - 1))
@settings(deadline=None, max_examples=40)
def test_a_run_has_the_same_bits_in_any_lane(case: Case, shift: int) -> None:
    before = case.solution()
    case.entries = np.roll(case.entries, shift, axis=1)
    case.inverse_step = np.roll(case.inverse_step, shift)
    case.right = np.roll(case.right, shift, axis=1)
    np.testing.assert_array_equal(case.solution(), np.roll(before, shift, axis=1))


@given(size=st.integers(0, 30), density=st.floats(0.0, 1.0), seed=st.integers(0, 99))
def test_the_order_names_each_state_once(size: int, density: float, seed: int) -> None:
    pattern = random_pattern(size, density, seed)
    order = elimination_order(pattern.indptr, pattern.indices)
    assert sorted(order.tolist()) == list(range(size))
    np.testing.assert_array_equal(elimination_order(pattern.indptr, pattern.indices), order)


def test_a_hub_is_eliminated_last() -> None:
    arrow = np.eye(6, dtype=bool)
    arrow[0] = arrow[:, 0] = True
    pattern = sparse.csc_matrix(arrow)
    order, elimination = eliminate(pattern.indptr, pattern.indices)
    assert int(np.flatnonzero(order == 0)[0]) >= 4
    assert elimination.size[1:].tolist() == [6, 16]


@pytest.mark.parametrize(
    ("name", "jacobian", "factors"),
    [("faratian", 219, 255), ("birtwistle", 1000, 1325), ("chen", 4400, 7700)],
)
def test_published_models_fill_in_little(
    shared: Path, name: str, jacobian: int, factors: int
) -> None:
    path = shared / "peerbench" / "models" / f"{name}.xml"
    if not path.is_file():
        pytest.skip(f"no model at {path}")
    compiled = load_equations(path).compiled
    assert compiled.indices.size == jacobian
    _, elimination = eliminate(compiled.indptr, compiled.indices)
    assert jacobian <= elimination.size[2] <= factors
