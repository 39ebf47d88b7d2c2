"""The table of lesions that cannot be in one cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pathway.declare.load import load_declared
from pathway.errors import DeclarationError, ScenarioError
from pathway.scenario import Scenario, resolve
from tests.model_folder import write
from tests.tiny_model import CUT, LINE, LOSS, TINY

if TYPE_CHECKING:
    from pathlib import Path

    from pathway.model import Model

FREE = {**TINY, "lesions/cut.toml": CUT.replace('contradicts = ["loss"]\n', "")}
"""The tiny model without its lesion's own contradiction."""
MORE = {**FREE, "lesions/gone.toml": LOSS}
PAIR = '[refused.a]\nlesions = ["cut", "loss"]\nreason = "the cell has no R left to cut"\n'


def test_a_pair_counts_for_both_with_its_reason(tmp_path: Path) -> None:
    declared = load_declared(write(tmp_path / "tiny", {**FREE, "refused_pairs.toml": PAIR}))
    cut, loss = declared.lesions["cut"], declared.lesions["loss"]
    assert (cut.contradicts, loss.contradicts) == (("loss",), ("cut",))
    assert cut.reasons == (("loss", "the cell has no R left to cut"),)
    assert loss.reasons == (("cut", "the cell has no R left to cut"),)


def test_of_several_lesions_each_pair_is_refused(tmp_path: Path) -> None:
    table = PAIR.replace('"loss"', '"loss", "gone"')
    declared = load_declared(write(tmp_path / "tiny", {**MORE, "refused_pairs.toml": table}))
    assert {name: set(lesion.contradicts) for name, lesion in declared.lesions.items()} == {
        "cut": {"loss", "gone"},
        "gone": {"cut", "loss"},
        "loss": {"cut", "gone"},
    }


def test_without_the_table_nothing_is_refused(tmp_path: Path) -> None:
    declared = load_declared(write(tmp_path / "tiny", FREE))
    assert all(lesion.contradicts == () for lesion in declared.lesions.values())


def test_a_lesions_own_contradiction_and_the_table_add_up(tmp_path: Path) -> None:
    table = PAIR.replace('"loss"', '"gone"')
    files = {**MORE, "lesions/cut.toml": CUT, "refused_pairs.toml": table}
    declared = load_declared(write(tmp_path / "tiny", files))
    assert declared.lesions["cut"].contradicts == ("loss", "gone")
    both = load_declared(write(tmp_path / "both", {**files, "refused_pairs.toml": PAIR}))
    assert both.lesions["cut"].contradicts == ("loss",)


def test_the_table_is_part_of_the_models_text(tmp_path: Path) -> None:
    one = load_declared(write(tmp_path / "tiny", FREE))
    other = load_declared(write(tmp_path / "tiny", {"refused_pairs.toml": PAIR}))
    assert one.text_hash != other.text_hash


def test_a_users_folder_may_refuse_pairs_too(tmp_path: Path) -> None:
    extra = {
        "lesions/gone.toml": LOSS,
        "refused_pairs.toml": PAIR.replace('"loss"', '"gone"'),
    }
    folder = write(tmp_path / "tiny", {**FREE, "refused_pairs.toml": PAIR})
    declared = load_declared(folder, write(tmp_path / "mine", extra))
    assert declared.lesions["cut"].contradicts == ("loss", "gone")
    write(tmp_path / "mine", {"refused_pairs.toml": PAIR})
    with pytest.raises(
        DeclarationError,
        match=r"mine/refused_pairs.toml: \[refused.a\]: cut and loss are already refused in "
        r"tiny/refused_pairs.toml: \[refused.a\]; keep one of the entries",
    ):
        load_declared(folder, tmp_path / "mine")


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ('"loss"', '"lss"', r"\[refused.a\]: unknown lesion 'lss'; did you mean 'loss'"),
        ('"cut", ', "", r"\[refused.a\]: only 'loss' is named; name at least two lesions"),
        ('"cut"', '"loss"', r"\[refused.a\]: lesion 'loss' is named twice; name each once"),
        ("reason", "raeson", r"\[refused.a\]: missing key 'reason'; is 'raeson' meant to be it"),
        ('"the cell has no R left to cut"', '""', "'reason' is empty; write what it is"),
        ("refused.a", "refusd.a", r"\[top\]: unknown key 'refusd'; did you mean 'refused'"),
        ("reason", 'note = "x"\nreason', r"\[refused.a\]: unknown key 'note'"),
    ],
)
def test_refused_tables(tmp_path: Path, old: str, new: str, match: str) -> None:
    files = {**FREE, "refused_pairs.toml": PAIR.replace(old, new)}
    with pytest.raises(DeclarationError, match=match):
        load_declared(write(tmp_path / "tiny", files))


def test_a_scenario_with_both_hears_the_reason(tmp_path: Path) -> None:
    files = {**MORE, "refused_pairs.toml": PAIR.replace('"cut"', '"gone"')}
    declared = load_declared(write(tmp_path / "tiny", files))
    with pytest.raises(
        ScenarioError,
        match="lesions gone and loss contradict each other: the cell has no R left to cut; "
        "leave one of them out",
    ) as raised:
        resolve(declared, Scenario(lesions={"loss": True, "gone": True}))
    assert "\n" not in str(raised.value)


def test_a_context_with_both_is_refused_with_the_reason(tmp_path: Path) -> None:
    second = LINE[LINE.index("[lesion.cut]") :].replace("cut", "loss")
    files = {**FREE, "contexts/line.toml": LINE + second, "refused_pairs.toml": PAIR}
    with pytest.raises(
        DeclarationError,
        match="'loss' contradicts 'cut': the cell has no R left to cut; a cell has one of them",
    ):
        load_declared(write(tmp_path / "tiny", files))


def test_the_shipped_table_is_the_only_place_of_refusals(her2: Model) -> None:
    lesions = her2.declared.lesions
    refused = {name: set(lesion.contradicts) for name, lesion in lesions.items()}
    for name, others in refused.items():
        assert others == {other for other, _ in lesions[name].reasons}, name
        assert all(name in refused[other] for other in others)
    assert "PIK3CA_E545K" in refused["PIK3CA_H1047R"]


def test_a_shipped_pair_is_refused_with_its_reason(her2: Model) -> None:
    both = Scenario(context="SKBR3", lesions={"PIK3CA_H1047R": True, "PIK3CA_E545K": True})
    with pytest.raises(ScenarioError, match="PIK3CA_H1047R contradict each other: each is one all"):
        her2.resolve(both)
    inherent = Scenario(context="HCC1954", lesions={"PIK3CA_E545K": True})
    with pytest.raises(
        ScenarioError, match="that no file describes; context 'HCC1954' has PIK3CA_H1047R: set it"
    ):
        her2.resolve(inherent)
