"""What the machine is given besides time and state: five arrays, of the same types for any system."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Arguments"]

# Programs, in the order of ``Arguments.spans``. Kernels read the numbers as constants.
FIXED, SWITCHES, START, MAIN, SLOPES, WATCH, ACTIONS, OUTPUTS = 0, 1, 2, 3, 4, 5, 6, 7
PROGRAMS = 8

# Numbers of the lists in ``Arguments.lists``.
PLACES, ROW_START, ROW_SLOT, INDPTR, INDICES, ENTRY_START, ENTRY_U, ENTRY_V = 0, 1, 2, 3, 4, 5, 6, 7
TRUTHS, MARGINS, ACTION_SLOTS, OUTPUT_SLOTS = 8, 9, 10, 11
START_STOP, START_SLOT, START_TARGET = 12, 13, 14
LISTS = 15


class Arguments(NamedTuple):
    """The ``p`` of ``rhs(t, y, p)``: the programs of one system and the values of one run.

    ``values`` is written by every call, so each run has its own; the other four never change.
    """

    code: NDArray[np.uint32]
    """Instructions: operation and three operand slots, shape (instructions, 4). Instruction i
    writes slot ``inputs + i``."""
    spans: NDArray[np.int64]
    """``inputs``, the slot of time, then first and last + 1 instruction of each program."""
    lists: NDArray[np.uint32]
    """All index lists, behind a head with start and stop of each."""
    coefficients: NDArray[np.float64]
    """Of the rows of the right-hand side, then of the entries of the Jacobian."""
    values: NDArray[np.float64]
    """One slot for each state, constant, time, number and result."""
