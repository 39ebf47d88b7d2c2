"""Run scenarios: untreated rest, then the schedule. What scenarios share is computed once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pathway.errors import SolveError
from pathway.result.record import parameters_hash
from pathway.scenario import resolve

if TYPE_CHECKING:
    from collections.abc import Hashable

    from numpy.typing import NDArray

    from pathway.model import Model, Network
    from pathway.scenario import Resolved, Scenario
    from pathway.solve.equilibrate import Certificate
    from pathway.solve.settings import Settings

__all__ = ["Rest", "Run", "Runner", "untreated"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rest:
    """An untreated cell at rest: amounts and readouts by name."""

    amounts: dict[str, float]
    readouts: dict[str, float]
    certificate: Certificate


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """One scenario's readouts at the requested times within its duration.

    ``levels`` has shape (readouts, times within), ``baseline`` shape (readouts,): the untreated
    cell before time 0.
    """

    readouts: tuple[str, ...]
    levels: NDArray[np.float64]
    baseline: NDArray[np.float64]
    certificate: Certificate
    steps: int
    lowest: float
    parameters_hash: str


def untreated(scenario: Scenario) -> Scenario:
    """Return the cell before time 0 as a scenario: no drugs, no ligands, a medium that is kept."""
    bare = scenario.without_drugs().without_ligands()
    return replace(bare, later=(), medium_volume_per_cell=None)


class Runner:
    """Runs scenarios of one model with one set of solver settings.

    A network is expanded and compiled once for all scenarios of the same structure, and untreated
    cells are brought to rest once for all scenarios that have the same one. Nothing kept here
    changes a result: each run is the same bits alone or after others.
    """

    def __init__(self, model: Model, settings: Settings) -> None:
        self._model = model
        self._settings = settings
        self._networks: dict[Hashable, Network] = {}
        self._rests: dict[Hashable, Rest] = {}
        self._scales: dict[Hashable, dict[str, float]] = {}

    def network(self, resolved: Resolved) -> Network:
        """Return the network of a scenario, with its numbers."""
        return self._network(resolved, self.scales(resolved))

    def scales(self, resolved: Resolved) -> dict[str, float]:
        """Return the scales that hold the scenario's context at its anchored levels."""
        context = resolved.reference or resolved
        key = _cell(context)
        if key not in self._scales:
            like = self._network(context, {})
            self._scales[key] = self._model.scales(context, like, self._settings)
        return self._scales[key]

    def _network(self, resolved: Resolved, scales: dict[str, float]) -> Network:
        like = self._networks.get(resolved.structure_key)
        network = self._model.network(resolved, like, scales)
        self._networks.setdefault(resolved.structure_key, network)
        return network

    def run(self, scenario: Scenario, resolved: Resolved, times: NDArray[np.float64]) -> Run:
        """Return the readouts of a scenario.

        Parameters
        ----------
        scenario : Scenario
        resolved : Resolved
            The same, read against the model.
        times : (n,) array
            Minutes, ascending; those after the scenario's end are left out.

        Raises
        ------
        SolveError
            No rest before treatment, or an integration that failed.
        CompileError
            Parameter values that make a rate meaningless.
        """
        rest = self.rest(scenario)
        network = self.network(resolved)
        trajectory = network.run(
            resolved.steps,
            times[times <= resolved.duration],
            _start(network, rest),
            self._settings,
        )
        return Run(
            readouts=network.readouts,
            levels=network.read(trajectory.y, trajectory.inputs).T,
            baseline=np.array([rest.readouts.get(name, 0.0) for name in network.readouts]),
            certificate=rest.certificate,
            steps=trajectory.record.steps,
            lowest=trajectory.record.lowest,
            parameters_hash=parameters_hash(resolved.parameters),
        )

    def start(self, scenario: Scenario, network: Network) -> NDArray[np.float64]:
        """Return the untreated cell as the start of a scenario's network.

        Parameters
        ----------
        scenario : Scenario
        network : Network
            As :meth:`network` returns it for the scenario.

        Returns
        -------
        ndarray, shape (species,)
            nM or 1.

        Raises
        ------
        SolveError
            There is no stable rest.
        """
        return _start(network, self.rest(scenario))

    def rest(self, scenario: Scenario) -> Rest:
        """Return the untreated cell of a scenario at rest.

        Raises
        ------
        SolveError
            There is no stable rest.
        """
        resolved = resolve(self._model.declared, untreated(scenario))
        key = _cell(resolved), _cell(resolved.reference or resolved)
        if key not in self._rests:
            self._rests[key] = self._equilibrated(resolved)
        return self._rests[key]

    def _equilibrated(self, resolved: Resolved) -> Rest:
        network = self.network(resolved)
        found = network.equilibrate(self._settings)
        levels = network.with_inputs({}).read(found.y)
        return Rest(
            amounts=dict(zip(network.species, map(float, found.y), strict=True)),
            readouts=dict(zip(network.readouts, map(float, levels), strict=True)),
            certificate=found.certificate,
        )


def _cell(resolved: Resolved) -> Hashable:
    """Return what decides the rest of an untreated cell, its anchors apart."""
    return (
        resolved.structure_key,
        tuple(resolved.parameters.items()),
        tuple(resolved.background.items()),
    )


def _start(network: Network, rest: Rest) -> NDArray[np.float64]:
    """Return the untreated amounts in a treated network's order.

    A treated network has all species of the untreated one, and further ones that start where their
    own totals put them (mostly at nothing).
    """
    known = dict(zip(network.species, map(float, network.y0), strict=True))
    for species, amount in rest.amounts.items():
        if species in known:
            known[species] = amount
        elif amount > 0.0:
            raise SolveError(
                "start of treatment",
                f"the treated network has no species {species!r}, of which the cell has {amount:g}",
                "a drug, ligand or lesion file must not take species away",
            )
    return np.array([known[species] for species in network.species], dtype=float)
