"""The compiled network of one scenario: graph, right-hand side, Jacobian, runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from pathway.batch.native import network_system
from pathway.check import CheckReport, check_network
from pathway.compile.compiler import compile_graph
from pathway.errors import ScenarioError, SolveError, nearest
from pathway.expand.influence import influence
from pathway.kernels.arguments import pack
from pathway.kernels.load import Kernels, load_kernels
from pathway.model.equations import EquationFormat, write_equations
from pathway.model.lanes import NetworkRun, run_networks
from pathway.model.once import Once
from pathway.solve.equilibrate import HORIZON, Equilibrium, equilibrate
from pathway.solve.integrate import Trajectory, integrate
from pathway.solve.schedule import input_vector, segments
from pathway.solve.settings import Method, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import networkx as nx
    from numpy.typing import NDArray

    from pathway.compile.tables import Constants, Tables
    from pathway.kernels.arguments import Arguments
    from pathway.lanes.layout import LaneSystem
    from pathway.scenario.resolve import Step

    Vector = NDArray[np.float64]

__all__ = ["Network", "Size", "network_from_graph"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a network is."""

    species: int
    """Dynamic species: the length of ``y``."""
    inputs: int
    reactions: int
    parameters: int
    readouts: int
    jacobian_nonzeros: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Network:
    """A network with numbers: immutable; ``with_...`` returns a new one.

    ``rhs`` and ``jacobian`` are called as ``f(t, y, p)`` with ``p = network.arguments``, so
    ``solve_ivp(net.rhs, span, net.y0, args=(net.arguments,), jac=net.jacobian)`` works, and
    ``net.rhs`` may be called from the user's own numba code.
    """

    graph: nx.DiGraph[str]
    """The bipartite graph everything here was compiled from."""
    tables: Tables
    kernels: Kernels
    parameters: Mapping[str, float]
    """Values of all parameters, internal units (nM, min)."""
    background: Mapping[str, float]
    """nM of inputs that are always there and are never used up."""
    constants: Constants
    arguments: Arguments
    """The ``p`` of ``rhs`` and ``jacobian``: these parameters, these inputs."""
    lanes: Once[LaneSystem]
    """What eight runs side by side go through; shared by all networks of one structure."""

    def __repr__(self) -> str:
        size = self.size
        return (
            f"Network({size.species} species, {size.inputs} inputs, {size.reactions} reactions, "
            f"{size.readouts} readouts)"
        )

    @property
    def rhs(self) -> Callable[[float, Vector, Arguments], Vector]:
        """Return the jitted right-hand side, dy/dt in nM/min; the same for every network."""
        rhs: Callable[[float, Vector, Arguments], Vector] = self.kernels.rhs
        return rhs

    def jacobian(self, t: float, y: Vector, p: Arguments) -> sparse.csc_matrix:
        """Return the analytic Jacobian of ``rhs`` in a pattern that never changes, 1/min."""
        pattern = self.tables.jacobian
        data = self.kernels.jacobian_data(t, y, p)
        return sparse.csc_matrix(
            (data, pattern.indices, pattern.indptr), shape=(self.y0.size, self.y0.size)
        )

    @property
    def y0(self) -> Vector:
        """Return the declared starting amounts (not at rest), nM or 1, shape (species,)."""
        start = self.constants.initial.copy()
        for name, species in self.tables.depleting:
            start[species] = self.background.get(name, 0.0)
        return start

    @property
    def species(self) -> tuple[str, ...]:
        """Return the dynamic species, in the order of ``y``."""
        return self.tables.species

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return drugs and ligands of the medium, the constant ones first."""
        return (*self.tables.input_ids, *(name for name, _ in self.tables.depleting))

    @property
    def readouts(self) -> tuple[str, ...]:
        """Return the readout ids, in the order of :meth:`read`."""
        return self.tables.readouts

    @property
    def size(self) -> Size:
        """Return the numbers of species, reactions and so on."""
        return Size(
            species=len(self.tables.species),
            inputs=len(self.inputs),
            reactions=len(self.tables.reactions),
            parameters=len(self.tables.parameters),
            readouts=len(self.tables.readouts),
            jacobian_nonzeros=int(self.tables.jacobian.indices.size),
        )

    def with_parameters(self, parameters: Mapping[str, float]) -> Network:
        """Return this network with some values changed (internal units); nothing is recompiled.

        Raises
        ------
        ScenarioError
            If the network has no parameter of that name.
        CompileError
            If a value is negative or not finite.
        """
        for name in parameters:
            if name not in self.parameters:
                remedy = nearest(name, self.parameters)
                raise ScenarioError("parameters", f"unknown parameter {name!r}", remedy)
        return _with_numbers(self, {**self.parameters, **parameters}, self.background)

    def with_inputs(self, inputs: Mapping[str, float]) -> Network:
        """Return this network with ``arguments`` at other concentrations of drugs and ligands, nM.

        What is not named is at its background, mostly zero. Raises ScenarioError for unknown ones.
        """
        for name in inputs:
            if name not in self.inputs:
                raise ScenarioError("inputs", f"unknown input {name!r}", nearest(name, self.inputs))
        vector = input_vector(self.tables, {**self.background, **inputs})
        return replace(self, arguments=self.arguments._replace(inputs=vector))

    def equilibrate(
        self, settings: Settings | None = None, horizon: float = HORIZON
    ) -> Equilibrium:
        """Return the rest of the untreated cell: only background inputs, nothing used up.

        Raises
        ------
        SolveError
            If there is no stable rest within ``horizon`` (min).
        """
        constants = self.arguments.constants.copy()
        constants[constants.size - len(self.tables.depleting) :] = 0.0
        p = self.arguments._replace(
            constants=constants, inputs=input_vector(self.tables, self.background)
        )
        return equilibrate(self.kernels, self.tables, p, self.y0, settings, horizon)

    def run(
        self,
        steps: Sequence[Step],
        times: Vector,
        y0: Vector | None = None,
        settings: Settings | None = None,
    ) -> Trajectory:
        """Integrate over a schedule.

        Parameters
        ----------
        steps : sequence of Step
            Consecutive; inputs in nM. In a medium that depletes, an input is set anew when its
            declared concentration changes from one step to the next.
        times : ndarray, shape (times,)
            min, ascending. At the time of a change the values are those just before it.
        y0 : ndarray, shape (species,), optional
            By default the equilibrated untreated cell.
        settings : Settings, optional

        Raises
        ------
        SolveError
            If the integration fails.
        """
        settings = Settings() if settings is None else settings
        start = self.equilibrate(settings).y if y0 is None else y0
        if settings.method is Method.RODAS5P:
            run = NetworkRun(network=self, steps=steps, y0=start)
            (found,) = run_networks([run], times, settings)
            if not isinstance(found, SolveError):
                return found
            # What the lanes cannot do the reference may; its error says more, too.
        schedule = segments(self.tables, steps, self.background)
        return integrate(
            self.kernels, self.tables, self.arguments, schedule, start, times, settings
        )

    def read(self, y: Vector, inputs: Vector | None = None) -> Vector:
        """Return the readouts of states.

        Parameters
        ----------
        y : ndarray, shape (..., species)
        inputs : ndarray, shape (..., inputs), optional
            By default those of ``arguments``.

        Returns
        -------
        ndarray, shape (..., readouts)
        """
        held = self.arguments.inputs if inputs is None else inputs
        held = np.broadcast_to(held, (*y.shape[:-1], len(self.tables.inputs)))
        amounts = np.concatenate([y, held], axis=-1)
        flat = amounts.reshape(-1, amounts.shape[-1])
        values: Vector = (self.tables.readout_matrix(self.constants) @ flat.T).T
        return np.ascontiguousarray(values).reshape(*y.shape[:-1], len(self.readouts))

    def influence(self) -> nx.DiGraph[str]:
        """Return the signed graph of which molecule acts on which; see ``expand.influence``."""
        return influence(self.graph, self.parameters)

    def check(self) -> CheckReport:
        """Check mass balance, conservation and detailed balance. Raises NetworkError."""
        return check_network(self.graph, self.parameters)

    def equations(self, form: EquationFormat = EquationFormat.TEXT) -> str:
        """Return the differential equations with their rates, pools and constants by name."""
        return write_equations(self.tables, form)


def network_from_graph(
    graph: nx.DiGraph[str],
    parameters: Mapping[str, float],
    inputs: Mapping[str, float] | None = None,
    background: Mapping[str, float] | None = None,
    tables: Tables | None = None,
    lanes: Once[LaneSystem] | None = None,
) -> Network:
    """Compile a graph, as expanded or as edited, and give it numbers.

    Parameters
    ----------
    graph : networkx.DiGraph
        Removing an edge from a thawed copy (``nx.DiGraph(net.graph)``) changes the equations.
    parameters : mapping
        Internal units; must have all parameters that the graph uses.
    inputs : mapping, optional
        nM of drugs and ligands in ``arguments``; absent ones are at their background.
    background : mapping, optional
        nM of inputs that are there before treatment too.
    tables : Tables, optional
        What ``graph`` compiles to, if that is known.
    lanes : Once of LaneSystem, optional
        That of another network with these tables.

    Raises
    ------
    CompileError
        If the graph is malformed or a parameter has no valid value.
    """
    tables = compile_graph(graph) if tables is None else tables
    background = dict(background or {})
    constants = tables.constants(parameters)
    vector = input_vector(tables, {**background, **(inputs or {})})
    network = Network(
        graph=graph,
        tables=tables,
        kernels=load_kernels(),
        parameters=MappingProxyType(dict(parameters)),
        background=MappingProxyType(background),
        constants=constants,
        arguments=pack(tables, constants, vector),
        lanes=Once(partial(network_system, tables)) if lanes is None else lanes,
    )
    return _with_numbers(network, parameters, background, constants)


def _with_numbers(
    network: Network,
    parameters: Mapping[str, float],
    background: Mapping[str, float],
    constants: Constants | None = None,
) -> Network:
    constants = network.tables.constants(parameters) if constants is None else constants
    kernel = constants.kernel.copy()
    for place, (name, _) in enumerate(reversed(network.tables.depleting), start=1):
        # What a cell secretes all the time, as an autocrine ligand, is not used up.
        if background.get(name, 0.0) > 0.0:
            kernel[-place] = 0.0
    return replace(
        network,
        parameters=MappingProxyType(dict(parameters)),
        constants=constants,
        arguments=network.arguments._replace(constants=kernel),
    )
