"""What a model of equations starts from, and what a scenario's texts make of it."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from pathway.equations.evaluate import evaluate
from pathway.equations.expression import Call, Name, Number
from pathway.equations.order import order_definitions
from pathway.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pathway.equations.expression import Expression
    from pathway.equations.system import EquationSystem

__all__ = ["NUMBER", "changed", "settable", "sizes_of", "start_values"]

NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
VALUE = re.compile(rf"(?P<times>[x×]\s*)?(?P<number>{NUMBER})")


def changed(name: str, text: str, value: float) -> float:
    """Return what a scenario's text makes of a value: ``"x0.5"`` times it, or a number.

    Raises
    ------
    ScenarioError
        If it is neither.
    """
    match = VALUE.fullmatch(text.strip())
    if match is None or not math.isfinite(float(match["number"])):
        raise ScenarioError(
            f"parameter {name!r}",
            f"{text!r} is neither a factor nor a number",
            "write 'x0.5', or '2.5' in the file's own unit",
        )
    number = float(match["number"])
    return number * value if match["times"] else number


def sizes_of(system: EquationSystem) -> dict[str, tuple[str, str]]:
    """Return the kept amount and the compartment of species that are read as concentrations."""
    sizes: dict[str, tuple[str, str]] = {}
    for name, body in system.assignments:
        match body:
            case Call(_, (Name(kept), Name(size))) if kept == f"{name}[amount]":
                sizes[name] = kept, size
            case _:
                continue
    return sizes


def start_values(system: EquationSystem, constants: Mapping[str, float]) -> dict[str, float]:
    """Return what everything is at the start, given some constants."""
    definitions: dict[str, Expression] = {
        state.id: Number(state.initial) for state in system.states
    }
    definitions |= {name: Number(value) for name, value in system.constants}
    definitions |= dict(system.initial_assignments)
    definitions |= {name: Number(value) for name, value in constants.items()}
    definitions |= dict(system.assignments) | dict(system.rates)
    values: dict[str, float] = {}
    for name in order_definitions(definitions, system.id):
        values[name] = evaluate(definitions[name], values, system.start)
    return values


def settable(system: EquationSystem, constants: Mapping[str, float]) -> dict[str, float]:
    """Return what a scenario may change, with its value at the start given some constants."""
    values = start_values(system, constants)
    names = [name for name, _ in system.constants] + [state.id for state in system.states]
    dense = [name for name, (kept, _) in sizes_of(system).items() if kept in values]
    return {name: values[name] for name in (*names, *dense)}
