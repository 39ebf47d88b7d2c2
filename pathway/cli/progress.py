"""A progress bar for whatever takes longer than two seconds."""

from __future__ import annotations

from rich.progress import SpinnerColumn

from pathway.population.progress import PATIENCE, LateBar

__all__ = ["Bar"]


class Bar(LateBar):
    """A bar that appears once its block has run for ``patience`` seconds.

    Call it with how many parts are done and how many there are; before the first call, or with an
    unknown total, it only shows that work goes on.
    """

    def __init__(self, description: str, *, patience: float = PATIENCE) -> None:
        super().__init__(description, SpinnerColumn(), patience=patience)

    def __call__(self, done: int, total: int | None = None, what: str | None = None) -> None:
        """Say how far the work is, and optionally at what."""
        self._update(done, total, f"{done}/{total}" if total else "", what)
