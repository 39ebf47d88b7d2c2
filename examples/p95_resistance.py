import pathway as pw

model = pw.load("her2")
cell = pw.Scenario(context="MCF7_p95HER2", duration="24 h")
drugs = ("trastuzumab", "pertuzumab", "lapatinib", "tucatinib", "neratinib")
runs = [cell.with_drugs({drug: "in-vitro"}).labelled(drug) for drug in drugs]
print(pw.suppression(model, runs, readouts=("pHER2", "pAKT_S473", "pERK")).round(2))
