import pathway as pw

model = pw.load("her2")
cell = pw.Scenario(context="BT474", ligands={"HRG": "1 nM"})
doses = {"lapatinib": "100 nM", "trastuzumab": "in-vitro"}
runs = [cell.with_drugs({drug: doses[drug]}).labelled(drug) for drug in doses]
runs.append(cell.with_drugs(doses).labelled("both"))
escape = {"pAKT_S473_suppression": 0.5}
found = pw.ensemble(model, runs, 1000, times=["24 h"], against="untreated", thresholds=escape)
print(found["pAKT_S473_suppression"].isel(time=0).to_pandas().round(2))
print(found["pAKT_S473_suppression_below"].isel(time=0).to_pandas().round(3))
