"""Normal numbers by name and place: draw ``i`` of a parameter is the same however many are drawn.

Each name has a Philox stream of its own (Salmon et al. 2011, "Parallel random numbers: as easy as
1, 2, 3"), keyed by seed and name; the counter is the draw. So a draw does not depend on how many
there are, on chunks, or on what else varies, and scenarios that share a parameter share its draws.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["normals"]

WORDS = 4
"""Philox makes this many 64-bit words from one count."""


def normals(seed: int, names: Sequence[str], start: int, stop: int) -> NDArray[np.float64]:
    """Return standard normal numbers of draws ``start`` to ``stop``, shape (draws, names).

    One word makes one number, by the inverse of the distribution function: 53 bits, so within
    8.2 standard deviations.
    """
    first = start // WORDS
    words = WORDS * (-(-stop // WORDS) - first)
    skipped = start - WORDS * first
    found = np.empty((len(names), stop - start))
    for row, name in enumerate(names):
        sha = hashlib.sha256(f"{seed}\n{name}".encode()).digest()
        stream = np.random.Philox(key=int.from_bytes(sha[:16], "little"), counter=first)
        raw = stream.random_raw(words)[skipped : skipped + stop - start]
        found[row] = ndtri(((raw >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53)
    return np.ascontiguousarray(found.T)
