"""What scenarios mean for a model: numbers, presence, schedule, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathway.declare.load import load_declared
from pathway.declare.parameters import Monomial
from pathway.errors import PathwayError, ScenarioError, UnitError
from pathway.scenario import Scenario, resolve
from tests.toy import write_toy

if TYPE_CHECKING:
    from pathway.declare.declared import Declared
    from pathway.declare.entities import Interaction

R, K = 200.0, 50.0
"""nM of receptor and kinase in the default cell, which replaces the model's 100 nM of receptor."""


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Declared:
    return load_declared(write_toy(tmp_path_factory.mktemp("toy")))


def totals(declared: Declared, scenario: Scenario) -> dict[str, float]:
    values = resolve(declared, scenario).parameters
    return {name: value for name, value in values.items() if name.endswith(".total") and value}


def test_the_default_context_replaces_totals(toy: Declared) -> None:
    resolved = resolve(toy, Scenario())
    assert resolved.context == "CELL"
    assert resolved.parameters["R.total"] == pytest.approx(R, rel=1e-12)
    assert totals(toy, Scenario(context="MUTATED"))["R.total"] == pytest.approx(100.0)
    without = resolve(replace(toy, default_context=""), Scenario())
    assert without.context == ""
    assert without.parameters["R.total"] == pytest.approx(100.0)


def test_only_the_modules_asked_for_are_there(toy: Declared) -> None:
    bare = resolve(toy, Scenario())
    assert bare.modules == (toy.base,)
    assert bare.inputs == bare.drugs == bare.ligands == bare.lesions == ()
    full = resolve(
        toy,
        Scenario(
            drugs={"blocker": "1 nM", "antibody": "1 nM"}, ligands={"L": "1 nM"}, lesions={"tR": 1}
        ),
    )
    assert full.inputs == ("L", "antibody", "blocker")
    assert [m.id for module in full.modules for m in module.molecules if m.is_input] == [
        *full.inputs
    ]
    assert "blocker_binding.kon" in full.parameters
    assert "blocker_binding.kon" not in bare.parameters


def test_entries_that_require_absent_partners_are_left_out(toy: Declared) -> None:
    drug = toy.drugs["antibody"]
    bound = tuple(replace(rule, requires=("blocker",)) for rule in drug.module.rules)
    slowed = tuple(replace(effect, requires=("tR",)) for effect in drug.module.effects)
    added = tuple(replace(state, requires=("L",)) for state in drug.module.states)
    module = replace(drug.module, rules=bound, effects=slowed, states=added)
    changed = replace(toy, drugs={**toy.drugs, "antibody": replace(drug, module=module)})

    def kept(scenario: Scenario) -> tuple[int, int, int]:
        antibody = next(
            m for m in resolve(changed, scenario).modules if m.parameters == module.parameters
        )
        return len(antibody.rules), len(antibody.effects), len(antibody.states)

    scenario = Scenario(drugs={"antibody": "1 nM"})
    assert kept(scenario) == (0, 0, 0)
    assert kept(scenario.with_drugs({"blocker": "1 nM"})) == (1, 0, 0)
    assert kept(scenario.with_lesions({"tR": True})) == (0, 1, 0)
    assert kept(scenario.with_ligands({"L": "1 nM"})) == (0, 0, 1)


def test_present_lists_totals_seeds_and_what_rules_make(toy: Declared) -> None:
    assert resolve(toy, Scenario()).present == ("R", "K", "M")
    with_lesions = Scenario(lesions={"tR": 1.0, "K_mutant": 0.5})
    assert resolve(toy, with_lesions).present == ("K", "M", "tR", "K_mutant")
    silent = Scenario(parameters={"M_transcription.k": "x0"})
    assert resolve(toy, silent).present == ("R", "K")


def test_present_follows_chains_of_synthesis(toy: Declared) -> None:
    rule = next(rule for rule in toy.base.rules if rule.id == "M_transcription")
    molecule = next(m for m in toy.base.molecules if m.id == "M")
    protein = replace(molecule, id="P", initial="P()")
    translation = replace(rule, id="M_translation", lines=("M() -> M() + P()",), factors=())
    base = replace(
        toy.base,
        molecules=(protein, *toy.base.molecules),
        rules=(translation, *toy.base.rules),
    )
    declared = replace(toy, base=base)
    assert resolve(declared, Scenario()).present == ("P", "R", "K", "M")
    silent = Scenario(parameters={"M_transcription.k": "x0"})
    assert "P" not in resolve(declared, silent).present


@pytest.mark.parametrize(
    ("lesions", "expected"),
    [
        ({"tR": True}, {"R.total": 0.7 * R, "tR.total": 0.3 * R, "K.total": K}),
        ({"tR": 0.1}, {"R.total": 0.9 * R, "tR.total": 0.1 * R, "K.total": K}),
        ({"tR": "10 percent"}, {"R.total": 0.9 * R, "tR.total": 0.1 * R, "K.total": K}),
        ({"tR": 1}, {"tR.total": R, "K.total": K}),
        ({"tR": 0}, {"R.total": R, "K.total": K}),
        ({"tR": False}, {"R.total": R, "K.total": K}),
        (
            {"tR": "6.02214076e4 molecules/cell"},
            {"R.total": R, "tR.total": 100.0, "K.total": K},
        ),
        ({"R_amplification": True}, {"R.total": 10 * R, "K.total": K}),
        ({"R_amplification": 3.0}, {"R.total": 3 * R, "K.total": K}),
        ({"R_amplification": "500 nM"}, {"R.total": 500.0, "K.total": K}),
        ({"K_loss": True}, {"R.total": R}),
        ({"K_loss": 0.25}, {"R.total": R, "K.total": 0.75 * K}),
        (
            {"K_loss": 0.5, "K_mutant": 0.2},
            {"R.total": R, "K.total": 0.4 * K, "K_mutant.total": 0.1 * K},
        ),
    ],
)
def test_lesions_change_totals(
    toy: Declared, lesions: dict[str, Any], expected: dict[str, float]
) -> None:
    assert totals(toy, Scenario(lesions=lesions)) == pytest.approx(expected, rel=1e-12)


def test_a_scenarios_amount_replaces_the_contexts(toy: Declared) -> None:
    mutated = Scenario(context="MUTATED")
    assert totals(toy, mutated)["K_mutant.total"] == pytest.approx(0.4 * K)
    assert totals(toy, mutated.with_lesions({"K_mutant": 0.1}))["K_mutant.total"] == pytest.approx(
        0.1 * K
    )
    reverted = resolve(toy, mutated.with_lesions({"K_mutant": False}))
    assert reverted.lesions == ()
    assert "K_mutant" not in reverted.present


@settings(deadline=None, max_examples=30)
@given(st.floats(0, 1), st.floats(0, 1), st.permutations(["tR", "K_mutant", "K_loss"]))
def test_the_order_of_lesions_does_not_matter(
    toy: Declared, one: float, other: float, order: list[str]
) -> None:
    amounts = {"tR": one, "K_mutant": other, "K_loss": 0.5}
    first = resolve(toy, Scenario(lesions=amounts))
    second = resolve(toy, Scenario(lesions={name: amounts[name] for name in order}))
    assert first == second
    assert sum(first.parameters.get(f"{n}.total", 0.0) for n in ("R", "tR")) == pytest.approx(R)


@settings(deadline=None, max_examples=20)
@given(st.permutations(["blocker", "antibody"]))
def test_the_order_of_drugs_does_not_matter(toy: Declared, order: list[str]) -> None:
    doses = {"blocker": "clinical", "antibody": "in-vitro"}
    first = resolve(toy, Scenario(drugs=doses))
    assert first == resolve(toy, Scenario(drugs={name: doses[name] for name in order}))


def test_doses_are_read_in_nanomolar(toy: Declared) -> None:
    scenario = Scenario(drugs={"antibody": "15 ug/mL", "blocker": "clinical"})
    inputs = resolve(toy, scenario).steps[0].inputs
    assert inputs == pytest.approx({"antibody": 100.0, "blocker": 20.0}, rel=1e-12)
    assert resolve(toy, Scenario(drugs={"blocker": " 0.1 uM "})).steps[0].inputs == {
        "blocker": pytest.approx(100.0)
    }


def test_the_schedule_lists_every_input_in_every_step(toy: Declared) -> None:
    scenario = (
        Scenario(drugs={"blocker": "10 nM"}, duration="1 h")
        .then("30 min", ligands={"L": "2 nM"})
        .wash("2 h")
        .then("1 h")
    )
    steps = resolve(toy, scenario).steps
    assert [(s.start, s.stop) for s in steps] == [(0.0, 60.0), (60.0, 90.0), (90.0, 270.0)]
    assert [s.inputs for s in steps] == [
        {"L": 0.0, "blocker": 10.0},
        {"L": 2.0, "blocker": 10.0},
        {"L": 2.0, "blocker": 0.0},
    ]
    assert resolve(toy, scenario).duration == 270.0


def test_an_autocrine_ligand_is_there_before_treatment_and_adds_to_what_is_given(
    toy: Declared,
) -> None:
    scenario = Scenario(lesions={"L_autocrine": True}, ligands={"L": "2 nM"}, duration="1 h")
    resolved = resolve(toy, scenario)
    assert resolved.background == {"L": 0.5}
    assert resolved.steps[0].inputs == {"L": 2.5}
    bare = resolve(toy, scenario.without_ligands())
    assert bare.steps[0].inputs == {"L": 0.5}
    assert bare.ligands == ("L",)
    given_amount = resolve(toy, Scenario(lesions={"L_autocrine": "8 ug/L"}))
    assert given_amount.background == {"L": pytest.approx(1.0)}


def test_parameters_are_set_last(toy: Declared) -> None:
    scenario = Scenario(
        lesions={"R_amplification": 3.0},
        parameters={"R.total": "x0.5", "K_dephosphorylation.k": "0.01 1/s", "K.total": "7 nM"},
    )
    values = resolve(toy, scenario).parameters
    assert values["R.total"] == pytest.approx(1.5 * R)
    assert values["K_dephosphorylation.k"] == pytest.approx(0.6)
    assert values["K.total"] == 7.0
    in_molecules = Scenario(parameters={"R.total": "6.02214076e4 molecules/cell"})
    assert resolve(toy, in_molecules).parameters["R.total"] == pytest.approx(100.0)


def test_a_drugs_parameter_may_stay_when_the_drug_goes(toy: Declared) -> None:
    scenario = Scenario(
        drugs={"blocker": "1 nM"}, parameters={"blocker_binding.Kd": "x2"}
    ).without_drugs()
    assert resolve(toy, scenario).parameters == resolve(toy, Scenario()).parameters


def test_a_medium_volume_lets_inputs_deplete(toy: Declared) -> None:
    resolved = resolve(toy, Scenario(medium_volume_per_cell="2 nL"))
    assert resolved.depletion == pytest.approx(2000.0)
    assert resolved.parameters["medium.cells_per_volume"] == pytest.approx(1 / 2000.0)
    constant = resolve(toy, Scenario())
    assert constant.depletion is None
    assert constant.structure_key != resolved.structure_key


def test_one_structure_for_scenarios_that_differ_in_numbers(toy: Declared) -> None:
    scenario = Scenario(drugs={"blocker": "1 nM"})
    same = (
        scenario.with_drugs({"blocker": "3 uM"}),
        scenario.with_parameters({"K.total": "x2"}),
        scenario.with_duration("1 h").wash("1 h"),
        scenario.with_lesions({"R_amplification": 0}).with_lesions({"R_amplification": False}),
    )
    keys = {resolve(toy, s).structure_key for s in same}
    assert keys == {resolve(toy, scenario).structure_key}
    other = (
        scenario.with_drugs({"antibody": "1 nM"}),
        scenario.with_lesions({"tR": True}),
        scenario.with_parameters({"K.total": "x0"}),
    )
    assert not keys & {resolve(toy, s).structure_key for s in other}


def test_a_changed_split_of_an_interaction_changes_the_structure(
    toy: Declared, interaction: Interaction
) -> None:
    share = replace(
        toy.base.parameters[0], id="turn.off_share", value=0.5, internal_unit="1", where="t"
    )
    base = replace(toy.base, interactions=(interaction,), parameters=(*toy.base.parameters, share))
    declared = replace(toy, base=base)
    nominal = resolve(declared, Scenario())
    assert nominal.modules[0].interactions == (interaction,)
    changed = resolve(declared, Scenario(parameters={"turn.off_share": "20 percent"}))
    assert changed.modules[0].interactions[0].off_share == pytest.approx(0.2)
    assert changed.structure_key != nominal.structure_key
    with pytest.raises(ScenarioError, match=r"gives a share of 1.5; keep it within 0 to 1"):
        resolve(declared, Scenario(parameters={"turn.off_share": "x3"}))


@pytest.fixture
def interaction() -> Interaction:
    from pathway.declare.entities import Interaction

    return Interaction(
        id="turn", pattern="R(lig~free)", factor=Monomial.of("K.total"), off_share=0.5
    )


def test_an_antibody_may_meet_a_cell_that_only_has_the_truncated_receptor(toy: Declared) -> None:
    antibody = Scenario(drugs={"antibody": "in-vitro"})
    moved = resolve(toy, antibody.with_lesions({"tR": 1.0}))
    assert moved.parameters["R.total"] == 0.0
    only = antibody.with_parameters({"R.total": "0 nM"}).with_lesions({"tR": "1e5 molecules/cell"})
    assert "R" not in resolve(toy, only).present
    lesion = toy.contexts["MUTATED"].lesions[0][1]
    cell = replace(
        toy.contexts["CELL"],
        totals=(replace(toy.contexts["CELL"].totals[0], value=0.0),),
        lesions=(("tR", replace(lesion, value=30.0, internal_unit="nM")),),
    )
    declared = replace(toy, contexts={"CELL": cell})
    resolved = resolve(declared, antibody)
    assert resolved.parameters["tR.total"] == 30.0
    assert "R" not in resolved.present


def test_a_drug_without_any_target_is_refused(toy: Declared) -> None:
    with pytest.raises(
        ScenarioError,
        match=r"scenario 'orphan 1 nM': none of the targets of orphan \(Z\) is in this cell; "
        r"give its total in the context, or leave the drug out",
    ):
        resolve(toy, Scenario(drugs={"orphan": "1 nM"}))
    empty = replace(toy.contexts["CELL"].totals[0], value=0.0)
    declared = replace(toy, contexts={"CELL": replace(toy.contexts["CELL"], totals=(empty,))})
    with pytest.raises(ScenarioError, match=r"none of the targets of antibody \(R\)"):
        resolve(declared, Scenario(drugs={"antibody": "1 nM"}))
    given_total = Scenario(drugs={"orphan": "1 nM"}, parameters={"Z.total": "1 nM"})
    assert "Z" in resolve(toy, given_total).present


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"context": "CEL"}, ScenarioError, r"unknown context 'CEL'; did you mean 'CELL'\?"),
        (
            {"drugs": {"bloker": "1 nM"}},
            ScenarioError,
            r"unknown drug 'bloker'; did you mean 'blocker'\?",
        ),
        ({"ligands": {"X": "1 nM"}}, ScenarioError, r"unknown ligand 'X'; known: 'L'"),
        (
            {"lesions": {"K_mutnt": True}},
            ScenarioError,
            r"unknown lesion 'K_mutnt'; did you mean 'K_mutant'\?",
        ),
        (
            {"drugs": {"blocker": "clinicl"}},
            ScenarioError,
            r"drug 'blocker': unknown exposure 'clinicl'; did you mean 'clinical'\?",
        ),
        ({"drugs": {"blocker": "-1 nM"}}, UnitError, r"drug 'blocker': '-1 nM' is negative"),
        ({"drugs": {"blocker": "nan"}}, UnitError, r"drug 'blocker': 'nan' is not a finite"),
        ({"drugs": {"blocker": "1 h"}}, UnitError, r"drug 'blocker': dose '1 h' is not a conc"),
        ({"ligands": {"L": "-1 nM"}}, UnitError, r"ligand 'L': '-1 nM' is negative"),
        (
            {"lesions": {"tR": 1.5}},
            ScenarioError,
            r"lesion 'tR': 1.5 is not a fraction of R; give 0 to 1, or molecules per cell",
        ),
        ({"lesions": {"K_loss": 2}}, ScenarioError, r"lesion 'K_loss': 2 is not a fraction of K"),
        (
            {"lesions": {"tR": -0.1}},
            ScenarioError,
            r"lesion 'tR': amount -0.1; give a finite number from 0 up",
        ),
        ({"lesions": {"tR": float("nan")}}, ScenarioError, r"lesion 'tR': amount nan; give a fin"),
        (
            {"lesions": {"K_loss": "5 nM"}},
            ScenarioError,
            r"an amount in molecules cannot be removed; give a fraction 0 to 1",
        ),
        (
            {"lesions": {"tR": "5 h"}},
            UnitError,
            r"'5 h' is not an amount of molecules; write it like '6e5 molecules/cell'",
        ),
        (
            {"lesions": {"L_autocrine": 0.3}},
            ScenarioError,
            r"lesion 'L_autocrine': 0.3 has no unit; give a concentration, e.g. '0.1 nM', or True",
        ),
        (
            {"lesions": {"tR": 0.1, "R_amplification": 2.0}},
            ScenarioError,
            r"lesions R_amplification and tR contradict each other; leave one of them out",
        ),
        (
            {"parameters": {"R.totl": "x2"}},
            ScenarioError,
            r"parameter 'R.totl': the model has no such parameter; did you mean 'R.total'\?",
        ),
        (
            {"parameters": {"R.total": "x-1"}},
            ScenarioError,
            r"parameter 'R.total': 'x-1' gives -200; give a finite value from 0 up",
        ),
        ({"parameters": {"R.total": "xnan"}}, ScenarioError, r"'xnan' gives nan"),
        (
            {"parameters": {"R.total": "xx"}},
            ScenarioError,
            r"parameter 'R.total': 'xx' is not a factor; write it as 'x0.5'",
        ),
        ({"parameters": {"R.total": "3"}}, UnitError, r"parameter 'R.total': '3' has no unit"),
        ({"parameters": {"R.total": "3 h"}}, UnitError, r"unit 'h' has the wrong dimension"),
        (
            {"medium_volume_per_cell": "0 nL"},
            ScenarioError,
            r"medium_volume_per_cell: a volume of zero; leave it out for constant conc",
        ),
        ({"medium_volume_per_cell": "1 nM"}, UnitError, r"medium_volume_per_cell: unit 'nM'"),
    ],
)
def test_what_is_refused(
    toy: Declared, options: dict[str, Any], error: type[PathwayError], message: str
) -> None:
    with pytest.raises(error, match=message) as raised:
        resolve(toy, Scenario(**options))
    assert "\n" not in str(raised.value)


def test_a_lesion_that_contradicts_the_contexts_own(toy: Declared) -> None:
    lesion = replace(toy.lesions["K_loss"], contradicts=("K_mutant",))
    declared = replace(toy, lesions={**toy.lesions, "K_loss": lesion})
    scenario = Scenario(context="MUTATED", lesions={"K_loss": True})
    with pytest.raises(
        ScenarioError,
        match=r"K_loss and K_mutant contradict each other; "
        r"context 'MUTATED' has K_mutant: set it to False to be without it",
    ):
        resolve(declared, scenario)
    assert resolve(declared, scenario.with_lesions({"K_mutant": False})).lesions == ("K_loss",)


def test_fractions_of_one_protein_stay_within_all_of_it(toy: Declared) -> None:
    twin = replace(toy.lesions["K_mutant"], id="K_other")
    declared = replace(toy, lesions={**toy.lesions, "K_other": twin})
    scenario = Scenario(lesions={"K_mutant": 0.7, "K_other": 0.5})
    with pytest.raises(
        ScenarioError, match=r"the fractions taken of K add up to 1.2; keep their sum within 1"
    ):
        resolve(declared, scenario)


def test_a_total_that_no_module_declares_is_refused(toy: Declared) -> None:
    truncated = replace(toy.contexts["CELL"].totals[0], id="tR.total")
    cell = replace(toy.contexts["CELL"], totals=(truncated,))
    declared = replace(toy, contexts={"CELL": cell})
    with pytest.raises(
        ScenarioError, match=r"context 'CELL': it gives tR.total, which no module of this scenario"
    ):
        resolve(declared, Scenario())
    assert "tR" in resolve(declared, Scenario(lesions={"tR": True})).present
    change = replace(toy.lesions["K_loss"].change, target="Q")
    lesion = replace(toy.lesions["K_loss"], change=change)
    broken = replace(toy, lesions={"K_loss": lesion})
    with pytest.raises(
        ScenarioError, match=r"lesion 'K_loss': it changes Q.total, which this scenario does not"
    ):
        resolve(broken, Scenario(lesions={"K_loss": True}))


def test_a_lesion_may_change_a_parameter_itself(toy: Declared) -> None:
    name = next(p.id for p in toy.base.parameters if not p.id.endswith(".total"))
    lesion = toy.lesions["K_loss"]
    aimed = replace(lesion, change=replace(lesion.change, target=name))
    declared = replace(toy, lesions={"K_loss": aimed})
    before = resolve(declared, Scenario()).parameters
    after = resolve(declared, Scenario(lesions={"K_loss": 0.25})).parameters
    assert lesion.change.kind.value == "remove"
    assert after[name] == pytest.approx(0.75 * before[name])
    assert {key for key in before if after[key] != before[key]} == {name}
