"""Finished chunks on disk: a job that was killed goes on where it was, to the same bits."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from pathway.errors import ScenarioError
from pathway.population.portion import Portion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Checkpoint"]

MANIFEST = "ensemble.json"
FORMAT = 1


class Checkpoint:
    """A folder that belongs to one job.

    Each chunk is a file that appears whole or not at all. A file that cannot be read is computed
    anew.

    Parameters
    ----------
    folder : path-like
        Made if it is not there.
    facts : mapping
        What decides the numbers of the job; those of the folder must be the same.

    Raises
    ------
    ScenarioError
        If the folder is that of another job, or has other files.
    """

    def __init__(self, folder: str | os.PathLike[str], facts: Mapping[str, object]) -> None:
        self._folder = Path(folder)
        where = f"checkpoint {str(self._folder)!r}"
        if self._folder.exists() and not self._folder.is_dir():
            raise ScenarioError(where, "is a file", "name a folder")
        self._folder.mkdir(parents=True, exist_ok=True)
        said = json.loads(json.dumps({"format": FORMAT, **facts}))
        manifest = self._folder / MANIFEST
        if not manifest.is_file():
            if any(not path.name.startswith(MANIFEST) for path in self._folder.iterdir()):
                raise ScenarioError(where, "holds other files", "name a new or an empty folder")
            self._write(MANIFEST, (json.dumps(said, indent=1) + "\n").encode())
            return
        try:
            found = json.loads(manifest.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ScenarioError(where, f"{MANIFEST} is damaged", "name a new folder") from error
        if found != said:
            other = [
                key for key in said if not isinstance(found, dict) or found.get(key) != said[key]
            ]
            raise ScenarioError(
                where,
                f"belongs to another job: {', '.join(other) or 'more'} differ",
                "name a new folder, or ask for the same again",
            )

    def read(self, chunks: int) -> Iterator[tuple[int, Portion]]:
        """Yield the finished chunks."""
        for index in range(chunks):
            path = self._folder / _name(index)
            if path.is_file():
                portion = _portion(path)
                if portion is not None:
                    yield index, portion

    def write(self, index: int, portion: Portion) -> None:
        """Write a finished chunk."""
        path = self._folder / f"{_name(index)}.{os.getpid()}"
        with path.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **portion.arrays())
            file.flush()
            os.fsync(file.fileno())
        path.replace(self._folder / _name(index))

    def _write(self, name: str, content: bytes) -> None:
        path = self._folder / f"{name}.{os.getpid()}"
        path.write_bytes(content)
        path.replace(self._folder / name)


def _name(index: int) -> str:
    return f"chunk-{index:06d}.npz"


def _portion(path: Path) -> Portion | None:
    """Return what a file holds, or None if it is damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return Portion.of({name: arrays[name] for name in arrays.files})
    except (BadZipFile, KeyError, ValueError, EOFError, OSError):
        return None
