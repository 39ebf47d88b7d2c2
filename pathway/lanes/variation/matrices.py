"""The matrices of a step: Jacobians at its stages, their factors, and df/dp beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.lanes.jit import allocating
from pathway.lanes.layout import FIRST_STATE
from pathway.lanes.linear import decompose
from pathway.lanes.machine import run_rates, run_slopes
from pathway.lanes.variation.slopes import parameter_slopes
from pathway.lanes.variation.tableau import NODES, STAGES
from pathway.lanes.vector import LANES, splat

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pathway.kernels.arguments import Arguments
    from pathway.lanes.layout import Elimination, LaneProgram
    from pathway.lanes.queue import Shape
    from pathway.lanes.variation.lists import ParameterLists
    from pathway.lanes.variation.step import Room

    Whole = NDArray[np.int64]

__all__ = ["linearize", "matrices", "states_within"]


@allocating
def states_within(
    states: NDArray[np.float64], piece: int, pieces: int, into: NDArray[np.float64]
) -> None:
    """Write the states at the stage times of a piece of a step.

    They are those of a polynomial through the six stages of the step.
    """
    into[:] = 0.0
    for stage in range(STAGES):
        share = (piece + NODES[stage]) / pieces
        for known in range(STAGES):
            weight = 1.0
            for other in range(STAGES):
                if other != known:
                    weight *= (share - NODES[other]) / (NODES[known] - NODES[other])
            if weight != 0.0:
                for k in range(states.shape[1]):
                    into[stage, k] += weight * states[known, k]


@allocating
def matrices(
    program: LaneProgram,
    elimination: Elimination,
    shape: Shape,
    arguments: Arguments,
    lists: ParameterLists,
    order: Whole,
    inverse: float,
    first: int,
    last: int,
    room: Room,
) -> None:
    """Factorize the matrices at some of ``room.states`` and compute df/dp there.

    The stages are factorized side by side, a lane each; the solves read one stage's factors one
    after the other.
    """
    linearize(program, order, first, last, room)
    decompose(room.wide, room.rows, shape.jacobian, splat(inverse), elimination)
    for place in range(shape.factors):
        for stage in range(last - first):
            room.factors[stage, place] = room.wide[LANES * place + stage]
    for stage in range(last - first):
        parameter_slopes(
            room.states[first + stage], arguments, lists, room.rate, room.partial, room.slots[stage]
        )


@allocating
def linearize(program: LaneProgram, order: Whole, first: int, last: int, room: Room) -> None:
    """Compute the Jacobians at some of ``room.states``, a lane each, the last in what is left."""
    rows = room.rows
    for lane in range(LANES):
        stage = min(first + lane, last - 1)
        for k in range(order.size):
            rows[LANES * (FIRST_STATE + k) + lane] = room.states[stage, order[k]]
    run_rates(rows, program)
    run_slopes(rows, program)
