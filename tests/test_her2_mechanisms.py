"""Mechanisms of the HER2 model: taken out one at a time, each takes its finding with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import pathway as pw

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from pathway.model import Model

    Folds = dict[str, NDArray[np.float64]]

ANTIBODY = "10 ug/mL"
TKI = {"lapatinib": "1 uM", "tucatinib": "1 uM", "neratinib": "100 nM"}
FELL, ROSE = 0.85, 1.15
"""A direction is a change of 15 %."""


def simulated(model: Model, scenarios: Sequence[pw.Scenario], *times: str) -> list[Folds]:
    """Return for each scenario the fold of every readout over untreated, at each time."""
    data = pw.simulate(model, scenarios, times)
    assert (data["status"] == "ok").all()
    readouts = [str(name) for name in data.data_vars if str(name).endswith("_fold")]
    return [
        {name.removesuffix("_fold"): data[name].to_numpy()[place] for name in readouts}
        for place in range(len(scenarios))
    ]


def without(scenario: pw.Scenario, *parameters: str) -> pw.Scenario:
    return scenario.with_parameters(dict.fromkeys(parameters, "x0"))


def test_heregulin_lowers_phospho_her2_through_t677(her2: Model) -> None:
    heregulin = pw.Scenario(context="UACC812", ligands={"HRG": "10 nM"}, duration="4 h")
    alanine = without(heregulin, "T677_phosphorylation.k")
    intact, mutant = simulated(her2, [heregulin, alanine], "15 min", "60 min", "240 min")
    for receptor in ("pHER2", "pEGFR"):  # C06
        assert (intact[receptor] < FELL).all()
        assert (mutant[receptor] > 0.95).all()
    for output in ("pAKT_S473", "pERK"):
        assert (intact[output] > ROSE).all()
        assert (mutant[output] > ROSE).all()


def test_egf_lowers_phospho_her2_through_t677(her2: Model) -> None:
    stimulated = pw.Scenario(context="BT474", ligands={"EGF": "10 nM"}, duration="2 h")
    alanine = without(stimulated, "T677_phosphorylation.k")
    intact, mutant = simulated(her2, [stimulated, alanine], "30 min", "2 h")
    assert (intact["pHER2"] < FELL).all()  # C07
    assert mutant["pHER2"] == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("context", ["SKBR3", "BT474"])
def test_mek_inhibition_raises_her3_and_akt_through_t677(her2: Model, context: str) -> None:
    blocked = pw.Scenario(context=context, drugs={"trametinib": "100 nM"}, duration="4 h")
    alanine = without(blocked, "T677_phosphorylation.k")
    intact, mutant = simulated(her2, [blocked, alanine], "1 h", "4 h")
    for output in ("pHER3", "pAKT_S473"):  # C36
        assert (intact[output] > ROSE).all()
        assert mutant[output] == pytest.approx(1.0, abs=0.05)
    assert (mutant["pERK"] < 0.1).all()


@pytest.mark.parametrize("context", ["SKBR3", "BT474"])
def test_her3_returns_under_lapatinib_through_foxo(her2: Model, context: str) -> None:
    treated = pw.Scenario(context=context, drugs={"lapatinib": "100 nM"}, duration="48 h")
    silenced = without(treated, "HER3_transcription_by_FOXO.k")
    times = ("1 h", "2 h", "3 h", "4 h", "24 h", "48 h")
    intact, silent = simulated(her2, [treated, silenced], *times)
    for output in ("pHER3", "pAKT_S473"):  # C21
        assert intact[output][-1] > 1.5 * intact[output][:4].min()
        # What is left is the drug's own: HER2 that carries it accumulates at the surface.
        assert silent[output][-1] < silent[output][:4].min() + 0.05
    assert (intact["HER3_surface"][4:] > ROSE).all()
    assert silent["HER3_surface"] == pytest.approx(1.0, abs=0.05)
    for found in (intact, silent):
        assert (found["pHER2"][3:] < 0.25).all()


def recovery(model: Model, drug: str, *changes: dict[str, str]) -> list[NDArray[np.float64]]:
    """Return phospho-HER2 at wash-out, 24 h and 48 h later, for each set of changes."""
    treated = pw.Scenario(context="SKBR3", drugs={drug: TKI[drug]}, duration="4 h").wash("48 h")
    cells = [treated.with_parameters(change) for change in changes]
    return [found["pHER2"] for found in simulated(model, cells, "4 h", "28 h", "52 h")]


def test_neratinib_is_washed_out_only_with_its_receptor(her2: Model) -> None:
    closed = {"HER2_turnover.k": "x0", "HER2_lysosomal_loss.k": "x0"}
    quarter, fourfold = ({"HER2_turnover.k": pace} for pace in ("x0.25", "x4"))
    normal, slow, fast, none = recovery(her2, "neratinib", {}, quarter, fourfold, closed)
    assert normal[0] < 0.02
    assert 0.3 < normal[1] < normal[2]
    assert slow[1] < 0.5 * normal[1]
    assert fast[1] > 1.5 * normal[1]
    assert (none < 0.02).all()
    # A drug that leaves needs no new receptor.
    for drug in ("lapatinib", "tucatinib"):
        assert recovery(her2, drug, closed)[0][1] > 0.8


@pytest.mark.parametrize("context", ["SKBR3", "BT474", "UACC812"])
def test_capivasertib_raises_phospho_akt_by_protecting_it(her2: Model, context: str) -> None:
    treated = pw.Scenario(context=context, drugs={"capivasertib": "1 uM"})
    bare = treated.with_parameters({"capivasertib_protects_AKT.factor": "x5"})  # to 1
    closed = without(bare, "HER3_transcription_by_FOXO.k", "HER3_dephosphorylation_by_AKT.k")
    found = simulated(her2, [treated, bare, closed], "1 h", "4 h", "24 h")
    protected, unprotected, no_feedback = found
    for site in ("pAKT_S473", "pAKT_T308"):
        assert (protected[site] > 2.0).all()
        assert unprotected[site][0] < 1.25
        assert (unprotected[site] - 1.0 < 0.7 * (protected[site] - 1.0)).all()
        # What is left is feedback: HER3 made by FOXO and spared by its phosphatase.
        assert unprotected[site][-1] > 1.4
        assert no_feedback[site] == pytest.approx(1.0, abs=0.05)
    for each in found:
        assert (each["pPRAS40"] < FELL).all()
        assert (each["pS6K"] < FELL).all()


def test_s6k_holds_back_insulin_receptor_substrate(her2: Model) -> None:
    stimulated = pw.Scenario(context="MCF7", ligands={"IGF1": "10 nM"}, duration="8 h")
    released = without(stimulated, "IRS1_serine_phosphorylation.k")
    times = ["5 min", "30 min", "1 h", "4 h", "8 h"]
    held, free = pw.simulate(her2, [stimulated, released], times)["pAKT_S473"].to_numpy()
    assert (free > 1.5 * held).all()
    # The feedback takes tens of minutes and more, and is all there is of adaptation here.
    assert held.argmax() == 1
    assert held[-1] < 0.9 * held.max()
    assert free[-1] > 0.99 * free.max()


def test_p110_beta_carries_the_pten_null_cell(her2: Model) -> None:
    null = pw.Scenario(context="SKBR3", lesions={"PTEN_loss": True}, drugs={"alpelisib": "1 uM"})
    wild = null.with_lesions({"PTEN_loss": False})
    cells = [null, wild, without(null, "PIK3CB.total"), without(wild, "PIK3CB.total")]
    table = pw.suppression(her2, cells, readouts=("pAKT_S473", "pPRAS40"))
    for readout in ("pAKT_S473", "pPRAS40"):
        escapes, sensitive, *no_beta = table[readout]
        assert escapes < sensitive - 0.15
        assert min(no_beta) > 0.9
        assert no_beta[0] == pytest.approx(no_beta[1], abs=0.06)


@pytest.mark.parametrize("context", ["SKBR3", "BT474", "HCC1954"])
def test_proliferation_needs_both_arms(her2: Model, context: str) -> None:
    doses = [{"trametinib": "100 nM"}, {"capivasertib": "2 uM"}, {"alpelisib": "1 uM"}]
    cells = [pw.Scenario(context=context, drugs=drugs, duration="48 h") for drugs in doses]
    for found in simulated(her2, cells, "48 h"):
        assert found["proliferation"][0] < FELL


def test_trastuzumab_acts_through_the_dimer_it_breaks(her2: Model) -> None:
    treated = pw.Scenario(context="SKBR3", drugs={"trastuzumab": ANTIBODY})
    bare = treated.with_parameters({"trastuzumab_breaks_HER2_HER3.factor": f"x{1 / 30}"})
    breaks, spares = simulated(her2, [treated, bare], "10 min", "1 h", "24 h")
    for readout, left in (("HER2_HER3", 0.1), ("pHER3", 0.2), ("pAKT_S473", 0.65)):
        assert (breaks[readout] < left).all()
        assert spares[readout] == pytest.approx(1.0, abs=0.08)
    assert (breaks["pHER2"] > 1.0).all()


# Pharmacology's table of what abolishes what, where the model can speak: SKBR3, pAKT after 24 h.
TABLE = [
    ("p95HER2", "trastuzumab", "none"),
    ("p95HER2", "pertuzumab", "none"),
    *(("p95HER2", drug, "full") for drug in TKI),
    ("HRG", "trastuzumab", "escapes"),
    ("HRG", "pertuzumab", "blocked"),
    *(("HRG", drug, "partial") for drug in TKI),
    *(("PIK3CA_H1047R", drug, "downstream") for drug in ("trastuzumab", *TKI)),
    *(("PTEN_loss", drug, "downstream") for drug in ("trastuzumab", *TKI)),
]


@pytest.mark.parametrize(("alteration", "drug", "word"), TABLE)
def test_what_abolishes_what(her2: Model, alteration: str, drug: str, word: str) -> None:
    plain = pw.Scenario(context="SKBR3", drugs={drug: TKI.get(drug, ANTIBODY)}, duration="1 h")
    altered, ligands = plain, {"HRG": "1 nM"} if alteration == "HRG" else {}
    if not ligands:
        # As a fraction of the cell's HER2, 1 leaves p95HER2 only.
        altered = plain.with_lesions({alteration: 1.0 if alteration == "p95HER2" else True})
    cells = [altered.then("24 h", ligands=ligands), plain.then("24 h")]
    table = pw.suppression(her2, cells, readouts=("pAKT_S473", "pHER2", "pHER3"))
    found, unaltered = table["pAKT_S473"]
    if word == "none":
        assert table.iloc[0].to_numpy() == pytest.approx(0.0, abs=1e-6)
    elif word == "full":
        assert found > 0.85
        assert table["pHER2"].iloc[0] > 0.95
    elif word == "escapes":
        assert abs(found) < 0.05 < unaltered - 0.3
    elif word == "blocked":
        assert found > unaltered + 0.3
    elif word == "partial":
        assert 0.5 < found < unaltered - 0.05
    else:
        # The receptors are hit as in the wild type; what lies downstream no longer follows.
        assert found < unaltered - 0.1
        for receptor in ("pHER2", "pHER3"):
            assert table[receptor].iloc[0] > table[receptor].iloc[1] - 0.02
