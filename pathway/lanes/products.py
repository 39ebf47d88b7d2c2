"""Many products and sums at once: which are computed, where they go, which are part of a sum.

Products are rows of a matrix of row numbers, filled up with ``NONE``. What numbers alone decide is
*still*: it is multiplied once, when a run starts, and counts as one factor afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pathway.lanes.blocks import MOST_FACTORS, Blocks, Terms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.intp]
    Truths = NDArray[np.bool_]

__all__ = ["NONE", "Products", "Registers"]

NONE = -1
MOST_MULTIPLIED = 4
"""Factors of one operation."""
WORTH = np.array([99, 99, 99, 2])
"""A product of so many factors is part of the sums that name it, if they are no more than this:
it then needs no operation and no row of its own."""


class Registers:
    """Gives out rows.

    Parameters
    ----------
    moving, still : int
        How many rows there are already: time and states, then what never changes within a run.
    """

    def __init__(self, moving: int, still: int) -> None:
        self.still = np.arange(moving + still) >= moving
        """By row: whether it never changes within a run."""

    @property
    def size(self) -> int:
        """Return how many rows there are."""
        return self.still.size

    def take(self, still: Truths) -> Rows:
        """Return new rows, one for each entry."""
        first = self.size
        self.still = np.append(self.still, still)
        return np.arange(first, self.size)


@dataclass(frozen=True, slots=True, eq=False)
class Products:
    """Writes products and sums of rows into blocks."""

    registers: Registers
    blocks: Blocks
    """Of still results."""

    def fold(self, members: Rows) -> Rows:
        """Return the products with the still factors of each multiplied, and first."""
        there = members != NONE
        still = self.registers.still[members] & there
        order = np.argsort(2 * ~there - still, axis=1, kind="stable")
        members = np.take_along_axis(members, order, axis=1)
        count = still.sum(axis=1)
        several = np.flatnonzero(count > 1)
        if several.size:
            part = members[several]
            places = np.arange(members.shape[1])
            inner = np.where(places < count[several, None], part, NONE)
            distinct, which = np.unique(inner, axis=0, return_inverse=True)
            rest = np.where(places < count[several, None], NONE, part)
            rest[:, 0] = self.computed(distinct)[which.ravel()]
            order = np.argsort(rest == NONE, axis=1, kind="stable")
            members[several] = np.take_along_axis(rest, order, axis=1)
        width = int((members != NONE).sum(axis=1).max(initial=1))
        return members[:, :width]

    def computed(self, members: Rows, blocks: Blocks | None = None) -> Rows:
        """Return the row of each product, multiplying where there is more than one factor."""
        while True:
            count = (members != NONE).sum(axis=1)
            if members.shape[1] <= MOST_MULTIPLIED:
                return self._multiplied(members, count, blocks)
            first = self._multiplied(
                members[:, :MOST_MULTIPLIED], np.minimum(count, MOST_MULTIPLIED), blocks
            )
            members = np.column_stack([first, members[:, MOST_MULTIPLIED:]])

    def _multiplied(self, members: Rows, count: Rows, blocks: Blocks | None) -> Rows:
        rows = members[:, 0].copy()
        for size in range(2, members.shape[1] + 1):
            chosen = np.flatnonzero(count == size)
            if chosen.size:
                rows[chosen] = self.registers.take(np.full(chosen.size, blocks is None))
                (blocks or self.blocks).products(rows[chosen], members[chosen, :size])
        return rows

    def terms(self, blocks: Blocks, members: Rows, which: Rows, extra: Rows) -> tuple[Rows, Rows]:
        """Return products as terms of sums, computing those that are better computed once.

        Parameters
        ----------
        blocks : Blocks
            Where these are computed.
        members : ndarray, shape (products, most)
        which : ndarray, shape (terms,)
            The product each term is made of.
        extra : ndarray, shape (terms,)
            A further factor of the term; NONE for none.

        Returns
        -------
        rows : ndarray, shape (terms, 3)
        factors : ndarray, shape (terms,)
        """
        uses = np.bincount(which, minlength=members.shape[0])
        used = np.flatnonzero(uses)
        folded = np.full((members.shape[0], max(members.shape[1], MOST_FACTORS)), NONE)
        part = self.fold(members[used])
        folded[used, : part.shape[1]] = part
        count = (folded != NONE).sum(axis=1)
        room = MOST_FACTORS - np.zeros_like(uses)
        np.minimum.at(room, which, MOST_FACTORS - (extra != NONE))
        apart = (count > room) | (uses > WORTH[np.minimum(count, MOST_FACTORS)])
        apart &= uses > 0
        rows = self.computed(folded[apart], blocks)
        folded[apart] = NONE
        folded[apart, 0] = rows
        count[apart] = 1
        result, factors = folded[which, :MOST_FACTORS], count[which]
        more = np.flatnonzero(extra != NONE)
        result[more, factors[more]] = extra[more]
        factors[more] += 1
        return np.maximum(result, 0), factors

    def sums(self, blocks: Blocks, terms: Terms, targets: Rows, *, split: bool = True) -> None:
        """Write sums into their targets; those of still rows where these are computed, if ``split``."""
        moving = self._moving(terms, targets.size)
        terms = self._gathered(terms, moving)
        if not split:
            moving[:] = True
        for chosen, there in ((~moving, self.blocks), (moving, blocks)):
            there.sums(targets[chosen], terms.only(chosen[terms.owner], np.cumsum(chosen) - 1))

    def new_sums(self, blocks: Blocks, terms: Terms, count: int) -> Rows:
        """Write sums into new rows and return these."""
        targets = self.registers.take(~self._moving(terms, count))
        self.sums(blocks, terms, targets)
        return targets

    def _moving(self, terms: Terms, count: int) -> Truths:
        """Return which sums have a term that is not still."""
        moving = self._factors(terms)[1].any(axis=1)
        return np.bincount(terms.owner[moving], minlength=count) > 0

    def _factors(self, terms: Terms) -> tuple[Truths, Truths]:
        """Return which factors are still and which are not, both of shape (terms, 3)."""
        there = np.arange(MOST_FACTORS) < terms.factors[:, None]
        still = there & self.registers.still[terms.rows]
        return still, there & ~still

    def _gathered(self, terms: Terms, moving: Truths) -> Terms:
        """Return terms of which those of one sum that have all but still factors in common are one.

        All losses of a species in proportion to itself, for example, are one term: their rate
        constants are added when the run starts.
        """
        still, loose = self._factors(terms)
        fits = (loose.sum(axis=1) <= 1) & still.any(axis=1) & moving[terms.owner]
        candidates = np.flatnonzero(fits)
        common = np.where(loose, terms.rows, 0).max(axis=1)
        size = self.registers.size
        key = terms.owner[candidates] * size + common[candidates]
        keys, which, counts = np.unique(key, return_inverse=True, return_counts=True)
        several = counts > 1
        chosen = np.zeros(terms.owner.size, dtype=bool)
        chosen[candidates] = several[which]
        if not chosen.any():
            return terms
        rank = np.cumsum(several) - 1
        order = np.argsort(~still[chosen], axis=1, kind="stable")
        results = self.registers.take(np.ones(int(several.sum()), dtype=bool))
        inner = Terms(
            owner=rank[which[several[which]]],
            minus=terms.minus[chosen],
            factors=still[chosen].sum(axis=1),
            rows=np.take_along_axis(terms.rows[chosen], order, axis=1),
        )
        self.blocks.sums(results, inner)
        owner, row = np.divmod(keys[several], size)
        gathered = Terms(
            owner=owner,
            minus=np.zeros(owner.size, dtype=bool),
            factors=np.where(row == 0, 1, 2),
            rows=np.column_stack([results, row, np.zeros_like(row)]),
        )
        return terms.only(~chosen, np.arange(moving.size)) + gathered
