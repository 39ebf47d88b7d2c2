"""The other end of :mod:`pathway.bench.worker`: starts one, asks it, and survives its death."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from types import TracebackType

    from numpy.typing import NDArray

    from pathway.bench.problem import Problem

    Matrix = NDArray[np.float64]
    Reply = dict[str, Any]

__all__ = ["Client", "LostError"]

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Linear algebra libraries would use all cores by themselves; rates are per core here."""


LONGEST = 200
"""Characters of what a process said last that are passed on."""


class LostError(Exception):
    """An engine that is not installed, refused, died or took too long; the text says which."""


class Client:
    """One engine with one problem loaded, in a process of its own.

    Parameters
    ----------
    engine : str
    problem : Problem
    rows : ndarray, shape (rows, varied)
        What :meth:`single` and :meth:`many` refer to by number.
    cache : Path
    patience : float
        Seconds that loading, or any request, may take.

    Raises
    ------
    LostError
        If it cannot be loaded.
    """

    def __init__(
        self, engine: str, problem: Problem, rows: Matrix, cache: Path, patience: float
    ) -> None:
        self.engine = engine
        self._patience = patience
        self._folder = tempfile.TemporaryDirectory(prefix="pathway-bench-")
        self._work = Path(self._folder.name)
        self._log = (self._work / "log").open("wb")
        arrays = self._work / "arrays.npz"
        np.savez(arrays, times=problem.times, sizes=problem.sizes, rows=rows)
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, and an engine's name
            [sys.executable, "-m", "pathway.bench.worker", engine],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=_environment(),
            text=True,
        )
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            told = self.ask(
                "load",
                path=str(problem.path),
                arrays=str(arrays),
                species=problem.species,
                varied=problem.varied,
                cache=str(cache),
            )
        except LostError:
            self.close()
            raise
        self.version: str = told["version"]
        self.threads: bool = told["threads"]
        self.load_seconds: float = told["seconds"]

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def ask(self, do: str, **request: object) -> Reply:
        """Send a request and wait for the reply."""
        self.send(do, **request)
        return self.reply()

    def send(self, do: str, **request: object) -> None:
        """Send a request; several clients then work at once."""
        if self._process.stdin is None:
            raise LostError("no pipe")
        try:
            self._process.stdin.write(json.dumps({"do": do, **request}) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise LostError(self._last_words()) from error

    def reply(self) -> Reply:
        """Wait for the reply to the request sent last.

        Raises
        ------
        LostError
            If the engine reports an error, died or took too long.
        """
        try:
            line = self._lines.get(timeout=self._patience)
        except queue.Empty:
            self._process.kill()
            raise LostError(f"no result in {self._patience:g} s") from None
        if not line:
            raise LostError(self._last_words())
        found: Reply = json.loads(line)
        if "error" in found:
            raise LostError(found["error"])
        return found

    def file(self, name: str) -> Path:
        """Return where the worker may leave an array."""
        return self._work / f"{name}.npy"

    def close(self) -> None:
        """End the process and remove its files."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._log):
            # What was still to be written to a process that is gone is lost with it.
            with suppress(BrokenPipeError):
                if pipe is not None:
                    pipe.close()
        self._folder.cleanup()

    def _listen(self) -> None:
        if self._process.stdout is not None:
            for line in self._process.stdout:
                self._lines.put(line)
        self._lines.put("")

    def _last_words(self) -> str:
        code = self._process.wait()
        said = (self._work / "log").read_text(encoding="utf-8", errors="replace").split("\n")
        last = [line for line in said if line.strip()][-1:]
        return f"ended with {code}: {' '.join(last)[:LONGEST]}"


def _environment() -> dict[str, str]:
    """Return this process's environment, one thread for libraries, this interpreter's tools first."""
    tools = str(Path(sys.executable).parent)
    path = os.pathsep.join([tools, os.environ.get("PATH", "")])
    return {**os.environ, **dict.fromkeys(ONE_THREAD, "1"), "PATH": path}
