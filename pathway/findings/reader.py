"""From a findings file to checked findings."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pathway.errors import EvidenceError
from pathway.findings.entities import Basis, Finding, FindingsFile, Names
from pathway.findings.expectations import read_expectation
from pathway.findings.panels import read_panel, read_series
from pathway.findings.posing import check_needs, lenient
from pathway.findings.runs import read_run
from pathway.findings.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["findings_files", "read_findings"]

STRENGTHS = ("A", "B", "C")
FORMAT = 1

_FINDING_KEYS = (
    *("claim", "source", "basis", "strength", "note", "suspect"),
    *("expressible", "reason", "needs", "expect"),
)
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def findings_files(places: Sequence[str | Path]) -> tuple[Path, ...]:
    """Return the files to read: each place itself, or the ``*.toml`` in it, sorted by name.

    Raises
    ------
    EvidenceError
        If a place does not exist or a folder holds no findings file.
    """
    found: list[Path] = []
    for place in map(Path, places):
        if place.is_dir():
            inside = sorted(place.glob("*.toml"))
            if not inside:
                raise EvidenceError(str(place), "no findings file in this folder", "add a .toml")
            found.extend(inside)
        elif place.is_file():
            found.append(place)
        else:
            raise EvidenceError(str(place), "no such findings file", "check the path")
    return tuple(found)


def read_findings(path: str | Path, names: Names | None = None) -> FindingsFile:
    """Read and check one findings file.

    Parameters
    ----------
    path : str or Path
        The TOML file.
    names : Names, optional
        What the model has; without it names of contexts, drugs, ligands, lesions and readouts are
        not checked.

    Returns
    -------
    FindingsFile
        Runs and findings in the file's order.

    Raises
    ------
    EvidenceError
        One line: file, run or finding, column of the expression, what is wrong, what to do.
    """
    where = str(path)
    top = Table(_load(Path(path), where), where)
    top.only("version", "run", "panel", "measured", "finding")
    if top.take("version", int) != FORMAT:
        raise EvidenceError(where, "unknown version of the findings format", f"version = {FORMAT}")
    bodies = top.tables("finding", "finding")
    allowed = lenient(names, (need for _, body in bodies for need in _needs(body)))
    runs = {
        name: read_run(_name(name, where, "run"), body, allowed)
        for name, body in top.tables("run", "run")
    }
    file = FindingsFile(
        path=where,
        runs=runs,
        findings=(),
        panels={
            name: read_panel(_name(name, where, "panel"), body)
            for name, body in top.tables("panel", "panel")
        },
        series={
            name: read_series(_name(name, where, "measured column"), body)
            for name, body in top.tables("measured", "measured")
        },
    )
    findings = [_finding(_name(id_, where, "finding"), body, file, names) for id_, body in bodies]
    for finding in findings:
        check_needs(finding, runs, names)
    return replace(file, findings=tuple(findings))


def _load(path: Path, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise EvidenceError(where, "is not UTF-8 text", "save it as UTF-8") from error
    except OSError as error:
        raise EvidenceError(where, f"cannot be read: {error}", "check the path") from error
    except ValueError as error:  # TOMLDecodeError, or an integer of thousands of digits
        raise EvidenceError(where, f"malformed TOML: {error}", "correct it there") from error
    except RecursionError as error:
        raise EvidenceError(where, "nested too deeply", "flatten the tables") from error


def _name(name: str, where: str, what: str) -> str:
    if not _ID.fullmatch(name) or name in ("between", "and"):
        raise EvidenceError(
            where, f"{name!r} cannot name a {what}", "use letters, digits and _, a letter first"
        )
    return name


def _needs(body: Table) -> tuple[str, ...]:
    needs: list[str] = body.take("needs", list, default=[])
    for name in needs:
        if not isinstance(name, str):
            raise EvidenceError(body.where, f"needs: {name!r} is no name", 'write needs = ["name"]')
    return tuple(needs)


def _finding(id_: str, body: Table, file: FindingsFile, names: Names | None) -> Finding:
    body.only(*_FINDING_KEYS)
    basis = Basis(body.choice("basis", tuple(Basis)))
    strength = body.choice("strength", STRENGTHS)
    expressible = body.take("expressible", bool, default=True)
    reason = body.take("reason", str, default="")
    tables = body.list_of_tables("expect", "expectation")
    if expressible and not tables:
        raise EvidenceError(
            body.where, "no expectation", "add [[...expect]], or expressible = false and a reason"
        )
    if expressible == bool(reason):
        raise EvidenceError(
            body.where,
            "a finding has a reason exactly when expressible = false",
            "give both or neither",
        )
    if not expressible and tables:
        raise EvidenceError(
            body.where, "a finding that is not expressible has expectations", "remove one or other"
        )
    if not expressible and "suspect" in body:
        raise EvidenceError(
            body.where, "a finding that is not expressible cannot fail", "remove its suspect"
        )
    return Finding(
        id=id_,
        claim=body.take("claim", str),
        source=body.take("source", str),
        basis=basis,
        strength=strength,
        expectations=tuple(
            read_expectation(table, basis, strength, file, names) for table in tables
        ),
        reason=reason,
        needs=_needs(body),
        suspect=body.take("suspect", str, default=""),
        note=body.take("note", str, default=""),
        where=body.where,
    )
