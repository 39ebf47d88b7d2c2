"""What every engine is asked: one SBML file, its output times, and the numbers that are varied."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pathway.errors import PathwayError
from pathway.model import load_equations

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

__all__ = ["POINTS", "SIGMA", "Problem", "read_problem", "scaled_error"]

POINTS = 121
"""Output times, the first at the start."""

SIGMA = 0.3
"""Standard deviation of the natural logarithm of every varied number."""

SEED = 20240607

FLOOR = 1e-6
"""Added to the largest value of a species: a thousand times the absolute tolerance, so that what is
hardly there does not decide the error."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """A model and what is asked of it; the same for every engine."""

    id: str
    path: Path
    """An SBML file."""
    times: Vector
    """In the file's unit, shape (times,)."""
    species: tuple[str, ...]
    """Compared, as concentrations where the file has them."""
    sizes: Vector
    """What the value of a species is divided by to be a concentration: the size of its compartment
    where formulas take it as an amount, else 1; shape (species,)."""
    varied: tuple[str, ...]
    """Positive constant parameters that rate laws use."""
    base: Vector
    """Their declared values, shape (varied,)."""

    @property
    def digest(self) -> str:
        """Return a hash of the file, the times and the varied numbers."""
        parts = (self.path.read_bytes(), self.times.tobytes(), "\n".join(self.varied).encode())
        return hashlib.sha256(b"\0".join(parts)).hexdigest()

    def samples(self, count: int, sigma: float = SIGMA) -> Matrix:
        """Return varied numbers, log-normal around the declared ones, shape (count, varied).

        The first rows of a longer matrix are the rows of a shorter one.
        """
        random = np.random.default_rng(SEED)
        draws = random.standard_normal((count, self.base.size))
        return self.base * np.exp(sigma * draws)

    def scaled(self, factors: dict[str, Vector]) -> Matrix:
        """Return rows in which some numbers are multiplied, each by its vector of factors.

        Raises
        ------
        PathwayError
            If a number is not among the varied ones.
        """
        (count,) = {factor.size for factor in factors.values()}
        rows = np.tile(self.base, (count, 1))
        for name, factor in factors.items():
            if name not in self.varied:
                raise PathwayError(self.id, f"does not vary {name!r}", "name a varied parameter")
            rows[:, self.varied.index(name)] *= factor
        return rows


def read_problem(path: str | os.PathLike[str], end: float, name: str | None = None) -> Problem:
    """Return the problem of an SBML file from its start to ``end`` in its own unit of time.

    Raises
    ------
    PathwayError
        If the file cannot be read, or has nothing that moves or nothing to vary.
    """
    model = load_equations(path)
    sizes, varied, base = _contents(Path(path))
    moving = {state.removesuffix("[amount]") for state in model.compiled.moving}
    compared = tuple(one for one in sizes if one in moving)
    if not compared or not varied:
        what = "varied parameters" if compared else "species that move"
        raise PathwayError(str(path), f"has no {what}", "choose another model")
    if not end > model.system.start:
        raise PathwayError(str(path), f"ends at {end:g}", "give a positive duration")
    return Problem(
        id=name or Path(path).stem,
        path=Path(path).resolve(),
        times=np.linspace(model.system.start, end, POINTS),
        species=compared,
        sizes=np.array([sizes[one] for one in compared]),
        varied=varied,
        base=np.array(base),
    )


def scaled_error(found: Matrix, true: Matrix) -> float:
    """Return the largest error of any species at any time, by the species' largest value.

    Parameters
    ----------
    found, true : ndarray, shape (..., times, species)

    Returns
    -------
    float
        max |found − true| / (max over times |true| + 1e-6); infinite where ``found`` is not finite.
    """
    size = np.abs(true).max(axis=-2, keepdims=True) + FLOOR
    worst = np.max(np.abs(found - true) / size)
    return float(worst) if np.isfinite(worst) else np.inf


def _contents(path: Path) -> tuple[dict[str, float], tuple[str, ...], tuple[float, ...]]:
    """Return species with their sizes, and the positive constants that laws and rate rules use."""
    import libsbml

    document = libsbml.readSBMLFromFile(str(path))
    model = document.getModel()
    used = {name for law in _laws(model) for name in _names(law)}
    kept = [
        (parameter.getId(), float(parameter.getValue()))
        for parameter in model.getListOfParameters()
        if parameter.getId() in used
        and parameter.getConstant()
        and parameter.getValue() > 0.0
        and model.getInitialAssignment(parameter.getId()) is None
    ]
    sizes = {
        one.getId(): float(model.getCompartment(one.getCompartment()).getSize())
        if one.getHasOnlySubstanceUnits()
        else 1.0
        for one in model.getListOfSpecies()
    }
    return sizes, tuple(name for name, _ in kept), tuple(value for _, value in kept)


def _laws(model: object) -> Iterator[object]:
    for reaction in model.getListOfReactions():  # type: ignore[attr-defined]
        yield reaction.getKineticLaw().getMath()
    for rule in model.getListOfRules():  # type: ignore[attr-defined]
        yield rule.getMath()


def _names(node: object) -> Iterator[str]:
    if node.isName():  # type: ignore[attr-defined]
        yield node.getName()  # type: ignore[attr-defined]
    for place in range(node.getNumChildren()):  # type: ignore[attr-defined]
        yield from _names(node.getChild(place))  # type: ignore[attr-defined]
