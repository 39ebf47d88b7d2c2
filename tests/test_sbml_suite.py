"""The SBML Test Suite: every case we have of levels 3.1 and 3.2, with the suite's own tolerances."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libsbml
import numpy as np
import pytest

from pathway.errors import PathwayError, UnsupportedError
from pathway.programs.compile import compile_system
from pathway.sbml import read_sbml
from pathway.solve.system import integrate_system

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from pathway.equations.system import EquationSystem

STRICT = True
CASES, FAST = 622, 17
LEVEL_2 = 500
"""Cases that libSBML can write in level 2, at least."""


@dataclass(frozen=True)
class Case:
    """What is asked of a model, with which tolerances, and what is expected."""

    columns: tuple[str, ...]
    expected: NDArray[np.float64]
    absolute: float
    relative: float
    amounts: frozenset[str]
    concentrations: frozenset[str]

    def output(self, column: str, known: set[str]) -> str:
        """Return the output that a column means; a compartment has no amount."""
        wanted = (
            f"{column}[amount]" if column in self.amounts else "",
            f"{column}[concentration]" if column in self.concentrations else "",
        )
        return next((name for name in wanted if name in known), column)


def read_case(folder: Path) -> Case:
    lines = (folder / "settings.txt").read_text(encoding="utf-8").splitlines()
    said = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    rows = (folder / "results.csv").read_text(encoding="utf-8").splitlines()
    return Case(
        columns=tuple(name.strip() for name in rows[0].split(",")[1:]),
        expected=np.array([row.split(",") for row in rows[1:] if row.strip()], dtype=float),
        absolute=float(said["absolute"]),
        relative=float(said["relative"]),
        amounts=frozenset(name.strip() for name in said["amount"].split(",")),
        concentrations=frozenset(name.strip() for name in said["concentration"].split(",")),
    )


def problem(case: Case, system: EquationSystem) -> str:
    """Return what is wrong with a system's trajectories, or nothing."""
    found = integrate_system(compile_system(system), case.expected[:, 0])
    places = {output.id: place for place, output in enumerate(system.outputs)}
    for number, column in enumerate(case.columns, start=1):
        name = case.output(column, set(places))
        if name not in places:
            return f"there is no {name}"
        ours, theirs = found.outputs[:, places[name]], case.expected[:, number]
        near = np.isclose(ours, theirs, rtol=case.relative, atol=case.absolute, equal_nan=True)
        if not near.all():
            row = int(np.argmin(near))
            return f"{name} is {ours[row]} and not {theirs[row]} at {case.expected[row, 0]}"
    return ""


@pytest.fixture(scope="module")
def folders(shared: Path) -> dict[str, Path]:
    found = {path.name: path for path in sorted((shared / "sbml_suite").glob("[0-9]*"))}
    assert len(found) == CASES
    return found


@pytest.fixture(scope="module")
def fast(shared: Path) -> set[str]:
    tags = json.loads((shared / "sbml_suite" / "tags.json").read_text(encoding="utf-8"))
    found = {name for name, tag in tags.items() if "FastReaction" in tag["tests"]}
    assert len(found) == FAST
    return found


def test_all_cases_without_fast_reactions_pass(folders: dict[str, Path], fast: set[str]) -> None:
    failed: dict[str, str] = {}
    for name in sorted(folders.keys() - fast):
        try:
            said = problem(read_case(folders[name]), read_sbml(folders[name] / "model.xml"))
        except PathwayError as error:
            said = str(error)
        if said:
            failed[name] = said
    assert not failed, "\n".join(f"{name}: {said}" for name, said in failed.items())


def test_cases_that_can_be_said_in_level_2_pass_there_too(
    folders: dict[str, Path], fast: set[str], tmp_path: Path
) -> None:
    failed: dict[str, str] = {}
    converted = 0
    path = tmp_path / "model.xml"
    for name in sorted(folders.keys() - fast):
        document = libsbml.readSBMLFromFile(str(folders[name] / "model.xml"))
        if not document.setLevelAndVersion(2, 4, STRICT):
            continue  # conversion factors, amounts of nothing, and the like
        converted += 1
        libsbml.writeSBMLToFile(document, str(path))
        try:
            said = problem(read_case(folders[name]), read_sbml(path))
        except PathwayError as error:
            said = str(error)
        if said:
            failed[name] = said
    assert converted > LEVEL_2
    assert not failed, "\n".join(f"{name}: {said}" for name, said in failed.items())


def test_fast_reactions_are_refused_by_name(folders: dict[str, Path], fast: set[str]) -> None:
    for name in sorted(fast):
        with pytest.raises(UnsupportedError, match=r"reaction '\w+': is fast: an equilibrium"):
            read_sbml(folders[name] / "model.xml")


@pytest.mark.parametrize("column", [1, 2])
def test_a_wrong_trajectory_does_not_pass(folders: dict[str, Path], column: int) -> None:
    case = read_case(folders["00001"])
    case.expected[:, column] *= 1.01
    said = problem(case, read_sbml(folders["00001"] / "model.xml"))
    assert case.columns[column - 1] in said
