"""The scale that turns measured amounts of proteins and transcripts into molecules per cell.

Every number of it is data in a model's ``scale.toml``; here are the three laws, each linear in what
was measured: mass per cell over molar mass; a protein ratio to the anchor line times the anchor's
copies; transcripts per million times copies per TPM.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pathway.declare.parameters import Evidence, Parameter
from pathway.declare.units import to_internal
from pathway.errors import DeclarationError, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ExpressionKind", "GeneScale", "Level", "MoleculeScale", "Scale", "Status"]

AVOGADRO = 6.02214076e23
GRAM_PER_PICOGRAM = 1e-12
COPIES = "molecules/cell"
FLOOR_SLACK = 1.005
"""Published floors carry five digits of a logarithm; what is this close to one is at it."""


class ExpressionKind(StrEnum):
    """What the numbers of an expression table are."""

    TPM = "TPM"
    """Transcripts per million."""
    PROTEIN_RATIO = "protein_ratio"
    """Protein signal over that of the scale's anchor line in the same run."""
    MOLECULES = "molecules"
    """Molecules per cell; taken as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Molecules per cell of one protein, and how they were found."""

    molecule: str
    copies: float
    fold: float
    evidence: Evidence
    sources: tuple[str, ...]
    method: str
    note: str = ""

    def parameter(self, cell_volume: float, where: str) -> Parameter:
        """Return the total as a context holds it, in nM of a cell of so many pL."""
        value, internal = to_internal(self.copies, COPIES, where, cell_volume)
        return Parameter(
            id=f"{self.molecule}.total",
            value=value,
            declared_value=self.copies,
            declared_unit=COPIES,
            internal_unit=internal.text,
            fold=self.fold,
            evidence=self.evidence,
            sources=self.sources,
            method=self.method,
            note=self.note,
            where=where,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneScale:
    """What a gene's product counts: its copies in the anchor line, and its copies per TPM."""

    gene: str
    anchor: Parameter | None = None
    per_tpm: Parameter | None = None

    def factor(self, kind: ExpressionKind) -> Parameter | None:
        """Return what a measured number is multiplied by; None where the scale has none."""
        return self.anchor if kind is ExpressionKind.PROTEIN_RATIO else self.per_tpm


@dataclass(frozen=True, slots=True, kw_only=True)
class MoleculeScale:
    """How one molecule of the model is measured: by mass per cell, or through its genes."""

    molecule: str
    genes: tuple[GeneScale, ...]
    mass: Parameter | None = None
    """g/mol of the unglycosylated protein."""
    floor: Parameter | None = None
    """Copies at the detection floor of the mass measurement."""
    median: Parameter | None = None
    """Copies in the median line of the panel; None: the model's own total stands."""
    where: str = ""

    def from_mass(self, log10_pg_per_cell: float) -> Level:
        """Return the copies of a mass per cell.

        Parameters
        ----------
        log10_pg_per_cell : float
            Decimal logarithm of pg per cell, as ELISA tables give it.

        Raises
        ------
        DeclarationError
            If the scale has no molar mass for this molecule, or the number is not finite.
        """
        if self.mass is None:
            raise DeclarationError(
                self.where, f"no molar mass of {self.molecule}", "add 'mass', or give copies"
            )
        if not math.isfinite(log10_pg_per_cell):
            raise DeclarationError(
                self.where, f"log10 pg/cell is {log10_pg_per_cell}", "leave the molecule out"
            )
        grams = 10.0**log10_pg_per_cell * GRAM_PER_PICOGRAM
        copies = grams / self.mass.declared_value * AVOGADRO
        below = self.floor is not None and copies <= self.floor.declared_value * FLOOR_SLACK
        return Level(
            molecule=self.molecule,
            copies=copies,
            fold=3.0 if below else 2.0,
            evidence=Evidence.MEASURED,
            sources=self.mass.sources[:1],
            method=(
                f"ELISA, log10 pg/cell {log10_pg_per_cell:.3f}, "
                f"/ {self.mass.declared_value / 1000.0:.1f} kDa"
            ),
            note="the detection floor: an upper bound" if below else "",
        )

    def from_genes(
        self, amounts: Mapping[str, float], kind: ExpressionKind, source: str, where: str
    ) -> Level:
        """Return the copies that the amounts of all genes of the molecule add up to.

        Parameters
        ----------
        amounts : mapping of str to float
            By gene; TPM, ratio to the anchor line, or molecules per cell. Other genes are ignored.
        kind : ExpressionKind
            Which of them.
        source : str
            Where the amounts are from, an id of the model's sources.
        where : str
            The sample, for messages.

        Raises
        ------
        DeclarationError
            If a gene of the molecule is missing, or the scale has no factor for one.
        """
        sources = [] if kind is ExpressionKind.MOLECULES else self._factor_sources(kind, where)
        copies, fold, words = 0.0, 1.0, []
        for gene in self.genes:
            if gene.gene not in amounts:
                raise DeclarationError(
                    where,
                    f"{self.molecule} needs {gene.gene} beside what is given of it",
                    f"add {gene.gene}, or leave {self.molecule}'s genes out",
                )
            amount, factor = amounts[gene.gene], gene.factor(kind)
            if kind is ExpressionKind.MOLECULES or factor is None:
                copies, fold = copies + amount, max(fold, 2.0)
                words.append(f"{gene.gene} {amount:.4g}")
                continue
            copies += amount * factor.declared_value
            fold = max(fold, factor.fold)
            words.append(_words(gene.gene, amount, factor, kind))
        return Level(
            molecule=self.molecule,
            copies=copies,
            fold=fold,
            evidence=Evidence.MEASURED if kind is ExpressionKind.MOLECULES else Evidence.DERIVED,
            sources=tuple(dict.fromkeys((source, *sources))),
            method=" + ".join(words),
        )

    def _factor_sources(self, kind: ExpressionKind, where: str) -> list[str]:
        """Return the sources of the factors; raise if one of them is absent."""
        found: list[str] = []
        for gene in self.genes:
            factor = gene.factor(kind)
            if factor is None:
                raise DeclarationError(
                    where,
                    f"the scale has no factor for {gene.gene} from {kind.value}",
                    "give its molecules per cell, or leave it out",
                )
            found.extend(factor.sources)
        return found

    def panel_median(self) -> Level | None:
        """Return the median of the panel, marked as one; None if the scale has none."""
        if self.median is None:
            return None
        return median_level(self.molecule, self.median, "panel median, not measured here")


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What clinical HER2 status says of receptors; every number from ``scale.toml``."""

    ihc: Mapping[str, Parameter]
    """Median HER2 per cell of each class of immunohistochemistry, by flow cytometry."""
    elisa_per_flow: Parameter
    ish: Mapping[str, Parameter]
    """``positive`` and ``typical`` ratio of HER2 to CEP17, ``spread`` of the ratio and its
    ``correlation`` with protein."""
    groups: Mapping[str, Mapping[str, Parameter]]
    """Median partners by group of lines, then molecule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A model's ``scale.toml``, read."""

    label: str
    molecules: Mapping[str, MoleculeScale]
    table_source: str
    """The source id of what a user's table says."""
    cell_volume: float
    """pL."""
    status: Status | None = None

    @property
    def genes(self) -> dict[str, str]:
        """The molecule of every gene of the scale."""
        return {
            gene.gene: name for name, molecule in self.molecules.items() for gene in molecule.genes
        }

    def molecule(self, name: str) -> MoleculeScale:
        """Return the scale of a molecule; raises DeclarationError with the nearest name."""
        if name not in self.molecules:
            raise DeclarationError(
                self.label, f"no scale of molecule {name!r}", nearest(name, self.molecules)
            )
        return self.molecules[name]


def median_level(molecule: str, median: Parameter, method: str) -> Level:
    """Return a median of lines as the level of a molecule."""
    return Level(
        molecule=molecule,
        copies=median.declared_value,
        fold=median.fold,
        evidence=Evidence.DERIVED,
        sources=median.sources,
        method=method,
    )


def _words(gene: str, amount: float, factor: Parameter, kind: ExpressionKind) -> str:
    if kind is ExpressionKind.PROTEIN_RATIO:
        return f"{gene}: anchor line {factor.declared_value:.6g} x {amount:.3g}, protein ratio"
    return f"{gene}: TPM {amount:.3g} x {factor.declared_value:.4g} molecules per TPM"
