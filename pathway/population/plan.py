"""What was asked of an ensemble, read against the model: the job, and how its result is labelled."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pathway.errors import ScenarioError, nearest
from pathway.model.equation_model import EquationModel
from pathway.population.cast import Asked, Cast, cast_equations, cast_scenarios
from pathway.population.given import given_values
from pathway.population.job import Job, job_digest
from pathway.population.layout import Layout
from pathway.result.simulate import unique_labels
from pathway.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from pathway.model import Model
    from pathway.population.variation import Variation

    Values = NDArray[np.float64]

__all__ = ["NOISE", "WHOLE", "Plan", "make_plan"]

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
        cast = cast_equations(model, wanted, asked, names)
    else:
        cast = cast_scenarios(model, wanted, asked, names)
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


def _facts(cast: Cast, layout: Layout, given: Values | None) -> dict[str, object]:
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
