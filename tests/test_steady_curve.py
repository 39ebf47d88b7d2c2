"""Dose curves of steady states against models whose states and folds are known."""

from __future__ import annotations

from math import inf, isnan
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import pytest

import pathway as pw
from pathway.analysis.sigmoid import Shape
from pathway.errors import ScenarioError, SolveError, UnitError
from pathway.scenario import Scenario
from pathway.solve import continuation
from pathway.solve.equilibrate import AT_REST, CONSERVED
from tests.sbml_text import CELL as COMPARTMENT
from tests.sbml_text import document, species, write
from tests.steady_models import Switch, kinase_folds, steady_model

if TYPE_CHECKING:
    from pathlib import Path

    from pathway.model import Model

CELL = Scenario()
ALONE = Scenario(parameters={"A_feedback.k": "0 1/min"})
"""A cell in which only the protein X switches."""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return steady_model(tmp_path_factory.mktemp("steady"))


def test_a_reversible_drug_leaves_what_its_affinity_says(model: Model) -> None:
    curve = pw.steady_curve(model, CELL, drug="blocker", readout="T")
    dose, level = curve.table["dose"].to_numpy(), curve.table["level"].to_numpy()
    np.testing.assert_allclose(level, 50.0 * 10.0 / (10.0 + dose), rtol=1e-10)
    np.testing.assert_allclose(curve.table["suppression"], dose / (10.0 + dose), atol=1e-10)
    assert curve.ic50 == pytest.approx(10.0, rel=1e-6)
    assert curve.fit is not None
    assert curve.fit.shape is Shape.SIGMOID
    assert curve.message == ""
    assert curve.bistable == ()
    assert curve.ends.empty
    assert not curve.table["jumped"].any()
    assert set(curve.table["branch"]) == {1}


def test_every_row_has_a_certificate(model: Model) -> None:
    doses: list[str | float] = ["1 nM", 10.0, "0.5 ug/mL"]
    table = pw.steady_curve(model, CELL, "damper", "X", doses).table
    assert list(table.columns) == [
        *("dose", "direction", "level", "suppression", "branch", "stable", "slowest"),
        *("residual", "drift", "jumped", "status"),
    ]
    np.testing.assert_allclose(table["dose"], [0.0, 1.0, 10.0, 1e3, 1e3, 10.0, 1.0, 0.0])
    assert table["direction"].tolist() == ["up"] * 4 + ["down"] * 4
    assert (table["residual"] <= AT_REST).all()
    assert (table["drift"] <= CONSERVED).all()
    assert (table["slowest"] < 0.0).all()
    assert table["stable"].all()
    assert (table["status"] == "ok").all()


def test_a_covalent_drug_whose_target_is_made_anew_has_a_curve(model: Model) -> None:
    curve = pw.steady_curve(model, CELL, "glue", "S", [1.0, 3.0, 10.0, 30.0, 100.0])
    dose = curve.table["dose"].to_numpy()
    np.testing.assert_allclose(curve.table["level"], 0.05 / (0.01 + 0.001 * dose), rtol=1e-9)
    assert curve.ic50 == pytest.approx(10.0, rel=1e-6)


def test_of_one_whose_target_is_not_there_is_no_way_back(model: Model) -> None:
    curve = pw.steady_curve(model, CELL, "tar", "U", [10.0, 100.0])
    table = curve.table
    np.testing.assert_allclose(table["level"], [5.0, 0.0, 0.0, 0.0, 0.0, 0.0], atol=1e-9)
    assert table["jumped"].tolist() == [False, True, False, False, False, True]
    assert curve.ends["reason"].tolist() == ["not followed", "not followed"]
    assert isnan(curve.ic50)


@pytest.mark.parametrize("doses", [[1000.0], [1.0, 10.0, 30.0, 40.0, 100.0], [20.0, 50.0]])
def test_a_switch_turns_at_its_folds_however_far_doses_are_apart(
    model: Model, doses: list[float]
) -> None:
    curve = pw.steady_curve(model, ALONE, "damper", "X", doses)
    (found,) = curve.bistable
    np.testing.assert_allclose(found, Switch().folds(), rtol=1e-3)
    np.testing.assert_allclose(sorted(curve.ends["dose"]), Switch().folds(), rtol=1e-3)
    assert curve.ends["direction"].tolist() == ["up", "down"]
    assert curve.ends["reason"].tolist() == ["fold", "fold"]
    for way, (low, high) in {"up": (0, found[1]), "down": (found[0], inf)}.items():
        rows = curve.table[curve.table["direction"] == way]
        assert rows["jumped"].sum() == 1
        on_first = rows["dose"].between(low, high) == (way == "up")
        assert set(rows["branch"][on_first]) == {1}
        assert set(rows["branch"][~on_first]) == {2}
    assert curve.fit is None
    assert "the curve has jumps" in curve.message


def test_two_states_are_where_the_equations_have_them(model: Model) -> None:
    table = pw.steady_curve(model, ALONE, "damper", "X", [30.0, 100.0]).table
    both = table[table["dose"] == 30.0]["level"].to_numpy()
    # 0.02 + x^2 / (1 + x^2) = 0.4 x
    roots = np.sort(np.roots([-0.4, 1.02, -0.4, 0.02]).real)
    np.testing.assert_allclose(both, roots[[2, 0]], rtol=1e-9)
    assert table["stable"].all()


def test_a_kinase_whose_total_is_conserved_turns_at_its_folds(model: Model) -> None:
    still = Scenario(parameters={"X_feedback.k": "0 nM/min"})
    curve = pw.steady_curve(model, still, "damper", "A", [1000.0])
    (found,) = curve.bistable
    np.testing.assert_allclose(found, kinase_folds(), rtol=1e-3)
    assert (curve.table["drift"] <= CONSERVED).all()


def test_two_switches_between_two_doses_are_both_seen(model: Model) -> None:
    curve = pw.steady_curve(model, CELL, "damper", "X", [1000.0])
    turns = [Switch().folds()[1], kinase_folds()[1], kinase_folds()[0], Switch().folds()[0]]
    np.testing.assert_allclose(curve.ends["dose"], turns, rtol=1e-3)
    (found,) = curve.bistable
    np.testing.assert_allclose(found, (turns[3], turns[1]), rtol=1e-3)
    assert curve.table["branch"].tolist() == [1, 3, 3, 1]


@pytest.mark.parametrize("basal", [0.05, 0.1, 0.12, 0.124, 0.126])
def test_narrow_ranges_are_not_stepped_over(model: Model, basal: float) -> None:
    scenario = ALONE.with_parameters({"X_basal.k": f"{basal} nM/min"})
    curve = pw.steady_curve(model, scenario, "damper", "X", [1000.0])
    if basal > 0.125:  # the two folds have met
        assert len(curve.bistable) == len(curve.ends) == 0
        return
    folds = Switch(basal=basal).folds()
    assert curve.ends["reason"].tolist() == ["fold", "fold"]
    # Each is found from its own side, to the shortest step.
    missed = np.array([1, -1]) * (np.array(curve.bistable[0]) / folds - 1.0)
    assert (missed > 0.0).all()
    assert (missed < 3 * continuation.SHORTEST).all()


def test_without_its_guards_a_walk_would_step_over_a_fold(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = ALONE.with_parameters({"X_basal.k": "0.05 nM/min"})
    monkeypatch.setattr(continuation, "FAR", inf)
    monkeypatch.setattr(continuation, "BENT", inf)
    curve = pw.steady_curve(model, scenario, "damper", "X", [1000.0])
    assert not curve.table["jumped"][:2].any()
    assert curve.bistable == ()


def test_a_switch_that_stays_off_says_so(model: Model) -> None:
    scenario = ALONE.with_parameters({"X_loss.k": "0.3 1/min"})
    curve = pw.steady_curve(model, scenario, "damper", "X", [10.0, 100.0])
    (found,) = curve.bistable
    assert found[0] == 0.0
    assert found[1] == pytest.approx(Switch(loss=0.3).folds()[1], rel=1e-3)
    first, last = curve.table["level"].iloc[[0, -1]]
    assert last < 0.1 * first
    assert curve.table["branch"].tolist() == [1, 1, 2, 2, 2, 2]


def test_other_drugs_and_ligands_stay(model: Model) -> None:
    damped = ALONE.with_drugs({"damper": "100 nM"})
    curve = pw.steady_curve(model, damped, "blocker", "X", [1.0, 10.0])
    alone = pw.steady_curve(model, ALONE, "damper", "X", [100.0])
    assert curve.table["level"][0] == pytest.approx(alone.table["level"][1], rel=1e-9)
    assert isnan(curve.ic50)
    assert curve.message == "fewer than 5 doses above zero: no fit"


def test_a_dose_in_the_scenario_is_replaced(model: Model) -> None:
    given = pw.steady_curve(model, CELL.with_drugs({"blocker": "3 nM"}), "blocker", "T", [10.0])
    assert given.table["level"].tolist() == pytest.approx([50.0, 25.0, 25.0, 50.0])


def test_progress_counts_the_states(model: Model) -> None:
    told: list[tuple[int, int]] = []
    pw.steady_curve(model, CELL, "blocker", "T", [1.0, 10.0], progress=lambda *x: told.append(x))
    assert told == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


def test_the_figure_breaks_where_the_state_jumps(model: Model) -> None:
    mpl.use("agg")
    curve = pw.steady_curve(model, ALONE, "damper", "X", [10.0, 30.0, 50.0, 100.0])
    ax = curve.plot()
    lines = [line for line in ax.get_lines() if str(line.get_marker()) in {"o", "v"}]
    drawn = [np.asarray(line.get_xdata(), dtype=float).tolist() for line in lines]
    assert drawn == [[10.0, 30.0], [50.0, 100.0], [100.0, 50.0, 30.0], [10.0]]
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["dose going up", "dose going down"]
    smooth = pw.steady_curve(model, CELL, "blocker", "T", [1.0, 3.0, 10.0, 30.0, 100.0])
    assert smooth.plot(label="T").get_xlabel() == "blocker (nM)"


@pytest.mark.parametrize(
    ("scenario", "drug", "readout", "doses", "message"),
    [
        (CELL, "bloker", "T", None, r"unknown drug 'bloker'; did you mean 'blocker'\?"),
        (CELL, "blocker", "TT", None, r"unknown readout 'TT'; did you mean 'T'\?"),
        (CELL, "blocker", "T", [], r"doses: no dose above zero; give at least one"),
        (CELL, "blocker", "T", [0.0], r"doses: no dose above zero"),
        (CELL.then("2 h"), "blocker", "T", None, r"one medium, kept for ever; leave out the later"),
        (
            Scenario(medium_volume_per_cell="1 nL"),
            "blocker",
            "T",
            None,
            r"in a medium that depletes no dose is kept for ever; leave out medium_volume",
        ),
        (CELL, "tar", "U_tarred", [1.0], r"there is no U_tarred to suppress at rest without tar"),
    ],
)
def test_what_has_no_steady_curve_is_refused(
    model: Model,
    scenario: Scenario,
    drug: str,
    readout: str,
    doses: list[float] | None,
    message: str,
) -> None:
    with pytest.raises(ScenarioError, match=message):
        pw.steady_curve(model, scenario, drug, readout, doses)


def test_a_dose_needs_a_concentration(model: Model) -> None:
    with pytest.raises(UnitError, match="hours"):
        pw.steady_curve(model, CELL, "blocker", "T", ["3 hours"])


def test_a_cell_without_a_rest_is_an_error(model: Model) -> None:
    growing = CELL.with_parameters({"X_loss.k": "0 1/min"})
    with pytest.raises(SolveError, match=r"no rest within 60 days: 'X\(?\)?' is"):
        pw.steady_curve(model, growing, "damper", "X", [10.0])


def test_a_model_of_equations_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, document(compartments=COMPARTMENT, species=species("A")))
    with pytest.raises(ScenarioError, match="a model read from SBML; use inhibition_curve"):
        pw.steady_curve(pw.load(path), Scenario(duration="1"), "k", "A")
