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
from pathway.model.cells import equilibrate_cells
from pathway.model.network import Network, network_from_graph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pathway.declare.entities import Anchor
    from pathway.solve.settings import Settings

    Values = NDArray[np.float64]

__all__ = ["anchored_scales", "cell_balances", "held_network"]


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
    rest = held_network(network, anchors).equilibrate(settings)
    inert = network.with_inputs({})
    rates = network.kernels.rates(0.0, rest.y, inert.arguments)
    return {
        anchor.scale: network.parameters[anchor.scale] * _balance(anchor, changes * rates)
        for anchor, changes in zip(anchors, _changes(network, anchors), strict=True)
    }


def held_network(network: Network, anchors: Sequence[Anchor]) -> Network:
    """Return the network without the reactions that change what is anchored.

    Its species are the same, in the same order.

    Raises
    ------
    SolveError
        If the network lacks an anchored molecule.
    """
    return _held(network, [network.species[_species(network, anchor)] for anchor in anchors])


def cell_balances(
    network: Network,
    held: Network,
    anchors: Sequence[Anchor],
    kernel: Values,
    held_kernel: Values,
    held_start: Values,
    settings: Settings | None = None,
    threads: int | None = None,
) -> Values:
    """Return what each cell's scales have to be multiplied by, all cells side by side.

    A scale of :func:`anchored_scales` is the cell's own value of it times what is found here.

    Parameters
    ----------
    network : Network
        Of the untreated context.
    held : Network
        :func:`held_network` of it.
    anchors : sequence of Anchor
    kernel : ndarray, shape (cells, constants)
        ``Constants.kernel`` of each cell for ``network``.
    held_kernel : ndarray, shape (cells, constants of held)
        The same for ``held``.
    held_start : ndarray, shape (cells, species)
        Where each cell starts, nM or 1.
    settings : Settings, optional
    threads : int, optional

    Returns
    -------
    ndarray, shape (cells, anchors)
        NaN for a cell without a rest with a certificate, or without a balance.
    """
    rests = equilibrate_cells(held, held_kernel, held_start, settings, threads=threads).y
    p = network.with_inputs({}).arguments
    changes = _changes(network, anchors)
    made, lost = np.full((2, len(rests), len(anchors)), np.nan)
    for cell in np.flatnonzero(np.isfinite(rests).all(axis=1)).tolist():
        rates = network.kernels.rates(0.0, rests[cell], p._replace(constants=kernel[cell]))
        each = changes * rates
        made[cell] = np.maximum(each, 0.0).sum(axis=1)
        lost[cell] = np.maximum(-each, 0.0).sum(axis=1)
    good = (made > 0.0) & (lost > 0.0)
    found: Values = np.divide(lost, made, out=np.full_like(lost, np.nan), where=good)
    return found


def _changes(network: Network, anchors: Sequence[Anchor]) -> Values:
    """Return by how much each reaction changes each anchored species, (anchors, reactions)."""
    places = [_species(network, anchor) for anchor in anchors]
    rows: Values = network.tables.stoichiometry()[places, :].toarray()
    return rows


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


def _balance(anchor: Anchor, contributions: Values) -> float:
    made = float(contributions[contributions > 0.0].sum())
    lost = float(np.abs(contributions[contributions < 0.0]).sum())
    if made <= 0.0 or lost <= 0.0:
        raise SolveError(
            f"anchor {anchor.id!r}",
            f"{anchor.molecule!r} is made at {made:g} and lost at {lost:g} per min",
            "give it a rule that makes it and one that removes it, with rates above zero",
        )
    return lost / made
