"""Joining modules: names that are declared twice, and names that are used and not declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathway.declare.merge import gather, refuse_twice
from pathway.declare.sides import pattern_molecules, split_line
from pathway.errors import DeclarationError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pathway.declare.entities import Factor, Module, Molecule, Pool, Rule
    from pathway.declare.modules import Draft

__all__ = ["Owner", "check_names"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """What brings a module: the base model, or one drug, ligand or lesion."""

    kind: str
    """``base``, ``drug``, ``ligand`` or ``lesion``."""
    id: str
    draft: Draft

    @property
    def module(self) -> Module:
        """The module itself."""
        return self.draft.module


def check_names(base: Owner, others: tuple[Owner, ...]) -> None:
    """Check the names in all modules: unique where declared, known where used.

    The base uses only itself (and the medium molecules of drugs and ligands in patterns); the
    others use the base, themselves, and what they ``require``.

    Raises
    ------
    DeclarationError
        With the nearest known name.
    """
    owners = (base, *others)
    _check_unique(owners)
    by_id: dict[str, tuple[Module, ...]] = {}
    for owner in others:
        by_id[owner.id] = (*by_id.get(owner.id, ()), owner.module)
    molecules = {item.id: item for owner in owners for item in owner.module.molecules}
    for owner in owners:
        seen = (base.module,) if owner is base else (base.module, owner.module)
        _check_parameters(owner, seen, by_id)
        for pattern, where in _patterns(owner.module):
            for name in pattern_molecules(pattern, where):
                if name not in molecules:
                    raise DeclarationError(
                        where, f"unknown molecule {name!r}", nearest(name, molecules)
                    )
        _check_states(owner.module, molecules)
        _check_anchors(owner.module, molecules)
        _check_effects(owner, seen, by_id, others)
        for rule in owner.module.rules:
            _check_factors(rule, _visible(seen, rule.requires, by_id, rule.where), molecules)
        if owner is not base:
            _check_added_terms(owner.module, base.module)


def _check_unique(owners: tuple[Owner, ...]) -> None:
    modules = [owner.module for owner in owners]
    refuse_twice((m.id, m.where, "molecule") for module in modules for m in module.molecules)
    molecules = {m.id: m.where for module in modules for m in module.molecules}
    for module in modules:
        named = [(pool.id, pool.where, "pool") for pool in module.pools]
        named += [(seed.id, seed.where, "seed") for seed in module.seeds]
        for name, where, kind in named:
            if name in molecules:
                raise DeclarationError(
                    where,
                    f"{kind} {name!r} has the name of a molecule in {molecules[name]}",
                    "rename one",
                )
    refuse_twice((item.id, item.where, "seed") for module in modules for item in module.seeds)
    refuse_twice((item.id, item.where, "rule") for module in modules for item in module.rules)
    refuse_twice(
        (item.id, item.where, "interaction") for module in modules for item in module.interactions
    )
    refuse_twice(
        (item.id, item.where, "forbidden pattern")
        for module in modules
        for item in module.forbidden
    )
    refuse_twice(
        (item.scale, item.where, "anchored scale") for module in modules for item in module.anchors
    )
    refuse_twice((item.id, item.where, "anchor") for module in modules for item in module.anchors)
    refuse_twice((item.id, item.where, "effect") for module in modules for item in module.effects)
    refuse_twice(
        (item.id, item.where, "parameter") for module in modules for item in module.parameters
    )
    gather([pool for module in modules for pool in module.pools])
    gather([readout for module in modules for readout in module.readouts])


def _visible(
    seen: tuple[Module, ...],
    requires: tuple[str, ...],
    by_id: Mapping[str, tuple[Module, ...]],
    where: str,
) -> tuple[Module, ...]:
    """Return the modules an entry may use: those seen by its owner and those it requires."""
    found = list(seen)
    for name in requires:
        if name not in by_id:
            raise DeclarationError(where, f"requires unknown {name!r}", nearest(name, by_id))
        found.extend(by_id[name])
    return tuple(found)


def _check_parameters(
    owner: Owner, seen: tuple[Module, ...], by_id: Mapping[str, tuple[Module, ...]]
) -> None:
    for reference in owner.draft.references:
        modules = _visible(seen, reference.requires, by_id, reference.where)
        known = {item.id for module in modules for item in module.parameters}
        if reference.parameter not in known:
            raise DeclarationError(
                reference.where,
                f"unknown parameter {reference.parameter!r}",
                nearest(reference.parameter, sorted(known)),
            )


def _patterns(module: Module) -> Iterator[tuple[str, str]]:
    """Yield every pattern of a module and its place."""
    for rule in module.rules:
        for text in rule.lines:
            line = split_line(text, rule.where)
            yield from ((pattern, rule.where) for pattern in line.reactants + line.products)
    yield from ((seed.pattern, seed.where) for seed in module.seeds)
    yield from ((item.pattern, item.where) for item in module.interactions)
    yield from ((item.pattern, item.where) for item in module.forbidden)
    yield from ((effect.when, effect.where) for effect in module.effects)
    for pool in module.pools:
        yield from ((term.pattern, pool.where) for term in pool.terms)
    for readout in module.readouts:
        yield from ((term.pattern, readout.where) for term in readout.terms)


def _check_states(module: Module, molecules: Mapping[str, Molecule]) -> None:
    for state in module.states:
        if state.molecule not in molecules:
            raise DeclarationError(
                state.where,
                f"unknown molecule {state.molecule!r}",
                nearest(state.molecule, molecules),
            )
        sites = {site.name: site for site in molecules[state.molecule].sites}
        if state.site not in sites:
            raise DeclarationError(
                state.where, f"unknown site {state.site!r}", nearest(state.site, sites)
            )
        if sites[state.site].is_bond:
            raise DeclarationError(
                state.where, f"{state.site!r} carries a bond and no states", "use another site"
            )
        if state.state in sites[state.site].states:
            raise DeclarationError(
                state.where,
                f"state {state.state!r} of {state.site!r} is there already",
                "leave it out",
            )


def _check_anchors(module: Module, molecules: Mapping[str, Molecule]) -> None:
    """Refuse anchors of what has no total to be held at."""
    held = {name: item for name, item in molecules.items() if item.total is not None}
    for anchor in module.anchors:
        if anchor.molecule not in held:
            raise DeclarationError(
                anchor.where,
                f"{anchor.molecule!r} is no molecule with a total",
                nearest(anchor.molecule, held),
            )


def _check_effects(
    owner: Owner,
    seen: tuple[Module, ...],
    by_id: Mapping[str, tuple[Module, ...]],
    others: tuple[Owner, ...],
) -> None:
    """Check what effects name; a drug's may also name the rules of any ligand or lesion."""
    partners = tuple(other.module for other in others if other.kind in ("ligand", "lesion"))
    for effect in owner.module.effects:
        modules = _visible(seen, effect.requires, by_id, effect.where)
        if owner.kind != "base":
            modules += partners
        rules = {rule.id: rule for module in modules for rule in module.rules}
        for name in effect.rules:
            if name not in rules:
                raise DeclarationError(effect.where, f"unknown rule {name!r}", nearest(name, rules))
            if not rules[name].driven:
                raise DeclarationError(
                    effect.where,
                    f"rule {name!r} is binding",
                    "an effect acts on one-way rules; use an interaction",
                )
    for state in owner.module.states:
        _visible(seen, state.requires, by_id, state.where)
    for interaction in owner.module.interactions:
        _visible(seen, interaction.requires, by_id, interaction.where)
    for forbidden in owner.module.forbidden:
        _visible(seen, forbidden.requires, by_id, forbidden.where)


def _check_factors(
    rule: Rule, modules: tuple[Module, ...], molecules: Mapping[str, object]
) -> None:
    pools = {pool.id: pool for module in modules for pool in module.pools}
    for factor in rule.factors:
        _check_factor(factor, rule.where, pools, molecules)


def _check_factor(
    factor: Factor, where: str, pools: Mapping[str, Pool], molecules: Mapping[str, object]
) -> None:
    if factor.pool in pools:
        return
    if "(" not in factor.pool and factor.pool not in molecules:
        raise DeclarationError(
            where,
            f"{factor.pool!r} is neither a pool nor a pattern",
            nearest(factor.pool, (*pools, *molecules)),
        )
    for name in pattern_molecules(factor.pool, where):
        if name not in molecules:
            raise DeclarationError(where, f"unknown molecule {name!r}", nearest(name, molecules))


def _check_added_terms(module: Module, base: Module) -> None:
    """Refuse terms for a readout that is not there, and for a pool that nothing reads."""
    declared = {readout.id for readout in (*base.readouts, *module.readouts) if readout.unit}
    for readout in module.readouts:
        if readout.id not in declared:
            raise DeclarationError(
                readout.where,
                f"unknown readout {readout.id!r}",
                nearest(readout.id, sorted(declared)),
            )
    pools = [pool.id for pool in base.pools]
    read = {factor.pool for rule in module.rules for factor in rule.factors}
    for pool in module.pools:
        if pool.id not in pools and pool.id not in read:
            raise DeclarationError(
                pool.where,
                f"pool {pool.id!r} is not in the model and no rule here reads it",
                nearest(pool.id, pools),
            )
