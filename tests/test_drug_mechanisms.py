"""Mechanisms of the later drugs, beside a drug or a cell that lacks them, or taken out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import pathway as pw
from tests.her2_cells import folds, protein

if TYPE_CHECKING:
    from pathway.model import Model

DUAL = {"trastuzumab": "10 ug/mL", "pertuzumab": "10 ug/mL"}
ZANIDATAMAB = {"zanidatamab": "10 ug/mL"}


# ---- antibodies on HER2 --------------------------------------------------------------------------


@pytest.mark.parametrize("drug", ["T_DM1", "T_DXd", "margetuximab"])
@pytest.mark.parametrize("ligands", [{}, {"HRG": "1 nM"}], ids=["bare", "HRG"])
def test_an_antibody_of_the_same_epitope_signals_as_trastuzumab(
    her2: Model, drug: str, ligands: dict[str, str]
) -> None:
    same, trastuzumab = (
        pw.Scenario(context="BT474", drugs={name: "60 nM", "pertuzumab": "60 nM"}, duration="1 h")
        for name in (drug, "trastuzumab")
    )
    cells = [cell.then("23 h", ligands=ligands) for cell in (same, trastuzumab)]
    found, expected = folds(her2, cells, "1 h", "4 h", "24 h")
    for readout, values in expected.items():
        assert found[readout] == pytest.approx(values, rel=1e-4, abs=1e-9), readout


@pytest.mark.parametrize("drug", ["T_DM1", "T_DXd", "margetuximab", "zanidatamab"])
def test_what_shares_an_epitope_competes_for_it(her2: Model, drug: str) -> None:
    alone, crowded = (
        pw.Scenario(context="MCF7", drugs={drug: "1 nM", **other}, duration="24 h")
        for other in ({}, {"trastuzumab": "1 uM"})
    )
    bound, left = (protein(her2, scenario, f"d4~{drug}")[1] for scenario in (alone, crowded))
    assert bound > 10.0
    assert left < 0.1 * bound


@pytest.mark.parametrize("context", ["SKBR3", "BT474", "HCC1954", "UACC812"])
def test_zanidatamab_clears_the_surface_more_than_dual_blockade(her2: Model, context: str) -> None:
    cells = [
        pw.Scenario(context=context, drugs=drugs, duration="48 h") for drugs in (ZANIDATAMAB, DUAL)
    ]
    bridged, dual = folds(her2, cells, "24 h", "48 h")
    assert (bridged["HER2_surface"] < dual["HER2_surface"] - 0.15).all()
    assert (bridged["pAKT_S473"] < dual["pAKT_S473"]).all()
    before, after = protein(her2, cells[0], r"HER2\(")
    assert after < 0.85 * before


def test_zanidatamab_acts_through_the_bridge(her2: Model) -> None:
    bridging = pw.Scenario(context="SKBR3", drugs=ZANIDATAMAB, duration="24 h")
    single = bridging.with_parameters({"zanidatamab_bridging.Kd": "x1e9"})
    held, loose = folds(her2, [bridging, single], "1 h", "24 h")
    assert (held["HER2_surface"] < loose["HER2_surface"] - 0.15).all()
    assert (held["pHER2"] < 0.1).all()
    # By one arm at a time it is trastuzumab and pertuzumab, which leave homodimers alone.
    assert (loose["pHER2"] > 1.0).all()
    assert (loose["HER2_HER3"] < 0.3).all()


def test_too_much_zanidatamab_bridges_less(her2: Model) -> None:
    doses = ("1 nM", "100 nM", "10 uM")
    cells = [
        pw.Scenario(context="SKBR3", drugs={"zanidatamab": dose}, duration="24 h") for dose in doses
    ]
    low, middle, high = (found["HER2_surface"][0] for found in folds(her2, cells, "24 h"))
    assert low == pytest.approx(middle, abs=0.05)
    assert high > middle + 0.15


def test_a_bridge_joins_two_receptors_and_no_more(her2: Model) -> None:
    scenario = pw.Scenario(
        drugs={**DUAL, **ZANIDATAMAB}, ligands={"HRG": "1 nM", "EGF": "1 nM"}, context="BT474"
    )
    network = her2.network(scenario)
    bridged = [text for text in network.species if "zanidatamab_bridge" in text]
    assert bridged
    for text in bridged:
        first, second = text.split(".")
        for part in (first, second):
            assert part.startswith("HER2(")
            assert part.count("zanidatamab_bridge") == 1
            assert re.search(r"\bx!1\b", part)
            assert re.search(r"\bdim[,)]", part), "a bridged receptor pairs with nothing else"
        assert len(set(re.findall(r"loc~\w+", text))) == 1, "both move together"
    report = network.check()
    assert report.cycles.conditions > 200
    assert report.cycles.worst < 1e-9


def test_both_arms_are_lost_with_the_ectodomain(her2: Model) -> None:
    cells = [
        pw.Scenario(context="MCF7_p95HER2", drugs={drug: "in-vitro"}, duration="24 h")
        for drug in ("zanidatamab", "margetuximab", "T_DM1", "T_DXd", "afatinib", "pyrotinib")
    ]
    *antibodies, afatinib, pyrotinib = folds(her2, cells, "24 h")
    for found in antibodies:
        assert found["pHER2"] == pytest.approx(1.0, abs=0.05)
        assert found["pAKT_S473"] == pytest.approx(1.0, abs=0.05)
    for found in (afatinib, pyrotinib):
        assert found["pHER2"][0] < 0.05
        assert found["pAKT_S473"][0] < 0.2


# ---- kinase inhibitors of the family -------------------------------------------------------------


@pytest.mark.parametrize("drug", ["afatinib", "pyrotinib"])
def test_a_covalent_drug_leaves_with_its_receptor(her2: Model, drug: str) -> None:
    treated = pw.Scenario(context="SKBR3", drugs={drug: "in-vitro"}, duration="4 h").wash("48 h")
    closed = treated.with_parameters({"HER2_turnover.k": "x0", "HER2_lysosomal_loss.k": "x0"})
    normal, none = (
        found["pHER2"] for found in folds(her2, [treated, closed], "4 h", "6 h", "52 h")
    )
    assert normal[0] < 0.05
    assert normal[1] < 0.15
    assert normal[2] > 0.5
    assert (none < 0.05).all()


@pytest.mark.parametrize("drug", ["erlotinib", "gefitinib"])
def test_a_quick_drug_is_washed_out_at_once(her2: Model, drug: str) -> None:
    slow, quick = (
        pw.Scenario(
            context="MCF7", drugs={name: "in-vitro"}, ligands={"EGF": "1 nM"}, duration="1 h"
        ).wash("4 h")
        for name in ("lapatinib", drug)
    )
    late, soon = (found["pEGFR"] for found in folds(her2, [slow, quick], "1 h", "2 h"))
    assert max(late[0], soon[0]) < 4.0
    assert soon[1] > 2.0 * late[1]
    assert soon[1] > 5.0 * soon[0]


def test_an_egfr_inhibitor_makes_dead_pairs_with_her2(her2: Model) -> None:
    treated = pw.Scenario(context="UACC812", drugs={"erlotinib": "in-vitro"}, duration="1 h").then(
        "1 h", ligands={"EGF": "10 nM"}
    )
    alive = treated.with_parameters({"erlotinib_makes_dead_EGFR_HER2.factor": "x20"})  # to 1
    cells = [treated, alive, treated.without_drugs()]
    dead, rescued, untreated = (found["pEGFR"][0] for found in folds(her2, cells, "2 h"))
    assert dead < 0.2 * untreated
    assert rescued > 0.5 * untreated


def test_patritumab_shuts_heregulin_out_and_trastuzumab_does_not(her2: Model) -> None:
    cells = [
        pw.Scenario(context="SKBR3", drugs={drug: "10 ug/mL"}, duration="1 h").then(
            "4 h", ligands={"HRG": "1 nM"}
        )
        for drug in ("patritumab", "trastuzumab")
    ]
    shut, open_ = folds(her2, cells, "1 h", "5 h")
    assert shut["pHER3"][1] < 1.0 < 4.0 < open_["pHER3"][1]
    # Without heregulin it is the other way round.
    assert shut["pHER3"][0] > open_["pHER3"][0] + 0.5
    assert shut["HER3_surface"][1] < 0.8
    texts = her2.network(cells[0]).species
    assert not any("ecd~patritumab" in text and "lig~HRG" in text for text in texts)
