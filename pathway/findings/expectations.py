"""From one table under ``expect`` to a checked expectation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.errors import EvidenceError
from pathway.findings.entities import Basis, Expectation, FindingsFile, Kind, Names
from pathway.findings.parser import parse
from pathway.findings.rules import check_expression, check_shape, runs_of
from pathway.findings.verdict import WITHIN

if TYPE_CHECKING:
    from pathway.findings.language import Expression
    from pathway.findings.table import Table

__all__ = ["DIRECTIONS", "read_expectation"]

DIRECTIONS = ("up", "down", "unchanged", "not up", "not down")
LARGEST = 1e100

_EXTRA_KEYS = {
    Kind.DIRECTION: ("expected",),
    Kind.NUMBER: ("expected",),
    Kind.BOUND: ("threshold",),
    Kind.RANK: ("panel", "measured"),
}


def read_expectation(
    body: Table, basis: Basis, strength: str, file: FindingsFile, names: Names | None
) -> Expectation:
    """Read one expectation.

    Parameters
    ----------
    body : Table
        Its table.
    basis, strength : Basis, str
        Of its finding; an expectation may have a basis of its own.
    file : FindingsFile
        The runs, panels and measured columns it may name.
    names : Names, optional
        What the model has; None leaves readouts unchecked.

    Raises
    ------
    EvidenceError
        At an unknown key or name, a malformed expression, or one that its kind or basis forbids.
    """
    kind = Kind(body.choice("kind", tuple(Kind)))
    body.only("kind", "expr", "basis", "note", *_EXTRA_KEYS.get(kind, ()))
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
    check_expression(expression, file.runs, names.readouts if names else None, body.where)
    if kind is Kind.RANK:
        _check_rank(expression, basis, file, body.where)
    return Expectation(
        kind=kind,
        expression=expression,
        text=text,
        basis=basis,
        direction=body.choice("expected", DIRECTIONS) if kind is Kind.DIRECTION else "",
        number=_positive(body, basis) if kind is Kind.NUMBER else 0.0,
        threshold=body.take("threshold", str) if kind is Kind.BOUND else "",
        panel=body.choice("panel", tuple(file.panels)) if kind is Kind.RANK else "",
        series=body.choice("measured", tuple(file.series)) if kind is Kind.RANK else "",
        note=body.take("note", str, default=""),
        where=body.where,
    )


def _check_rank(expression: Expression, basis: Basis, file: FindingsFile, where: str) -> None:
    """Refuse a rank that is not against data, or of runs whose context is fixed."""
    if basis is not Basis.DATA:
        raise EvidenceError(
            where, f"a rank of basis {basis.value!r}", "a rank is against measured values: 'data'"
        )
    for name in runs_of(expression):
        if file.runs[name].context:
            raise EvidenceError(
                where,
                f"run {name!r} has a context, and a rank takes it in every context of its panel",
                "name a run without context",
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
