"""Whole numbers to find places with: unsigned throughout the linear algebra of lanes.

numba makes the sum of an unsigned and a signed whole number a float.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "EIGHT",
    "FIVE",
    "FOUR",
    "NINE",
    "NONE",
    "ONE",
    "SEVEN",
    "SIX",
    "TEN",
    "THREE",
    "TWO",
    "unsigned",
]

NONE, ONE, TWO, THREE, FOUR, FIVE, SIX, SEVEN, EIGHT, NINE, TEN = (
    cast("int", np.uintp(number)) for number in range(11)
)

unsigned = cast("Callable[[int], int]", np.uintp)
