"""One engine in a process of its own: reads requests from standard input, one JSON object a line.

``python -m pathway.bench.worker ENGINE``. Whatever a simulator prints goes to standard error; the
replies have the pipe for themselves. Arrays travel as ``.npy`` files.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pathway.bench.engines.choose import make_engine
from pathway.bench.engines.protocol import RunFailedError, Task
from pathway.errors import PathwayError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pathway.bench.engines.protocol import Engine

    Matrix = NDArray[np.float64]
    Reply = dict[str, Any]

__all__ = ["Worker", "main"]

MEGABYTE = 2.0**20
PAGE = 4096
"""Bytes of memory that come at a time."""


class Worker:
    """The engine of this process and the rows it is asked to run."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._engine: Engine
        self._rows: Matrix
        self._numbers: int
        """That one run returns, about."""

    def load(self, request: Reply) -> Reply:
        """Make the engine; what it takes is import and loading together."""
        with np.load(request["arrays"], allow_pickle=False) as arrays:
            times, sizes, self._rows = (arrays[name] for name in ("times", "sizes", "rows"))
        self._numbers = times.size * sizes.size
        task = Task(
            path=Path(request["path"]),
            times=times,
            species=tuple(request["species"]),
            sizes=sizes,
            varied=tuple(request["varied"]),
            cache=Path(request["cache"]),
        )
        (self._engine, seconds, _) = _timed(lambda: make_engine(self._name, task))
        return {
            "version": self._engine.version,
            "threads": self._engine.threads,
            "seconds": seconds,
        }

    def tolerances(self, request: Reply) -> Reply:
        """Set the tolerances of what follows."""
        self._engine.tolerances(request["rtol"], request["atol"])
        return {}

    def single(self, request: Reply) -> Reply:
        """Run once, at the declared numbers or at one row; keep the result where asked."""
        row = None if request["row"] is None else self._rows[request["row"]]
        y, seconds, cpu = _timed(lambda: self._engine.run(row))
        if request.get("file"):
            np.save(request["file"], self._engine.compared(y))
        return {"seconds": seconds, "cpu": cpu}

    def many(self, request: Reply) -> Reply:
        """Run some rows, all states at all times; keep the first few where asked."""
        rows = self._rows[request["first"] : request["last"]]
        _touch(len(rows) * self._numbers)
        before = _resident()
        _forget_peak()
        (y, failed), seconds, cpu = _timed(lambda: self._engine.many(rows, int(request["threads"])))
        beyond = _peak() - before - y.nbytes / MEGABYTE
        if request.get("file"):
            np.save(request["file"], self._engine.compared(y[: request["keep"]]))
        return {"seconds": seconds, "cpu": cpu, "failed": failed, "beyond": beyond}


def main() -> None:
    """Serve one engine until standard input ends.

    What a peer raises otherwise ends the process, and its last words are what the client reports.
    """
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    worker = Worker(sys.argv[1])
    serve = {
        "load": worker.load,
        "tolerances": worker.tolerances,
        "single": worker.single,
        "many": worker.many,
    }
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = serve[request["do"]](request)
        except RunFailedError as error:
            reply = {"failed_run": str(error)}
        except ImportError as error:
            reply = {"error": f"not installed ({error})"}
        except PathwayError as error:
            reply = {"error": str(error)}
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


def _timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """Return what work returns, its wall seconds, and the user seconds of all threads."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    start = time.perf_counter()
    found = work()
    seconds = time.perf_counter() - start
    return found, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_utime - used


def _touch(numbers: int) -> None:
    """Take as much memory as results will need, and give it back.

    The host of a virtual machine may take free pages away within seconds; the first to touch them
    again then waits for as long as thousands of runs. No engine is charged for that.
    """
    np.empty(numbers)[:: PAGE // 8] = 0.0


def _status(key: str) -> float:
    """Return a line of this process's status in megabytes; NaN where there is no such file."""
    file = Path("/proc/self/status")
    if not file.exists():
        return float("nan")
    for line in file.read_text(encoding="ascii").splitlines():
        if line.startswith(key):
            return float(line.split()[1]) / 1024.0
    return float("nan")


def _resident() -> float:
    return _status("VmRSS")


def _peak() -> float:
    return _status("VmHWM")


def _forget_peak() -> None:
    """Start the peak anew, where the system can."""
    file = Path("/proc/self/clear_refs")
    if file.exists():
        file.write_text("5", encoding="ascii")


if __name__ == "__main__":
    main()
