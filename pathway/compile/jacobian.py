"""The pattern of the Jacobian and the lists that say where each derivative is added."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.compile.ragged import ragged
from pathway.compile.tables import JacobianTables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pathway.compile.read import GraphContent

__all__ = ["jacobian_tables"]


def jacobian_tables(
    content: GraphContent,
    laws: Sequence[Sequence[int]],
    factor_pool: Sequence[int],
    pool_amounts: Sequence[Sequence[int]],
) -> JacobianTables:
    """Return pattern and scatter lists.

    Parameters
    ----------
    content : GraphContent
    laws : sequence of sequences
        Factor numbers of each reaction.
    factor_pool : sequence
        Pool number of each factor.
    pool_amounts : sequence of sequences
        Amount indices of each pool, ascending.
    """
    n = len(content.species)
    direct_keys: list[int] = []
    direct_count: list[int] = []
    direct_net: list[float] = []
    flow_keys: list[int] = []
    flow_count: list[int] = []
    flow_net: list[float] = []
    for reaction, factors in zip(content.reactions, laws, strict=True):
        for reactant in reaction.reactants:
            touched = reaction.net if reactant < n else ()
            direct_count.append(len(touched))
            direct_keys.extend(reactant * n + at for at, _ in touched)
            direct_net.extend(net for _, net in touched)
        for factor in factors:
            pool = factor_pool[factor]
            touched = reaction.net if pool_amounts[pool] and pool_amounts[pool][0] < n else ()
            flow_count.append(len(touched))
            flow_keys.extend(pool * n + at for at, _ in touched)
            flow_net.extend(net for _, net in touched)
    flows, flow_position = np.unique(np.array(flow_keys, dtype=np.int64), return_inverse=True)
    chain_pool = flows // n
    chain_row = flows - chain_pool * n
    terms = [np.array([at for at in pool if at < n], dtype=np.int64) for pool in pool_amounts]
    chain_keys: list[NDArray[np.int64]] = [
        terms[pool] * n + row
        for pool, row in zip(chain_pool.tolist(), chain_row.tolist(), strict=True)
    ]
    direct = np.array(direct_keys, dtype=np.int64)
    chain: NDArray[np.int64] = np.concatenate([np.empty(0, dtype=np.int64), *chain_keys])
    diagonal = np.arange(n, dtype=np.int64) * (n + 1)
    pattern = np.unique(np.concatenate([direct, chain, diagonal]))
    column = pattern // n
    rows = pattern - column * n
    scaled = [np.flatnonzero(rows == at).tolist() for _, at in content.depleting]
    scaled_start, scaled_position = ragged(scaled)
    return JacobianTables(
        indptr=np.searchsorted(column, np.arange(n + 1)).astype(np.int32),
        indices=rows.astype(np.int32),
        direct_start=_start(direct_count),
        direct_position=np.searchsorted(pattern, direct).astype(np.uint32),
        direct_stoichiometry=np.array(direct_net, dtype=np.float64),
        flow_start=_start(flow_count),
        flow_position=flow_position.astype(np.uint32),
        flow_stoichiometry=np.array(flow_net, dtype=np.float64),
        chain_pool=chain_pool.astype(np.uint32),
        chain_start=_start([keys.size for keys in chain_keys]),
        chain_position=np.searchsorted(pattern, chain).astype(np.uint32),
        scaled_start=scaled_start,
        scaled_position=scaled_position,
    )


def _start(counts: Sequence[int]) -> NDArray[np.uint32]:
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.uint32)
