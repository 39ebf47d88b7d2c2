"""Which numbers differ between the cells of a model of equations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.errors import ScenarioError, nearest
from pathway.model.equation_values import sizes_of, start_values
from pathway.population.variation import Variation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pathway.model.equation_model import EquationModel
    from pathway.scenario import Scenario

__all__ = [
    "EQUATION_GROUPS",
    "SIGMA",
    "check_equation_given",
    "equation_variation",
    "read_equation_choice",
]

EQUATION_GROUPS = ("constants", "initial")
SIGMA = 0.3
"""Standard deviation of the logarithm where a file declares no uncertainty: a fold of 1.35."""


def read_equation_choice(model: EquationModel, vary: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return the ids to vary: by default constants and initial values that are free.

    Left out by default, and varied if they are named: sizes of compartments, and what initial
    assignments compute, which follows from the rest.

    Raises
    ------
    ScenarioError
        An unknown name.
    """
    system = model.system
    follows = {name for name, _ in system.initial_assignments}
    follows |= {size for _, size in sizes_of(system).values()}
    groups = {
        "constants": [name for name, _ in system.constants if name not in follows],
        "initial": [state.id for state in system.states if state.id not in follows],
    }
    known = _known(model)
    # A species that formulas read as a concentration varies with its amount.
    dense = {name: [kept] for name, (kept, _) in sizes_of(system).items() if kept in known}
    names = EQUATION_GROUPS if vary is None else (vary,) if isinstance(vary, str) else tuple(vary)
    chosen: dict[str, None] = {}
    for name in names:
        if name not in groups and name not in known and name not in dense:
            remedy = nearest(name, [*EQUATION_GROUPS, *known, *dense])
            raise ScenarioError("vary", f"unknown {name!r}", remedy)
        chosen |= dict.fromkeys((groups | dense).get(name, [name]))
    return tuple(chosen)


def check_equation_given(model: EquationModel, names: Sequence[str]) -> None:
    """Check the names of given values: constants and states.

    Raises
    ------
    ScenarioError
        An unknown one.
    """
    known, dense = _known(model), sizes_of(model.system)
    for name in names:
        if name in dense and name not in known:
            kept = dense[name][0]
            raise ScenarioError("parameters", f"{name!r} is a concentration", f"give {kept!r}")
        if name not in known:
            raise ScenarioError("parameters", f"unknown {name!r}", nearest(name, known))


def _known(model: EquationModel) -> dict[str, None]:
    system = model.system
    return {name: None for name, _ in system.constants} | {s.id: None for s in system.states}


def equation_variation(
    model: EquationModel,
    scenario: Scenario,
    choice: Sequence[str],
    sigma: float,
    given: Sequence[str] = (),
) -> Variation:
    """Return how the cells of a scenario differ: log-normally about its own values.

    Parameters
    ----------
    model : EquationModel
    scenario : Scenario
    choice : sequence of str
        From :func:`read_equation_choice`.
    sigma : float
        Standard deviation of the logarithm. Zero and signs stay.
    given : sequence of str
        Ids whose values are given, in the order of their columns; a value that the scenario sets
        goes before them.
    """
    constants, initial = model.changes(scenario)
    nominal = start_values(model.system, constants) | initial
    set_here = {**constants, **initial}
    columns = {name: place for place, name in enumerate(given) if name not in set_here}
    ids = [name for name in choice if name not in given] + list(columns)
    values = np.array([nominal[name] for name in ids], dtype=float)
    return Variation(
        ids=tuple(ids),
        nominal=values,
        sigma=np.array([0.0 if name in columns else sigma for name in ids], dtype=float),
        base=values.copy(),
        given=tuple((ids.index(name), column) for name, column in columns.items()),
    )
