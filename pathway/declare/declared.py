"""A whole model folder as frozen values: its drugs, ligands, lesions and contexts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathway.declare.entities import Module
    from pathway.declare.parameters import Parameter, Source

__all__ = [
    "Change",
    "ChangeKind",
    "Context",
    "Declared",
    "Drug",
    "Exposure",
    "Lesion",
    "Ligand",
]


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
