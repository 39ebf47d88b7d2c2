"""Anchors: scales that hold a regulated level where it was measured, solved for each context.

A receptor total is measured in untreated cells, whose transcription factors are where they are. So
the transcript of a regulated receptor is held at its reference level while the rest of the untreated
context comes to rest; the scale on its transcription is then what balances its decay there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

from pathway.errors import SolveError
from pathway.model.network import Network, network_from_graph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pathway.declare.entities import Anchor
    from pathway.solve.settings import Settings

__all__ = ["anchored_scales"]


def anchored_scales(
    network: Network, anchors: Sequence[Anchor], settings: Settings | None = None
) -> dict[str, float]:
    """Return the value of each anchor's scale for an untreated context.

    Parameters
    ----------
    network : Network
        Of the context without lesions of a scenario, drugs or ligands.
    anchors : sequence of Anchor
    settings : Settings, optional

    Returns
    -------
    dict of str to float
        Parameter values by id, dimensionless.

    Raises
    ------
    SolveError
        If the context has no rest with the anchored levels held, or nothing makes or removes an
        anchored molecule.
    """
    places = {anchor.id: _species(network, anchor) for anchor in anchors}
    held = _held(network, [network.species[place] for place in places.values()])
    rest = held.equilibrate(settings)
    inert = network.with_inputs({})
    rates = network.kernels.rates(0.0, rest.y, inert.arguments)
    stoichiometry = network.tables.stoichiometry()
    return {
        anchor.scale: network.parameters[anchor.scale]
        * _balance(anchor, np.asarray(stoichiometry[[places[anchor.id]], :].toarray()[0] * rates))
        for anchor in anchors
    }


def _species(network: Network, anchor: Anchor) -> int:
    for place, name in enumerate(network.species):
        if network.graph.nodes[name]["molecules"] == ((anchor.molecule, 1),):
            return place
    raise SolveError(
        f"anchor {anchor.id!r}",
        f"{anchor.molecule!r} is not in the network",
        "anchor a molecule with a total above zero",
    )


def _held(network: Network, species: Sequence[str]) -> Network:
    """Return the network without the reactions that change the given species."""
    graph = nx.DiGraph(network.graph)
    changing = []
    for name in species:
        for reaction in {**dict(graph.pred[name]), **dict(graph.succ[name])}:
            made = graph.edges.get((reaction, name), {}).get("stoichiometry", 0.0)
            used = graph.edges.get((name, reaction), {}).get("stoichiometry", 0)
            if made != used:
                changing.append(reaction)
    graph.remove_nodes_from(changing)
    return network_from_graph(graph, network.parameters, background=network.background)


def _balance(anchor: Anchor, contributions: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    made = float(contributions[contributions > 0.0].sum())
    lost = float(np.abs(contributions[contributions < 0.0]).sum())
    if made <= 0.0 or lost <= 0.0:
        raise SolveError(
            f"anchor {anchor.id!r}",
            f"{anchor.molecule!r} is made at {made:g} and lost at {lost:g} per min",
            "give it a rule that makes it and one that removes it, with rates above zero",
        )
    return lost / made
