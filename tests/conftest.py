"""Fixtures shared by all tests: the published data, the HER2 model, a screenless figure backend."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathway.model import Model

# Before anything imports matplotlib, here and in the processes that tests start.
os.environ["MPLBACKEND"] = "Agg"

ROOT = Path(__file__).resolve().parents[1]


def shared_folder() -> Path:
    """Return where the published data lie: ``PATHWAY_SHARED``, or ``shared`` beside the checkout."""
    return Path(os.environ.get("PATHWAY_SHARED") or ROOT.parent / "shared")


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of published data; tests that need it skip where it is absent."""
    folder = shared_folder()
    if not (folder / "data").is_dir():
        pytest.skip(f"no published data at {folder} (set PATHWAY_SHARED to where they are)")
    return folder


@pytest.fixture(scope="session")
def her2() -> Model:
    """Return the shipped HER2 model, read once a session."""
    import pathway as pw

    return pw.load("her2")
