"""Load the jitted integrator, and say so when this means compiling it."""

from __future__ import annotations

import hashlib
from contextlib import nullcontext
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

    return advance.make_advance(_digest())


@cache
def load_settle() -> Callable[..., None]:
    """Return the iteration to rest; it is compiled at its first call, or read from the cache."""
    from pathway.lanes import settle

    return settle.make_settle(_digest())


@cache
def load_variation() -> Callable[..., None]:
    """Return the march of derivatives by parameters along a run."""
    from pathway.lanes import variation
    from pathway.lanes.variation import march

    return march.make_variation(_digest(*sorted(Path(*variation.__path__).glob("*.py"))))


def _digest(*more: Path) -> int:
    """Return a number that changes with the source of anything compiled into the lane kernels."""
    sha = hashlib.sha256()
    for path in (*_sources(), *more):
        sha.update(path.read_bytes())
    return int.from_bytes(sha.digest()[:7], "big") | 1


def _sources() -> list[Path]:
    """Return the files whose functions or numbers are compiled into the lane kernels."""
    from pathway import lanes
    from pathway.kernels import arguments as tables
    from pathway.kernels import functions
    from pathway.programs import arguments, machine, opcodes

    others = (tables, functions, arguments, machine, opcodes)
    files = sorted(Path(*lanes.__path__).glob("*.py"))
    return [*files, *(Path(str(module.__file__)) for module in others)]


def compiling(kernel: Callable[..., object]) -> AbstractContextManager[None]:
    """Return a context that says so if the first call of a kernel compiles it."""

    def compiled() -> bool:
        return bool(getattr(kernel, "overloads", ()))

    return nullcontext() if compiled() else announced(compiled=compiled)
