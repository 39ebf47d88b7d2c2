"""The lesions of the HER2 model: each moves what it should, and any two go together unless refused."""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING

import pytest

import pathway as pw
from pathway.declare.declared import ChangeKind
from pathway.errors import ScenarioError

if TYPE_CHECKING:
    from pathway.model import Model

SHIPPED = (
    *("AKT1_E17K", "CCND1_amplification", "DUSP_loss", "EGFR_up", "ERBB2_amplification"),
    *("FOXO_loss", "HER2_L755S", "HER2_S310F", "HER2_T798I", "HER2_d16", "HER3_up", "IGF1R_up"),
    *("INPP4B_loss", "KRAS_G13D", "MET_amplification", "NF1_loss", "NRG1_autocrine"),
    *("NRG1_paracrine", "PIK3CA_E545K", "PIK3CA_H1047R", "PIK3CA_K111N", "PTEN_loss", "p27_loss"),
    "p95HER2",
)
REFUSED = {
    frozenset(pair)
    for group in (
        ("PIK3CA_H1047R", "PIK3CA_E545K"),
        ("HER2_T798I", "HER2_L755S", "HER2_S310F", "HER2_d16"),
        ("NRG1_autocrine", "NRG1_paracrine"),
    )
    for pair in combinations(group, 2)
}
MOST_SPECIES = 200
"""Of an untreated cell with two lesions."""
LAPATINIB = {"lapatinib": "in-vitro"}
ROSE, FELL = 1.15, 0.85
"""A direction is a change of 15 %."""


def cell(*lesions: str) -> pw.Scenario:
    return pw.Scenario(context="SKBR3", lesions=dict.fromkeys(lesions, True))


def test_the_list_is_that_of_the_files(her2: Model) -> None:
    assert sorted(her2.declared.lesions) == sorted(SHIPPED)


def test_every_lesion_says_what_it_is_and_where_its_amount_is_from(her2: Model) -> None:
    for lesion in her2.declared.lesions.values():
        default = lesion.change.default
        assert len(lesion.description) > 15, lesion.id
        assert default.sources, lesion.id
        assert default.note, lesion.id
        if lesion.change.kind in (ChangeKind.MOVE, ChangeKind.REMOVE):
            assert 0.0 < default.value < 1.0, lesion.id


@pytest.mark.parametrize("lesion", SHIPPED)
def test_each_lesion_expands_and_comes_to_rest(her2: Model, lesion: str) -> None:
    network = her2.network(cell(lesion))
    assert 80 < network.size.species < 150
    assert network.equilibrate().y.min() >= 0.0


def test_refused_pairs_are_these_and_say_why(her2: Model) -> None:
    lesions = her2.declared.lesions
    found = {frozenset((name, other)) for name in lesions for other in lesions[name].contradicts}
    assert found == REFUSED
    for pair in REFUSED:
        one, other = sorted(pair)
        reason = dict(lesions[one].reasons)[other]
        assert len(reason) > 30
        with pytest.raises(ScenarioError, match=f"each other: {re.escape(reason)}; leave one of"):
            her2.resolve(cell(one, other))


@pytest.mark.slow
@pytest.mark.parametrize("lesion", SHIPPED)
def test_any_two_lesions_go_together(her2: Model, lesion: str) -> None:
    later = SHIPPED[SHIPPED.index(lesion) + 1 :]
    for other in (name for name in later if frozenset((lesion, name)) not in REFUSED):
        graph = her2.expand(her2.resolve(cell(lesion, other)))
        species = [n for n, node in graph.nodes(data=True) if node["kind"] == "species"]
        assert len(species) <= MOST_SPECIES, other


# ---- what each does ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def levels(her2: Model) -> dict[str, dict[str, tuple[float, float]]]:
    """Each readout at rest, and after a day of lapatinib, by lesion (or wild)."""
    names = ("wild", *SHIPPED)
    runs = [cell(*(() if name == "wild" else (name,))).with_drugs(LAPATINIB) for name in names]
    data = pw.simulate(her2, runs, ("0 min", "24 h"))
    assert (data["status"] == "ok").all()
    readouts = data.attrs["readouts"].split()
    return {
        name: {r: (float(data[r][place, 0]), float(data[r][place, 1])) for r in readouts}
        for place, name in enumerate(names)
    }


UNTREATED, TREATED = 0, 1


@pytest.mark.parametrize(
    ("lesion", "readout", "when", "expected"),
    [
        ("HER3_up", "pHER3", UNTREATED, "up"),
        ("HER3_up", "pAKT_S473", TREATED, "up"),
        ("EGFR_up", "pERK", UNTREATED, "up"),
        ("EGFR_up", "pERK", TREATED, "up"),
        ("MET_amplification", "pAKT_S473", TREATED, "up"),
        ("MET_amplification", "pERK", TREATED, "up"),
        ("HER2_T798I", "pHER3", TREATED, "up"),
        ("HER2_T798I", "pAKT_S473", TREATED, "up"),
        ("HER2_L755S", "pHER2", UNTREATED, "up"),
        ("HER2_L755S", "pHER3", TREATED, "up"),
        ("HER2_S310F", "pHER2", UNTREATED, "up"),
        ("HER2_S310F", "pHER3", UNTREATED, "up"),
        ("KRAS_G13D", "pERK", UNTREATED, "up"),
        ("KRAS_G13D", "pERK", TREATED, "up"),
        ("NF1_loss", "pERK", UNTREATED, "up"),
        ("NF1_loss", "pERK", TREATED, "up"),
        ("AKT1_E17K", "pAKT_S473", TREATED, "up"),
        ("AKT1_E17K", "pPRAS40", TREATED, "up"),
        ("AKT1_E17K", "FOXO_nuclear", TREATED, "down"),
        ("CCND1_amplification", "cyclinD1", UNTREATED, "up"),
        ("CCND1_amplification", "proliferation", TREATED, "up"),
        ("p27_loss", "p27", UNTREATED, "down"),
        ("p27_loss", "proliferation", TREATED, "up"),
        ("FOXO_loss", "pHER3", TREATED, "down"),
        ("FOXO_loss", "p27", TREATED, "down"),
        ("DUSP_loss", "DUSP", UNTREATED, "down"),
        ("DUSP_loss", "pERK", UNTREATED, "up"),
        ("DUSP_loss", "pERK", TREATED, "up"),
        ("NRG1_paracrine", "pHER3", UNTREATED, "up"),
        ("NRG1_paracrine", "pAKT_S473", TREATED, "up"),
    ],
)
def test_each_lesion_moves_what_it_should(
    levels: dict[str, dict[str, tuple[float, float]]],
    lesion: str,
    readout: str,
    when: int,
    expected: str,
) -> None:
    fold = levels[lesion][readout][when] / levels["wild"][readout][when]
    assert fold > ROSE if expected == "up" else fold < FELL


def test_paracrine_heregulin_is_less_than_autocrine(
    levels: dict[str, dict[str, tuple[float, float]]],
) -> None:
    found = [
        levels[name]["pHER3"][UNTREATED] for name in ("wild", "NRG1_paracrine", "NRG1_autocrine")
    ]
    assert found == sorted(found)


def test_cell_cycle_lesions_leave_signalling_alone(
    levels: dict[str, dict[str, tuple[float, float]]],
) -> None:
    for lesion in ("CCND1_amplification", "p27_loss"):
        for readout in ("pHER2", "pHER3", "pAKT_S473", "pERK", "pS6"):
            assert levels[lesion][readout] == pytest.approx(levels["wild"][readout], rel=1e-4)


def test_her2_inhibition_leaves_erk_on_in_a_kras_mutant(
    levels: dict[str, dict[str, tuple[float, float]]],
) -> None:
    left = {
        name: levels[name]["pERK"][1] / levels[name]["pERK"][0] for name in ("wild", "KRAS_G13D")
    }
    assert left["KRAS_G13D"] > 2 * left["wild"]
    # HER2 and AKT are inhibited all the same.
    akt = {name: levels[name]["pAKT_S473"][1] for name in ("wild", "KRAS_G13D")}
    assert akt["KRAS_G13D"] == pytest.approx(akt["wild"], rel=0.1)


def test_inpp4b_loss_is_felt_where_pten_is_gone(her2: Model) -> None:
    cells = ((), ("INPP4B_loss",), ("PTEN_loss",), ("PTEN_loss", "INPP4B_loss"))
    data = pw.simulate(
        her2, [cell(*lesions).with_duration("1 min") for lesions in cells], ("0 min",)
    )
    intact, inpp4b, pten, both = (float(v) for v in data["PIP3"].to_numpy()[:, 0])
    assert inpp4b > intact
    assert both / pten > 1.05
    assert both / pten > 1.02 * inpp4b / intact


def test_e17k_is_phosphorylated_without_pip3(her2: Model) -> None:
    silent = {"PIP3_synthesis.k": "x0", "PIP3_synthesis_with_RAS.k": "x0"}
    runs = [
        cell(*lesions).with_duration("1 min").with_parameters(silent)
        for lesions in ((), ("AKT1_E17K",))
    ]
    data = pw.simulate(her2, runs, ("0 min",))
    for readout in ("pAKT_T308", "pAKT_S473"):
        wild, mutant = (float(v) for v in data[readout].to_numpy()[:, 0])
        assert wild < 0.01
        assert mutant > 5.0


@pytest.mark.slow
def test_an_allosteric_inhibitor_loses_more_on_e17k_than_an_atp_competitive_one(
    her2: Model,
) -> None:
    runs = [
        pw.Scenario(context="SKBR3", lesions=lesions, drugs={drug: dose}, duration="4 h")
        for drug, dose in (("MK2206", "100 nM"), ("capivasertib", "2 uM"))
        for lesions in ({}, {"AKT1_E17K": 0.5})
    ]
    found = pw.suppression(her2, runs, readouts=("pPRAS40",))["pPRAS40"].to_numpy()
    assert found[0] - found[1] > 0.05
    assert found[0] - found[1] > found[2] - found[3]


def test_more_igf1r_tells_where_its_ligand_is(her2: Model) -> None:
    """Without IGF1 hardly any of it is phosphorylated; with it, pAKT escapes lapatinib (C46)."""
    wild = pw.Scenario(context="SKBR3", ligands={"IGF1": "10 nM"}, drugs=LAPATINIB, duration="4 h")
    data = pw.simulate(her2, [wild, wild.with_lesions({"IGF1R_up": True})], times=["4 h"])
    plain, more = data["pAKT_S473"].values[:, 0]
    assert more > ROSE * plain
