"""From references to slots: the finished programs as the arrays that kernels read."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, chain, pairwise
from typing import TYPE_CHECKING

import numpy as np

from pathway.programs.arguments import LISTS, START, Arguments

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pathway.equations.system import EquationSystem
    from pathway.programs.builder import Builder
    from pathway.programs.jacobian import Entries

__all__ = ["Written", "pack"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Written:
    """The references that kernels read lists of."""

    rows: list[list[tuple[float, int]]]
    """(coefficient, reference) of each moving state's derivative."""
    entries: Entries
    truths: list[int]
    margins: list[int]
    actions: list[int]
    outputs: list[int]
    starts: list[tuple[str, int, int]]
    """(id, reference, length of the starting program by then)."""


def pack(
    system: EquationSystem, builder: Builder, written: Written, states: Mapping[str, int]
) -> Arguments:
    """Return the arrays of a system; ``values`` holds declared initial values and constants."""
    code, bounds = _code(builder)
    first = len(builder.inputs) + 1
    inputs = first + len(builder.values)
    values = np.zeros(inputs + len(code))
    values[first:inputs] = builder.values
    for state in system.states:
        values[builder.inputs[state.id]] = state.initial
    for name, value in system.constants:
        values[builder.inputs[name]] = value
    terms = list(chain.from_iterable(written.rows))
    lengths = accumulate((len(row) for row in written.rows), initial=0)
    entries = written.entries
    begin = bounds[2 * START]
    lists: list[NDArray[np.uint32]] = [
        _index([builder.inputs[name] for name in states]),
        _index(list(lengths)),
        builder.slots(reference for _, reference in terms),
        entries.indptr.astype(np.uint32),
        entries.indices.astype(np.uint32),
        entries.start.astype(np.uint32),
        builder.slots(entries.u),
        builder.slots(entries.v),
        builder.slots(written.truths),
        builder.slots(written.margins),
        builder.slots(written.actions),
        builder.slots(written.outputs),
        _index([begin + stop for _, _, stop in written.starts]),
        builder.slots(reference for _, reference, _ in written.starts),
        _index([builder.inputs[name] for name, _, _ in written.starts]),
    ]
    coefficients = np.array([factor for factor, _ in terms], dtype=np.float64)
    return Arguments(
        code=code,
        spans=np.array([inputs, first - 1, *bounds], dtype=np.int64),
        lists=_joined(lists),
        coefficients=np.concatenate([coefficients, entries.coefficient]),
        values=values,
    )


def _code(builder: Builder) -> tuple[NDArray[np.uint32], list[int]]:
    """Return all instructions, and first and last + 1 of each program."""
    lines = np.array(list(chain.from_iterable(builder.code)), dtype=np.int64).reshape(-1, 4)
    code = np.empty(lines.shape, dtype=np.uint32)
    code[:, 0] = lines[:, 0]
    code[:, 1:] = builder.slots(lines[:, 1:].ravel()).reshape(-1, 3)
    stops = list(accumulate((len(program) for program in builder.code), initial=0))
    bounds = [bound for pair in pairwise(stops) for bound in pair]
    return code, bounds


def _index(values: Sequence[int]) -> NDArray[np.uint32]:
    return np.array(values, dtype=np.uint32)


def _joined(lists: Sequence[NDArray[np.uint32]]) -> NDArray[np.uint32]:
    """Return all lists one after the other behind start and stop of each."""
    stops = list(accumulate((part.size for part in lists), initial=2 * LISTS))
    head = [bound for pair in pairwise(stops) for bound in pair]
    return np.concatenate([_index(head), *lists])
