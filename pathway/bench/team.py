"""One engine on one or more cores: threads where it has them, else as many processes."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pathway.bench.client import Client, LostError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from pathway.bench.problem import Problem

    Matrix = NDArray[np.float64]

__all__ = ["Batch", "Team"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """What running some rows took."""

    seconds: float
    """Wall time, of the process that took longest."""
    cpu: float
    """User time of all."""
    failed: int
    beyond: float
    """MB at the peak beyond what was resident before and the results."""
    y: Matrix
    """The first runs, shape (kept, times, species)."""


class Team:
    """The processes of one engine with one problem.

    Parameters
    ----------
    engine : str
    problem : Problem
    rows : ndarray, shape (rows, varied)
    cache : Path
    patience : float
        Seconds that any request may take.
    cores : int
        The most that :meth:`many` is asked for.

    Raises
    ------
    LostError
        If the engine cannot be loaded.
    """

    def __init__(
        self,
        engine: str,
        problem: Problem,
        rows: Matrix,
        cache: Path,
        patience: float,
        cores: int,
    ) -> None:
        with ExitStack() as stack:
            # One after another: the first compiles what the others find in the cache.
            first = stack.enter_context(Client(engine, problem, rows, cache, patience))
            self._clients = [first]
            self.version, self.load = first.version, first.load_seconds
            self.threads = first.threads
            for _ in range(1, 1 if self.threads else cores):
                client = Client(engine, problem, rows, cache, patience)
                self._clients.append(stack.enter_context(client))
            self._opened = stack.pop_all()

    def close(self) -> None:
        """End the processes."""
        self._opened.close()

    def tolerances(self, rtol: float, atol: float) -> None:
        """Set the tolerances of what follows."""
        for client in self._clients:
            client.ask("tolerances", rtol=rtol, atol=atol)

    def trajectory(self, row: int | None = None) -> Matrix:
        """Return one run, NaN if it fails, shape (times, species)."""
        file = self._clients[0].file("single")
        told = self._clients[0].ask("single", row=row, file=str(file))
        return np.array(np.nan) if "failed_run" in told else np.load(file)

    def single(self) -> tuple[float, float]:
        """Return the wall and user seconds of one run at the declared numbers."""
        told = self._clients[0].ask("single", row=None)
        return told.get("seconds", np.nan), told.get("cpu", np.nan)

    def many(self, count: int, cores: int, keep: int) -> Batch:
        """Run the first ``count`` rows, all states at all times."""
        if cores == 1 or self.threads:
            clients, threads = self._clients[:1], cores
        else:
            clients, threads = self._clients[:cores], 1
        edges = np.linspace(0, count, len(clients) + 1).astype(int).tolist()
        files = [client.file("many") for client in clients]
        for place, client in enumerate(clients):
            client.send(
                "many",
                first=edges[place],
                last=edges[place + 1],
                threads=threads,
                keep=keep,
                file=str(files[place]),
            )
        told = [client.reply() for client in clients]
        if any("failed_run" in one for one in told):
            raise LostError("every run of a batch failed")
        return Batch(
            seconds=max(one["seconds"] for one in told),
            cpu=sum(one["cpu"] for one in told),
            failed=sum(len(one["failed"]) for one in told),
            beyond=sum(one["beyond"] for one in told),
            y=np.load(files[0]),
        )
