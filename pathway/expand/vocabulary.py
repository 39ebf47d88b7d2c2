"""Which molecules, sites and states patterns may name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pathway.errors import DeclarationError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pathway.declare.entities import Module, Molecule

__all__ = ["MoleculeType", "Vocabulary", "vocabulary_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoleculeType:
    """A molecule with every state that any module gives to its sites.

    ``states`` has one entry per site in declared order; it is empty for a site that carries a
    bond. The first state is the default.
    """

    id: str
    sites: tuple[str, ...]
    states: tuple[tuple[str, ...], ...]
    position: Mapping[str, int] = field(repr=False)
    """Index of each site by name."""

    @property
    def default(self) -> tuple[str | int, ...]:
        """Values of a free molecule: first states, no bonds."""
        return tuple(states[0] if states else 0 for states in self.states)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The molecules that patterns may name."""

    types: Mapping[str, MoleculeType]

    def molecule(self, where: str, name: str) -> MoleculeType:
        """Return a molecule by name, or raise DeclarationError with the nearest name."""
        found = self.types.get(name)
        if found is None:
            raise DeclarationError(where, f"unknown molecule {name!r}", nearest(name, self.types))
        return found


def vocabulary_of(modules: Iterable[Module]) -> Vocabulary:
    """Collect the molecules of modules and the states that modules add to their sites.

    Parameters
    ----------
    modules : iterable of Module
        The same module may be given twice.

    Returns
    -------
    Vocabulary

    Raises
    ------
    DeclarationError
        A molecule is declared twice and differently, or a state is added to what is not there.
    """
    modules = tuple(modules)
    molecules: dict[str, Molecule] = {}
    for module in modules:
        for molecule in module.molecules:
            known = molecules.setdefault(molecule.id, molecule)
            if known is not molecule and known != molecule:
                raise DeclarationError(
                    molecule.where or f"molecule {molecule.id}",
                    f"molecule {molecule.id!r} is declared twice",
                    f"the other is at {known.where or 'another module'}; rename one",
                )
    states = {m.id: {site.name: list(site.states) for site in m.sites} for m in molecules.values()}
    for module in modules:
        for added in module.states:
            where = added.where or f"state {added.molecule}.{added.site}"
            if added.molecule not in states:
                raise DeclarationError(
                    where, f"unknown molecule {added.molecule!r}", nearest(added.molecule, states)
                )
            sites = states[added.molecule]
            if added.site not in sites:
                raise DeclarationError(
                    where,
                    f"molecule {added.molecule} has no site {added.site!r}",
                    nearest(added.site, sites),
                )
            if not sites[added.site]:
                raise DeclarationError(
                    where,
                    f"site {added.site!r} of {added.molecule} carries a bond and cannot have"
                    f" state {added.state!r}",
                    "declare a site of states for it",
                )
            if added.state not in sites[added.site]:
                sites[added.site].append(added.state)
    return Vocabulary({name: _type(name, sites) for name, sites in states.items()})


def _type(name: str, sites: Mapping[str, list[str]]) -> MoleculeType:
    return MoleculeType(
        id=name,
        sites=tuple(sites),
        states=tuple(tuple(states) for states in sites.values()),
        position={site: index for index, site in enumerate(sites)},
    )
