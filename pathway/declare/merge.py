"""Gathering modules: pools and readouts that several files add to, ids declared only once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from pathway.declare.entities import Module, Pool, Readout
from pathway.declare.modules import Draft
from pathway.errors import DeclarationError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["gather", "merge_base", "refuse_twice"]

Terms = TypeVar("Terms", Pool, Readout)


def merge_base(drafts: Iterable[Draft]) -> Draft:
    """Return the base modules as one, pool and readout terms gathered in file order.

    Raises
    ------
    DeclarationError
        If terms are added to a readout that is not declared, or a term's key is used twice.
    """
    parts = tuple(drafts)
    modules = tuple(part.module for part in parts)
    declared = [readout for module in modules for readout in module.readouts]
    first = [readout for readout in declared if readout.unit]
    known = {readout.id for readout in first}
    for readout in declared:
        if readout.id not in known:
            raise DeclarationError(
                readout.where, f"unknown readout {readout.id!r}", nearest(readout.id, sorted(known))
            )
    refuse_twice((readout.id, readout.where, "readout") for readout in first)
    merged = Module(
        molecules=tuple(item for module in modules for item in module.molecules),
        seeds=tuple(item for module in modules for item in module.seeds),
        states=tuple(item for module in modules for item in module.states),
        rules=tuple(item for module in modules for item in module.rules),
        interactions=tuple(item for module in modules for item in module.interactions),
        forbidden=tuple(item for module in modules for item in module.forbidden),
        effects=tuple(item for module in modules for item in module.effects),
        anchors=tuple(item for module in modules for item in module.anchors),
        pools=gather([pool for module in modules for pool in module.pools]),
        readouts=gather(first + [readout for readout in declared if not readout.unit]),
        parameters=tuple(item for module in modules for item in module.parameters),
    )
    references = tuple(reference for part in parts for reference in part.references)
    return Draft(module=merged, references=references)


def gather(items: list[Terms]) -> tuple[Terms, ...]:
    """Return pools or readouts merged by id; the first keeps its place, unit and description."""
    found: dict[str, Terms] = {}
    for item in items:
        held = found.get(item.id)
        if held is None:
            found[item.id] = item
            continue
        _refuse_same_keys(held, item)
        found[item.id] = replace(held, terms=held.terms + item.terms)
    return tuple(found.values())


def _refuse_same_keys(held: Pool | Readout, item: Pool | Readout) -> None:
    keys = {term.key for term in held.terms}
    for term in item.terms:
        if term.key in keys:
            raise DeclarationError(
                item.where, f"term {term.key!r} is already in {held.where}", "give it another key"
            )


def refuse_twice(named: Iterable[tuple[str, str, str]]) -> None:
    """Refuse an id, given with its place and kind, that an earlier one has."""
    places: dict[str, str] = {}
    for name, where, kind in named:
        if name in places:
            raise DeclarationError(
                where, f"{kind} {name!r} is already declared in {places[name]}", "rename one"
            )
        places[name] = where
