"""Derivatives of one run by all parameters: the steps of the run, then the march over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from pathway.batch.load import compiling, load_variation
from pathway.batch.run import shape_of
from pathway.batch.settle import HORIZON
from pathway.errors import SolveError
from pathway.kernels.arguments import aligned
from pathway.lanes.layout import FIRST_STATE
from pathway.lanes.variation.lists import GROUP
from pathway.lanes.variation.march import Course
from pathway.lanes.variation.start import SETTLED
from pathway.lanes.variation.step import Room, Tolerances
from pathway.lanes.variation.tableau import NODES, STAGES
from pathway.lanes.vector import LANES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pathway.kernels.arguments import Arguments
    from pathway.lanes.layout import LaneSystem
    from pathway.lanes.variation.lists import ParameterLists

    Values = NDArray[np.float64]

__all__ = ["Varied", "pack_derivatives", "rest_derivatives", "unpack_derivatives", "vary"]

POOR = 1e-6
"""Relative change left in derivatives of a rest at which they are refused."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Varied:
    """A system with the parameters that derivatives are taken by."""

    system: LaneSystem
    lists: ParameterLists
    arguments: Arguments
    """Constants and inputs as they are in the stretch of time."""

    @property
    def numbers(self) -> Values:
        """Return the numbers of the run."""
        return np.concatenate([self.arguments.constants, self.arguments.inputs])

    @property
    def groups(self) -> int:
        """Return how many groups of parameters there are."""
        return self.lists.group_start.size - 1


def pack_derivatives(system: LaneSystem, values: Values) -> Values:
    """Return derivatives as the kernels hold them.

    Parameters
    ----------
    system : LaneSystem
    values : ndarray, shape (states, parameters)
        In the model's order.
    """
    groups = -(-values.shape[1] // GROUP)
    packed = aligned(groups * system.states * GROUP, np.float64)
    view = packed.reshape(groups, system.states, GROUP)
    padded = np.zeros((system.states, groups * GROUP))
    padded[:, : values.shape[1]] = values[system.order]
    view[:] = padded.reshape(system.states, groups, GROUP).swapaxes(0, 1)
    return packed


def unpack_derivatives(system: LaneSystem, packed: Values, parameters: int) -> Values:
    """Return derivatives in the model's order, shape (states, parameters)."""
    view = packed.reshape(-1, system.states, GROUP).swapaxes(0, 1)
    values = np.empty((system.states, parameters))
    values[system.order] = view.reshape(system.states, -1)[:, :parameters]
    return values


def rest_derivatives(varied: Varied, state: Values, derivatives: Values) -> None:
    """Turn derivatives of a start into those of the rest it comes to, in place.

    Parameters
    ----------
    varied : Varied
    state : ndarray, shape (states,)
        The rest.
    derivatives : ndarray
        From :func:`pack_derivatives`; what the network conserves keeps its derivative.

    Raises
    ------
    SolveError
        If the iteration does not come to an end.
    """
    course = _course(varied, np.zeros(0), state[None, None], np.zeros(0, np.int64))
    room = _march(varied, course, Tolerances(0.0, 0.0, 1.0), HORIZON, derivatives)
    left = float(room.error.max(initial=0.0))
    if not left <= POOR:
        raise SolveError(
            "sensitivities of the untreated rest",
            f"still change by {left:.1g} of themselves (wanted {SETTLED:.0e})",
            "the rest is nearly unstable there; use finite differences",
        )
    if not np.isfinite(derivatives).all():
        raise SolveError(
            "sensitivities of the untreated rest",
            "are not finite",
            "check parameters for extreme values",
        )


def vary(
    varied: Varied,
    lengths: Values,
    states: Values,
    report: NDArray[np.int64],
    readouts: sparse.csr_array | None,
    tolerances: Tolerances,
    derivatives: Values,
    found: Values,
) -> NDArray[np.int64]:
    """March derivatives over a stretch of steps, in place, and write those of readouts.

    Parameters
    ----------
    varied : Varied
    lengths : ndarray, shape (steps,)
    states : ndarray, shape (steps, 6, states)
        At the stage times (``NODES``) of each step, in the model's order.
    report : ndarray, shape (steps,)
        Row of ``found`` to write after each step, or -1.
    readouts : csr_array, shape (readouts, states)
        Weights, in the model's order; None: no readouts.
    tolerances : Tolerances
        Of each step.
    derivatives : ndarray
        From :func:`pack_derivatives`.
    found : ndarray, shape (outputs, readouts, 16 * groups)

    Returns
    -------
    ndarray of int, shape (steps,)
        How often each step was halved, for the parameter that needed it most.
    """
    course = _course(varied, lengths, states, report, readouts, found)
    _march(varied, course, tolerances, 0.0, derivatives)
    return course.halvings


def _course(
    varied: Varied,
    lengths: Values,
    states: Values,
    report: NDArray[np.int64],
    readouts: sparse.csr_array | None = None,
    found: Values | None = None,
) -> Course:
    order = varied.system.order
    place = np.empty(order.size, dtype=np.int64)
    place[order] = np.arange(order.size)
    weights = sparse.csr_array((0, order.size)) if readouts is None else readouts
    return Course(
        states=np.ascontiguousarray(states),
        lengths=np.ascontiguousarray(lengths),
        report=np.ascontiguousarray(report, dtype=np.int64),
        readout_start=weights.indptr.astype(np.int64),
        readout_state=place[weights.indices],
        readout_weight=weights.data.astype(np.float64),
        found=np.empty((0, 0, 0)) if found is None else found,
        halvings=np.zeros(len(lengths), dtype=np.int64),
    )


def _march(
    varied: Varied, course: Course, tolerances: Tolerances, horizon: float, derivatives: Values
) -> Room:
    kernel, system, room = load_variation(), varied.system, _room(varied)
    with compiling(kernel):
        kernel(
            system.program,
            system.elimination,
            shape_of(system),
            system.constants,
            system.order.astype(np.int64),
            varied.numbers,
            varied.arguments,
            varied.lists,
            tolerances,
            course,
            horizon,
            derivatives,
            room,
        )
    return room


def stage_times(steps: Values) -> Values:
    """Return the stage times of steps from ``steps[i]`` to ``steps[i + 1]``, shape (steps, 6)."""
    lengths = np.diff(steps)
    times = steps[:-1, None] + lengths[:, None] * NODES
    times[:, -1] = steps[1:]  # exactly: it is an output time, or an event's
    return np.asarray(times)


def _room(varied: Varied) -> Room:
    system, lists = varied.system, varied.lists
    slots = max(1, lists.slot_state.size)
    rows = aligned(LANES * system.rows, np.float64)
    rows[: LANES * FIRST_STATE] = 0.0
    stages, n, groups = STAGES, system.states, varied.groups
    solved = stages - 1  # the first stage is known
    return Room(
        rows=rows,
        states=np.zeros((stages, n)),
        wide=aligned(LANES * int(system.elimination.size[0]), np.float64),
        factors=aligned(solved * int(system.elimination.size[0]), np.float64).reshape(solved, -1),
        slots=aligned(solved * GROUP * slots, np.float64).reshape(solved, -1),
        stages=aligned(solved * GROUP * n, np.float64),
        slope=aligned(groups * GROUP * n, np.float64),
        trial=aligned(groups * GROUP * n, np.float64),
        trial_slope=aligned(groups * GROUP * n, np.float64),
        error=aligned(groups * GROUP, np.float64),
        wanted=np.zeros(groups * GROUP, dtype=np.int64),
        rate=aligned(varied.arguments.constants.size, np.float64),
        partial=aligned(varied.arguments.constants.size, np.float64),
    )
