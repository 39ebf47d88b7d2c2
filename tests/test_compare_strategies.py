"""Regimen files are read strictly, and name only what the model has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pathway.analysis.strategies import read_regimen, read_regimens
from pathway.declare.load import load_declared
from pathway.errors import DeclarationError, UnitError
from pathway.library.find import find_model
from tests.regimens import COMPARISON, TRIAL, write_toy_with_regimens

if TYPE_CHECKING:
    from pathlib import Path

    from pathway.declare.declared import Declared


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Declared:
    return load_declared(write_toy_with_regimens(tmp_path_factory.mktemp("toy")))


def read(text: str, toy: Declared, tmp_path: Path) -> object:
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return read_regimen(file, "regimens/mine.toml", toy)


def test_a_regimen_is_read_in_the_order_of_its_file(toy: Declared, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(COMPARISON, encoding="utf-8")
    regimen = read_regimen(file, "mine.toml", toy)
    assert regimen.id == "mine"
    names = [strategy.id for strategy in regimen.strategies]
    assert names == ["untreated", "blocker", "antibody", "both", "sequence"]
    assert [phase.duration for phase in regimen.strategies[-1].before] == ["2 h", "3 h"]
    assert [arm.ligand for arm in regimen.ligands] == ["", "L"]
    assert regimen.branches[0].lesions == ("tR",)
    assert regimen.outcomes == ()


def test_a_trial_carries_its_outcomes_as_text(toy: Declared, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(TRIAL, encoding="utf-8")
    regimen = read_regimen(file, "mine.toml", toy)
    assert regimen.kind == "trial"
    assert regimen.outcomes[0].effect == "HR 0.62 (95 % CI 0.51-0.75)"
    assert regimen.outcomes[0].sources == ("Toy2024",)
    assert "not modelled" in regimen.backbone


def test_a_model_without_regimens_has_none(toy: Declared, tmp_path: Path) -> None:
    assert read_regimens(tmp_path, toy) == {}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"blocker"]\n\n[strategy.ant', '"bloker"]\n\n[strategy.ant', "unknown drug 'bloker'; did"),
        ('contexts = ["CELL"', 'contexts = ["SELL"', "unknown context 'SELL'; did you mean 'CELL'"),
        ('lesions = ["tR"]', 'lesions = ["tRR"]', "unknown lesion 'tRR'; did you mean 'tR'"),
        ('ligand = "L"', 'ligand = "LL"', "unknown ligand 'LL'; did you mean 'L'"),
        ('"pR", "pK"', '"pR", "pKK"', "unknown readout 'pKK'; did you mean 'pK'"),
        ('"Toy2024"', '"Toy2023"', "unknown source 'Toy2023'; did you mean 'Toy2024'"),
        ('"comparison"', '"comparsion"', "unknown kind 'comparsion'; did you mean 'comparison'"),
        ("medium =", "medum =", "missing key 'medium'"),
        ('duration = "3 h"', 'duration = "3 h"\nlong = "x"', "unknown key 'long'"),
        ('drug_lead = "1 h"', "drug_lead = 1", "bare number 1 under 'drug_lead'"),
    ],
)
def test_what_is_wrong_in_a_regimen_is_named(
    toy: Declared, tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = COMPARISON.replace(old, new, 1)
    assert text != COMPARISON
    with pytest.raises(DeclarationError, match=message):
        read(text, toy, tmp_path)


def test_outcomes_are_an_array_of_tables(toy: Declared, tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"not an array of tables; write \[\[outcome\]\]"):
        read(TRIAL.replace("[[outcome]]", "[outcome]"), toy, tmp_path)


def test_a_time_needs_a_unit_of_time(toy: Declared, tmp_path: Path) -> None:
    with pytest.raises(UnitError, match="wrong dimension"):
        read(COMPARISON.replace('drug_lead = "1 h"', 'drug_lead = "1 nM"'), toy, tmp_path)


@pytest.mark.parametrize(
    ("mark", "message"),
    [("[strategy.", "no strategy; add"), ("[ligand.", "no ligand arm; add")],
)
def test_a_regimen_needs_strategies_and_ligand_arms(
    toy: Declared, tmp_path: Path, mark: str, message: str
) -> None:
    blocks = TRIAL.split("\n\n")
    with pytest.raises(DeclarationError, match=message):
        read("\n\n".join(block for block in blocks if mark not in block), toy, tmp_path)


def test_every_shipped_regimen_is_read() -> None:
    folder = find_model("her2")
    regimens = read_regimens(folder, load_declared(folder))
    trials = [name for name, regimen in regimens.items() if regimen.kind == "trial"]
    assert trials == ["APHINITY", "CLEOPATRA", "ExteNET", "HER2CLIMB"]
    assert len(regimens["dual_blockade"].strategies) == 10
    for name in trials:
        assert "not modelled" in regimens[name].backbone
        assert any("does not predict" in caveat for caveat in regimens[name].caveats)
