"""Put the portions of an ensemble together; the order in which they come changes no bit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pathway.population.histogram import Histograms, merge_histograms, quantiles_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pathway.population.job import Job
    from pathway.population.portion import Portion

    Values = NDArray[np.float64]
    Counts = NDArray[np.int64]

__all__ = ["Gathered", "Gatherer"]

HELD = 16
"""Histograms that wait to be added up: few enough to be small, many enough to be quick."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gathered:
    """All cells; leading axes are (scenarios, variables, times)."""

    number: Counts
    mean: Values
    deviation: Values
    """Standard deviation (n - 1); NaN of fewer than two values."""
    below: Counts
    above: Counts
    outcomes: Counts
    failure: tuple[int, int, str] | None
    """(draw, scenario, why) of the first that failed."""
    values: Values
    """shape (scenarios, variables, times, draws), or empty."""
    status: NDArray[np.uint8]
    quantiles: Values
    """shape (quantiles, scenarios, variables, times), or empty."""


class Gatherer:
    """Takes portions in any order.

    Whole numbers are added as they come. Means and spreads are kept by chunk and put together in
    the order of chunks (Chan, Golub and LeVeque 1983) at the end.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._places: dict[int, Portion] = {}
        self._waiting: list[Histograms] = []
        shape = (job.scenarios, len(job.layout.variables), job.times.size)
        self._values = np.full((*shape, job.draws), np.nan) if job.whole else np.empty(0)
        self._status = np.zeros((job.scenarios, job.draws if job.whole else 0), dtype=np.uint8)

    def add(self, index: int, portion: Portion) -> None:
        """Take the portion of a chunk."""
        start, stop = self._job.span(index)
        if self._job.whole:
            self._values[..., start:stop] = portion.values
            self._status[:, start:stop] = portion.status
        else:
            self._waiting.append(Histograms(codes=portion.codes, counts=portion.counts))
            if len(self._waiting) >= HELD:
                self._waiting = [merge_histograms(self._waiting)]
        nothing = np.empty(0, dtype=np.int64)
        self._places[index] = replace(
            portion, values=np.empty(0), status=np.empty(0, np.uint8), codes=nothing, counts=nothing
        )

    def result(self, shares: Values) -> Gathered:
        """Return all cells and their quantiles at these shares (none: no quantiles)."""
        portions = [self._places[index] for index in sorted(self._places)]
        first = portions[0]
        number, mean, spread = first.number, first.mean, first.spread
        for portion in portions[1:]:
            together = number + portion.number
            apart = portion.mean - mean
            weight = portion.number / np.maximum(together, 1)
            spread = spread + portion.spread + apart * apart * number * weight
            mean = mean + apart * weight
            number = together
        return Gathered(
            number=number,
            mean=np.where(number > 0, mean, np.nan),
            deviation=np.where(number > 1, np.sqrt(spread / np.maximum(number - 1, 1)), np.nan),
            below=sum((p.below for p in portions), start=np.zeros_like(first.below)),
            above=sum((p.above for p in portions), start=np.zeros_like(first.above)),
            outcomes=sum((p.outcomes for p in portions), start=np.zeros_like(first.outcomes)),
            failure=min(
                (
                    (int(p.failure[0]), int(p.failure[1]), str(p.reason[0]))
                    for p in portions
                    if p.failure.size
                ),
                default=None,
            ),
            values=self._values,
            status=self._status,
            quantiles=self._quantiles(portions, shares) if shares.size else np.empty(0),
        )

    def _quantiles(self, portions: list[Portion], shares: Values) -> Values:
        shape = portions[0].number.shape
        if not self._job.whole:
            lowest = np.min([portion.lowest for portion in portions], axis=0)
            highest = np.max([portion.highest for portion in portions], axis=0)
            merged = merge_histograms(self._waiting)
            found = quantiles_of(merged, shares, lowest.ravel(), highest.ravel())
            return found.reshape(shares.size, *shape)
        columns = self._values.reshape(-1, self._job.draws)
        result = np.full((shares.size, len(columns)), np.nan)
        for column, values in enumerate(columns):
            known = values[~np.isnan(values)]
            if known.size:
                result[:, column] = np.quantile(known, shares)
        return result.reshape(shares.size, *shape)
