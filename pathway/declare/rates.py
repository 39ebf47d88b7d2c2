"""Reading rules: their text, their rate constants, and the factors of their rate laws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.declare.entities import Factor, FactorKind, Rule
from pathway.declare.quantity import Shelf, read_identifier, read_sources
from pathway.declare.sides import split_line
from pathway.declare.units import DIMENSIONLESS

if TYPE_CHECKING:
    from pathway.declare.parameters import Monomial
    from pathway.library.read import Table

__all__ = ["read_rule"]

BOTH_WAYS = ("kon", "koff", "Kd")


def read_rule(name: str, table: Table, shelf: Shelf) -> Rule:
    """Return the rule that a ``[rule.NAME]`` table declares.

    An irreversible rule has ``k``; a reversible one exactly two of ``kon``, ``koff`` and ``Kd``
    (``Kd = koff / kon``), from which the third follows.

    Parameters
    ----------
    name : str
        The rule's id; its parameters are ``<id>.k`` and so on.
    table : Table
        The rule's table.
    shelf : Shelf
        Takes the parameters.

    Raises
    ------
    DeclarationError
        If lines differ in direction, constants are missing or too many, or a factor stands on a
        reversible rule.
    """
    read_identifier(name, table)
    lines = table.texts("text")
    directions = {split_line(line, table.where).reversible for line in lines}
    if len(directions) > 1:
        raise table.error("the lines mix '->' and '<->'", "make them two rules")
    reversible = directions.pop()
    requires = table.texts("requires", ())
    forward, reverse = (
        _read_both_ways(name, table, shelf, requires)
        if reversible
        else _read_one_way(name, table, shelf, requires)
    )
    for scale in table.texts("scale_by", ()):
        forward = forward.times(shelf.refer(scale, table.where, requires))
    factors = _read_factors(name, table, shelf, requires)
    if reversible and factors:
        raise table.error(
            "a reversible rule has driven_by, saturated_by or inhibited_by",
            "split it into two '->' rules",
        )
    driven = table.flag("driven", default=not reversible)
    if reversible and driven:
        raise table.error(
            "a reversible rule is marked driven", "binding is not; split it into two '->' rules"
        )
    return Rule(
        id=name,
        lines=lines,
        forward=forward,
        reverse=reverse,
        factors=factors,
        driven=driven,
        note=table.text("note", ""),
        sources=read_sources(table, shelf.ledger, required=False),
        requires=requires,
        where=table.where,
    )


def _read_one_way(
    name: str, table: Table, shelf: Shelf, requires: tuple[str, ...]
) -> tuple[Monomial, None]:
    for key in BOTH_WAYS:
        if table.has(key):
            raise table.error(f"{key!r} on a one-way rule", "write k, or '<->' for binding")
    return shelf.monomial(table, "k", f"{name}.k", requires=requires), None


def _read_both_ways(
    name: str, table: Table, shelf: Shelf, requires: tuple[str, ...]
) -> tuple[Monomial, Monomial]:
    if table.has("k"):
        raise table.error("'k' on a reversible rule", "write two of kon, koff and Kd")
    given = [key for key in BOTH_WAYS if table.has(key)]
    if len(given) != 2:
        raise table.error(
            f"a reversible rule has {len(given)} of kon, koff and Kd", "write exactly two"
        )
    found = {key: shelf.monomial(table, key, f"{name}.{key}", requires=requires) for key in given}
    if "Kd" not in found:
        return found["kon"], found["koff"]
    if "kon" in found:
        return found["kon"], found["kon"].times(found["Kd"])
    return found["koff"].times(found["Kd"].to_power(-1.0)), found["koff"]


def _read_factors(
    name: str, table: Table, shelf: Shelf, requires: tuple[str, ...]
) -> tuple[Factor, ...]:
    factors = [Factor(kind=FactorKind.LINEAR, pool=pool) for pool in table.texts("driven_by", ())]
    for key, kind in (
        ("saturated_by", FactorKind.SATURATING),
        ("inhibited_by", FactorKind.INHIBITING),
    ):
        for pool, inner in table.tables(key):
            identity = f"{name}.{pool}"
            half = shelf.monomial(inner, "K", f"{identity}.K", requires=requires)
            hill = (
                shelf.monomial(
                    inner, "hill", f"{identity}.hill", expected=DIMENSIONLESS, requires=requires
                )
                if inner.has("hill")
                else None
            )
            pattern = inner.text("pattern") if inner.has("pattern") else pool
            factors.append(Factor(kind=kind, pool=pattern, K=half, hill=hill))
    return tuple(factors)
