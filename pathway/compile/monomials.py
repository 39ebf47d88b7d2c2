"""Products of parameters as one sparse table of exponents, evaluated in one vectorised product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pathway.declare.parameters import Monomial
from pathway.errors import CompileError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

__all__ = ["MonomialTable", "MonomialTableBuilder"]

ONE = Monomial()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MonomialTable:
    """All monomials of a network, as rows of a sparse matrix of exponents.

    Row ``m`` is the slice ``start[m]:start[m + 1]`` of ``slot`` and ``power``; a slot below
    ``len(parameters)`` is a parameter, one above it a coefficient. A product of powers is used
    and not ``exp(E @ log(p))``: it is exact for zero and for power one, and as fast at this size.
    """

    parameters: tuple[str, ...]
    start: NDArray[np.intp]
    slot: NDArray[np.intp]
    power: NDArray[np.float64]
    coefficient: NDArray[np.float64]

    def vector(self, parameters: Mapping[str, float]) -> NDArray[np.float64]:
        """Return the values of ``self.parameters``, in their order.

        Raises
        ------
        CompileError
            If one is missing, negative or not finite.
        """
        try:
            values = np.array([parameters[name] for name in self.parameters], dtype=np.float64)
        except KeyError as missing:
            name = str(missing.args[0])
            raise CompileError(
                f"parameter {name!r}", "has no value", nearest(name, parameters)
            ) from missing
        good = np.isfinite(values) & (values >= 0.0)
        if not good.all():
            name = self.parameters[int(np.argmin(good))]
            raise CompileError(
                f"parameter {name!r}",
                f"is {parameters[name]:g}, not a finite number that is zero or more",
                "give a valid value",
            )
        return values

    def evaluate(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the value of every monomial.

        Parameters
        ----------
        values : ndarray, shape (..., parameters)
            Parameter values in internal units; leading axes are draws.

        Returns
        -------
        ndarray, shape (..., monomials)

        Raises
        ------
        CompileError
            If a monomial is not finite, as when a parameter in a denominator is zero.
        """
        if not self.start.size:
            return np.empty((*values.shape[:-1], 0))
        draws = np.broadcast_to(self.coefficient, (*values.shape[:-1], self.coefficient.size))
        base = np.concatenate([values, draws], axis=-1)[..., self.slot]
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            powers = np.power(base, self.power)
            result = np.multiply.reduceat(powers, self.start, axis=-1)
        finite = np.isfinite(result).reshape(-1, self.start.size).all(axis=0)
        if not finite.all():
            names = ", ".join(self._names(int(np.argmin(finite))))
            raise CompileError(
                f"the product of {names}",
                "is not finite",
                "a parameter in a denominator must not be zero",
            )
        return np.ascontiguousarray(result)

    def _names(self, row: int) -> list[str]:
        stop = self.start[row + 1] if row + 1 < self.start.size else self.slot.size
        slots = self.slot[self.start[row] : stop]
        return [repr(self.parameters[slot]) for slot in slots if slot < len(self.parameters)]


class MonomialTableBuilder:
    """Collects monomials, equal ones once, and numbers them in order of first use."""

    def __init__(self, parameters: Iterable[str]) -> None:
        self._parameters = {name: index for index, name in enumerate(parameters)}
        self._rows: dict[Monomial, int] = {}
        # Hashing nested tuples is the larger cost of a build; the graph keeps the objects alive,
        # so identity stands for equality while it is read.
        self._identity: dict[int, tuple[int, Monomial]] = {}

    def known(self, value: object) -> int | None:
        """Return the row of an object that was added, None for any other, equal or not."""
        known = self._identity.get(id(value))
        return None if known is None else known[0]

    def add(self, monomial: Monomial) -> int:
        """Return the row of a monomial, a new one if no equal monomial was added before."""
        known = self._identity.get(id(monomial))
        if known is not None:
            return known[0]
        row = self._rows.setdefault(monomial, len(self._rows))
        self._identity[id(monomial)] = (row, monomial)
        return row

    def build(self) -> MonomialTable:
        """Return the table; parameters that no list announced come last, in order of use."""
        for monomial in self._rows:
            for name, _ in monomial.powers:
                self._parameters.setdefault(name, len(self._parameters))
        offset = len(self._parameters)
        start: list[int] = []
        slot: list[int] = []
        power: list[float] = []
        for row, monomial in enumerate(self._rows):
            start.append(len(slot))
            slot.append(offset + row)
            power.append(1.0)
            slot.extend(self._parameters[name] for name, _ in monomial.powers)
            power.extend(exponent for _, exponent in monomial.powers)
        return MonomialTable(
            parameters=tuple(self._parameters),
            start=np.array(start, dtype=np.intp),
            slot=np.array(slot, dtype=np.intp),
            power=np.array(power, dtype=np.float64),
            coefficient=np.array([m.coefficient for m in self._rows], dtype=np.float64),
        )
