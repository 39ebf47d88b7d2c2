"""What is costly to make and not always needed: made when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Once"]

T = TypeVar("T")


class Once(Generic[T]):
    """Makes a value at the first call and returns it at every one.

    Parameters
    ----------
    make : callable
        Without arguments; a :func:`functools.partial`, where this shall be pickled.
    """

    __slots__ = ("_found", "_make")

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._found: list[T] = []

    def __call__(self) -> T:
        """Return the value."""
        if not self._found:
            self._found.append(self._make())
        return self._found[0]
