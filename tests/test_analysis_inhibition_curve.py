"""Inhibition curves of the toy model, whose receptor's midpoint is known."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.optimize import brentq

import pathway as pw
from pathway.analysis.inhibition_curve import default_doses
from pathway.analysis.sigmoid import Shape
from pathway.errors import ScenarioError, UnitError
from pathway.scenario import Scenario
from tests.toy import write_toy

if TYPE_CHECKING:
    from pathway.model import Model

CELL = Scenario(duration="6 h")


def phosphorylated(dose: float) -> float:
    """Return the share of receptor with phosphate at rest, by solving its four states."""
    kon, koff, k, q = 0.01 * dose, 0.1, 0.2, 0.5
    # free u, free p, bound u, bound p
    flows = {(0, 1): k, (1, 0): q, (3, 2): q, (0, 2): kon, (1, 3): kon, (2, 0): koff, (3, 1): koff}
    matrix = np.zeros((4, 4))
    for (start, stop), rate in flows.items():
        matrix[stop, start] += rate
        matrix[start, start] -= rate
    matrix[0] = 1.0
    states = np.linalg.solve(matrix, [1.0, 0.0, 0.0, 0.0])
    return float(states[1] + states[3])


MIDPOINT = float(brentq(lambda dose: phosphorylated(dose) - 0.5 * phosphorylated(0.0), 1.0, 100.0))


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return pw.load(write_toy(tmp_path_factory.mktemp("toy")))


def test_the_midpoint_of_the_receptor_is_where_it_must_be(toy: Model) -> None:
    curve = pw.inhibition_curve(toy, CELL, drug="blocker", readout="pR")
    assert curve.ic50 == pytest.approx(MIDPOINT, rel=2e-2)
    assert curve.ic50_absolute == pytest.approx(MIDPOINT, rel=5e-2)
    assert curve.unit == "nM"
    assert curve.emax == pytest.approx(1.0, abs=0.01)
    assert curve.bottom == pytest.approx(0.0, abs=0.01)
    assert curve.hill == pytest.approx(1.0, abs=0.05)
    assert curve.gof > 0.999
    assert curve.shape is Shape.SIGMOID
    low, high = curve.ci["ic50"]
    assert low < curve.ic50 < high
    assert curve.time == 360.0


def test_the_table_has_every_dose_and_what_was_simulated(toy: Model) -> None:
    doses: list[str | float] = ["1 nM", 10.0, "0.1 uM", "0.5 ug/mL", 3e3]
    curve = pw.inhibition_curve(toy, CELL, "blocker", "pK", doses=doses, at="1 h")
    table = curve.table
    np.testing.assert_allclose(table["dose"], [0.0, 1.0, 10.0, 100.0, 1000.0, 3000.0])
    assert list(table.columns) == [
        *("dose", "value", "untreated", "suppression", "fitted", "status")
    ]
    assert (table["status"] == "ok").all()
    single = pw.suppression(toy, CELL.with_drugs({"blocker": "100 nM"}), ["pK"], at="1 h")
    assert table["suppression"][3] == pytest.approx(single.to_numpy(dtype=float)[0, 0], rel=1e-12)
    assert table["suppression"][0] == pytest.approx(0.0, abs=1e-5)
    assert table.attrs == {"dose": "nM", "value": "nM", "suppression": "1"}
    assert curve.time == 60.0


def test_mean_levels_are_compared_as_areas_are(toy: Model) -> None:
    doses = [1.0, 10.0, 100.0, 1e3, 1e4]
    curve = pw.inhibition_curve(toy, CELL, "blocker", "pK", doses=doses, auc=True)
    single = pw.suppression(toy, CELL.with_drugs({"blocker": "100 nM"}), ["pK"], auc=True)
    assert curve.table["suppression"][3] == pytest.approx(
        single.to_numpy(dtype=float)[0, 0], rel=1e-12
    )


def test_other_drugs_stay_and_set_the_bottom(toy: Model) -> None:
    scenario = CELL.with_drugs({"antibody": "in-vitro"})
    curve = pw.inhibition_curve(toy, scenario, "blocker", "pR")
    alone = pw.suppression(toy, scenario, ["pR"]).to_numpy(dtype=float)[0, 0]
    assert alone > 0.3
    assert curve.bottom == pytest.approx(alone, abs=0.01)
    assert curve.scenario == scenario.name


def test_a_dose_is_replaced_where_the_drug_is_given(toy: Model) -> None:
    late = Scenario(duration="1 h").then("6 h", drugs={"blocker": "1 nM"}).wash("3 h")
    washed = pw.inhibition_curve(toy, late, "blocker", "pR")
    assert washed.shape is Shape.FLAT
    assert "no midpoint" in washed.message
    assert isnan(washed.ic50)
    assert isnan(washed.ic50_absolute)
    before = pw.inhibition_curve(toy, late, "blocker", "pR", at="7 h")
    assert before.ic50 == pytest.approx(MIDPOINT, rel=2e-2)


def test_a_drug_that_raises_a_readout_is_activation(toy: Model) -> None:
    base = CELL.with_parameters({"antibody_slows.factor": "4 1"})
    curve = pw.inhibition_curve(toy, base, "antibody", "pK")
    assert curve.shape is Shape.ACTIVATION
    assert curve.emax < -0.1
    assert isnan(curve.ic50_absolute)


def test_default_doses_surround_the_in_vitro_exposure(toy: Model) -> None:
    doses = default_doses(toy.declared.drugs["blocker"])
    assert doses[0] == pytest.approx(0.01)
    assert doses[-1] == pytest.approx(100.0 * 10**1.5)
    np.testing.assert_allclose(np.diff(np.log10(doses)), 0.5)
    bare = default_doses(toy.declared.drugs["orphan"])
    assert (bare[0], bare[-1]) == (pytest.approx(0.01), pytest.approx(1e5))


def test_it_draws_itself(toy: Model) -> None:
    curve = pw.inhibition_curve(toy, CELL, "blocker", "pR")
    ax = curve.plot()
    assert "blocker (nM)" in ax.get_xlabel()
    assert "pR" in ax.get_ylabel()
    assert curve.plot(ax, label="again") is ax
    import matplotlib.pyplot as plt

    plt.close("all")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        ({"drug": "bloker"}, ScenarioError, r"unknown drug 'bloker'; did you mean 'blocker'\?"),
        ({"readout": "pQ"}, ScenarioError, "unknown readout 'pQ'"),
        (
            {"doses": [0.0, 1.0, 1.0, 2.0]},
            ScenarioError,
            "doses: 2 different doses above zero; give at least five",
        ),
        ({"doses": [-1.0]}, UnitError, "doses, drug 'blocker': '-1.0 nM' is negative"),
        ({"at": "7 h"}, ScenarioError, "at 420 min it is over"),
        (
            {"readout": "R_drugged"},
            ScenarioError,
            "there is no R_drugged to suppress without drugs at 360 min; give a ligand",
        ),
    ],
)
def test_what_is_refused(
    toy: Model, call: dict[str, Any], error: type[Exception], message: str
) -> None:
    given = {"scenario": CELL, "drug": "blocker", "readout": "pK", **call}
    with pytest.raises(error, match=message):
        pw.inhibition_curve(toy, **given)
