import pathway as pw

model = pw.load("her2")
doses = {"lapatinib": "1 uM", "tucatinib": "1 uM", "neratinib": "100 nM"}
cell = pw.Scenario(context="SKBR3", duration="2 h")
runs = [cell.with_drugs({d: doses[d]}).wash("24 h").labelled(d) for d in doses]
result = pw.simulate(model, runs, times=["2 h", "3 h", "6 h", "14 h", "26 h"])
print(result["pHER2_fold"].to_pandas().round(2))
