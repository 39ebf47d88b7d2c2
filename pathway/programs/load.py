"""Load the jitted machine, and say so when this means compiling it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pathway.kernels.load import announced

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Machine", "load_machine"]

PATIENCE = 3.0
"""Seconds after which loading must be compiling: from the cache it takes less than a second."""


class Machine(NamedTuple):
    """The jitted functions of :mod:`pathway.programs.machine`."""

    rhs: Callable[..., Any]
    jacobian_data: Callable[..., Any]
    jacobian_dense: Callable[..., Any]
    fixed: Callable[..., Any]
    switches: Callable[..., Any]
    start: Callable[..., Any]
    observe: Callable[..., Any]
    outputs: Callable[..., Any]


@cache
def load_machine() -> Machine:
    """Return the machine, compiled or read from numba's cache; one note on stderr if it is slow."""
    with announced(PATIENCE):
        from pathway.programs import machine
    return Machine(**{name: getattr(machine, name) for name in Machine._fields})
