"""The declared model as frozen values: what the text files say, with units checked and forgotten.

Inside, every number is float64 in nM (cell or medium concentration), minutes and their products.
Amounts of molecules whose declared unit is ``1`` (fractions, relative transcript levels) are
dimensionless.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, StrEnum

__all__ = [
    "Anchor",
    "Change",
    "ChangeKind",
    "Context",
    "Declared",
    "Drug",
    "Effect",
    "Evidence",
    "Exposure",
    "Factor",
    "FactorKind",
    "Forbidden",
    "Interaction",
    "Lesion",
    "Ligand",
    "Module",
    "Molecule",
    "Monomial",
    "Parameter",
    "Pool",
    "PoolTerm",
    "Readout",
    "Rule",
    "Seed",
    "Site",
    "SiteState",
    "Source",
]


class Evidence(StrEnum):
    """How a number is known."""

    MEASURED = "measured"
    FITTED = "fitted"
    DERIVED = "derived"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a number or a mechanism comes from."""

    id: str
    citation: str
    how: str
    """How it was known when written down: data, page, file, memory or assumption."""
    doi: str = ""
    pmid: str = ""
    year: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One declared number.

    ``value`` is in internal units (nM, min, 1); ``declared_value`` and ``declared_unit`` are what
    the file says. ``fold`` is the geometric standard deviation (1.0: exact by definition).
    """

    id: str
    value: float
    declared_value: float
    declared_unit: str
    internal_unit: str
    fold: float
    evidence: Evidence
    sources: tuple[str, ...]
    note: str = ""
    method: str = ""
    where: str = ""
    """File and table, for messages."""


@dataclass(frozen=True, slots=True)
class Monomial:
    """A product of parameters: ``coefficient * prod(parameter ** power)``.

    Every rate constant, weight, half-saturation and initial amount is one, so that a parameter
    draw turns into kernel constants by one sparse matrix product of logarithms.
    """

    coefficient: float = 1.0
    powers: tuple[tuple[str, float], ...] = ()
    """Sorted by parameter id; no zero powers, no repeated ids."""

    @staticmethod
    def of(parameter: str, power: float = 1.0) -> Monomial:
        """Return the monomial of one parameter."""
        return Monomial(1.0, ((parameter, power),))

    def times(self, other: Monomial) -> Monomial:
        """Return the product of two monomials."""
        merged = dict(self.powers)
        for name, power in other.powers:
            merged[name] = merged.get(name, 0.0) + power
        kept = tuple(sorted((name, power) for name, power in merged.items() if power != 0.0))
        return Monomial(self.coefficient * other.coefficient, kept)

    def scaled(self, coefficient: float) -> Monomial:
        """Return this monomial times a number."""
        return Monomial(self.coefficient * coefficient, self.powers)

    def to_power(self, power: float) -> Monomial:
        """Return this monomial raised to a power (the coefficient must be positive)."""
        if power == 0.0:
            return Monomial()
        return Monomial(
            self.coefficient**power, tuple((name, value * power) for name, value in self.powers)
        )

    def value(self, parameters: dict[str, float]) -> float:
        """Return the number for given parameter values (internal units)."""
        result = self.coefficient
        for name, power in self.powers:
            result *= parameters[name] ** power
        return result


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """A named dose of a drug (``in-vitro``, ``clinical``, ``clinical-cns``) and its source."""

    name: str
    concentration: float
    """nM, free drug at the cell."""
    text: str
    sources: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drug:
    """A drug: what it adds to the network, what it can be dosed at."""

    id: str
    description: str
    drug_class: str
    mechanism: str
    targets: tuple[str, ...]
    """Molecule ids; a scenario must contain at least one of them."""
    molar_mass: Parameter
    """g/mol, for doses given as mass per volume."""
    exposures: tuple[Exposure, ...]
    module: Module
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ligand:
    """A growth factor in the medium."""

    id: str
    description: str
    targets: tuple[str, ...]
    molar_mass: Parameter
    module: Module
    where: str = ""


class ChangeKind(Enum):
    """What a lesion does to totals."""

    SCALE = "scale"
    """total(target) *= amount, or the parameter itself if ``target`` names one"""
    REMOVE = "remove"
    """total(target) *= 1 - amount, or the parameter itself if ``target`` names one"""
    MOVE = "move"
    """amount * total(source) leaves ``source`` and is added to ``target``; as molecules: added."""
    LIGAND = "ligand"
    """the ligand ``target`` is present at ``amount`` nM at all times, before treatment too"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change a lesion makes; ``amount`` True in a scenario means ``default``."""

    kind: ChangeKind
    target: str
    """A molecule or seed id (its ``.total``), a parameter id, or a ligand id."""
    source: str = ""
    default: Parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesion:
    """A genomic or expression alteration: what it adds to the network and does to totals."""

    id: str
    description: str
    change: Change
    contradicts: tuple[str, ...]
    module: Module
    reasons: tuple[tuple[str, str], ...] = ()
    """Lesion id and why, for those of ``contradicts`` that the table of refused pairs names."""
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """A cell line: protein totals that replace the model's defaults, and its own lesions."""

    id: str
    description: str
    totals: tuple[Parameter, ...]
    """Parameters named ``<molecule>.total``."""
    lesions: tuple[tuple[str, Parameter], ...]
    """Lesion id and amount (fraction, fold or nM by the lesion's change kind)."""
    genotype: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A whole model folder, read and checked."""

    id: str
    version: int
    description: str
    cell_volume: Parameter
    """pL."""
    base: Module
    sources: dict[str, Source] = field(default_factory=dict)
    drugs: dict[str, Drug] = field(default_factory=dict)
    ligands: dict[str, Ligand] = field(default_factory=dict)
    lesions: dict[str, Lesion] = field(default_factory=dict)
    contexts: dict[str, Context] = field(default_factory=dict)
    default_context: str = ""
    folder: str = ""
    extra_folder: str = ""
    """The user's folder beside it, if one was given."""
    text_hash: str = ""
    """SHA-256 over the relative names and texts of all files read, in sorted order."""
