"""Tight reference trajectories, computed once and kept in a cache outside the checkout."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pathway.bench.problem import scaled_error
from pathway.model import load_equations
from pathway.solve.settings import Method, Settings
from pathway.solve.system import integrate_system

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pathway.bench.problem import Problem
    from pathway.model import EquationModel

    Matrix = NDArray[np.float64]

__all__ = ["Reference", "cache_folder", "reference"]

TIGHT = Settings(method=Method.LSODA, rtol=1e-11, atol=1e-14, max_steps=5_000_000)
OTHER = Settings(method=Method.RADAU, rtol=1e-9, atol=1e-12, max_steps=5_000_000)
"""Another method, which shows how far the reference itself can be trusted."""
LARGEST_CHECKED = 250
"""States; the other method takes minutes beyond."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reference:
    """What a problem's species are, as exactly as is known."""

    y: Matrix
    """Shape (1 + rows, times, species): the declared numbers first."""
    doubt: float
    """Scaled difference from another method at the declared numbers; NaN where not computed."""


def cache_folder() -> Path:
    """Return where references, exported models and compiled peers are kept."""
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "pathway" / "bench"


def reference(problem: Problem, rows: Matrix, cache: Path) -> Reference:
    """Return the reference of a problem at its declared numbers and at some varied ones.

    Parameters
    ----------
    problem : Problem
    rows : ndarray, shape (rows, varied)
    cache : Path
        Folder that keeps what was computed; made where it is missing.

    Raises
    ------
    SolveError
        If an integration fails.
    """
    key = hashlib.sha256(problem.digest.encode() + rows.tobytes() + repr(TIGHT).encode())
    file = cache / "references" / f"{problem.id}-{key.hexdigest()[:16]}.npz"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        made = _compute(problem, rows)
        with file.with_suffix(".part").open("wb") as part:
            np.savez_compressed(part, y=made.y, doubt=made.doubt)
        file.with_suffix(".part").replace(file)
    with np.load(file, allow_pickle=False) as kept:
        return Reference(y=kept["y"], doubt=float(kept["doubt"]))


def _compute(problem: Problem, rows: Matrix) -> Reference:
    model = load_equations(problem.path)
    found = [_run(model, problem, {}, TIGHT)]
    found += [
        _run(model, problem, dict(zip(problem.varied, row.tolist(), strict=True)), TIGHT)
        for row in rows
    ]
    doubt = np.nan
    if len(model.compiled.moving) <= LARGEST_CHECKED:
        doubt = scaled_error(_run(model, problem, {}, OTHER), found[0])
    return Reference(y=np.array(found), doubt=doubt)


def _run(
    model: EquationModel, problem: Problem, constants: dict[str, float], settings: Settings
) -> Matrix:
    places = {output.id: place for place, output in enumerate(model.system.outputs)}
    columns = [
        places.get(f"{name}[concentration]", places.get(name, -1)) for name in problem.species
    ]
    run = integrate_system(model.compiled, problem.times, constants, settings=settings)
    return np.ascontiguousarray(run.outputs[:, columns])
