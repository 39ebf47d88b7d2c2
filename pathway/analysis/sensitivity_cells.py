"""Suppressions of scenarios under many changes of parameters, each change a cell of one network.

A change is a row of numbers of every network that has the parameter: those of the treated scenario
and of its reference, of the untreated cell, and of the context that holds its anchored scales. Rows
run eight side by side; a run that a change does not touch is not repeated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pathway.analysis.levels import chosen_readouts
from pathway.analysis.sensitivity_rows import NOMINAL, Change, Context, Scales, rows_of
from pathway.analysis.sensitivity_shares import SHARE, ShiftedModel, shift_of
from pathway.analysis.suppression import stop_of
from pathway.errors import SolveError
from pathway.result.cells import OK_BY_SCIPY, cell_of, rest_cells, run_cells
from pathway.result.dataset import NOTHING, readouts_of
from pathway.result.run import Runner
from pathway.scenario import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from numpy.typing import NDArray

    from pathway.model import Model
    from pathway.result.cells import Cells, Rests
    from pathway.scenario import Resolved, Scenario
    from pathway.solve.settings import Settings

    Values = NDArray[np.float64]
    Places = NDArray[np.intp]

__all__ = ["Probe", "Suppressions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """A scenario, treated or a reference, whose levels at ``stop`` (min) are asked for."""

    scenario: Scenario
    stop: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Suppressions:
    """Suppressions without a change, then after each change."""

    suppression: Values
    """NaN after a failed run, and where the reference has nothing of a readout.
    Shape (1 + changes, scenarios, readouts)."""
    failed: NDArray[np.bool_]
    """Which had a failed run, shape (1 + changes,)."""
    runs: int


class Probe:
    """Suppressions of given scenarios and readouts, as a function of parameter changes.

    Parameters
    ----------
    model : Model
    scenarios : sequence of Scenario
        With drugs.
    readouts : iterable of str
    at : str or float, optional
        As in :func:`pathway.suppression`.
    settings : Settings
    threads : int, optional
        By default as numba is set.
    """

    def __init__(
        self,
        model: Model,
        scenarios: Sequence[Scenario],
        readouts: Iterable[str],
        at: str | float | None,
        settings: Settings,
        threads: int | None = None,
    ) -> None:
        self._model = ShiftedModel(declared=model.declared)
        self._runner = Runner(self._model, settings)
        self._threads = threads
        self._meanings: dict[Scenario, Resolved] = {}
        self._contexts: dict[Hashable, Context] = {}
        resolved = [self._meaning(scenario) for scenario in scenarios]
        self.readouts = chosen_readouts([r.id for r in readouts_of(resolved)], readouts)
        stops = [stop_of(meaning.label, meaning.duration, at) for meaning in resolved]
        self._pairs = [
            tuple(_Run(scenario=s, stop=stop) for s in (one, one.without_drugs()))
            for one, stop in zip(scenarios, stops, strict=True)
        ]
        self._runs = list(dict.fromkeys(run for pair in self._pairs for run in pair))

    def used(self) -> set[str]:
        """Return the parameters above zero that the treated networks use, shares included."""
        found: set[str] = set()
        for treated, _ in self._pairs:
            resolved = self._meaning(treated.scenario)
            known = self._runner.network(resolved).tables.parameters
            found |= {name for name in known if resolved.parameters.get(name, 0.0) > 0.0}
            found |= {f"{e.id}{SHARE}" for module in resolved.modules for e in module.interactions}
        return found

    def suppressions(
        self, changes: Sequence[Change], progress: Callable[[int, int], None] | None = None
    ) -> Suppressions:
        """Return suppressions without a change and after each.

        Parameters
        ----------
        changes : sequence of Change
        progress : callable, optional
            Called with how many runs are done and how many there are.

        Raises
        ------
        SolveError
            A failed run without a change.
        """
        changes = [NOMINAL, *changes]
        resting = dict.fromkeys(cell_of(run.scenario) for run in self._runs)
        rests = {cell: self._rests(cell, changes) for cell in resting}
        touched = {run: self._touched(run, changes) for run in self._runs}
        done, whole = 0, sum(places.size for places in touched.values())
        levels: dict[_Run, Values] = {}
        failed = np.zeros(len(changes), dtype=np.bool_)
        for run, places in touched.items():
            if progress is not None:
                progress(done, whole)
            cells = self._run(run, changes, places, *rests[cell_of(run.scenario)])
            found, bad = self._read(run, cells)
            levels[run] = np.tile(found[0], (len(changes), 1))
            levels[run][places] = found
            failed[places[bad]] = True
            done += places.size
        if progress is not None:
            progress(done, whole)
        return Suppressions(suppression=self._compared(levels), failed=failed, runs=whole)

    def _run(
        self, run: _Run, changes: Sequence[Change], places: Places, scales: Scales, rests: Rests
    ) -> Cells:
        resolved = self._meaning(run.scenario)
        network = self._runner.network(resolved)
        own = [changes[place] for place in places.tolist()]
        rows = rows_of(network, resolved, own, scales.at(places))
        return run_cells(
            self._runner,
            run.scenario,
            rows.values,
            rows.ids,
            np.array([run.stop]),
            _rests_at(rests, places),
            self._threads,
        )

    def _read(self, run: _Run, cells: Cells) -> tuple[Values, NDArray[np.bool_]]:
        """Return the levels of the readouts asked for and which cells failed; not the first."""
        bad = cells.status > OK_BY_SCIPY
        if bad[0]:
            raise SolveError(
                f"scenario {run.scenario.name!r}, nothing changed",
                cells.reasons[0],
                "a sensitivity needs scenarios that run",
            )
        levels = np.zeros((bad.size, len(self.readouts)))
        levels[bad] = np.nan
        for place, name in enumerate(self.readouts):
            if name in cells.readouts:
                levels[:, place] = cells.levels[:, 0, cells.readouts.index(name)]
        return levels, bad

    def _compared(self, levels: dict[_Run, Values]) -> Values:
        """Return suppressions, shape (changes, scenarios, readouts)."""
        pairs = [(levels[treated], levels[reference]) for treated, reference in self._pairs]
        left = [
            np.divide(one, other, out=np.full_like(one, np.nan), where=other > NOTHING)
            for one, other in pairs
        ]
        return 1.0 - np.stack(left, axis=1)

    def _rests(self, cell: Scenario, changes: Sequence[Change]) -> tuple[Scales, Rests]:
        """Return the anchored scales of an untreated cell and its rest, by change."""
        resolved = self._meaning(cell)
        network = self._runner.network(resolved)
        scales = self._context(resolved).scales(changes, self._runner.settings, self._threads)
        rows = rows_of(network, resolved, changes, scales)
        rests = rest_cells(self._runner, cell, rows.values, rows.ids, self._threads)
        return scales, replace(rests, reasons=rests.reasons | scales.reasons)

    def _touched(self, run: _Run, changes: Sequence[Change]) -> Places:
        """Return the places of the changes that can move a run, the nominal one included."""
        cell = self._meaning(cell_of(run.scenario))
        known = {
            *self._runner.network(self._meaning(run.scenario)).tables.parameters,
            *self._runner.network(cell).tables.parameters,
            *self._context(cell).parameters,
        }
        return np.array(
            [
                place
                for place, change in enumerate(changes)
                if change == NOMINAL or shift_of(change.name) in known
            ],
            dtype=np.intp,
        )

    def _context(self, cell: Resolved) -> Context:
        """Return the context that an untreated cell has its scales from."""
        held = cell.reference or cell
        key = held.structure_key, *held.parameters.items(), *held.background.items()
        if key not in self._contexts:
            self._contexts[key] = Context(self._model, held)
        return self._contexts[key]

    def _meaning(self, scenario: Scenario) -> Resolved:
        if scenario not in self._meanings:
            self._meanings[scenario] = resolve(self._model.declared, scenario)
        return self._meanings[scenario]


def _rests_at(rests: Rests, places: Places) -> Rests:
    """Return the rests of some changes."""
    known = enumerate(places.tolist())
    return replace(
        rests,
        amounts=rests.amounts[places],
        levels=rests.levels[places],
        status=rests.status[places],
        reasons={new: rests.reasons[old] for new, old in known if old in rests.reasons},
    )
