"""A bar with rate and time left for work that is counted in cells."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["CellBar", "pace"]

PATIENCE = 2.0  # seconds after which a silent program looks stuck


class CellBar:
    """A bar on standard error that appears after two seconds; silent where that is no terminal.

    Call it with how many cells are done and how many there are. The first call says what was done
    before, and counts for no rate.
    """

    def __init__(self, description: str, *, console: Console | None = None) -> None:
        console = Console(stderr=True) if console is None else console
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[pace]}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task(description, total=None, pace="")
        self._timer = threading.Timer(PATIENCE, self._show)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._open = True
        self._shown = False
        self._first: tuple[int, float] | None = None

    def __call__(self, done: int, total: int) -> None:
        """Say how far the work is."""
        now = time.monotonic()
        self._first = (done, now) if self._first is None else self._first
        before, since = self._first
        words = f"{done}/{total}{pace(done - before, now - since, total - done)}"
        self._progress.update(self._task, completed=done, total=total, pace=words)

    def __enter__(self) -> CellBar:
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
            if self._shown:
                self._progress.stop()

    def _show(self) -> None:
        with self._lock:
            if self._open:
                self._shown = True
                self._progress.start()


def pace(done: int, seconds: float, left: int) -> str:
    """Return rate and time left as text, nothing while no rate is known."""
    if done <= 0 or seconds <= 0.0:
        return ""
    rate = done / seconds
    minutes, rest = divmod(round(left / rate), 60)
    hours, minutes = divmod(minutes, 60)
    remaining = f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
    return f", {rate:.3g} cells/s, {remaining} left"
