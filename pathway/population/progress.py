"""Bars that appear where work takes longer than two seconds."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

__all__ = ["PATIENCE", "CellBar", "LateBar", "pace"]

PATIENCE = 2.0  # seconds after which a silent program looks stuck


class LateBar:
    """A bar on standard error that appears once its block has run for ``patience`` seconds.

    Silent where standard error is no terminal.

    Parameters
    ----------
    description : str
        What is done.
    before : ProgressColumn
        Columns left of the description.
    patience : float
    console : Console, optional
        Where to show it, in place of standard error.
    """

    def __init__(
        self,
        description: str,
        *before: ProgressColumn,
        patience: float = PATIENCE,
        console: Console | None = None,
    ) -> None:
        console = Console(stderr=True) if console is None else console
        self._progress = Progress(
            *before,
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

    def __enter__(self) -> Self:
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

    def _update(self, done: int, total: int | None, parts: str, what: str | None = None) -> None:
        """Show how far the work is, in words too, and optionally at what."""
        self._progress.update(
            self._task, completed=done, total=total, parts=parts, description=what
        )

    def _show(self) -> None:
        with self._lock:
            if self._open:
                self.shown = True
                self._progress.start()


class CellBar(LateBar):
    """A bar with rate and time left for work that is counted in cells.

    Call it with how many cells are done and how many there are. The first call says what was done
    before, and counts for no rate.
    """

    _first: tuple[int, float] | None = None

    def __call__(self, done: int, total: int) -> None:
        """Say how far the work is."""
        now = time.monotonic()
        self._first = (done, now) if self._first is None else self._first
        before, since = self._first
        words = f"{done}/{total}{pace(done - before, now - since, total - done)}"
        self._update(done, total, words)


def pace(done: int, seconds: float, left: int) -> str:
    """Return rate and time left as text, nothing while no rate is known."""
    if done <= 0 or seconds <= 0.0:
        return ""
    rate = done / seconds
    minutes, rest = divmod(round(left / rate), 60)
    hours, minutes = divmod(minutes, 60)
    remaining = f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
    return f", {rate:.3g} cells/s, {remaining} left"
