"""Reading the files of drugs, ligands, lesions and contexts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.declare.declared import Change, ChangeKind, Context, Drug, Exposure, Lesion, Ligand
from pathway.declare.modules import Draft, read_module
from pathway.declare.quantity import Ledger, read_quantity, read_sources
from pathway.declare.units import DIMENSIONLESS, GRAM_PER_MOL, NANOMOLAR, Unit, parse_dose
from pathway.errors import UnitError, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pathway.declare.parameters import Parameter
    from pathway.library.read import Table

__all__ = ["EXPOSURES", "read_context", "read_drug", "read_lesion", "read_ligand"]

EXPOSURES = ("in-vitro", "clinical", "clinical-cns")
"""The dose presets a drug file may give."""

AMOUNT_UNITS: dict[ChangeKind, tuple[Unit, ...]] = {
    ChangeKind.SCALE: (DIMENSIONLESS,),
    ChangeKind.REMOVE: (DIMENSIONLESS,),
    ChangeKind.MOVE: (DIMENSIONLESS, NANOMOLAR),
    ChangeKind.LIGAND: (NANOMOLAR,),
}
"""What a lesion's amount may be: a fold, a fraction, or an amount of molecules."""


def read_drug(name: str, table: Table, ledger: Ledger) -> tuple[Drug, Draft]:
    """Return the drug of a file and its module's draft; the medium molecule comes with it.

    Raises
    ------
    DeclarationError
        With file and table, for anything the format does not allow.
    """
    molar_mass = _read_molar_mass(name, table, ledger)
    draft = read_module(table, ledger, medium=name)
    drug = Drug(
        id=name,
        description=table.text("description"),
        drug_class=table.text("class"),
        mechanism=table.text("mechanism"),
        targets=table.texts("targets"),
        molar_mass=molar_mass,
        exposures=_read_exposures(table, molar_mass, ledger),
        module=draft.module,
        where=table.where,
    )
    return drug, draft


def read_ligand(name: str, table: Table, ledger: Ledger) -> tuple[Ligand, Draft]:
    """Return the ligand of a file and its module's draft; see ``read_drug``."""
    molar_mass = _read_molar_mass(name, table, ledger)
    draft = read_module(table, ledger, medium=name)
    ligand = Ligand(
        id=name,
        description=table.text("description"),
        targets=table.texts("targets"),
        molar_mass=molar_mass,
        module=draft.module,
        where=table.where,
    )
    return ligand, draft


def read_lesion(name: str, table: Table, ledger: Ledger) -> tuple[Lesion, Draft]:
    """Return the lesion of a file and its module's draft; see ``read_drug``."""
    draft = read_module(table, ledger)
    lesion = Lesion(
        id=name,
        description=table.text("description"),
        change=_read_change(name, table.table("change"), ledger),
        contradicts=table.texts("contradicts", ()),
        module=draft.module,
        where=table.where,
    )
    return lesion, draft


def read_context(
    name: str,
    table: Table,
    ledger: Ledger,
    lesions: Mapping[str, Lesion],
    total_units: Mapping[str, Unit],
) -> Context:
    """Return the context of a file.

    Parameters
    ----------
    name : str
        The file's stem.
    table : Table
        The file's top table.
    ledger : Ledger
        The known sources and the cell volume.
    lesions : mapping
        The lesions of the model, by id.
    total_units : mapping
        The unit of each total of the base model, by molecule or seed id.

    Raises
    ------
    DeclarationError
        Also for the total of an unknown molecule and for an unknown lesion.
    """
    totals: list[Parameter] = []
    for molecule, part in table.tables("total"):
        if molecule not in total_units:
            raise part.error(
                f"unknown molecule {molecule!r}, or one without a total",
                nearest(molecule, total_units),
            )
        expected = total_units[molecule]
        totals.append(
            read_quantity(part, f"{molecule}.total", ledger, expected=expected, zero=True)
        )
    amounts: list[tuple[str, Parameter]] = []
    for lesion, part in table.tables("lesion"):
        if lesion not in lesions:
            raise part.error(f"unknown lesion {lesion!r}", nearest(lesion, lesions))
        kind = lesions[lesion].change.kind
        amounts.append((lesion, _read_amount(part, f"{lesion}.amount", kind, ledger)))
        for other, _ in amounts[:-1]:
            if other in lesions[lesion].contradicts:
                reason = dict(lesions[lesion].reasons).get(other, "")
                what = f"{lesion!r} contradicts {other!r}"
                raise part.error(f"{what}: {reason}" if reason else what, "a cell has one of them")
    return Context(
        id=name,
        description=table.text("description"),
        totals=tuple(totals),
        lesions=tuple(amounts),
        genotype=table.text("genotype", ""),
        where=table.where,
    )


def _read_molar_mass(name: str, table: Table, ledger: Ledger) -> Parameter:
    part = table.table("molar_mass")
    return read_quantity(part, f"{name}.molar_mass", ledger, expected=GRAM_PER_MOL)


def _read_exposures(table: Table, molar_mass: Parameter, ledger: Ledger) -> tuple[Exposure, ...]:
    found: list[Exposure] = []
    for name, part in table.tables("exposure"):
        if name not in EXPOSURES:
            raise part.error(f"unknown exposure {name!r}", nearest(name, EXPOSURES))
        text = part.text("dose")
        found.append(
            Exposure(
                name=name,
                concentration=parse_dose(text, molar_mass.value, part.where),
                text=text,
                sources=read_sources(part, ledger),
                note=part.text("note", ""),
            )
        )
    return tuple(found)


def _read_change(name: str, table: Table, ledger: Ledger) -> Change:
    text = table.text("kind")
    kinds = {kind.value: kind for kind in ChangeKind}
    if text not in kinds:
        raise table.error(f"unknown kind {text!r}", nearest(text, kinds))
    kind = kinds[text]
    if kind is not ChangeKind.MOVE and table.has("source"):
        raise table.error(f"'source' with kind {text!r}", "only a move has a source molecule")
    return Change(
        kind=kind,
        target=table.text("target"),
        source=table.text("source") if kind is ChangeKind.MOVE else "",
        default=_read_amount(table.table("default"), f"{name}.default", kind, ledger),
    )


def _read_amount(table: Table, identity: str, kind: ChangeKind, ledger: Ledger) -> Parameter:
    amount = read_quantity(table, identity, ledger)
    allowed = [unit.text for unit in AMOUNT_UNITS[kind]]
    if amount.internal_unit not in allowed:
        raise UnitError(
            table.where,
            f"unit {amount.declared_unit!r} for a lesion of kind {kind.value!r}",
            f"a unit like {' or '.join(repr(unit) for unit in allowed)} is needed",
        )
    fraction = kind in (ChangeKind.REMOVE, ChangeKind.MOVE) and amount.internal_unit == "1"
    if fraction and amount.value > 1.0:
        raise table.error(f"the fraction is {amount.value:g}", "it is a share from 0 to 1")
    return amount
