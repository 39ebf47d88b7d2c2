"""The signature of each drug: which readouts it lowers, spares or raises, and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

import pathway as pw

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pathway.model import Model

EARLIER = ("trastuzumab", "pertuzumab", "lapatinib", "tucatinib", "neratinib")
PATHWAY = ("alpelisib", "capivasertib", "trametinib")
"""Drugs whose signatures the tests of mechanisms and requirements hold."""


def blocked(suppression: float) -> bool:
    return suppression > 0.7


def lower(suppression: float) -> bool:
    return suppression > 0.15


def spared(suppression: float) -> bool:
    return abs(suppression) < 0.1


def untouched(suppression: float) -> bool:
    return abs(suppression) < 1e-6


def raised(suppression: float) -> bool:
    return suppression < -0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A drug for an hour, then with a ligand, against the same cell without the drug."""

    drug: str
    context: str = "SKBR3"
    ligand: str = ""
    lesions: Mapping[str, bool] = field(default_factory=dict)
    later: str = "4 h"
    shows: Mapping[str, Callable[[float], bool]]

    def __str__(self) -> str:
        return "-".join(
            part for part in (self.drug, self.context, self.ligand, *self.lesions) if part
        )


LIKE_TRASTUZUMAB = {
    "HER2_HER3": blocked,
    "pHER3": blocked,
    "pAKT_S473": lower,
    "pHER2": raised,
    "HER2_surface": spared,
}
ESCAPED = {"pHER3": spared, "pAKT_S473": spared, "pERK": spared}
COVALENT = {
    "pHER2": blocked,
    "pHER3": blocked,
    "pAKT_S473": blocked,
    "pERK": blocked,
    "HER2_surface": lower,
    "pEGFR": blocked,
}
SIGNATURES = (
    *(
        signature
        for drug in ("margetuximab", "T_DM1", "T_DXd")
        for signature in (
            Signature(drug=drug, shows=LIKE_TRASTUZUMAB),
            Signature(drug=drug, ligand="HRG", shows=ESCAPED),
        )
    ),
    Signature(
        drug="zanidatamab",
        shows={
            **dict.fromkeys(("HER2_HER3", "HER2_HER2", "pHER2", "pHER3", "pAKT_S473"), blocked),
            "HER2_surface": lower,
        },
    ),
    Signature(drug="zanidatamab", ligand="HRG", shows={"pHER3": blocked, "pAKT_S473": lower}),
    Signature(drug="afatinib", ligand="EGF", shows=COVALENT),
    Signature(drug="pyrotinib", ligand="EGF", shows=COVALENT),
    *(
        signature
        for drug in ("erlotinib", "gefitinib")
        for signature in (
            Signature(drug=drug, ligand="EGF", shows={"pEGFR": blocked, "pERK": lower}),
            Signature(
                drug=drug, context="MCF7", ligand="EGF", shows={"pEGFR": blocked, "pERK": lower}
            ),
            Signature(
                drug=drug,
                ligand="HRG",
                shows={"pHER3": spared, "pAKT_S473": spared, "pERK": spared},
            ),
        )
    ),
    Signature(
        drug="inavolisib",
        context="HCC1954",
        shows={"PIP3": lower, "pAKT_S473": lower, "pPRAS40": lower, "pHER3": raised},
    ),
    Signature(
        drug="pictilisib",
        lesions={"PTEN_loss": True},
        shows={"PIP3": blocked, "pAKT_S473": blocked, "pPRAS40": blocked},
    ),
    Signature(drug="pictilisib", shows={"pAKT_S473": blocked, "pHER3": raised, "pERK": raised}),
    Signature(
        drug="MK2206",
        shows={
            **dict.fromkeys(("pAKT_T308", "pAKT_S473", "pPRAS40", "pS6K"), blocked),
            "FOXO_nuclear": raised,
            "pHER3": raised,
            "HER3_surface": raised,
        },
    ),
    Signature(
        drug="ipatasertib",
        shows={
            "pAKT_T308": raised,
            "pAKT_S473": raised,
            "pPRAS40": blocked,
            "pS6K": lower,
            "FOXO_nuclear": raised,
        },
    ),
    Signature(
        drug="everolimus", shows={"pS6K": blocked, "p4EBP1": lower, "pS6": lower, "pHER2": spared}
    ),
    Signature(drug="everolimus", context="MCF7", ligand="IGF1", shows={"pAKT_S473": raised}),
    Signature(
        drug="sapanisertib",
        shows={
            **dict.fromkeys(("pS6K", "p4EBP1", "pAKT_S473"), blocked),
            "pAKT_T308": spared,
            "pPRAS40": lower,
        },
    ),
    Signature(
        drug="selumetinib",
        shows={"pERK": blocked, "pMEK": raised, "pHER3": raised, "pAKT_S473": raised},
    ),
    Signature(
        drug="palbociclib",
        later="47 h",
        shows={
            "proliferation": blocked,
            **dict.fromkeys(("pHER2", "pHER3", "pAKT_S473", "pERK", "pS6K", "cyclinD1"), untouched),
        },
    ),
    Signature(
        drug="patritumab",
        context="MCF7",
        ligand="HRG",
        shows={"pHER3": blocked, "pAKT_S473": blocked, "HER3_surface": lower},
    ),
    Signature(
        drug="patritumab", ligand="EGF", shows={"pEGFR": spared, "pHER3": lower, "pERK": spared}
    ),
    *(
        Signature(
            drug="linsitinib",
            context="MCF7",
            ligand=ligand,
            shows={"pAKT_S473": lower, "pHER2": spared},
        )
        for ligand in ("IGF1", "INS")
    ),
    Signature(
        drug="capmatinib",
        context="HCC1954",
        ligand="HGF",
        # ERK that HGF drives holds pHER2 back.
        shows={"pHER3": blocked, "pERK": lower, "pHER2": raised},
    ),
)
DOSES = {"HRG": "1 nM", "EGF": "10 nM", "IGF1": "10 nM", "INS": "10 nM", "HGF": "2 nM"}


def test_every_drug_has_a_signature(her2: Model) -> None:
    shown = {signature.drug for signature in SIGNATURES}
    assert shown | {*EARLIER, *PATHWAY} == set(her2.declared.drugs)


@pytest.mark.parametrize("signature", SIGNATURES, ids=str)
def test_signature(her2: Model, signature: Signature) -> None:
    ligands = {signature.ligand: DOSES[signature.ligand]} if signature.ligand else {}
    scenario = pw.Scenario(
        context=signature.context,
        drugs={signature.drug: "in-vitro"},
        lesions=signature.lesions,
        duration="1 h",
    ).then(signature.later, ligands=ligands)
    table = pw.suppression(her2, [scenario], readouts=tuple(signature.shows))
    wrong = {
        readout: f"{float(table[readout].iloc[0]):.3f} is not {word.__name__}"
        for readout, word in signature.shows.items()
        if not word(float(table[readout].iloc[0]))
    }
    assert wrong == {}
