from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pathway.declare.load import load_declared
from pathway.errors import DeclarationError, UnitError

if TYPE_CHECKING:
    from pathlib import Path
from tests.model_folder import number, write
from tests.tiny_model import BIND, CONC, ONE, RATE, TINY

Edit = tuple[str, str, str, str]
"""File, old text, new text, expected message; an empty old text appends."""

NAMES: list[Edit] = [
    (
        "model.toml",
        '"line"',
        '"lin"',
        r"tiny/model.toml: \[top\]: unknown default_context 'lin'; d",
    ),
    ("model.toml", '"pL"', '"nM"', r"tiny/model.toml: \[cell_volume\]: unit 'nM' has the wrong di"),
    ("model.toml", "version", "versoin", "bare number 1 under 'versoin'"),
    ("model.toml", "", 'colour = "red"', r"tiny/model.toml: \[top\]: unknown key 'colour'"),
    ("model.toml", "version = 1", "", r"missing key 'version'"),
    ("sources.toml", '"page"', '"heard"', r"tiny/sources.toml: \[S\]: unknown how 'heard'; known:"),
    ("sources.toml", "S.how", "S.hwo", "missing key 'how'; is 'hwo' meant to be it"),
    ("sources.toml", "", 'S.isbn = "1"', r"tiny/sources.toml: \[S\]: unknown key 'isbn'"),
    ("modules/20_kinase.toml", "molecule.K]", "molecule.R]", "molecule 'R' is already declared in"),
    ("modules/20_kinase.toml", "seed.K_mutant", "seed.K", "seed 'K' has the name of a molecule in"),
    (
        "modules/20_kinase.toml",
        "pool.pY.K",
        "pool.R.K",
        "pool 'R' has the name of a molecule in ti",
    ),
    ("modules/20_kinase.toml", "pool.pY.K", "pool.pY.R", "term 'R' is already in .*10_receptor"),
    (
        "drugs/blocker.toml",
        "rule.blocker_binding]",
        "rule.R_dimer]",
        "rule 'R_dimer' is already decla",
    ),
    (
        "modules/20_kinase.toml",
        "",
        (
            f"[parameter.P]\nvalue=1\nunit='1'\nfold=1\nevidence='derived'\nsource='S'\n[molecule.P]\n"
            f'unit = "nM"\ntotal = {CONC}\n[anchor.a]\nmolecule = "P"\nscale = "P"\n[anchor.b]\n'
            'molecule = "P"\nscale = "P"'
        ),
        "anchored scale 'P' is already declared",
    ),
    (
        "modules/20_kinase.toml",
        "",
        '[anchor.a]\nmolecule = "KK"\nscale = "K.total"',
        r"\[anchor.a\]: 'KK' is no molecule with a total; did you mean 'K'",
    ),
    (
        "modules/20_kinase.toml",
        "",
        '[anchor.a]\nmolecule = "K"\nscale = "K.ttal"',
        r"\[anchor.a\]: unknown parameter 'K.ttal'; did you mean 'K.total'",
    ),
    (
        "modules/20_kinase.toml",
        "",
        '[readout.pR]\nunit="nM"\ndescription="x"',
        "readout 'pR' is already declared in",
    ),
    (
        "modules/20_kinase.toml",
        "",
        '[readout_terms.pRR.K]\npattern="K(s~p)"',
        r"20_kinase.toml: \[readout_terms.pRR\]: unknown readout 'pRR'; did you mean 'pR'",
    ),
    ("modules/20_kinase.toml", '"pY"', '"pYY"', "'pYY' is neither a pool nor a pattern; did you"),
    ("modules/20_kinase.toml", '"pY"', '"KK(s~p)"', "unknown molecule 'KK'; did you mean 'K'"),
    ("modules/20_kinase.toml", '"pY"', '"K(s~p"', r"'K\(s~p' is not a pattern"),
    ("modules/20_kinase.toml", '"K(s~u) ->', '"Kx(s~u) ->', "unknown molecule 'Kx'; did you mean"),
    ("ligands/grow.toml", "R_dimer.kon", "R_dimer.kom", "unknown parameter 'R_dimer.kom'; did you"),
    ("ligands/grow.toml", "R_dimer.kon", "blocker_binding.kon", "unknown parameter 'blocker_bindi"),
    ("drugs/blocker.toml", '["R"]', '["RR"]', r"blocker.toml: \[top\]: unknown target 'RR'; did"),
    ("ligands/grow.toml", '["R"]', '["RR"]', r"grow.toml: \[top\]: unknown target 'RR'; did you"),
    ("drugs/blocker.toml", "[state.R]", "[state.RR]", r"\[state.RR\]: unknown molecule 'RR'; did"),
    ("drugs/blocker.toml", "lig = [", "lgi = [", "unknown site 'lgi'; did you mean 'lig'"),
    ("drugs/blocker.toml", "lig = [", "dim = [", "'dim' carries a bond and no states; use another"),
    ("drugs/blocker.toml", '["blocker"]', '["free"]', "state 'free' of 'lig' is there already"),
    (
        "drugs/blocker.toml",
        '"R_phosphorylation"',
        '"R_phos"',
        "unknown rule 'R_phos'; known: 'R_dimer",
    ),
    (
        "drugs/blocker.toml",
        '"R_phosphorylation"',
        '"R_dimer"',
        "rule 'R_dimer' is binding; an effe",
    ),
    ("drugs/blocker.toml", "in-vitro", "in-vivo", "unknown exposure 'in-vivo'; did you mean 'in-v"),
    ("drugs/blocker.toml", "10 ug/mL", "-1 nM", r"\[exposure.in-vitro\]: '-1 nM' is negative"),
    ("drugs/blocker.toml", '"S"\nnote', '"T"\nnote', r"\[exposure.in-vitro\]: unknown source 'T'"),
    ("drugs/blocker.toml", "g/mol", "kDa", r"\[molar_mass\]: unit 'kDa' has the wrong dimens"),
    ("drugs/blocker.toml", 'class = "antibody"', "", "missing key 'class'"),
    (
        "drugs/blocker.toml",
        "[rule",
        '[pool.pYY.x]\npattern = "R"\n[rule',
        "pool 'pYY' is not in th",
    ),
    (
        "drugs/blocker.toml",
        "",
        '[readout_terms.pX.x]\npattern = "R"',
        r"blocker.toml: \[readout_terms.pX\]: unknown readout 'pX'; known: 'pR'",
    ),
    (
        "drugs/blocker.toml",
        "when",
        'requires = ["grw"]\nwhen',
        "requires unknown 'grw'; did you me",
    ),
    ("lesions/cut.toml", '["loss"]', '["lss"]', "contradicts unknown lesion 'lss'; did you mean"),
    ("lesions/cut.toml", '["loss"]', '["cut"]', "contradicts itself; name other lesions"),
    ("lesions/cut.toml", '"move"', '"mve"', r"\[change\]: unknown kind 'mve'; did you mean 'move'"),
    ("lesions/cut.toml", '"move"', '"scale"', "'source' with kind 'scale'; only a move has a sou"),
    ("lesions/cut.toml", 'source = "R"\n', "", r"\[change\]: missing key 'source'"),
    ("lesions/cut.toml", '"cutR"\n', '"cutRR"\n', r"\[change\]: 'cutRR' is no molecule or seed wi"),
    ("lesions/cut.toml", 'source = "R"\n', 'source = "X"\n', "'X' is no molecule or seed with"),
    (
        "lesions/cut.toml",
        "value = 0.3",
        "value = 3",
        r"\[change.default\]: the fraction is 3; it i",
    ),
    ("lesions/loss.toml", '"remove"', '"ligand"', r"\[change.default\]: unit '1' for a lesion of"),
    (
        "contexts/line.toml",
        "total.R",
        "total.RR",
        r"\[total.RR\]: unknown molecule 'RR', or one wi",
    ),
    ("contexts/line.toml", "molecules/cell", "h", r"\[total.R\]: unit 'h' has the wrong dimension"),
    (
        "contexts/line.toml",
        "lesion.cut",
        "lesion.ct",
        r"\[lesion.ct\]: unknown lesion 'ct'; did yo",
    ),
    (
        "contexts/line.toml",
        "value = 0.2",
        "value = 2",
        r"\[lesion.cut\]: the fraction is 2; it is a",
    ),
    ("contexts/line.toml", "genotype", "genotyp", r"\[top\]: unknown key 'genotyp'; did you mean"),
    (
        "contexts/line.toml",
        "",
        "[lesion.loss]\nvalue=1\nunit='1'\nfold=1\nevidence='measured'\nsource='S'",
        "'loss' contradicts 'cut'; a cell has one of them",
    ),
]

DIMENSIONS: list[Edit] = [
    (
        "modules/10_receptor.toml",
        f"k = {RATE}",
        f"k = {BIND}",
        (
            r"\[rule.R_phosphorylation\]: the forward rate constant reads as 1/\(nM\*min\); a unit "
            "like '1/min' is needed"
        ),
    ),
    (
        "modules/10_receptor.toml",
        f"Kd = {CONC}",
        f"Kd = {ONE}",
        r"\[rule.R_dimer\]: the reverse rate constant reads as 1/\(nM\*min\); a unit like '1/min'",
    ),
    (
        "modules/20_kinase.toml",
        f"k = {BIND}",
        f"k = {RATE}",
        r"the forward rate constant reads as 1/min; a unit like '1/\(nM\*min\)' is needed",
    ),
    (
        "modules/20_kinase.toml",
        f'pattern = "M"\nK = {ONE}',
        f'pattern = "M"\nK = {CONC}',
        r"\[rule.K_phosphorylation\]: K for 'M' is in nM; write it in '1', the unit of what it is",
    ),
    (
        "modules/20_kinase.toml",
        f'pattern = "M"\nK = {ONE}',
        f'pattern = "M"\nK = {ONE}\nhill = "K.total"',
        "hill for 'M' has a unit; write unit '1'",
    ),
    (
        "modules/20_kinase.toml",
        f"weight = {ONE}",
        f"weight = {CONC}",
        r"\[pool.pY\]: term 'K' is in nM\^2, the sum in nM; give it a weight",
    ),
    (
        "lesions/cut.toml",
        '[readout_terms.pR.cutR]\npattern = "cutR(y~p)"',
        '[readout_terms.pR.cutR]\npattern = "M"',
        r"\[readout_terms.pR\]: term 'cutR' is in 1, the sum in nM",
    ),
    (
        "modules/20_kinase.toml",
        '"K(s~u) -> K(s~p)"',
        '"K(s~u) -> M"',
        r"'K\(s~u\) -> M' turns one unit into another; K\(s~u\) and M are counted in",
    ),
    (
        "modules/20_kinase.toml",
        'pattern = "K(s~p)"',
        'pattern = "K(s~p).M"',
        r"'K\(s~p\).M' joins molecules of different units; K and M cannot be in one complex",
    ),
    (
        "modules/20_kinase.toml",
        f"total = {number('0', 'nM')}",
        f"total = {number('0', '1')}",
        r"\[seed.K_mutant\]: the total reads as 1; a unit like 'nM' is needed",
    ),
    (
        "drugs/blocker.toml",
        f"factor = {number('0.1', '1')}",
        'factor = "blocker_binding.koff"',
        r"\[effect.blocker_stops\]: the factor is in 1/min; a factor has unit '1'",
    ),
]


def edited(folder: Path, edit: Edit) -> Path:
    file, old, new, _ = edit
    text = TINY[file]
    assert old in text
    changed = text.replace(old, new, 1) if old else f"{text}\n{new}\n"
    if file == "model.toml" and not old:
        changed = f"{new}\n{text}"
    return write(folder / "tiny", {**TINY, file: changed})


@pytest.mark.parametrize("edit", NAMES, ids=lambda edit: edit[3])
def test_refused_names(tmp_path: Path, edit: Edit) -> None:
    folder = edited(tmp_path, edit)
    with pytest.raises(DeclarationError, match=edit[3]) as caught:
        load_declared(folder)
    assert str(caught.value).startswith("tiny/")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("edit", DIMENSIONS, ids=lambda edit: edit[3])
def test_refused_dimensions(tmp_path: Path, edit: Edit) -> None:
    folder = edited(tmp_path, edit)
    with pytest.raises(UnitError, match=edit[3]) as caught:
        load_declared(folder)
    assert str(caught.value).startswith("tiny/")
