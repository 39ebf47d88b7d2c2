"""The YAML file of a PEtab problem, and the files it names."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING

import yaml

from pathway.errors import DeclarationError, UnsupportedError, nearest

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

__all__ = ["ProblemFiles", "Row", "open_problem", "read_table"]

MOST_BYTES = {"yaml": 1 << 20, "table": 1 << 28}
"""Beyond any published problem; a larger file is refused before it is read."""

REMEDY = "see the PEtab specification, version 1"
KEYS = ("format_version", "parameter_file", "problems", "extensions")
LISTS = ("sbml_files", "condition_files", "measurement_files", "observable_files")
IGNORED = "visualization_files"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemFiles:
    """Where the parts of a problem are; all of them in its folder."""

    model: Path
    parameters: tuple[Path, ...]
    conditions: tuple[Path, ...]
    measurements: tuple[Path, ...]
    observables: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a table."""

    where: str
    """File and line."""
    cells: Mapping[str, str]


def open_problem(path: str | os.PathLike[str]) -> ProblemFiles:
    """Read the YAML file of a problem.

    Raises
    ------
    DeclarationError
        If it cannot be read, says what it may not, or names a file outside its folder.
    UnsupportedError
        If it is of another version, has extensions, several problems or several models.
    """
    file = Path(path)
    where = file.name
    content = _read_yaml(file)
    version = content.get("format_version")
    if not isinstance(version, int | float | str):  # lists may grow without end when shown
        raise DeclarationError(where, "has no format_version", "write 'format_version: 1'")
    if str(version) not in {"1", "1.0", "1.0.0"}:
        raise UnsupportedError(
            where, f"has format_version {version!r}", "only PEtab version 1 is read"
        )
    _require_known(content, KEYS, where)
    if content.get("extensions"):
        raise UnsupportedError(where, "uses extensions", "none is computed here; remove them")
    problems = content.get("problems")
    if not isinstance(problems, list) or not problems or not isinstance(problems[0], dict):
        raise DeclarationError(where, "lists no problems", REMEDY)
    if len(problems) > 1:
        raise UnsupportedError(
            where, f"has {len(problems)} problems", "write a file for each of them"
        )
    problem = problems[0]
    _require_known(problem, (*LISTS, IGNORED), f"{where}: problems")
    found = {key: _paths(problem.get(key), file, key) for key in LISTS}
    if len(found["sbml_files"]) > 1:
        raise UnsupportedError(where, "has several models", "only problems with one are read")
    return ProblemFiles(
        model=found["sbml_files"][0],
        parameters=_paths(content.get("parameter_file"), file, "parameter_file"),
        conditions=found["condition_files"],
        measurements=found["measurement_files"],
        observables=found["observable_files"],
    )


def read_table(path: Path, columns: Sequence[str]) -> tuple[Row, ...]:
    """Return the rows of a table of tab-separated values; cells without text are empty.

    Parameters
    ----------
    path : Path
    columns : sequence of str
        Which there must be.

    Raises
    ------
    DeclarationError
        If it cannot be read, a column is missing or twice, or a row is too long.
    """
    text = _read_text(path, "table")
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t", strict=True))
    except csv.Error as error:
        raise DeclarationError(path.name, f"is no table: {error}", REMEDY) from error
    head = [cell.strip() for cell in lines[0]] if lines else []
    for column in columns:
        if column not in head:
            raise DeclarationError(path.name, f"has no column {column!r}", nearest(column, head))
    named = [column for column in head if column]
    for column in named:
        if named.count(column) > 1:
            raise DeclarationError(path.name, f"has column {column!r} twice", "remove one of them")
    rows: list[Row] = []
    for number, line in enumerate(lines[1:], start=2):
        cells = [cell.strip() for cell in line]
        where = f"{path.name}, line {number}"
        if len(cells) > len(head) and any(cells[len(head) :]):
            raise DeclarationError(
                where, f"has {len(cells)} cells under {len(head)} columns", "remove the last ones"
            )
        if any(cells):
            filled = cells + [""] * (len(head) - len(cells))
            table = {column: cell for column, cell in zip(head, filled, strict=False) if column}
            rows.append(Row(where=where, cells=table))
    return tuple(rows)


def _read_text(path: Path, kind: str) -> str:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES[kind]:
            raise DeclarationError(
                path.name,
                f"has {size} bytes, more than the {MOST_BYTES[kind]} that are read",
                "give a smaller file",
            )
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DeclarationError(path.name, f"cannot be read ({reason})", "check the path") from error
    except UnicodeDecodeError as error:
        raise DeclarationError(path.name, "is not text in UTF-8", "convert it") from error


def _read_yaml(file: Path) -> dict[str, object]:
    text = _read_text(file, "yaml")
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        first = str(error).partition("\n")[0]
        raise DeclarationError(file.name, f"is no YAML: {first}", REMEDY) from error
    if not isinstance(content, dict):
        raise DeclarationError(file.name, "is no problem: it has no keys", REMEDY)
    return content


def _require_known(given: Mapping[str, object], known: Sequence[str], where: str) -> None:
    for key in given:
        if key not in known:
            raise DeclarationError(where, f"unknown key {key!r}", nearest(str(key), known))


def _paths(given: object, file: Path, key: str) -> tuple[Path, ...]:
    """Return the files a key names, each inside the folder of the YAML file."""
    names = given if isinstance(given, list) else [given]
    if not names or not all(isinstance(name, str) and name for name in names):
        raise DeclarationError(file.name, f"{key} names no files", REMEDY)
    return tuple(_inside(str(name), file, key) for name in names)


def _inside(name: str, file: Path, key: str) -> Path:
    folder = file.absolute().parent
    outside = "://" in name or "\0" in name or PureWindowsPath(name).drive
    path = folder / ("" if outside else name)
    if outside or not path.resolve().is_relative_to(folder.resolve()):
        raise DeclarationError(
            f"{file.name}: {key}",
            f"{name!r} leaves the folder of the file",
            "put all files of a problem in one folder",
        )
    return path
