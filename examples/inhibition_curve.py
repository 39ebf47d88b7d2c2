import matplotlib.pyplot as plt

import pathway as pw

model = pw.load("her2")
cell = pw.Scenario(context="BT474", ligands={"HRG": "1 nM"}, duration="1 h")
curve = pw.inhibition_curve(model, cell, drug="lapatinib", readout="pERK")
print(f"IC50 {curve.ic50:.3g} {curve.unit}, Emax {curve.emax:.2f}, R² {curve.gof:.3f}")
curve.plot()
plt.savefig("lapatinib_pERK.png")
