"""The scale: three linear laws, floors and medians, and what its file may not say."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.declare.load import load_declared
from pathway.declare.parameters import Evidence, Parameter
from pathway.errors import DeclarationError, UnitError
from pathway.profile.read import parse_scale, read_scale
from pathway.profile.scale import ExpressionKind, MoleculeScale, Scale
from tests.model_folder import number, write
from tests.tiny_model import TINY

if TYPE_CHECKING:
    from pathlib import Path

    from pathway.declare.declared import Declared
    from pathway.model import Model

COPIES = "molecules/cell"
SCALE = f"""
table_source = "S"
[molecule.R]
mass = {number("100000", "g/mol")}
floor = {number("500", COPIES)}
median = {number("7000", COPIES)}
[molecule.R.gene.RG]
anchor = {number("4000", COPIES)}
per_TPM = {number("250", COPIES)}
[molecule.K.gene.K1]
anchor = {number("10", COPIES)}
per_TPM = {number("3", COPIES)}
[molecule.K.gene.K2]
anchor = {number("20", COPIES)}
"""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Declared:
    return load_declared(write(tmp_path_factory.mktemp("models") / "tiny", TINY))


@pytest.fixture(scope="module")
def scale(tiny: Declared) -> Scale:
    return parse_scale(SCALE, "scale.toml", tiny)


@pytest.fixture(scope="module")
def shipped(her2: Model) -> Scale:
    return read_scale(her2.declared)


def receptor(scale: Scale) -> MoleculeScale:
    return scale.molecule("R")


def test_mass_over_molar_mass_is_copies(scale: Scale) -> None:
    level = receptor(scale).from_mass(-2.0)
    assert level.copies == pytest.approx(0.01e-12 / 1e5 * 6.02214076e23)
    assert (level.fold, level.evidence, level.note) == (2.0, Evidence.MEASURED, "")
    assert level.method == "ELISA, log10 pg/cell -2.000, / 100.0 kDa"


@pytest.mark.parametrize(("copies", "below"), [(499.0, True), (501.0, True), (600.0, False)])
def test_what_is_at_the_floor_is_an_upper_bound(scale: Scale, copies: float, below: bool) -> None:  # noqa: FBT001
    grams = copies / 6.02214076e23 * 1e5
    level = receptor(scale).from_mass(math.log10(grams / 1e-12))
    assert (level.fold == 3.0) == below
    assert ("upper bound" in level.note) == below


@given(low=st.floats(-6.0, 1.0), more=st.floats(0.01, 3.0))
def test_more_mass_is_more_copies(low: float, more: float) -> None:
    part = _mass_only()
    assert part.from_mass(low + more).copies == pytest.approx(
        part.from_mass(low).copies * 10.0**more, rel=1e-9
    )


def _mass_only() -> MoleculeScale:
    mass = Parameter(
        id="m",
        value=5e4,
        declared_value=5e4,
        declared_unit="g/mol",
        internal_unit="g/mol",
        fold=1.0,
        evidence=Evidence.DERIVED,
        sources=("S",),
    )
    return MoleculeScale(molecule="R", genes=(), mass=mass)


@given(
    first=st.floats(0.0, 1e4),
    second=st.floats(0.0, 1e4),
    times=st.floats(0.0, 1e3),
    kind=st.sampled_from(ExpressionKind),
)
def test_copies_are_linear_in_what_genes_give(
    shipped: Scale, first: float, second: float, times: float, kind: ExpressionKind
) -> None:
    AKT = shipped.molecule("AKT")

    def copies(one: float, two: float) -> float:
        return AKT.from_genes({"AKT1": one, "AKT2": two}, kind, "S", "here").copies

    scaled = copies(times * first, times * second)
    assert scaled == pytest.approx(times * copies(first, second), rel=1e-9, abs=1e-9)
    assert copies(first, 0.0) + copies(0.0, second) == pytest.approx(copies(first, second))
    assert copies(first + 1.0, second) > copies(first, second)


def test_each_kind_has_its_factor(scale: Scale) -> None:
    def copies(kind: ExpressionKind) -> float:
        return receptor(scale).from_genes({"RG": 2.0}, kind, "S", "here").copies

    assert copies(ExpressionKind.TPM) == 500.0
    assert copies(ExpressionKind.PROTEIN_RATIO) == 8000.0
    assert copies(ExpressionKind.MOLECULES) == 2.0


def test_a_level_is_a_total_in_nM(scale: Scale, tiny: Declared) -> None:
    level = receptor(scale).panel_median()
    assert level is not None
    total = level.parameter(tiny.cell_volume.value, "here")
    assert (total.id, total.declared_value, total.method) == (
        "R.total",
        7000.0,
        "panel median, not measured here",
    )
    assert total.value == pytest.approx(7000.0 / 6.02214076e23 / 2e-12 * 1e9)
    assert scale.molecule("K").panel_median() is None


def test_the_shipped_scale_knows_the_molecules_contexts_set(her2: Model, shipped: Scale) -> None:
    for context in her2.declared.contexts.values():
        for total in context.totals:
            assert shipped.molecule(total.id.removesuffix(".total")).median is not None
    anchored = {"RAS", "RAF", "MEK", "ERK", "NF1", "SOS", "IRS1", "S6K", "FOXO"}
    totals = {m.id: m.total for m in her2.declared.base.molecules}
    for name in anchored:
        anchors = [gene.anchor.value for gene in shipped.molecule(name).genes if gene.anchor]
        default = totals[name]
        assert default is not None
        assert sum(anchors) == pytest.approx(default.value), name


def test_a_missing_gene_or_factor_is_said(scale: Scale) -> None:
    K = scale.molecule("K")
    with pytest.raises(
        DeclarationError, match="here: K needs K2 beside what is given of it; add K2"
    ):
        K.from_genes({"K1": 1.0}, ExpressionKind.PROTEIN_RATIO, "S", "here")
    with pytest.raises(DeclarationError, match="no factor for K2 from TPM; give its molecules"):
        K.from_genes({"K1": 1.0, "K2": 1.0}, ExpressionKind.TPM, "S", "here")
    with pytest.raises(DeclarationError, match="no molar mass of K; add 'mass'"):
        K.from_mass(-2.0)
    with pytest.raises(DeclarationError, match="log10 pg/cell is nan; leave the molecule out"):
        receptor(scale).from_mass(math.nan)
    with pytest.raises(DeclarationError, match="no scale of molecule 'KK'; did you mean 'K'"):
        scale.molecule("KK")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[molecule.R]", "[molecule.RR]", r"\[molecule.RR\]: unknown molecule 'RR'"),
        ("K1]", "RG]", "gene 'RG' also counts for R; a gene's product is one molecule"),
        ('"S"\n[molecule.R]', '"T"\n[molecule.R]', "unknown source 'T'; known: 'S'"),
        (number("250", COPIES), number("250", "nM"), "unit 'nM'; write 'molecules/cell'"),
        ("per_TPM", "per_TMP", "unknown key 'per_TMP'; did you mean 'per_TPM'"),
    ],
)
def test_a_scale_file_is_read_strictly(tiny: Declared, old: str, new: str, message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        parse_scale(SCALE.replace(old, new, 1), "scale.toml", tiny)


def test_a_molecule_of_a_scale_has_a_gene(tiny: Declared) -> None:
    text = f'table_source = "S"\n[molecule.R]\nmedian = {number("1", COPIES)}\n'
    with pytest.raises(DeclarationError, match=r"\[molecule.R\]: no gene; add \[molecule.NAME"):
        parse_scale(text, "scale.toml", tiny)
    with pytest.raises(UnitError, match="wrong dimension: it reads as min"):
        parse_scale(text.replace(COPIES, "min"), "scale.toml", tiny)


def test_a_model_without_a_scale_says_so(tiny: Declared) -> None:
    with pytest.raises(DeclarationError, match=r"tiny/scale.toml: this model has no scale; add"):
        read_scale(tiny)


def test_a_scale_lies_beside_the_model(tmp_path: Path) -> None:
    folder = write(tmp_path / "tiny", TINY)
    (folder / "scale.toml").write_text(SCALE)
    read = read_scale(load_declared(folder))
    assert list(read.molecules) == ["R", "K"]
    assert read.genes == {"RG": "R", "K1": "K", "K2": "K"}
    assert read.status is None
