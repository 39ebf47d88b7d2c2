"""The shipped HER2 model under treatments, as files that every engine reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.bench.problem import read_problem
from pathway.exchange.write import export
from pathway.scenario import Scenario

if TYPE_CHECKING:
    from pathlib import Path

    from pathway.bench.problem import Problem
    from pathway.model import Model

__all__ = ["TREATMENTS", "her2_problems"]

TREATMENTS = (
    ("trastuzumab", "pertuzumab"),
    ("lapatinib",),
    ("trastuzumab", "tucatinib"),
)
CONTEXT, LIGANDS = "SKBR3", {"HRG": "1 nM"}
HOURS = 24


def her2_problems(model: Model, cache: Path) -> list[Problem]:
    """Export the treatments and return their problems; times in minutes.

    Parameters
    ----------
    model : Model
    cache : Path
        Where the files are written, in a folder ``models``.
    """
    folder = cache / "models"
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for drugs in TREATMENTS:
        scenario = Scenario(
            context=CONTEXT,
            ligands=LIGANDS,
            drugs=dict.fromkeys(drugs, "in-vitro"),
            duration=f"{HOURS} h",
        )
        name = "+".join(drugs)
        file = export(model, scenario, folder / f"her2_{name.replace('+', '_')}.xml")
        found.append(read_problem(file, HOURS * 60.0, f"HER2, {name}"))
    return found
