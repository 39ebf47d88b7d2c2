"""Which parameters move a suppression, checked against runs made one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import pathway as pw
from pathway.analysis.sensitivity import parameter_sensitivity
from pathway.errors import ScenarioError, SolveError
from pathway.scenario import Scenario
from tests.toy import write_toy

if TYPE_CHECKING:
    from pathway.model import Model

BLOCKED = Scenario(drugs={"blocker": "100 nM"}, duration="6 h")
TREATED = Scenario(
    context="SKBR3",
    drugs={"trastuzumab": "in-vitro", "lapatinib": "in-vitro"},
    ligands={"HRG": "1 nM"},
    duration="24 h",
)
LESIONED = Scenario(
    context="SKBR3",
    drugs={"neratinib": "in-vitro"},
    lesions={"PTEN_loss": True},
    duration="24 h",
)


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return pw.load(write_toy(tmp_path_factory.mktemp("toy")))


def test_changes_are_those_of_single_runs(toy: Model) -> None:
    table = parameter_sensitivity(toy, BLOCKED, ["pK", "M"], threshold=0.0)
    nominal = pw.suppression(toy, BLOCKED, ["pK", "M"]).to_numpy(dtype=float)[0]
    assert len(table) == table.attrs["parameters"]
    assert table["change"].abs().is_monotonic_decreasing
    for row in table.to_dict("records"):
        changed = BLOCKED.with_parameters({str(row["parameter"]): f"x{row['factor']!r}"})
        single = pw.suppression(toy, changed, [str(row["readout"])]).to_numpy(dtype=float)[0, 0]
        assert row["nominal"] == pytest.approx(nominal[int(row["readout"] == "M")], abs=1e-4)
        assert row["changed"] == pytest.approx(single, abs=1e-4)
        assert row["change"] == pytest.approx(row["changed"] - row["nominal"])


@pytest.mark.parametrize(
    ("scenario", "names"),
    [
        (
            TREATED,
            [
                # what the rest, the run or both depend on
                *(
                    "HER3_transcription_by_FOXO.FOXO.hill",
                    "lapatinib_HER2_binding.Kd",
                    "HER2.total",
                ),
                # how an interaction splits: another graph for a single run
                "HRG_makes_HER2_HER3.off_share",
            ],
        ),
        # what the lesion leaves nothing of: it moves the scales of the context without the lesion
        (LESIONED, ["PTEN.total"]),
    ],
)
def test_changes_in_a_cell_line_are_those_of_single_runs(
    her2: Model, scenario: Scenario, names: list[str]
) -> None:
    readouts = ["pAKT_T308", "pERK", "HER3_surface"]
    table = parameter_sensitivity(her2, scenario, readouts, threshold=0.0, parameters=names)
    assert sorted(table["parameter"]) == sorted(names)
    changed = [
        scenario.with_parameters({row["parameter"]: f"x{row['factor']!r}"})
        for row in table.to_dict("records")
    ]
    nominal, *singles = pw.suppression(her2, [scenario, *changed], readouts).to_dict("records")
    for row, single in zip(table.to_dict("records"), singles, strict=True):
        assert row["nominal"] == pytest.approx(nominal[row["readout"]], abs=1e-4)
        assert row["changed"] == pytest.approx(single[row["readout"]], abs=1e-4)
        assert abs(row["change"]) > 1e-3


def test_only_what_passes_the_threshold_is_listed_with_its_evidence(toy: Model) -> None:
    table = parameter_sensitivity(toy, BLOCKED, ["pK"], threshold=0.1)
    assert table["parameter"].iloc[0] == "blocker_binding.Kd"
    assert (table["change"].abs() >= 0.1).all()
    assert "M_decay.k" not in set(table["parameter"])
    assert set(table["evidence"]) == {"assumed"}
    assert set(table["sources"]) == {"Toy2024"}
    first = table.iloc[0]
    assert (first["value"], first["unit"]) == (10.0, "nM")
    assert table.attrs["fold"] == 2.0
    assert table.attrs["failed"] == 0


def test_runs_that_a_parameter_has_nothing_to_do_with_are_not_repeated(toy: Model) -> None:
    bound = Scenario(drugs={"antibody": "10 ug/mL"}, duration="6 h")
    done: list[tuple[int, int]] = []
    table = parameter_sensitivity(
        toy,
        [BLOCKED, bound],
        "pK",
        threshold=0.0,
        parameters=["antibody_binding.Kd", "L_binding.Kd"],
        progress=lambda part, whole: done.append((part, whole)),
    )
    # one each of both and their reference, and two of the second
    assert table.attrs["runs"] == 5
    assert [whole for _, whole in done] == [5] * len(done)
    assert (done[0][0], done[-1][0]) == (0, 5)
    changes = dict(zip(table["parameter"], table["change"], strict=True))
    assert abs(changes["antibody_binding.Kd"]) > 1e-4
    assert changes["L_binding.Kd"] == 0.0


def test_a_share_of_one_is_only_lowered(her2: Model) -> None:
    name = "trastuzumab_breaks_HER2_HER3.off_share"
    bound = Scenario(context="SKBR3", drugs={"trastuzumab": "in-vitro"}, duration="6 h")
    table = parameter_sensitivity(her2, bound, "pHER3", threshold=0.0, parameters=[name])
    assert table["factor"].tolist() == [0.5]
    assert 0.0 < abs(table["change"][0]) < 0.1


def test_a_larger_fold_moves_more(toy: Model) -> None:
    changes = [
        parameter_sensitivity(
            toy, BLOCKED, "pK", fold=fold, threshold=0.0, parameters=["blocker_binding.Kd"]
        )["change"].abs()[0]
        for fold in (1.2, 2.0, 5.0)
    ]
    assert changes == sorted(changes)
    assert changes[0] > 0.01


def test_runs_that_fail_are_counted(toy: Model) -> None:
    # a rate constant of 1e298 is finite, but no integrator gets anywhere with it
    table = parameter_sensitivity(
        toy, BLOCKED, "pK", fold=1e300, threshold=0.0, parameters=["K_phosphorylation.k"]
    )
    assert table.attrs["failed"] >= 1
    assert 1e300 not in table["factor"].tolist()


def test_scenarios_must_run_as_they_are(toy: Model) -> None:
    hopeless = BLOCKED.with_parameters({"K_phosphorylation.k": "x1e300"})
    with pytest.raises(SolveError, match=r"nothing changed: .*; a sensitivity needs scenarios"):
        parameter_sensitivity(toy, hopeless, "pK", parameters=["M_decay.k"])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ({"fold": 1.0}, "sensitivity: a fold of 1; give one above 1"),
        ({"fold": float("nan")}, "sensitivity: a fold of nan"),
        ({"scenarios": []}, "sensitivity: no scenario is given; give at least one"),
        ({"scenarios": [Scenario()]}, "scenario 'untreated': it has no drugs; suppression needs"),
        ({"readouts": ["pKK"]}, r"unknown readout 'pKK'; did you mean 'pK'\?"),
        ({"parameters": ["Kd"]}, "sensitivity: unknown parameter 'Kd'"),
    ],
)
def test_what_is_refused(toy: Model, call: dict[str, Any], message: str) -> None:
    given = {"scenarios": [BLOCKED], "readouts": ["pK"], **call}
    with pytest.raises(ScenarioError, match=message):
        parameter_sensitivity(toy, **given)
