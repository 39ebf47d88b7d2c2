"""The Jacobian of a system: derivatives of what rates name, chained and summed by sparse entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pathway.equations.symbolic import gradient
from pathway.programs import opcodes as op

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pathway.equations.expression import Expression
    from pathway.programs.builder import Scope

__all__ = ["Entries", "jacobian_entries"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entries:
    """Where each product of two derivatives goes.

    Place ``k`` of the data is the sum of ``coefficient * u * v`` over ``start[k]:start[k + 1]``.
    """

    indptr: NDArray[np.int32]
    indices: NDArray[np.int32]
    """The CSC pattern: rows ascending, the diagonal always in."""
    start: NDArray[np.int64]
    coefficient: NDArray[np.float64]
    u: NDArray[np.int64]
    v: NDArray[np.int64]
    """References."""


class _Chain:
    """Total derivatives by moving states, through any number of assignments."""

    def __init__(self, scope: Scope, states: Mapping[str, int]) -> None:
        self.scope = scope
        self.states = states
        self.totals: dict[str, dict[int, int]] = {}
        self.partials: dict[str, list[tuple[str, int]]] = {}
        dependence = scope.builder.dependence
        self.wanted = {name for name in dependence.order if dependence.moves(name)} | set(states)

    def partial(self, expression: Expression) -> list[tuple[str, int]]:
        """Return (name, reference of the derivative by it)."""
        slopes = gradient(expression, self.wanted)
        return [(str(name), self.scope.place(slope)) for name, slope in slopes.items()]

    def total(self, name: str) -> dict[int, int]:
        """Return the reference of the derivative of a name by each state it depends on."""
        if name in self.states:
            return {self.states[name]: self.scope.builder.one}
        if name not in self.totals:
            # In computing order: a chain of assignments may be longer than Python's stack.
            for earlier in self._needed(name):
                self.totals[earlier] = self._sum(earlier)
        return self.totals[name]

    def _needed(self, name: str) -> list[str]:
        definitions = self.scope.builder.dependence.definitions
        needed, stack = {name}, [name]
        while stack:
            for inner, _ in self._partials(stack.pop()):
                if inner in definitions and inner not in needed and inner not in self.totals:
                    needed.add(inner)
                    stack.append(inner)
        if len(needed) == 1:  # nearly always: it spares a look at all definitions
            return [name]
        return [one for one in self.scope.builder.dependence.order if one in needed]

    def _partials(self, name: str) -> list[tuple[str, int]]:
        if name not in self.partials:
            body = self.scope.builder.dependence.definitions[name]
            self.partials[name] = self.partial(body)
        return self.partials[name]

    def _sum(self, name: str) -> dict[int, int]:
        result: dict[int, int] = {}
        for inner, slope in self._partials(name):
            for state, further in self.total(inner).items():
                product = self.scope.emit(op.MULTIPLY, slope, further)
                if state in result:
                    product = self.scope.emit(op.ADD, result[state], product)
                result[state] = product
        return result


def jacobian_entries(
    scope: Scope,
    states: Mapping[str, int],
    rows: Sequence[Sequence[tuple[float, Expression]]],
) -> Entries:
    """Write the program of derivatives and return the entries that make the Jacobian of them.

    Parameters
    ----------
    scope : Scope
        The program to write into; its parent has computed the rates.
    states : mapping of str to int
        Row and column of each moving state.
    rows : sequence of sequence of (float, Expression)
        The terms of each moving state's derivative. An expression in several rows is one object.
    """
    chain = _Chain(scope, states)
    found: dict[int, list[tuple[int, int, int]]] = {}
    entries: list[tuple[int, int, float, int, int]] = []
    for row, terms in enumerate(rows):
        for coefficient, expression in terms:
            if id(expression) not in found:
                found[id(expression)] = [
                    (column, slope, further)
                    for name, slope in chain.partial(expression)
                    for column, further in chain.total(name).items()
                ]
            for column, u, v in found[id(expression)]:
                entries.append((row, column, coefficient, u, v))
    return _compress(entries, len(rows), scope.builder.zero)


def _compress(entries: list[tuple[int, int, float, int, int]], size: int, zero: int) -> Entries:
    entries = entries + [(row, row, 0.0, zero, zero) for row in range(size)]
    row, column, u, v = (
        np.array([entry[part] for entry in entries], dtype=np.int64) for part in (0, 1, 3, 4)
    )
    coefficient = np.array([entry[2] for entry in entries], dtype=np.float64)
    place = column * size + row
    order = np.argsort(place, kind="stable")
    cells, first = np.unique(place[order], return_index=True)
    counts = np.bincount(cells // max(size, 1), minlength=size)
    return Entries(
        indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        indices=(cells % max(size, 1)).astype(np.int32),
        start=np.concatenate([first, [len(entries)]]).astype(np.int64),
        coefficient=coefficient[order],
        u=u[order],
        v=v[order],
    )
