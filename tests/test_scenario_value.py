"""Scenarios as values: equality by meaning, the algebra of steps, and what is refused."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathway.errors import ScenarioError, UnitError
from pathway.scenario.frozenmap import FrozenMap
from pathway.scenario.value import Scenario, Treatment

NAMES = st.sampled_from(["a", "b", "c", "d"])
DOSES = st.integers(0, 999).map(lambda n: f"{n} nM")
MEDIA = st.dictionaries(NAMES, DOSES, max_size=4)

# the first text read loads the units, which takes longer than a case may
untimed = settings(deadline=None)


@untimed
@given(MEDIA, st.randoms(use_true_random=False))
def test_the_order_of_drugs_does_not_matter(drugs: dict[str, str], random: Any) -> None:
    items = list(drugs.items())
    random.shuffle(items)
    one, other = Scenario(drugs=drugs), Scenario(drugs=dict(items))
    assert one == other
    assert hash(one) == hash(other)
    assert repr(one) == repr(other)
    assert one.name == other.name


@untimed
@given(MEDIA, MEDIA)
def test_then_replaces_what_it_names_and_keeps_the_rest(
    first: dict[str, str], second: dict[str, str]
) -> None:
    scenario = Scenario(drugs=first, ligands={"L": "1 nM"}).then("2 h", drugs=second)
    last = scenario.treatments[-1]
    assert last.drugs == {**first, **second}
    assert last.ligands == {"L": "1 nM"}
    assert scenario.minutes == (1440.0, 120.0)


@untimed
@given(MEDIA, MEDIA)
def test_naming_drugs_in_two_calls_is_naming_them_in_one(
    first: dict[str, str], second: dict[str, str]
) -> None:
    start = Scenario(duration="1 h").then("1 h", ligands={"L": "1 nM"})
    assert start.with_drugs(first).with_drugs(second) == start.with_drugs({**first, **second})


@untimed
@given(MEDIA)
def test_washing_everything_is_washing_each(drugs: dict[str, str]) -> None:
    scenario = Scenario(drugs=drugs, ligands={"L": "1 nM"})
    washed = scenario.wash("2 h")
    assert washed == scenario.wash("2 h", *drugs)
    assert washed.treatments[-1] == Treatment("2 h", FrozenMap(), FrozenMap({"L": "1 nM"}))


@untimed
@given(MEDIA, st.integers(1, 99), st.integers(1, 99))
def test_a_step_that_changes_nothing_only_adds_time(
    drugs: dict[str, str], first: int, second: int
) -> None:
    whole = Scenario(drugs=drugs, duration=f"{first + second} min")
    parts = Scenario(drugs=drugs, duration=f"{first} min").then(f"{second} min")
    assert whole == parts
    assert hash(whole) == hash(parts)


@untimed
@given(MEDIA)
def test_without_drugs_keeps_ligands_and_their_times(drugs: dict[str, str]) -> None:
    scenario = Scenario(drugs=drugs, duration="1 h").then("24 h", ligands={"L": "1 nM"})
    bare = scenario.without_drugs()
    assert bare == Scenario(duration="1 h").then("24 h", ligands={"L": "1 nM"})
    assert all(not step.drugs for step in bare.treatments)
    assert scenario.without_ligands().without_drugs() == Scenario(duration="25 h")


def test_scenarios_do_not_change() -> None:
    scenario = Scenario(drugs={"a": "1 nM"})
    with pytest.raises(AttributeError):
        scenario.context = "X"  # type: ignore[misc]
    with pytest.raises(TypeError):
        scenario.drugs["a"] = "2 nM"  # type: ignore[index]
    given_drugs = {"a": "1 nM"}
    copied = Scenario(drugs=given_drugs)
    given_drugs["a"] = "2 nM"
    assert copied == scenario
    assert copy.deepcopy(scenario) == scenario


def test_equality_is_of_meaning() -> None:
    assert Scenario(duration="24 h") == Scenario(duration="1440 min").labelled("a day")
    assert Scenario(lesions={"m": True}) != Scenario(lesions={"m": 1.0})
    assert Scenario(lesions={"m": 1}) == Scenario(lesions={"m": 1.0})
    assert Scenario(lesions={"m": False}) != Scenario(lesions={"m": 0})
    assert Scenario(context="A") != Scenario(context="B")
    assert Scenario() != "untreated"
    assert len({Scenario(), Scenario().labelled("x"), Scenario(context="A")}) == 2


def test_with_methods_replace_what_they_name() -> None:
    scenario = Scenario(lesions={"m": 0.1}, parameters={"p": "x2"}, context="A")
    assert scenario.with_lesions({"n": True}).lesions == {"m": 0.1, "n": True}
    assert scenario.with_lesions({"m": 0.2}).lesions == {"m": 0.2}
    assert scenario.with_parameters({"q": "x3"}).parameters == {"p": "x2", "q": "x3"}
    assert scenario.with_context("B").context == "B"
    assert scenario.with_duration("2 h").minutes == (120.0,)
    assert scenario.then("1 h", drugs={"a": "1 nM"}).with_duration("3 h").minutes == (1440.0, 180.0)


def test_a_dose_is_set_where_the_drug_or_ligand_is() -> None:
    late = Scenario(duration="1 h").then("2 h", drugs={"a": "1 nM"}, ligands={"L": "1 nM"})
    changed = late.with_drugs({"a": "9 nM"}).with_ligands({"L": "5 nM"})
    assert [dict(step.drugs) for step in changed.treatments] == [{}, {"a": "9 nM"}]
    assert [dict(step.ligands) for step in changed.treatments] == [{}, {"L": "5 nM"}]
    everywhere = late.with_drugs({"b": "2 nM"}).with_ligands({"M": "3 nM"})
    assert all(step.drugs["b"] == "2 nM" for step in everywhere.treatments)
    assert all(step.ligands["M"] == "3 nM" for step in everywhere.treatments)


def test_a_ligand_can_be_washed_out() -> None:
    scenario = Scenario(drugs={"a": "1 nM"}, ligands={"L": "1 nM"}).wash("1 h", "L")
    assert scenario.treatments[-1] == Treatment("1 h", FrozenMap({"a": "1 nM"}), FrozenMap())


def test_a_name_is_made_from_the_parts() -> None:
    scenario = Scenario(
        context="A",
        drugs={"d": "1 nM"},
        ligands={"L": "2 nM"},
        lesions={"m": True, "n": False, "o": 0.3},
        parameters={"p": "x2"},
    ).wash("2 h", "d", "L")
    assert scenario.name == "A + m + no n + o 0.3 + d 1 nM + L 2 nM + then 2 h washed + p x2"
    assert Scenario().name == "untreated"
    assert Scenario().labelled("mine").name == "mine"


NUMBERS: Any = {"a": 1}


def loose(**options: Any) -> Scenario:
    """Call Scenario as someone without a type checker would."""
    return Scenario(**options)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: loose(drugs={"a": 100}), r"drug 'a': 100 has no unit; .* '100 nM'"),
        (lambda: loose(ligands={"L": 1.0}), r"ligand 'L': 1.0 has no unit; .* '1 nM'"),
        (lambda: loose(parameters={"p": 0.5}), r"parameter 'p': 0.5 has no unit; write 'x0.5'"),
        (lambda: loose(drugs=["a"]), r"drugs given as \['a'\]; give a mapping of drug to text"),
        (lambda: loose(lesions=["m"]), r"lesions given as \['m'\]; give a mapping of lesion"),
        (lambda: loose(lesions={"m": None}), r"lesion 'm': None is not an amount; give True"),
        (lambda: loose(duration="0 h"), r"a step of '0 h'; a step lasts longer than 0"),
        (lambda: loose().then("0 min"), r"a step of '0 min'; a step lasts longer than 0"),
        (lambda: loose().then("1 h", drugs=NUMBERS), r"drug 'a': 1 has no unit"),
        (lambda: loose().with_drugs(NUMBERS), r"drug 'a': 1 has no unit"),
        (lambda: loose().with_ligands(NUMBERS), r"ligand 'a': 1 has no unit"),
        (
            lambda: loose(drugs={"lapatinib": "1 nM"}).wash("1 h", "lapatanib"),
            r"wash: 'lapatanib' is not in the medium .*; did you mean 'lapatinib'\?",
        ),
    ],
)
def test_what_is_refused(make: Any, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        make()


@pytest.mark.parametrize("duration", ["-24", "-1 h", "nan h", "3 nM"])
def test_a_duration_is_a_time(duration: str) -> None:
    with pytest.raises(UnitError, match="scenario"):
        Scenario(duration=duration)


def test_a_plain_duration_has_no_minutes() -> None:
    scenario = Scenario(duration="24")
    assert scenario.treatments[0].number == 24.0
    with pytest.raises(UnitError, match="'24' has no unit"):
        _ = scenario.minutes


def test_a_plain_duration_is_not_one_in_minutes() -> None:
    assert Scenario(duration="24") == Scenario(duration="24.0") != Scenario(duration="24 min")
