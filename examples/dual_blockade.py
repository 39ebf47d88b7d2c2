import pathway as pw

model = pw.load("her2")
result = pw.compare(model)  # a few minutes: 140 runs and the inhibition curves
print(result.ranking[["rank", "label", "score"]].to_string(index=False))
result.save("results/compare")
