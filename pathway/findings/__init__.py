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

A finding may say ``needs = ["afatinib"]``: names of drugs, ligands, lesions or contexts that a
model may lack; where it does, the finding is not expressible, not an error. ``suspect = "..."``
says which mechanism or number is thought to be wrong while the finding fails; no verdict depends
on it.

A rank compares a model expression with values measured in many cell lines::

    [run]
    basal = { duration = "1 h" }               # no context: the rank takes it in each of its panel

    [panel.lines]
    contexts = "all"                           # or a list; those the model lacks are noted

    [measured.basal_pErbB2]
    file = "niepel2014/receptors.tsv"          # .tsv or .csv below the folder of measurements
    key = "Cell Line Name"                     # SK-BR-3 is SKBR3: letters and digits count
    value = "pErbB2"
    log = true                                 # logarithms; else a negative value is an error
    floor = -2.652                             # values at or below it are ties
    names = { "MDA-231" = "MDAMB231" }         # where the letters and digits do not do

    [finding.X2]
    ...
    expect = [
      { kind = "rank", expr = 'rest(basal, pHER2)', panel = "lines", measured = "basal_pErbB2" },
    ]

The folder is an argument (``check_evidence(model, data=...)``, ``pathway evidence --data``); no
table of measurements belongs to the package, and without one a rank is not expressible. Spearman's
rho is printed with its 95 % interval (percentile bootstrap of the pairs, 5000 resamples, the seed
an argument) and the number of lines; it passes if the whole interval is above 0. At least 10 lines
are needed. Model numbers that agree to six digits are ties.

The tolerance follows from the kind and the basis, never from the finding: a direction (up, down,
unchanged, not up, not down) is a change of 15 %, an order has gaps of 10 %, a number lies within
x1.5 of a data set's and x2 of a page's or file's, a rank correlation is above 0 with all of its
95 % interval, against data only. From memory only directions and orders of
strength A may be demanded.
"""
