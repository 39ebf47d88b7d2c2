"""The models of the table: three published ones, and the HER2 model under three treatments."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import pathway as pw
from pathway.bench.problem import Problem, read_problem, scaled_error
from pathway.bench.shipped import her2_problems

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

__all__ = ["BIRTWISTLE", "CHEN", "FARATIAN", "doses", "problems", "published_difference"]

FARATIAN, BIRTWISTLE, CHEN = "Faratian 2009", "Birtwistle 2007", "Chen 2009"
ENDS = {FARATIAN: 60.0, BIRTWISTLE: 1800.0, CHEN: 7200.0}
"""In each file's unit of time."""
STEMS = {FARATIAN: "faratian", BIRTWISTLE: "birtwistle", CHEN: "chen"}

KINASE = ("kf10", "kf11", "kf12", "kf13", "kf14", "kf15", "kf63", "kf64")
"""Birtwistle 2007: autophosphorylation of the dimers, which a kinase inhibitor slows."""
DOSES = 200
DECADES = 3.0
"""Above and below the half-inhibiting dose."""


def models_folder() -> Path:
    """Return where the flattened published models lie."""
    beside = Path(__file__).resolve().parents[2].parent / "shared"
    return Path(os.environ.get("PATHWAY_SHARED") or beside) / "peerbench" / "models"


def problems(cache: Path) -> dict[str, Problem]:
    """Return the problems by name; the published ones only where their files are."""
    folder = models_folder()
    found = {}
    for name, end in ENDS.items():
        file = folder / f"{STEMS[name]}.xml"
        if file.exists():
            found[name] = read_problem(file, end, name)
        else:
            print(f"{name}: no {file}; set PATHWAY_SHARED")
    return found | {problem.id: problem for problem in her2_problems(pw.load("her2"), cache)}


def doses(problem: Problem) -> Matrix:
    """Return the rows of an inhibition curve of the 118-species model, shape (200, varied)."""
    dose = np.logspace(-DECADES, DECADES, DOSES)
    return problem.scaled(dict.fromkeys(KINASE, 1.0 / (1.0 + dose)))


def published_difference(problem: Problem, y: Matrix) -> float:
    """Return how far a reference is from that of another integrator (CVODE); NaN without one."""
    file = models_folder() / f"{STEMS.get(problem.id, '')}_ref.npz"
    if not file.exists():
        return float("nan")
    with np.load(file, allow_pickle=False) as kept:
        names = [str(name) for name in kept["species"]]
        return scaled_error(y, kept["y"][:, [names.index(name) for name in problem.species]])
