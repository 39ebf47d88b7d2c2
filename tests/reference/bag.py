"""One small system whose numbers decide what it does: decay, stiff decay, growth, blow-up."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pathway.batch.run import make_queue, run_queue
from pathway.batch.system import SystemLanes, system_lanes
from pathway.equations.system import State
from pathway.lanes.layout import FIRST_STATE
from pathway.programs.compile import compile_system
from tests.reference.formulas import add, minus, multiply, system

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pathway.lanes.queue import Returned

Values = NDArray[np.float64]

NUMBERS = {"u": 0.0, "k": 0.0, "r": 0.0, "q": 1.0}


@cache
def bag() -> SystemLanes:
    """Return ``y' = u - k y + r y**2``, ``z' = q (y - z)`` in lanes."""
    body = system(
        (
            State(
                id="y",
                initial=1.0,
                rule=add("u", minus(multiply("k", "y")), multiply("r", "y", "y")),
            ),
            State(id="z", initial=0.0, rule=multiply("q", minus("y", "z"))),
        ),
        constants=NUMBERS,
    )
    found = system_lanes(compile_system(body))
    assert isinstance(found, SystemLanes)
    return found


def numbers(*changes: Mapping[str, float]) -> Values:
    """Return the numbers of runs, each with some of them changed; shape (runs, numbers)."""
    return np.array([list({**NUMBERS, **change}.values()) for change in changes])


def number_row(name: str) -> int:
    """Return the row of a number, for events."""
    return bag().system.first_number + list(NUMBERS).index(name)


def state_row(name: str) -> int:
    """Return the row of a state, for events."""
    return FIRST_STATE + int(np.flatnonzero(bag().system.order == "yz".index(name))[0])


def run(
    times: Sequence[float] | Values,
    *,
    threads: int = 1,
    start: Sequence[Sequence[float]] | Values = ((1.0, 0.0),),
    **queue: Any,
) -> Returned:
    """Run a queue of the system; what is not given is usual."""
    usual: dict[str, Any] = {"rtol": 1e-6, "atol": 1e-9, "slack": np.inf, "numbers": numbers({})}
    return run_queue(
        bag().system,
        make_queue(bag().system, start=np.array(start), times=np.array(times), **(usual | queue)),
        threads,
    )
