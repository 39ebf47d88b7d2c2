"""The SBML Test Suite: every case we have of levels 3.1 and 3.2, with the suite's own tolerances."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import libsbml
import pytest

from pathway.analysis.suite import read_case, run_suite, what_is_wrong
from pathway.errors import PathwayError, UnsupportedError
from pathway.model import load_equations
from pathway.sbml import read_sbml

if TYPE_CHECKING:
    from pathlib import Path

STRICT = True
CASES, FAST = 622, 17
LEVEL_2 = 500
"""Cases that libSBML can write in level 2, at least."""


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


@pytest.mark.parametrize("method", [None, "LSODA"])
def test_all_cases_without_fast_reactions_pass(
    shared: Path, fast: set[str], method: str | None
) -> None:
    found = run_suite(shared / "sbml_suite", method=method)
    assert len(found) == CASES
    wrong = found[(found["verdict"] != "pass") & ~found["case"].isin(fast)]
    assert wrong.empty, "\n".join(f"{row['case']}: {row['reason']}" for _, row in wrong.iterrows())
    assert set(found["case"][found["verdict"] == "refused"]) == fast


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
            said = what_is_wrong(read_case(folders[name]), load_equations(path))
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
    case.expected[:, column - 1] *= 1.01
    said = what_is_wrong(case, load_equations(folders["00001"] / "model.xml"))
    assert case.columns[column - 1] in said
