"""Where in a step a condition turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["locate"]

SHARPEST = 4.0 * float(np.finfo(np.float64).eps)


def locate(
    turned: Callable[[float], bool], margin: Callable[[float], float], low: float, high: float
) -> float:
    """Return the first time found at which a condition has turned, to the last bits of a double.

    The root of the margin is where to look; whether the condition has turned, it says itself.
    Without a margin that changes sign, its truth is bisected.

    Parameters
    ----------
    turned : callable
        Of time: false at ``low``, true at ``high``.
    margin : callable
        Of time.
    low, high : float
    """
    first, last = margin(low), margin(high)
    if np.isfinite(first) and np.isfinite(last) and first * last < 0.0:
        root = float(scipy.optimize.brentq(margin, low, high, xtol=5e-324, rtol=SHARPEST))
        reach = float(np.spacing(abs(root)))
        if turned(root):
            high = root
            while low < root - reach < high and turned(root - reach):
                high, reach = root - reach, 2.0 * reach
            low = max(low, root - reach)
        else:
            low = root
            while low < root + reach < high and not turned(root + reach):
                low, reach = root + reach, 2.0 * reach
            high = min(high, root + reach)
    while True:
        middle = 0.5 * (low + high)
        if not low < middle < high:
            return high
        if turned(middle):
            high = middle
        else:
            low = middle
