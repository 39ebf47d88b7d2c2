"""What a comparison runs: every strategy in every cell with every ligand, on one clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pathway.analysis.compare_choice import (
    Cell,
    choose_cells,
    choose_ligands,
    choose_strategies,
)
from pathway.declare.units import parse_duration
from pathway.errors import ScenarioError
from pathway.scenario.frozenmap import FrozenMap
from pathway.scenario.value import Scenario, Treatment

if TYPE_CHECKING:
    from pathway.analysis.strategies import LigandArm, Phase, Regimen, Strategy
    from pathway.declare.declared import Declared

__all__ = ["Plan", "Run", "make_plan"]

Doses = str | Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One strategy in one cell with one ligand; ``dose`` is nM where a curve sets it, else NaN."""

    strategy: Strategy
    cell: Cell
    ligand: LigandArm
    scenario: Scenario
    dose: float = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """All runs of a comparison, in order: cells, then ligands, then strategies, then curves.

    ``lead`` is how many minutes before time zero every scenario starts, the same for all: shorter
    schedules begin with untreated rest, which an equilibrated cell does not notice. ``minutes`` are
    the times simulated, from the ligand's addition.
    """

    strategies: tuple[Strategy, ...]
    cells: tuple[Cell, ...]
    ligands: tuple[LigandArm, ...]
    runs: tuple[Run, ...]
    curves: tuple[Run, ...]
    lead: float
    pretreatment: float
    duration: float
    at: tuple[tuple[str, float], ...]
    """Text and minutes of the times read out."""
    minutes: np.ndarray

    @property
    def times(self) -> np.ndarray:
        """The times in minutes from the start of the scenarios, none after their end."""
        # Steps of odd lengths may add up to a rounding error less than the last time.
        end = min(sum(run.scenario.minutes) for run in (*self.runs, *self.curves))
        return np.minimum(self.minutes + self.lead, end)


def make_plan(
    declared: Declared,
    regimen: Regimen,
    *,
    strategies: Iterable[str | Strategy] | None,
    contexts: Iterable[str] | None,
    ligands: Iterable[str] | Mapping[str, str] | None,
    lesions: Iterable[str] | None,
    dose: Doses | None,
    pretreatment: str | None,
    duration: str | None,
    at: Iterable[str] | None,
    curve_doses: int,
    courses: bool = True,
) -> Plan:
    """Lay out a comparison; see :func:`pathway.analysis.compare.compare` for the arguments.

    Without ``courses`` only the times read out are simulated, and time zero.

    Raises
    ------
    ScenarioError
        A name the model and the regimen do not have, or a time outside the comparison.
    UnitError
        A time without a unit of time.
    """
    chosen = choose_strategies(declared, regimen, strategies)
    cells = choose_cells(declared, regimen, contexts, lesions)
    arms = choose_ligands(declared, regimen, ligands)
    where = "comparison"
    pre = parse_duration(pretreatment or regimen.drug_lead, f"{where}, pretreatment")
    length = parse_duration(duration or regimen.duration, f"{where}, duration")
    if length <= 0.0:
        raise ScenarioError(where, "a duration of zero", "give a longer one, e.g. '24 h'")
    times = _times(at if at is not None else regimen.at, length)
    before = max(sum(_minutes(phase) for phase in strategy.before) for strategy in chosen)
    doses = dose if dose is not None else regimen.dose

    def run(strategy: Strategy, cell: Cell, arm: LigandArm, nanomolar: float = np.nan) -> Run:
        given = doses if np.isnan(nanomolar) else f"{nanomolar!r} nM"
        scenario = _scenario(strategy, cell, arm, given, before, pre, length)
        suffix = "" if np.isnan(nanomolar) else f" / {nanomolar:.4g} nM"
        name = f"{strategy.id} / {cell.label} / {arm.id}{suffix}"
        return Run(
            strategy=strategy,
            cell=cell,
            ligand=arm,
            scenario=replace(scenario, label=name),
            dose=nanomolar,
        )

    return Plan(
        strategies=chosen,
        cells=cells,
        ligands=arms,
        runs=tuple(run(s, cell, arm) for cell in cells for arm in arms for s in chosen),
        curves=tuple(
            run(strategy, cells[0], arm, value)
            for strategy in _singles(chosen)
            for arm in arms
            for value in _curve_doses(declared, strategy, doses, curve_doses)
        ),
        lead=before + pre,
        pretreatment=pre,
        duration=length,
        at=times,
        minutes=_grid(pre, length, [minutes for _, minutes in times], courses=courses),
    )


def _times(texts: Iterable[str], length: float) -> tuple[tuple[str, float], ...]:
    times = tuple((text, parse_duration(text, "comparison, at")) for text in texts)
    for text, minutes in times:
        if minutes > length:
            raise ScenarioError("comparison", f"no time {text!r}", "name one within the duration")
    return times


def _minutes(phase: Phase) -> float:
    return parse_duration(phase.duration, "comparison, phase before")


def _scenario(
    strategy: Strategy,
    cell: Cell,
    arm: LigandArm,
    doses: Doses,
    before: float,
    pretreatment: float,
    length: float,
) -> Scenario:
    """Return rest, phases before, drugs alone, then drugs with ligand; stretches of zero left out."""
    own = sum(_minutes(phase) for phase in strategy.before)
    ligands = {arm.ligand: arm.dose} if arm.ligand else {}
    given = _given(strategy, strategy.drugs, doses)
    stretches: list[tuple[float, dict[str, str], dict[str, str]]] = [(before - own, {}, {})]
    stretches += [
        (_minutes(phase), _given(strategy, phase.drugs, doses), {}) for phase in strategy.before
    ]
    stretches += [(pretreatment, given, {}), (length, given, ligands)]
    steps = [
        Treatment(f"{minutes!r} min", FrozenMap(drugs), FrozenMap(medium))
        for minutes, drugs, medium in stretches
        if minutes > 0.0
    ]
    first = steps[0]
    return Scenario(
        context=cell.context,
        lesions=dict.fromkeys(cell.lesions, True),
        drugs=first.drugs,
        ligands=first.ligands,
        duration=first.duration,
        later=tuple(steps[1:]),
    )


def _given(strategy: Strategy, drugs: Iterable[str], doses: Doses) -> dict[str, str]:
    """Return the dose of each drug: the strategy's own exposure, else what was asked for."""
    given = {}
    for drug in drugs:
        dose = strategy.dose or (doses if isinstance(doses, str) else doses.get(drug, ""))
        if not dose:
            raise ScenarioError("comparison", f"no dose of {drug!r}", f"add {drug!r} to the doses")
        given[drug] = dose
    return given


def _singles(strategies: Iterable[Strategy]) -> tuple[Strategy, ...]:
    """Return the strategies of one drug and nothing before it: those a dose axis is for."""
    return tuple(s for s in strategies if len(s.drugs) == 1 and not s.before)


def _curve_doses(
    declared: Declared, strategy: Strategy, doses: Doses, number: int
) -> tuple[float, ...]:
    """Return doses in nM, even on a logarithmic axis: a thousandth to ten times the in-vitro one.

    A drug without an exposure of the dose's name gets none: its scale is not known.
    """
    if number < 1:
        return ()
    drug = declared.drugs[strategy.drugs[0]]
    name = strategy.dose or (doses if isinstance(doses, str) else "")
    found = [e.concentration for e in drug.exposures if e.name in (name, "in-vitro")]
    if not found or found[0] <= 0.0:
        return ()
    return tuple(float(value) for value in found[0] * np.geomspace(1e-3, 10.0, number))


def _grid(pretreatment: float, length: float, at: Iterable[float], *, courses: bool) -> np.ndarray:
    """Return times in minutes, closer together the nearer to the start of drug and ligand."""
    if not courses:
        return np.unique([0.0, *at])
    before = _after_change(pretreatment, 20) - pretreatment if pretreatment > 0.0 else np.zeros(1)
    after = _after_change(length, 90)
    return np.unique(np.concatenate([before, after, np.array(list(at), dtype=float)]))


def _after_change(length: float, number: int) -> np.ndarray:
    """Return times from 0 to ``length``: fast answers take minutes, slow ones a day."""
    times = np.concatenate([[0.0], np.geomspace(min(0.5, length / 2), length, number)])
    times[-1] = length  # not a rounding error beside it
    return times
