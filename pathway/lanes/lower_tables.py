"""From the index tables of a network to a lane program.

Nothing is looked at one by one: a network of hundreds of species has thousands of products, and
is lowered in milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pathway.lanes import opcodes as lane
from pathway.lanes.blocks import Blocks, Terms, program
from pathway.lanes.layout import FIRST_STATE, LaneSystem
from pathway.lanes.products import NONE, Products, Registers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pathway.compile.tables import Tables
    from pathway.lanes.layout import Elimination

    Rows = NDArray[np.intp]
    Values = NDArray[np.float64]

__all__ = ["lower_tables"]

LINEAR, INHIBITING = 0, 2


def lower_tables(tables: Tables, order: Rows, elimination: Elimination) -> LaneSystem:
    """Return the lane system of a compiled network.

    Parameters
    ----------
    tables : Tables
    order : ndarray, shape (dynamic species,)
        Which species is eliminated k-th.
    elimination : Elimination
        Of the tables' Jacobian, in that order.
    """
    chosen = np.asarray(order, dtype=np.intp)
    places = _Places.of(tables, chosen)
    registers = Registers(places.first_number, places.numbers + places.constants.size)
    still, rates, slopes = Blocks(), Blocks(), Blocks()
    lowering = _Lowering(tables, places, Products(registers, still))
    laws = lowering.laws(rates)
    derivative = lowering.derivatives(laws, rates)
    jacobian = lowering.jacobian(laws, slopes)
    return LaneSystem(
        order=chosen,
        numbers=places.numbers,
        constants=places.constants,
        rows=registers.size,
        derivative=derivative,
        jacobian=jacobian,
        program=program([still, rates, slopes]),
        elimination=elimination,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Places:
    """Rows of what is given."""

    rank: Rows
    """When each species is eliminated."""
    first_number: int
    numbers: int
    constants: Values
    """Sizes of stoichiometric coefficients, ascending; their rows follow those of the numbers."""
    amounts: Rows
    rate: Rows
    weight: Rows
    half: Rows
    hill: Rows
    scale: Rows
    """By dynamic species; NONE where the change is not scaled."""

    @classmethod
    def of(cls, tables: Tables, order: Rows) -> _Places:
        """Return the rows of a network in elimination order."""
        rank = np.empty(order.size, dtype=np.intp)
        rank[order] = np.arange(order.size)
        first = FIRST_STATE + order.size
        kernel = first + np.arange(tables.kernel_rows.size)
        factors = tables.factor_kind.size
        sizes = [len(tables.reactions), tables.pool_amount.size, factors, factors]
        rate, weight, half, hill, scales = np.split(kernel, np.cumsum(sizes))
        scale = np.full(order.size, NONE)
        scale[tables.scaled] = scales
        inputs = first + kernel.size + np.arange(len(tables.inputs))
        jacobian = tables.jacobian
        nets = (
            tables.row_stoichiometry,
            jacobian.direct_stoichiometry,
            jacobian.flow_stoichiometry,
        )
        return cls(
            rank=rank,
            first_number=first,
            numbers=kernel.size + inputs.size,
            constants=np.unique(np.abs(np.concatenate(nets))),
            amounts=np.concatenate([FIRST_STATE + rank, inputs]),
            rate=rate,
            weight=weight,
            half=half,
            hill=hill,
            scale=scale,
        )

    def sizes(self, net: Values) -> Rows:
        """Return the rows of coefficients without their signs; NONE for one."""
        size = np.abs(net)
        rows = self.first_number + self.numbers + np.searchsorted(self.constants, size)
        return np.where(size == 1.0, NONE, rows)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Laws:
    """What reactions are made of."""

    members: Rows
    """Rows of rate constant, reactants, values of factors; shape (reactions, most)."""
    reactants: int
    """Most that a reaction has."""
    slopes: Rows
    """Row of the slope of each factor in its pool; NONE where that is one."""


@dataclass(frozen=True, slots=True, eq=False)
class _Lowering:
    tables: Tables
    places: _Places
    products: Products

    def laws(self, rates: Blocks) -> _Laws:
        """Compute pools and factors; return what each reaction multiplies."""
        tables, places, registers = self.tables, self.places, self.products.registers
        amount = places.amounts[tables.pool_amount]
        terms = Terms(
            owner=_owners(tables.pool_start),
            minus=np.zeros(amount.size, dtype=bool),
            factors=np.full(amount.size, 2),
            rows=np.column_stack([places.weight, amount, np.zeros_like(amount)]),
        )
        pools = self.products.new_sums(rates, terms, tables.pool_start.size - 1)
        pool = pools[tables.factor_pool]
        values, slopes = pool.copy(), np.full(pool.size, NONE)
        curved = tables.factor_kind != LINEAR
        for still, blocks in ((True, self.products.blocks), (False, rates)):
            chosen = np.flatnonzero(curved & (registers.still[pool] == still))
            results = registers.take(np.full(3 * chosen.size, still)).reshape(-1, 3)
            given = [pool[chosen], places.half[chosen], places.hill[chosen]]
            blocks.write(lane.HILL, np.column_stack([results, *given]))
            inhibits = tables.factor_kind[chosen] == INHIBITING
            values[chosen] = np.where(inhibits, results[:, 1], results[:, 0])
            slopes[chosen] = results[:, 2]
        reactants = _filled(tables.reactant_start, places.amounts[tables.reactant])
        factors = _filled(tables.law_start, values[tables.law_factor])
        return _Laws(
            members=np.column_stack([places.rate, reactants, factors]),
            reactants=reactants.shape[1],
            slopes=slopes,
        )

    def derivatives(self, laws: _Laws, rates: Blocks) -> int:
        """Compute the derivatives and return their first row."""
        tables, n = self.tables, self.places.rank.size
        owner = _owners(tables.row_start)
        net = tables.row_stoichiometry
        extra = self._extra(net, self.places.scale[owner])
        reaction = tables.row_reaction.astype(np.intp)
        rows, factors = self.products.terms(rates, laws.members, reaction, extra)
        terms = Terms(owner=self.places.rank[owner], minus=net < 0.0, factors=factors, rows=rows)
        targets = self.products.registers.take(np.zeros(n, dtype=bool))
        self.products.sums(rates, terms, targets, split=False)
        return int(targets[0])

    def jacobian(self, laws: _Laws, slopes: Blocks) -> int:
        """Compute the entries of the Jacobian and return their first row."""
        jacobian = self.tables.jacobian
        terms = self._direct(laws, slopes) + self._chained(laws, slopes)
        targets = self.products.registers.take(np.zeros(jacobian.indices.size, dtype=bool))
        self.products.sums(slopes, terms, targets)
        return int(targets[0])

    def _direct(self, laws: _Laws, slopes: Blocks) -> Terms:
        """Return the terms of derivatives of rates by their reactants."""
        tables, jacobian = self.tables, self.tables.jacobian
        net = jacobian.direct_stoichiometry
        position = jacobian.direct_position.astype(np.intp)
        extra = self._extra(net, self.places.scale[jacobian.indices[position]])
        reaction, nth = _places(tables.reactant_start)
        members = laws.members[reaction]
        members[np.arange(reaction.size), 1 + nth] = NONE
        which = _owners(jacobian.direct_start)
        rows, factors = self.products.terms(slopes, members, which, extra)
        return Terms(owner=position, minus=net < 0.0, factors=factors, rows=rows)

    def _chained(self, laws: _Laws, slopes: Blocks) -> Terms:
        """Return the terms of derivatives by pools, spread over the pools' amounts."""
        tables, jacobian = self.tables, self.tables.jacobian
        pool = jacobian.chain_pool.astype(np.intp)
        flows, falls = self._flows(laws, slopes)
        flow, nth = _places(jacobian.chain_start)
        weight = self.places.weight[tables.pool_start[pool[flow]].astype(np.intp) + nth]
        position = jacobian.chain_position.astype(np.intp)
        scale = self.places.scale[jacobian.indices[position]]
        rows = np.column_stack([flows[flow], weight, scale])
        return Terms(
            owner=position,
            minus=falls[flow],
            factors=np.where(scale == NONE, 2, 3),
            rows=np.maximum(rows, 0),
        )

    def _flows(self, laws: _Laws, slopes: Blocks) -> tuple[Rows, NDArray[np.bool_]]:
        """Return row and sign of the derivative of each (species, pool) pair."""
        tables, jacobian = self.tables, self.tables.jacobian
        net = jacobian.flow_stoichiometry
        reaction, nth = _places(tables.law_start)
        factor = tables.law_factor.astype(np.intp)
        members = laws.members[reaction]
        members[np.arange(reaction.size), 1 + laws.reactants + nth] = laws.slopes[factor]
        which = _owners(jacobian.flow_start)
        extra = self._extra(net, np.full(net.size, NONE))
        rows, factors = self.products.terms(slopes, members, which, extra)
        minus = (net < 0.0) != (tables.factor_kind[factor[which]] == INHIBITING)
        owner = jacobian.flow_position.astype(np.intp)
        flows = np.empty(jacobian.chain_pool.size, dtype=np.intp)
        alone = np.bincount(owner, minlength=flows.size)[owner] == 1
        alone &= factors == 1
        summed = np.ones(flows.size, dtype=bool)
        summed[owner[alone]] = False
        falls = np.zeros(flows.size, dtype=bool)
        flows[owner[alone]], falls[owner[alone]] = rows[alone, 0], minus[alone]
        terms = Terms(owner=owner, minus=minus, factors=factors, rows=rows)
        terms = terms.only(~alone, np.cumsum(summed) - 1)
        flows[summed] = self.products.new_sums(slopes, terms, int(summed.sum()))
        return flows, falls

    def _extra(self, net: Values, scale: Rows) -> Rows:
        """Return the row of the product of a coefficient's size and a scale; NONE for one."""
        members = np.column_stack([self.places.sizes(net), scale])
        extra: Rows = members.max(axis=1)
        both = np.flatnonzero(members.min(axis=1) != NONE)
        if both.size:
            extra[both] = self.products.fold(members[both])[:, 0]
        return extra


def _owners(start: NDArray[np.uint32]) -> Rows:
    """Return, for each entry of a ragged list, whose it is."""
    places = start.astype(np.intp)
    return np.repeat(np.arange(start.size - 1), places[1:] - places[:-1])


def _places(start: NDArray[np.uint32]) -> tuple[Rows, Rows]:
    """Return, for each entry of a ragged list, whose it is and which of them."""
    owner = _owners(start)
    return owner, np.arange(owner.size) - start.astype(np.intp)[owner]


def _filled(start: NDArray[np.uint32], rows: Rows) -> Rows:
    """Return a ragged list as a matrix, filled up with NONE."""
    owner, nth = _places(start)
    matrix = np.full((start.size - 1, int(nth.max(initial=-1)) + 1), NONE)
    matrix[owner, nth] = rows
    return matrix
