"""Bring many cells to rest: the lanes' Newton iteration over threads."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pathway.batch.load import compiling, load_settle
from pathway.batch.run import in_threads, shape_of, thread_count
from pathway.kernels.arguments import aligned
from pathway.lanes.vector import LANES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pathway.lanes.layout import LaneSystem

__all__ = ["HORIZON", "Settled", "settle"]

STEPS = 20
"""Of a cell, about."""

HORIZON = 1e5
"""min, seventy days: longer than any turnover, so a step is nearly Newton's; short enough that the
rounding of a derivative (1e-13 of a turnover) adds nothing to what is conserved."""


class Settled(NamedTuple):
    """Where Newton's iteration led."""

    states: NDArray[np.float64]
    """shape (cells, states)."""
    moved: NDArray[np.float64]
    """Relative move in the last step, by cell."""
    steps: NDArray[np.int64]
    saddle: NDArray[np.bool_]
    """Whether a disturbance of the cell grows: an odd number of them, faster than 1 / horizon."""


def settle(
    system: LaneSystem,
    states: NDArray[np.float64],
    numbers: NDArray[np.float64],
    numbers_of: NDArray[np.int64] | None = None,
    *,
    horizon: float = HORIZON,
    threads: int | None = None,
) -> Settled:
    """Return the rests near given states, with what they conserve unchanged.

    Parameters
    ----------
    system : LaneSystem
    states : ndarray, shape (cells, states)
        In the model's order; not changed.
    numbers : ndarray, shape (sets, numbers)
    numbers_of : ndarray, shape (cells,), optional
        Which set each cell has; by default its own, or the only one.
    horizon : float
        Time of the implicit step.
    threads : int, optional
    """
    cells = states.shape[0]
    if numbers_of is None:
        numbers_of = np.arange(cells) if numbers.shape[0] == cells else np.zeros(cells, np.int64)
    found = np.array(states, dtype=np.float64, order="C")
    moved, steps, signs = np.full(cells, np.nan), np.zeros(cells), np.ones(cells)
    counter = np.zeros(1, dtype=np.int64)
    system = system.tiers.serve(system, STEPS * -(-len(states) // LANES))
    kernel, shape = load_settle(), shape_of(system)
    order = system.order.astype(np.int64)
    packed = np.ascontiguousarray(numbers, dtype=np.float64)
    which = np.ascontiguousarray(numbers_of, dtype=np.int64)

    def work() -> None:
        n = system.states
        sizes = (system.rows, n, int(system.elimination.size[0]), 3)
        kernel(
            system.program,
            system.elimination,
            shape,
            system.constants,
            order,
            found,
            packed,
            which,
            float(horizon),
            moved,
            steps,
            signs,
            counter,
            *(aligned(LANES * size, np.float64) for size in sizes),
        )

    with compiling(kernel):
        in_threads(work, min(thread_count(threads), -(-cells // LANES)))
    return Settled(states=found, moved=moved, steps=steps.astype(np.int64), saddle=signs < 0.0)
