"""What is reported of each cell: levels, folds over its own rest, suppressions by its own untreated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pathway.population.draws import normals
from pathway.result.cells import cell_of
from pathway.result.dataset import NOTHING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pathway.result.cells import Cells
    from pathway.scenario import Scenario

    Values = NDArray[np.float64]

__all__ = ["Layout", "with_noise"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The reported variables: levels of the readouts, then folds, then suppressions."""

    readouts: tuple[str, ...]
    fold: bool
    suppression: bool

    @property
    def variables(self) -> tuple[str, ...]:
        """Return the names of all variables."""
        kinds = ("", *(["_fold"] if self.fold else []))
        kinds = (*kinds, *(["_suppression"] if self.suppression else []))
        return tuple(f"{name}{kind}" for kind in kinds for name in self.readouts)

    def values(self, cells: Cells, reference: Cells | None, within: NDArray[np.bool_]) -> Values:
        """Return the variables of one scenario's cells, shape (variables, times, cells).

        Parameters
        ----------
        cells : Cells
        reference : Cells or None
            The same cells without drugs, if there are suppressions.
        within : ndarray, shape (times,)
            Which times the scenario lasts to.
        """
        levels = self._levels(cells, within)
        found = [levels]
        if self.fold:
            found.append(_ratio(levels, self._baseline(cells)))
        if reference is not None:
            found.append(1.0 - _ratio(levels, self._levels(reference, within)))
        return np.concatenate(found)

    def _levels(self, cells: Cells, within: NDArray[np.bool_]) -> Values:
        """Return levels; a readout that the network lacks is a sum over no species, so zero."""
        count = len(cells.status)
        levels = np.zeros((len(self.readouts), within.size, count))
        levels[:, ~within] = np.nan
        for row, name in enumerate(self.readouts):
            if name in cells.readouts:
                levels[row] = cells.levels[:, :, cells.readouts.index(name)].T
        levels[:, :, np.isnan(cells.levels[:, within]).any(axis=(1, 2))] = np.nan
        return levels

    def _baseline(self, cells: Cells) -> Values:
        baseline = np.zeros((len(self.readouts), 1, len(cells.status)))
        for row, name in enumerate(self.readouts):
            if name in cells.readouts:
                baseline[row, 0] = cells.baseline[:, cells.readouts.index(name)]
        return baseline


def _ratio(levels: Values, reference: Values) -> Values:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = levels / reference
    return np.where(reference > NOTHING, ratio, np.nan)


def with_noise(
    cells: Cells,
    scenario: Scenario,
    times: Sequence[float],
    noise: float,
    seed: int,
    start: int,
) -> Cells:
    """Return cells as an assay of that coefficient of variation reads them.

    Readings are multiplied by log-normal numbers with median 1, independent of each other; the
    reading of the untreated cell is the same for all scenarios of that cell.
    """
    sigma = float(np.sqrt(np.log1p(noise * noise)))
    stop = start + len(cells.status)
    treated, before = scenario.labelled(None), cell_of(scenario)
    levels, baseline = cells.levels.copy(), cells.baseline.copy()
    for row, name in enumerate(cells.readouts):
        names = [f"noise of {name} at {time!r} in {treated!r}" for time in times]
        levels[:, :, row] *= np.exp(sigma * normals(seed, names, start, stop))
        rest = normals(seed, [f"noise of {name} at rest in {before!r}"], start, stop)
        baseline[:, row] *= np.exp(sigma * rest[:, 0])
    return replace(cells, levels=levels, baseline=baseline)
