"""Which combinations of species a network conserves: elimination on its stoichiometric matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit, types

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    Vector: TypeAlias = NDArray[np.float64]
    Matrix: TypeAlias = NDArray[np.float64]
    Mask: TypeAlias = NDArray[np.bool_]

__all__ = ["null_space"]

VECTOR = types.Array(types.float64, 1, "C")
MATRIX = types.Array(types.float64, 2, "C")
MASK = types.Array(types.boolean, 1, "C")

SPAN_TOLERANCE = 1e-9
"""Stoichiometries are small whole numbers; what is below this after elimination is rounding."""


@njit(types.boolean(VECTOR, MATRIX, MASK), cache=True)
def _enter(vector: Vector, basis: Matrix, is_pivot: Mask) -> bool:
    """Add a vector to a reduced echelon basis; return false if it is in the span already."""
    for c in range(vector.size):
        if is_pivot[c] and vector[c] != 0.0:
            vector -= vector[c] * basis[c]
    pivot = 0
    for c in range(vector.size):
        if abs(vector[c]) > abs(vector[pivot]):
            pivot = c
    if abs(vector[pivot]) < SPAN_TOLERANCE:
        return False
    vector /= vector[pivot]
    for c in range(vector.size):
        if is_pivot[c] and basis[c, pivot] != 0.0:
            basis[c] -= basis[c, pivot] * vector
    basis[pivot] = vector
    is_pivot[pivot] = True
    return True


@njit(MATRIX(MATRIX), cache=True)
def null_space(rows: Matrix) -> Matrix:
    """Return a basis of the vectors orthogonal to all rows.

    Rows enter a reduced echelon basis one by one, which is cheap because stoichiometries are
    sparse. Vector ``i`` of the result is 1 at the i-th column without pivot, all others 0 there.

    Parameters
    ----------
    rows : ndarray, shape (reactions, species)

    Returns
    -------
    ndarray, shape (species - rank, species)
    """
    n = rows.shape[1]
    basis = np.zeros((n, n))
    is_pivot = np.zeros(n, dtype=np.bool_)
    rank = 0
    for r in range(rows.shape[0]):
        if rank < n and _enter(rows[r].copy(), basis, is_pivot):
            rank += 1
    laws = np.zeros((n - rank, n))
    law = 0
    for free in range(n):
        if not is_pivot[free]:
            for c in range(n):
                laws[law, c] = -basis[c, free]
            laws[law, free] = 1.0
            law += 1
    return laws
