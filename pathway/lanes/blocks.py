"""Writing lane programs: products and sums of many results at once, as blocks of operands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pathway.kernels.arguments import aligned
from pathway.lanes import opcodes as lane
from pathway.lanes.layout import LaneProgram
from pathway.programs import opcodes as op

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Rows = NDArray[np.intp]

__all__ = ["MOST_FACTORS", "Blocks", "Terms", "program"]

PRODUCTS = {2: op.MULTIPLY, 3: lane.MULTIPLY3, 4: lane.MULTIPLY4}
MOST_FACTORS = 3
"""Of one term of a sum."""
KINDS = 2 * MOST_FACTORS


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Terms:
    """Signed products that are summed, in any order; all arrays have shape (terms,) but the last."""

    owner: Rows
    """Which sum each belongs to."""
    minus: NDArray[np.bool_]
    factors: Rows
    """How many rows are multiplied: 1, 2 or 3."""
    rows: Rows
    """Shape (terms, 3)."""

    def only(self, chosen: NDArray[np.bool_], owner: Rows) -> Terms:
        """Return some of the terms, with new numbers for all sums."""
        return Terms(
            owner=owner[self.owner[chosen]],
            minus=self.minus[chosen],
            factors=self.factors[chosen],
            rows=self.rows[chosen],
        )

    def __add__(self, other: Terms) -> Terms:
        """Return the terms of both."""
        return Terms(
            owner=np.concatenate([self.owner, other.owner]),
            minus=np.concatenate([self.minus, other.minus]),
            factors=np.concatenate([self.factors, other.factors]),
            rows=np.concatenate([self.rows, other.rows]),
        )


@dataclass(slots=True, eq=False)
class Blocks:
    """The blocks of one span, in the making."""

    heads: list[tuple[int, int, int]] = field(default_factory=list)
    operands: list[NDArray[np.uint32]] = field(default_factory=list)
    size: int = 0

    def write(self, operation: int, operands: Rows) -> None:
        """Add a block of results.

        Parameters
        ----------
        operation : int
        operands : ndarray, shape (results, width of the operation)
        """
        if operands.size:
            self._add(operation, operands.shape[0], operands.ravel())

    def products(self, targets: Rows, factors: Rows) -> None:
        """Add a block of products of two, three or four rows, shape (products, factors)."""
        self.write(PRODUCTS[factors.shape[1]], np.column_stack([targets, factors]))

    def sums(self, targets: Rows, terms: Terms, levels: Rows | None = None) -> None:
        """Add a block of sums.

        Parameters
        ----------
        targets : ndarray, shape (sums,)
            Rows the sums go to.
        terms : Terms
            A sum without any is zero.
        levels : ndarray, shape (sums,), optional
            Sums of a lower level are computed first, as those of a higher one read them.
        """
        if not targets.size:
            return
        kind = 2 * (terms.factors - 1) + terms.minus
        counts = np.bincount(terms.owner * KINDS + kind, minlength=KINDS * targets.size)
        counts = counts.reshape(-1, KINDS)
        shapes = counts if levels is None else np.column_stack([levels, counts])
        order = np.lexsort(shapes.T[::-1])
        sorted_shapes = shapes[order]
        fresh = np.ones(order.size, dtype=bool)
        fresh[1:] = (sorted_shapes[1:] != sorted_shapes[:-1]).any(axis=1)
        counts = counts[order]
        # Place of each sum: heads of groups so far, targets and rows of the sums before it.
        lengths = 1 + counts @ (np.arange(KINDS) // 2 + 1)
        places = np.cumsum(lengths) - lengths + lane.SUM_HEAD * np.cumsum(fresh)
        operands = np.empty(int(places[-1] + lengths[-1]), dtype=np.int64)
        operands[places] = targets[order]
        first = np.flatnonzero(fresh)
        many = np.diff(first, append=order.size)
        heads = np.column_stack([_forms(counts[first]), many, lengths[first], counts[first]])
        operands[places[first][:, None] + np.arange(-lane.SUM_HEAD, 0)] = heads
        rank = np.empty_like(order)
        rank[order] = np.arange(order.size)
        _lay_terms(operands, places + 1, rank[terms.owner], kind, terms)
        self._add(lane.SUM, first.size, operands)

    def _add(self, operation: int, results: int, operands: Rows) -> None:
        self.heads.append((operation, results, self.size))
        self.operands.append(operands.astype(np.uint32))
        self.size += operands.size


def _forms(shapes: Rows) -> Rows:
    """Return the number of the form of each shape, 0 if it has none."""
    same = (shapes[:, None, :] == np.array(lane.FORMS)).all(axis=2)
    return np.where(same.any(axis=1), 1 + same.argmax(axis=1), 0)


def _lay_terms(operands: Rows, places: Rows, owner: Rows, kind: Rows, terms: Terms) -> None:
    """Write the rows of all terms behind their sums' targets, kind by kind."""
    order = np.lexsort([kind, owner])
    owner, factors = owner[order], terms.factors[order]
    before = np.cumsum(factors) - factors
    starts = np.searchsorted(owner, np.arange(places.size))
    base = np.append(before, 0)[np.minimum(starts, before.size)]
    at = places[owner] + before - base[owner]
    rows = terms.rows[order]
    for place in range(MOST_FACTORS):
        there = factors > place
        operands[at[there] + place] = rows[there, place]


def program(spans: Sequence[Blocks]) -> LaneProgram:
    """Return the program made of the blocks of all spans."""
    heads: list[tuple[int, int, int]] = []
    stops: list[int] = []
    size = 0
    for span in spans:
        heads.extend((what, results, first + size) for what, results, first in span.heads)
        stops.append(len(heads))
        size += span.size
    parts = [part for span in spans for part in span.operands]
    operands = aligned(size, np.uint32)
    if parts:
        np.concatenate(parts, out=operands)
    blocks = aligned(3 * len(heads), np.uint32)
    blocks[:] = np.array(heads, dtype=np.uint32).ravel()
    return LaneProgram(
        blocks=blocks,
        operands=operands,
        spans=np.array(stops, dtype=np.int64),
        code=np.zeros(0, dtype=np.int64),
    )
