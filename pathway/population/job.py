"""An ensemble as a value that any process can work on, one chunk of cells at a time."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, cast

import numpy as np

from pathway.model.equation_model import EquationModel
from pathway.population.layout import with_noise
from pathway.population.portion import reduce_cells
from pathway.result.cells import rest_cells, run_cells
from pathway.result.cells_equations import run_equation_cells
from pathway.result.run import Runner
from pathway.result.settings import solver_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from pathway.model import Model
    from pathway.population.layout import Layout
    from pathway.population.portion import Portion
    from pathway.population.variation import Variation
    from pathway.result.cells import Cells
    from pathway.scenario import Scenario
    from pathway.solve.settings import Settings

    Values = NDArray[np.float64]

__all__ = ["Job", "Kind", "Task", "job_digest", "run_task"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kind:
    """One scenario or one untreated cell, and how the cells of the ensemble differ in it."""

    scenario: Scenario
    variation: Variation


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Job:
    """All that decides the numbers of an ensemble; equal to one of the same digest."""

    model: Model | EquationModel
    runs: tuple[Kind, ...]
    """The scenarios asked for, then references that are not among them."""
    rests: tuple[Kind, ...]
    """Untreated cells; none for a model of equations."""
    rest_of: tuple[int, ...]
    """Of each run."""
    reference_of: tuple[int, ...]
    """The run without drugs, for each scenario asked for; empty without suppressions."""
    scenarios: int
    """How many scenarios are asked for."""
    times: Values
    within: NDArray[np.bool_]
    """Which times each scenario asked for lasts to, shape (scenarios, times)."""
    layout: Layout
    thresholds: tuple[tuple[int, float], ...]
    settings: Settings | None
    seed: int
    draws: int
    chunk: int
    whole: bool
    """Whether all values are kept."""
    noise: float
    digest: str

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Job) and self.digest == other.digest

    @property
    def chunks(self) -> int:
        """Return the number of chunks."""
        return -(-self.draws // self.chunk)

    def span(self, index: int) -> tuple[int, int]:
        """Return the first draw of a chunk and the one after its last."""
        return index * self.chunk, min((index + 1) * self.chunk, self.draws)

    def tasks(
        self, given: Values | None, done: Mapping[int, object], threads: int | None
    ) -> Iterator[Task]:
        """Yield what is still to do, with the values given for its cells."""
        for index in range(self.chunks):
            if index not in done:
                start, stop = self.span(index)
                rows = None if given is None else given[start:stop]
                yield Task(job=self, index=index, given=rows, threads=threads)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Task:
    """One chunk of a job."""

    job: Job
    index: int
    given: Values | None
    """Values given for its cells, shape (cells, columns)."""
    threads: int | None
    """How many to use; no number depends on it."""


def job_digest(facts: Mapping[str, object]) -> str:
    """Return a SHA-256 over what decides the numbers."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


@lru_cache(maxsize=1)
def _runner(job: Job) -> Runner:
    """Return what the chunks of a job share; a process keeps that of the job it last worked on."""
    return Runner(cast("Model", job.model), job.settings or solver_settings())


def run_task(task: Task) -> Portion:
    """Run a chunk and reduce it; a function of the task alone, in whatever process it runs."""
    job = task.job
    start, stop = job.span(task.index)
    runs = _run(task, start, stop)
    if job.noise > 0.0:
        runs = [
            with_noise(cells, kind.scenario, job.times.tolist(), job.noise, job.seed, start)
            for cells, kind in zip(runs, job.runs, strict=True)
        ]
    asked = runs[: job.scenarios]
    references: list[Cells | None] = [None] * len(asked)
    if job.reference_of:
        references = [runs[place] for place in job.reference_of]
    values = [
        job.layout.values(cells, reference, within)
        for cells, reference, within in zip(asked, references, job.within, strict=True)
    ]
    return reduce_cells(
        np.array(values),
        np.array([cells.status for cells in asked]),
        [cells.reasons for cells in asked],
        job.thresholds,
        start=start,
        whole=job.whole,
    )


def _run(task: Task, start: int, stop: int) -> list[Cells]:
    job = task.job

    def parameters(kind: Kind) -> Values:
        return kind.variation.values(job.seed, start, stop, task.given)

    if isinstance(job.model, EquationModel):
        model = job.model
        return [
            run_equation_cells(
                model,
                kind.scenario,
                parameters(kind),
                kind.variation.ids,
                job.times,
                job.settings,
                job.layout.readouts,
                task.threads,
            )
            for kind in job.runs
        ]
    runner = _runner(job)
    rests = [
        rest_cells(runner, kind.scenario, parameters(kind), kind.variation.ids, task.threads)
        for kind in job.rests
    ]
    return [
        run_cells(
            runner,
            kind.scenario,
            parameters(kind),
            kind.variation.ids,
            job.times,
            rests[place],
            task.threads,
        )
        for kind, place in zip(job.runs, job.rest_of, strict=True)
    ]
