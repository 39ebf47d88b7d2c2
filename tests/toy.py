"""A small model folder for tests: a receptor, a kinase it drives, two drugs, a ligand, lesions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.model_folder import write

if TYPE_CHECKING:
    from pathlib import Path

MODEL = """
id = "toy"
version = 1
description = "A receptor R drives a kinase K"
cell_volume = {value = 1.0, unit = "pL", fold = 1.2, evidence = "assumed", source = "Toy2024"}
default_context = "CELL"
"""

SOURCES = """
[Toy2024]
citation = "Made up for tests"
how = "assumption"
year = 2024
"""

NUMBER = 'fold = 1.5, evidence = "assumed", source = "Toy2024"'

RECEPTOR = f"""
[molecule.R]
description = "receptor"
gene = "RGENE"
unit = "nM"
sites = {{ ect = ["free"], lig = ["free"], kin = ["free"], y = ["u", "p"] }}
total = {{value = 6.02214076e4, unit = "molecules/cell", {NUMBER}}}

[rule.R_phosphorylation]
text = "R(kin~free,y~u) -> R(kin~free,y~p)"
k = {{value = 0.2, unit = "1/min", {NUMBER}}}

[rule.R_dephosphorylation]
text = "R(y~p) -> R(y~u)"
k = {{value = 0.5, unit = "1/min", {NUMBER}}}

[pool.pY.R]
pattern = "R(y~p)"

[readout.pR]
unit = "nM"
description = "phosphorylated receptor"
[readout.pR.terms.R]
pattern = "R(y~p)"
"""

KINASE = f"""
[molecule.K]
description = "kinase"
gene = "KGENE"
unit = "nM"
sites = {{ allele = ["WT"], s = ["u", "p"] }}
total = {{value = 50.0, unit = "nM", {NUMBER}}}

[molecule.M]
description = "a message made where K is active"
unit = "1"
sites = {{}}

[molecule.Z]
description = "a protein that no cell here has"
unit = "nM"
sites = {{ kin = ["free"] }}
total = {{value = 0.0, unit = "nM", fold = 1.0, evidence = "assumed", source = "Toy2024"}}

[rule.K_phosphorylation]
text = "K(s~u) -> K(s~p)"
k = {{value = 0.01, unit = "1/(nM*min)", {NUMBER}}}
driven_by = ["pY"]

[rule.K_dephosphorylation]
text = "K(s~p) -> K(s~u)"
k = {{value = 0.3, unit = "1/min", {NUMBER}}}

[rule.M_transcription]
text = "0 -> M()"
k = {{value = 0.01, unit = "1/min", {NUMBER}}}
[rule.M_transcription.saturated_by.pK]
K = {{value = 20.0, unit = "nM", {NUMBER}}}

[rule.M_decay]
text = "M() -> 0"
k = {{value = 0.01, unit = "1/min", {NUMBER}}}

[pool.pK.K]
pattern = "K(s~p)"

[readout.pK]
unit = "nM"
description = "phosphorylated kinase"
[readout.pK.terms.K]
pattern = "K(s~p)"

[readout.M]
unit = "1"
description = "message"
[readout.M.terms.M]
pattern = "M()"
"""

BLOCKER = f"""
description = "a reversible inhibitor of the receptor's kinase"
class = "TKI"
mechanism = "binds the kinase pocket"
targets = ["R", "tR"]
molar_mass = {{value = 500.0, unit = "g/mol", fold = 1.0, evidence = "measured", source = "Toy2024"}}

[exposure.in-vitro]
dose = "100 nM"
source = "Toy2024"

[exposure.clinical]
dose = "20 nM"
source = "Toy2024"

[state.R]
kin = ["blocker"]

[state.tR]
kin = ["blocker"]

[rule.blocker_binding]
text = [
    "R(kin~free) + blocker <-> R(kin~blocker)",
    "tR(kin~free) + blocker <-> tR(kin~blocker)",
]
kon = {{value = 0.01, unit = "1/(nM*min)", {NUMBER}}}
Kd = {{value = 10.0, unit = "nM", {NUMBER}}}

[readout.R_drugged]
unit = "nM"
description = "receptor with an occupied pocket"
[readout.R_drugged.terms.R]
pattern = "R(kin~blocker)"
"""

ANTIBODY = f"""
description = "an antibody against the receptor's ectodomain"
class = "antibody"
mechanism = "binds the ectodomain and slows phosphorylation"
targets = ["R"]
molar_mass = {{value = 150000.0, unit = "g/mol", fold = 1.0, evidence = "measured", source = "Toy2024"}}

[exposure.in-vitro]
dose = "10 ug/mL"
source = "Toy2024"

[state.R]
ect = ["antibody"]

[rule.antibody_binding]
text = "R(ect~free) + antibody <-> R(ect~antibody)"
kon = {{value = 0.02, unit = "1/(nM*min)", {NUMBER}}}
Kd = {{value = 0.5, unit = "nM", {NUMBER}}}

[effect.antibody_slows]
rules = ["R_phosphorylation"]
when = "R(ect~antibody)"
factor = {{value = 0.2, unit = "1", {NUMBER}}}
"""

ORPHAN = f"""
description = "a drug against a protein that this model's cells lack"
class = "TKI"
mechanism = "none here"
targets = ["Z"]
molar_mass = {{value = 500.0, unit = "g/mol", fold = 1.0, evidence = "measured", source = "Toy2024"}}

[state.Z]
kin = ["orphan"]

[rule.orphan_binding]
text = "Z(kin~free) + orphan <-> Z(kin~orphan)"
kon = {{value = 0.01, unit = "1/(nM*min)", {NUMBER}}}
Kd = {{value = 10.0, unit = "nM", {NUMBER}}}
"""

LIGAND = f"""
description = "a growth factor for R"
targets = ["R"]
molar_mass = {{value = 8000.0, unit = "g/mol", fold = 1.0, evidence = "measured", source = "Toy2024"}}

[state.R]
lig = ["L"]

[rule.L_binding]
text = "R(lig~free) + L <-> R(lig~L)"
kon = {{value = 0.1, unit = "1/(nM*min)", {NUMBER}}}
Kd = {{value = 1.0, unit = "nM", {NUMBER}}}

[effect.L_speeds]
rules = ["R_phosphorylation"]
when = "R(lig~L)"
factor = {{value = 5.0, unit = "1", {NUMBER}}}
"""

TRUNCATED = f"""
description = "a receptor without ectodomain"
contradicts = ["R_amplification"]

[change]
kind = "move"
source = "R"
target = "tR"
default = {{value = 0.3, unit = "1", {NUMBER}}}

[molecule.tR]
description = "truncated receptor"
gene = "RGENE"
unit = "nM"
sites = {{ kin = ["free"], y = ["u", "p"] }}
total = {{value = 0.0, unit = "nM", fold = 1.0, evidence = "assumed", source = "Toy2024"}}

[rule.tR_phosphorylation]
text = "tR(kin~free,y~u) -> tR(kin~free,y~p)"
k = "R_phosphorylation.k"

[rule.tR_dephosphorylation]
text = "tR(y~p) -> tR(y~u)"
k = "R_dephosphorylation.k"

[pool.pY.tR]
pattern = "tR(y~p)"

[readout_terms.pR.tR]
pattern = "tR(y~p)"
"""

MUTANT = f"""
description = "a kinase allele that needs no receptor"
contradicts = []

[change]
kind = "move"
source = "K"
target = "K_mutant"
default = {{value = 0.5, unit = "1", {NUMBER}}}

[state.K]
allele = ["mutant"]

[seed.K_mutant]
pattern = "K(allele~mutant)"
total = {{value = 0.0, unit = "nM", fold = 1.0, evidence = "assumed", source = "Toy2024"}}

[rule.K_mutant_phosphorylation]
text = "K(allele~mutant,s~u) -> K(allele~mutant,s~p)"
k = {{value = 0.2, unit = "1/min", {NUMBER}}}
"""

AMPLIFICATION = f"""
description = "more receptor"
contradicts = []

[change]
kind = "scale"
target = "R"
default = {{value = 10.0, unit = "1", {NUMBER}}}
"""

LOSS = f"""
description = "no kinase"
contradicts = []

[change]
kind = "remove"
target = "K"
default = {{value = 1.0, unit = "1", {NUMBER}}}
"""

AUTOCRINE = f"""
description = "the cell makes its own ligand"
contradicts = []

[change]
kind = "ligand"
target = "L"
default = {{value = 0.5, unit = "nM", {NUMBER}}}
"""

CELL = """
description = "the default cell"
genotype = "nothing of note"

[total.R]
value = 1.204428152e5
unit = "molecules/cell"
fold = 1.5
evidence = "assumed"
source = "Toy2024"
"""

MUTATED = f"""
description = "a cell with a mutated kinase"
genotype = "K mutant"

[lesion.K_mutant]
value = 0.4
unit = "1"
{NUMBER.replace(", ", chr(10))}
"""

FILES = {
    "model.toml": MODEL,
    "sources.toml": SOURCES,
    "modules/1_receptor.toml": RECEPTOR,
    "modules/2_kinase.toml": KINASE,
    "drugs/antibody.toml": ANTIBODY,
    "drugs/blocker.toml": BLOCKER,
    "drugs/orphan.toml": ORPHAN,
    "ligands/L.toml": LIGAND,
    "lesions/K_loss.toml": LOSS,
    "lesions/K_mutant.toml": MUTANT,
    "lesions/L_autocrine.toml": AUTOCRINE,
    "lesions/R_amplification.toml": AMPLIFICATION,
    "lesions/tR.toml": TRUNCATED,
    "contexts/CELL.toml": CELL,
    "contexts/MUTATED.toml": MUTATED,
}


def write_toy(folder: Path) -> Path:
    """Write the toy model's files into ``folder`` and return it."""
    return write(folder, FILES)


def write_steep_toy(folder: Path) -> Path:
    """Write the toy model, one of its pools read with a Hill exponent."""
    write_toy(folder)
    given = "[rule.M_transcription.saturated_by.pK]\n"
    hill = f'hill = {{value = 2.5, unit = "1", {NUMBER}}}\n'
    steep = KINASE.replace(given, given + hill)
    return write(folder, {"modules/2_kinase.toml": steep})
