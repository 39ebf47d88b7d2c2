"""What is kept of a chunk of cells: moments, shares and counts, and the values or their histogram."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from pathway.population.histogram import Histograms, count_values
from pathway.result.cells import STATUSES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Values = NDArray[np.float64]
    Counts = NDArray[np.int64]

__all__ = ["Portion", "reduce_cells"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Portion:
    """One chunk; leading axes are (scenarios, variables, times)."""

    number: Counts
    """Cells that have a value."""
    mean: Values
    spread: Values
    """Sum of squared differences from the mean."""
    lowest: Values
    highest: Values
    below: Counts
    """Cells below each threshold, shape (scenarios, thresholds, times)."""
    above: Counts
    outcomes: Counts
    """Cells by status, shape (scenarios, statuses)."""
    failure: Counts
    """(draw, scenario) of the first that failed; empty if none did."""
    reason: NDArray[np.str_]
    """Why it did; empty if none did."""
    values: Values
    """All values, shape (scenarios, variables, times, cells), or empty if they are only counted."""
    status: NDArray[np.uint8]
    """shape (scenarios, cells), or empty."""
    codes: Counts
    """Bins of the histogram, see ``Histograms``; empty if the values are kept."""
    counts: Counts

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return all arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @staticmethod
    def of(arrays: Mapping[str, NDArray[np.generic]]) -> Portion:
        """Return the portion whose arrays these are; KeyError if one is missing."""
        return Portion(**{field.name: arrays[field.name] for field in fields(Portion)})  # type: ignore[arg-type]


def reduce_cells(
    values: Values,
    status: NDArray[np.uint8],
    reasons: Sequence[Mapping[int, str]],
    thresholds: Sequence[tuple[int, float]],
    *,
    start: int,
    whole: bool,
) -> Portion:
    """Reduce a chunk.

    Parameters
    ----------
    values : ndarray, shape (scenarios, variables, times, cells)
        NaN where a cell has no value.
    status : ndarray, shape (scenarios, cells)
    reasons : sequence of mapping, one for each scenario
        Why cells failed, by place in the chunk.
    thresholds : sequence of (int, float)
        Place of a variable, and a level of it.
    start : int
        Draw of the first cell.
    whole : bool
        Keep all values.
    """
    known = ~np.isnan(values)
    number = known.sum(axis=-1)
    some = np.maximum(number, 1)
    mean = np.where(known, values, 0.0).sum(axis=-1) / some
    apart = np.where(known, values - mean[..., None], 0.0)
    variables = [place for place, _ in thresholds]
    levels = np.array([level for _, level in thresholds])[None, :, None, None]
    tested = values[:, variables]
    if whole:
        kept, found = values, Histograms(codes=_none(), counts=_none())
    else:
        kept = np.empty((0, 0, 0, 0))
        found = count_values(values.reshape(-1, values.shape[-1]))
    first = min(
        ((place, row) for row, those in enumerate(reasons) for place in those), default=None
    )
    return Portion(
        number=number,
        mean=mean,
        spread=(apart * apart).sum(axis=-1),
        lowest=np.where(known, values, np.inf).min(axis=-1, initial=np.inf),
        highest=np.where(known, values, -np.inf).max(axis=-1, initial=-np.inf),
        below=(tested < levels).sum(axis=-1),
        above=(tested > levels).sum(axis=-1),
        outcomes=np.array([np.bincount(row, minlength=len(STATUSES)) for row in status]),
        failure=_none() if first is None else np.array([start + first[0], first[1]]),
        reason=np.array([] if first is None else [reasons[first[1]][first[0]]], dtype=np.str_),
        values=kept,
        status=status if whole else np.empty((0, 0), dtype=np.uint8),
        codes=found.codes,
        counts=found.counts,
    )


def _none() -> Counts:
    return np.empty(0, dtype=np.int64)
