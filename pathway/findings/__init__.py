"""Published findings as executable checks.

A findings file is TOML: named runs, and findings whose expectations read them::

    version = 1

    [run]
    untreated = { context = "SKBR3", duration = "2 h" }
    hrg = { context = "SKBR3", ligands = { HRG = "10 nM" }, duration = "2 h" }
    drug = { context = "SKBR3", drugs = { lapatinib = "1 uM" }, pretreat = "1 h",
             ligands = { HRG = "1 nM" }, duration = "24 h", steps = [{ wash = "4 h" }] }

    [finding.X1]
    claim = "HRG raises pAKT; lapatinib prevents it"
    source = "Somebody 2020, Journal 1:2"
    basis = "data"        # data, page, file, memory or requirement: how the outcome is known
    strength = "A"
    expect = [
      { kind = "number", expr = 'fold(hrg, pAKT_S473, "5 min")', expected = 2.4 },
      { kind = "direction", expr = 'effect(drug, pAKT_S473, "1 h")', expected = "down" },
      { kind = "order", expr = 'hrg.pAKT_S473 @ "1 h" > drug.pAKT_S473 @ "1 h"' },
      { kind = "bound", expr = 'suppression(drug, pERK, "1 h") > 0.5', threshold = "who says so" },
    ]

(An inline table stands on one line in TOML 1.0.) A run takes context, drugs, ligands, lesions,
parameters, duration and steps as a scenario does; with ``pretreat`` the drugs come that long before
time zero, the ligands at it. A step is ``then`` (what is named is set) or ``wash`` (what is named
goes; all drugs if nothing is). What cannot be asked has ``expressible = false`` and a ``reason``.

The tolerance follows from the kind and the basis, never from the finding: a direction (up, down,
unchanged, not up, not down) is a change of 15 %, an order has gaps of 10 %, a number lies within
x1.5 of a data set's and x2 of a page's or file's. From memory only directions and orders of
strength A may be demanded.
"""
