"""Every drug file: what it says of itself, its size alone and beside dual blockade, and that it runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import pathway as pw

if TYPE_CHECKING:
    from pathway.model import Model

FOLDER = Path(__file__).resolve().parents[1] / "models" / "her2" / "drugs"
DRUGS = tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))
DUAL = ("trastuzumab", "pertuzumab")
MOST_SPECIES = 600
LIGANDS = {"EGF": "1 nM", "HRG": "1 nM"}
PERTURBED = ("PIK3CA_H1047R", "PIK3CA_E545K", "PIK3CA_K111N")
CLOSED = 1e-9
"""Largest imbalance of a cycle of binding reactions that rounding explains."""


def treated(*drugs: str, context: str, lesions: tuple[str, ...] = ()) -> pw.Scenario:
    return pw.Scenario(
        context=context,
        drugs=dict.fromkeys(drugs, "in-vitro"),
        ligands=LIGANDS,
        lesions=dict.fromkeys(lesions, True),
        duration="1 h",
    )


def test_the_folder_is_what_the_model_reads(her2: Model) -> None:
    assert tuple(sorted(her2.declared.drugs)) == DRUGS
    assert len(DRUGS) >= 27


@pytest.mark.parametrize("drug", DRUGS)
def test_a_drug_says_what_it_is(her2: Model, drug: str) -> None:
    declared = her2.declared.drugs[drug]
    exposures = {exposure.name: exposure for exposure in declared.exposures}
    assert exposures["in-vitro"].concentration > 0.0
    # No clinical preset without a free exposure to rest it on, and then the file says so.
    if "clinical" not in exposures:
        assert re.search("no clinical", exposures["in-vitro"].note), drug
    assert len(declared.mechanism) > 60
    base = {molecule.id for molecule in her2.declared.base.molecules}
    brought = {m.id for lesion in her2.declared.lesions.values() for m in lesion.module.molecules}
    assert set(declared.targets) <= base | brought
    assert set(declared.targets) & base


@pytest.mark.parametrize("drug", DRUGS)
def test_a_drug_binds_what_it_calls_its_targets(her2: Model, drug: str) -> None:
    declared = her2.declared.drugs[drug]
    bound = {state.molecule for state in declared.module.states}
    assert set(declared.targets) == bound


@pytest.mark.slow  # all of them together
@pytest.mark.parametrize("beside", [(), DUAL], ids=["alone", "with_dual_blockade"])
@pytest.mark.parametrize("drug", DRUGS)
def test_a_drug_fits_and_runs(her2: Model, drug: str, beside: tuple[str, ...]) -> None:
    scenario = treated(drug, *beside, context="MCF7_p95HER2")
    network = her2.network(scenario)
    assert network.size.species + network.size.inputs <= MOST_SPECIES
    assert network.check().cycles.worst < CLOSED
    data = pw.simulate(her2, [scenario], ["0 min", "10 min", "1 h"])
    assert list(data["status"].values) == ["ok"]
    for readout in network.readouts:
        values = data[readout].to_numpy()
        assert np.isfinite(values).all(), readout
        assert (values > -1e-9).all(), readout


@pytest.mark.parametrize("lesion", PERTURBED)
def test_inavolisib_fits_beside_each_allele(her2: Model, lesion: str) -> None:
    scenario = treated("inavolisib", *DUAL, context="SKBR3", lesions=(lesion,))
    network = her2.network(scenario)
    assert network.size.species + network.size.inputs <= MOST_SPECIES
    rules = {node.get("rule") for _, node in network.graph.nodes(data=True)}
    assert f"inavolisib_degrades_{lesion.removeprefix('PIK3CA_')}" in rules
