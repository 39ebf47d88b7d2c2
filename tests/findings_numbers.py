"""Findings about the toy model that state numbers, and a table of measurements."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FINDINGS", "write_findings"]

FINDINGS = """
version = 1

[run]
ligand = { context = "CELL", ligands = { L = "1 nM" }, duration = "2 h" }
blocked = { context = "CELL", drugs = { blocker = "30 nM" }, pretreat = "30 min", ligands = { L = "1 nM" }, duration = "1 h" }
washed = { context = "MUTATED", drugs = { antibody = "1 nM", blocker = "20 nM" }, duration = "1 h", steps = [{ wash = "30 min", drugs = ["blocker"] }, { then = "1 h", drugs = { antibody = "3 nM" } }] }
auto = { context = "CELL", lesions = { L_autocrine = "0.2 nM", R_amplification = 3.0 }, drugs = { blocker = "5 nM" }, duration = "1 h" }
less = { context = "CELL", parameters = { "R_phosphorylation.k" = "x0.5" }, duration = "1 h" }
basal = { duration = "1 h" }

[panel.cells]
contexts = "all"

[measured.pR]
file = "cells.csv"
key = "cell"
value = "log pR"
log = true
floor = -1.0

[finding.N1]
claim = "L raises pR and pK"
source = "made up"
basis = "data"
strength = "A"
expect = [
  { kind = "number", expr = 'fold(ligand, pR, "5 min")', expected = 1.4 },
  { kind = "number", expr = 'fold(ligand, pR, "1 h")', expected = 1.2 },
  { kind = "number", expr = 'fold(ligand, pK, "1 h")', expected = 1.3 },
  { kind = "direction", expr = 'fold(ligand, pK, "2 h")', expected = "up" },
]

[finding.N2]
claim = "The blocker lowers both"
source = "made up"
basis = "page"
strength = "A"
expect = [
  { kind = "number", expr = 'suppression(blocked, pR, "30 min")', expected = 0.6 },
  { kind = "number", expr = 'effect(washed, pK, "150 min")', expected = 0.5 },
  { kind = "number", expr = 'ratio(washed, auto, pR, "45 min")', expected = 0.4 },
  { kind = "number", expr = 'rest(less, pR)', expected = 20.0 },
  { kind = "number", expr = 'fold(blocked, pK, "1 h")', expected = 1.1 },
]

[finding.N3]
claim = "pR ranks as measured"
source = "made up"
basis = "data"
strength = "A"
expect = [{ kind = "rank", expr = 'rest(basal, pR)', panel = "cells", measured = "pR" }]

[finding.N4]
claim = "More than the toy can say"
source = "made up"
basis = "data"
strength = "A"
expect = [{ kind = "direction", expr = 'effect(auto, pK, "1 h")', expected = "down" }]
"""


def write_findings(folder: Path) -> Path:
    """Write the findings, and a folder ``data`` with the table, and return the findings file."""
    (folder / "data").mkdir()
    rows = {"CELL": 0.5, "MUTATED": 0.8, **{f"C{n}": 0.1 * n for n in range(10)}, "C10": -1.5}
    table = "cell,log pR\n" + "".join(f"{cell},{value}\n" for cell, value in rows.items())
    (folder / "data" / "cells.csv").write_text(table, encoding="utf-8")
    file = folder / "numbers.toml"
    file.write_text(FINDINGS, encoding="utf-8")
    return file
