"""Which derivatives by parameters exist, as lists that say where each product goes.

Everything is by the logarithm of a parameter: a number that is a product of powers of parameters
changes by ``power * number``, and a parameter of zero needs no case of its own.

Parameters are taken sixteen at a time (a *group*; a lane is a parameter). What a group's derivatives
touch are *slots*: pairs of a group and a state, sixteen doubles each.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pathway.lanes.vector import LANES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pathway.compile.tables import Tables

    Whole = NDArray[np.int64]
    Values = NDArray[np.float64]
    Powers = list[tuple[int, float]]

__all__ = ["GROUP", "VECTORS", "Additions", "ParameterLists", "parameter_lists", "powers_of"]

VECTORS = 2
"""Of a row of a group: what a solve fetches serves both, and more would not stay in the caches."""

GROUP = VECTORS * LANES


class Additions(NamedTuple):
    """Adds ``factor * source value`` to a place, one entry after the other."""

    source: Whole
    place: Whole
    factor: Values


class ParameterLists(NamedTuple):
    """For the kernel; places are ``16 * slot + lane``."""

    group_start: Whole
    """First slot of each group; shape (groups + 1,)."""
    slot_state: Whole
    """State of each slot, in elimination order."""
    entry_row: Whole
    """State that each entry of the Jacobian changes, in elimination order."""
    entry_column: Whole
    """State by which it is."""
    rates: Additions
    """Of rates: stoichiometry times power."""
    flows: Additions
    """Of derivatives of rates by factors: place is a flow, a pair of a pool and a state."""
    terms: Additions
    """Of terms of pools (weight times amount); the kernel multiplies by ``term_flow``."""
    term_flow: Whole
    halves: Additions
    """Of d rate / d ln K, by place among the factors of reactions."""
    hills: Additions
    scaled: Whole
    """``16 * slot`` of slots whose state is scaled."""
    scaled_by: Whole
    """Which of the scales."""


def powers_of(
    tables: Tables, rows: NDArray[np.intp], parameters: Sequence[str]
) -> list[list[tuple[int, float]]]:
    """Return, for each number, the parameters (places in ``parameters``) and powers it has.

    Parameters
    ----------
    tables : Tables
    rows : ndarray
        Monomial row of each number.
    parameters : sequence of str
    """
    monomials = tables.monomials
    places = {name: place for place, name in enumerate(parameters)}
    column = [places.get(name) for name in monomials.parameters]
    stops = [*monomials.start[1:].tolist(), monomials.slot.size]
    found: list[Powers] = []
    for start, stop in zip(monomials.start.tolist(), stops, strict=True):
        powers: Powers = []
        for entry in range(start, stop):
            slot = int(monomials.slot[entry])
            which = column[slot] if slot < len(column) else None
            if which is not None:
                powers.append((which, float(monomials.power[entry])))
        found.append(powers)
    return [found[row] for row in rows.tolist()]


class _Builder:
    """Collects additions to (parameter, state) pairs and numbers the slots they touch."""

    def __init__(self, place: Sequence[int]) -> None:
        self.place = place
        self.entries: dict[str, list[tuple[int, int, int, float]]] = {
            name: [] for name in ("rates", "terms", "halves", "hills")
        }
        self.term_flow: list[int] = []

    def add(self, kind: str, source: int, parameter: int, state: int, factor: float) -> None:
        """Add one entry; the state in the model's order."""
        self.entries[kind].append((source, parameter, self.place[state], factor))

    def slots(self) -> list[tuple[int, int]]:
        """Return all touched pairs of group and state, ascending."""
        touched = {
            (parameter // GROUP, state)
            for entries in self.entries.values()
            for _, parameter, state, _ in entries
        }
        return sorted(touched)

    def additions(self, kind: str, number: dict[tuple[int, int], int]) -> Additions:
        """Return the entries of a kind with their places."""
        entries = self.entries[kind]
        places = [
            GROUP * number[parameter // GROUP, state] + parameter % GROUP
            for _, parameter, state, _ in entries
        ]
        return _additions([entry[0] for entry in entries], places, [e[3] for e in entries])


def parameter_lists(
    tables: Tables, order: NDArray[np.intp], parameters: Sequence[str]
) -> ParameterLists:
    """Return the lists of a network.

    Parameters
    ----------
    tables : Tables
    order : ndarray
        Which species is eliminated k-th.
    parameters : sequence of str
        By which derivatives are wanted; those that the network does not use have no entries.
    """
    place = np.empty(order.size, dtype=np.int64)
    place[order] = np.arange(order.size)
    builder = _Builder(place.tolist())
    powers = powers_of(tables, tables.kernel_rows, parameters)
    reactions, weights = len(tables.reactions), tables.pool_amount.size
    halves, factors = reactions + weights, tables.factor_kind.size
    columns = _columns(tables)
    for reaction, touched in enumerate(columns):
        for parameter, power in powers[reaction]:
            for state, net in touched:
                builder.add("rates", reaction, parameter, state, power * net)
    for scale, state in enumerate(tables.scaled.tolist()):
        for parameter, power in powers[halves + 2 * factors + scale]:
            for entry in range(tables.row_start[state], tables.row_start[state + 1]):
                net = float(tables.row_stoichiometry[entry])
                reaction = int(tables.row_reaction[entry])
                builder.add("rates", reaction, parameter, state, power * net)
    flows = _add_factors(builder, tables, columns, powers, halves)
    slots = builder.slots()
    number = {slot: place for place, slot in enumerate(slots)}
    groups = -(-len(parameters) // GROUP)
    scales = {builder.place[state]: s for s, state in enumerate(tables.scaled.tolist())}
    scaled = [(at, scales[state]) for at, (_, state) in enumerate(slots) if state in scales]
    firsts = np.searchsorted([group for group, _ in slots], np.arange(groups + 1))
    return ParameterLists(
        group_start=firsts.astype(np.int64),
        slot_state=np.array([state for _, state in slots], dtype=np.int64),
        entry_row=place[tables.jacobian.indices],
        entry_column=np.repeat(place, np.diff(tables.jacobian.indptr)),
        rates=builder.additions("rates", number),
        flows=flows,
        terms=builder.additions("terms", number),
        term_flow=np.array(builder.term_flow, dtype=np.int64),
        halves=builder.additions("halves", number),
        hills=builder.additions("hills", number),
        scaled=np.array([GROUP * at for at, _ in scaled], dtype=np.int64),
        scaled_by=np.array([scale for _, scale in scaled], dtype=np.int64),
    )


def _columns(tables: Tables) -> list[list[tuple[int, float]]]:
    """Return the states that each reaction changes, and by how much."""
    net = tables.stoichiometry().tocsc()
    return [
        list(zip(net.indices[a:b].tolist(), net.data[a:b].tolist(), strict=True))
        for a, b in pairwise(net.indptr.tolist())
    ]


def _add_factors(
    builder: _Builder,
    tables: Tables,
    columns: Sequence[Sequence[tuple[int, float]]],
    powers: Sequence[Powers],
    halves: int,
) -> Additions:
    """Add what changes through factors; return how flows are summed.

    A flow is how fast a pool changes a state: the sum over all reactions that read the pool.
    """
    weights = halves - tables.pool_amount.size
    factors = tables.factor_kind.size
    flows: dict[tuple[int, int], int] = {}
    sums: list[tuple[int, int, float]] = []
    for reaction, touched in enumerate(columns):
        for entry in range(tables.law_start[reaction], tables.law_start[reaction + 1]):
            factor = int(tables.law_factor[entry])
            pool = int(tables.factor_pool[factor])
            for state, net in touched:
                flow = flows.setdefault((pool, state), len(flows))
                sums.append((entry, flow, net))
                for parameter, power in powers[halves + factor]:
                    builder.add("halves", entry, parameter, state, power * net)
                for parameter, power in powers[halves + factors + factor]:
                    builder.add("hills", entry, parameter, state, power * net)
    for (pool, state), flow in flows.items():
        for term in range(tables.pool_start[pool], tables.pool_start[pool + 1]):
            for parameter, power in powers[weights + term]:
                builder.add("terms", term, parameter, state, power)
                builder.term_flow.append(flow)
    return _additions([s[0] for s in sums], [s[1] for s in sums], [s[2] for s in sums])


def _additions(source: Sequence[int], place: Sequence[int], factor: Sequence[float]) -> Additions:
    return Additions(
        source=np.array(source, dtype=np.int64),
        place=np.array(place, dtype=np.int64),
        factor=np.array(factor, dtype=np.float64),
    )
