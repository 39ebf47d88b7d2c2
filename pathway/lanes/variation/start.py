"""Where derivatives begin: how fast they change at the start of a course, and where they rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.lanes.jit import allocating
from pathway.lanes.variation.lists import GROUP, VECTORS
from pathway.lanes.variation.solve import solve_pairs
from pathway.lanes.variation.step import add_slots
from pathway.lanes.vector import (
    absolute,
    divide,
    fma,
    greater,
    load,
    maximum,
    multiply,
    select,
    splat,
    store,
    subtract,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pathway.lanes.layout import Elimination
    from pathway.lanes.variation.lists import ParameterLists
    from pathway.lanes.variation.step import Room

    Rows = NDArray[np.float64]

__all__ = ["SETTLED", "first_slope", "rest_group"]

SETTLED = 1e-11
"""Relative change at which a derivative at rest is done."""

MOST_ITERATIONS = 60


@allocating
def first_slope(
    group: int,
    jacobian: int,
    n: int,
    lists: ParameterLists,
    derivatives: Rows,
    room: Room,
) -> None:
    """Write how fast a group's derivatives change, with the Jacobian of all lanes in ``rows``."""
    first = VECTORS * group * n
    for r in range(first, first + VECTORS * n):
        store(room.slope, r, splat(0.0))
    add_slots(lists, group, room.slots[0], room.slope, first)
    for entry in range(lists.entry_row.size):
        value = load(room.rows, jacobian + entry)
        for vector in range(VECTORS):
            row = first + VECTORS * lists.entry_row[entry] + vector
            column = first + VECTORS * lists.entry_column[entry] + vector
            store(room.slope, row, fma(value, load(derivatives, column), load(room.slope, row)))


@allocating
def rest_group(
    group: int,
    inverse: float,
    n: int,
    elimination: Elimination,
    lists: ParameterLists,
    values: Rows,
    room: Room,
) -> None:
    """Bring a group's derivatives to rest; leave the last relative changes in ``error``."""
    side, rows = room.stages, VECTORS * n
    first = group * rows
    for vector in range(VECTORS):
        store(room.error, VECTORS * group + vector, splat(1.0))
    for _ in range(MOST_ITERATIONS):
        for r in range(rows):
            store(side, r, multiply(load(values, first + r), splat(inverse)))
        add_slots(lists, group, room.slots[0], side, 0)
        solve_pairs(room.factors[0], elimination, side, 0)
        for vector in range(VECTORS):
            moving = load(room.error, VECTORS * group + vector)
            still = greater(moving, splat(SETTLED))
            change, size = splat(0.0), splat(1e-300)
            for r in range(vector, rows, VECTORS):
                old, new = load(values, first + r), load(side, r)
                change = maximum(change, absolute(subtract(new, old)))
                size = maximum(size, absolute(new))
                # Where a lane has settled it stays, whatever its neighbours still do.
                store(values, first + r, select(still, new, old))
            moving = select(still, divide(change, size), moving)
            store(room.error, VECTORS * group + vector, moving)
        busy = False
        for lane in range(GROUP):
            busy = busy or room.error[GROUP * group + lane] > SETTLED
        if not busy:
            return
