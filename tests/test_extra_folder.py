"""A user's folder beside the shipped model: a drug, a cell line, a lesion, a finding, a regimen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import pathway as pw
from pathway.cli.main import main
from pathway.errors import EvidenceError, ScenarioError
from tests.model_folder import write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pathway.model import Model

NUMBER = 'fold = 2, evidence = "assumed", source = "MyBench"'

SOURCES = """
[MyBench]
citation = "My own bench, 2026"
how = "data"
year = 2026
"""

NEWTINIB = f"""
description = "Newtinib, a reversible HER2 kinase inhibitor that nobody shipped"
class = "kinase inhibitor"
mechanism = "ATP-competitive on HER2"
targets = ["HER2"]
molar_mass = {{ value = 500, unit = "g/mol", fold = 1, evidence = "assumed", source = "MyBench" }}

[exposure.in-vitro]
dose = "100 nM"
source = "MyBench"

[state.HER2]
kin = ["newtinib"]

[rule.newtinib_binding]
text = "HER2(kin~free) + newtinib <-> HER2(kin~newtinib)"
Kd = {{ value = 1, unit = "nM", {NUMBER} }}
koff = {{ value = 0.02, unit = "1/min", {NUMBER} }}

[interaction.newtinib_holds_HER2_pairs]
pattern = "HER2(kin~newtinib,dim!1).HER2(dim!1)"
factor = {{ value = 0.5, unit = "1", {NUMBER} }}
off_share = {{ value = 1, unit = "1", fold = 1, evidence = "assumed", source = "MyBench" }}
"""

MYLINE = f"""
description = "a line from my own bench"
genotype = "ERBB2 amplified"

[total.HER2]
value = 3e6
unit = "molecules/cell"
{NUMBER.replace(", ", chr(10))}

[lesion.MET_down]
value = 0.9
unit = "1"
{NUMBER.replace(", ", chr(10))}
"""

MET_DOWN = f"""
description = "MET mostly lost"

[change]
kind = "remove"
target = "MET"
default = {{ value = 0.5, unit = "1", {NUMBER} }}
"""

FINDINGS = """
version = 1

[run]
mine = { context = "MYLINE", drugs = { newtinib = "100 nM" }, duration = "1 h" }

[finding.mine1]
claim = "newtinib lowers pHER2 in my line"
source = "my notebook"
basis = "data"
strength = "B"
expect = [{ kind = "direction", expr = 'effect(mine, pHER2, "1 h")', expected = "down" }]
"""

REGIMEN = """
kind = "comparison"
title = "My drug against lapatinib"
description = "Two inhibitors"
dose = "in-vitro"
contexts = ["MYLINE"]

[protocol]
medium = "serum-free"
drug_lead = "10 min"
duration = "1 h"
at = ["1 h"]

[ranking]
readouts = ["pHER2"]
at = "1 h"

[ligand.none]
label = "no ligand"

[strategy.newtinib]
label = "newtinib"
drugs = ["newtinib"]

[strategy.lapatinib]
label = "lapatinib"
drugs = ["lapatinib"]
"""

FILES = {
    "sources.toml": SOURCES,
    "drugs/newtinib.toml": NEWTINIB,
    "contexts/MYLINE.toml": MYLINE,
    "lesions/MET_down.toml": MET_DOWN,
    "findings/mine.toml": FINDINGS,
    "regimens/my_comparison.toml": REGIMEN,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("mine"), FILES)


@pytest.fixture(scope="module")
def model(folder: Path) -> Model:
    return pw.load("her2", extra=folder)


@pytest.fixture
def pathway(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Return a function that runs a command with ``--models`` and returns what it prints."""

    def run(*words: str) -> str:
        assert main([words[0], "--models", str(folder), *words[1:]]) == 0
        return capsys.readouterr().out

    return run


def test_everything_lies_beside_what_is_shipped(model: Model, her2: Model) -> None:
    assert set(model.declared.drugs) - set(her2.declared.drugs) == {"newtinib"}
    assert set(model.declared.contexts) - set(her2.declared.contexts) == {"MYLINE"}
    assert set(model.declared.lesions) - set(her2.declared.lesions) == {"MET_down"}
    assert model.declared.text_hash != her2.declared.text_hash


def test_the_drug_acts_in_the_users_line(model: Model) -> None:
    cell = pw.Scenario(context="MYLINE", drugs={"newtinib": "in-vitro"}, duration="1 h")
    table = pw.suppression(model, [cell], readouts=["pHER2"])
    assert table.loc[:, "pHER2"].item() > 0.5


def test_the_lesion_acts_in_a_shipped_line(model: Model) -> None:
    plain = model.resolve(pw.Scenario(context="HCC1954"))
    less = model.resolve(pw.Scenario(context="HCC1954", lesions={"MET_down": 0.9}))
    assert less.parameters["MET.total"] == pytest.approx(0.1 * plain.parameters["MET.total"])
    own = model.resolve(pw.Scenario(context="MYLINE"))
    assert own.lesions == ("MET_down",)


def test_the_finding_is_found_and_judged(model: Model, her2: Model) -> None:
    checked = pw.check_evidence(model, ids=["mine1"])
    assert checked.table["verdict"].to_list() == ["pass"]
    with pytest.raises(EvidenceError, match="ids: unknown finding 'mine1'"):
        pw.check_evidence(her2, ids=["mine1"])


def test_the_regimen_is_found_by_name(model: Model, her2: Model) -> None:
    result = pw.compare(model, regimen="my_comparison", curve_doses=0)
    assert list(result.ranking["strategy"])[-1] == "untreated"
    assert set(result.table["context"]) == {"MYLINE"}
    with pytest.raises(ScenarioError, match="unknown regimen 'my_comparison'"):
        pw.compare(her2, regimen="my_comparison")


def test_a_folder_of_lines_only_needs_no_findings(tmp_path: Path) -> None:
    (tmp_path / "contexts").mkdir()
    line = MYLINE[: MYLINE.index("[lesion")].replace("MyBench", "assumed")
    (tmp_path / "contexts" / "MYLINE.toml").write_text(line, encoding="utf-8")
    both = pw.load("her2", extra=tmp_path)
    assert pw.check_evidence(both, ids=["C14"]).table["id"].to_list() == ["C14"]


def test_they_are_listed(pathway: Callable[..., str]) -> None:
    for kind, name in (
        *(("drugs", "newtinib"), ("contexts", "MYLINE"), ("lesions", "MET_down")),
        *(("findings", "mine1"), ("regimens", "my_comparison")),
    ):
        rows = json.loads(pathway("list", kind, "--json"))["rows"]
        assert name in [row["id"] for row in rows]


def test_a_drug_shows_its_mechanism_numbers_and_tests(pathway: Callable[..., str]) -> None:
    (page,) = json.loads(pathway("show", "newtinib", "--json"))
    assert page["mechanism"] == "ATP-competitive on HER2"
    assert page["dose in-vitro"].startswith("100 nM [MyBench]")
    assert page["changes complexes"] == (
        "HER2(kin~newtinib,dim!1).HER2(dim!1): Kd x 0.5 (newtinib_holds_HER2_pairs)"
    )
    assert {"newtinib_binding.Kd", "newtinib_binding.koff"} <= {n["id"] for n in page["numbers"]}
    assert [row["id"] for row in page["findings that test it"]] == ["mine1"]


def test_a_lesion_shows_its_change_and_carriers(pathway: Callable[..., str]) -> None:
    (page,) = json.loads(pathway("show", "MET_down", "--json"))
    assert page["change"] == "takes the amount (default 0.5 1) of MET away"
    assert page["cell lines that have it"] == ["MYLINE"]
    # A cell line of the finding carries it.
    assert [row["id"] for row in page["findings that test it"]] == ["mine1"]


def test_a_line_shows_what_tests_it(pathway: Callable[..., str]) -> None:
    (page,) = json.loads(pathway("show", "MYLINE", "--json"))
    assert page["genotype"] == "ERBB2 amplified"
    assert "mine1" in [row["id"] for row in page["findings that test it"]]


def test_a_finding_shows_what_it_asks(pathway: Callable[..., str]) -> None:
    (page,) = json.loads(pathway("show", "mine1", "--json"))
    assert page["kind"] == "finding"
    assert page["claim"] == "newtinib lowers pHER2 in my line"
    assert page["runs"] == [{"run": "mine", "is": "MYLINE, newtinib 100 nM for 1 h"}]
    assert page["expectations"][0]["expected"] == "down"


def test_cite_names_the_users_source(pathway: Callable[..., str]) -> None:
    found = pathway("cite", "--context", "MYLINE", "--drug", "newtinib", "--bibtex")
    assert "@misc{MyBench,\n  title = {{My own bench, 2026}},\n  year = {2026}," in found
    assert r"newtinib\_binding.Kd" in found
