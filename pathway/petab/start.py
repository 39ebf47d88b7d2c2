"""What a condition makes of a model's start: ``changed_start``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.errors import ScenarioError
from pathway.model.equation_values import sizes_of, start_values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pathway.equations.system import EquationSystem

__all__ = ["changed_start"]


def changed_start(
    system: EquationSystem, values: Mapping[str, float], where: str
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the constants and the initial values of states that replace a system's own.

    Parameters
    ----------
    system : EquationSystem
    values : mapping of str to float
        By id; a species is given as its formulas read it, as an amount or a concentration. Ids
        that the system does not have are passed over.
    where : str
        For messages.

    Raises
    ------
    ScenarioError
        If one follows from other values at all times.
    """
    known = dict(system.constants)
    states = dict.fromkeys(state.id for state in system.states)
    sizes = sizes_of(system)
    constants = {name: value for name, value in values.items() if name in known}
    initial = {name: value for name, value in values.items() if name in states}
    # Concentrations are kept as amounts in compartments whose sizes may be changed too.
    dense = {name: sizes[name] for name in values if name in sizes}
    start = start_values(system, constants) if dense else {}
    for name, (kept, size) in dense.items():
        (constants if kept in known else initial)[kept] = values[name] * start[size]
    ruled = {name for name, _ in (*system.assignments, *system.rates)} - set(dense)
    for name in values:
        if name in ruled:
            raise ScenarioError(
                f"{where}: {name!r}", "follows from other values of the model", "change those"
            )
    return constants, initial
