"""Where the factors of I / (gamma h) - J stand, and the list of operations that compute them.

Factors stand in the order in which the solves read them: L by rows; then U by rows from the last to
the first, each row from its last column to the pivot. A row of W is worked on from left to right:
each entry left of the diagonal takes a multiple of that pivot's row of U from the rest of the row.

What limits this is how much is loaded for a multiplication, and how often a short loop ends. Hence
*chains*: where row k of U is, behind its first entry (column p), nearly row p of U, it is stored
with explicit zeros so that both have the same tail. A row that needs k needs p too, and takes away
multiples of the two tails at once, loading and storing what it changes once. For a system of 500
states, two or four rows at a time serve three fifths of the multiplications. Flat lists without
inner loops, sums of products kept in a register and prefetching were all slower or no faster.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from pathway.kernels.arguments import aligned
from pathway.lanes.layout import Elimination
from pathway.lanes.ordering import elimination_order, filled_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["eliminate"]

# Numbers of the sections of ``Elimination.schedule``.
PANEL, GIVEN, ZERO = 0, 1, 2
"""Of each panel, one past its last row, given entry and zero; pairs of row of J and place; places."""
STEP_END, STEP = 3, 4
"""One past each row's steps; steps: number of pivots, length of the tail, place in the row and on
the diagonal for each pivot, places that the tail changes."""
LOWER_END, LOWER, UPPER_END, UPPER = 5, 6, 7, 8
"""One past each row's columns in L, columns; the same for U, last row first."""
SECTIONS = 9

GROUPS = (4, 2, 1)
"""How many pivots one step may take together."""

PADDING, PADDING_SHARE = 1, 0.1
"""Zeros that a row of U may be given to share a tail: so many, or this share of its length."""

PANEL_SIZE = 64
"""Entries, at least, that are written before rows among them are worked on: a part of L1."""

SPARE = 8
"""Rows behind the factors which take what a padded tail adds outside the pattern, in turn."""


def eliminate(
    indptr: NDArray[np.int32], indices: NDArray[np.int32]
) -> tuple[NDArray[np.intp], Elimination]:
    """Return the order of elimination and the elimination itself.

    Parameters
    ----------
    indptr, indices
        Pattern of the Jacobian in compressed columns, no entry twice.

    Returns
    -------
    tuple[NDArray[np.intp], Elimination]
        Which state is eliminated k-th; the factors' layout and schedule.
    """
    order = elimination_order(indptr, indices)
    rows = filled_rows(indptr, indices, order)
    pattern = _pattern(rows)
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    column = np.repeat(rank, np.diff(indptr)).tolist()
    entry = [pattern.place[i][j] for i, j in zip(rank[indices].tolist(), column, strict=True)]
    sections = [
        *_panels(pattern, entry),
        *_steps(pattern),
        *_ends(pattern.lower),
        *_ends(pattern.upper[::-1]),
    ]
    elimination = Elimination(
        entry=_whole(entry),
        diagonal=_whole([pattern.place[k][k] for k in range(order.size)]),
        schedule=_pack(sections),
        size=np.array([pattern.size + SPARE, order.size, sum(map(len, rows))], dtype=np.int64),
        code=np.zeros(2, dtype=np.int64),
    )
    return order, elimination


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pattern:
    """Entries of L and U in elimination order."""

    lower: list[list[int]]
    """Columns left of the diagonal, ascending."""
    upper: list[list[int]]
    """Columns right of the diagonal with padding, descending."""
    following: list[int]
    """Pivot with whose row of U a row of U shares its tail, or -1."""
    place: list[dict[int, int]]
    """Place of each column of a row."""
    size: int

    def group(self, row: int) -> list[list[int]]:
        """Return the pivots left of the diagonal in the order in which a row takes them."""
        present = set(self.lower[row])
        waiting: dict[int, list[int]] = {}
        found: list[list[int]] = []
        for pivot in self.lower[row]:
            chain = [*waiting.pop(pivot, []), pivot]
            following = self.following[pivot]
            if following in present and len(chain) < GROUPS[0]:
                found.append(waiting.get(following, []))
                waiting[following] = chain
            else:
                found.append(chain)
        return [part for chain in found for part in _split(chain)]


def _pattern(rows: list[list[int]]) -> _Pattern:
    """Lay out the factors with the given columns of each row."""
    lower = [[j for j in row if j < i] for i, row in enumerate(rows)]
    upper = [[j for j in reversed(row) if j > i] for i, row in enumerate(rows)]
    following = [-1] * len(rows)
    for k in reversed(range(len(rows))):
        if not upper[k]:
            continue
        *own, first = upper[k]
        missing = len(upper[first]) - len(own)
        if missing <= max(PADDING, PADDING_SHARE * len(own)) and set(own) <= set(upper[first]):
            following[k] = first
            upper[k] = [*upper[first], first]
    place: list[dict[int, int]] = [{} for _ in rows]
    cells = [(i, j) for i, row in enumerate(lower) for j in row]
    cells += [(i, j) for i in reversed(range(len(rows))) for j in [*upper[i], i]]
    for position, (i, j) in enumerate(cells):
        place[i][j] = position
    return _Pattern(lower=lower, upper=upper, following=following, place=place, size=len(cells))


def _split(chain: list[int]) -> list[list[int]]:
    """Return a chain in parts as long as a step can take."""
    parts = []
    while chain:
        size = next(size for size in GROUPS if size <= len(chain))
        parts.append(chain[:size])
        chain = chain[size:]
    return parts


def _panels(pattern: _Pattern, entry: list[int]) -> tuple[list[int], list[int], list[int]]:
    """Return panels of rows, and for each what is copied from J and what starts as zero."""
    given = {place: q for q, place in enumerate(entry)}
    panels: list[int] = []
    pairs: list[int] = []
    zeros: list[int] = []
    waiting: list[int] = []
    for row, places in enumerate(pattern.place):
        waiting.extend(places.values())
        if len(waiting) >= PANEL_SIZE or row == len(pattern.place) - 1:
            for place in sorted(waiting):
                if place in given:
                    pairs += [given[place], place]
                else:
                    zeros.append(place)
            panels += [row + 1, len(pairs) // 2, len(zeros)]
            waiting = []
    return panels, pairs, zeros


def _steps(pattern: _Pattern) -> tuple[list[int], list[int]]:
    """Return one past each row's steps, and the steps."""
    ends: list[int] = []
    steps: list[int] = []
    spare = 0
    for row, places in enumerate(pattern.place):
        for group in pattern.group(row):
            tail = pattern.upper[group[-1]]
            steps += [len(group), len(tail)]
            for pivot in group:
                steps += [places[pivot], pattern.place[pivot][pivot]]
            for column in reversed(tail):
                if column in places:
                    steps.append(places[column])
                else:
                    steps.append(pattern.size + spare % SPARE)
                    spare += 1
        ends.append(len(steps))
    return ends, steps


def _ends(lists: list[list[int]]) -> tuple[list[int], list[int]]:
    """Return lists end to end, and one past the end of each."""
    return list(accumulate(map(len, lists))), [item for one in lists for item in one]


def _whole(values: list[int]) -> NDArray[np.uint32]:
    array = aligned(len(values), np.uint32)
    array[:] = values
    return array


def _pack(sections: Iterable[list[int]]) -> NDArray[np.uint32]:
    """Return sections end to end behind a head with the start of each and the end."""
    ends, items = _ends([[0] * (SECTIONS + 1), *sections])
    items[: SECTIONS + 1] = ends
    return _whole(items)
