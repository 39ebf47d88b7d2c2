"""The run record: what made a result, and nothing that differs when it is made again."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pathway.solve.settings import Settings

__all__ = ["DISTRIBUTION", "Recorded", "parameters_hash", "run_record"]

DISTRIBUTION = "her2-pathway"
PACKAGES = (DISTRIBUTION, "numpy", "scipy", "numba", "networkx", "xarray")


class Recorded(Protocol):
    """What a result says of its model: a declared one, or one read from a file of equations."""

    @property
    def id(self) -> str:
        """Return the model's id."""

    @property
    def version(self) -> int | str:
        """Return its version."""

    @property
    def text_hash(self) -> str:
        """Return the SHA-256 of its files."""


def parameters_hash(parameters: Mapping[str, float]) -> str:
    """Return a SHA-256 over parameter names and the exact bits of their values."""
    digest = hashlib.sha256()
    for name in sorted(parameters):
        digest.update(f"{name}={float(parameters[name]).hex()}\n".encode())
    return digest.hexdigest()


def run_record(model: Recorded, settings: Settings) -> dict[str, str | int | float]:
    """Return the attributes of a result: model, tolerances, method, versions.

    Wall times are not part of it: the same input gives the same bits.
    """
    record: dict[str, str | int | float] = {
        "model": model.id,
        "model_version": model.version,
        "model_hash": model.text_hash,
        "method": settings.method.value,
        "rtol": settings.rtol,
        "atol": settings.atol,
        "python": platform.python_version(),
    }
    for package in PACKAGES:
        record[package] = _version(package)
    return record


@cache
def _version(package: str) -> str:
    """Return a package's version, which is read from files once."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
