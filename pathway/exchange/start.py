"""What every written form of a scenario needs: the network, its numbers and its start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathway.result.run import Runner
from pathway.result.settings import solver_settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pathway.declare.parameters import Parameter
    from pathway.model import Model, Network
    from pathway.scenario import Resolved, Scenario

__all__ = ["Case", "read_case"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """One scenario of a model in numbers."""

    model: Model
    scenario: Scenario
    resolved: Resolved
    network: Network
    start: NDArray[np.float64]
    """Amounts of the dynamic species at time 0, treatment not begun, nM or 1."""
    declared: dict[str, Parameter]
    """Every parameter of the scenario's modules as declared, by id."""

    @property
    def volume(self) -> float:
        """Volume of a cell in pL."""
        return self.model.declared.cell_volume.value


def read_case(model: Model, scenario: Scenario, runner: Runner | None = None) -> Case:
    """Return a scenario with its network and the untreated cell at rest.

    Parameters
    ----------
    model : Model
    scenario : Scenario
    runner : Runner, optional
        One that has read other scenarios of the model, from which what they share is taken.

    Raises
    ------
    PathwayError
        What resolving, expanding or compiling raises; SolveError if there is no rest.
    """
    resolved = model.resolve(scenario)
    runner = Runner(model, solver_settings()) if runner is None else runner
    network = runner.network(resolved)
    declared = {p.id: p for module in resolved.modules for p in module.parameters}
    if resolved.context:
        totals = model.declared.contexts[resolved.context].totals
        declared |= {total.id: total for total in totals if total.id in declared}
    return Case(
        model=model,
        scenario=scenario,
        resolved=resolved,
        network=network,
        start=runner.start(scenario, network),
        declared=declared,
    )
