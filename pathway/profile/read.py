"""Reading a model's ``scale.toml``: strict, every number with value, unit, fold and source."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pathway.declare.quantity import Ledger, read_quantity
from pathway.declare.units import DIMENSIONLESS, GRAM_PER_MOL, NANOMOLAR
from pathway.errors import DeclarationError, nearest
from pathway.library.find import find_model
from pathway.library.read import Table, parse_toml, read_text
from pathway.profile.scale import COPIES, GeneScale, MoleculeScale, Scale, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pathway.declare.declared import Declared
    from pathway.declare.parameters import Parameter

__all__ = ["SCALE_FILE", "parse_scale", "read_scale"]

SCALE_FILE = "scale.toml"
ISH = ("positive", "typical", "spread", "correlation")


def read_scale(declared: Declared) -> Scale:
    """Return the scale of a model.

    Parameters
    ----------
    declared : Declared
        The model; its folder must have a ``scale.toml``.

    Raises
    ------
    DeclarationError
        If there is none, or it says something it may not.
    """
    path = Path(declared.folder)
    folder = path if path.is_dir() else find_model(declared.id)  # or in an unopened wheel
    file = folder.joinpath(SCALE_FILE)
    label = f"{folder.name}/{SCALE_FILE}"
    if not file.is_file():
        raise DeclarationError(
            label, "this model has no scale", "add the file, or give contexts as files"
        )
    return parse_scale(read_text(file, label), label, declared)


def parse_scale(text: str, label: str, declared: Declared) -> Scale:
    """Return the scale that a text declares; see :func:`read_scale`."""
    table = parse_toml(text, label)
    ledger = Ledger(sources=declared.sources, cell_volume=declared.cell_volume.value)
    known = {m.id for m in declared.base.molecules if m.total is not None}
    molecules: dict[str, MoleculeScale] = {}
    for name, part in table.tables("molecule"):
        if name not in known:
            raise part.error(
                f"unknown molecule {name!r}, or one without a total", nearest(name, sorted(known))
            )
        molecules[name] = _molecule(name, part, ledger)
    _check_genes(molecules.values())
    source = table.text("table_source")
    if source not in declared.sources:
        raise table.error(f"unknown source {source!r}", nearest(source, declared.sources))
    status = _status(table.table("status"), ledger, molecules) if table.has("status") else None
    table.close()
    return Scale(
        label=label,
        molecules=molecules,
        table_source=source,
        cell_volume=declared.cell_volume.value,
        status=status,
    )


def _molecule(name: str, table: Table, ledger: Ledger) -> MoleculeScale:
    genes = tuple(
        GeneScale(
            gene=gene,
            anchor=_copies(part, "anchor", f"{gene}.anchor", ledger),
            per_tpm=_copies(part, "per_TPM", f"{gene}.per_TPM", ledger),
        )
        for gene, part in table.tables("gene")
    )
    mass = None
    if table.has("mass"):
        mass = read_quantity(table.table("mass"), f"{name}.mass", ledger, expected=GRAM_PER_MOL)
    return MoleculeScale(
        molecule=name,
        genes=genes,
        mass=mass,
        floor=_copies(table, "floor", f"{name}.floor", ledger),
        median=_copies(table, "median", f"{name}.median", ledger),
        where=table.where,
    )


def _copies(table: Table, key: str, identity: str, ledger: Ledger) -> Parameter | None:
    """Read molecules per cell; None if the key is absent."""
    if not table.has(key):
        return None
    inner = table.table(key)
    found = read_quantity(inner, identity, ledger, expected=NANOMOLAR)
    if found.declared_unit != COPIES:
        raise inner.error(f"unit {found.declared_unit!r}", f"write {COPIES!r}: a scale counts")
    return found


def _check_genes(molecules: Iterable[MoleculeScale]) -> None:
    seen: dict[str, str] = {}
    for molecule in molecules:
        if not molecule.genes:
            raise DeclarationError(molecule.where, "no gene", "add [molecule.NAME.gene.GENE]")
        for gene in molecule.genes:
            if gene.gene in seen:
                raise DeclarationError(
                    molecule.where,
                    f"gene {gene.gene!r} also counts for {seen[gene.gene]}",
                    "a gene's product is one molecule of the model",
                )
            seen[gene.gene] = molecule.molecule


def _status(table: Table, ledger: Ledger, molecules: dict[str, MoleculeScale]) -> Status:
    ihc: dict[str, Parameter] = {}
    for name, part in table.tables("ihc"):
        found = _copies(part, "median", f"ihc.{name}", ledger)
        if found is None:
            raise part.error("missing key 'median'", "add HER2 per cell of this class")
        ihc[name] = found
    ish_table = table.table("ish")
    ish = {
        key: read_quantity(ish_table.table(key), f"ish.{key}", ledger, expected=DIMENSIONLESS)
        for key in ISH
    }
    groups: dict[str, dict[str, Parameter]] = {}
    for name, part in table.tables("group"):
        groups[name] = {}
        for molecule in part.names():
            if molecule not in molecules:
                raise part.error(f"unknown molecule {molecule!r}", nearest(molecule, molecules))
            median = _copies(part, molecule, f"{name}.{molecule}", ledger)
            if median is not None:
                groups[name][molecule] = median
    factor = read_quantity(
        table.table("elisa_per_flow"), "elisa_per_flow", ledger, expected=DIMENSIONLESS
    )
    return Status(ihc=ihc, elisa_per_flow=factor, ish=ish, groups=groups)
