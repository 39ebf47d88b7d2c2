"""Lists of lists as two flat arrays."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["places", "ragged"]


def ragged(lists: Sequence[Sequence[int]]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Return ``start`` (one more than lists) and ``items``: list ``i`` is start[i]:start[i+1]."""
    start = np.zeros(len(lists) + 1, dtype=np.uint32)
    np.cumsum([len(items) for items in lists], out=start[1:], dtype=np.uint32)
    items = np.fromiter(chain.from_iterable(lists), dtype=np.uint32, count=int(start[-1]))
    return start, items


def places(start: NDArray[np.int64], count: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return ``start[i], start[i] + 1, ...``, ``count[i]`` of them, for each ``i`` in turn."""
    before = np.cumsum(count) - count
    return np.repeat(start - before, count) + np.arange(count.sum(), dtype=np.int64)
