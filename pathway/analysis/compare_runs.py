"""The runs of a comparison, in this process or shared out among several.

Processes are started afresh (``spawn``), on every platform alike. Each gets cells that resemble
each other, since what runs share (networks, untreated rests) is computed once per process. A run is
the same bits wherever it is done.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TYPE_CHECKING

from pathway.errors import CompileError, PathwayError, ScenarioError, SolveError
from pathway.result.dataset import Outcome, build_dataset
from pathway.result.record import run_record
from pathway.result.run import Runner
from pathway.result.simulate import run_batch
from pathway.result.times import read_times
from pathway.scenario import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray

    from pathway.model import Model
    from pathway.scenario import Resolved, Scenario
    from pathway.solve.settings import Settings

__all__ = ["simulate_runs"]

PORTIONS = 4
"""Portions of work per process: few, so that much is shared, but not one, so that none waits."""


def simulate_runs(
    model: Model,
    scenarios: Sequence[Scenario],
    times: Sequence[float],
    settings: Settings,
    *,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> xr.Dataset:
    """Simulate scenarios as :func:`pathway.simulate` does, in ``workers`` processes.

    Raises
    ------
    ScenarioError
        Fewer than one process, or what the scenarios raise.
    PathwayError
        If the processes do not start.
    """
    if workers < 1:
        raise ScenarioError("workers", f"{workers} processes", "give 1 or more")
    if workers == 1 or len(scenarios) < 2:
        alone = len(scenarios) == 1
        return run_batch(model, scenarios, times, settings, progress=progress, alone=alone)
    resolved = [resolve(model.declared, scenario) for scenario in scenarios]
    grid = read_times(times, resolved)
    done: dict[int, Outcome] = {}
    try:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            futures = {
                pool.submit(run_portion, model, [scenarios[i] for i in portion], grid, settings): (
                    portion
                )
                for portion in portions(resolved, workers * PORTIONS)
            }
            for future in as_completed(futures):
                done.update(zip(futures[future], future.result(), strict=True))
                if progress is not None:
                    progress(len(done), len(scenarios))
    except BrokenProcessPool as error:
        raise PathwayError(
            "workers",
            "the processes ended before their work",
            'put the script under if __name__ == "__main__":, or leave workers at 1',
        ) from error
    return build_dataset(
        resolved,
        [done[number] for number in range(len(scenarios))],
        grid,
        labels=[scenario.name for scenario in scenarios],
        record=run_record(model.declared, settings),
    )


def portions(resolved: Sequence[Resolved], number: int) -> list[list[int]]:
    """Return at most ``number`` lists of positions: whole cells, those with the same lesions near.

    Cells are kept in the order in which their lesions first come, so nothing depends on timing.
    """
    cells: dict[tuple[tuple[str, ...], str], list[int]] = {}
    for position, one in enumerate(resolved):
        cells.setdefault((one.lesions, one.context), []).append(position)
    first: dict[tuple[str, ...], int] = {}
    for lesions, _ in cells:
        first.setdefault(lesions, len(first))
    groups = sorted(cells, key=lambda cell: first[cell[0]])
    size = -(-len(resolved) // number)
    found: list[list[int]] = [[]]
    for cell in groups:
        if len(found[-1]) >= size:
            found.append([])
        found[-1] += cells[cell]
    return found


def run_portion(
    model: Model, scenarios: Sequence[Scenario], times: NDArray[np.float64], settings: Settings
) -> list[Outcome]:
    """Run scenarios one after the other; a failed one has no run and its reason as status."""
    runner = Runner(model, settings)
    outcomes = []
    for scenario in scenarios:
        try:
            run = runner.run(scenario, resolve(model.declared, scenario), times)
            outcomes.append(Outcome(run=run, status="ok"))
        except (SolveError, CompileError) as error:
            outcomes.append(Outcome(run=None, status=str(error)))
    return outcomes
