import pathway as pw

model = pw.load("her2")
result = pw.compare(model)  # some ten seconds: 140 runs and the inhibition curves
print(result.ranking[["rank", "label", "score"]].to_string(index=False))
result.save("results/compare")
