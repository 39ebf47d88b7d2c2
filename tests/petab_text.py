"""A PEtab problem written in tests: decay of A, part by part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sbml_text import CELL, apply, document, parameter, reaction, rule, species

if TYPE_CHECKING:
    from pathlib import Path

MODEL = document(
    compartments=CELL,
    species=species("A", "6"),
    parameters=parameter("k", "0.5") + parameter("p", None, constant=False),
    rules=rule("assignment", "p", apply("times", "3", "A")),
    reactions=reaction(apply("times", "C", "k", "A"), "1 A"),
)
"""A is a concentration, 6 / C at the start, and falls at a rate of k."""

YAML = """format_version: 1
parameter_file: parameters.tsv
problems:
- sbml_files: [model.xml]
  condition_files: [conditions.tsv]
  measurement_files: [measurements.tsv]
  observable_files: [observables.tsv]
"""
PARAMETERS = (
    "parameterId parameterScale lowerBound upperBound nominalValue estimate",
    "k log10 0.01 10 0.25 1",
    "gain lin 0 10 2 1",
    "start log 1 10 5 0",
    "sd lin 0 1 0.3 0",
)
CONDITIONS = (
    "conditionId A k C",
    "own - - -",
    "given start - -",
    "number 7 0.1 -",
    "small - - 1",
)
OBSERVABLES = (
    "observableId observableFormula noiseFormula observableTransformation noiseDistribution",
    "y observableParameter1_y*A noiseParameter1_y lin normal",
    "z A noiseParameter1_z+noiseParameter2_z log laplace",
    "w p*exp(time/10) 0.1*w log10 normal",
)
MEASUREMENTS = (
    "observableId simulationConditionId measurement time observableParameters noiseParameters",
    "y own 5 1 gain sd",
    "y given 4 2 3 0.5",
    "z number 6 4 - sd;0.1",
    "w small 20 0 - -",
    "w own 8 1 - -",
)


def row(line: str) -> str:
    """Return part of a table's row; cells stand between spaces, and ``-`` is an empty one."""
    return "\t".join("" if cell == "-" else cell for cell in line.split(" "))


def table(lines: tuple[str, ...]) -> str:
    """Return a table of such rows."""
    return "".join(f"{row(line)}\n" for line in lines)


def write_problem(folder: Path, *changes: tuple[str, str], **files: str) -> Path:
    """Write the problem, each change (old, new) made where old is; return its YAML."""
    texts = {
        "problem.yaml": YAML,
        "model.xml": MODEL,
        "parameters.tsv": table(PARAMETERS),
        "conditions.tsv": table(CONDITIONS),
        "observables.tsv": table(OBSERVABLES),
        "measurements.tsv": table(MEASUREMENTS),
    }
    for change in changes:
        words = row(change[0]), row(change[1])
        asked = {name: words if name.endswith(".tsv") else change for name in texts}
        found = [name for name, (old, _) in asked.items() if old in texts[name]]
        assert found, f"{change[0]!r} is nowhere"
        for name in found:
            texts[name] = texts[name].replace(*asked[name])
    texts |= files
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "problem.yaml"
