"""Anchored levels: measured receptor totals hold in every untreated context."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import pathway as pw
from pathway.declare.entities import Anchor
from pathway.errors import SolveError
from pathway.model.anchor import anchored_scales, cell_balances, held_network
from pathway.result.cell_numbers import cell_numbers

if TYPE_CHECKING:
    from pathway.model import Model

CONTEXTS = ("SKBR3", "BT474", "HCC1954", "UACC812", "MCF7", "MCF7_p95HER2")


def resting(model: Model, scenario: pw.Scenario) -> dict[str, float]:
    """Return the amount of every molecule (in all its forms) of the equilibrated cell."""
    network = model.network(scenario)
    amounts: dict[str, float] = {}
    for species, amount in zip(network.species, network.equilibrate().y, strict=True):
        for molecule, count in network.graph.nodes[species]["molecules"]:
            amounts[molecule] = amounts.get(molecule, 0.0) + count * float(amount)
    return amounts


@pytest.mark.parametrize("context", CONTEXTS)
def test_measured_totals_hold_in_the_untreated_context(her2: Model, context: str) -> None:
    scenario = pw.Scenario(context=context)
    amounts = resting(her2, scenario)
    totals = her2.resolve(scenario).parameters
    for transcript in ("HER3_mRNA", "IGF1R_mRNA", "INSR_mRNA"):
        assert amounts[transcript] == pytest.approx(1.0, abs=1e-6)
    for receptor in ("EGFR", "HER2", "HER3", "IGF1R", "INSR", "MET"):
        # The small basal flux to the lysosome comes on top of turnover.
        assert amounts[receptor] == pytest.approx(totals[f"{receptor}.total"], rel=0.05)


def test_a_changed_total_is_held_too(her2: Model) -> None:
    scenario = pw.Scenario(context="SKBR3")
    half = scenario.with_parameters({"HER3.total": "x0.5"})
    before, after = resting(her2, scenario), resting(her2, half)
    assert after["HER3"] == pytest.approx(0.5 * before["HER3"], rel=1e-3)


def test_a_lesion_of_the_scenario_moves_the_level(her2: Model) -> None:
    lesioned = pw.Scenario(context="SKBR3", lesions={"PTEN_loss": True})
    assert resting(her2, lesioned)["HER3_mRNA"] < 0.9


def test_a_lesion_of_the_context_does_not(her2: Model) -> None:
    own = her2.resolve(pw.Scenario(context="HCC1954"))
    assert "PIK3CA_H1047R" in own.lesions
    assert own.reference is None
    assert her2.resolve(pw.Scenario(context="HCC1954", lesions={"PTEN_loss": True})).reference


def test_drugs_and_ligands_do_not_move_the_scales(her2: Model) -> None:
    bare = her2.network(pw.Scenario(context="BT474"))
    treated = her2.network(
        pw.Scenario(context="BT474", drugs={"lapatinib": "1 uM"}, ligands={"HRG": "1 nM"})
    )
    name = "HER3_transcript_scale"
    assert treated.parameters[name] == bare.parameters[name]
    assert not np.isclose(bare.parameters[name], 1.0)


def test_an_anchor_needs_its_molecule(her2: Model) -> None:
    network = her2.network(pw.Scenario(context="SKBR3"))
    lost = Anchor(id="lost", molecule="p95HER2", scale="HER3_transcript_scale")
    with pytest.raises(SolveError, match="anchor 'lost': 'p95HER2' is not in the network"):
        anchored_scales(network, [lost])


def test_an_anchor_needs_a_balance(her2: Model) -> None:
    network = her2.network(pw.Scenario(context="SKBR3"))
    still = Anchor(id="still", molecule="PTEN", scale="HER3_transcript_scale")
    with pytest.raises(SolveError, match="anchor 'still': 'PTEN' is made at 0 and lost at 0"):
        anchored_scales(network, [still])


@pytest.mark.parametrize("context", ["SKBR3", "MCF7_p95HER2"])
def test_scales_of_many_cells_are_those_of_single_ones(her2: Model, context: str) -> None:
    resolved = her2.resolve(pw.Scenario(context=context))
    anchors = [anchor for module in resolved.modules for anchor in module.anchors]
    network = her2.network(resolved, scales={})
    held = held_network(network, anchors)
    ids = ("PTEN.total", "HER3_transcription_by_FOXO.FOXO.K", "HER3_transcript_scale")
    nominal = np.array([network.parameters[name] for name in ids])
    factors = np.array([[1.0, 1.0, 1.0], [2.0, 1.0, 1.0], [1.0, 0.5, 1.0], [0.5, 2.0, 2.0]])
    values = nominal * factors
    mine, theirs = (cell_numbers(one, values, ids) for one in (network, held))
    found = cell_balances(network, held, anchors, mine.kernel, theirs.kernel, theirs.start)
    for row, balances in zip(values, found, strict=True):
        own = dict(zip(ids, row.tolist(), strict=True))
        single = anchored_scales(network.with_parameters(own), anchors)
        for anchor, balance in zip(anchors, balances, strict=True):
            before = own.get(anchor.scale, network.parameters[anchor.scale])
            assert before * balance == pytest.approx(single[anchor.scale], rel=1e-9)
    assert found[1, 0] != pytest.approx(found[0, 0], rel=1e-3)


def test_a_cell_without_a_balance_has_no_scale(her2: Model) -> None:
    resolved = her2.resolve(pw.Scenario(context="SKBR3"))
    anchors = [anchor for module in resolved.modules for anchor in module.anchors]
    network = her2.network(resolved, scales={})
    held = held_network(network, anchors)
    values = np.array([[1.0], [0.0]]) * network.parameters["HER3_transcript_scale"]
    mine, theirs = (
        cell_numbers(one, values, ("HER3_transcript_scale",)) for one in (network, held)
    )
    found = cell_balances(network, held, anchors, mine.kernel, theirs.kernel, theirs.start)
    assert np.isfinite(found[0]).all()
    assert np.isnan(found[1]).tolist() == [a.molecule == "HER3_mRNA" for a in anchors]
