"""Graph to tables, in one straight line: read, number, lay out, differentiate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.compile.jacobian import Net, jacobian_tables
from pathway.compile.monomials import MonomialTableBuilder
from pathway.compile.ragged import ragged
from pathway.compile.read import CELLS_PER_VOLUME, read_graph
from pathway.compile.tables import Tables
from pathway.declare.entities import FactorKind
from pathway.errors import CompileError

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["compile_graph"]

KIND_CODE = {FactorKind.LINEAR: 0, FactorKind.SATURATING: 1, FactorKind.INHIBITING: 2}
"""As the kernels read them."""


def compile_graph(graph: nx.DiGraph[str]) -> Tables:
    """Return the index tables of an expanded graph, which is all that is read.

    Parameters
    ----------
    graph : networkx.DiGraph
        Bipartite graph of species and reaction nodes, as the expansion makes it; a thawed and
        edited copy will do. Species and reactions keep the order of its nodes. With
        ``graph.graph["depletion"]`` true, inputs are dynamic and their change is multiplied by
        the parameter ``medium.cells_per_volume``.

    Raises
    ------
    CompileError
        Naming the node, edge or readout that is malformed.
    """
    monomials = MonomialTableBuilder(graph.graph.get("parameters", ()))
    content = read_graph(graph, monomials)
    if not content.species:
        raise CompileError("graph", "has no species that changes", "add one, or a rule that does")
    factors = content.factors
    pools: dict[tuple[tuple[int, int], ...], int] = {}
    factor_pool = np.array(
        [pools.setdefault(factor.terms, len(pools)) for factor in factors], dtype=np.uint32
    )
    scale = monomials.add(CELLS_PER_VOLUME) if content.depleting else 0
    kernel_rows = [
        *(reaction.rate for reaction in content.reactions),
        *(row for pool in pools for _, row in pool),
        *(factor.half for factor in factors),
        *(factor.hill for factor in factors),
        *(scale for _ in content.depleting),
    ]
    reactant_start, reactant = ragged([r.reactants for r in content.reactions])
    pool_start, pool_amount = ragged([[at for at, _ in pool] for pool in pools])
    law_start, law_factor = ragged([r.factors for r in content.reactions])
    net = Net(content.reactions)
    row_start, row_reaction, row_stoichiometry = net.rows(len(content.species))
    readout_start, readout_amount = ragged([[at for at, _ in r[3]] for r in content.readouts])
    return Tables(
        species=content.species,
        inputs=content.inputs,
        input_ids=content.input_ids,
        depleting=content.depleting,
        units=content.units,
        reactions=tuple(reaction.name for reaction in content.reactions),
        monomials=monomials.build(),
        kernel_rows=np.array(kernel_rows, dtype=np.intp),
        initial_species=np.array([at for at, _ in content.initial], dtype=np.intp),
        initial_rows=np.array([row for _, row in content.initial], dtype=np.intp),
        readouts=tuple(readout[0] for readout in content.readouts),
        readout_units=tuple(readout[1] for readout in content.readouts),
        readout_descriptions=tuple(readout[2] for readout in content.readouts),
        readout_start=readout_start.astype(np.int32),
        readout_amount=readout_amount.astype(np.int32),
        readout_rows=np.array(
            [row for readout in content.readouts for _, row in readout[3]], dtype=np.intp
        ),
        reactant_start=reactant_start,
        reactant=reactant,
        pool_start=pool_start,
        pool_amount=pool_amount,
        factor_kind=np.array([KIND_CODE[factor.kind] for factor in factors], dtype=np.uint32),
        factor_pool=factor_pool,
        law_start=law_start,
        law_factor=law_factor,
        row_start=row_start,
        row_reaction=row_reaction,
        row_stoichiometry=row_stoichiometry,
        scaled=np.array([at for _, at in content.depleting], dtype=np.uint32),
        jacobian=jacobian_tables(
            net,
            (reactant_start, reactant),
            (law_start, factor_pool[law_factor]),
            (pool_start, pool_amount),
            len(content.species),
            [at for _, at in content.depleting],
        ),
    )
