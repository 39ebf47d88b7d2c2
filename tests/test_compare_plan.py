"""What a comparison runs: names, doses, and one clock for all schedules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pathway.analysis.compare_plan import make_plan
from pathway.analysis.strategies import Phase, Regimen, Strategy, read_regimens
from pathway.declare.load import load_declared
from pathway.errors import ScenarioError, UnitError
from tests.regimens import write_toy_with_regimens

if TYPE_CHECKING:
    from pathway.analysis.compare_plan import Plan
    from pathway.declare.declared import Declared


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Declared, Regimen]:
    folder = write_toy_with_regimens(tmp_path_factory.mktemp("toy"))
    declared = load_declared(folder)
    return declared, read_regimens(folder, declared)["dual_blockade"]


def plan(toy: tuple[Declared, Regimen], **changes: Any) -> Plan:
    options: dict[str, Any] = {
        "strategies": None,
        "contexts": None,
        "ligands": None,
        "lesions": None,
        "dose": None,
        "pretreatment": None,
        "duration": None,
        "at": None,
        "curve_doses": 0,
    }
    return make_plan(*toy, **{**options, **changes})


def steps(plan: Plan, strategy: str) -> list[tuple[float, dict[str, str], dict[str, str]]]:
    run = next(run for run in plan.runs if run.strategy.id == strategy and run.ligand.id == "L")
    return [
        (step.minutes, dict(step.drugs), dict(step.ligands)) for step in run.scenario.treatments
    ]


def test_every_strategy_meets_every_cell_and_ligand(toy: tuple[Declared, Regimen]) -> None:
    made = plan(toy)
    assert len(made.runs) == 5 * 3 * 2
    assert [cell.label for cell in made.cells] == ["CELL", "MUTATED", "CELL + truncated R"]
    assert len({run.scenario.name for run in made.runs}) == len(made.runs)


def test_all_schedules_end_together_and_begin_with_rest(toy: tuple[Declared, Regimen]) -> None:
    made = plan(toy)
    rest, drug = {"blocker": "in-vitro"}, {"antibody": "in-vitro"}
    assert steps(made, "blocker") == [
        (300.0, {}, {}),
        (60.0, rest, {}),
        (240.0, rest, {"L": "1 nM"}),
    ]
    assert steps(made, "sequence") == [
        (120.0, drug, {}),
        (180.0, {}, {}),
        (60.0, rest, {}),
        (240.0, rest, {"L": "1 nM"}),
    ]
    assert {sum(run.scenario.minutes) for run in made.runs} == {600.0}
    assert made.lead == 360.0


def test_the_comparator_is_the_same_schedule_without_drugs(toy: tuple[Declared, Regimen]) -> None:
    made = plan(toy)
    by_name = {run.scenario.name: run.scenario for run in made.runs}
    untreated = by_name["untreated / CELL / L"]
    for strategy in ("blocker", "both", "sequence"):
        assert by_name[f"{strategy} / CELL / L"].without_drugs() == untreated


def test_times_are_those_asked_for_and_stay_inside(toy: tuple[Declared, Regimen]) -> None:
    made = plan(toy, pretreatment="0.1 h", duration="2.3 h", at=["7 min", "2.3 h"])
    assert {7.0, 0.0}.issubset(made.minutes.tolist())
    assert made.minutes[0] == pytest.approx(-6.0)
    assert made.minutes[-1] == pytest.approx(138.0)
    assert np.all(np.diff(made.minutes) > 0.0)
    assert made.times[-1] <= min(sum(run.scenario.minutes) for run in made.runs)


def test_without_pretreatment_drug_and_ligand_start_together(toy: tuple[Declared, Regimen]) -> None:
    made = plan(toy, strategies=["blocker"], pretreatment="0 h")
    assert steps(made, "blocker") == [(240.0, {"blocker": "in-vitro"}, {"L": "1 nM"})]


def test_drugs_joined_by_plus_are_a_strategy(toy: tuple[Declared, Regimen]) -> None:
    made = plan(toy, strategies=["antibody+blocker"])
    assert [strategy.id for strategy in made.strategies] == ["untreated", "antibody+blocker"]
    assert made.strategies[1].drugs == ("antibody", "blocker")


def test_a_strategy_may_be_given_as_a_value(toy: tuple[Declared, Regimen]) -> None:
    phase = Phase(drugs=("blocker",), duration="1 h")
    mine = Strategy(id="mine", label="mine", drugs=(), before=(phase,), dose="20 nM")
    made = plan(toy, strategies=[mine])
    assert steps(made, "mine")[0] == (60.0, {"blocker": "20 nM"}, {})


def test_doses_by_drug_replace_the_exposure(toy: tuple[Declared, Regimen]) -> None:
    made = plan(toy, strategies=["both"], dose={"blocker": "5 nM", "antibody": "in-vitro"})
    assert steps(made, "both")[0][1] == {"blocker": "5 nM", "antibody": "in-vitro"}


def test_ligands_may_be_given_with_doses(toy: tuple[Declared, Regimen]) -> None:
    made = plan(toy, ligands={"none": "", "L": "3 nM"})
    assert [(arm.id, arm.label) for arm in made.ligands] == [
        ("none", "no ligand"),
        ("L", "L 3 nM"),
    ]


def test_lesions_are_added_one_by_one(toy: tuple[Declared, Regimen]) -> None:
    made = plan(toy, contexts=["MUTATED"], lesions=["tR", "K_loss"])
    assert [(cell.context, cell.lesion) for cell in made.cells] == [
        ("MUTATED", "none"),
        ("MUTATED", "tR"),
        ("MUTATED", "K_loss"),
    ]
    assert plan(toy, lesions=()).cells[-1].lesion == "none"


def test_branches_of_other_contexts_are_left_out(toy: tuple[Declared, Regimen]) -> None:
    assert [cell.label for cell in plan(toy, contexts=["MUTATED"]).cells] == ["MUTATED"]


def test_curves_span_four_decades_of_the_single_drugs(toy: tuple[Declared, Regimen]) -> None:
    made = plan(toy, strategies=["blocker", "both", "sequence"], curve_doses=5)
    assert {run.strategy.id for run in made.curves} == {"blocker"}
    doses = [run.dose for run in made.curves if run.ligand.id == "none"]
    np.testing.assert_allclose(doses, [0.1, 1.0, 10.0, 100.0, 1000.0], rtol=1e-12)
    assert dict(made.curves[0].scenario.later[0].drugs) == {"blocker": f"{doses[0]!r} nM"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"strategies": ["bloker"]}, "unknown strategy 'bloker'; did you mean 'blocker'"),
        ({"strategies": ["blocker+antibdy"]}, r"unknown strategy 'blocker\+antibdy'"),
        ({"contexts": ["SELL"]}, "unknown context 'SELL'; did you mean 'CELL'"),
        ({"contexts": []}, "no context; name at least one"),
        ({"lesions": ["tRR"]}, "unknown lesion 'tRR'; did you mean 'tR'"),
        ({"ligands": ["EGF"]}, "unknown ligand arm 'EGF'; known: 'none', 'L'"),
        ({"ligands": {"M": "1 nM"}}, "unknown ligand 'M'; known: 'L'"),
        ({"ligands": []}, "no ligand arm; give 'none' for no ligand"),
        ({"dose": {"blocker": "1 nM"}}, "no dose of 'antibody'; add 'antibody' to the doses"),
        ({"at": ["5 h"]}, "no time '5 h'; name one within the duration"),
        ({"duration": "0 h"}, "a duration of zero; give a longer one"),
    ],
)
def test_what_is_wrong_in_a_question_is_named(
    toy: tuple[Declared, Regimen], changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ScenarioError, match=message):
        plan(toy, **changes)


def test_times_need_units(toy: tuple[Declared, Regimen]) -> None:
    with pytest.raises(UnitError, match="has no unit"):
        plan(toy, pretreatment="60")
