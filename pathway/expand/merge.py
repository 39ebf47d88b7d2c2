"""What the modules of a scenario say together: one set of rules, pools and readouts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from pathway.errors import DeclarationError, NetworkError, nearest
from pathway.expand.vocabulary import Vocabulary, vocabulary_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pathway.declare.entities import (
        Effect,
        Forbidden,
        Interaction,
        Module,
        Molecule,
        Pool,
        PoolTerm,
        Readout,
        Rule,
        Seed,
    )

__all__ = ["Merged", "merge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """All modules of a scenario as one."""

    vocabulary: Vocabulary
    rule_names: tuple[str, ...]
    """Rules of these modules and of those that are only known of."""
    pool_names: tuple[str, ...]
    molecules: tuple[Molecule, ...]
    seeds: tuple[Seed, ...]
    rules: tuple[Rule, ...]
    interactions: tuple[Interaction, ...]
    forbidden: tuple[Forbidden, ...]
    effects: tuple[Effect, ...]
    pools: dict[str, Pool]
    readouts: tuple[Readout, ...]
    parameters: tuple[str, ...]
    """Ids in declaration order."""
    active: frozenset[str]
    """Molecules that take part: present, or in the medium."""


def merge(
    modules: Sequence[Module],
    present: Iterable[str],
    inputs: Iterable[str],
    elsewhere: Sequence[Module] = (),
) -> Merged:
    """Merge modules: states onto sites, terms onto pools and readouts.

    Parameters
    ----------
    modules : sequence of Module
        What the scenario uses, in declared order.
    present : iterable of str
        Molecules and seeds that take part.
    inputs : iterable of str
        Drugs and ligands in the medium.
    elsewhere : sequence of Module
        Modules that are not used but whose names may be mentioned.

    Returns
    -------
    Merged

    Raises
    ------
    DeclarationError
        A name is declared twice.
    NetworkError
        ``present`` or ``inputs`` names what no module declares.
    """
    known = (*modules, *elsewhere)
    molecules = tuple({m.id: m for module in modules for m in module.molecules}.values())
    seeds = _unique("seed", [seed for module in modules for seed in module.seeds])
    return Merged(
        vocabulary=vocabulary_of(known),
        rule_names=tuple(dict.fromkeys(r.id for module in known for r in module.rules)),
        pool_names=tuple(dict.fromkeys(p.id for module in known for p in module.pools)),
        molecules=molecules,
        seeds=seeds,
        rules=_unique("rule", [r for module in modules for r in module.rules]),
        interactions=_unique("interaction", [i for m in modules for i in m.interactions]),
        forbidden=_unique("forbidden pattern", [f for m in modules for f in m.forbidden]),
        effects=_unique("effect", [e for module in modules for e in module.effects]),
        pools=_pools([pool for module in modules for pool in module.pools]),
        readouts=_readouts([readout for module in modules for readout in module.readouts]),
        parameters=tuple(dict.fromkeys(p.id for module in modules for p in module.parameters)),
        active=_active(molecules, seeds, tuple(present), tuple(inputs)),
    )


class _Named(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def where(self) -> str: ...


T = TypeVar("T", bound=_Named)


def _unique(kind: str, things: Sequence[T]) -> tuple[T, ...]:
    seen: dict[str, T] = {}
    for thing in things:
        if thing.id in seen:
            raise DeclarationError(
                thing.where or f"{kind} {thing.id}",
                f"{kind} {thing.id!r} is declared twice",
                f"the other is at {seen[thing.id].where or 'another module'}; rename one",
            )
        seen[thing.id] = thing
    return tuple(things)


def _joined(
    kind: str, owner: str, where: str, old: tuple[PoolTerm, ...], new: tuple[PoolTerm, ...]
) -> tuple[PoolTerm, ...]:
    keys = {term.key for term in old}
    for term in new:
        if term.key in keys:
            raise DeclarationError(
                where or f"{kind} {owner}",
                f"term {term.key!r} of {kind} {owner!r} is declared twice",
                "give it another key",
            )
    return (*old, *new)


def _pools(pools: Sequence[Pool]) -> dict[str, Pool]:
    merged: dict[str, Pool] = {}
    for pool in pools:
        old = merged.get(pool.id)
        merged[pool.id] = (
            replace(old, terms=_joined("pool", pool.id, pool.where, old.terms, pool.terms))
            if old
            else pool
        )
    return merged


def _readouts(readouts: Sequence[Readout]) -> tuple[Readout, ...]:
    merged: dict[str, Readout] = {}
    for readout in readouts:
        old = merged.get(readout.id)
        if old is None:
            merged[readout.id] = readout
            continue
        if old.unit and readout.unit and old.unit != readout.unit:
            raise DeclarationError(
                readout.where or f"readout {readout.id}",
                f"readout {readout.id!r} is in {old.unit} and in {readout.unit}",
                "use one unit",
            )
        merged[readout.id] = replace(
            old,
            terms=_joined("readout", readout.id, readout.where, old.terms, readout.terms),
            unit=old.unit or readout.unit,
            description=old.description or readout.description,
        )
    return tuple(merged.values())


def _active(
    molecules: Sequence[Molecule],
    seeds: Sequence[Seed],
    present: Sequence[str],
    inputs: Sequence[str],
) -> frozenset[str]:
    ours = [m.id for m in molecules if not m.is_input]
    medium = [m.id for m in molecules if m.is_input]
    sown = {seed.id: seed.pattern.partition("(")[0].strip() for seed in seeds}
    for name in present:
        if name not in ours and name not in sown:
            raise NetworkError(
                "expand",
                f"present molecule {name!r} is not declared",
                nearest(name, [*ours, *sown]),
            )
    for name in inputs:
        if name not in medium:
            raise NetworkError(
                "expand", f"input {name!r} is not a drug or ligand here", nearest(name, medium)
            )
    return frozenset((*(name for name in present if name in ours), *inputs)) | {
        sown[name] for name in present if name in sown
    }
