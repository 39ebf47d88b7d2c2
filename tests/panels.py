"""A panel of toy cell lines, in a folder beside the toy model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.model_folder import write
from tests.regimens import BLOCKED, BOTH, LIGANDS
from tests.toy import write_toy

if TYPE_CHECKING:
    from pathlib import Path

PANEL = f"""
kind = "panel"
title = "Toy panel"
description = "Every toy cell"
dose = "in-vitro"
contexts = ["all"]

[protocol]
medium = "none"
drug_lead = "10 min"
duration = "1 h"
at = ["1 h"]

[ranking]
readouts = ["pR", "pK"]
at = "1 h"

[features]
totals = ["R", "K"]
ratios = ["R:K"]
levels = ["R"]

[mark.amplified]
label = "R amplified"
genotype = "R amplified"
unknown = "not looked at"

[mark.K_allele]
label = "K allele"
lesions = ["K_mutant", "K_loss"]
genotype = "K mutated"
genotype_label = "K, allele not given"
{LIGANDS}{BLOCKED}{BOTH}"""

TOTAL = """
[total.{name}]
value = {value}
unit = "molecules/cell"
fold = 1.5
evidence = "{evidence}"
source = "Toy2024"
"""

LESION = """
[lesion.{name}]
value = {value}
unit = "1"
fold = 1.5
evidence = "assumed"
source = "Toy2024"
"""


def context(genotype: str, *tables: str) -> str:
    return f'description = "a toy line"\ngenotype = "{genotype}"\n' + "".join(tables)


def total(name: str, value: float, evidence: str = "measured") -> str:
    return TOTAL.format(name=name, value=value, evidence=evidence)


def lesion(name: str, value: float) -> str:
    return LESION.format(name=name, value=value)


LINES = {
    "HIGH": context("R amplified; K wild type", total("R", 1e6), total("K", 2e4)),
    "HIGHER": context("R amplified, twice; K mutated", total("R", 3e6), total("K", 3e4)),
    "LOW": context("R not amplified", total("R", 2e4), total("K", 5e4, "assumed")),
    "LOST": context("not looked at", total("R", 5e4), total("K", 4e4), lesion("K_loss", 0.9)),
}


def write_panel(folder: Path) -> tuple[Path, Path]:
    """Write the toy model and a folder of lines and their panel; return both folders."""
    lines = {f"contexts/{name}.toml": text for name, text in LINES.items()}
    mine = write(folder / "mine", {**lines, "regimens/every_cell.toml": PANEL})
    return write_toy(folder / "toy"), mine
