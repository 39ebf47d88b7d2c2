"""SBML written in tests: a model's parts in, a document or a file out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.programs.compile import compile_system
from pathway.sbml import read_sbml
from pathway.solve.system import integrate_system

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pathway.equations.system import EquationSystem

CORE = {
    2: 'xmlns="http://www.sbml.org/sbml/level2/version4" level="2" version="4"',
    3: 'xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"',
    31: 'xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"',
}
MATH = "http://www.w3.org/1998/Math/MathML"
TIME = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time">t</csymbol>'
CELL = '<compartment id="C" spatialDimensions="3" size="2" constant="true"/>'

LISTS = {
    "functions": "FunctionDefinitions",
    "units": "UnitDefinitions",
    "compartments": "Compartments",
    "species": "Species",
    "parameters": "Parameters",
    "initial": "InitialAssignments",
    "rules": "Rules",
    "reactions": "Reactions",
    "events": "Events",
}


def math(content: str) -> str:
    """Return a math element; a bare word is an identifier, a bare number a number."""
    return f'<math xmlns="{MATH}">{part(content)}</math>'


def part(content: str) -> str:
    text = content.strip()
    if text.startswith("<"):
        return text
    try:
        float(text)
    except ValueError:
        return f"<ci>{text}</ci>"
    return f"<cn>{text}</cn>"


def apply(operator: str, *arguments: str) -> str:
    return f"<apply><{operator}/>{''.join(part(argument) for argument in arguments)}</apply>"


def document(*, level: int = 3, model: str = "", root: str = "", **lists: str) -> str:
    """Return a document with the lists given, in the order that SBML wants."""
    body = "".join(
        f"<listOf{name}>{lists[key]}</listOf{name}>"
        for key, name in LISTS.items()
        if lists.get(key)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<sbml {CORE[level]} {root}>'
        f'<model id="m" {model}>{body}</model></sbml>'
    )


def species(name: str, amount: str = "1", more: str = "") -> str:
    """Return a species of level 3; ``more`` replaces or adds attributes."""
    attributes = {
        "id": name,
        "compartment": "C",
        "initialAmount": amount,
        "hasOnlySubstanceUnits": "false",
        "boundaryCondition": "false",
        "constant": "false",
    }
    for pair in more.split():
        key, _, value = pair.partition("=")
        attributes[key] = value
    shown = " ".join(f'{key}="{value}"' for key, value in attributes.items() if value != "-")
    return f"<species {shown}/>"


def parameter(name: str, value: str | None = "1", *, constant: bool = True) -> str:
    given = "" if value is None else f'value="{value}" '
    return f'<parameter id="{name}" {given}constant="{str(constant).lower()}"/>'


def reaction(
    law: str, reactants: str = "", products: str = "", *, name: str = "J", more: str = ""
) -> str:
    """Return a reaction; species are written ``"2 A, B"``."""
    sides = "".join(
        f"<listOf{side}>{''.join(_reference(text) for text in given.split(','))}</listOf{side}>"
        for side, given in (("Reactants", reactants), ("Products", products))
        if given
    )
    return (
        f'<reaction id="{name}" reversible="false" {more}>{sides}'
        f"<kineticLaw>{math(law)}</kineticLaw></reaction>"
    )


def _reference(text: str) -> str:
    count, _, name = text.strip().rpartition(" ")
    return f'<speciesReference species="{name}" stoichiometry="{count or 1}" constant="true"/>'


def rule(kind: str, target: str, content: str) -> str:
    return f'<{kind}Rule variable="{target}">{math(content)}</{kind}Rule>'


def write(folder: Path, text: str, name: str = "model.xml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def read(folder: Path, text: str) -> EquationSystem:
    return read_sbml(write(folder, text))


def courses(system: EquationSystem, times: Sequence[float]) -> dict[str, NDArray[np.float64]]:
    """Return every output over time."""
    found = integrate_system(compile_system(system), np.array(times, dtype=float))
    return {output.id: found.outputs[:, n] for n, output in enumerate(system.outputs)}
