"""Run scenarios: untreated rest, then the schedule. What scenarios share is computed once."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pathway.batch.run import thread_count
from pathway.errors import CompileError, PathwayError, SolveError
from pathway.model.lanes import NetworkRun, run_networks
from pathway.result.record import parameters_hash
from pathway.scenario import resolve
from pathway.solve.settings import Method

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from concurrent.futures import Future

    from numpy.typing import NDArray

    from pathway.declare.declared import Declared
    from pathway.model import Model, Network
    from pathway.scenario import Resolved, Scenario
    from pathway.solve.equilibrate import Certificate
    from pathway.solve.integrate import Trajectory
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
    solver: str
    """The integrator's name; one of scipy after a failure of the default says so."""


def untreated(scenario: Scenario) -> Scenario:
    """Return the cell before time 0 as a scenario: no drugs, no ligands, a medium that is kept."""
    bare = scenario.without_drugs().without_ligands()
    return replace(bare, later=(), medium_volume_per_cell=None)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Ready:
    """A run that lacks only its integration."""

    place: int
    run: NetworkRun
    rest: Rest
    parameters_hash: str


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
        self._cells: dict[Scenario, Resolved] = {}

    @property
    def declared(self) -> Declared:
        """Return what the model declares."""
        return self._model.declared

    @property
    def settings(self) -> Settings:
        """Return the solver settings."""
        return self._settings

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
        (found,) = self.run_all([(scenario, resolved)], times)
        if isinstance(found, PathwayError):
            raise found
        return found

    def run_all(
        self,
        asked: Sequence[tuple[Scenario, Resolved]],
        times: NDArray[np.float64],
        threads: int | None = None,
        done: Callable[[int], None] | None = None,
    ) -> list[Run | SolveError | CompileError]:
        """Return the readouts of many scenarios, or why there are none, in order.

        Scenarios of one structure run side by side, while the next network is expanded.

        Parameters
        ----------
        asked : sequence of (Scenario, Resolved)
        times : (n,) array
            Minutes, ascending; of each run, those after its end are left out.
        threads : int, optional
            By default as numba is set (``NUMBA_NUM_THREADS``).
        done : callable, optional
            Called with the number of runs done.
        """
        groups: dict[Hashable, list[int]] = {}
        for place, (_, resolved) in enumerate(asked):
            groups.setdefault(resolved.structure_key, []).append(place)
        found: dict[int, Run | SolveError | CompileError] = {}
        told = 0

        def report() -> None:
            nonlocal told
            while done is not None and told < len(found):
                told += 1
                done(told)

        crew = thread_count(threads)
        share = max(1, crew // max(1, len(groups)))  # one structure alone has all threads
        with ThreadPoolExecutor(max_workers=crew) as pool:
            waiting: deque[tuple[list[_Ready], Future[list[Trajectory | SolveError]]]] = deque()
            for places in groups.values():
                ready: list[_Ready] = []
                for place in places:
                    try:
                        ready.append(self._prepare(place, *asked[place]))
                    except (SolveError, CompileError) as error:
                        found[place] = error
                if self._settings.method is Method.RODAS5P:
                    runs = pool.submit(_side_by_side, ready, times, self._settings, share)
                    waiting.append((ready, runs))
                else:
                    found |= {one.place: self._alone(one, times) for one in ready}
                while waiting and waiting[0][1].done():
                    found |= self._collect(*waiting.popleft(), times)
                report()
            for group in waiting:
                found |= self._collect(*group, times)
                report()
        return [found[place] for place in range(len(asked))]

    def _collect(
        self,
        ready: Sequence[_Ready],
        future: Future[list[Trajectory | SolveError]],
        times: NDArray[np.float64],
    ) -> dict[int, Run | SolveError]:
        """Return the runs of one structure; what the lanes could not do, scipy tries once."""
        outcomes: dict[int, Run | SolveError] = {}
        for one, trajectory in zip(ready, future.result(), strict=True):
            if isinstance(trajectory, SolveError):
                outcomes[one.place] = self._alone(
                    one, times, f" after Rodas5P failed: {trajectory}"
                )
            else:
                outcomes[one.place] = _read(one, trajectory, Method.RODAS5P.value)
        return outcomes

    def _alone(
        self, ready: _Ready, times: NDArray[np.float64], remark: str = ""
    ) -> Run | SolveError:
        # scipy's LSODA is not made for several threads: these run here, one after the other.
        settings = self._settings.stepwise()
        inside = times[times <= ready.run.steps[-1].stop]
        try:
            found = ready.run.network.run(ready.run.steps, inside, ready.run.y0, settings)
        except SolveError as error:
            return error
        return _read(ready, found, f"{settings.method.value}{remark}")

    def _prepare(self, place: int, scenario: Scenario, resolved: Resolved) -> _Ready:
        rest = self.rest(scenario)
        network = self.network(resolved)
        return _Ready(
            place=place,
            run=NetworkRun(network=network, steps=resolved.steps, y0=_start(network, rest)),
            rest=rest,
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
        cell = untreated(scenario)
        if cell not in self._cells:
            self._cells[cell] = resolve(self._model.declared, cell)
        resolved = self._cells[cell]
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


def _side_by_side(
    ready: Sequence[_Ready], times: NDArray[np.float64], settings: Settings, threads: int
) -> list[Trajectory | SolveError]:
    if not ready:
        return []
    runs = [one.run for one in ready]
    kept = _read_species(runs[0].network)
    return run_networks(runs, times, settings, kept=kept, threads=threads)


def _read_species(network: Network) -> NDArray[np.intp]:
    """Return the species that readouts read."""
    read = np.unique(network.tables.readout_amount).astype(np.intp)
    return read[read < len(network.species)]


def _read(ready: _Ready, trajectory: Trajectory, solver: str) -> Run:
    network = ready.run.network
    y = trajectory.y
    if y.shape[1] < len(network.species):
        y = np.zeros((trajectory.times.size, len(network.species)))
        y[:, _read_species(network)] = trajectory.y
    levels = ready.rest.readouts
    return Run(
        readouts=network.readouts,
        levels=network.read(y, trajectory.inputs).T,
        baseline=np.array([levels.get(name, 0.0) for name in network.readouts]),
        certificate=ready.rest.certificate,
        steps=trajectory.record.steps,
        lowest=trajectory.record.lowest,
        parameters_hash=ready.parameters_hash,
        solver=solver,
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
