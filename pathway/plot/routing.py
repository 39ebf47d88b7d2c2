"""The line an edge takes between two boxes: as straight as it can be without crossing a third."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Box", "clip", "curve", "route"]

_BENDS = (0.0, 0.1, -0.1, 0.2, -0.2, 0.32, -0.32, 0.46, -0.46, 0.62, -0.62, 0.8, -0.8)
"""Sideways reach of the control point, in lengths of the edge; the first of equals wins."""

_SAMPLES = np.linspace(0.0, 1.0, 81)[:, None]


@dataclass(frozen=True, slots=True)
class Box:
    """A box by its centre and half sizes, in drawing units."""

    x: float
    y: float
    half_width: float
    half_height: float

    def contains(self, points: np.ndarray, margin: float = 0.0) -> np.ndarray:
        """Return which of ``points`` (n, 2) lie in the box grown by ``margin`` on all sides."""
        inside_x = np.abs(points[:, 0] - self.x) < self.half_width + margin
        inside_y = np.abs(points[:, 1] - self.y) < self.half_height + margin
        return np.asarray(inside_x & inside_y)


def curve(tail: Box, head: Box, bend: float) -> np.ndarray:
    """Return a quadratic Bezier curve from centre to centre as (81, 2) points.

    ``bend`` moves the control point to the right of the way, by that share of its length.
    """
    start, end = np.array([tail.x, tail.y]), np.array([head.x, head.y])
    way = end - start
    control = (start + end) / 2 + bend * np.array([way[1], -way[0]])
    t = _SAMPLES
    return np.asarray((1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end)


def clip(points: np.ndarray, tail: Box, head: Box, gap: float) -> np.ndarray:
    """Return the part of a curve between the two boxes, ``gap`` away from either."""
    inside_tail = np.flatnonzero(tail.contains(points, gap))
    first = int(inside_tail[-1]) + 1 if inside_tail.size else 0
    inside_head = np.flatnonzero(head.contains(points[first:], gap))
    last = first + int(inside_head[0]) if inside_head.size else len(points)
    return points[first:last] if last - first >= 2 else points[[0, -1]]


def route(
    tail: str,
    head: str,
    boxes: Mapping[str, Box],
    drawn: Sequence[np.ndarray],
    *,
    gap: float,
) -> np.ndarray:
    """Return the line of one edge, (n, 2): the least bent that meets fewest boxes and lines.

    Parameters
    ----------
    tail, head : str
        Boxes the edge joins.
    boxes : mapping
        All boxes of the drawing.
    drawn : sequence of (m, 2) array
        Lines drawn so far; running along one of them is avoided, crossing it is not.
    gap : float
        Clear space at both ends.
    """
    others = [box for name, box in boxes.items() if name not in (tail, head)]
    centres = np.array([(box.x, box.y) for box in others]).reshape(-1, 1, 2)
    reach = np.array([(box.half_width, box.half_height) for box in others]).reshape(-1, 1, 2)
    # Every third point is enough to notice a shared course, and keeps the search quick.
    placed = np.concatenate([np.empty((0, 2)), *(line[::3] for line in drawn)])
    best, least = np.empty((0, 2)), np.inf
    for bend in _BENDS:
        points = clip(curve(boxes[tail], boxes[head], bend), boxes[tail], boxes[head], gap)
        inside = (np.abs(points - centres) < reach + gap * 0.8).all(axis=2)
        cost = 1.0 * inside.sum() + 6.0 * abs(bend) + 0.4 * _shared(points[::3], placed, gap)
        if cost < least - 1e-9:
            best, least = points, cost
    return best


def _shared(probe: np.ndarray, placed: np.ndarray, gap: float) -> float:
    """Return how many points of a line run close beside points of lines already drawn."""
    near = np.abs(probe[:, None, :] - placed[None, :, :]) < 0.6 * gap
    return float((near[:, :, 0] & near[:, :, 1]).any(axis=1).sum())
