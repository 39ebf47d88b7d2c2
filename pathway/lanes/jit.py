"""How the building blocks of the lane kernels are compiled: into whatever calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

from numba import njit
from numba.extending import intrinsic

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LaneValue", "block", "entry", "operation"]

LaneValue: TypeAlias = Any
"""Eight doubles, or eight truths, as the type checker sees them."""

Function = TypeVar("Function", bound="Callable[..., Any]")


def block(function: Function) -> Function:
    """Compile a building block. Division by zero gives infinity or NaN, as in IEEE 754."""
    return cast("Function", njit(function, error_model="numpy"))


def entry(function: Function) -> Function:
    """Compile what Python calls: cached on disk, and other threads run meanwhile."""
    return cast("Function", njit(function, cache=True, nogil=True, error_model="numpy"))


def operation(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function that writes LLVM instructions callable from jitted code."""
    return cast("Callable[..., Any]", intrinsic(function))
