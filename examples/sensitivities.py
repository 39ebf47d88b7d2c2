import pathway as pw

model = pw.load("her2")
scenario = pw.Scenario(context="SKBR3", drugs={"lapatinib": "100 nM"}, duration="24 h")
moved = pw.sensitivities(model, scenario, ["1 h", "24 h"], readouts=["pERK", "pAKT_S473"])
late = moved["pERK"].sel(time=1440).to_series().dropna()
print(late.reindex(late.abs().sort_values(ascending=False).index).head(10).round(2))
