"""How the building blocks of the lane kernels are compiled: into whatever calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

from numba import njit
from numba.extending import intrinsic

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "PLAIN",
    "LaneValue",
    "allocating",
    "allocating_entry",
    "block",
    "entry",
    "operation",
    "part",
]

LaneValue: TypeAlias = Any
"""Eight doubles, or eight truths, as the type checker sees them."""

PLAIN: dict[str, Any] = {"error_model": "numpy", "_nrt": False}
ALLOCATING: dict[str, Any] = {"error_model": "numpy", "_nrt": True}
"""``_nrt``: whether references to arrays are counted. numba's own option, not in its type stubs."""

Function = TypeVar("Function", bound="Callable[..., Any]")


def block(function: Function) -> Function:
    """Compile a building block, which may make no arrays and take none from others.

    Division by zero gives infinity or NaN, as in IEEE 754. References to arrays are not counted:
    that costs an eighth of the time of a small system, and threads would wait for each other.
    """
    return cast("Function", njit(function, **PLAIN))


def part(function: Function) -> Function:
    """Compile a part of a building block into it: arrays as arguments make calls costly."""
    return cast("Function", njit(function, inline="always", **PLAIN))


def allocating(function: Function) -> Function:
    """Compile a building block that makes arrays, or is given some that others made.

    Only others like it may call it: code that counts no references is linked without what makes
    arrays.
    """
    return cast("Function", njit(function, **ALLOCATING))


def entry(function: Function) -> Function:
    """Compile what Python calls: cached on disk, and other threads run meanwhile."""
    return cast("Function", njit(function, cache=True, nogil=True, **PLAIN))


def allocating_entry(function: Function) -> Function:
    """Compile what Python calls and what has parts that make arrays."""
    return cast("Function", njit(function, cache=True, nogil=True, **ALLOCATING))


def operation(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function that writes LLVM instructions callable from jitted code."""
    return cast("Callable[..., Any]", intrinsic(function))
