"""Fixtures shared by all tests: the published data, the HER2 model, a screenless figure backend."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pathway.cli.main import main
from tests.command import Ended
from tests.regimens import SHORT, write_toy_with

if TYPE_CHECKING:
    from collections.abc import Callable

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


@pytest.fixture(scope="session")
def toy_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the toy model, with a comparison to run."""
    return write_toy_with(tmp_path_factory.mktemp("models") / "toy", {"dual_blockade": SHORT})


@pytest.fixture
def run(toy_folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Return a function that runs one command of the command line on the toy model."""

    def run(*words: object) -> Ended:
        capsys.readouterr()
        code = main([str(word) for word in (words[0], "--model", toy_folder, *words[1:])])
        printed = capsys.readouterr()
        return Ended(code, printed.out, printed.err)

    return run
