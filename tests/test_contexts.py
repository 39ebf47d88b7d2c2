"""The shipped contexts: each loads with what it must say, comes to rest, and HER2 lines signal more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import pathway as pw

if TYPE_CHECKING:
    from pathway.model import Model

PANEL = 39
SET = ("EGFR", "HER2", "HER3", "IGF1R", "INSR", "MET", "AKT", "PTEN", "PIK3CA", "PIK3CB")


def amplified(model: Model) -> list[str]:
    contexts = model.declared.contexts.values()
    return [c.id for c in contexts if c.genotype.startswith("ERBB2 amplified")]


def test_the_panel_is_there_with_JIMT1_and_normal_cells(her2: Model) -> None:
    contexts = her2.declared.contexts
    assert len(contexts) >= PANEL + 2  # and JIMT1, and the p95 cell
    assert {"JIMT1", "MCF10A", "184B5", "MDAMB453", "HCC1569", "MCF7_p95HER2"} <= set(contexts)
    assert len(amplified(her2)) == 13


def test_every_context_says_what_it_is(her2: Model) -> None:
    for context in her2.declared.contexts.values():
        assert context.genotype, context.id
        assert [t.id.removesuffix(".total") for t in context.totals] == list(SET), context.id
        for total in context.totals:
            assert total.declared_unit == "molecules/cell"
            assert total.method, (context.id, total.id)


def test_lesions_of_lines(her2: Model) -> None:
    carried = {c.id: [name for name, _ in c.lesions] for c in her2.declared.contexts.values()}
    assert carried["MDAMB175VII"] == ["NF1_loss", "NRG1_autocrine"]
    assert carried["MDAMB231"] == ["NF1_loss", "KRAS_G13D"]
    assert carried["MDAMB453"] == ["PIK3CA_H1047R"]
    assert carried["MDAMB361"] == ["PIK3CA_E545K"]
    assert carried["HCC1569"] == carried["MDAMB468"] == ["PTEN_loss"]
    assert carried["MCF10A"] == carried["JIMT1"] == []


@pytest.mark.slow
def test_every_context_comes_to_rest_and_amplified_lines_have_most_pHER2(
    her2: Model,
) -> None:
    names = list(her2.declared.contexts)
    scenarios = [pw.Scenario(context=name, duration="1 min") for name in names]
    result = pw.simulate(her2, scenarios, times=["0 min"])
    assert list(result["status"].to_numpy()) == ["ok"] * len(names)
    basal = dict(zip(names, result["pHER2"].to_numpy()[:, 0], strict=True))
    assert min(basal.values()) > 0.0
    # JIMT1's HER2 is a transcript's, on a factor low for amplified lines; MCF7_p95HER2 is made.
    high = {name: basal[name] for name in amplified(her2) if name != "JIMT1"}
    low = {n: v for n, v in basal.items() if n not in (*high, "JIMT1", "MCF7_p95HER2")}
    assert min(high.values()) > max(low.values())
    assert sum(value < basal["JIMT1"] for value in low.values()) >= len(low) - 1
