"""The rules as BNGL: BioNetGen expands them to the same network and simulates the same course."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import pathway as pw
from pathway.expand.canonical import canonical, text_of
from pathway.expand.pattern import parse_pattern
from tests.model_folder import write
from tests.tiny_model import LIGAND, ONE, TINY
from tests.toy import write_toy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pathway.expand.vocabulary import Vocabulary
    from pathway.model import Model

CELL = pw.Scenario(
    context="CELL", drugs={"blocker": "50 nM"}, lesions={"tR": 0.3}, duration="30 min"
)
STEPS = CELL.then("20 min", ligands={"L": "1 nM"}).wash("30 min")
HER2 = {
    "untreated": pw.Scenario(context="SKBR3", duration="1 h"),
    "trastuzumab + pertuzumab": pw.Scenario(
        context="SKBR3",
        drugs={"trastuzumab": "10 ug/mL", "pertuzumab": "10 ug/mL"},
        duration="1 h",
    ).then("1 h", ligands={"HRG": "1 nM"}),
    "lapatinib + trastuzumab": pw.Scenario(
        context="SKBR3",
        drugs={"lapatinib": "100 nM", "trastuzumab": "10 ug/mL"},
        ligands={"HRG": "1 nM"},
        lesions={"p95HER2": 0.3},
        duration="1 h",
    ),
    "tucatinib, HER2 L755S": pw.Scenario(
        context="SKBR3",
        drugs={"tucatinib": "100 nM", "trastuzumab": "10 ug/mL"},
        lesions={"HER2_L755S": True},
        duration="1 h",
    ),
    "trastuzumab with EGF": pw.Scenario(
        context="HCC1954",
        drugs={"trastuzumab": "10 ug/mL"},
        ligands={"EGF": "1 nM"},
        duration="1 h",
    ),
    "neratinib + alpelisib": pw.Scenario(
        context="SKBR3",
        drugs={"neratinib": "100 nM", "alpelisib": "1000 nM"},
        lesions={"PIK3CA_H1047R": True},
        duration="1 h",
    ),
}


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = tmp_path_factory.mktemp("toy_bngl")
    write_toy(folder)
    return pw.load(folder)


def in_bionetgen(file: Path) -> tuple[str, dict[str, NDArray[np.float64]]]:
    """Return the network that BioNetGen expands a file to, and the columns of its simulation."""
    bionetgen = pytest.importorskip("bionetgen", reason="BioNetGen (bionetgen) is not installed")
    perl = shutil.which("perl")
    if perl is None:
        pytest.skip("BioNetGen needs Perl, which is not installed")
    programs = sorted(Path(bionetgen.__file__).parent.glob("bng-linux/BNG2.pl"))
    if not programs:
        pytest.skip("this BioNetGen brings no BNG2.pl for this system")
    ended = subprocess.run(
        [perl, str(programs[0]), file.name],
        cwd=file.parent,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr[-2000:]
    table = file.with_suffix(".gdat").read_text(encoding="utf-8").splitlines()
    names = table[0].lstrip("#").split()
    rows = np.array([[float(word) for word in line.split()] for line in table[1:]])
    courses = {name.removesuffix("()"): rows[:, i] for i, name in enumerate(names)}
    return file.with_suffix(".net").read_text(encoding="utf-8"), courses


def lines(text: str, block: str) -> list[str]:
    return text.split(f"begin {block}\n")[1].split(f"end {block}\n")[0].splitlines()


def rules_of(line: str, rules: set[str]) -> list[str]:
    """Return the rules that a reaction's comment names, without the numbers of their contexts."""
    names = line.split("#")[1].split()[0].split(",")
    return [name if name in rules else name.rpartition("_")[0] for name in names]


def our_name(text: str, vocabulary: Vocabulary) -> str:
    pattern = parse_pattern("species", text.removeprefix("$"), vocabulary)
    return text_of(
        canonical([(part.molecule, tuple(v for _, v in part.sites)) for part in pattern.molecules]),
        vocabulary,
    )


def assert_same(model: Model, scenario: pw.Scenario, file: Path) -> None:
    """Assert that BioNetGen has the same species, the same reactions and the same readouts."""
    network_text, courses = in_bionetgen(pw.export(model, scenario, file))
    network = model.network(scenario)
    vocabulary = model.merged(model.resolve(scenario)).vocabulary
    species = {
        line.split()[0]: our_name(line.split()[1], vocabulary)
        for line in lines(network_text, "species")
    }
    assert sorted(species.values()) == sorted([*network.species, *network.tables.inputs])
    rules = {rule.id for rule in model.merged(model.resolve(scenario)).rules}
    # One of our rules is several there, and a reaction may come from two of those.
    theirs = {
        (
            rule,
            *(
                tuple(sorted(species[i] for i in side.split(",") if i != "0"))
                for side in line.split()[1:3]
            ),
        )
        for line in lines(network_text, "reactions")
        for rule in rules_of(line, rules)
    }
    graph = network.graph
    ours = {
        (
            graph.nodes[r]["rule"],
            tuple(sorted(s for s, _, e in graph.in_edges(r, data=True) for _ in range(e["order"]))),
            tuple(
                sorted(
                    s
                    for _, s, e in graph.out_edges(r, data=True)
                    for _ in range(int(e["stoichiometry"]))
                )
            ),
        )
        for r in network.tables.reactions
    }
    assert theirs == ours
    assert len(ours) == len(network.tables.reactions)
    minutes, places = np.unique(courses["time"].round(6), return_index=True)
    dataset = pw.simulate(model, scenario, minutes, rtol=1e-10, atol=1e-10)
    for name in network.readouts:
        np.testing.assert_allclose(
            courses[name][places], dataset[name].values[0], rtol=1e-6, atol=1e-9, err_msg=name
        )


@pytest.mark.parametrize("scenario", [CELL, STEPS], ids=["constant", "steps"])
def test_the_toy_model(toy: Model, scenario: pw.Scenario, tmp_path: Path) -> None:
    assert_same(toy, scenario, tmp_path / "m.bngl")


@pytest.mark.slow
@pytest.mark.parametrize("name", HER2)
def test_the_her2_model(her2: Model, name: str, tmp_path: Path) -> None:
    assert_same(her2, HER2[name], tmp_path / "m.bngl")


def test_conditions_stand_for_effects(toy: Model, tmp_path: Path) -> None:
    scenario = pw.Scenario(
        context="CELL", drugs={"antibody": "2 nM"}, ligands={"L": "1 nM"}, duration="1 h"
    )
    text = pw.export(toy, scenario, tmp_path / "m.bngl").read_text(encoding="utf-8")
    rules = [
        line.strip() for line in text.splitlines() if "R_phosphorylation" in line and "->" in line
    ]
    antibody, ligand = "R(ect~antibody)", "R(lig~L)"
    either = f"{ligand},{antibody}"
    # In one complex: on one receptor, or on two.
    both = f"{ligand}.{antibody},R(ect~antibody,lig~L)"
    conditions = {rule.split(" ")[4]: " ".join(rule.split(" ")[5:]) for rule in rules}
    assert conditions == {
        "R_phosphorylation_k": f"exclude_reactants(1,{either})",
        "L_speeds_factor*R_phosphorylation_k": (
            f"include_reactants(1,{ligand}) exclude_reactants(1,{antibody})"
        ),
        "R_phosphorylation_k*antibody_slows_factor": (
            f"include_reactants(1,{antibody}) exclude_reactants(1,{ligand})"
        ),
        "L_speeds_factor*R_phosphorylation_k*antibody_slows_factor": (
            f"include_reactants(1,{both})"
        ),
    }
    assert "  $antibody() " in text
    assert "  R(ect~free~antibody" in text
    assert "  pR() = count_R_y_p" in text


def test_bngl_has_no_form_for_a_medium_that_is_used_up(toy: Model, tmp_path: Path) -> None:
    scenario = pw.Scenario(
        context="CELL", drugs={"blocker": "50 nM"}, medium_volume_per_cell="20 pL"
    )
    message = "a medium that is used up cannot be written as BNGL; leave out the volume"
    with pytest.raises(pw.ScenarioError, match=message):
        pw.export(toy, scenario, tmp_path / "m.bngl")
    assert list(tmp_path.iterdir()) == []


TWICE = f"""
[interaction.grow_holds]
pattern = "R(lig~grow,dim!+)"
factor = {ONE}
off_share = {ONE.replace("value = 2", "value = 0.5")}
"""
GROWN = pw.Scenario(ligands={"grow": "1 nM"}, duration="10 min")


@pytest.mark.parametrize("pattern", ["R(lig~grow,dim!+)", "R(lig~grow,dim!1).R(dim!1)"])
def test_a_pattern_that_is_there_twice_counts_twice(pattern: str, tmp_path: Path) -> None:
    # Either receptor of a dimer may have the ligand, or both.
    ligand = LIGAND + TWICE.replace("R(lig~grow,dim!+)", pattern)
    model = pw.load(write(tmp_path / "tiny", {**TINY, "ligands/grow.toml": ligand}))
    rates = {
        data["rate"].powers
        for _, data in model.network(GROWN).graph.nodes(data=True)
        if data.get("rule") == "R_dimer" and data["reverse_of"]
    }
    assert len(rates) == 3
    assert_same(model, GROWN, tmp_path / "m.bngl")
