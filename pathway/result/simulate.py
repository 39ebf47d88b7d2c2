"""Simulate scenarios and label what comes out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pathway.errors import PathwayError, ScenarioError, SolveError
from pathway.model.equation_model import EquationModel
from pathway.result.dataset import Outcome, build_dataset
from pathway.result.equations import equation_settings, simulate_equations
from pathway.result.record import run_record
from pathway.result.run import Runner
from pathway.result.settings import solver_settings
from pathway.result.times import default_times, read_times
from pathway.scenario import Scenario, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray

    from pathway.model import Model
    from pathway.solve.settings import Method, Settings

__all__ = ["run_batch", "simulate", "unique_labels"]


def simulate(
    model: Model | EquationModel,
    scenarios: Scenario | Iterable[Scenario],
    times: Iterable[str | float] | None = None,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    method: Method | str | None = None,
    early_stop: bool = False,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> xr.Dataset:
    """Simulate scenarios.

    Untreated cells are brought to rest; drugs and ligands of the first step start at time 0. A
    model read from SBML starts at its file's initial values instead, its times and durations are
    numbers in the file's unit, and it has no folds.

    Parameters
    ----------
    model : Model or EquationModel
    scenarios : Scenario or iterable of Scenario
    times : iterable of str or float, optional
        When to report: texts with unit, or minutes. If None, a grid that is dense after each
        change of medium. At the time of a change, values are those just before it.
    rtol, atol : float, optional
        Relative, and absolute tolerance (nM or 1).
    method : Method or str, optional
        ``"Rodas5P"`` (the default: eight runs side by side; a run that it cannot do is tried once
        with LSODA and says so in ``solver``), or of scipy ``"LSODA"``, ``"BDF"``, ``"Radau"``.
    early_stop : bool
        Where a cell has come to rest (no amount changes by 1e-8 of itself per min), take it to
        stay so until the medium changes. Not of models read from SBML.
    threads : int, optional
        By default as numba is set (``NUMBA_NUM_THREADS``); the results are the same bits.
    progress : callable, optional
        Called with runs done and runs in all.

    Returns
    -------
    xarray.Dataset
        Dims (scenario, time). Each readout is a variable with ``attrs["units"]``;
        ``<readout>_fold`` is its fold over the untreated cell, NaN where that has none of it (as
        many scenarios as ``attrs["undefined"]`` says). ``status`` (scenario) is ``ok`` or a
        reason; a failed run is NaN. Times after a scenario's end are NaN. ``attrs`` is the run
        record; ``parameters_hash``, and the certificate of the untreated rest
        (``equilibrium_...``), have dim scenario.

    Raises
    ------
    ScenarioError
        A scenario that does not fit the model, or a time after the end of every scenario.
    UnitError
        A text with a wrong unit.
    SolveError, CompileError
        A failed run, if there is only one; of several, a failed one is NaN with its status.
    """
    asked = [scenarios] if isinstance(scenarios, Scenario) else list(scenarios)
    if isinstance(model, EquationModel):
        if early_stop:
            raise SolveError(
                "early_stop", f"is not for {model.id!r}, read from a file", "leave it out"
            )
        return simulate_equations(
            model,
            asked,
            times,
            equation_settings(rtol, atol, method),
            threads=threads,
            labels=unique_labels([scenario.name for scenario in asked]),
            progress=progress,
        )
    settings = solver_settings(rtol, atol, method, early_stop=early_stop)
    return run_batch(
        model,
        asked,
        times,
        settings,
        progress=progress,
        alone=len(asked) == 1,
        threads=threads,
    )


def run_batch(
    model: Model,
    scenarios: Sequence[Scenario],
    times: Iterable[str | float] | NDArray[np.float64] | None,
    settings: Settings,
    *,
    progress: Callable[[int, int], None] | None = None,
    alone: bool = False,
    must: Collection[Scenario] = (),
    threads: int | None = None,
) -> xr.Dataset:
    """Simulate scenarios with given solver settings; see :func:`simulate`.

    Parameters
    ----------
    alone : bool
        Raise where a run fails.
    must : collection of Scenario
        Scenarios whose failure raises in any case.
    threads : int, optional
        By default as numba is set.
    """
    if not scenarios:
        raise ScenarioError("simulate", "no scenario is given", "give at least one")
    resolved = [resolve(model.declared, scenario) for scenario in scenarios]
    grid = default_times(resolved) if times is None else read_times(times, resolved)
    runner = Runner(model, settings)
    report = None if progress is None else lambda done: progress(done, len(scenarios))
    outcomes = []
    for scenario, found in zip(
        scenarios,
        runner.run_all(list(zip(scenarios, resolved, strict=True)), grid, threads, report),
        strict=True,
    ):
        if isinstance(found, PathwayError):
            if alone or scenario in must:
                raise found
            outcomes.append(Outcome(run=None, status=str(found)))
        else:
            outcomes.append(Outcome(run=found, status="ok"))
    return build_dataset(
        resolved,
        outcomes,
        grid,
        labels=unique_labels([scenario.name for scenario in scenarios]),
        record=run_record(model.declared, settings),
    )


def unique_labels(names: Sequence[str]) -> list[str]:
    """Return names of scenarios, told apart where the same one comes twice."""
    seen: Counter[str] = Counter()
    taken = set(names)
    labels = []
    for name in names:
        seen[name] += 1
        label = name
        while seen[name] > 1 and label in taken:
            label = f"{name} ({seen[name]})"
            if label in taken:
                seen[name] += 1
        taken.add(label)
        labels.append(label)
    return labels
