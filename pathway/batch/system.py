"""From a system of equations to what the lanes run: numbers and starts of many runs, outputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pathway.equations.expression import Call, Name, Operator
from pathway.lanes.elimination import eliminate
from pathway.lanes.lower_system import lower_system, why_not
from pathway.programs.arguments import Arguments
from pathway.programs.load import load_machine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pathway.equations.expression import Expression
    from pathway.lanes.layout import LaneSystem
    from pathway.programs.compile import CompiledSystem

    Matrix = NDArray[np.float64]
    Places = NDArray[np.intp]

__all__ = ["SystemLanes", "read_outputs", "start_values", "system_lanes"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SystemLanes:
    """A system of equations in lanes."""

    compiled: CompiledSystem
    system: LaneSystem
    number_slots: Places
    """Slot of each number of a run among ``Arguments.values``."""
    state_slots: Places


def system_lanes(compiled: CompiledSystem) -> SystemLanes | str:
    """Return a system in lanes, or what keeps it from being integrated so."""
    reason = why_not(compiled)
    if reason is not None:
        return reason
    order, elimination = eliminate(compiled.indptr, compiled.indices)
    moving = np.array([compiled.slots[name] for name in compiled.moving], dtype=np.intp)
    slots = np.array(sorted(compiled.slots.values()), dtype=np.intp)
    return SystemLanes(
        compiled=compiled,
        system=lower_system(compiled, order, elimination),
        number_slots=np.setdiff1d(slots, moving),
        state_slots=moving,
    )


def start_values(compiled: CompiledSystem, names: Sequence[str], values: Matrix) -> Matrix:
    """Return the values that runs start from, shape (runs, slots).

    Parameters
    ----------
    compiled : CompiledSystem
    names : sequence of str
        Constants and states whose declared values are replaced.
    values : ndarray, shape (runs, names)
    """
    declared = compiled.arguments.values
    start = np.repeat(declared[None], len(values), axis=0)
    given = [compiled.slots[name] for name in names]
    start[:, given] = values
    # Initial assignments are computed for each run; a model without any costs nothing here.
    if compiled.assigned:
        machine = load_machine()
        kept = np.array([name in set(names) for name in compiled.assigned], dtype=np.bool_)
        for row in start:
            machine.start(compiled.system.start, kept, _with(compiled, row))
    return start


def read_outputs(
    lanes: SystemLanes,
    start: Matrix,
    times: NDArray[np.float64],
    states: Matrix,
    wanted: Sequence[str] | None = None,
) -> Matrix:
    """Return the outputs of runs.

    What is a state, a constant, or a state over a constant (a concentration) is read off for all
    runs at once; other outputs are computed run by run.

    Parameters
    ----------
    lanes : SystemLanes
    start : ndarray, shape (runs, slots)
        Of :func:`start_values`.
    times : ndarray, shape (times,)
    states : ndarray, shape (runs, times, moving)
    wanted : sequence of str, optional
        Ids of outputs; all by default.

    Returns
    -------
    ndarray, shape (runs, times, outputs)
    """
    compiled = lanes.compiled
    all_ids = [output.id for output in compiled.system.outputs]
    chosen = range(len(all_ids)) if wanted is None else [all_ids.index(name) for name in wanted]
    read = _Plain(compiled, start, states)
    found = np.empty((*states.shape[:2], len(chosen)))
    rest: list[tuple[int, int]] = []
    for place, number in enumerate(chosen):
        value = read(compiled.system.outputs[number].expression)
        if value is None:
            rest.append((place, number))
        else:
            found[:, :, place] = value
    if rest:
        machine = load_machine()
        times = np.ascontiguousarray(times)
        places, numbers = (list(part) for part in zip(*rest, strict=True))
        for run, row in enumerate(start):
            p = _with(compiled, row.copy())
            machine.fixed(p)
            machine.switches(compiled.system.start, p)
            everything = machine.outputs(times, np.ascontiguousarray(states[run]), p)
            found[run][:, places] = everything[:, numbers]
    return found


class _Plain:
    """Reads expressions that need no computing, for all runs at once."""

    def __init__(self, compiled: CompiledSystem, start: Matrix, states: Matrix) -> None:
        self.moving = {name: place for place, name in enumerate(compiled.moving)}
        self.slots = compiled.slots
        self.bodies = dict(compiled.system.assignments)
        self.start = start
        self.states = states

    def __call__(self, expression: Expression) -> Matrix | None:
        """Return the values, shape (runs, times) or (runs, 1); None where computing is needed."""
        match expression:
            case Name(name) if name in self.moving:
                return self.states[:, :, self.moving[name]]
            case Name(name) if name in self.slots:
                return self.start[:, self.slots[name], None]
            case Name(name) if name in self.bodies:
                return self(self.bodies[name])
            case Call(Operator.DIVIDE, (Name() as top, Name(size))) if (
                size in self.slots and size not in self.moving
            ):
                value = self(top)
                return None if value is None else value / self.start[:, self.slots[size], None]
            case _:
                return None


def _with(compiled: CompiledSystem, values: NDArray[np.float64]) -> Arguments:
    return Arguments(*compiled.arguments[:-1], values)
