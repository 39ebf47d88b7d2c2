"""Running the command line on the toy model: how a run ended, and what it wrote."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run of the command line ended."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows that ``--json`` printed."""
        rows: list[dict[str, Any]] = json.loads(self.out)["rows"]
        return rows

    @property
    def table(self) -> list[dict[str, str]]:
        """The rows that ``--csv`` printed."""
        return list(csv.DictReader(io.StringIO(self.out)))


def files(folder: Path) -> list[str]:
    """Return everything in a folder, as relative names."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))
