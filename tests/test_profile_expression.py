"""Contexts from expression tables: the lines' own numbers come back, and slips are said."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import pathway as pw
from pathway.declare.parameters import Evidence
from pathway.errors import DeclarationError

if TYPE_CHECKING:
    from pathway.declare.declared import Context
    from pathway.declare.parameters import Parameter
    from pathway.model import Model

WHERE = "expression table, sample 'a': "


def totals(context: Context) -> dict[str, Parameter]:
    return {total.id.removesuffix(".total"): total for total in context.totals}


def test_a_TPM_table_gives_the_numbers_of_a_line_scaled_by_TPM(her2: Model) -> None:
    table = pd.DataFrame(
        {"gene": ["PTEN", "PIK3CA", "PIK3CB"], "HCC1954_again": [6.77, 5.15, 3.25]}
    )
    (made,) = pw.context_from_expression(table, her2)
    line = totals(her2.declared.contexts["HCC1954"])
    for molecule in ("PTEN", "PIK3CA", "PIK3CB"):
        assert totals(made)[molecule].value == pytest.approx(line[molecule].value, rel=0.01)
        assert totals(made)[molecule].evidence is Evidence.DERIVED
        assert totals(made)[molecule].sources[0] == "user_table"


def test_a_ratio_table_gives_the_numbers_of_a_line_scaled_by_mass_spectrometry(her2: Model) -> None:
    ratios = {"PTEN": 1.49, "PIK3CA": 1.20, "PIK3CB": 1.39}
    (made,) = pw.context_from_expression(ratios, her2, kind="protein_ratio", name="again")
    line = totals(her2.declared.contexts["SKBR3"])
    for molecule in ratios:
        assert totals(made)[molecule].value == pytest.approx(line[molecule].value, rel=0.01)
    assert "7333 x 1.49" in totals(made)["PTEN"].method


def test_molecules_pass_as_they_are(her2: Model) -> None:
    line = totals(her2.declared.contexts["BT474"])
    amounts: dict[str, Any] = {
        "ERBB2": line["HER2"].declared_value,
        "ERBB3": line["HER3"].declared_value,
        "EGFR": np.float32(30500),
    }
    (made,) = pw.context_from_expression(
        amounts, her2, kind=pw.ExpressionKind.MOLECULES, name="again"
    )
    for molecule in ("HER2", "HER3", "EGFR"):
        assert totals(made)[molecule].value == pytest.approx(line[molecule].value)
        assert totals(made)[molecule].evidence is Evidence.MEASURED


def test_what_is_not_given_is_the_panels_median_and_marked(her2: Model) -> None:
    (made,) = pw.context_from_expression({"ERBB2": 584}, her2, name="a")
    found = totals(made)
    assert "median" not in found["HER2"].method
    others = [total for name, total in found.items() if name != "HER2"]
    assert len(others) == 9
    assert all("panel median, not measured" in total.method for total in others)
    assert all(total.fold >= 2.0 for total in others)
    assert "1 proteins given, 9 at the panel's median" in made.description
    # No median, no total: the model's own stands.
    assert "ERK" not in found


def test_every_column_is_a_context_and_more_transcript_is_more_signal(her2: Model) -> None:
    table = pd.DataFrame(
        {"gene": ["ERBB2", "ERBB3"], "few": [20, 100], "many": [800, 100]},
    )
    cells = pw.context_from_expression(table, her2)
    assert [cell.id for cell in cells] == ["few", "many"]
    model = her2.with_contexts(*cells)
    assert her2.declared.contexts.keys() < model.declared.contexts.keys()
    assert "few" not in her2.declared.contexts
    scenarios = [pw.Scenario(context=cell.id, duration="1 min") for cell in cells]
    basal = pw.simulate(model, scenarios, times=["0 min"])["pHER2"].to_numpy()[:, 0]
    assert basal[1] > 10 * basal[0] > 0


def test_without_a_model_the_shipped_one_is_used(her2: Model) -> None:
    given = pw.context_from_expression({"ERBB2": 3}, her2, name="a")
    assert given == pw.context_from_expression({"ERBB2": 3}, name="a")


def test_a_name_given_names_the_one_sample() -> None:
    table = pd.DataFrame({"gene": ["ERBB2"], "TPM": [3.0]})
    assert pw.context_from_expression(table, name="mine")[0].id == "mine"


@pytest.mark.parametrize(
    ("genes", "message"),
    [
        ({"IGF1RB": 1.0}, WHERE + "unknown gene 'IGF1RB'; did you mean 'IGF1R'"),
        ({"PTEN": -1.0}, WHERE + "PTEN is -1, negative; give amounts, not logarithms"),
        ({"PTEN": math.nan}, WHERE + "PTEN is nan; leave the gene out"),
        ({"PTEN": math.inf}, WHERE + "PTEN is inf; leave the gene out"),
        ({"PTEN": "3"}, WHERE + "PTEN is '3'; write a number"),
        ({"PTEN": True}, WHERE + "PTEN is True; write a number"),
        ({"AKT1": 3.0}, WHERE + "AKT needs AKT2 beside what is given of it"),
        ({"NF1": 3.0}, WHERE + "the scale has no factor for NF1 from TPM"),
        ({}, WHERE + "no gene is given; add at least one"),
    ],
)
def test_slips_in_a_sample_are_said(her2: Model, genes: dict[str, float], message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        pw.context_from_expression(genes, her2, name="a")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.DataFrame({"Gene": ["PTEN"], "a": [1]}), "no column 'gene'; did you mean 'Gene'"),
        (pd.DataFrame({"gene": ["PTEN"]}), "no column of numbers; add one per sample"),
        (
            pd.DataFrame([["PTEN", 1, 2]], columns=["gene", "a", "a"]),
            "two columns have one name; name samples apart",
        ),
        (
            pd.DataFrame({"gene": ["PTEN", "PTEN"], "a": [1, 2]}),
            "PTEN is given twice; keep one row per gene",
        ),
        (pd.Series({"PTEN": 1.0}), "it is a Series; give a DataFrame, or gene to number"),
    ],
)
def test_slips_in_a_table_are_said(her2: Model, table: pd.DataFrame, message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        pw.context_from_expression(table, her2)


def test_slips_in_the_question_are_said(her2: Model) -> None:
    with pytest.raises(DeclarationError, match="one sample without a name; give name="):
        pw.context_from_expression({"PTEN": 1.0}, her2)
    two = pd.DataFrame({"gene": ["PTEN"], "a": [1], "b": [2]})
    with pytest.raises(DeclarationError, match="one name for 2 samples; leave name= out"):
        pw.context_from_expression(two, her2, name="a")
    with pytest.raises(DeclarationError, match="unknown kind 'tpm'; did you mean 'TPM'"):
        pw.context_from_expression({"PTEN": 1.0}, her2, kind="tpm", name="a")


def test_joining_contexts_changes_the_record_and_refuses_what_does_not_fit(her2: Model) -> None:
    from dataclasses import replace

    (cell,) = pw.context_from_expression({"ERBB2": 3.0}, her2, name="cell")
    (other,) = pw.context_from_expression({"ERBB2": 4.0}, her2, name="cell")
    hashes = {
        her2.declared.text_hash,
        her2.with_contexts(cell).declared.text_hash,
        her2.with_contexts(other).declared.text_hash,
    }
    assert len(hashes) == 3
    assert her2.with_contexts(cell).declared == her2.with_contexts(cell).declared
    with pytest.raises(DeclarationError, match="context 'cell': the model has a context of that"):
        her2.with_contexts(cell, cell)
    with pytest.raises(DeclarationError, match="context ' ': it has no name; give it one"):
        her2.with_contexts(replace(cell, id=" "))
    lesion = her2.declared.contexts["BT474"].lesions[0][1]
    with pytest.raises(DeclarationError, match="unknown lesion 'PIK3CA_X'; did you mean 'PIK3CA_"):
        her2.with_contexts(replace(cell, lesions=(("PIK3CA_X", lesion),)))
    stray = replace(cell.totals[0], id="HER9.total")
    with pytest.raises(DeclarationError, match=r"unknown total 'HER9.total'; did you mean 'HER"):
        her2.with_contexts(replace(cell, totals=(stray,)))
    hearsay = replace(cell.totals[0], sources=("Nobody",))
    with pytest.raises(DeclarationError, match="unknown source 'Nobody'"):
        her2.with_contexts(replace(cell, totals=(hearsay,)))
