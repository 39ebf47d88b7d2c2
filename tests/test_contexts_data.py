"""Every total of the shipped lines, and every number of the scale, derived again from the tables."""

from __future__ import annotations

import math
from statistics import geometric_mean, median
from typing import TYPE_CHECKING

import pytest

from pathway.profile.read import read_scale
from pathway.profile.scale import ExpressionKind
from tests.published_tables import ELISA, Tables, line, read_tables

if TYPE_CHECKING:
    from pathlib import Path

    from pathway.declare.declared import Context
    from pathway.declare.parameters import Parameter
    from pathway.model import Model
    from pathway.profile.scale import Level, Scale

PI3K = ("PTEN", "PIK3CA", "PIK3CB")
ANCHORED = ("SKBR3", "MCF7", "BT474")
"""The lines whose protein and transcript gave the copies per TPM of PTEN and p110."""

NORMAL = ("184B5", "MCF10A", "MCF10F", "MCF12A")
NOT_ELISA = ("MCF7_p95HER2", "JIMT1")
JIMT1_GENES = ("EGFR", "ERBB2", "ERBB3", "AKT1", "AKT2", *PI3K)


@pytest.fixture(scope="module")
def tables(shared: Path) -> Tables:
    return read_tables(shared)


@pytest.fixture(scope="module")
def scale(her2: Model) -> Scale:
    return read_scale(her2.declared)


@pytest.fixture(scope="module")
def lines(her2: Model) -> dict[str, Context]:
    return {line(name): c for name, c in her2.declared.contexts.items() if name not in NOT_ELISA}


def totals(context: Context) -> dict[str, Parameter]:
    return {total.id.removesuffix(".total"): total for total in context.totals}


def lost_PTEN(tables: Tables, name: str) -> bool:
    """Return whether PTEN is gone: protein near background, or mutated with little of either."""
    protein = tables.pooled(name, "PTEN")
    mutated = tables.genotype.get(name, {}).get("PTEN", "").startswith("MUT")
    if protein is not None and protein < 0.25:
        return True
    low = protein is not None and protein < 0.3
    return mutated and (low or tables.tpm.get(name, {}).get("PTEN", math.inf) < 1.0)


def pi3k_level(tables: Tables, scale: Scale, name: str, molecule: str) -> Level | None:
    """Return what was measured of PTEN or p110: the protein if it can be compared, else TPM."""
    part = scale.molecule(molecule)
    ratio = tables.ratio(name, molecule)
    if ratio is not None:
        return part.from_genes({molecule: ratio}, ExpressionKind.PROTEIN_RATIO, "x", name)
    if name in tables.tpm:
        return part.from_genes(tables.tpm[name], ExpressionKind.TPM, "x", name)
    return None


def test_every_line_of_the_panel_is_there(tables: Tables, lines: dict[str, Context]) -> None:
    assert set(lines) == set(tables.elisa)
    assert len(lines) == 39


def test_receptors_and_AKT_are_the_ELISA(
    tables: Tables, lines: dict[str, Context], scale: Scale
) -> None:
    for name, context in lines.items():
        for molecule, measured in tables.elisa[name].items():
            total = totals(context)[molecule]
            level = scale.molecule(molecule).from_mass(measured)
            assert total.declared_value == pytest.approx(level.copies, rel=0.01), (name, molecule)
            assert (total.fold, total.evidence) == (level.fold, level.evidence), (name, molecule)
            at_floor = measured <= tables.thresholds[molecule] + 1e-9
            assert ("upper bound" in total.note) == at_floor, (name, molecule)


def test_PTEN_and_p110_are_protein_or_transcript(
    tables: Tables, lines: dict[str, Context], scale: Scale
) -> None:
    medians: list[tuple[str, str]] = []
    for name, context in lines.items():
        for molecule in PI3K:
            level = pi3k_level(tables, scale, name, molecule)
            if level is None or (molecule == "PTEN" and lost_PTEN(tables, name)):
                level = scale.molecule(molecule).panel_median()
                medians.append((name, molecule))
            assert level is not None
            total = totals(context)[molecule]
            assert total.declared_value == pytest.approx(level.copies, rel=0.01), (name, molecule)
            marked = "panel median" in total.method
            assert marked == ((name, molecule) in medians), (name, molecule)
    assert len(medians) == 9 + 3


def test_JIMT1_is_transcripts_and_medians(tables: Tables, her2: Model, scale: Scale) -> None:
    amounts = {gene: tables.tpm["JIMT1"][gene] for gene in JIMT1_GENES}
    found = totals(her2.declared.contexts["JIMT1"])
    for molecule, total in found.items():
        part = scale.molecule(molecule)
        given = all(gene.gene in amounts for gene in part.genes)
        level = (
            part.from_genes(amounts, ExpressionKind.TPM, "x", "JIMT1")
            if given
            else part.panel_median()
        )
        assert level is not None
        assert total.declared_value == pytest.approx(level.copies, rel=0.01), molecule
        assert ("panel median" in total.method) != given
    assert set(found) == {*ELISA, *PI3K}


def test_lesions_are_what_the_files_say(tables: Tables, lines: dict[str, Context]) -> None:
    for name, context in lines.items():
        carried = [lesion for lesion, _ in context.lesions]
        assert ("PTEN_loss" in carried) == lost_PTEN(tables, name), name
        NF1 = tables.pooled(name, "NF1")
        assert ("NF1_loss" in carried) == (NF1 is not None and NF1 < 0.4), name
        mutated = tables.genotype.get(name, {}).get("PIK3CA", "") == "MUT"
        assert ("PIK3CA mutated" in context.genotype) == mutated, name
        if any(lesion.startswith("PIK3CA_") for lesion in carried):
            assert mutated, name
        elif mutated:
            assert "allele not given in the files" in context.genotype, name
        assert context.genotype.startswith("ERBB2 amplified") == tables.amplified(name), name


@pytest.mark.parametrize("molecule", ELISA)
def test_medians_floors_and_anchors_of_the_scale(
    tables: Tables, scale: Scale, molecule: str
) -> None:
    part = scale.molecule(molecule)
    copies = {name: part.from_mass(row[molecule]).copies for name, row in tables.elisa.items()}
    assert part.median is not None
    assert part.median.declared_value == pytest.approx(median(copies.values()), rel=0.01)
    threshold = part.from_mass(tables.thresholds[molecule]).copies
    if part.floor is not None:
        assert part.floor.declared_value == pytest.approx(threshold, rel=0.01)
    else:
        assert min(copies.values()) > threshold
    anchors = [gene.anchor.declared_value for gene in part.genes if gene.anchor]
    if molecule != "INSR":  # the anchor line's is at the floor
        assert sum(anchors) == pytest.approx(copies["MCF10A"], rel=0.01)


@pytest.mark.parametrize("molecule", ["EGFR", "HER2", "HER3", "AKT"])
def test_copies_per_TPM_of_what_ELISA_measured(tables: Tables, scale: Scale, molecule: str) -> None:
    part = scale.molecule(molecule)
    factors = [
        part.from_mass(row[molecule]).copies
        / sum(tables.tpm[name][gene.gene] for gene in part.genes)
        for name, row in tables.elisa.items()
        if name in tables.tpm and row[molecule] > tables.thresholds[molecule] + 1e-9
    ]
    for gene in part.genes:
        assert gene.per_tpm is not None
        assert gene.per_tpm.declared_value == pytest.approx(geometric_mean(factors), rel=0.01)
        assert f"{len(factors)} lines" in gene.per_tpm.method


def test_copies_per_TPM_of_what_mass_spectrometry_measured(tables: Tables, scale: Scale) -> None:
    checked = 0
    for name, part in scale.molecules.items():
        for gene in part.genes:
            if name in ELISA or gene.per_tpm is None or gene.anchor is None:
                continue
            ratios = [tables.ratio(cell, gene.gene) for cell in ANCHORED]
            per_tpm = geometric_mean(
                [
                    (ratio or math.nan) / tables.tpm[cell][gene.gene]
                    for cell, ratio in zip(ANCHORED, ratios, strict=True)
                ]
            )
            expected = gene.anchor.declared_value * per_tpm
            assert gene.per_tpm.declared_value == pytest.approx(expected, rel=0.01), gene.gene
            checked += 1
    assert checked == 14


@pytest.mark.parametrize("molecule", PI3K)
def test_medians_of_PTEN_and_p110(tables: Tables, scale: Scale, molecule: str) -> None:
    levels = [
        pi3k_level(tables, scale, name, molecule)
        for name in tables.elisa
        if molecule != "PTEN" or not lost_PTEN(tables, name)
    ]
    part = scale.molecule(molecule)
    assert part.median is not None
    expected = median(level.copies for level in levels if level is not None)
    assert part.median.declared_value == pytest.approx(expected, rel=0.01)


def test_medians_of_the_groups_of_status(tables: Tables, scale: Scale) -> None:
    assert scale.status is not None
    checked = 0
    for group, medians in scale.status.groups.items():
        chosen = [name for name in tables.elisa if _in_group(tables, name, group)]
        for molecule, number in medians.items():
            part = scale.molecule(molecule)
            copies = [part.from_mass(tables.elisa[name][molecule]).copies for name in chosen]
            assert number.declared_value == pytest.approx(median(copies), rel=0.01), group
            assert f"of {len(chosen)} lines" in number.method
            checked += 1
    assert checked == 30


def _in_group(tables: Tables, name: str, group: str) -> bool:
    if name in NORMAL or tables.amplified(name) == group.startswith("not_amplified"):
        return False
    receptors = tables.subtype[name]["receptor_status"]
    positive = "ER+" in receptors or "PR+" in receptors
    if group.endswith("HR_positive"):
        return positive
    return not (group.endswith("HR_negative") and positive)
