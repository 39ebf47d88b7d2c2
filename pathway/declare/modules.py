"""Reading what one file adds to a network: molecules, rules, pools, readouts and the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathway.declare.entities import (
    Anchor,
    Effect,
    Forbidden,
    Interaction,
    Module,
    Molecule,
    Pool,
    PoolTerm,
    Readout,
    Seed,
    Site,
    SiteState,
)
from pathway.declare.parameters import Monomial
from pathway.declare.quantity import Ledger, Reference, Shelf, read_identifier
from pathway.declare.rates import read_rule
from pathway.declare.sides import pattern_molecules
from pathway.declare.units import DIMENSIONLESS, NANOMOLAR

if TYPE_CHECKING:
    from pathway.library.read import Table

__all__ = ["UNITS", "Draft", "medium_molecule", "read_module"]

UNITS = {"nM": NANOMOLAR, "1": DIMENSIONLESS}
"""The units that molecules and readouts may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A module as read from one file, and the parameters it names without declaring them."""

    module: Module
    references: tuple[Reference, ...]


def read_module(table: Table, ledger: Ledger, medium: str = "") -> Draft:
    """Return the module that a file's tables declare.

    Parameters
    ----------
    table : Table
        The file's top table; keys other than module tables are left for the caller.
    ledger : Ledger
        The known sources and the cell volume.
    medium : str
        The drug or ligand whose medium molecule the file brings; empty for other files.

    Raises
    ------
    DeclarationError
        With file and table, for anything the format does not allow.
    """
    shelf = Shelf(ledger=ledger)
    molecules = [
        _read_molecule(name, part, shelf, medium) for name, part in table.tables("molecule")
    ]
    if medium and all(molecule.id != medium for molecule in molecules):
        molecules.insert(0, medium_molecule(medium, table.where))
    seeds = tuple(_read_seed(name, part, shelf) for name, part in table.tables("seed"))
    states = tuple(
        state for name, part in table.tables("state") for state in _read_states(name, part)
    )
    for name, part in table.tables("parameter"):
        shelf.declare(part, read_identifier(name, part))
    rules = tuple(read_rule(name, part, shelf) for name, part in table.tables("rule"))
    interactions = tuple(
        _read_interaction(name, part, shelf) for name, part in table.tables("interaction")
    )
    forbidden = tuple(_read_forbidden(name, part) for name, part in table.tables("forbidden"))
    effects = tuple(_read_effect(name, part, shelf) for name, part in table.tables("effect"))
    pools = tuple(_read_pool(name, part, shelf) for name, part in table.tables("pool"))
    readouts = _read_readouts(table, shelf)
    anchors = tuple(_read_anchor(name, part, shelf) for name, part in table.tables("anchor"))
    module = Module(
        molecules=tuple(molecules),
        seeds=seeds,
        states=states,
        rules=rules,
        interactions=interactions,
        forbidden=forbidden,
        effects=effects,
        pools=pools,
        readouts=readouts,
        anchors=anchors,
        parameters=tuple(shelf.parameters),
    )
    return Draft(module=module, references=tuple(shelf.references))


def medium_molecule(name: str, where: str) -> Molecule:
    """Return the medium molecule of a drug or ligand: no sites, an input in nM."""
    return Molecule(id=name, sites=(), unit="nM", initial=f"{name}()", is_input=True, where=where)


def _read_molecule(name: str, table: Table, shelf: Shelf, medium: str) -> Molecule:
    read_identifier(name, table)
    unit = table.text("unit")
    if unit not in UNITS:
        raise table.error(f"unit {unit!r} of a molecule", "write 'nM' or '1'")
    sites = _read_sites(table.table("sites")) if table.has("sites") else ()
    is_input = table.flag("input", default=False)
    if is_input != (name == medium):
        what = "is the medium molecule" if name == medium else "is not the file's drug or ligand"
        raise table.error(
            f"{name!r} {what}", "write input = true for the file's own drug or ligand only"
        )
    if is_input and table.has("total"):
        raise table.error("an input has a total", "its concentration is the scenario's dose")
    total = None
    if table.has("total"):
        part = table.table("total")
        total = shelf.declare(part, f"{name}.total", expected=UNITS[unit], zero=True)
    initial = table.text("initial") if table.has("initial") else _default_form(name, sites)
    if pattern_molecules(initial, table.where) != (name,):
        raise table.error(f"initial {initial!r} is not one {name}", "write its sites and states")
    return Molecule(
        id=name,
        sites=sites,
        unit=unit,
        initial=initial,
        total=total,
        is_input=is_input,
        description=table.text("description", ""),
        gene=table.text("gene", ""),
        where=table.where,
    )


def _read_sites(table: Table) -> tuple[Site, ...]:
    sites: list[Site] = []
    for name in table.names():
        read_identifier(name, table)
        if table.is_text(name):
            if table.text(name) != "bond":
                raise table.error(
                    f"site {name!r} is {table.text(name)!r}", "write 'bond' or an array of states"
                )
            sites.append(Site(name=name))
            continue
        states = table.texts(name)
        _check_states(states, table)
        sites.append(Site(name=name, states=states))
    return tuple(sites)


def _check_states(states: tuple[str, ...], table: Table) -> None:
    for state in states:
        if not state.isascii() or not state.replace("_", "").isalnum():
            raise table.error(f"state {state!r} cannot be a name", "use letters, digits and _")
    if len(set(states)) != len(states):
        raise table.error("a state is listed twice", "list each once")


def _default_form(name: str, sites: tuple[Site, ...]) -> str:
    """Return the molecule with every site in its first state and every bond free."""
    parts = [site.name if site.is_bond else f"{site.name}~{site.states[0]}" for site in sites]
    return f"{name}({','.join(parts)})"


def _read_seed(name: str, table: Table, shelf: Shelf) -> Seed:
    read_identifier(name, table)
    pattern = _read_pattern(table, "pattern")
    total = shelf.declare(table.table("total"), f"{name}.total", zero=True)
    return Seed(id=name, pattern=pattern, total=total, where=table.where)


def _read_states(molecule: str, table: Table) -> tuple[SiteState, ...]:
    found: list[SiteState] = []
    requires = table.texts("requires", ())
    for site in (name for name in table.names() if name != "requires"):
        states = table.texts(site)
        _check_states(states, table)
        found.extend(
            SiteState(
                molecule=molecule, site=site, state=state, requires=requires, where=table.where
            )
            for state in states
        )
    return tuple(found)


def _read_interaction(name: str, table: Table, shelf: Shelf) -> Interaction:
    read_identifier(name, table)
    requires = table.texts("requires", ())
    pattern = _read_pattern(table, "pattern")
    factor = shelf.monomial(
        table, "factor", f"{name}.factor", expected=DIMENSIONLESS, requires=requires
    )
    part = table.table("off_share")
    share = shelf.declare(part, f"{name}.off_share", expected=DIMENSIONLESS, zero=True)
    if share.value > 1.0:
        raise part.error(f"off_share is {share.value:g}", "it is a share from 0 to 1")
    return Interaction(
        id=name,
        pattern=pattern,
        factor=factor,
        off_share=share.value,
        requires=requires,
        where=table.where,
    )


def _read_forbidden(name: str, table: Table) -> Forbidden:
    return Forbidden(
        id=read_identifier(name, table),
        pattern=_read_pattern(table, "pattern"),
        requires=table.texts("requires", ()),
        where=table.where,
    )


def _read_effect(name: str, table: Table, shelf: Shelf) -> Effect:
    read_identifier(name, table)
    requires = table.texts("requires", ())
    return Effect(
        id=name,
        rules=table.texts("rules"),
        when=_read_pattern(table, "when"),
        factor=shelf.monomial(
            table, "factor", f"{name}.factor", expected=DIMENSIONLESS, requires=requires
        ),
        requires=requires,
        where=table.where,
    )


def _read_pool(name: str, table: Table, shelf: Shelf) -> Pool:
    return Pool(
        id=read_identifier(name, table),
        terms=tuple(_read_term(name, key, table.table(key), shelf) for key in table.names()),
        where=table.where,
    )


def _read_readouts(table: Table, shelf: Shelf) -> tuple[Readout, ...]:
    """Return the declared readouts, then the terms added to others (their unit left empty)."""
    readouts: list[Readout] = []
    for name, part in table.tables("readout"):
        unit = part.text("unit")
        if unit not in UNITS:
            raise part.error(f"unit {unit!r} of a readout", "write 'nM' or '1'")
        readouts.append(
            Readout(
                id=read_identifier(name, part),
                terms=tuple(
                    _read_term(name, key, term, shelf) for key, term in part.tables("terms")
                ),
                unit=unit,
                description=part.text("description"),
                where=part.where,
            )
        )
    for name, part in table.tables("readout_terms"):
        terms = tuple(_read_term(name, key, part.table(key), shelf) for key in part.names())
        readouts.append(Readout(id=name, terms=terms, unit="", where=part.where))
    return tuple(readouts)


def _read_anchor(name: str, table: Table, shelf: Shelf) -> Anchor:
    scale = table.text("scale")
    shelf.refer(scale, table.where)
    return Anchor(
        id=read_identifier(name, table),
        molecule=table.text("molecule"),
        scale=scale,
        where=table.where,
    )


def _read_term(owner: str, key: str, table: Table, shelf: Shelf) -> PoolTerm:
    read_identifier(key, table)
    pattern = _read_pattern(table, "pattern")
    weight = (
        shelf.monomial(table, "weight", f"{owner}.{key}") if table.has("weight") else Monomial()
    )
    return PoolTerm(key=key, pattern=pattern, weight=weight)


def _read_pattern(table: Table, key: str) -> str:
    pattern = table.text(key)
    pattern_molecules(pattern, table.where)
    return pattern
