"""A model of a receptor and a kinase as text files, for tests that load and edit it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.model_folder import number

if TYPE_CHECKING:
    from collections.abc import Mapping


CONC = number("10", "nM")
RATE = number("1", "1/min")
BIND = number("0.1", "1/(nM*min)")
ONE = number("2", "1")

MODEL = f"""
id = "tiny"
version = 1
description = "a receptor and a kinase"
cell_volume = {number("2", "pL")}
default_context = "line"
"""
SOURCES = 'S.citation = "somewhere"\nS.how = "page"\n'
RECEPTOR = f"""
[molecule.R]
unit = "nM"
sites = {{ lig = ["free"], dim = "bond", y = ["u", "p"] }}
total = {number("1e5", "molecules/cell")}
[rule.R_dimer]
text = "R(dim) + R(dim) <-> R(dim!1).R(dim!1)"
kon = {BIND}
Kd = {CONC}
[rule.R_phosphorylation]
text = "R(dim!+,y~u) -> R(dim!+,y~p)"
k = {RATE}
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
unit = "nM"
sites = {{ s = ["u", "p"] }}
total = {number("50", "nM")}
[molecule.M]
unit = "1"
total = {ONE}
[rule.K_phosphorylation]
text = "K(s~u) -> K(s~p)"
k = {BIND}
driven_by = "pY"
[rule.K_phosphorylation.inhibited_by.M]
pattern = "M"
K = {ONE}
[pool.pY.K]
pattern = "K(s~p)"
weight = {ONE}
[seed.K_mutant]
pattern = "K(s~u)"
total = {number("0", "nM")}
"""
DRUG = f"""
description = "blocks the receptor"
class = "antibody"
mechanism = "binds R"
targets = ["R"]
molar_mass = {number("148000", "g/mol")}
[exposure.in-vitro]
dose = "10 ug/mL"
source = "S"
note = "usual"
[state.R]
lig = ["blocker"]
[rule.blocker_binding]
text = "R(lig~free) + blocker <-> R(lig~blocker)"
kon = {BIND}
koff = {RATE}
[effect.blocker_stops]
rules = ["R_phosphorylation"]
when = "R(lig~blocker)"
factor = {number("0.1", "1")}
"""
LIGAND = f"""
description = "a growth factor"
targets = ["R"]
molar_mass = {number("8000", "g/mol")}
[state.R]
lig = ["grow"]
[rule.grow_binding]
text = "R(lig~free) + grow <-> R(lig~grow)"
kon = "R_dimer.kon"
koff = {RATE}
"""
CUT = f"""
description = "R without its outside"
contradicts = ["loss"]
[change]
kind = "move"
source = "R"
target = "cutR"
default = {number("0.3", "1")}
[molecule.cutR]
unit = "nM"
sites = {{ y = ["u", "p"] }}
total = {number("0", "nM")}
[pool.pY.cutR]
pattern = "cutR(y~p)"
[readout_terms.pR.cutR]
pattern = "cutR(y~p)"
"""
LOSS = f"""
description = "no K"
[change]
kind = "remove"
target = "K"
default = {number("1", "1")}
"""
LINE = """
description = "a cell line"
genotype = "wild type"
[total.R]
value = 6e5
unit = "molecules/cell"
fold = 1.5
evidence = "measured"
source = "S"
[lesion.cut]
value = 0.2
unit = "1"
fold = 2
evidence = "measured"
source = "S"
"""
TINY: Mapping[str, str] = {
    "model.toml": MODEL,
    "sources.toml": SOURCES,
    "modules/10_receptor.toml": RECEPTOR,
    "modules/20_kinase.toml": KINASE,
    "drugs/blocker.toml": DRUG,
    "ligands/grow.toml": LIGAND,
    "lesions/cut.toml": CUT,
    "lesions/loss.toml": LOSS,
    "contexts/line.toml": LINE,
}
