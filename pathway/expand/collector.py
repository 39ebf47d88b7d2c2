"""Building networks without the garbage collector."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["uncollected"]


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the collector of reference cycles from running meanwhile, in all threads.

    A network is thousands of small objects that stay, with hardly a cycle among them. The
    collector would walk through the whole process every few networks to find that nothing is to
    be freed, which takes up to a third of the time that the networks take.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
