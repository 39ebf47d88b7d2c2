"""Exact row reduction of sparse rational vectors."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pathway.check.stoichiometry import Number

__all__ = ["Echelon", "Reduced"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduced:
    """A vector after reduction: empty if it depends on those before it."""

    vector: dict[int, Number]
    value: float
    """The number that came with the vector, minus the same combination of the others' numbers."""
    combination: dict[int, Number]
    """The vectors (by label) that were combined; the vector itself with coefficient 1."""


@dataclass(slots=True)
class Echelon:
    """Vectors in echelon form, each with its last nonzero place as pivot.

    The last place is that of the species found last, usually the largest complex, so that
    complexes are replaced by their parts and rows stay short.
    """

    tracked: bool = True
    """Whether values and combinations are wanted, or only vectors."""
    rows: dict[int, Reduced] = field(default_factory=dict)
    """By pivot, which is 1."""

    def reduce(self, vector: Mapping[int, Number], value: float, label: int) -> Reduced:
        """Reduce a vector by the rows so far and, if something is left, keep it as a row.

        Parameters
        ----------
        vector : mapping of int to Fraction
            Nonzero entries by place.
        value : float
            A number that goes with the vector, combined likewise.
        label : int
            How the vector is called in combinations.

        Returns
        -------
        Reduced
        """
        left = dict(vector)
        combination: dict[int, Number] = {label: 1}
        while left:
            pivot = max(left)
            row = self.rows.get(pivot)
            if row is None:
                break
            share = left[pivot]
            _subtract(left, row.vector, share)
            if self.tracked:
                _subtract(combination, row.combination, share)
                value -= float(share) * row.value
        reduced = Reduced(vector=left, value=value, combination=combination)
        if left:
            pivot = max(left)
            self.rows[pivot] = _divided(reduced, left[pivot])
        return reduced

    def null_space(self, size: int) -> list[dict[int, Number]]:
        """Return a basis of the vectors orthogonal to all rows, among ``size`` places.

        One vector per place that is no pivot; it is 1 there and 0 at the other such places.
        """
        found: dict[int, dict[int, Number]] = {}
        parts: list[dict[int, Number]] = []
        for place in range(size):
            row = self.rows.get(place)
            if row is None:
                parts.append({place: 1})
                found[place] = {}
            else:
                part: dict[int, Number] = {}
                for other, entry in row.vector.items():
                    if other != place:
                        _subtract(part, parts[other], entry)
                parts.append(part)
        for place, part in enumerate(parts):
            for free, entry in part.items():
                found[free][place] = entry
        return list(found.values())


def _subtract(target: dict[int, Number], other: Mapping[int, Number], share: Number) -> None:
    for place, entry in other.items():
        left = target.get(place, 0) - share * entry
        if left:
            target[place] = left
        else:
            target.pop(place, None)


def _divided(reduced: Reduced, pivot: Number) -> Reduced:
    if pivot == 1:
        return reduced

    def scaled(entries: Mapping[int, Number]) -> dict[int, Number]:
        if pivot == -1:
            return {place: -entry for place, entry in entries.items()}
        return {place: Fraction(entry) / pivot for place, entry in entries.items()}

    return Reduced(
        vector=scaled(reduced.vector),
        value=reduced.value / float(pivot),
        combination=scaled(reduced.combination),
    )
