"""What the integrator is given of many runs, and where it writes what came of them."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["LANE_ROWS", "LANE_WHOLES", "Ending", "Queue", "Returned", "Shape"]

LANE_ROWS, LANE_WHOLES = 13, 7
"""Numbers and whole numbers that the integrator keeps for each lane."""


class Ending(IntEnum):
    """How a run ended."""

    NOT_RUN = 0
    OK = 1
    STEP_LIMIT = 2
    NOT_FINITE = 3
    """No step was small enough to give finite numbers."""
    NEGATIVE = 4
    """A state fell further below zero than the tolerance explains."""
    AT_REST = 5
    """At a steady state before its end, as asked; what is reported later is that state."""


class Shape(NamedTuple):
    """Where things stand in the rows of a system."""

    states: int
    first_number: int
    numbers: int
    first_constant: int
    derivative: int
    jacobian: int
    factors: int


class Queue(NamedTuple):
    """Runs that wait. A run is cut into stretches at its events; the last event is its end.

    At an event, after what is reported there, rows (states or numbers) are set to values.
    """

    order: NDArray[np.int64]
    """Model's number of each state in elimination order."""
    start: NDArray[np.float64]
    """shape (starts, states), in the model's order."""
    start_of: NDArray[np.int64]
    """Row of ``start`` for each run."""
    numbers: NDArray[np.float64]
    """shape (sets, numbers)."""
    numbers_of: NDArray[np.int64]
    """Row of ``numbers`` for each run."""
    schedule_of: NDArray[np.int64]
    """Schedule of each run."""
    event_first: NDArray[np.int64]
    """First event of each schedule; shape (schedules + 1,). A schedule has at least its end."""
    event_time: NDArray[np.float64]
    change_first: NDArray[np.int64]
    """First change of each event; shape (events + 1,)."""
    change_row: NDArray[np.int64]
    change_value: NDArray[np.float64]
    begin: float
    """When all runs begin."""
    times: NDArray[np.float64]
    """When to report; ascending."""
    kept: NDArray[np.uint32]
    """Places in elimination order of the states to report."""
    rtol: float
    atol: float
    slack: float
    """How many tolerances a state may fall below zero; not finite allows anything."""
    rest: float
    """Where no state changes faster than this share of itself per time, a run goes on at its next
    event, or ends; 0: never."""
    most_steps: int
    """Of one run."""


class Returned(NamedTuple):
    """What came of each run."""

    levels: NDArray[np.float64]
    """shape (runs, times, kept); NaN after a run's end."""
    last: NDArray[np.float64]
    """shape (runs, states), in the model's order: the state at the end or where it failed."""
    ending: NDArray[np.int64]
    reached: NDArray[np.float64]
    """Time."""
    steps: NDArray[np.int64]
    """Accepted."""
    rejected: NDArray[np.int64]
    lowest: NDArray[np.float64]
    """Lowest amount of any state at any step."""
    marks: NDArray[np.float64]
    """Time after each accepted step, shape (runs, most marks); as many as fit."""
