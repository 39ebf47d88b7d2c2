"""The runs of an ensemble: scenarios, their references and their untreated cells, and what varies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathway.errors import ScenarioError
from pathway.population.job import Kind
from pathway.population.variation import check_given, read_choice, variation
from pathway.population.variation_equations import (
    SIGMA,
    check_equation_given,
    equation_variation,
    read_equation_choice,
)
from pathway.result.cells import cell_of
from pathway.result.dataset import readouts_of
from pathway.result.equations import equation_settings, equation_times
from pathway.result.record import run_record
from pathway.result.settings import solver_settings
from pathway.result.times import default_times, read_times
from pathway.scenario import resolve
from pathway.scenario.overrides import declared_parameters
from pathway.solve.settings import Settings
from pathway.solve.system import ATOL, RTOL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from pathway.model import Model
    from pathway.model.equation_model import EquationModel
    from pathway.scenario import Scenario
    from pathway.solve.settings import Method

    Values = NDArray[np.float64]

__all__ = ["Asked", "Cast", "cast_equations", "cast_scenarios"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """The arguments of :func:`pathway.ensemble` that decide its numbers."""

    draws: int | None
    seed: int
    times: Iterable[str | float] | None
    readouts: Iterable[str] | None
    vary: str | Iterable[str] | None
    sigma: float | None
    parameters: pd.DataFrame | None
    against: str | None
    thresholds: Mapping[str, float]
    keep: bool
    noise: float | bool
    rtol: float | None
    atol: float | None
    method: Method | str | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cast:
    """What depends on the kind of model; see ``Job`` for what is not explained."""

    runs: tuple[Kind, ...]
    rests: tuple[Kind, ...]
    rest_of: tuple[int, ...]
    reference_of: tuple[int, ...]
    times: Values
    ends: tuple[float, ...]
    """Of the scenarios asked for."""
    units: dict[str, tuple[str, str]]
    """Unit and description of each readout."""
    time_unit: str
    settings: Settings | None
    record: dict[str, str | int | float]


def cast_scenarios(
    model: Model, wanted: Sequence[Scenario], asked: Asked, names: tuple[str, ...]
) -> Cast:
    """Return the runs of a declared model; ``names`` are those of given values.

    Raises
    ------
    ScenarioError, UnitError
        What :func:`pathway.ensemble` raises.
    """
    declared = model.declared
    resolved = [resolve(declared, scenario) for scenario in wanted]
    check_given(declared, wanted, names)
    known = declared_parameters(declared)
    choice = () if names and asked.vary is None else read_choice(asked.vary, known)
    references = [scenario.without_drugs() for scenario in wanted] if asked.against else []
    others = [scenario for scenario in dict.fromkeys(references) if scenario not in wanted]
    scenarios = [*wanted, *others]
    cells = list(dict.fromkeys(cell_of(scenario) for scenario in scenarios))

    def kind(scenario: Scenario) -> Kind:
        found = variation(declared, scenario, choice, asked.sigma, names)
        return Kind(scenario=scenario, variation=found)

    settings = solver_settings(asked.rtol, asked.atol, asked.method)
    return Cast(
        runs=tuple(kind(scenario) for scenario in scenarios),
        rests=tuple(kind(cell) for cell in cells),
        rest_of=tuple(cells.index(cell_of(scenario)) for scenario in scenarios),
        reference_of=tuple(scenarios.index(reference) for reference in references),
        times=default_times(resolved) if asked.times is None else read_times(asked.times, resolved),
        ends=tuple(meaning.duration for meaning in resolved),
        units={r.id: (r.unit, r.description) for r in readouts_of(resolved)},
        time_unit="min",
        settings=settings,
        record=run_record(declared, settings),
    )


def cast_equations(
    model: EquationModel, wanted: Sequence[Scenario], asked: Asked, names: tuple[str, ...]
) -> Cast:
    """Return the runs of a model of equations; ``names`` are those of given values.

    Raises
    ------
    ScenarioError, UnitError
        What :func:`pathway.ensemble` raises.
    """
    if asked.against is not None:
        raise ScenarioError(
            "against", f"{model.id!r} is read from a file and has no untreated cell", "leave it out"
        )
    choice = () if names and asked.vary is None else read_equation_choice(model, asked.vary)
    check_equation_given(model, names)
    sigma = SIGMA if asked.sigma is None else asked.sigma
    ends = tuple(model.duration(scenario) for scenario in wanted)
    settings = equation_settings(asked.rtol, asked.atol, asked.method)
    return Cast(
        runs=tuple(
            Kind(scenario=s, variation=equation_variation(model, s, choice, sigma, names))
            for s in wanted
        ),
        rests=(),
        rest_of=(),
        reference_of=(),
        times=equation_times(model, asked.times, max(ends)),
        ends=ends,
        units={output.id: (output.unit, "") for output in model.system.outputs},
        time_unit=model.system.time_unit,
        settings=settings,
        record=run_record(model, settings or Settings(rtol=RTOL, atol=ATOL)),
    )
