"""Which parameters move a suppression, checked against runs made one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import pathway as pw
from pathway.analysis.sensitivity import parameter_sensitivity
from pathway.errors import ScenarioError
from pathway.scenario import Scenario
from tests.toy import write_toy

if TYPE_CHECKING:
    from pathway.model import Model

BLOCKED = Scenario(drugs={"blocker": "100 nM"}, duration="6 h")


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return pw.load(write_toy(tmp_path_factory.mktemp("toy")))


def test_changes_are_those_of_single_runs(toy: Model) -> None:
    table = parameter_sensitivity(toy, BLOCKED, ["pK", "M"], threshold=0.0, screen=0.0)
    nominal = pw.suppression(toy, BLOCKED, ["pK", "M"]).to_numpy(dtype=float)[0]
    assert len(table) == table.attrs["parameters"]
    assert table["change"].abs().is_monotonic_decreasing
    for row in table.to_dict("records"):
        changed = BLOCKED.with_parameters({str(row["parameter"]): f"x{row['factor']!r}"})
        single = pw.suppression(toy, changed, [str(row["readout"])]).to_numpy(dtype=float)[0, 0]
        assert row["nominal"] == pytest.approx(nominal[int(row["readout"] == "M")], abs=1e-3)
        assert row["changed"] == pytest.approx(single, abs=1e-3)
        assert row["change"] == pytest.approx(row["changed"] - row["nominal"])


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


def test_a_parameter_that_does_little_upwards_is_not_lowered(toy: Model) -> None:
    done: list[tuple[int, int]] = []
    names = ["M_decay.k", "blocker_binding.Kd"]
    table = parameter_sensitivity(
        toy,
        BLOCKED,
        "pK",
        threshold=0.0,
        screen=0.25,
        parameters=names,
        progress=lambda part, whole: done.append((part, whole)),
    )
    assert done == [(1, 2), (2, 2)]
    assert set(table["parameter"]) == set(names)
    quiet = parameter_sensitivity(toy, BLOCKED, "pK", parameters=["M_decay.k"])
    assert quiet.empty


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


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ({"fold": 1.0}, "sensitivity: a fold of 1; give one above 1"),
        ({"fold": float("nan")}, "sensitivity: a fold of nan"),
        ({"scenarios": [Scenario()]}, "scenario 'untreated': it has no drugs; suppression needs"),
        ({"readouts": ["pKK"]}, r"unknown readout 'pKK'; did you mean 'pK'\?"),
        ({"parameters": ["Kd"]}, "sensitivity: unknown parameter 'Kd'"),
    ],
)
def test_what_is_refused(toy: Model, call: dict[str, Any], message: str) -> None:
    given = {"scenarios": [BLOCKED], "readouts": ["pK"], **call}
    with pytest.raises(ScenarioError, match=message):
        parameter_sensitivity(toy, **given)
