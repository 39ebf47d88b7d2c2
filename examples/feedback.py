import pathway as pw

model = pw.load("her2")
cell = pw.Scenario(context="SKBR3", drugs={"trametinib": "in-vitro"})
print(pw.suppression(model, [cell], readouts=("pERK", "pHER3", "pAKT_S473")).round(2))
pathway = model.network(cell).influence()  # a signed networkx.DiGraph
for _, target, edge in pathway.out_edges("ERK", data=True):
    print("ERK", {1: "activates", -1: "inhibits"}.get(edge["sign"], "acts on"), target)
