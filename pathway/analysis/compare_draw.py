"""The figures of a comparison as files, drawn by one process or by two.

Drawing takes as long as simulating and holds the interpreter all the while, so threads do not help.
"""

from __future__ import annotations

from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TYPE_CHECKING

from pathway.analysis.compare_figures import figure, figure_names
from pathway.errors import PathwayError
from pathway.plot.appearance import save_figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from pathway.analysis.compare_result import Comparison

__all__ = ["MANY", "draw_files", "get_ready", "second_process"]

MANY = 60
"""Runs from which their figures take longer than a further process needs to start."""


@contextmanager
def second_process() -> Iterator[Executor]:
    """Yield a further process for :func:`draw_files`, which starts with its first work."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        yield executor


def get_ready(
    executor: Executor, progress: Callable[[int, int], None]
) -> Callable[[int, int], None]:
    """Return a report of progress that also starts the executor, once runs are under way.

    Not before, since what is asked for may be refused, and not for fewer than :data:`MANY` runs.
    """
    started = False

    def report(done: int, total: int) -> None:
        nonlocal started
        if total >= MANY and not started:
            started = True
            executor.submit(_ready)
        progress(done, total)

    return report


def draw_files(comparison: Comparison, folder: Path, executor: Executor | None = None) -> None:
    """Write every figure as PNG and SVG; the bytes are the same with an executor or without.

    Parameters
    ----------
    comparison : Comparison
    folder : Path
        An existing folder.
    executor : concurrent.futures.Executor, optional
        Draws the first half of the figures while this process draws the others.

    Raises
    ------
    PathwayError
        If the executor's process died.
    """
    names = figure_names(comparison)
    if executor is None:
        _draw(comparison, names, folder)
        return
    half = len(names) // 2
    try:
        elsewhere = executor.submit(_draw, comparison, names[:half], folder)
        _draw(comparison, names[half:], folder)
        elsewhere.result()
    except BrokenExecutor as error:
        raise PathwayError(
            "figures", "the process that drew them ended before its work", "save without executor"
        ) from error


def _draw(comparison: Comparison, names: Sequence[str], folder: Path) -> None:
    for name in names:
        save_figure(figure(comparison, name), folder, name)


def _ready() -> None:
    """Do nothing: to find this function, a process has imported what it draws with."""
