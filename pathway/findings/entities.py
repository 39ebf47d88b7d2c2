"""Findings as frozen values: what a findings file says, checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathway.findings.language import Expression

__all__ = [
    "Basis",
    "Doses",
    "Expectation",
    "Finding",
    "FindingsFile",
    "Kind",
    "Member",
    "Names",
    "Panel",
    "Run",
    "Series",
    "Step",
]

Doses = tuple[tuple[str, str], ...]
"""Names and doses as text, in the order of the file."""


class Kind(StrEnum):
    """What an expectation claims; the tolerance follows from it and from nothing else."""

    DIRECTION = "direction"
    """A ratio is up, down, or unchanged against 1; a change is 15 % or more."""
    ORDER = "order"
    """a > b > c, each gap 10 % or more."""
    NUMBER = "number"
    """A number within x1.5 of a data set's, x2 of a page's or file's."""
    BOUND = "bound"
    """A comparison whose threshold somebody stated; it is tested as it stands."""
    RANK = "rank"
    """Model and measurement rank a panel of contexts alike: the 95 % interval is above 0."""


class Basis(StrEnum):
    """How the expected outcome is known."""

    DATA = "data"
    PAGE = "page"
    FILE = "file"
    MEMORY = "memory"
    REQUIREMENT = "requirement"
    """Demanded of this model, not published as such."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A later part of a run: ``then`` sets what it names, ``wash`` takes away."""

    action: str
    """``then`` or ``wash``."""
    duration: str
    drugs: Doses | None = None
    ligands: Doses | None = None
    washed: tuple[str, ...] = ()
    """For ``wash``: the drugs and ligands that go; empty: all drugs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A named scenario of a findings file.

    Time zero is when the ligands start; ``pretreat`` is how long the drugs alone come before.
    """

    name: str
    duration: str
    context: str = ""
    drugs: Doses = ()
    ligands: Doses = ()
    lesions: tuple[tuple[str, bool | float | str], ...] = ()
    parameters: Doses = ()
    pretreat: str = ""
    steps: tuple[Step, ...] = ()
    start: float
    """Minutes of the equilibrated, unperturbed state: minus the pretreatment."""
    stop: float
    """Minutes at the end of the last step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The contexts a rank is taken over."""

    name: str
    contexts: tuple[str, ...] | None
    """None: all that the model has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One column of a table of measurements that lies outside the package.

    ``names`` gives the context of a key where it is not the key without its punctuation.
    """

    name: str
    file: str
    """Path under the folder of measurements; ``.tsv`` or ``.csv``."""
    key: str
    """The column that names the cell line."""
    value: str
    """The column of measured values."""
    log: bool = False
    """Whether the values are logarithms, which may be negative."""
    floor: float | None = None
    """Detection floor in the column's own scale; values at or below it are ties."""
    names: tuple[tuple[str, str], ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A context of a panel and what was measured in it."""

    context: str
    measured: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One checkable statement of a finding."""

    kind: Kind
    expression: Expression
    text: str
    basis: Basis
    direction: str = ""
    """For a direction: up, down, unchanged, not up, not down."""
    number: float = 0.0
    """For a number: what was found by the source."""
    threshold: str = ""
    """For a bound: who states the threshold."""
    panel: str = ""
    """For a rank: the panel's name."""
    series: str = ""
    """For a rank: the name of the measured column."""
    members: tuple[Member, ...] = ()
    """For a rank that can be asked: the contexts compared, in the model's order."""
    note: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A published finding; ``reason`` says why it is not expressible, if it is not.

    ``needs`` are names that a model may lack: where it does, the finding is not expressible.
    ``suspect`` says what is thought to be wrong while it fails; no verdict depends on it.
    """

    id: str
    claim: str
    source: str
    basis: Basis
    strength: str
    """A, B or C."""
    expectations: tuple[Expectation, ...] = ()
    reason: str = ""
    needs: tuple[str, ...] = ()
    suspect: str = ""
    note: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsFile:
    """One file: its runs, panels and measured columns are seen by its own findings only."""

    path: str
    runs: dict[str, Run]
    findings: tuple[Finding, ...]
    panels: dict[str, Panel] = field(default_factory=dict)
    series: dict[str, Series] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names a model has; an empty tuple of contexts means the model needs none."""

    contexts: tuple[str, ...]
    drugs: tuple[str, ...]
    ligands: tuple[str, ...]
    lesions: tuple[str, ...]
    readouts: tuple[str, ...]
