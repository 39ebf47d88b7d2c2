"""Cases of the SBML Test Suite: which of them a model read from their file passes."""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pathway.errors import DeclarationError, PathwayError, UnsupportedError
from pathway.model.equation_model import load_equations
from pathway.result.equations import equation_settings, simulate_equations, variable_of
from pathway.scenario import Scenario

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from pathway.model.equation_model import EquationModel
    from pathway.solve.settings import Method, Settings

__all__ = ["SuiteCase", "find_cases", "read_case", "run_suite", "what_is_wrong"]

MODEL = re.compile(r"(?:(?P<case>.+)-)?(?:model|sbml-l(?P<level>[23])v(?P<version>[1-5]))\.xml")
"""Names of model files: ``model.xml``, or ``00001-sbml-l3v2.xml`` as the suite has them."""
REMEDY = "see the suite's description of its cases"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SuiteCase:
    """What is asked of a model, with which tolerances, and what is expected."""

    name: str
    model: Path
    columns: tuple[str, ...]
    times: NDArray[np.float64]
    expected: NDArray[np.float64]
    """Shape (times, columns)."""
    absolute: float
    relative: float
    amounts: frozenset[str]
    concentrations: frozenset[str]

    def readout(self, column: str, known: Iterable[str]) -> str:
        """Return the readout that a column means; a compartment has no amount."""
        wanted = (
            f"{column}[amount]" if column in self.amounts else "",
            f"{column}[concentration]" if column in self.concentrations else "",
        )
        there = set(known)
        return next((name for name in wanted if name in there), column)


def find_cases(folder: str | os.PathLike[str]) -> dict[str, Path]:
    """Return the folders of the cases below a folder, by name.

    Raises
    ------
    DeclarationError
        If there is none: a case is a folder with a settings file.
    """
    place = Path(folder)
    found = sorted({path.parent for path in place.glob("*/*settings.txt")})
    if not found:
        raise DeclarationError(
            str(folder), "has no cases: folders with a settings.txt", "give the folder above them"
        )
    return {path.name: path for path in found}


def read_case(folder: Path) -> SuiteCase:
    """Read a case; of several model files the one of the highest level and version.

    Raises
    ------
    DeclarationError
        If a file is not there, or is not what the suite says it is.
    """
    settings = _only(folder, "*settings.txt").read_text(encoding="utf-8-sig").splitlines()
    said = {
        key.strip(): rest.strip() for key, _, rest in (line.partition(":") for line in settings)
    }
    with _only(folder, "*results.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file) if any(cell.strip() for cell in row)]
    try:
        values = np.array([[_number(cell) for cell in row] for row in rows[1:]])
        absolute, relative = float(said["absolute"]), float(said["relative"])
        times, expected = values[:, 0], values[:, 1:]
    except (KeyError, IndexError, ValueError) as error:
        raise DeclarationError(
            str(folder), f"settings or results are not as they should be: {error}", REMEDY
        ) from error
    return SuiteCase(
        name=folder.name,
        model=_model_file(folder),
        columns=tuple(cell.strip() for cell in rows[0][1:]),
        times=times,
        expected=expected,
        absolute=absolute,
        relative=relative,
        amounts=_names(said.get("amount", "")),
        concentrations=_names(said.get("concentration", "")),
    )


def what_is_wrong(case: SuiteCase, model: EquationModel, settings: Settings | None = None) -> str:
    """Return what is wrong with a model's trajectories, or nothing.

    Raises
    ------
    PathwayError
        If the simulation fails.
    """
    last = max(float(case.times[-1]), math.ulp(1.0))
    scenario = Scenario(duration=f"{last:.17g}")
    grid = [float(time) for time in case.times]
    dataset = simulate_equations(model, [scenario], grid, settings, labels=[case.name])
    rows = np.searchsorted(dataset["time"].to_numpy(), case.times)
    for number, column in enumerate(case.columns):
        name = case.readout(column, model.readouts)
        if name not in model.readouts:
            return f"there is no {name}"
        ours, theirs = dataset[variable_of(name)].to_numpy()[0, rows], case.expected[:, number]
        near = np.isclose(ours, theirs, rtol=case.relative, atol=case.absolute, equal_nan=True)
        if not near.all():
            row = int(np.argmin(near))
            return f"{name} is {ours[row]:.9g} and not {theirs[row]:.9g} at {case.times[row]:g}"
    return ""


def run_suite(
    folder: str | os.PathLike[str],
    *,
    method: Method | str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Run the cases of a folder, each as ``pw.load`` and ``pw.simulate`` do it.

    Parameters
    ----------
    folder : str or path-like
        With a folder for each case.
    method : Method or str, optional
        As in :func:`pathway.simulate`.
    progress : callable, optional
        Called with cases done and cases in all.

    Returns
    -------
    pandas.DataFrame
        Columns case, verdict and reason. The verdict is ``pass``; ``refused`` where the file uses
        what is not computed here, with the element's name; or ``fail``: the model is not read,
        does not run, or a value is outside the case's tolerances.

    Raises
    ------
    DeclarationError
        If the folder has no cases.
    """
    cases = find_cases(folder)
    settings = equation_settings(None, None, method)
    rows = []
    for done, (name, place) in enumerate(cases.items(), start=1):
        try:
            case = read_case(place)
            reason = what_is_wrong(case, load_equations(case.model), settings)
            verdict = "fail" if reason else "pass"
        except UnsupportedError as error:
            verdict, reason = "refused", str(error)
        except PathwayError as error:
            verdict, reason = "fail", str(error)
        rows.append({"case": name, "verdict": verdict, "reason": reason})
        if progress is not None:
            progress(done, len(cases))
    return pd.DataFrame(rows, columns=["case", "verdict", "reason"])


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise DeclarationError(str(folder), f"has {len(found)} files {pattern}", REMEDY)
    return found[0]


def _model_file(folder: Path) -> Path:
    matches = [(MODEL.fullmatch(path.name), path) for path in sorted(folder.glob("*.xml"))]
    found = [
        (match["level"] or "", match["version"] or "", path) for match, path in matches if match
    ]
    if not found:
        raise DeclarationError(str(folder), "has no model file", REMEDY)
    return max(found)[2]


def _names(text: str) -> frozenset[str]:
    return frozenset(name.strip() for name in text.split(",") if name.strip())


def _number(cell: str) -> float:
    """Return a number; the suite writes INF and NaN too."""
    return float(cell.strip())
