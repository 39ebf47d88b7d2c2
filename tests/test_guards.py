"""Rules of the house that a program can hold; each rule is shown to catch an offender."""

from __future__ import annotations

import ast
import importlib
import io
import re
import shutil
import subprocess
import sys
import tokenize
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
CODE = ("pathway", "tests", "examples")
TOP_LEVEL = {
    *("pathway", "models", "tests", "examples"),
    *("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "CITATION.cff"),
}
MOST_LINES = 500
HEAVY = ("numba", "scipy", "pandas", "xarray", "matplotlib", "pint", "networkx", "h5netcdf")
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")


def tracked() -> list[Path]:
    """Return the files of the repository, or of the folder where there is no repository."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, encoding="utf-8"
        )
        return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
    return [path for path in ROOT.rglob("*") if path.is_file() and "__pycache__" not in path.parts]


def python_files() -> list[Path]:
    return [
        path
        for path in tracked()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in CODE
    ]


def settings() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def offences(text: str, *, shipped: bool) -> Iterator[str]:
    """Yield what a Python text does that it may not; ``shipped`` code has further limits."""
    for node in ast.walk(ast.parse(text)):
        what = offence_of(node) or (shipped and offence_if_shipped(node))
        if what:
            yield f"line {getattr(node, 'lineno', 0)}: {what}"
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and UNFINISHED.search(token.string):
            yield f"line {token.start[0]}: unfinished: {token.string}"


def offence_of(node: ast.AST) -> str:
    match node:
        case ast.Name(id="eval" | "exec" | "NotImplementedError" as name):
            return name
        case ast.Import(names=[ast.alias(name="pickle"), *_]) | ast.ImportFrom(module="pickle"):
            return "pickle"
        case ast.ImportFrom(names=[ast.alias(name="*")]):
            return "star import"
        case ast.ExceptHandler(type=None):
            return "except without a type"
        case ast.ExceptHandler(type=ast.Name(id="Exception" | "BaseException" as name)):
            return f"except {name}"
        case ast.ExceptHandler(body=[ast.Pass()]):
            return "an error passed over in silence"
        case _:
            return ""


def offence_if_shipped(node: ast.AST) -> str:
    match node:
        case ast.Assert():
            return "assert"
        case ast.Global():
            return "global"
        case _:
            return ""


def import_contract(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_code_keeps_the_house_rules() -> None:
    files = python_files()
    assert len(files) > 20
    found = [
        f"{path.relative_to(ROOT)}, {offence}"
        for path in files
        for offence in offences(
            path.read_text(encoding="utf-8"), shipped=path.is_relative_to(ROOT / "pathway")
        )
    ]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "eval('1')",
        "exec('x = 1')",
        "raise NotImplementedError",
        "import pickle",
        "from pickle import loads",
        "try:\n    x = 1\nexcept:\n    x = 2",
        "try:\n    x = 1\nexcept Exception:\n    x = 2",
        "try:\n    x = 1\nexcept OSError:\n    pass",
        "assert 1 == 1",
        "def f():\n    global x\n    x = 1",
        "from os import *",
        "x = 1  # TODO later",
    ],
)
def test_house_rules_catch(text: str) -> None:
    assert list(offences(text, shipped=True))


def test_no_file_is_too_long() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}
    assert {path.name: n for path, n in lengths.items() if n > MOST_LINES} == {}


def test_top_level_is_fixed() -> None:
    top = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {name for name in top if not name.startswith(".")} == TOP_LEVEL


def test_models_hold_data_only() -> None:
    data = [path for path in tracked() if path.is_relative_to(ROOT / "models")]
    assert len(data) > 5
    assert {path.suffix for path in data} <= {".toml", ".md"}
    assert not (ROOT / "pathway" / "models").exists()
    assert not (ROOT / "pathway" / "models.py").exists()


def test_configured_paths_exist() -> None:
    tool = settings()["tool"]
    named = [
        *tool["pytest"]["ini_options"]["testpaths"],
        *tool["mypy"]["files"],
        *tool["hatch"]["build"]["targets"]["wheel"]["only-include"],
        *(pattern.split("/")[0] for pattern in tool["ruff"]["lint"]["per-file-ignores"]),
        *settings()["project"]["license-files"],
        settings()["project"]["readme"],
    ]
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_entry_point_exists() -> None:
    (target,) = settings()["project"]["scripts"].values()
    module, name = target.split(":")
    assert callable(getattr(importlib.import_module(module), name))


def test_every_room_is_in_the_import_contract() -> None:
    (contract,) = settings()["tool"]["importlinter"]["contracts"]
    rooms = {path.parent.name for path in (ROOT / "pathway").glob("*/__init__.py")}
    modules = {path.stem for path in (ROOT / "pathway").glob("*.py")} - {"__init__"}
    assert {*contract["layers"], *contract["exhaustive_ignores"]} == rooms | modules


def test_imports_go_one_way() -> None:
    run = import_contract(ROOT)
    assert run.returncode == 0, run.stdout
    assert "1 kept, 0 broken" in run.stdout


def test_an_import_the_wrong_way_is_caught(tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(
        ROOT / "pathway", tmp_path / "pathway", ignore=shutil.ignore_patterns("__pycache__")
    )
    with (tmp_path / "pathway" / "library" / "find.py").open("a", encoding="utf-8") as file:
        file.write("\nimport pathway.plot\n")
    run = import_contract(tmp_path)
    assert run.returncode == 1
    assert "pathway.library is not allowed to import pathway.plot" in run.stdout


@pytest.mark.parametrize("what", ["import pathway", "import pathway.cli.main"])
def test_heavy_packages_wait_for_first_use(what: str) -> None:
    show = f"{what}, sys; print(*(set({HEAVY!r}) & set(sys.modules)))"
    run = subprocess.run(
        [sys.executable, "-c", f"import sys; {show}"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert run.stdout.split() == []


def test_heavy_packages_are_seen_when_loaded() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "import sys, pandas; print('pandas' in sys.modules)"],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert run.stdout.strip() == "True"
    assert {"numba", "matplotlib", "pandas"} <= set(HEAVY)
