"""Load the jitted kernels, and say so when this means compiling them."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import cache
from threading import Timer
from typing import TYPE_CHECKING, Any, NamedTuple

import numba

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["PATIENCE", "Kernels", "announced", "load_kernels"]

PATIENCE = 1.5
"""Seconds after which loading must be compiling: from the cache it takes a tenth of this."""

NOTE = f"pathway: compiling kernels once with numba {numba.__version__} (up to a minute) ..."


class Kernels(NamedTuple):
    """The jitted functions, for use from Python or from numba code.

    The first four are called as ``f(t, y, p)``.
    """

    rates: Callable[..., Any]
    rhs: Callable[..., Any]
    jacobian_data: Callable[..., Any]
    jacobian_dense: Callable[..., Any]
    reachable: Callable[..., Any]
    null_space: Callable[..., Any]


@contextmanager
def announced(
    patience: float | None = None, compiled: Callable[[], bool] | None = None
) -> Iterator[None]:
    """Say once on stderr that kernels are compiling, if what is inside takes long.

    Parameters
    ----------
    patience : float, optional
        Seconds.
    compiled : callable, optional
        Asked then: with kernels that are ready, something else takes the time.
    """

    def announce() -> None:
        if compiled is None or not compiled():
            print(NOTE, file=sys.stderr, flush=True)

    timer = Timer(PATIENCE if patience is None else patience, announce)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@cache
def load_kernels() -> Kernels:
    """Return the kernels, compiled or read from numba's cache; one note on stderr if it is slow."""
    with announced():
        from pathway.kernels import echelon, functions
    return Kernels(
        rates=functions.rates,
        rhs=functions.rhs,
        jacobian_data=functions.jacobian_data,
        jacobian_dense=functions.jacobian_dense,
        reachable=functions.reachable,
        null_space=echelon.null_space,
    )
