"""Where the chunks of an ensemble are worked on: here, in an executor, or on a Dask cluster."""

from __future__ import annotations

from concurrent.futures import BrokenExecutor, Executor, as_completed
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

from pathway.errors import ScenarioError, SolveError
from pathway.population.job import run_task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pathway.population.job import Task
    from pathway.population.portion import Portion

__all__ = ["Cluster", "execute"]

AHEAD = 2
"""Chunks sent to a cluster per thread it has: one to work on, one so that none waits."""


class Cluster(Protocol):
    """The part of ``dask.distributed.Client`` that is used."""

    def submit(self, func: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Dask's futures
        """Send a task."""

    def nthreads(self) -> dict[str, int]:
        """Return the number of threads of each worker."""


def execute(
    tasks: Iterator[Task], executor: Executor | Cluster | None, retries: int
) -> Iterator[tuple[int, Portion]]:
    """Yield the portion of each task, in the order in which they are finished.

    Raises
    ------
    ScenarioError
        If ``executor`` is none.
    SolveError
        If workers died, of an executor that cannot replace them.
    """
    if executor is None:
        return ((task.index, run_task(task)) for task in tasks)
    if isinstance(executor, Executor):
        return _pooled(tasks, executor)
    if type(executor).__module__.partition(".")[0] == "distributed":
        return _distributed(tasks, executor, retries)
    raise ScenarioError(
        "executor",
        f"{type(executor).__name__!r} is neither",
        "give a concurrent.futures.Executor or a dask.distributed.Client",
    )


def _pooled(tasks: Iterator[Task], executor: Executor) -> Iterator[tuple[int, Portion]]:
    try:
        places = {executor.submit(run_task, task): task.index for task in tasks}
        try:
            for future in as_completed(places):
                yield places.pop(future), future.result()
        finally:
            for future in places:
                future.cancel()
    except BrokenExecutor as error:
        raise SolveError(
            "executor",
            "workers ended before their work",
            'put the script under if __name__ == "__main__":; with checkpoint= another run goes on',
        ) from error


def _distributed(
    tasks: Iterator[Task], client: Cluster, retries: int
) -> Iterator[tuple[int, Portion]]:
    """Keep the cluster busy; a task whose worker dies is done anew by another."""

    def send(task: Task) -> Any:  # noqa: ANN401
        # A name for each try: what an earlier job of the same name left must not be taken.
        return client.submit(run_task, task, pure=False, retries=retries)

    ahead = AHEAD * max(sum(client.nthreads().values()), 1)
    places: dict[Any, int] = {}
    running: Any = import_module("distributed").as_completed()  # which has no types
    for task in islice(tasks, ahead):
        future = send(task)
        places[future] = task.index
        running.add(future)
    try:
        for future in running:
            portion = future.result()
            index = places.pop(future)
            for task in islice(tasks, 1):
                following = send(task)
                places[following] = task.index
                running.add(following)
            yield index, portion
    finally:
        for future in places:
            future.cancel()
