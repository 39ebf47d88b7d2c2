"""How an engine stands to another: only at errors that are alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pathway.bench.measure import Measured

__all__ = ["ALIKE", "Ratio", "alike", "best_ratio", "matched"]

ALIKE = 3.0
"""Errors are alike if neither is more than this many times the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """How many times as much one engine does as another."""

    own: Measured
    peer: Measured
    times: float


def alike(one: Measured, other: Measured) -> bool:
    """Return whether two errors may be compared."""
    if not (one.error > 0.0 and other.error > 0.0):
        return False
    return 1.0 / ALIKE <= one.error / other.error <= ALIKE


def matched(own: Iterable[Measured], peer: Measured) -> Measured | None:
    """Return the line of ``own`` whose error is nearest to a peer's, if it is alike.

    The tolerances may differ: what they say of the error differs from engine to engine.
    """
    known = [line for line in own if line.problem == peer.problem and alike(line, peer)]
    return min(known, key=lambda line: abs(np.log(line.error / peer.error)), default=None)


def best_ratio(
    own: Sequence[Measured], peers: Iterable[Measured], rate: Callable[[Measured], float]
) -> Ratio | None:
    """Return the smallest ratio to any peer: that to the best one; None without any.

    Parameters
    ----------
    own, peers : sequence of Measured
        Of one problem.
    rate : callable
        What is compared, more being better.
    """
    found = []
    for peer in peers:
        line = matched(own, peer)
        if line is not None and np.isfinite(rate(peer)) and np.isfinite(rate(line)):
            found.append(Ratio(own=line, peer=peer, times=rate(line) / rate(peer)))
    return min(found, key=lambda ratio: ratio.times, default=None)
