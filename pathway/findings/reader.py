"""From a findings file to checked findings."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pathway.errors import EvidenceError
from pathway.findings.entities import (
    Basis,
    Expectation,
    Finding,
    FindingsFile,
    Kind,
    Names,
    Run,
)
from pathway.findings.parser import parse
from pathway.findings.rules import check_expression, check_shape
from pathway.findings.runs import read_run
from pathway.findings.table import Table
from pathway.findings.verdict import WITHIN

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["DIRECTIONS", "findings_files", "read_findings"]

DIRECTIONS = ("up", "down", "unchanged", "not up", "not down")
STRENGTHS = ("A", "B", "C")
FORMAT = 1
LARGEST = 1e100

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
    top.only("version", "run", "finding")
    if top.take("version", int) != FORMAT:
        raise EvidenceError(where, "unknown version of the findings format", f"version = {FORMAT}")
    runs = {
        name: read_run(_name(name, where, "run"), body, names)
        for name, body in top.tables("run", "run")
    }
    findings = tuple(
        _finding(_name(id_, where, "finding"), body, runs, names)
        for id_, body in top.tables("finding", "finding")
    )
    return FindingsFile(path=where, runs=runs, findings=findings)


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


def _finding(id_: str, body: Table, runs: dict[str, Run], names: Names | None) -> Finding:
    body.only("claim", "source", "basis", "strength", "note", "expressible", "reason", "expect")
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
    return Finding(
        id=id_,
        claim=body.take("claim", str),
        source=body.take("source", str),
        basis=basis,
        strength=strength,
        expectations=tuple(_expectation(table, basis, strength, runs, names) for table in tables),
        reason=reason,
        note=body.take("note", str, default=""),
        where=body.where,
    )


def _expectation(
    body: Table, basis: Basis, strength: str, runs: dict[str, Run], names: Names | None
) -> Expectation:
    kind = Kind(body.choice("kind", tuple(Kind)))
    extra = {Kind.DIRECTION: "expected", Kind.NUMBER: "expected", Kind.BOUND: "threshold"}
    body.only("kind", "expr", "basis", "note", *([extra[kind]] if kind in extra else []))
    if "basis" in body:
        basis = Basis(body.choice("basis", tuple(Basis)))
    if basis is Basis.MEMORY and (kind is Kind.NUMBER or strength != "A"):
        raise EvidenceError(
            body.where,
            "from memory only a direction or order of strength A may be demanded",
            "read the source and give another basis, or say expressible = false",
        )
    text = body.take("expr", str)
    expression = parse(text, body.where)
    check_shape(kind, expression, body.where)
    check_expression(expression, runs, names.readouts if names else None, body.where)
    return Expectation(
        kind=kind,
        expression=expression,
        text=text,
        basis=basis,
        direction=body.choice("expected", DIRECTIONS) if kind is Kind.DIRECTION else "",
        number=_positive(body, basis) if kind is Kind.NUMBER else 0.0,
        threshold=body.take("threshold", str) if kind is Kind.BOUND else "",
        note=body.take("note", str, default=""),
        where=body.where,
    )


def _positive(body: Table, basis: Basis) -> float:
    if basis not in WITHIN:
        raise EvidenceError(
            body.where,
            f"a number of basis {basis.value!r} has no tolerance",
            "known: " + ", ".join(repr(known.value) for known in WITHIN),
        )
    value = body.take("expected", (int, float))
    if not 0.0 < value < LARGEST:
        raise EvidenceError(
            body.where,
            f"expected = {value}: a number judged within a factor is positive and finite",
            "state a ratio, or use kind 'direction' or 'bound'",
        )
    return float(value)
