"""Regimens for the toy model, written beside its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.model_folder import write
from tests.toy import write_toy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LIGANDS = """
[ligand.none]
label = "no ligand"

[ligand.L]
label = "L 1 nM"
ligand = "L"
dose = "1 nM"
source = "Toy2024"
"""

BLOCKED = """
[strategy.untreated]
label = "untreated"
drugs = []

[strategy.blocker]
label = "blocker"
drugs = ["blocker"]
"""

BOTH = """
[strategy.both]
label = "antibody + blocker"
drugs = ["antibody", "blocker"]
"""

SHORT = f"""
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

[branch.K_mutant]
label = "CELL + K mutant"
context = "CELL"
lesions = ["K_mutant"]
{LIGANDS}{BLOCKED}{BOTH}"""

COMPARISON = f"""
kind = "comparison"
title = "Toy strategies"
description = "A blocker, an antibody, both, and a sequence"
dose = "in-vitro"
contexts = ["CELL", "MUTATED"]

[protocol]
medium = "serum-free"
drug_lead = "1 h"
duration = "4 h"
at = ["1 h", "4 h"]
auc = true

[ranking]
readouts = ["pR", "pK"]
at = "4 h"

[branch.tR]
label = "CELL + truncated R"
context = "CELL"
lesions = ["tR"]
{LIGANDS}{BLOCKED}
[strategy.antibody]
label = "antibody"
drugs = ["antibody"]

[strategy.both]
label = "blocker + antibody"
drugs = ["blocker", "antibody"]

[strategy.sequence]
label = "blocker after antibody washout"
drugs = ["blocker"]

[[strategy.sequence.before]]
drugs = ["antibody"]
duration = "2 h"

[[strategy.sequence.before]]
drugs = []
duration = "3 h"
"""

TRIAL = """
kind = "trial"
title = "TOYTRIAL: blocker against nothing"
description = "Two arms"
setting = "a toy"
backbone = "sugar in both arms; not modelled"
dose = "clinical"
contexts = ["CELL"]
caveats = ["Nothing here was measured."]

[protocol]
medium = "serum-free"
drug_lead = "1 h"
duration = "2 h"
at = ["2 h"]
auc = false

[ranking]
readouts = ["pK"]
at = "2 h"

[ligand.none]
label = "no ligand"

[strategy.blocker]
label = "blocker"
drugs = ["blocker"]
arm = "experimental"

[[outcome]]
endpoint = "median PFS"
population = "all randomised"
experimental = "18.5 months"
control = "12.4 months"
effect = "HR 0.62 (95 % CI 0.51-0.75)"
source = "Toy2024"
"""


def write_toy_with(folder: Path, regimens: Mapping[str, str]) -> Path:
    """Write the toy model with regimens into ``folder`` and return it."""
    files = {f"regimens/{name}.toml": text for name, text in regimens.items()}
    return write(write_toy(folder), files)


def write_toy_with_regimens(folder: Path) -> Path:
    """Write the toy model with a comparison and a trial into ``folder`` and return it."""
    return write_toy_with(folder, {"dual_blockade": COMPARISON, "TOYTRIAL": TRIAL})
