from pathlib import Path
from tempfile import TemporaryDirectory

import pathway as pw

NEWTINIB = """
description = "Newtinib, an imagined reversible HER2 kinase inhibitor"
class = "kinase inhibitor"
mechanism = "ATP-competitive on HER2"
targets = ["HER2"]

[molar_mass]
value = 500
unit = "g/mol"
fold = 1
evidence = "assumed"
source = "assumed"

[exposure.in-vitro]
dose = "100 nM"
source = "assumed"

[state.HER2]
kin = ["newtinib"]

[rule.newtinib_binding]
text = "HER2(kin~free) + newtinib <-> HER2(kin~newtinib)"
Kd = { value = 5, unit = "nM", fold = 2, evidence = "assumed", source = "assumed" }
koff = { value = 0.02, unit = "1/min", fold = 3, evidence = "assumed", source = "assumed" }
"""

with TemporaryDirectory() as folder:
    file = Path(folder) / "drugs" / "newtinib.toml"
    file.parent.mkdir()
    file.write_text(NEWTINIB, encoding="utf-8")
    model = pw.load("her2", extra=folder)

cell = pw.Scenario(context="SKBR3", duration="4 h")
runs = [cell.with_drugs({drug: "in-vitro"}).labelled(drug) for drug in ("newtinib", "tucatinib")]
print(pw.suppression(model, runs, readouts=("pHER2", "pAKT_S473", "pERK")).round(2))
