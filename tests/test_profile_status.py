"""Contexts from clinical HER2 status: the documented medians with their spread."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pathway as pw
from pathway.declare.load import load_declared
from pathway.errors import DeclarationError
from pathway.model import Model
from pathway.profile.read import SCALE_FILE
from tests.model_folder import number, write
from tests.tiny_model import TINY

if TYPE_CHECKING:
    from pathlib import Path

    from pathway.declare.declared import Context
    from pathway.declare.parameters import Parameter

CLASSES = {"0": (1e4, 3e4), "1+": (3e4, 1e5), "2+": (1e5, 5e5), "3+": (5e5, 3e6)}
"""HER2 per cell of each class; the median is the middle of the logarithms."""


def total(context: Context, molecule: str) -> Parameter:
    return next(number for number in context.totals if number.id == f"{molecule}.total")


@pytest.mark.parametrize("ihc", CLASSES)
def test_a_class_gives_its_median_and_spread(her2: Model, ihc: str) -> None:
    HER2 = total(pw.context_from_status(ihc, model=her2), "HER2")
    low, high = CLASSES[ihc]
    assert HER2.declared_value == pytest.approx(math.sqrt(low * high), rel=0.01)
    assert HER2.fold == 2.0
    assert f"median of IHC {ihc}" in HER2.method
    assert "HER2_IHC_map" in HER2.sources


def test_the_ratio_moves_the_highest_class_and_narrows_it(her2: Model) -> None:
    plain = total(pw.context_from_status("3+", model=her2), "HER2")
    usual = total(pw.context_from_status("3+", fish_ratio=5.5, model=her2), "HER2")
    asked = total(pw.context_from_status(ihc="3+", fish_ratio=5.2, model=her2), "HER2")
    assert usual.declared_value == pytest.approx(plain.declared_value)
    assert asked.declared_value == pytest.approx(1.17e6, rel=0.01)
    # A correlation of 0.5 leaves sqrt(1 - 0.25) of the spread of logarithms.
    assert asked.fold == pytest.approx(2.0 ** math.sqrt(0.75))


@given(low=st.floats(2.0, 20.0), more=st.floats(1.01, 5.0))
def test_more_copies_are_more_protein(her2: Model, low: float, more: float) -> None:
    def copies(ratio: float) -> float:
        made = pw.context_from_status("3+", fish_ratio=ratio, model=her2)
        return total(made, "HER2").declared_value

    slope = math.log(copies(low * more) / copies(low)) / math.log(more)
    assert slope == pytest.approx(0.5 * math.log(2.0) / math.log(1.6), rel=1e-6)


def test_the_ratio_says_whether_the_gene_is_amplified(her2: Model) -> None:
    def genotype(ihc: str, ratio: float | None) -> str:
        return pw.context_from_status(ihc, fish_ratio=ratio, model=her2).genotype

    assert genotype("3+", None) == genotype("2+", 2.0) == "ERBB2 amplified"
    assert genotype("2+", None) == genotype("2+", 1.9) == "ERBB2 not amplified"
    assert genotype("3+", 1.2) == "ERBB2 not amplified"
    flat = pw.context_from_status("3+", fish_ratio=1.2, model=her2)
    assert total(flat, "HER2").fold == 2.0


def test_partners_are_medians_of_like_lines(her2: Model) -> None:
    positive = pw.context_from_status("3+", hr_status="positive", model=her2)
    negative = pw.context_from_status("3+", hr_status="negative", model=her2)
    assert total(positive, "IGF1R").value > total(negative, "IGF1R").value
    assert total(positive, "EGFR").value < total(negative, "EGFR").value
    assert "median of the lines amplified_HR_positive" in total(positive, "IGF1R").method
    assert "panel median" in total(positive, "PTEN").method
    ids = [number.id for number in positive.totals]
    assert len(ids) == len(set(ids)) == 10
    assert positive.description == ("median tumour cell of HER2 IHC 3+; hormone receptors positive")


def test_the_panels_scale_is_higher_and_wider(her2: Model) -> None:
    flow = total(pw.context_from_status("3+", model=her2), "HER2")
    elisa = total(pw.context_from_status("3+", model=her2, panel_scale=True), "HER2")
    assert elisa.declared_value == pytest.approx(4.2 * flow.declared_value)
    assert elisa.fold == pytest.approx(math.exp(math.hypot(math.log(2.0), math.log(2.0))))
    lines = [
        total(her2.declared.contexts[name], "HER2").declared_value
        for name in ("SKBR3", "BT474", "HCC1954", "UACC812", "AU565")
    ]
    assert min(lines) / 2.0 < elisa.declared_value < max(lines)


def test_higher_classes_signal_more(her2: Model) -> None:
    made = [pw.context_from_status(ihc, name=f"IHC{ihc}", model=her2) for ihc in CLASSES]
    model = her2.with_contexts(*made)
    scenarios = [pw.Scenario(context=context.id, duration="1 min") for context in made]
    basal = pw.simulate(model, scenarios, times=["0 min"])["pHER2"].to_numpy()[:, 0]
    assert list(basal) == sorted(basal)
    assert basal[3] > 10 * basal[1]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"ihc": "3"}, "context 'tumour': unknown IHC class '3'; did you mean '3\\+'"),
        ({"ihc": "high"}, "unknown IHC class 'high'; known: '0', '1\\+', '2\\+', '3\\+'"),
        (
            {"ihc": "3+", "hr_status": "positiv"},
            "unknown hr_status 'positiv'; did you mean 'positive'",
        ),
        ({"ihc": "3+", "fish_ratio": -1.0}, "fish_ratio is -1.0; give HER2/CEP17 from 0.1 to 100"),
        ({"ihc": "3+", "fish_ratio": math.nan}, "fish_ratio is nan"),
        ({"ihc": "3+", "fish_ratio": "5.2"}, "fish_ratio is '5.2'; write a number"),
    ],
)
def test_slips_are_said(her2: Model, asked: dict[str, object], message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        pw.context_from_status(**asked, model=her2)  # type: ignore[arg-type]


COPIES = number("10", "molecules/cell")
PLAIN = f"""
table_source = "S"
[molecule.R]
median = {COPIES}
[molecule.R.gene.RG]
"""
ISH = "".join(f"{key} = {number('2', '1')}\n" for key in ("typical", "spread", "correlation"))
STATUS = f"""
[status]
elisa_per_flow = {number("2", "1")}
[status.ihc."3+"]
median = {COPIES}
[status.ish]
positive = {number("2", "1")}
{ISH}
[status.group.amplified]
R = {COPIES}
"""


def tiny(folder: Path, scale: str) -> Model:
    write(folder, {**TINY, SCALE_FILE: scale})
    return Model(declared=load_declared(folder))


@pytest.mark.parametrize(
    ("scale", "message"),
    [
        (PLAIN, "no table 'status'; add it, or use another model"),
        (PLAIN + STATUS, "no lines of group 'amplified_HR_negative'; did you mean 'amplified'"),
        (PLAIN + STATUS.replace("R =", "RR ="), "unknown molecule 'RR'; did you mean 'R'"),
        (
            PLAIN + STATUS.replace(f"median = {COPIES}", ""),
            "missing key 'median'; add HER2 per cell of this class",
        ),
    ],
)
def test_a_scale_that_cannot_answer_says_so(tmp_path: Path, scale: str, message: str) -> None:
    model = tiny(tmp_path / "tiny", scale)
    with pytest.raises(DeclarationError, match=message):
        pw.context_from_status("3+", hr_status="negative", model=model)
