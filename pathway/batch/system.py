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

__all__ = [
    "OutputPlan",
    "SystemLanes",
    "plan_outputs",
    "read_outputs",
    "start_values",
    "system_lanes",
]


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
        replaced = set(names)
        kept = np.array([name in replaced for name in compiled.assigned], dtype=np.bool_)
        for row in start:
            machine.start(compiled.system.start, kept, _with(compiled, row))
    return start


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OutputPlan:
    """How outputs are had: read off the states, or computed run by run."""

    kept: Places
    """Which states the lanes report, among the moving ones."""
    column: Places
    """Place in ``kept`` that each output is, or is a quotient of; -1: no state; -2: computed."""
    slot: Places
    """Slot that each output is, or is divided by; -1: neither."""
    number: Places
    """Number of each output in the system."""


def plan_outputs(compiled: CompiledSystem, wanted: Sequence[str] | None = None) -> OutputPlan:
    """Return how to have outputs.

    What is a state, a constant, or a state over a constant (a concentration) needs no computing.
    For any other one, all states are reported.

    Parameters
    ----------
    compiled : CompiledSystem
    wanted : sequence of str, optional
        Ids of outputs; all by default.
    """
    numbers = {output.id: number for number, output in enumerate(compiled.system.outputs)}
    chosen = list(numbers.values()) if wanted is None else [numbers[name] for name in wanted]
    plain = _Plain(compiled)
    found = [plain(compiled.system.outputs[number].expression) for number in chosen]
    moving = len(compiled.moving)
    if any(one is None for one in found):
        kept = list(range(moving))
    else:
        kept = list(dict.fromkeys(one[0] for one in found if one is not None and one[0] >= 0))
    column = {state: place for place, state in enumerate(kept)} | {-1: -1}
    return OutputPlan(
        kept=np.array(kept, dtype=np.intp),
        column=np.array([-2 if o is None else column[o[0]] for o in found], dtype=np.intp),
        slot=np.array([-1 if o is None else o[1] for o in found], dtype=np.intp),
        number=np.array(chosen, dtype=np.intp),
    )


def read_outputs(
    lanes: SystemLanes, plan: OutputPlan, start: Matrix, times: NDArray[np.float64], states: Matrix
) -> Matrix:
    """Return the outputs of runs.

    Parameters
    ----------
    lanes : SystemLanes
    plan : OutputPlan
    start : ndarray, shape (runs, slots)
        Of :func:`start_values`.
    times : ndarray, shape (times,)
    states : ndarray, shape (runs, times, kept)
        May be returned itself, where every output is a state.

    Returns
    -------
    ndarray, shape (runs, times, outputs)
    """
    divided = (plan.slot >= 0) & (plan.column >= 0)
    if np.array_equal(plan.column, np.arange(states.shape[2])):
        found = states
    else:
        found = np.take(states, np.maximum(plan.column, 0), axis=2)
    for place in np.flatnonzero(divided):
        size = start[:, plan.slot[place]]
        if (size != 1.0).any():
            found[:, :, place] /= size[:, None]
    for place in np.flatnonzero(plan.column == -1):
        found[:, :, place] = start[:, plan.slot[place], None]
    computed = np.flatnonzero(plan.column == -2)
    if computed.size:
        machine = load_machine()
        times = np.ascontiguousarray(times)
        for run, row in enumerate(start):
            p = _with(lanes.compiled, row.copy())
            machine.fixed(p)
            machine.switches(lanes.compiled.system.start, p)
            everything = machine.outputs(times, np.ascontiguousarray(states[run]), p)
            found[run][:, computed] = everything[:, plan.number[computed]]
    return found


class _Plain:
    """Says of expressions which state and which slot they are, if they need no computing."""

    def __init__(self, compiled: CompiledSystem) -> None:
        self.moving = {name: place for place, name in enumerate(compiled.moving)}
        self.slots = compiled.slots
        self.bodies = dict(compiled.system.assignments)

    def __call__(self, expression: Expression) -> tuple[int, int] | None:
        """Return (state or -1, slot or -1): the state, the slot, or the state over the slot."""
        match expression:
            case Name(name) if name in self.moving:
                return self.moving[name], -1
            case Name(name) if name in self.slots:
                return -1, self.slots[name]
            case Name(name) if name in self.bodies:
                return self(self.bodies[name])
            case Call(Operator.DIVIDE, (Name() as top, Name(size))) if (
                size in self.slots and size not in self.moving
            ):
                over = self(top)
                if over is not None and over[0] >= 0 and over[1] < 0:
                    return over[0], self.slots[size]
                return None
            case _:
                return None


def _with(compiled: CompiledSystem, values: NDArray[np.float64]) -> Arguments:
    return Arguments(*compiled.arguments[:-1], values)
