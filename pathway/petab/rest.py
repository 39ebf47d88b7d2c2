"""Where a model comes to rest before a measurement: ``state_at_rest``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.errors import SolveError, UnsupportedError
from pathway.solve.system import integrate_system

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pathway.model.equation_model import EquationModel

__all__ = ["HORIZONS", "state_at_rest"]

HORIZONS = (1e8, 1e9)
"""Lengths, in the model's unit of time, between which a system at rest has not changed."""

SAME = 1e-6
"""What a value may change by between them, as a share of itself."""

NOTHING = 1e-9
"""Values below this share of the largest are not looked at."""


def state_at_rest(
    model: EquationModel, constants: Mapping[str, float], initial: Mapping[str, float], where: str
) -> dict[str, float]:
    """Return the values of all states once nothing changes any more.

    Parameters
    ----------
    model : EquationModel
    constants, initial : mapping of str to float
        What replaces the file's own values.
    where : str
        For messages.

    Raises
    ------
    UnsupportedError
        If the model has events, for which there is no agreed meaning here.
    SolveError
        If the integration fails, or there is no rest.
    """
    system = model.system
    if system.events:
        raise UnsupportedError(
            where,
            f"is to rest, and {model.id!r} has {len(system.events)} events",
            "give the condition its initial values instead",
        )
    times = system.start + np.array(HORIZONS)
    run = integrate_system(model.compiled, times, constants, initial)
    columns = {name: column for column, name in enumerate(model.readouts)}
    states = [state.id for state in system.states]
    before, after = run.outputs[:, [columns[name] for name in states]]
    least = NOTHING * np.max(np.abs(after), initial=0.0)
    still = np.abs(after - before) <= SAME * np.maximum(np.abs(after), least)
    if not still.all():
        raise SolveError(
            where,
            f"does not come to rest: {states[int(np.argmin(still))]!r} still changes at time "
            f"{times[0]:g}",
            "give the condition its initial values instead",
        )
    return dict(zip(states, map(float, after), strict=True))
