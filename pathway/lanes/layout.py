"""What the lane kernels are given of one model: a program, an elimination, and where things stand.

All numbers of eight runs stand in one array of *rows*, eight doubles each. Rows, in this order:
time; the states in elimination order; the numbers of a run (rate constants, concentrations held by
the medium ...); numbers that are the same for all; what the programs compute.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pathway.lanes.straight.tiers import Tiers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["TIME_ROW", "Elimination", "LaneProgram", "LaneSystem"]

TIME_ROW = 0
FIRST_STATE = 1


class LaneProgram(NamedTuple):
    """Blocks of equal operations, in an order in which nothing is read before it is written."""

    blocks: NDArray[np.uint32]
    """Three for each block: operation, results (of sums: groups), place of its first operand."""
    operands: NDArray[np.uint32]
    """For each result, the row it goes to, then the rows it is computed from. In front of each
    group of sums its shape, as :mod:`pathway.lanes.opcodes` says."""
    spans: NDArray[np.int64]
    """One past the last block of: what numbers alone decide; the derivatives; the Jacobian."""
    code: NDArray[np.int64]
    """Addresses of straight-line functions that stand in place of blocks; none by default."""


class Elimination(NamedTuple):
    """Sparse LU of ``I / (gamma h) - J`` as a fixed list of operations, in elimination order."""

    entry: NDArray[np.uint32]
    """Place among the factors of each Jacobian entry, in the order of the Jacobian's rows."""
    diagonal: NDArray[np.uint32]
    """Place of each pivot; after the factorization its inverse stands there."""
    schedule: NDArray[np.uint32]
    """Head with start of each section, then the sections."""
    size: NDArray[np.int64]
    """Rows that the factors take (entries of L + U, padding and spare ones), number of states,
    number of entries of L + U."""
    code: NDArray[np.int64]
    """Addresses of straight-line functions that factorize and solve; 0: by the tables."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaneSystem:
    """One model for the lane kernels; shared by any number of runs."""

    order: NDArray[np.intp]
    """Which state of the model is eliminated k-th, shape (states,)."""
    numbers: int
    """How many numbers a run has."""
    constants: NDArray[np.float64]
    """Numbers that are the same for all runs."""
    rows: int
    """In all."""
    derivative: int
    """First row of the derivatives, in elimination order."""
    jacobian: int
    """First row of the Jacobian's entries, in the order of ``Elimination.entry``."""
    program: LaneProgram
    elimination: Elimination
    tiers: Tiers = field(default_factory=Tiers)
    """Faster code for the same system."""
    owner: object = None
    """What keeps straight-line code in memory, in a system that runs it."""

    @property
    def states(self) -> int:
        """Return the number of states."""
        return int(self.order.size)

    @property
    def first_number(self) -> int:
        """Return the row of a run's first number."""
        return FIRST_STATE + self.states
