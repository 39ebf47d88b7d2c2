"""Detailed balance: binding reactions around any cycle must cost no net free energy."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

from pathway.check.echelon import Echelon
from pathway.errors import NetworkError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import networkx as nx

    from pathway.check.stoichiometry import Stoichiometry
    from pathway.declare.parameters import Monomial

__all__ = ["TOLERANCE", "Cycles", "detailed_balance"]

TOLERANCE = 1e-9
"""Largest log equilibrium constant around a cycle that counts as rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycles:
    """How many independent cycles of reversible reactions there are, and the worst one."""

    pairs: int
    """Reversible reactions that are not driven."""
    conditions: int
    """Independent cycles among them."""
    worst: float
    """Largest absolute log of the product of equilibrium constants around one of them."""


def detailed_balance(
    graph: nx.DiGraph[str], stoichiometry: Stoichiometry, parameters: Mapping[str, float]
) -> Cycles:
    """Check the Wegscheider conditions of a network by rank.

    Detailed balance holds if the log equilibrium constants are a linear combination of the rows of
    the stoichiometric matrix of the reversible reactions, so that every vector in the null space of
    that matrix (a cycle) sums them to zero. Driven and one-way reactions are left out.

    Parameters
    ----------
    graph : networkx.DiGraph
        The network.
    stoichiometry : Stoichiometry
        Read from it.
    parameters : mapping of str to float
        Value of every parameter the network uses, in internal units.

    Returns
    -------
    Cycles

    Raises
    ------
    NetworkError
        A cycle's product of equilibrium constants differs from 1 by more than ``exp(1e-9)``, one of
        two directions is zero, or a parameter has no value.

    Notes
    -----
    Wegscheider, Z. Phys. Chem. 1901; by rank: Colquhoun et al., Biophys. J. 2004. Species in the
    medium count, so that a cycle that pumps a drug is not taken for one at rest.
    """
    column = {name: j for j, name in enumerate(stoichiometry.reactions)}
    forward = [
        (graph.nodes[back]["reverse_of"], back)
        for back in stoichiometry.reactions
        if graph.nodes[back]["reverse_of"] in column and not graph.nodes[back]["driven"]
    ]
    rows = Echelon()
    worst, conditions, pairs = 0.0, 0, 0
    for label, (name, back) in enumerate(forward):
        rates = [_rate(graph, reaction, parameters) for reaction in (name, back)]
        if not any(rates):
            continue
        if not all(rates):
            raise NetworkError(
                graph.nodes[name]["where"],
                f"one direction of the reversible reaction {name} has rate zero",
                "give both rate constants a value above zero, or write a one-way rule",
            )
        pairs += 1
        constant = log(rates[0]) - log(rates[1])
        reduced = rows.reduce(stoichiometry.changes[column[name]], constant, label)
        if reduced.vector:
            continue
        conditions += 1
        worst = max(worst, abs(reduced.value))
        if abs(reduced.value) > TOLERANCE:
            cycle = [forward[member][0] for member in sorted(reduced.combination)]
            raise NetworkError(
                graph.nodes[name]["where"],
                f"detailed balance is broken around the cycle of {_rules(graph, cycle)}: its"
                f" equilibrium constants multiply to exp({reduced.value:.3g}), not 1",
                "write what one site does to another as an interaction, or declare a rule one-way",
            )
    return Cycles(pairs=pairs, conditions=conditions, worst=worst)


def _rate(graph: nx.DiGraph[str], reaction: str, parameters: Mapping[str, float]) -> float:
    monomial: Monomial = graph.nodes[reaction]["rate"]
    for name, _ in monomial.powers:
        if name not in parameters:
            raise NetworkError(
                graph.nodes[reaction]["where"],
                f"parameter {name!r} has no value",
                "give a value for every parameter of the network",
            )
    return monomial.value(dict(parameters))


def _rules(graph: nx.DiGraph[str], reactions: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(graph.nodes[name]["rule"] for name in reactions))
