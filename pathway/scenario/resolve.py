"""Read a scenario against a declared model: modules, numbers, what is present, and the schedule."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pathway.errors import ScenarioError, nearest
from pathway.scenario.doses import drug_dose, ligand_dose, medium_volumes
from pathway.scenario.lesions import apply_alterations, background, chosen_lesions
from pathway.scenario.overrides import overridden
from pathway.scenario.presence import Syntheses, check_targets, present_molecules

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Mapping

    from pathway.declare.declared import Declared
    from pathway.declare.entities import Module
    from pathway.scenario.value import Scenario

__all__ = ["CELLS_PER_VOLUME", "Resolved", "Step", "modules_of", "resolve"]

CELLS_PER_VOLUME = "medium.cells_per_volume"
"""Parameter that a depleting scenario has: cell volume per medium volume."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A stretch of time with a constant medium.

    Parameters
    ----------
    start, stop : float
        Minutes; the first step starts at 0.
    inputs : dict of str to float
        nM of every drug and ligand of the scenario, 0.0 where absent from this step.
    """

    start: float
    stop: float
    inputs: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A scenario as one model reads it; all numbers in nM and minutes.

    Before the first step the cell is at rest with the inputs of ``background`` only.
    """

    label: str
    context: str
    modules: tuple[Module, ...]
    """Base, ligands, lesions, drugs, each in declared order."""
    present: tuple[str, ...]
    """Molecules and seeds with a total above zero, or made by rules."""
    parameters: dict[str, float]
    """Every parameter of the modules, after context, lesions and the scenario's own changes."""
    inputs: tuple[str, ...]
    """Ligands, then drugs, in declared order."""
    background: dict[str, float]
    """nM of the ligands that lesions keep in the medium, before treatment too."""
    steps: tuple[Step, ...]
    ligands: tuple[str, ...]
    lesions: tuple[str, ...]
    drugs: tuple[str, ...]
    depletion: float | None
    """Medium volume per cell in cell volumes, or None for constant concentrations."""
    structure_key: Hashable
    """Scenarios of one model with the same key have the same network graph."""
    reference: Resolved | None = None
    """The untreated context without the scenario's own lesions, whose rest the model's anchors hold;
    None where there are no anchors or the scenario is that cell itself."""

    @property
    def duration(self) -> float:
        """End of the last step, in minutes."""
        return self.steps[-1].stop


def resolve(declared: Declared, scenario: Scenario) -> Resolved:
    """Return what a scenario means for a model.

    Parameters
    ----------
    declared : Declared
        The model.
    scenario : Scenario
        The question.

    Returns
    -------
    Resolved
        Modules, parameter values and schedule in internal units.

    Raises
    ------
    ScenarioError
        A name the model does not have, an impossible dose or amount, lesions that contradict each
        other, or a drug none of whose targets is in the cell.
    UnitError
        A dose, amount, duration or value with a wrong unit.
    """
    syntheses = Syntheses()
    resolved = _read(declared, scenario, syntheses)
    if not any(module.anchors for module in resolved.modules):
        return resolved
    untouched = replace(
        scenario,
        drugs={},
        ligands={},
        lesions={},
        later=(),
        medium_volume_per_cell=None,
    )
    same = untouched == replace(scenario, duration=untouched.duration)
    return resolved if same else replace(resolved, reference=_read(declared, untouched, syntheses))


def _read(declared: Declared, scenario: Scenario, syntheses: Syntheses) -> Resolved:
    where = f"scenario {scenario.name!r}"
    context = _context(where, declared, scenario.context)
    _check_names(where, declared, scenario)
    alterations = chosen_lesions(where, declared, context, scenario.lesions)
    constant = background(alterations)
    given = scenario.treatments
    ligands = _in_order(declared.ligands, {*constant, *(n for s in given for n in s.ligands)})
    drugs = _in_order(declared.drugs, {name for step in given for name in step.drugs})
    lesions = tuple(alteration.lesion.id for alteration in alterations)
    modules = modules_of(declared, ligands, lesions, drugs)
    nominal = {p.id: p.value for module in modules for p in module.parameters}
    totals = _with_context(where, declared, context, nominal)
    altered = apply_alterations(totals, alterations)
    parameters = overridden(where, declared, modules, altered, scenario.parameters)
    modules, shares = _with_shares(modules, parameters)
    inputs = (*ligands, *drugs)
    present = present_molecules(modules, parameters, inputs, syntheses)
    for name in drugs:
        states = (totals, parameters)
        check_targets(where, declared, declared.drugs[name], modules, states, present)
    depletion = medium_volumes(where, declared, scenario.medium_volume_per_cell)
    if depletion is not None:
        parameters[CELLS_PER_VOLUME] = 1.0 / depletion
    return Resolved(
        label=scenario.name,
        context=context,
        modules=modules,
        present=present,
        parameters=parameters,
        inputs=inputs,
        background=constant,
        steps=_steps(where, declared, scenario, inputs, constant),
        ligands=ligands,
        lesions=lesions,
        drugs=drugs,
        depletion=depletion,
        structure_key=(ligands, lesions, drugs, present, shares, depletion is not None),
    )


def _context(where: str, declared: Declared, given: str | None) -> str:
    name = declared.default_context if given is None else given
    if name and name not in declared.contexts:
        raise ScenarioError(where, f"unknown context {name!r}", nearest(name, declared.contexts))
    return name


def _check_names(where: str, declared: Declared, scenario: Scenario) -> None:
    for step in scenario.treatments:
        for name in step.drugs:
            if name not in declared.drugs:
                raise ScenarioError(where, f"unknown drug {name!r}", nearest(name, declared.drugs))
        for name in step.ligands:
            if name not in declared.ligands:
                remedy = nearest(name, declared.ligands)
                raise ScenarioError(where, f"unknown ligand {name!r}", remedy)


def _in_order(known: Mapping[str, object], wanted: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in known if name in wanted)


def modules_of(
    declared: Declared,
    ligands: tuple[str, ...],
    lesions: tuple[str, ...],
    drugs: tuple[str, ...],
) -> tuple[Module, ...]:
    """Return a scenario's modules, without the entries whose required partners are not in it.

    Parameters
    ----------
    declared : Declared
    ligands, lesions, drugs : tuple of str
        Those of the scenario, in declared order.
    """
    there = {*ligands, *lesions, *drugs}
    chosen = (
        declared.base,
        *(declared.ligands[name].module for name in ligands),
        *(declared.lesions[name].module for name in lesions),
        *(declared.drugs[name].module for name in drugs),
    )
    return tuple(
        replace(
            module,
            states=tuple(e for e in module.states if there.issuperset(e.requires)),
            rules=tuple(e for e in module.rules if there.issuperset(e.requires)),
            interactions=tuple(e for e in module.interactions if there.issuperset(e.requires)),
            forbidden=tuple(e for e in module.forbidden if there.issuperset(e.requires)),
            effects=tuple(e for e in module.effects if there.issuperset(e.requires)),
        )
        for module in chosen
    )


def _with_context(
    where: str, declared: Declared, context: str, nominal: Mapping[str, float]
) -> dict[str, float]:
    values = dict(nominal)
    if not context:
        return values
    for total in declared.contexts[context].totals:
        if total.id in values:
            values[total.id] = total.value
        elif total.value > 0.0:
            raise ScenarioError(
                f"{where}, context {context!r}",
                f"it gives {total.id}, which no module of this scenario declares",
                nearest(total.id, [name for name in values if name.endswith(".total")]),
            )
    return values


def _with_shares(
    modules: tuple[Module, ...], parameters: Mapping[str, float]
) -> tuple[tuple[Module, ...], tuple[tuple[str, float], ...]]:
    """Return modules whose interactions split as the parameters say, and what differs.

    The split between on- and off-rate is part of the graph, not of its constants.
    """
    changed: dict[str, float] = {}
    for module in modules:
        for interaction in module.interactions:
            share = parameters.get(f"{interaction.id}.off_share", interaction.off_share)
            if share != interaction.off_share:
                changed[interaction.id] = share
    if not changed:
        return modules, ()
    split = tuple(
        replace(
            module,
            interactions=tuple(
                replace(entry, off_share=changed.get(entry.id, entry.off_share))
                for entry in module.interactions
            ),
        )
        for module in modules
    )
    return split, tuple(changed.items())


def _steps(
    where: str,
    declared: Declared,
    scenario: Scenario,
    inputs: tuple[str, ...],
    constant: Mapping[str, float],
) -> tuple[Step, ...]:
    """Return the schedule; steps in a row with the same medium are one step."""
    steps: list[Step] = []
    start = 0.0
    for treatment, minutes in zip(scenario.treatments, scenario.minutes, strict=True):
        medium = dict.fromkeys(inputs, 0.0) | dict(constant)
        for name, text in treatment.ligands.items():
            medium[name] += ligand_dose(where, declared.ligands[name], text)
        for name, text in treatment.drugs.items():
            medium[name] = drug_dose(where, declared.drugs[name], text)
        stop = start + minutes
        if steps and steps[-1].inputs == medium:
            steps[-1] = replace(steps[-1], stop=stop)
        else:
            steps.append(Step(start=start, stop=stop, inputs=medium))
        start = stop
    return tuple(steps)
