"""What was asked of an ensemble, read against the model: the job, and how its result is labelled."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pathway.errors import ScenarioError, nearest
from pathway.model.equation_model import EquationModel
from pathway.population.given import given_values
from pathway.population.job import Job, Kind, job_digest
from pathway.population.layout import Layout
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
from pathway.result.simulate import unique_labels
from pathway.result.times import default_times, read_times
from pathway.scenario import Scenario, resolve
from pathway.scenario.overrides import declared_parameters
from pathway.solve.settings import Settings
from pathway.solve.system import ATOL, RTOL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from pathway.model import Model
    from pathway.population.variation import Variation
    from pathway.solve.settings import Method

    Values = NDArray[np.float64]

__all__ = ["NOISE", "WHOLE", "Asked", "Plan", "make_plan"]

DRAWS = 1000
WHOLE = 2**24
"""Most values (scenarios x variables x times x draws) of which all are kept: 128 MiB."""
NOISE = 0.15
"""Coefficient of variation that ``noise=True`` stands for: an assumption, as of a good immunoblot."""
FEW, MANY, TURN = 512, 4096, 65_536
"""Cells of a chunk, below and from ``TURN`` draws: often news of a short job, few files of a long."""
BLOCK = 2**23
"""Most values of a chunk: 64 MiB."""
WIDE = 256
"""Amounts that are held of a cell at each time while it is run, about."""
LANES = 8
"""Cells of a chunk are a multiple of this, as many as are run side by side."""


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
class Plan:
    """A job and how its result is labelled."""

    job: Job
    given: Values | None
    facts: dict[str, object]
    """What decides the numbers, by name."""
    labels: list[str]
    units: dict[str, tuple[str, str]]
    time_unit: str
    record: dict[str, str | int | float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cast:
    """What depends on the kind of model."""

    runs: tuple[Kind, ...]
    rests: tuple[Kind, ...]
    rest_of: tuple[int, ...]
    reference_of: tuple[int, ...]
    times: Values
    ends: tuple[float, ...]
    units: dict[str, tuple[str, str]]
    time_unit: str
    settings: Settings | None
    record: dict[str, str | int | float]


def make_plan(
    model: Model | EquationModel, scenarios: Scenario | Iterable[Scenario], asked: Asked
) -> Plan:
    """Return the job that was asked for.

    Raises
    ------
    ScenarioError, UnitError
        What :func:`pathway.ensemble` raises.
    """
    wanted = [scenarios] if isinstance(scenarios, Scenario) else list(scenarios)
    if not wanted:
        raise ScenarioError("ensemble", "no scenario is given", "give at least one")
    if asked.against not in {None, "untreated"}:
        raise ScenarioError("against", f"{asked.against!r}", 'only "untreated" is known')
    noise = _noise(asked.noise)
    if asked.sigma is not None and not 0.0 < asked.sigma < math.inf:
        raise ScenarioError("sigma", f"{asked.sigma:g}", "give a number above 0, e.g. 0.3")
    names = () if asked.parameters is None else tuple(map(str, asked.parameters.columns))
    if isinstance(model, EquationModel):
        cast = _equations(model, wanted, asked, names)
    else:
        cast = _native(model, wanted, asked, names)
    given = None if asked.parameters is None else given_values(asked.parameters, cast.runs)
    draws = _draws(asked.draws, given)
    layout = Layout(
        readouts=_chosen(asked.readouts, list(cast.units)),
        fold=bool(cast.rests),
        suppression=asked.against is not None,
    )
    thresholds = _thresholds(asked.thresholds, layout.variables)
    columns = len(wanted) * len(layout.variables) * cast.times.size
    widest = max(columns, WIDE * cast.times.size)
    chunk = min(FEW if draws < TURN else MANY, max(BLOCK // widest // LANES, 1) * LANES)
    if not any(kind.variation.ids for kind in cast.runs):
        raise ScenarioError("ensemble", "nothing varies", "name what does, or give parameters")
    kept = asked.keep or columns * draws <= WHOLE
    facts = _facts(cast, layout, given) | {
        "thresholds": [[layout.variables[place], level] for place, level in thresholds],
        "seed": int(asked.seed),
        "draws": draws,
        "chunk": chunk,
        "whole": kept,
        "noise": noise,
    }
    job = Job(
        model=model,
        runs=cast.runs,
        rests=cast.rests,
        rest_of=cast.rest_of,
        reference_of=cast.reference_of,
        scenarios=len(wanted),
        times=cast.times,
        within=cast.times[None, :] <= np.array(cast.ends)[:, None],
        layout=layout,
        thresholds=thresholds,
        settings=cast.settings,
        seed=int(asked.seed),
        draws=draws,
        chunk=chunk,
        whole=kept,
        noise=noise,
        digest=job_digest(facts),
    )
    return Plan(
        job=job,
        given=given,
        facts=facts,
        labels=unique_labels([scenario.name for scenario in wanted]),
        units=cast.units,
        time_unit=cast.time_unit,
        record=cast.record,
    )


def _native(
    model: Model, wanted: Sequence[Scenario], asked: Asked, names: tuple[str, ...]
) -> _Cast:
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
    return _Cast(
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


def _equations(
    model: EquationModel, wanted: Sequence[Scenario], asked: Asked, names: tuple[str, ...]
) -> _Cast:
    if asked.against is not None:
        raise ScenarioError(
            "against", f"{model.id!r} is read from a file and has no untreated cell", "leave it out"
        )
    choice = () if names and asked.vary is None else read_equation_choice(model, asked.vary)
    check_equation_given(model, names)
    sigma = SIGMA if asked.sigma is None else asked.sigma
    ends = tuple(model.duration(scenario) for scenario in wanted)
    settings = equation_settings(asked.rtol, asked.atol, asked.method)
    return _Cast(
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


def _noise(noise: float | bool) -> float:  # noqa: FBT001 - True is a value here
    cv = NOISE if noise is True else float(noise)
    if not 0.0 <= cv < math.inf:
        raise ScenarioError("noise", f"{cv:g}", "give a coefficient of variation from 0 up")
    return cv


def _draws(draws: int | None, given: Values | None) -> int:
    if given is not None and draws not in {None, len(given)}:
        raise ScenarioError(
            "draws", f"{draws}, and parameters have {len(given)} rows", "leave draws out"
        )
    count = DRAWS if draws is None else draws
    count = count if given is None else len(given)
    if count < 1:
        raise ScenarioError("draws", f"{count} cells", "ask for at least one")
    return count


def _chosen(readouts: Iterable[str] | None, known: Sequence[str]) -> tuple[str, ...]:
    if readouts is None:
        return tuple(known)
    names = (readouts,) if isinstance(readouts, str) else tuple(dict.fromkeys(readouts))
    for name in names:
        if name not in known:
            raise ScenarioError("readouts", f"unknown readout {name!r}", nearest(name, known))
    if not names:
        raise ScenarioError("readouts", "none are given", "name some, or leave them out")
    return names


def _thresholds(
    given: Mapping[str, float], variables: tuple[str, ...]
) -> tuple[tuple[int, float], ...]:
    for name, level in given.items():
        if name not in variables:
            remedy = nearest(name, variables)
            raise ScenarioError("thresholds", f"{name!r} is not reported", remedy)
        if not math.isfinite(level):
            raise ScenarioError("thresholds", f"{name!r} at {level}", "give a finite level")
    return tuple((variables.index(name), float(level)) for name, level in given.items())


def _facts(cast: _Cast, layout: Layout, given: Values | None) -> dict[str, object]:
    """Return what decides the numbers: model, scenarios, versions, and how cells differ."""
    return {
        **cast.record,
        "scenarios": [repr(kind.scenario.labelled(None)) for kind in cast.runs],
        "numbers": [_digest(kind.variation) for kind in (*cast.runs, *cast.rests)],
        "parameters": "" if given is None else hashlib.sha256(given.tobytes()).hexdigest(),
        "times": cast.times.tolist(),
        "variables": list(layout.variables),
        "settings": repr(cast.settings),
    }


def _digest(variation: Variation) -> str:
    sha = hashlib.sha256(repr((variation.ids, variation.given, variation.mixtures)).encode())
    arrays: tuple[Any, ...] = (variation.nominal, variation.sigma, variation.base)
    for values in arrays:
        sha.update(values.tobytes())
    return sha.hexdigest()
