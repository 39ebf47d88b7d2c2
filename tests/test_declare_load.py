from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pathway.declare.declared import ChangeKind, Declared
from pathway.declare.entities import FactorKind
from pathway.declare.load import load_declared
from pathway.declare.parameters import Monomial
from pathway.errors import DeclarationError
from pathway.library.find import find_model

if TYPE_CHECKING:
    from collections.abc import Mapping
from tests.model_folder import write
from tests.tiny_model import CONC, CUT, DRUG, KINASE, LIGAND, LINE, ONE, RATE, SOURCES, TINY


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write(tmp_path / "tiny", TINY)


@pytest.fixture
def declared(tiny: Path) -> Declared:
    return load_declared(tiny)


def test_base_modules_become_one(declared: Declared) -> None:
    assert [item.id for item in declared.base.molecules] == ["R", "K", "M"]
    assert [rule.id for rule in declared.base.rules] == [
        "R_dimer",
        "R_phosphorylation",
        "K_phosphorylation",
    ]
    (pool,) = declared.base.pools
    assert [term.key for term in pool.terms] == ["R", "K"]
    assert pool.terms[1].weight == Monomial.of("pY.K")
    linear, inhibiting = declared.base.rules[2].factors
    assert (linear.kind, linear.pool) == (FactorKind.LINEAR, "pY")
    assert (inhibiting.kind, inhibiting.pool) == (FactorKind.INHIBITING, "M")
    ids = [item.id for item in declared.base.parameters]
    assert ids[:4] == ["R.total", "R_dimer.kon", "R_dimer.Kd", "R_phosphorylation.k"]
    assert len(set(ids)) == len(ids)


def test_numbers_are_in_internal_units(declared: Declared) -> None:
    assert (declared.cell_volume.value, declared.cell_volume.internal_unit) == (2.0, "pL")
    total = declared.base.parameters[0]
    assert total.value == pytest.approx(1e5 * 1e9 / (6.02214076e23 * 2e-12), rel=1e-15)
    (replaced,) = declared.contexts["line"].totals
    assert replaced.id == "R.total"
    assert replaced.value == pytest.approx(6 * total.value, rel=1e-15)


def test_drugs_ligands_lesions_contexts(declared: Declared) -> None:
    drug = declared.drugs["blocker"]
    assert (drug.drug_class, drug.targets, drug.molar_mass.value) == ("antibody", ("R",), 148000.0)
    (exposure,) = drug.exposures
    assert (exposure.name, exposure.text, exposure.sources) == ("in-vitro", "10 ug/mL", ("S",))
    assert exposure.concentration == pytest.approx(1e7 / 148000, rel=1e-15)
    assert [(item.id, item.is_input) for item in drug.module.molecules] == [("blocker", True)]
    ligand = declared.ligands["grow"]
    assert ligand.module.rules[0].forward == Monomial.of("R_dimer.kon")
    cut = declared.lesions["cut"]
    assert (cut.change.kind, cut.change.source, cut.change.target) == (
        ChangeKind.MOVE,
        "R",
        "cutR",
    )
    assert (cut.change.default.id, cut.change.default.value) == ("cut.default", 0.3)
    assert [pool.id for pool in cut.module.pools] == ["pY"]
    (readout,) = cut.module.readouts
    assert (readout.id, readout.unit, readout.description) == (
        "pR",
        "nM",
        "phosphorylated receptor",
    )
    context = declared.contexts["line"]
    assert [(name, amount.id, amount.value) for name, amount in context.lesions] == [
        ("cut", "cut.amount", 0.2)
    ]
    assert (declared.default_context, declared.version, declared.id) == ("line", 1, "tiny")


def test_contradictions_count_for_both(declared: Declared) -> None:
    assert declared.lesions["cut"].contradicts == ("loss",)
    assert declared.lesions["loss"].contradicts == ("cut",)


def test_messages_can_say_where(declared: Declared) -> None:
    assert declared.base.rules[2].where == "tiny/modules/20_kinase.toml: [rule.K_phosphorylation]"


def test_the_same_text_gives_the_same_value(tiny: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tiny, tmp_path / "elsewhere" / "tiny"))
    model = copy / "model.toml"
    model.write_bytes(model.read_bytes().replace(b"\n", b"\r\n"))
    (copy / "findings").mkdir()
    (copy / "findings" / "f.toml").write_text("not read here")
    one, other = load_declared(tiny), load_declared(copy)
    assert one.text_hash == other.text_hash
    assert one.base == other.base
    assert one.drugs == other.drugs
    assert one.folder != other.folder
    with (copy / "drugs" / "blocker.toml").open("a") as file:
        file.write("# changed\n")
    assert load_declared(copy).text_hash != one.text_hash


def test_a_model_in_an_archive_is_the_same(tiny: Path, tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for name, text in TINY.items():
            target.writestr(f"tiny/{name}", text)
    inside = load_declared(zipfile.Path(archive, "tiny/"))
    outside = load_declared(tiny)
    assert inside.text_hash == outside.text_hash
    assert inside.base == outside.base


def test_the_shipped_model_loads() -> None:
    declared = load_declared(find_model("her2"))
    assert declared.id == "her2"
    assert declared.default_context in declared.contexts
    assert {"R", "K"}.isdisjoint(item.id for item in declared.base.molecules)
    assert all(len(item.sources) > 0 for item in declared.base.parameters)


# ---- a user's folder beside the model -------------------------------------------------------------

EXTRA: Mapping[str, str] = {
    "sources.toml": 'Mine.citation = "my notebook"\nMine.how = "data"\n',
    "drugs/stopper.toml": DRUG.replace("blocker", "stopper").replace('"S"', '"Mine"'),
    "ligands/other.toml": LIGAND.replace("grow", "other"),
    "lesions/gain.toml": (
        'description = "x"\ncontradicts = ["loss"]\n[change]\nkind = "scale"\ntarget = "R"\n'
        f"default = {ONE}\n"
    ),
    "contexts/mine.toml": LINE.replace("[lesion.cut]", "[lesion.gain]"),
    "findings/f.toml": "read by others",
}


def test_an_extra_folder_is_read_beside_the_model(tiny: Path, tmp_path: Path) -> None:
    extra = write(tmp_path / "mine", EXTRA)
    both = load_declared(tiny, extra)
    assert list(both.drugs) == ["blocker", "stopper"]
    assert list(both.ligands) == ["grow", "other"]
    assert list(both.lesions) == ["cut", "loss", "gain"]
    assert list(both.contexts) == ["line", "mine"]
    assert both.drugs["stopper"].molar_mass.sources == ("Mine",)
    assert both.drugs["stopper"].where == "mine/drugs/stopper.toml: [top]"
    assert both.lesions["loss"].contradicts == ("cut", "gain")
    alone = load_declared(tiny)
    assert both.base == alone.base
    assert both.text_hash != alone.text_hash


@pytest.mark.parametrize(
    ("name", "text", "match"),
    [
        (
            "drugs/blocker.toml",
            DRUG,
            r"mine/drugs/blocker.toml: \[top\]: 'blocker' is already in ti",
        ),
        (
            "drugs/stopper.toml",
            DRUG,
            "rule 'blocker_binding' is already declared in tiny/drugs/blo",
        ),
        ("sources.toml", SOURCES, r"mine/sources.toml: \[S\]: source 'S' is already declared"),
        (
            "drug/stopper.toml",
            DRUG,
            "mine/drug: files in this folder are not read; did you mean 'd",
        ),
        ("modules/x.toml", KINASE, "mine/modules: files in this folder are not read"),
        (
            "source.toml",
            SOURCES,
            "mine/source.toml: this file is not read; did you mean 'sources.t",
        ),
        ("drugs/R.toml", "", r"mine/drugs/R.toml: \[top\]: missing key 'molar_mass'"),
        ("drugs/a-b.toml", "", "'a-b' cannot be a name"),
    ],
)
def test_refused_extra_files(tiny: Path, tmp_path: Path, name: str, text: str, match: str) -> None:
    extra = write(tmp_path / "mine", {name: text})
    with pytest.raises(DeclarationError, match=match):
        load_declared(tiny, extra)


def test_other_files_are_left_alone(tiny: Path, tmp_path: Path) -> None:
    files = {"README.md": "x", "drugs/notes.md": "x", "drugs/.hidden.toml": "x", ".git/a.toml": ""}
    extra = write(tmp_path / "mine", files)
    assert list(load_declared(tiny, extra).drugs) == ["blocker"]


def test_folders_that_are_not_there(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="nowhere: is not a folder; give the folder of the"):
        load_declared(tmp_path / "nowhere")
    with pytest.raises(DeclarationError, match="nowhere: is not a folder"):
        load_declared(tiny, tmp_path / "nowhere")
    (tiny / "sources.toml").unlink()
    with pytest.raises(DeclarationError, match=r"tiny/sources.toml: the file cannot be read"):
        load_declared(tiny)


def test_a_ligand_lesion_names_a_ligand(tmp_path: Path) -> None:
    lesion = 'description = "x"\n[change]\nkind = "ligand"\ntarget = "LIGAND"\ndefault = ' + CONC
    folder = write(
        tmp_path / "tiny", {**TINY, "lesions/autocrine.toml": lesion.replace("LIGAND", "grow")}
    )
    change = load_declared(folder).lesions["autocrine"].change
    assert (change.kind, change.default.value) == (ChangeKind.LIGAND, 10.0)
    write(folder, {"lesions/autocrine.toml": lesion.replace("LIGAND", "grwo")})
    with pytest.raises(DeclarationError, match="unknown ligand 'grwo'; did you mean 'grow'"):
        load_declared(folder)


def test_what_an_entry_requires_it_may_use(tmp_path: Path) -> None:
    rule = (
        '[rule.stops_cut]\ntext = "cutR(y~p) -> cutR(y~u)"\nrequires = ["grow"]\n'
        'k = "grow_binding.koff"\n'
    )
    folder = write(tmp_path / "tiny", {**TINY, "drugs/blocker.toml": DRUG + rule})
    assert load_declared(folder).drugs["blocker"].module.rules[1].requires == ("grow",)
    write(folder, {"drugs/blocker.toml": DRUG + rule.replace('requires = ["grow"]', "")})
    with pytest.raises(DeclarationError, match=r"unknown parameter 'grow_binding\.koff'"):
        load_declared(folder)


def test_an_effect_may_name_a_lesions_rule(tmp_path: Path) -> None:
    rule = f'[rule.cut_off]\ntext = "cutR(y~p) -> cutR(y~u)"\nk = {RATE}\n'
    files = {
        **TINY,
        "lesions/cut.toml": CUT + rule,
        "drugs/blocker.toml": DRUG.replace('["R_phosphorylation"]', '["cut_off"]'),
    }
    declared = load_declared(write(tmp_path / "tiny", files))
    assert declared.drugs["blocker"].module.effects[0].rules == ("cut_off",)
