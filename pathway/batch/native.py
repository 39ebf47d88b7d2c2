"""From a network with numbers to what the lanes run: system, numbers, schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.batch.run import Schedule
from pathway.lanes.elimination import eliminate
from pathway.lanes.layout import FIRST_STATE
from pathway.lanes.lower_tables import lower_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pathway.compile.tables import Tables
    from pathway.lanes.layout import LaneSystem
    from pathway.solve.integrate import Segment

__all__ = ["held_inputs", "network_numbers", "network_schedule", "network_system"]


def network_system(tables: Tables) -> LaneSystem:
    """Return the lane system of a network; it depends on its structure only."""
    order, elimination = eliminate(tables.jacobian.indptr, tables.jacobian.indices)
    return lower_tables(tables, order, elimination)


def network_numbers(
    kernel: NDArray[np.float64], inputs: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the numbers of runs, shape (sets, numbers).

    Parameters
    ----------
    kernel : ndarray, shape (sets, constants)
        ``Constants.kernel`` of each set of parameters.
    inputs : ndarray, shape (inputs,) or (sets, inputs)
        nM.
    """
    kernel = np.atleast_2d(kernel)
    held = np.broadcast_to(inputs, (kernel.shape[0], np.shape(inputs)[-1]))
    return np.concatenate([kernel, held], axis=1)


def network_schedule(system: LaneSystem, tables: Tables, segments: Sequence[Segment]) -> Schedule:
    """Return when inputs change and depleting ones are set, as events on rows."""
    place = np.empty(system.states, dtype=np.int64)
    place[system.order] = np.arange(system.states)
    first_input = system.first_number + system.numbers - len(tables.inputs)
    events = []
    for segment in segments:
        changes = [
            (first_input + number, float(dose)) for number, dose in enumerate(segment.inputs)
        ]
        changes += [
            (FIRST_STATE + int(place[species]), float(amount)) for species, amount in segment.resets
        ]
        events.append((segment.start, tuple(changes)))
    return Schedule(events=tuple(events), end=segments[-1].stop)


def held_inputs(segments: Sequence[Segment], times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the constant inputs at each time, shape (times, inputs).

    At the start they are those of the first segment; at a later change those just before it.
    """
    stops = np.array([segment.stop for segment in segments])
    which = np.minimum(np.searchsorted(stops, times, side="left"), len(segments) - 1)
    # A segment of no length never holds anything, unless it is all there is.
    width = segments[0].inputs.size
    return np.array([segments[i].inputs for i in which]).reshape(times.size, width)
