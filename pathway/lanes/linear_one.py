"""Factorize ``I / (gamma h) - J`` of one run, for eight right-hand sides that share it.

The factors are single doubles in the places of :mod:`pathway.lanes.elimination`, an eighth of what
eight runs need; :func:`pathway.lanes.linear.solve_one` solves with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.lanes.elimination import STEP, STEP_END
from pathway.lanes.jit import block
from pathway.lanes.linear import ONE, TWO, part, unsigned
from pathway.lanes.vector import LANES, load_whole

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pathway.lanes.layout import Elimination

    Rows = NDArray[np.float64]
    Whole = NDArray[np.uint32]

__all__ = ["decompose_one"]


@block
def decompose_one(
    factors: Rows,
    rows: Rows,
    jacobian_row: int,
    lane: int,
    inverse_step: float,
    elimination: Elimination,
) -> None:
    """Write L and U of ``I / (gamma h) - J`` over the factors, inverses of pivots on the diagonal.

    Parameters
    ----------
    factors
        ``elimination.size[0]`` doubles.
    rows, jacobian_row, lane
        Entry q of J, in the order of ``Elimination.entry``, is what row ``jacobian_row + q`` has in
        this lane.
    inverse_step
        1 / (gamma h), 1/min.
    """
    schedule, diagonal = elimination.schedule, elimination.diagonal
    factors[:] = 0.0
    for q in range(elimination.entry.size):
        place = load_whole(elimination.entry, q)
        factors[place] = -rows[LANES * (jacobian_row + q) + lane]
    step = load_whole(schedule, STEP)
    steps, ends = step, load_whole(schedule, STEP_END)
    for row in range(unsigned(diagonal.size)):
        stop = steps + load_whole(schedule, ends + row)
        while step < stop:
            step = _take(factors, schedule, step)
        place = load_whole(diagonal, row)
        factors[place] = 1.0 / (factors[place] + inverse_step)


@part
def _take(factors: Rows, schedule: Whole, step: int) -> int:
    """Take multiples of rows of U with a common tail from a row; return the next step."""
    pivots, tail = load_whole(schedule, step), load_whole(schedule, step + ONE)
    pair = step + TWO
    targets = pair + TWO * pivots
    stop: int = targets + tail
    while pair < targets:
        left, along = load_whole(schedule, pair), load_whole(schedule, pair + ONE)
        factor = factors[left] * factors[along]
        factors[left] = factor
        pair += TWO
        for later in range(pair, targets, TWO):
            along -= ONE
            factors[load_whole(schedule, later)] -= factor * factors[along]
        for target in range(targets, stop):
            along -= ONE
            factors[load_whole(schedule, target)] -= factor * factors[along]
    return stop
