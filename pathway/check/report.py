"""All claims about an expanded network, checked at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathway.check.conservation import Moiety, conserved_moieties
from pathway.check.cycles import Cycles, detailed_balance
from pathway.check.stoichiometry import read_stoichiometry
from pathway.check.structure import (
    check_balance,
    constant_readouts,
    idle_species,
    unreachable_species,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import networkx as nx

__all__ = ["CheckReport", "check_network"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What was found true of a network, and what its author may want to look at."""

    n_species: int
    """Species in the medium included."""
    n_reactions: int
    moieties: tuple[Moiety, ...]
    """Conserved sums, molecule totals first."""
    cycles: Cycles
    idle: tuple[str, ...]
    """Species without any reaction."""
    unreachable: tuple[str, ...]
    """Species that nothing present at the start can turn into."""
    constant_readouts: tuple[str, ...]
    """Readouts that no reaction can change."""


def check_network(graph: nx.DiGraph[str], parameters: Mapping[str, float]) -> CheckReport:
    """Check a network: molecules balance, cycles keep detailed balance, sums are conserved.

    Parameters
    ----------
    graph : networkx.DiGraph
        As :func:`pathway.expand.expand` returns it, or a thawed and edited copy.
    parameters : mapping of str to float
        Value of every parameter the network uses, in internal units.

    Returns
    -------
    CheckReport

    Raises
    ------
    NetworkError
        A reaction makes or loses molecules that its rule does not, or a cycle of reversible
        reactions breaks detailed balance by more than rounding.
    """
    check_balance(graph)
    stoichiometry = read_stoichiometry(graph)
    return CheckReport(
        n_species=len(stoichiometry.species),
        n_reactions=len(stoichiometry.reactions),
        moieties=conserved_moieties(graph, stoichiometry),
        cycles=detailed_balance(graph, stoichiometry, parameters),
        idle=idle_species(graph),
        unreachable=unreachable_species(graph),
        constant_readouts=constant_readouts(graph),
    )
