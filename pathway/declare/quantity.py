"""Reading declared numbers: each with value, unit, uncertainty, evidence and source."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pathway.declare.parameters import Evidence, Monomial, Parameter, Source
from pathway.declare.units import Unit, to_internal
from pathway.errors import UnitError, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pathway.library.read import Table

__all__ = ["Ledger", "Reference", "Shelf", "read_identifier", "read_quantity", "read_sources"]

IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
HOW = ("data", "page", "file", "memory", "assumption")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What reading a number needs to know of the rest of the model.

    ``cell_volume`` is in pL; None while it is itself being read.
    """

    sources: Mapping[str, Source]
    cell_volume: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A parameter named where another could have been declared; checked once all are known."""

    parameter: str
    where: str
    requires: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Shelf:
    """Collects the parameters one file declares and names, while it is being read."""

    ledger: Ledger
    parameters: list[Parameter] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)

    def declare(
        self, table: Table, identity: str, *, expected: Unit | None = None, zero: bool = False
    ) -> Parameter:
        """Read a quantity table, keep its parameter and return it."""
        parameter = read_quantity(table, identity, self.ledger, expected=expected, zero=zero)
        self.parameters.append(parameter)
        return parameter

    def refer(self, name: str, where: str, requires: tuple[str, ...] = ()) -> Monomial:
        """Return the monomial of a parameter declared elsewhere."""
        self.references.append(Reference(parameter=name, where=where, requires=requires))
        return Monomial.of(name)

    def monomial(
        self,
        table: Table,
        key: str,
        identity: str,
        *,
        expected: Unit | None = None,
        requires: tuple[str, ...] = (),
    ) -> Monomial:
        """Read what a key holds: a quantity, the id of a parameter, or a product of ids."""
        if table.is_text(key):
            return self.refer(table.text(key), table.where, requires)
        inner = table.table(key)
        if not inner.has("times"):
            return Monomial.of(self.declare(inner, identity, expected=expected).id)
        product = Monomial()
        for name in inner.texts("times"):
            product = product.times(self.refer(name, inner.where, requires))
        return product


def read_quantity(
    table: Table,
    identity: str,
    ledger: Ledger,
    *,
    expected: Unit | None = None,
    zero: bool = False,
) -> Parameter:
    """Return the parameter that a quantity table declares.

    Parameters
    ----------
    table : Table
        With ``value``, ``unit``, ``fold``, ``evidence``, ``source`` and perhaps ``note``,
        ``method``.
    identity : str
        The parameter's id.
    ledger : Ledger
        The known sources and the cell volume.
    expected : Unit, optional
        The unit it must have; without it any product of concentration and time.
    zero : bool
        Whether the value may be zero. Uncertainty is multiplicative, so only totals may.

    Raises
    ------
    DeclarationError
        If a key is missing, the source or the evidence unknown, ``fold`` below 1, or the value
        negative.
    UnitError
        If the unit is unknown or of the wrong dimension.
    """
    value = table.number("value")
    unit = table.text("unit")
    if value < 0.0:
        raise table.error(f"the value {value:g} is negative", "write zero or more")
    converted, internal = to_internal(value, unit, table.where, ledger.cell_volume)
    if expected is not None and internal != expected:
        raise UnitError(
            table.where,
            f"unit {unit!r} has the wrong dimension: it reads as {internal.text}",
            f"a unit like {expected.text!r} is needed",
        )
    if converted == 0.0 and not zero:
        raise table.error("the value is 0", "leave the entry out; only totals may be zero")
    fold = table.number("fold")
    if fold < 1.0:
        raise table.error(f"fold is {fold:g}", "write the geometric standard deviation, 1 or more")
    return Parameter(
        id=identity,
        value=converted,
        declared_value=value,
        declared_unit=unit,
        internal_unit=internal.text,
        fold=fold,
        evidence=_read_evidence(table),
        sources=read_sources(table, ledger),
        note=table.text("note", ""),
        method=table.text("method", ""),
        where=table.where,
    )


def read_sources(table: Table, ledger: Ledger, *, required: bool = True) -> tuple[str, ...]:
    """Return the source ids under ``source``, each of them declared."""
    names = table.texts("source", None if required else ())
    for name in names:
        if name not in ledger.sources:
            remedy = nearest(name, ledger.sources)
            raise table.error(f"unknown source {name!r}", f"{remedy} (sources.toml)")
    return names


def read_source(name: str, table: Table) -> Source:
    """Return one entry of ``sources.toml``."""
    how = table.text("how")
    if how not in HOW:
        raise table.error(f"unknown how {how!r}", nearest(how, HOW))
    return Source(
        id=name,
        citation=table.text("citation"),
        how=how,
        doi=table.text("doi", ""),
        pmid=table.text("pmid", ""),
        year=table.integer("year", 0),
    )


def read_identifier(name: str, table: Table) -> str:
    """Return the name of a table if it can be an id: a letter, then letters, digits, ``_``."""
    if not IDENTIFIER.fullmatch(name):
        raise table.error(f"{name!r} cannot be a name", "use letters, digits and _, a letter first")
    return name


def _read_evidence(table: Table) -> Evidence:
    text = table.text("evidence")
    known = [kind.value for kind in Evidence]
    if text not in known:
        raise table.error(f"unknown evidence {text!r}", nearest(text, known))
    return Evidence(text)
