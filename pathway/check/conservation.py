"""What a network conserves: the left null space of its stoichiometric matrix, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm
from typing import TYPE_CHECKING

from pathway.check.echelon import Echelon

if TYPE_CHECKING:
    import networkx as nx

    from pathway.check.stoichiometry import Number, Stoichiometry

__all__ = ["Moiety", "conserved_moieties"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moiety:
    """A weighted sum of species that no reaction changes."""

    name: str
    """The molecule whose total it is, else what it was found from."""
    weights: tuple[tuple[str, int], ...]
    """Species and whole-number weight, in node order."""


def conserved_moieties(graph: nx.DiGraph[str], stoichiometry: Stoichiometry) -> tuple[Moiety, ...]:
    """Return a basis of the conserved sums of species, molecule totals first.

    Parameters
    ----------
    graph : networkx.DiGraph
        The network.
    stoichiometry : Stoichiometry
        What :func:`pathway.check.stoichiometry.read_stoichiometry` read from it.

    Returns
    -------
    tuple of Moiety
        As many as the left null space has dimensions; species in the medium are left out. Totals
        of molecules that are neither made nor lost come first, in order of first appearance; the
        rest are further independent sums (alleles that never turn into each other, PIP2 + PIP3).

    Notes
    -----
    Elimination in rational numbers, so that the answer is exact (Vallabhajosyula, Chickarmane and
    Sauro, Bioinformatics 2006, describe the task and the rounding that spoils floating point).
    """
    species = [i for i in range(len(stoichiometry.species)) if i not in stoichiometry.inputs]
    place = {index: p for p, index in enumerate(species)}
    rows = Echelon(tracked=False)
    for label, change in enumerate(stoichiometry.changes):
        rows.reduce({place[i]: n for i, n in change.items() if i in place}, 0.0, label)
    names = [stoichiometry.species[i] for i in species]
    chosen = Echelon(tracked=False)
    moieties: list[Moiety] = []
    for molecule, total in _totals(graph, names).items():
        kept = all(
            sum(n * total.get(place[i], 0) for i, n in change.items() if i in place) == 0
            for change in stoichiometry.changes
        )
        if kept and chosen.reduce(total, 0.0, len(moieties)).vector:
            moieties.append(_moiety(molecule, total, names))
    for vector in rows.null_space(len(species)):
        if chosen.reduce(vector, 0.0, len(moieties)).vector:
            moieties.append(_moiety(f"sum with {names[min(vector)]}", vector, names))
    return tuple(moieties)


def _totals(graph: nx.DiGraph[str], names: list[str]) -> dict[str, dict[int, Number]]:
    totals: dict[str, dict[int, Number]] = {}
    for place, name in enumerate(names):
        for molecule, count in graph.nodes[name]["molecules"]:
            totals.setdefault(molecule, {})[place] = count
    return totals


def _moiety(name: str, vector: dict[int, Number], names: list[str]) -> Moiety:
    scale = lcm(*(entry.denominator for entry in vector.values()))
    return Moiety(
        name=name,
        weights=tuple((names[p], int(vector[p] * scale)) for p in sorted(vector)),
    )
