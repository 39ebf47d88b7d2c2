"""Loading a model folder: every file read, every name and unit checked, one frozen value out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from pathway.declare.declared import Change, ChangeKind, Context, Declared, Drug, Lesion, Ligand
from pathway.declare.dimension import Dimensions, check_dimensions
from pathway.declare.files import read_context, read_drug, read_lesion, read_ligand
from pathway.declare.folders import Folders
from pathway.declare.link import Owner, check_names
from pathway.declare.merge import merge_base
from pathway.declare.modules import UNITS, Draft, read_module
from pathway.declare.quantity import Ledger, read_identifier, read_quantity, read_source
from pathway.declare.refused_pairs import RefusedPair, read_refused_pairs
from pathway.declare.sides import pattern_molecules
from pathway.declare.units import PICOLITRE, Unit
from pathway.errors import DeclarationError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from importlib.resources.abc import Traversable

    from pathway.declare.entities import Module
    from pathway.declare.parameters import Parameter, Source
    from pathway.library.read import Table

__all__ = ["load_declared"]

Brings = TypeVar("Brings", Drug, Ligand, Lesion)


def load_declared(folder: Traversable, extra: Traversable | None = None) -> Declared:
    """Return the model that a folder of TOML files declares.

    Parameters
    ----------
    folder : Traversable
        With ``model.toml``, ``sources.toml`` and the folders ``modules``, ``drugs``,
        ``ligands``, ``lesions`` and ``contexts``, and ``refused_pairs.toml`` if lesions exclude
        each other. A ``pathlib.Path`` will do.
    extra : Traversable, optional
        A further folder with drugs, ligands, lesions, contexts and a ``sources.toml`` of its own,
        read beside those of the model. A name that the model has is an error.

    Returns
    -------
    Declared
        In internal units; the same texts give an equal value and the same ``text_hash``.

    Raises
    ------
    DeclarationError
        With file, table, cause and remedy, for the first thing found wrong.
    UnitError
        If that is a unit.
    """
    folders = Folders(folder, extra)
    sources = _read_all_sources(folders)
    head = folders.table("model.toml")
    volume_table = head.table("cell_volume")
    cell_volume = read_quantity(
        volume_table, "cell_volume", Ledger(sources=sources), expected=PICOLITRE
    )
    ledger = Ledger(sources=sources, cell_volume=cell_volume.value)
    base = merge_base(_read_base(folders, ledger))
    ligands = _read_kind("ligands", read_ligand, folders, ledger)
    lesions = _read_kind("lesions", read_lesion, folders, ledger)
    drugs = _read_kind("drugs", read_drug, folders, ledger)
    owners = (
        *(Owner(kind="ligand", id=item.id, draft=draft) for item, draft in ligands.values()),
        *(Owner(kind="lesion", id=item.id, draft=draft) for item, draft in lesions.values()),
        *(Owner(kind="drug", id=item.id, draft=draft) for item, draft in drugs.values()),
    )
    check_names(Owner(kind="base", id="", draft=base), owners)
    modules = (base.module, *(owner.module for owner in owners))
    readouts = _check_units(modules)
    refused = read_refused_pairs(folders.refused_pair_tables(), lesions)
    known_lesions = _link_lesions(
        {name: item for name, (item, _) in lesions.items()}, base.module, ligands, refused
    )
    contexts: dict[str, Context] = {}
    totals = _total_units(base.module)
    for name, table in folders.tables("contexts"):
        contexts[name] = read_context(name, table, ledger, known_lesions, totals)
        table.close()
    default = head.text("default_context")
    if default not in contexts:
        raise head.error(f"unknown default_context {default!r}", nearest(default, contexts))
    declared = Declared(
        id=head.text("id"),
        version=head.integer("version"),
        description=head.text("description"),
        cell_volume=cell_volume,
        base=base.module,
        sources=sources,
        drugs={name: _finished(item, readouts) for name, (item, _) in drugs.items()},
        ligands={name: _finished(item, readouts) for name, (item, _) in ligands.items()},
        lesions={name: _finished(item, readouts) for name, item in known_lesions.items()},
        contexts=contexts,
        default_context=default,
        folder=str(folder),
        extra_folder="" if extra is None else str(extra),
        text_hash=folders.digest(),
    )
    head.close()
    _check_targets(declared)
    return declared


def _read_all_sources(folders: Folders) -> dict[str, Source]:
    sources: dict[str, Source] = {}
    for table in folders.source_tables():
        for name in table.names():
            part = table.table(name)
            if name in sources:
                raise part.error(f"source {name!r} is already declared", "use it, or rename this")
            sources[name] = read_source(name, part)
        table.close()
    return sources


def _read_base(folders: Folders, ledger: Ledger) -> list[Draft]:
    drafts = []
    for _, table in folders.tables("modules"):
        drafts.append(read_module(table, ledger))
        table.close()
    return drafts


def _read_kind(
    kind: str,
    read: Callable[[str, Table, Ledger], tuple[Brings, Draft]],
    folders: Folders,
    ledger: Ledger,
) -> dict[str, tuple[Brings, Draft]]:
    found = {}
    for name, table in folders.tables(kind):
        found[name] = read(read_identifier(name, table), table, ledger)
        table.close()
    return found


def _check_units(modules: tuple[Module, ...]) -> dict[str, tuple[str, str]]:
    """Check the unit rule in every module; return unit and description of every readout."""
    readouts = {
        item.id: (item.unit, item.description)
        for module in modules
        for item in module.readouts
        if item.unit
    }
    units = Dimensions.of(modules)
    for module in modules:
        check_dimensions(module, units, {name: unit for name, (unit, _) in readouts.items()})
    return readouts


def _finished(item: Brings, readouts: Mapping[str, tuple[str, str]]) -> Brings:
    """Give the readout terms that a module adds the unit and description of their readout."""
    filled = tuple(
        readout
        if readout.unit
        else replace(readout, unit=readouts[readout.id][0], description=readouts[readout.id][1])
        for readout in item.module.readouts
    )
    return replace(item, module=replace(item.module, readouts=filled))


def _link_lesions(
    lesions: Mapping[str, Lesion],
    base: Module,
    ligands: Iterable[str],
    refused: Iterable[RefusedPair],
) -> dict[str, Lesion]:
    """Check what lesions change and contradict; a contradiction counts for both."""
    known_ligands = tuple(ligands)
    against: dict[str, list[str]] = {name: [] for name in lesions}
    for lesion in lesions.values():
        _check_change(lesion, lesion.change, base, known_ligands)
        for other in lesion.contradicts:
            if other not in lesions:
                raise DeclarationError(
                    lesion.where, f"contradicts unknown lesion {other!r}", nearest(other, lesions)
                )
            if other == lesion.id:
                raise DeclarationError(lesion.where, "contradicts itself", "name other lesions")
            against[lesion.id].append(other)
            against[other].append(lesion.id)
    reasons: dict[str, list[tuple[str, str]]] = {name: [] for name in lesions}
    for pair in refused:
        for name, other in (pair.lesions, pair.lesions[::-1]):
            against[name].append(other)
            reasons[name].append((other, pair.reason))
    return {
        name: replace(
            lesion,
            contradicts=tuple(dict.fromkeys(against[name])),
            reasons=tuple(reasons[name]),
        )
        for name, lesion in lesions.items()
    }


def _check_change(lesion: Lesion, change: Change, base: Module, ligands: tuple[str, ...]) -> None:
    where = f"{lesion.where.removesuffix('[top]')}[change]"
    if change.kind is ChangeKind.LIGAND:
        if change.target not in ligands:
            raise DeclarationError(
                where, f"unknown ligand {change.target!r}", nearest(change.target, ligands)
            )
        return
    totals = _totals((base, lesion.module))
    parameters = [parameter.id for parameter in (*base.parameters, *lesion.module.parameters)]
    for name in (change.target, *((change.source,) if change.source else ())):
        if name in totals or (change.kind is not ChangeKind.MOVE and name in parameters):
            continue
        what = "is no molecule or seed with a total"
        if change.kind is not ChangeKind.MOVE:
            what += ", and no parameter"
        raise DeclarationError(where, f"{name!r} {what}", nearest(name, [*totals, *parameters]))


def _totals(modules: Iterable[Module]) -> dict[str, Parameter]:
    """Return the totals of several modules by molecule or seed id."""
    found: dict[str, Parameter] = {}
    for module in modules:
        for molecule in module.molecules:
            if molecule.total is not None:
                found[molecule.id] = molecule.total
        found.update((seed.id, seed.total) for seed in module.seeds)
    return found


def _total_units(base: Module) -> dict[str, Unit]:
    molecules = {molecule.id: UNITS[molecule.unit] for molecule in base.molecules}
    units = {name: unit for name, unit in molecules.items() if name in _totals((base,))}
    for seed in base.seeds:
        units[seed.id] = molecules[pattern_molecules(seed.pattern, seed.where)[0]]
    return units


def _check_targets(declared: Declared) -> None:
    """Check that the molecules drugs and ligands act on are in the model or in a lesion."""
    modules = (declared.base, *(lesion.module for lesion in declared.lesions.values()))
    known = [molecule.id for module in modules for molecule in module.molecules]
    named = [(item.where, item.targets) for item in declared.drugs.values()]
    named += [(item.where, item.targets) for item in declared.ligands.values()]
    for where, targets in named:
        for target in targets:
            if target not in known:
                raise DeclarationError(where, f"unknown target {target!r}", nearest(target, known))
