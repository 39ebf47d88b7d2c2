"""Running the command line on the toy model: how a run ended, and a regimen to compare."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.toy import write_toy

if TYPE_CHECKING:
    from pathlib import Path

REGIMEN = """
kind = "comparison"
title = "Toy strategies"
description = "Two drugs, one cell"
dose = "in-vitro"
contexts = ["CELL"]

[protocol]
medium = "none"
drug_lead = "10 min"
duration = "1 h"
at = ["30 min", "1 h"]
auc = true

[ranking]
readouts = ["pR", "pK"]
at = "1 h"

[ligand.none]
label = "no ligand"

[ligand.L]
label = "L 1 nM"
ligand = "L"
dose = "1 nM"
source = "Toy2024"

[branch.K_mutant]
label = "CELL + K mutant"
context = "CELL"
lesions = ["K_mutant"]

[strategy.untreated]
label = "untreated"
drugs = []

[strategy.blocker]
label = "blocker"
drugs = ["blocker"]

[strategy.both]
label = "antibody + blocker"
drugs = ["antibody", "blocker"]
"""


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


def write_toy_with_regimen(folder: Path) -> Path:
    """Write the toy model and its comparison into ``folder`` and return it."""
    write_toy(folder)
    (folder / "regimens").mkdir()
    (folder / "regimens" / "dual_blockade.toml").write_text(REGIMEN, encoding="utf-8")
    return folder


def files(folder: Path) -> list[str]:
    """Return everything in a folder, as relative names."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))
