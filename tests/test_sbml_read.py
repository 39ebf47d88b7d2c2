"""What a model in SBML means: small models against solutions written down by hand."""

from __future__ import annotations

import math as numbers
from typing import TYPE_CHECKING

import numpy as np
import pytest

from pathway.sbml import read_sbml
from tests.sbml_text import (
    CELL,
    TIME,
    apply,
    courses,
    document,
    math,
    parameter,
    part,
    reaction,
    read,
    rule,
    species,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

GROWING = CELL.replace('constant="true"', 'constant="false"')
TIMES = (0.0, 0.5, 1.0, 2.0)
T = np.array(TIMES)


def course(folder: Path, text: str) -> dict[str, NDArray[np.float64]]:
    return courses(read(folder, text), TIMES)


def value(folder: Path, content: str, functions: str = "") -> float:
    """Return what a formula in k = 3 and j = 0.5 is."""
    text = document(
        parameters=parameter("k", "3") + parameter("j", "0.5") + parameter("p", constant=False),
        rules=rule("assignment", "p", content),
        functions=functions,
    )
    return float(courses(read(folder, text), [0.0])["p"][0])


def close(ours: NDArray[np.float64], theirs: object) -> None:
    np.testing.assert_allclose(ours, np.asarray(theirs, dtype=float), rtol=1e-6, atol=1e-9)


def test_a_species_reads_as_its_concentration(tmp_path: Path) -> None:
    text = document(compartments=CELL, species=species("A", "6"), reactions=reaction("A", "1 A"))
    found = course(tmp_path, text)
    close(found["A[amount]"], 6.0 * np.exp(-T / 2.0))  # C = 2: dn/dt = -n / 2
    close(found["A"], found["A[amount]"] / 2.0)
    close(found["A[concentration]"], found["A"])
    close(found["J"], found["A"])


def test_a_species_with_only_substance_units_reads_as_its_amount(tmp_path: Path) -> None:
    text = document(
        compartments=CELL,
        species=species(
            "A", more="hasOnlySubstanceUnits=true initialAmount=- initialConcentration=3"
        ),
        reactions=reaction("A", "1 A"),
    )
    found = course(tmp_path, text)
    close(found["A"], 6.0 * np.exp(-T))
    close(found["A[amount]"], found["A"])
    close(found["A[concentration]"], found["A"] / 2.0)


def test_a_compartment_without_dimensions_has_no_concentrations(tmp_path: Path) -> None:
    text = document(
        compartments='<compartment id="C" spatialDimensions="0" constant="true"/>',
        species=species("A", "6"),
        reactions=reaction("A", "1 A"),
    )
    found = course(tmp_path, text)
    close(found["A"], 6.0 * np.exp(-T))
    assert "A[concentration]" not in found


def test_amounts_stay_when_a_compartment_grows(tmp_path: Path) -> None:
    text = document(
        compartments=GROWING,
        species=species("A", "6") + species("B", "6", "boundaryCondition=true"),
        rules=rule("rate", "C", "C"),
    )
    found = course(tmp_path, text)
    for name in ("A", "B"):
        close(found[f"{name}[amount]"], np.full(T.size, 6.0))
        close(found[name], 3.0 * np.exp(-T))


def test_a_rate_rule_is_about_the_concentration(tmp_path: Path) -> None:
    text = document(
        compartments=GROWING,
        species=species("A", "6"),
        rules=rule("rate", "A", "1") + rule("rate", "C", "1"),
    )
    found = course(tmp_path, text)
    close(found["A"], 3.0 + T)
    close(found["A[amount]"], (3.0 + T) * (2.0 + T))


def test_an_event_that_changes_a_compartment_keeps_amounts(tmp_path: Path) -> None:
    changes = "".join(
        f'<eventAssignment variable="{name}">{math(to)}</eventAssignment>'
        for name, to in (("C", "4"), ("B", "5"))
    )
    text = document(
        compartments=GROWING,
        species=species("A", "6") + species("B", "6") + species("D", "6"),
        rules=rule("rate", "D", "0"),
        events='<event id="E" useValuesFromTriggerTime="true"><trigger initialValue="true" '
        f'persistent="true">{math(apply("gt", TIME, "0.7"))}</trigger>'
        f"<listOfEventAssignments>{changes}</listOfEventAssignments></event>",
    )
    found = course(tmp_path, text)
    close(found["A"], [3.0, 3.0, 1.5, 1.5])
    close(found["D"], [3.0, 3.0, 1.5, 1.5])
    close(found["B"], [3.0, 3.0, 5.0, 5.0])
    close(found["B[amount]"], [6.0, 6.0, 20.0, 20.0])


def test_conversion_factors(tmp_path: Path) -> None:
    text = document(
        model='conversionFactor="k"',
        compartments=CELL,
        species=species("A", "0") + species("B", "0", "conversionFactor=j"),
        parameters=parameter("k", "3") + parameter("j", "0.5"),
        reactions=reaction("2", "", "1 A, 4 B"),
    )
    found = course(tmp_path, text)
    close(found["A[amount]"], 6.0 * T)
    close(found["B[amount]"], 4.0 * T)


def test_stoichiometry_that_varies_and_is_named(tmp_path: Path) -> None:
    one = reaction("2", "", "1 A").replace("<speciesReference ", '<speciesReference id="n" ')
    text = document(
        compartments=CELL,
        species=species("A", "0"),
        parameters=parameter("p", constant=False),
        reactions=one.replace('stoichiometry="1" constant="true"', 'constant="false"'),
        rules=rule("assignment", "n", TIME) + rule("assignment", "p", apply("plus", "n", "J")),
    )
    found = course(tmp_path, text)
    close(found["A[amount]"], T**2)
    close(found["p"], T + 2.0)
    close(found["n"], T)


def test_level_2_stoichiometry_math_and_defaults(tmp_path: Path) -> None:
    text = document(
        level=2,
        compartments='<compartment id="C" size="2"/>',
        species='<species id="A" compartment="C" initialAmount="0"/>',
        parameters='<parameter id="k" value="3"/>',
        reactions='<reaction id="J"><listOfProducts><speciesReference id="r" species="A">'
        f"<stoichiometryMath>{math(apply('plus', 'k', '1'))}</stoichiometryMath>"
        f"</speciesReference></listOfProducts><kineticLaw>{math('h')}<listOfParameters>"
        '<parameter id="h" value="0.5"/></listOfParameters></kineticLaw></reaction>',
    )
    system = read(tmp_path, text)
    close(courses(system, TIMES)["A[amount]"], 2.0 * T)
    assert system.time_unit == "s"
    assert dict(system.constants)["J.h"] == 0.5


def test_a_level_2_event_that_is_true_at_the_start_does_not_fire(tmp_path: Path) -> None:
    text = document(
        level=2,
        parameters='<parameter id="p" value="1" constant="false"/>',
        events=f'<event id="E"><trigger>{math(apply("geq", TIME, "0"))}</trigger>'
        f'<listOfEventAssignments><eventAssignment variable="p">{math("2")}</eventAssignment>'
        "</listOfEventAssignments></event>",
    )
    system = read(tmp_path, text)
    assert system.events[0].initially_true
    assert system.events[0].persistent
    close(courses(system, TIMES)["p"], np.ones(T.size))


def test_a_delay_of_zero_is_none(tmp_path: Path) -> None:
    text = document(
        parameters=parameter("p", constant=False),
        events='<event id="E" useValuesFromTriggerTime="true"><trigger initialValue="false" '
        f'persistent="true">{math(apply("geq", TIME, "0"))}</trigger><delay>{math("0")}</delay>'
        f'<listOfEventAssignments><eventAssignment variable="p">{math("2")}</eventAssignment>'
        "</listOfEventAssignments></event>",
    )
    close(course(tmp_path, text)["p"], np.full(T.size, 2.0))


def test_local_parameters_are_told_apart(tmp_path: Path) -> None:
    local = (
        '</math><listOfLocalParameters><localParameter id="k" value="{}"/></listOfLocalParameters>'
    )
    reactions = [
        reaction("k", "", "1 A", name=name).replace("</math>", local.format(to))
        for name, to in (("J1", "5"), ("J2", "7"))
    ]
    text = document(
        compartments=CELL,
        species=species("A", "0"),
        parameters=parameter("k"),
        reactions="".join(reactions) + reaction("k", "", "1 A", name="J3"),
    )
    system = read(tmp_path, text)
    assert dict(system.constants) == {"C": 2.0, "k": 1.0, "J1.k": 5.0, "J2.k": 7.0}
    close(courses(system, TIMES)["A[amount]"], 13.0 * T)


def test_initial_assignments_may_use_each_other_and_rules(tmp_path: Path) -> None:
    text = document(
        compartments=CELL,
        species=species("A"),
        parameters="".join(
            (parameter("a"), parameter("b"), parameter("c", "2"), parameter("p", constant=False))
        ),
        initial="".join(
            f'<initialAssignment symbol="{name}">{math(content)}</initialAssignment>'
            for name, content in (("A", "b"), ("b", apply("times", "a", "p")), ("a", "7"))
        ),
        rules=rule("assignment", "p", apply("plus", "c", TIME)),
    )
    found = course(tmp_path, text)
    close(found["A"], np.full(T.size, 14.0))
    close(found["A[amount]"], np.full(T.size, 28.0))
    close(found["p"], 2.0 + T)


def test_a_function_is_put_in_with_its_arguments_at_once(tmp_path: Path) -> None:
    def function(name: str, body: str) -> str:
        bound = "<bvar><ci>x</ci></bvar><bvar><ci>y</ci></bvar>"
        return f'<functionDefinition id="{name}">{math(f"<lambda>{bound}{body}</lambda>")}</functionDefinition>'

    def call(name: str, *arguments: str) -> str:
        return f"<apply><ci>{name}</ci>{''.join(part(one) for one in arguments)}</apply>"

    functions = function("f", call("g", "y", "x")) + function("g", apply("minus", "x", "y"))
    assert value(tmp_path, call("f", "k", "j"), functions=functions) == 0.5 - 3.0


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (apply("plus"), 0.0),
        (apply("times"), 1.0),
        (apply("plus", "k"), 3.0),
        (apply("times", "k", "j", "4"), 6.0),
        (apply("minus", "k"), -3.0),
        (apply("minus", "k", "j"), 2.5),
        (apply("root", "k"), numbers.sqrt(3.0)),
        (apply("root", "<degree><cn>3</cn></degree>", "k"), 3.0 ** (1 / 3)),
        (apply("log", "k"), numbers.log10(3.0)),
        (apply("log", "<logbase><cn>2</cn></logbase>", "k"), numbers.log2(3.0)),
        (apply("ln", "k"), numbers.log(3.0)),
        (apply("power", "k", "j"), numbers.sqrt(3.0)),
        (apply("sec", "j"), 1.0 / numbers.cos(0.5)),
        (apply("csc", "j"), 1.0 / numbers.sin(0.5)),
        (apply("cot", "j"), 1.0 / numbers.tan(0.5)),
        (apply("sech", "j"), 1.0 / numbers.cosh(0.5)),
        (apply("csch", "j"), 1.0 / numbers.sinh(0.5)),
        (apply("coth", "j"), 1.0 / numbers.tanh(0.5)),
        (apply("arcsec", "k"), numbers.acos(1.0 / 3.0)),
        (apply("arccsc", "k"), numbers.asin(1.0 / 3.0)),
        (apply("arccot", "k"), numbers.atan(1.0 / 3.0)),
        (apply("arcsech", "j"), numbers.acosh(2.0)),
        (apply("arccsch", "j"), numbers.asinh(2.0)),
        (apply("arccoth", "k"), numbers.atanh(1.0 / 3.0)),
        (apply("quotient", "k", "2"), 1.0),
        (apply("rem", "k", "2"), 1.0),
        (apply("max", "k", "j", "2"), 3.0),
        (apply("min", "k", "j", "2"), 0.5),
        (apply("factorial", "k"), 6.0),
        (apply("ceiling", "j"), 1.0),
        (apply("lt", "j", "1", "k"), 1.0),
        (apply("lt", "j", "k", "1"), 0.0),
        (apply("implies", apply("lt", "j", "k"), "<false/>"), 0.0),
        (apply("implies", apply("gt", "j", "k"), "<false/>"), 1.0),
        (apply("xor", "<true/>", "<true/>", "<true/>"), 1.0),
        ("<exponentiale/>", numbers.e),
        ("<pi/>", numbers.pi),
        ('<cn type="e-notation">2<sep/>3</cn>', 2000.0),
        ('<cn type="rational">3<sep/>4</cn>', 0.75),
        ("<infinity/>", numbers.inf),
        (
            "<piecewise><piece><cn>1</cn><false/></piece><otherwise><ci>k</ci></otherwise></piecewise>",
            3.0,
        ),
        ("<piecewise><piece><cn>1</cn><false/></piece></piecewise>", numbers.nan),
        (
            TIME.replace("symbols/time", "symbols/avogadro"),
            6.02214179e23,
        ),
    ],
)
def test_formulas(tmp_path: Path, content: str, expected: float) -> None:
    assert value(tmp_path, content) == pytest.approx(expected, rel=1e-14, nan_ok=True)


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ('<unit kind="second" exponent="1" scale="0" multiplier="60"/>', "min"),
        ('<unit kind="second" exponent="1" scale="0" multiplier="3600"/>', "h"),
        ('<unit kind="second" exponent="1" scale="-3" multiplier="1"/>', "0.001 s"),
        ('<unit kind="dimensionless" exponent="1" scale="0" multiplier="1"/>', "1"),
        ('<unit kind="second" exponent="2" scale="0" multiplier="1"/>', "1"),
        ('<unit kind="metre" exponent="1" scale="0" multiplier="1"/>', "1"),
    ],
)
def test_the_unit_of_time(tmp_path: Path, units: str, expected: str) -> None:
    text = document(
        model='timeUnits="u"',
        units=f'<unitDefinition id="u"><listOfUnits>{units}</listOfUnits></unitDefinition>',
    )
    assert read(tmp_path, text).time_unit == expected


def test_a_file_reads_the_same_twice(tmp_path: Path) -> None:
    path = write(
        tmp_path, document(compartments=CELL, species=species("A"), reactions=reaction("A", "1 A"))
    )
    assert read_sbml(path) == read_sbml(path)
