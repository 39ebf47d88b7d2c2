"""Assemble, factorize and solve ``I / (gamma h) - J`` for eight runs at once.

``factors`` holds one row for each entry of L + U (L with ones on its diagonal), in the places that
``Elimination`` gives. Pivots stand on the diagonal in a fixed order; a pivot of zero makes what
follows infinite or NaN in its own lane.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import njit

from pathway.lanes import vector
from pathway.lanes.elimination import COLUMN, FILL, ROW_START, TARGET

if TYPE_CHECKING:
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray

    from pathway.lanes.layout import Elimination

__all__ = ["assemble", "factorize", "solve"]


@njit  # type: ignore[misc]
def assemble(
    factors: NDArray[np.float64],
    rows: NDArray[np.float64],
    jacobian_row: int,
    inverse_step: Any,
    elimination: Elimination,
) -> None:
    """Write ``I / (gamma h) - J`` over the factors.

    Parameters
    ----------
    factors
        Aligned; eight doubles for each of ``elimination.size[0]`` entries.
    rows, jacobian_row
        Entry q of J, in the order of ``Elimination.entry``, is row ``jacobian_row + q``.
    inverse_step
        1 / (gamma h) of each lane, 1/min.
    """
    schedule = elimination.schedule
    zero = vector.splat(0.0)
    for place in range(vector.load_whole(schedule, FILL), vector.load_whole(schedule, FILL + 1)):
        vector.store(factors, vector.load_whole(schedule, place), zero)
    for q in range(elimination.entry.size):
        entry = vector.load(rows, jacobian_row + q)
        vector.store(factors, vector.load_whole(elimination.entry, q), vector.negate(entry))
    for k in range(elimination.diagonal.size):
        place = vector.load_whole(elimination.diagonal, k)
        vector.store(factors, place, vector.add(vector.load(factors, place), inverse_step))


@njit  # type: ignore[misc]
def factorize(factors: NDArray[np.float64], elimination: Elimination) -> None:
    """Replace a matrix by L and U, row by row; the pivots by their inverses."""
    schedule, diagonal = elimination.schedule, elimination.diagonal
    one = vector.splat(1.0)
    start = vector.load_whole(schedule, ROW_START)
    column = vector.load_whole(schedule, COLUMN)
    target = vector.load_whole(schedule, TARGET)
    for row in range(diagonal.size):
        for place in range(
            vector.load_whole(schedule, start + row), vector.load_whole(diagonal, row)
        ):
            pivot = vector.load_whole(schedule, column + place)
            above = vector.load_whole(diagonal, pivot)
            factor = vector.multiply(vector.load(factors, place), vector.load(factors, above))
            vector.store(factors, place, factor)
            minus = vector.negate(factor)
            for along in range(above + 1, vector.load_whole(schedule, start + pivot + 1)):
                goal = vector.load_whole(schedule, target)
                target += 1
                reduced = vector.fma(minus, vector.load(factors, along), vector.load(factors, goal))
                vector.store(factors, goal, reduced)
        place = vector.load_whole(diagonal, row)
        vector.store(factors, place, vector.divide(one, vector.load(factors, place)))


@njit  # type: ignore[misc]
def solve(
    factors: NDArray[np.float64],
    elimination: Elimination,
    vectors: NDArray[np.float64],
    first: int,
) -> None:
    """Replace a right-hand side by the solution; rows ``first ...``, in elimination order."""
    schedule, diagonal = elimination.schedule, elimination.diagonal
    size = diagonal.size
    start = vector.load_whole(schedule, ROW_START)
    column = vector.load_whole(schedule, COLUMN)
    for row in range(size):
        value = vector.load(vectors, first + row)
        for place in range(
            vector.load_whole(schedule, start + row), vector.load_whole(diagonal, row)
        ):
            known = vector.load(vectors, first + vector.load_whole(schedule, column + place))
            value = vector.fma(vector.negate(vector.load(factors, place)), known, value)
        vector.store(vectors, first + row, value)
    for back in range(1, size + 1):
        row = size - back
        value = vector.load(vectors, first + row)
        pivot = vector.load_whole(diagonal, row)
        for place in range(pivot + 1, vector.load_whole(schedule, start + row + 1)):
            known = vector.load(vectors, first + vector.load_whole(schedule, column + place))
            value = vector.fma(vector.negate(vector.load(factors, place)), known, value)
        vector.store(vectors, first + row, vector.multiply(value, vector.load(factors, pivot)))
