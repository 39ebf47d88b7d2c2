"""The pattern of the Jacobian and the lists that say where each derivative is added."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.compile.ragged import places, ragged
from pathway.compile.tables import JacobianTables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pathway.compile.reactions import ReactionLaw

    Index = NDArray[np.uint32]
    Lists = tuple[Index, Index]

__all__ = ["Net", "jacobian_tables"]


class Net:
    """What reactions change, as flat arrays.

    Entries ``start[r]:start[r + 1]`` are reaction ``r``'s: a dynamic species, ascending, and its
    net production.
    """

    def __init__(self, reactions: Sequence[ReactionLaw]) -> None:
        self.count = np.array([len(reaction.net) for reaction in reactions], dtype=np.int64)
        self.start = np.cumsum(self.count) - self.count
        entries = [entry for reaction in reactions for entry in reaction.net]
        self.species = np.array([at for at, _ in entries], dtype=np.int64)
        self.stoichiometry = np.array([net for _, net in entries], dtype=np.float64)

    def rows(self, n: int) -> tuple[Index, Index, NDArray[np.float64]]:
        """Return start, reaction and net production of ``n`` species' rows."""
        reaction = np.repeat(np.arange(self.count.size), self.count)
        order = np.argsort(self.species, kind="stable")
        start = np.searchsorted(self.species[order], np.arange(n + 1))
        return (
            start.astype(np.uint32),
            reaction[order].astype(np.uint32),
            self.stoichiometry[order],
        )


def jacobian_tables(
    net: Net, reactants: Lists, read: Lists, pools: Lists, n: int, depleting: Sequence[int]
) -> JacobianTables:
    """Return pattern and scatter lists.

    Parameters
    ----------
    net : Net
        What the reactions change.
    reactants, read : pair of arrays
        Ragged lists (see :func:`pathway.compile.ragged.ragged`), one per reaction: amounts that
        react, repeated by order, and pools that its factors read.
    pools : pair of arrays
        Ragged lists, one per pool: its amounts, ascending.
    n : int
        Number of dynamic species.
    depleting : sequence of int
        Dynamic species that are inputs which are used up.
    """
    # The derivative by each reactant goes to every species that its reaction changes.
    reactant = reactants[1].astype(np.int64)
    count, entry = _changed(net, reactants[0], reactant < n)
    direct = np.repeat(reactant, count) * n + net.species[entry]
    direct_start, direct_stoichiometry = _start(count), net.stoichiometry[entry]
    # The derivative by each pool that is read goes to a flow, one for each species and pool.
    pool_start, amount = pools[0].astype(np.int64), pools[1].astype(np.int64)
    dynamic = np.diff(np.concatenate([[0], np.cumsum(amount < n)])[pool_start])
    pool = read[1].astype(np.int64)
    count, entry = _changed(net, read[0], dynamic[pool] > 0)
    flows, flow_position = np.unique(
        np.repeat(pool, count) * n + net.species[entry], return_inverse=True
    )
    # A flow goes to the derivatives by all dynamic species of its pool, which come first in it.
    chain_pool = flows // n
    chain_row = flows - chain_pool * n
    spread = dynamic[chain_pool]
    chain = amount[places(pool_start[chain_pool], spread)] * n + np.repeat(chain_row, spread)
    diagonal = np.arange(n, dtype=np.int64) * (n + 1)
    pattern = np.unique(np.concatenate([direct, chain, diagonal]))
    column = pattern // n
    rows = pattern - column * n
    scaled_start, scaled_position = ragged(
        [np.flatnonzero(rows == at).tolist() for at in depleting]
    )
    return JacobianTables(
        indptr=np.searchsorted(column, np.arange(n + 1)).astype(np.int32),
        indices=rows.astype(np.int32),
        direct_start=direct_start,
        direct_position=np.searchsorted(pattern, direct).astype(np.uint32),
        direct_stoichiometry=direct_stoichiometry,
        flow_start=_start(count),
        flow_position=flow_position.astype(np.uint32),
        flow_stoichiometry=net.stoichiometry[entry],
        chain_pool=chain_pool.astype(np.uint32),
        chain_start=_start(spread),
        chain_position=np.searchsorted(pattern, chain).astype(np.uint32),
        scaled_start=scaled_start,
        scaled_position=scaled_position,
    )


def _changed(
    net: Net, start: Index, counts: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many species each entry of some reactions' lists reaches, and their places."""
    reaction = np.repeat(np.arange(start.size - 1), np.diff(start).astype(np.int64))
    count = np.where(counts, net.count[reaction], 0)
    return count, places(net.start[reaction], count)


def _start(counts: NDArray[np.int64]) -> Index:
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.uint32)
