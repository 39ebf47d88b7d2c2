"""Ensembles: the same scenarios for many virtual cells, reduced while they are run."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np

from pathway.errors import ScenarioError, SolveError
from pathway.population.cast import Asked
from pathway.population.checkpoint import Checkpoint
from pathway.population.dataset import build_ensemble
from pathway.population.execute import execute
from pathway.population.gather import Gatherer
from pathway.population.plan import make_plan
from pathway.population.progress import CellBar

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping
    from concurrent.futures import Executor

    import pandas as pd
    import xarray as xr
    from numpy.typing import NDArray

    from pathway.model import Model
    from pathway.model.equation_model import EquationModel
    from pathway.population.execute import Cluster
    from pathway.scenario import Scenario
    from pathway.solve.settings import Method

__all__ = ["QUANTILES", "ensemble"]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def ensemble(
    model: Model | EquationModel,
    scenarios: Scenario | Iterable[Scenario],
    draws: int | None = None,
    seed: int = 1,
    *,
    times: Iterable[str | float] | None = None,
    readouts: Iterable[str] | None = None,
    vary: str | Iterable[str] | None = None,
    sigma: float | None = None,
    parameters: pd.DataFrame | None = None,
    against: str | None = None,
    thresholds: Mapping[str, float] | None = None,
    quantiles: Iterable[float] = QUANTILES,
    keep: str | None = None,
    noise: float | bool = False,
    rtol: float | None = None,
    atol: float | None = None,
    method: Method | str | None = None,
    executor: Executor | Cluster | None = None,
    retries: int = 3,
    threads: int | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> xr.Dataset:
    """Run scenarios for many virtual cells.

    A virtual cell is one draw of the model's numbers. Each varies log-normally about the value it
    has in the scenario, with the geometric standard deviation that is declared for it (``fold``).
    All scenarios are run for the same cells, so differences between them are paired. Draw ``i`` is
    the same whatever the number of draws and whatever else varies. Every cell is brought to rest
    untreated and starts from there. Scales that hold a context's anchored levels are those of its
    nominal cell: a virtual cell's levels follow its own draw.

    Parameters
    ----------
    model : Model or EquationModel
        Of a model read from SBML constants and initial values vary.
    scenarios : Scenario or iterable of Scenario
    draws : int, optional
        Number of cells; 1000, or as many as ``parameters`` has rows.
    seed : int
    times : iterable of str or float, optional
        When to report, as for :func:`pathway.simulate`.
    readouts : iterable of str, optional
        Which ones; all if None.
    vary : str or iterable of str, optional
        Parameter ids and groups: ``"totals"`` (of molecules), ``"rates"`` (all other numbers; never
        how interactions split between rates, ``off_share``). Both by default; if ``parameters`` are
        given, nothing else by default. Of a model read from SBML: ``"constants"`` (without sizes of
        compartments) and ``"initial"``.
    sigma : float, optional
        Standard deviation of the natural logarithm of what varies, instead of what is declared. Of
        a model read from SBML 0.3 if None.
    parameters : pandas.DataFrame, optional
        Values of each cell (row) by parameter id (column), in nM and minutes. They stand for the
        context's and the model's own values: lesions change them further, and so do the factors of
        a scenario's ``parameters``; a quantity set there goes before them.
    against : str, optional
        ``"untreated"`` adds ``<readout>_suppression``: of each cell, 1 - treated / untreated, where
        untreated is the same cell in the same scenario without drugs.
    thresholds : mapping of str to float, optional
        Levels by variable (``"pERK"``, ``"pERK_fold"``, ``"pERK_suppression"``); adds
        ``<variable>_below`` and ``<variable>_above``, the share of cells.
    quantiles : iterable of float
        Shares, 0 to 1.
    keep : str, optional
        ``"draws"`` keeps the values of every cell instead of quantiles.
    noise : float or bool
        Coefficient of variation of an assay, 0 for none, True for 0.15: every level, also that of
        the untreated cell, is multiplied by an independent log-normal number with median 1.
    rtol, atol, method
        As in :func:`pathway.simulate`.
    executor : concurrent.futures.Executor or dask.distributed.Client, optional
        Where cells are run; here if None. The numbers are the same bits anywhere.
    retries : int
        How often a Dask cluster tries a chunk again whose task failed.
    threads : int, optional
        For each chunk of cells. By default one in an executor, else as numba is set
        (``NUMBA_NUM_THREADS``).
    checkpoint : path-like, optional
        A folder for finished chunks. The same call with the same folder goes on after a kill, to
        the same bits. It must belong to the same job.
    progress : callable, optional
        Called with cells done and cells in all. If None, a bar on a terminal.

    Returns
    -------
    xarray.Dataset
        Each readout, ``<readout>_fold`` (over the cell's own rest before time 0) and
        ``<readout>_suppression`` has dims (scenario, quantile, time), with ``_mean`` and ``_sd``
        (scenario, time); with ``keep="draws"`` dims (scenario, draw, time), and ``status``
        (scenario, draw). ``cells`` (scenario, outcome) counts cells by status, ``attrs`` has the
        sums as ``cells_<status>``. A cell that failed is left out of quantiles, means and shares
        and is counted; ``attrs["first_failure"]`` says why the first did. Up to
        ``pathway.population.plan.WHOLE`` values are kept and quantiles are exact, of more they are
        within ``attrs["quantiles_within"]`` (relative).

    Raises
    ------
    ScenarioError
        What does not fit the model, unusable numbers, or a checkpoint of another job.
    UnitError
        A text with a wrong unit.
    SolveError, CompileError
        If the nominal cell of a context has no rest, if every cell failed, or workers ended.
    """
    shares = None if keep == "draws" else _shares(quantiles)
    if keep not in {None, "draws"}:
        raise ScenarioError("keep", f"{keep!r}", 'only "draws" can be kept')
    if retries < 0:
        raise ScenarioError("retries", f"{retries}", "give 0 or more")
    if threads is None and executor is not None:
        threads = 1  # its workers share the cores
    plan = make_plan(
        model,
        scenarios,
        Asked(
            draws=draws,
            seed=seed,
            times=times,
            readouts=readouts,
            vary=vary,
            sigma=sigma,
            parameters=parameters,
            against=against,
            thresholds=dict(thresholds or {}),
            keep=keep == "draws",
            noise=noise,
            rtol=rtol,
            atol=atol,
            method=method,
        ),
    )
    job = plan.job
    gatherer = Gatherer(job)
    saved = None if checkpoint is None else Checkpoint(checkpoint, plan.facts)
    done: dict[int, int] = {}
    with ExitStack() as stack:
        tell = progress or stack.enter_context(CellBar("running cells"))

        def take(index: int) -> None:
            start, stop = job.span(index)
            done[index] = stop - start
            tell(sum(done.values()), job.draws)

        for index, portion in saved.read(job.chunks) if saved else ():
            gatherer.add(index, portion)
            take(index)
        for index, portion in execute(job.tasks(plan.given, done, threads), executor, retries):
            if saved is not None:
                saved.write(index, portion)
            gatherer.add(index, portion)
            take(index)
    found = gatherer.result(np.empty(0) if shares is None else shares)
    if found.failure is not None and not found.number.any():
        raise SolveError("ensemble", f"every cell failed; {found.failure[2]}", "vary less")
    return build_ensemble(
        job,
        found,
        shares,
        labels=plan.labels,
        units=plan.units,
        time_unit=plan.time_unit,
        record=plan.record,
    )


def _shares(quantiles: Iterable[float]) -> NDArray[np.float64]:
    shares = np.unique(np.array(list(quantiles), dtype=float))
    if not shares.size or not ((shares >= 0.0) & (shares <= 1.0)).all():
        raise ScenarioError("quantiles", "must be shares from 0 to 1", "e.g. (0.05, 0.5, 0.95)")
    return shares
