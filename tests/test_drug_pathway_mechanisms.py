"""Mechanisms of the later drugs below the receptors, beside a drug or a cell that lacks them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import pathway as pw
from tests.her2_cells import folds, protein

if TYPE_CHECKING:
    from pathway.model import Model

ALLELES = {"HCC1954": "H1047R", "MCF7": "E545K", "BT474": "K111N"}


@pytest.mark.parametrize("context", ALLELES)
def test_inavolisib_degrades_the_mutant_only(her2: Model, context: str) -> None:
    allele = ALLELES[context]
    treated, alpelisib = (
        pw.Scenario(context=context, drugs={drug: "in-vitro"}, duration="48 h")
        for drug in ("inavolisib", "alpelisib")
    )
    before, after = protein(her2, treated, f"allele~{allele}")
    assert after < 0.85 * before
    for scenario, mark in ((treated, r"PIK3CA\(allele~WT"), (alpelisib, f"allele~{allele}")):
        before, after = protein(her2, scenario, mark)
        assert after == pytest.approx(before, rel=1e-3)


def test_inavolisib_degrades_what_receptors_bring_to_the_membrane(her2: Model) -> None:
    alone = pw.Scenario(context="BT474", drugs={"inavolisib": "in-vitro"}, duration="12 h")
    blocked = pw.Scenario(
        context="BT474", drugs={"inavolisib": "in-vitro", "lapatinib": "1 uM"}, duration="12 h"
    )
    lost = []
    for scenario in (alone, blocked):
        before, after = protein(her2, scenario, "allele~K111N")
        lost.append(1.0 - after / before)
    assert lost[0] > 1.3 * lost[1] > 0.0


def test_pictilisib_reaches_the_pten_null_cell_and_alpha_selective_drugs_do_not(
    her2: Model,
) -> None:
    cells = [
        pw.Scenario(context="SKBR3", lesions={"PTEN_loss": True}, drugs={drug: "in-vitro"})
        for drug in ("pictilisib", "alpelisib", "inavolisib")
    ]
    both, *selective = pw.suppression(her2, cells, readouts=("pAKT_S473",))["pAKT_S473"]
    assert both > max(selective) + 0.3


def test_akt_falls_or_rises_with_the_way_its_inhibitor_binds(her2: Model) -> None:
    cells = [
        pw.Scenario(context="BT474", drugs={drug: "in-vitro"}, duration="4 h")
        for drug in ("MK2206", "ipatasertib", "capivasertib")
    ]
    allosteric, *competitive = folds(her2, cells, "1 h", "4 h")
    for site in ("pAKT_T308", "pAKT_S473"):
        assert (allosteric[site] < 0.3).all()
        assert all((found[site] > 1.15).all() for found in competitive)
    # The output falls under each.
    for found in (allosteric, *competitive):
        for output in ("pPRAS40", "pS6K"):
            assert (found[output] < 0.85).all()


def test_mk2206_acts_by_keeping_akt_unphosphorylated(her2: Model) -> None:
    closed = pw.Scenario(context="BT474", drugs={"MK2206": "in-vitro"}, duration="1 h")
    open_ = closed.with_parameters({"MK2206_keeps_AKT_closed.factor": "x50"})  # to 1
    falls, stays = (found["pAKT_S473"][0] for found in folds(her2, [closed, open_], "1 h"))
    assert falls < 0.3
    assert stays > 0.9


def test_everolimus_spares_more_4ebp1_than_s6k_and_sapanisertib_neither(her2: Model) -> None:
    cells = [
        pw.Scenario(context="SKBR3", drugs={drug: "in-vitro"}, duration="24 h")
        for drug in ("everolimus", "sapanisertib")
    ]
    rapalog, kinase = folds(her2, cells, "1 h", "24 h")
    assert (rapalog["pS6K"] < 0.2).all()
    assert (rapalog["p4EBP1"] > 0.5).all()
    assert (rapalog["pAKT_S473"] > 0.95).all()
    for readout in ("pS6K", "p4EBP1", "pAKT_S473"):
        assert (kinase[readout] < 0.15).all()
    assert kinase["proliferation"][1] < rapalog["proliferation"][1] - 0.3


def test_everolimus_raises_akt_by_sparing_irs1(her2: Model) -> None:
    treated = pw.Scenario(context="MCF7", drugs={"everolimus": "in-vitro"}, duration="1 h").then(
        "8 h", ligands={"IGF1": "10 nM"}
    )
    bare = treated.without_drugs()
    blind = {"IRS1_serine_phosphorylation.k": "x0"}
    cells = [treated, bare, treated.with_parameters(blind), bare.with_parameters(blind)]
    data = pw.simulate(her2, cells, ["9 h"])["pAKT_S473"].to_numpy()[:, 0]
    assert data[0] > 1.3 * data[1]
    assert data[2] == pytest.approx(data[3], rel=0.05)


def test_linsitinib_takes_away_what_everolimus_gives(her2: Model) -> None:
    cells = [
        pw.Scenario(context="MCF7", drugs=dict.fromkeys(drugs, "in-vitro"), duration="8 h")
        for drugs in (("everolimus",), ("everolimus", "linsitinib"))
    ]
    risen, closed = (found["pAKT_S473"][0] for found in folds(her2, cells, "8 h"))
    assert risen > 1.1
    assert closed < 1.0


def test_selumetinib_leaves_raf_its_way_to_mek(her2: Model) -> None:
    cells = [
        pw.Scenario(context="SKBR3", drugs={drug: "in-vitro"}, duration="4 h")
        for drug in ("selumetinib", "trametinib")
    ]
    selumetinib, trametinib = folds(her2, cells, "1 h", "4 h")
    for found in (selumetinib, trametinib):
        assert (found["pERK"] < 0.1).all()
    assert (selumetinib["pMEK"] > 1.15).all()
    assert (trametinib["pMEK"] < 0.85).all()


def test_palbociclib_stops_the_cell_cycle_and_nothing_above_it(her2: Model) -> None:
    doses = ("0 nM", "13.3 nM", "500 nM")
    cells = [
        pw.Scenario(context="BT474", drugs={"palbociclib": dose}, duration="96 h") for dose in doses
    ]
    none, half, full = folds(her2, cells, "24 h", "96 h")
    assert none["proliferation"] == pytest.approx(1.0)
    assert half["proliferation"][1] == pytest.approx(0.5, abs=0.02)
    assert full["proliferation"][1] < 0.1
    for readout in set(full) - {"proliferation"}:
        assert full[readout] == pytest.approx(1.0, abs=1e-6), readout


def test_palbociclib_is_not_used_up_by_a_relative_level(her2: Model) -> None:
    scenario = pw.Scenario(
        context="BT474",
        drugs={"palbociclib": "50 nM"},
        medium_volume_per_cell="1 nL",
        duration="24 h",
    )
    _, after = protein(her2, scenario, "^palbociclib")
    assert after == pytest.approx(50.0)


def test_capmatinib_closes_the_way_round_lapatinib(her2: Model) -> None:
    cells = [
        pw.Scenario(context="HCC1954", drugs=dict.fromkeys(drugs, "in-vitro"), duration="1 h").then(
            "4 h", ligands={"HGF": "2 nM"}
        )
        for drugs in (("lapatinib",), ("lapatinib", "capmatinib"))
    ]
    rescued, closed = folds(her2, cells, "1 h", "5 h")
    assert rescued["pHER3"][0] < 0.5
    assert rescued["pHER3"][1] > 3.0
    assert closed["pHER3"][1] < 1.0
    assert closed["pERK"][1] < 0.85 * rescued["pERK"][1]
