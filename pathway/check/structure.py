"""Whether a network hangs together: balanced reactions, species and readouts that mean something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.check.stoichiometry import nodes_of
from pathway.errors import NetworkError

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["check_balance", "constant_readouts", "idle_species", "unreachable_species"]


def check_balance(graph: nx.DiGraph[str]) -> None:
    """Check that every reaction makes and loses the molecules that its rule says, no others.

    Raises
    ------
    NetworkError
        A reaction's edges do not add up to what its rule's text makes and deletes.
    """
    for name in nodes_of(graph, "reaction"):
        node = graph.nodes[name]
        net: dict[str, float] = {}
        for species in dict.fromkeys((*graph.predecessors(name), *graph.successors(name))):
            for molecule, count in graph.nodes[species]["molecules"]:
                net[molecule] = net.get(molecule, 0) + count * _net(graph, name, species)
        expected = dict(node["change"])
        for molecule in (*net, *expected):
            if net.get(molecule, 0) != expected.get(molecule, 0):
                raise NetworkError(
                    node["where"],
                    f"reaction {name} changes {molecule} by {net.get(molecule, 0):g}, its rule by"
                    f" {expected.get(molecule, 0)}",
                    "restore the edge that was removed, or remove the whole reaction",
                )


def idle_species(graph: nx.DiGraph[str]) -> tuple[str, ...]:
    """Return the species that no reaction consumes, makes or reads."""
    return tuple(
        name for name in nodes_of(graph, "species") if not graph.pred[name] and not graph.succ[name]
    )


def unreachable_species(graph: nx.DiGraph[str]) -> tuple[str, ...]:
    """Return the species that nothing present at the start can turn into.

    A reaction can run once all its reactants are there; what its factors read is not asked for.
    """
    missing = {
        name: sum(1 for species in graph.predecessors(name) if graph.edges[species, name]["order"])
        for name in nodes_of(graph, "reaction")
    }
    nodes = graph.nodes
    reached = {
        name
        for name in nodes_of(graph, "species")
        if nodes[name]["initial"] is not None or nodes[name]["is_input"]
    }
    ready = [name for name, count in missing.items() if count == 0]
    fresh = list(reached)
    while fresh or ready:
        for reaction in ready:
            for species in graph.successors(reaction):
                if species not in reached:
                    reached.add(species)
                    fresh.append(species)
        ready = []
        for species in fresh:
            for reaction in graph.successors(species):
                if graph.edges[species, reaction]["order"]:
                    missing[reaction] -= 1
                    if missing[reaction] == 0:
                        ready.append(reaction)
        fresh = []
    return tuple(name for name in nodes_of(graph, "species") if name not in reached)


def constant_readouts(graph: nx.DiGraph[str]) -> tuple[str, ...]:
    """Return the readouts that no reaction can change: without species, or of species at rest."""
    moved = {
        species
        for name in nodes_of(graph, "reaction")
        for species in (*graph.predecessors(name), *graph.successors(name))
        if _net(graph, name, species) != 0
    }
    return tuple(
        readout
        for readout, (_, _, terms) in graph.graph["readouts"].items()
        if not any(species in moved for species, _ in terms)
    )


def _net(graph: nx.DiGraph[str], reaction: str, species: str) -> float:
    used: float = 0.0
    made: float = 0.0
    if graph.has_edge(species, reaction):
        used = graph.edges[species, reaction]["stoichiometry"]
    if graph.has_edge(reaction, species):
        made = graph.edges[reaction, species]["stoichiometry"]
    return made - used
