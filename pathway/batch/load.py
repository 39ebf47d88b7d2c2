"""Load the jitted integrator, and say so when this means compiling it."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pathway.kernels.load import announced

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

__all__ = ["compiling", "load_advance", "load_settle"]


@cache
def load_advance() -> Callable[..., None]:
    """Return the integrator; it is compiled at its first call, or read from numba's cache."""
    from pathway.lanes import advance

    return advance.make_advance(_digest(Path(advance.__file__).parent))


@cache
def load_settle() -> Callable[..., None]:
    """Return the iteration to rest; it is compiled at its first call, or read from the cache."""
    from pathway.lanes import settle

    return settle.make_settle(_digest(Path(settle.__file__).parent))


def _digest(folder: Path) -> int:
    sha = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        sha.update(path.read_bytes())
    return int.from_bytes(sha.digest()[:7], "big") | 1


def compiling(kernel: Callable[..., None]) -> AbstractContextManager[None]:
    """Return a context that says so if the first call of a kernel compiles it."""
    return announced(compiled=lambda: bool(getattr(kernel, "signatures", ())))
