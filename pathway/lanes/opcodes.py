"""The lane machine's operations, numbered; the kernels read the numbers as compile-time constants.

The first forty are those of :mod:`pathway.programs.opcodes`, under the same numbers. Operands in a
block: the result's row first, then the rows that are read.
"""

from __future__ import annotations

__all__ = [
    "CODE",
    "FORMS",
    "HILL",
    "MULTIPLY3",
    "MULTIPLY4",
    "RECIPROCAL",
    "SUM",
    "SUM_HEAD",
    "WIDTH",
]

MULTIPLY3, MULTIPLY4, RECIPROCAL, HILL, SUM, CODE = 40, 41, 42, 43, 44, 45
"""``HILL`` writes value, complement and slope of a saturation in x, half and exponent; ``CODE``
calls the straight-line function whose number stands in place of the number of results."""

SUM_HEAD = 9
"""A block of sums is made of groups of one shape. In front of each group: the number of its form
below, 0 for any other shape; how many sums; entries of each; then the shape."""

FORMS = (
    (0, 0, 1, 0, 0, 0),
    (0, 0, 0, 1, 0, 0),
    (1, 0, 0, 0, 0, 0),
    (0, 1, 0, 0, 0, 0),
    (2, 0, 0, 0, 0, 0),
    (1, 1, 0, 0, 0, 0),
    (0, 0, 1, 1, 0, 0),
    (0, 0, 0, 1, 1, 0),
)
"""Shapes that have a loop of their own, from number 1 on. A shape is how many terms a sum has of one
row (added, subtracted), of two rows' product and of three rows' product."""

WIDTH = {0: 3, MULTIPLY3: 4, MULTIPLY4: 5, RECIPROCAL: 2, HILL: 6}
"""Entries among the operands that one result has, where it is not four (result and three)."""
