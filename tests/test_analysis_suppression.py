"""Suppression against the same scenario without drugs."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pathway as pw
from pathway.analysis.suppression import suppression_of
from pathway.errors import ScenarioError, SolveError
from pathway.scenario import Scenario
from tests.toy import write_toy

if TYPE_CHECKING:
    import pandas as pd

    from pathway.model import Model

BLOCKED = Scenario(drugs={"blocker": "100 nM"}, duration="2 h")


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return pw.load(write_toy(tmp_path_factory.mktemp("toy")))


def number(table: pd.DataFrame) -> float:
    return float(table.to_numpy(dtype=float)[0, 0])


def test_one_row_per_scenario_and_one_column_per_readout(toy: Model) -> None:
    other = BLOCKED.with_drugs({"blocker": "10 nM"})
    table = pw.suppression(toy, [BLOCKED, other], readouts=("pK", "pR"))
    assert list(table.index) == ["blocker 100 nM", "blocker 10 nM"]
    assert table.index.name == "scenario"
    assert list(table.columns) == ["pK", "pR"]
    assert table.attrs["unit"] == "1"
    assert table.attrs["status"] == ["ok", "ok"]
    assert list(pw.suppression(toy, BLOCKED).columns) == ["pR", "pK", "M", "R_drugged"]


def test_it_is_one_minus_treated_over_untreated(toy: Model) -> None:
    scenario = BLOCKED.with_ligands({"L": "1 nM"})
    ds = pw.simulate(toy, [scenario, scenario.without_drugs()], times=["30 min", "2 h"])
    end = pw.suppression(toy, scenario, readouts="pK")
    early = pw.suppression(toy, scenario, readouts=["pK"], at="30 min")
    for table, at in ((early, 0), (end, 1)):
        expected = 1.0 - float(ds["pK"][0, at]) / float(ds["pK"][1, at])
        assert number(table) == pytest.approx(expected, rel=1e-12)
    assert number(end) != number(early)


def test_the_reference_keeps_ligands_and_their_times(toy: Model) -> None:
    late = BLOCKED.then("30 min", ligands={"L": "10 nM"})
    ds = pw.simulate(toy, [late, late.without_drugs()], times=["150 min"])
    ratio = float(ds["pR"][0, 0]) / float(ds["pR"][1, 0])
    assert float(pw.suppression(toy, late)["pR"].iloc[0]) == pytest.approx(1.0 - ratio)
    assert float(ds["pR_fold"][1, 0]) > 1.5


def test_without_drugs_nothing_is_suppressed(toy: Model) -> None:
    table = pw.suppression(toy, [Scenario(duration="1 h"), BLOCKED], readouts=["pR", "pK", "M"])
    assert (table.iloc[0] == 0.0).all()
    assert (table.iloc[1] > 0.1).all()


def test_each_scenario_is_read_at_its_own_end(toy: Model) -> None:
    short = BLOCKED.with_duration("3 min")
    both = pw.suppression(toy, [short.labelled("short"), BLOCKED.labelled("long")])["M"]
    assert float(both["short"]) == float(pw.suppression(toy, short)["M"].iloc[0])
    assert float(both["long"]) == float(pw.suppression(toy, BLOCKED)["M"].iloc[0])
    assert both["short"] < 0.1 * both["long"]


def test_areas_under_the_curves(toy: Model) -> None:
    scenario = BLOCKED.with_duration("6 h")
    times = np.linspace(0.0, 360.0, 5001)
    ds = pw.simulate(toy, [scenario, scenario.without_drugs()], times=times, rtol=1e-9)
    for name in ("pR", "pK", "M"):
        areas = [np.trapezoid(ds[name].to_numpy()[row], times) for row in (0, 1)]
        table = pw.suppression(toy, scenario, readouts=[name], auc=True)
        assert number(table) == pytest.approx(1.0 - areas[0] / areas[1], abs=5e-4)
        inside = (times >= 60.0) & (times <= 180.0)
        part = [np.trapezoid(ds[name].to_numpy()[row, inside], times[inside]) for row in (0, 1)]
        table = pw.suppression(toy, scenario, readouts=[name], auc=True, since="1 h", at="3 h")
        assert number(table) == pytest.approx(1.0 - part[0] / part[1], abs=2e-3)


def test_nothing_cannot_be_suppressed(toy: Model) -> None:
    assert isnan(float(pw.suppression(toy, BLOCKED)["R_drugged"].iloc[0]))
    assert isnan(suppression_of(1.0, 0.0))
    assert isnan(suppression_of(float("nan"), 1.0))
    assert suppression_of(3.0, 2.0) == -0.5


def test_an_antibody_does_nothing_to_a_truncated_receptor(toy: Model) -> None:
    scenario = Scenario(drugs={"antibody": "in-vitro"}, lesions={"tR": 1.0})
    table = pw.suppression(toy, [scenario], readouts=["pR", "pK"])
    np.testing.assert_allclose(table.to_numpy(), 0.0, atol=1e-6)


def test_a_failed_run_raises_alone_and_is_missing_among_others(toy: Model) -> None:
    failing = BLOCKED.with_parameters({"M_decay.k": "x0"})
    with pytest.raises(SolveError):
        pw.suppression(toy, failing)
    table = pw.suppression(toy, [failing, BLOCKED], readouts=["pK"])
    assert isnan(float(table["pK"].iloc[0]))
    assert float(table["pK"].iloc[1]) > 0.1
    assert table.attrs["status"][0].startswith("equilibrium")
    assert table.attrs["status"][1] == "ok"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ({"scenarios": []}, "suppression: no scenario is given; give at least one"),
        ({"readouts": ["pKK"]}, r"readouts: unknown readout 'pKK'; did you mean 'pK'\?"),
        ({"at": "3 h"}, r"scenario 'blocker 100 nM': at 180 min it is over \(120 min\)"),
        ({"since": "1 h"}, "suppression: since= without auc=True; it bounds an area"),
        (
            {"auc": True, "since": "2 h"},
            "since: 120 min is not before the end of the area; start earlier",
        ),
    ],
)
def test_what_is_refused(toy: Model, call: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        pw.suppression(toy, **{"scenarios": [BLOCKED], **call})
