"""What a kernel is given besides time and state: four flat arrays, the same types for any model.

Unboxing an array costs the caller about 0.2 microseconds, so the thirty tables travel as
sections of two arrays: ``tables`` (uint32) and ``stoichiometry`` (float64). The head of ``tables``
holds start and stop of each section; sections start at multiples of 64 bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pathway.compile.tables import Constants, Tables

__all__ = ["ALIGNMENT", "Arguments", "aligned", "pack"]

Number = TypeVar("Number", np.uint32, np.float64)

ALIGNMENT = 64
"""Bytes: one cache line, one 512-bit vector."""

# Numbers of the sections of ``tables``. Kernels read them as compile-time constants.
REACTANT_START, REACTANT, POOL_START, POOL_AMOUNT = 0, 1, 2, 3
FACTOR_KIND, FACTOR_POOL, LAW_START, LAW_FACTOR = 4, 5, 6, 7
ROW_START, ROW_REACTION, SCALED = 8, 9, 10
INDPTR, INDICES = 11, 12
DIRECT_START, DIRECT_POSITION, FLOW_START, FLOW_POSITION = 13, 14, 15, 16
CHAIN_POOL, CHAIN_START, CHAIN_POSITION = 17, 18, 19
SCALED_START, SCALED_POSITION = 20, 21
ROW_NET, DIRECT_NET, FLOW_NET = 22, 23, 24
"""The last three are sections of ``stoichiometry``."""
SECTIONS = 25


class Arguments(NamedTuple):
    """The ``p`` of ``rhs(t, y, p)``: tables, constants and inputs of one network."""

    tables: NDArray[np.uint32]
    """All index tables, in sections."""
    stoichiometry: NDArray[np.float64]
    """All stoichiometric coefficients, in sections."""
    constants: NDArray[np.float64]
    """``Constants.kernel``: rate | weight | half | hill | scale."""
    inputs: NDArray[np.float64]
    """Concentrations of the constant inputs, nM."""


def aligned(size: int, dtype: type[Number]) -> NDArray[Number]:
    """Return a zeroed one-dimensional array that starts at a multiple of 64 bytes."""
    width = np.dtype(dtype).itemsize
    raw = np.zeros(size * width + ALIGNMENT, dtype=np.uint8)
    offset = -raw.ctypes.data % ALIGNMENT
    values: NDArray[Number] = raw[offset : offset + size * width].view(dtype)
    return values


def pack(tables: Tables, constants: Constants, inputs: NDArray[np.float64]) -> Arguments:
    """Return kernel arguments.

    Parameters
    ----------
    tables : Tables
    constants : Constants
    inputs : ndarray, shape (inputs,)
        nM.
    """
    jacobian = tables.jacobian
    packed, stoichiometry = _sections(
        [
            tables.reactant_start,
            tables.reactant,
            tables.pool_start,
            tables.pool_amount,
            tables.factor_kind,
            tables.factor_pool,
            tables.law_start,
            tables.law_factor,
            tables.row_start,
            tables.row_reaction,
            tables.scaled,
            jacobian.indptr,
            jacobian.indices,
            jacobian.direct_start,
            jacobian.direct_position,
            jacobian.flow_start,
            jacobian.flow_position,
            jacobian.chain_pool,
            jacobian.chain_start,
            jacobian.chain_position,
            jacobian.scaled_start,
            jacobian.scaled_position,
        ],
        [tables.row_stoichiometry, jacobian.direct_stoichiometry, jacobian.flow_stoichiometry],
    )
    return Arguments(
        tables=packed,
        stoichiometry=stoichiometry,
        constants=_copy(constants.kernel),
        inputs=_copy(inputs),
    )


def _sections(
    integers: list[NDArray[np.uint32] | NDArray[np.int32]], floats: list[NDArray[np.float64]]
) -> tuple[NDArray[np.uint32], NDArray[np.float64]]:
    bounds: list[int] = []
    top = _padded(2 * SECTIONS, 4)
    for table in integers:
        bounds += [top, top + table.size]
        top += _padded(table.size, 4)
    float_top = 0
    for values in floats:
        bounds += [float_top, float_top + values.size]
        float_top += _padded(values.size, 8)
    index = aligned(top, np.uint32)
    index[: len(bounds)] = bounds
    for section, table in enumerate(integers):
        index[bounds[2 * section] : bounds[2 * section + 1]] = table
    flat = aligned(float_top, np.float64)
    for section, values in enumerate(floats, start=len(integers)):
        flat[bounds[2 * section] : bounds[2 * section + 1]] = values
    return index, flat


def _padded(size: int, width: int) -> int:
    per_line = ALIGNMENT // width
    return -(-size // per_line) * per_line


def _copy(values: NDArray[np.float64]) -> NDArray[np.float64]:
    copy = aligned(values.size, np.float64)
    copy[:] = values
    return copy
