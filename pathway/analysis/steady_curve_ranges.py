"""The doses at which cells can be in two states: where the ways up and down are apart."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pathway.analysis.steady_curve_walk import same_rest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pathway.analysis.steady_curve_walk import Row
    from pathway.solve.continuation import Follower, Point

    Ranges = tuple[tuple[float, float], ...]

__all__ = ["two_rests"]


def two_rests(follower: Follower, up: Sequence[Row], down: Sequence[Row]) -> Ranges:
    """Return the ranges of dose, nM, in which both ways have rests, and these differ.

    Between two doses of the grid the ways are compared wherever neither of them ends: each is
    followed to the middle of such a piece. So the ranges do not depend on the grid.
    """
    below = {row.dose: row for row in down}
    joined: list[tuple[float, float]] = []
    for low, high in pairwise(up):
        if low.dose not in below or high.dose not in below:
            continue
        for start, stop in _pieces(follower, (low, high), (below[high.dose], below[low.dose])):
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], stop)
            else:
                joined.append((start, stop))
    return tuple(joined)


def _pieces(
    follower: Follower, rise: tuple[Row, Row], fall: tuple[Row, Row]
) -> list[tuple[float, float]]:
    """Return the parts of the way from one dose to the next in which the ways differ."""
    low, high = rise
    ends = {end.dose for row in (high, fall[1]) for end in row.ends}
    if not ends:
        differ = _differ(low.point, fall[1].point) and _differ(high.point, fall[0].point)
        return [(low.dose, high.dose)] if differ else []
    edges = sorted({low.dose, high.dose} | {dose for dose in ends if low.dose < dose < high.dose})
    found = []
    for start, stop in pairwise(edges):
        middle = (start * stop) ** 0.5 if start > 0.0 else stop / 2.0
        one = _at(follower, rise, middle, upwards=True)
        other = _at(follower, fall, middle, upwards=False)
        if _differ(one, other):
            found.append((start, stop))
    return found


def _at(follower: Follower, way: tuple[Row, Row], dose: float, *, upwards: bool) -> Point | None:
    """Return where a way from one row to the next is at a dose between them, if it is anywhere."""
    first, last = way
    point: Point | None = first.point
    for place, end in enumerate(last.ends):
        if (end.dose < dose) == upwards:
            point = last.landed[place] if place < len(last.landed) else None
    if point is None:
        return None
    reached, ended = follower.follow(point, dose)
    return reached if ended is None else None


def _differ(one: Point | None, other: Point | None) -> bool:
    return one is not None and other is not None and not same_rest(one, other)
