"""What a module adds to a network, as frozen values: units checked and forgotten.

Inside, every number is float64 in nM (cell or medium concentration), minutes and their products.
Amounts of molecules whose declared unit is ``1`` (fractions, relative transcript levels) are
dimensionless.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathway.declare.parameters import Monomial, Parameter

__all__ = [
    "Anchor",
    "Effect",
    "Factor",
    "FactorKind",
    "Forbidden",
    "Interaction",
    "Module",
    "Molecule",
    "Pool",
    "PoolTerm",
    "Readout",
    "Rule",
    "Seed",
    "Site",
    "SiteState",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site of a molecule: it can carry a bond, or one of the named states, never both."""

    name: str
    states: tuple[str, ...] = ()
    """Declared states, the first being the default; empty for a bond site."""

    @property
    def is_bond(self) -> bool:
        """Whether the site carries a bond."""
        return not self.states


@dataclass(frozen=True, slots=True, kw_only=True)
class Molecule:
    """A kind of molecule.

    ``total`` is the parameter ``<id>.total`` (None for what starts at zero and is only made by
    rules, and for inputs). ``initial`` is the fully specified pattern the total starts in.
    ``is_input``: a drug or ligand in the medium, held constant unless depletion is asked for.
    """

    id: str
    sites: tuple[Site, ...]
    unit: str
    """``nM`` or ``1``."""
    initial: str
    total: Parameter | None = None
    is_input: bool = False
    description: str = ""
    gene: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """A further starting form of an existing molecule with a total of its own (an allele)."""

    id: str
    pattern: str
    """Partial pattern of the molecule, e.g. ``PIK3CA(allele~H1047R)``; the rest is default."""
    total: Parameter
    """The parameter ``<id>.total``, usually 0 until a lesion moves molecules here."""
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteState:
    """A state that a module adds to a site of another module's molecule."""

    molecule: str
    site: str
    state: str
    requires: tuple[str, ...] = ()
    """Drug, ligand and lesion ids: the entry exists only if all are in the scenario."""
    where: str = ""


class FactorKind(Enum):
    """How a rate depends on a pool X, beyond its reactants."""

    LINEAR = "X"
    SATURATING = "X^n / (K^n + X^n)"
    INHIBITING = "K^n / (K^n + X^n)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One factor of a rate law. ``pool`` is a pool id or a pattern text (an unnamed pool)."""

    kind: FactorKind
    pool: str
    K: Monomial | None = None
    hill: Monomial | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rewrite rule: one rate law, one or more BNGL lines that share its parameters.

    ``lines`` hold ``A(x~u) + B(y) -> ...`` or ``... <-> ...``. Factors act on the forward
    direction and are only allowed on irreversible rules. ``driven`` marks what runs on energy or
    flux (phosphorylation, traffic) and is left out of the detailed-balance check; reversible
    rules are binding and are never driven.
    """

    id: str
    lines: tuple[str, ...]
    forward: Monomial
    reverse: Monomial | None = None
    factors: tuple[Factor, ...] = ()
    driven: bool = False
    note: str = ""
    sources: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    """Drug, ligand and lesion ids: the entry exists only if all are in the scenario."""
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """A pattern whose presence multiplies the dissociation constant of what makes it.

    ``factor`` > 1 destabilises every complex that contains the pattern, < 1 stabilises it. Of the
    change of a reaction's equilibrium constant, the share ``off_share`` goes to the reverse
    (dissociation) rate and the rest to the forward rate.
    """

    id: str
    pattern: str
    factor: Monomial
    off_share: float
    requires: tuple[str, ...] = ()
    """Drug, ligand and lesion ids: the entry exists only if all are in the scenario."""
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden:
    """A pattern that never forms: reactions with it on either side are not generated."""

    id: str
    pattern: str
    requires: tuple[str, ...] = ()
    """Drug, ligand and lesion ids: the entry exists only if all are in the scenario."""
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a bound site or a state changes about the rate of existing rules.

    Reactions of the named rules get the factor once if any reactant complex contains ``when``.
    Only allowed on driven (one-way) rules: binding is changed by interactions.
    """

    id: str
    rules: tuple[str, ...]
    when: str
    factor: Monomial
    requires: tuple[str, ...] = ()
    """Drug, ligand and lesion ids: the entry exists only if all are in the scenario."""
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolTerm:
    """One pattern of a pool and its weight per match."""

    key: str
    pattern: str
    weight: Monomial


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A weighted sum of species that rate laws read; modules may add terms to it."""

    id: str
    terms: tuple[PoolTerm, ...]
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readout:
    """A weighted sum of species as reported. Terms are as in a pool; modules may add some."""

    id: str
    terms: tuple[PoolTerm, ...]
    unit: str
    description: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A level that holds in every untreated context, and the scale that is solved to hold it.

    The rates that make ``molecule`` are proportional to the parameter ``scale``; at the rest of
    the context without scenario lesions, drugs or ligands the molecule stands at its ``.total``.
    So a measured receptor total stays what was measured although its transcript is regulated.
    """

    id: str
    molecule: str
    scale: str
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """What one file adds to a network. Base modules, drugs, ligands and lesions all carry one."""

    molecules: tuple[Molecule, ...] = ()
    seeds: tuple[Seed, ...] = ()
    states: tuple[SiteState, ...] = ()
    rules: tuple[Rule, ...] = ()
    interactions: tuple[Interaction, ...] = ()
    forbidden: tuple[Forbidden, ...] = ()
    effects: tuple[Effect, ...] = ()
    pools: tuple[Pool, ...] = ()
    readouts: tuple[Readout, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    """Every parameter the module's tables declare, in order, molecule totals included."""
