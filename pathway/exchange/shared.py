"""One network that holds several scenarios, each at numbers of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pathway.errors import PathwayError
from pathway.exchange.start import Case
from pathway.model.network import network_from_graph
from pathway.result.run import Runner
from pathway.scenario import Step
from pathway.scenario.resolve import modules_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from pathway.declare.entities import Module
    from pathway.model import Model, Network
    from pathway.scenario import Resolved, Scenario
    from pathway.solve.settings import Settings

__all__ = ["SAME", "Shared", "Sharer", "share_network"]

SAME = 1e-4
"""Relative: how near a scenario in the shared network comes to itself alone, a hundred times what
the integrator is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sharer:
    """A scenario in the shared network."""

    scenario: Scenario
    resolved: Resolved
    values: Mapping[str, float]
    """Every parameter of the shared network, internal units."""

    @property
    def cell(self) -> tuple[object, ...]:
        """Return what decides the rest of the untreated cell."""
        return (*self.values.items(), *self.resolved.background.items())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shared:
    """The shared network as a case that no scenario is applied to, and who shares it."""

    case: Case
    sharers: tuple[Sharer, ...]

    @property
    def steps(self) -> int:
        """Return the most steps that a scenario has."""
        return max(len(sharer.resolved.steps) for sharer in self.sharers)

    def network(self, sharer: Sharer) -> Network:
        """Return the network at the numbers of a scenario."""
        own = self.case.network
        background = sharer.resolved.background
        return network_from_graph(
            own.graph, dict(sharer.values), background=background, tables=own.tables
        )

    def levels(
        self,
        sharer: Sharer,
        times: NDArray[np.float64],
        rest: NDArray[np.float64],
        settings: Settings,
    ) -> NDArray[np.float64]:
        """Return the readouts of a scenario, shape (times, readouts), from an untreated rest."""
        network = self.network(sharer)
        inputs = self.case.resolved.inputs
        steps = [
            replace(step, inputs={name: step.inputs.get(name, 0.0) for name in inputs})
            for step in sharer.resolved.steps
        ]
        run = network.run(steps, times, rest, settings)
        return network.read(run.y, run.inputs)


def share_network(model: Model, scenarios: Sequence[Scenario], settings: Settings) -> Shared:
    """Return the network of everything that scenarios name.

    It has all their ligands, lesions and drugs. What a scenario does not have is in it at zero;
    that this leaves the scenario as it is alone is for who compares the two to show.

    Parameters
    ----------
    model : Model
    scenarios : sequence of Scenario
    settings : Settings
        For the rests that anchors are solved at.

    Raises
    ------
    PathwayError
        If one cannot be read against the model or share a network: it uses its medium up, or
        splits an interaction's factor as no parameter can say.
    """
    runner = Runner(model, settings)
    resolved = [model.resolve(scenario) for scenario in scenarios]
    for scenario, one in zip(scenarios, resolved, strict=True):
        _check(scenario, one, model)
    declared = model.declared
    ligands = _in_order(declared.ligands, [one.ligands for one in resolved])
    lesions = _in_order(declared.lesions, [one.lesions for one in resolved])
    drugs = _in_order(declared.drugs, [one.drugs for one in resolved])
    modules = modules_of(declared, ligands, lesions, drugs)
    there = {name for one in resolved for name in one.present}
    inputs = (*ligands, *drugs)
    sharers = tuple(
        Sharer(
            scenario=scenario,
            resolved=one,
            values=_values(modules, one, runner.scales(one)),
        )
        for scenario, one in zip(scenarios, resolved, strict=True)
    )
    whole = replace(
        resolved[0],
        label=f"{len(scenarios)} scenarios",
        modules=modules,
        present=tuple(name for name in _made(modules) if name in there),
        parameters=dict(sharers[0].values),
        inputs=inputs,
        background={},
        steps=(Step(start=0.0, stop=resolved[0].duration, inputs=dict.fromkeys(inputs, 0.0)),),
        ligands=ligands,
        lesions=lesions,
        drugs=drugs,
        structure_key=None,
        reference=None,
    )
    network = model.network(whole, scales={})
    numbers = {parameter.id: parameter for module in modules for parameter in module.parameters}
    contexts = {one.context for one in resolved}
    if len(contexts) == 1 and resolved[0].context:
        totals = declared.contexts[resolved[0].context].totals
        numbers |= {total.id: total for total in totals if total.id in numbers}
    return Shared(
        case=Case(
            model=model,
            scenario=scenarios[0],
            resolved=whole,
            network=network,
            start=network.y0,
            declared=numbers,
        ),
        sharers=sharers,
    )


def _check(scenario: Scenario, resolved: Resolved, model: Model) -> None:
    where = f"scenario {scenario.name!r}"
    if resolved.depletion is not None:
        raise PathwayError(
            where, "uses its medium up, and conditions hold it constant", "leave the medium out"
        )
    declared = modules_of(model.declared, resolved.ligands, resolved.lesions, resolved.drugs)
    if resolved.modules != declared:
        raise PathwayError(
            where,
            "changes an interaction's off_share, which is part of the network and no parameter of it",
            "leave that parameter out",
        )


def _in_order(known: Iterable[str], wanted: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    names = {name for one in wanted for name in one}
    return tuple(name for name in known if name in names)


def _made(modules: Sequence[Module]) -> dict[str, str]:
    """Return the total of each molecule and seed that is not in the medium, empty if it has none."""
    found: dict[str, str] = {}
    for module in modules:
        for molecule in module.molecules:
            if not molecule.is_input:
                found[molecule.id] = molecule.total.id if molecule.total is not None else ""
    for module in modules:
        found |= {seed.id: seed.total.id for seed in module.seeds}
    return found


def _values(
    modules: Sequence[Module], resolved: Resolved, scales: Mapping[str, float]
) -> dict[str, float]:
    """Return every parameter; what only other scenarios have is not in this cell."""
    values = {
        parameter.id: parameter.value for module in modules for parameter in module.parameters
    }
    own = _made(resolved.modules)
    absent = [total for name, total in _made(modules).items() if name not in own and total]
    return values | dict.fromkeys(absent, 0.0) | resolved.parameters | dict(scales)
