"""A progress bar for whatever takes longer than two seconds."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Bar"]

PATIENCE = 2.0  # seconds after which a silent program looks stuck


class Bar:
    """A bar on standard error that appears once its block has run for ``patience`` seconds.

    Call it with how many parts are done and how many there are; before the first call, or with an
    unknown total, it only shows that work goes on. Silent where standard error is no terminal.
    """

    def __init__(self, description: str, *, patience: float = PATIENCE) -> None:
        console = Console(stderr=True)
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[parts]}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task(description, total=None, parts="")
        self._timer = threading.Timer(patience, self._show)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._open = True
        self.shown = False

    def __call__(self, done: int, total: int | None = None, what: str | None = None) -> None:
        """Say how far the work is, and optionally at what."""
        parts = f"{done}/{total}" if total else ""
        self._progress.update(self._task, completed=done, total=total, parts=parts)
        if what is not None:
            self._progress.update(self._task, description=what)

    def __enter__(self) -> Bar:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._open = False
            if self.shown:
                self._progress.stop()

    def _show(self) -> None:
        with self._lock:
            if self._open:
                self.shown = True
                self._progress.start()
