"""Bad SBML: one line that names the element and says what to do; nothing is ever computed from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pathway.errors import DeclarationError, PathwayError, UnsupportedError
from pathway.programs.compile import compile_system
from pathway.sbml import read_sbml
from pathway.sbml.guard import read_bytes
from tests.sbml_text import (
    CELL,
    TIME,
    apply,
    document,
    math,
    parameter,
    reaction,
    read,
    rule,
    species,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path

DECAY = document(
    compartments=CELL,
    species=species("A"),
    parameters=parameter("k"),
    reactions=reaction(apply("times", "k", "A"), "1 A"),
)

LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE sbml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2">
<model id="m"><notes>&b;</notes></model></sbml>"""

ARRAYS = 'xmlns:arrays="http://www.sbml.org/sbml/level3/version1/arrays/version1" '

LEVEL_1 = (
    '<sbml xmlns="http://www.sbml.org/sbml/level1" level="1" version="2"><model name="m">'
    '<listOfCompartments><compartment name="C"/></listOfCompartments></model></sbml>'
)
DELAYED = (
    '<apply><csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/delay">'
    "delay</csymbol><ci>A</ci><cn>1</cn></apply>"
)
RATE_OF = (
    '<apply><csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/rateOf">'
    "rateOf</csymbol><ci>A</ci></apply>"
)


def with_rule(content: str, functions: str = "") -> str:
    return document(
        compartments=CELL,
        species=species("A"),
        parameters=parameter("k") + parameter("p", constant=False),
        rules=rule("assignment", "p", content),
        functions=functions,
    )


def with_event(inside: str, more: str = "") -> str:
    trigger = math(apply("gt", TIME, "1"))
    return document(
        parameters=parameter("p", constant=False) + parameter("q"),
        events=f'<event id="E" useValuesFromTriggerTime="true">'
        f'<trigger initialValue="true" persistent="true">{trigger}</trigger>{more}'
        f"<listOfEventAssignments>{inside}</listOfEventAssignments></event>",
    )


def setting(target: str, content: str = "2") -> str:
    return f'<eventAssignment variable="{target}">{math(content)}</eventAssignment>'


def function(name: str, body: str) -> str:
    inside = f"<lambda><bvar><ci>x</ci></bvar>{body}</lambda>"
    return f'<functionDefinition id="{name}">{math(inside)}</functionDefinition>'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            document(
                level=31,
                compartments=CELL,
                species=species("A"),
                reactions=reaction("A", "1 A", more='fast="true"'),
            ),
            r"model.xml: reaction 'J': is fast: .*; load it with ignore_fast=True",
        ),
        (
            document(
                parameters=parameter("p", constant=False),
                rules=f'<algebraicRule metaid="R">{math("p")}</algebraicRule>',
            ),
            r"model.xml: R: is an algebraic rule; solve it for a variable",
        ),
        (with_rule(DELAYED), r"assignment rule of 'p': uses 'delay'.*; it is not supported"),
        (with_rule(RATE_OF), r"assignment rule of 'p': uses 'rateOf'; it is not supported"),
        (
            with_event(setting("p"), f"<delay>{math('q')}</delay>"),
            r"event 'E': has a delay; only events without delay are read",
        ),
        (
            document(root=ARRAYS + 'arrays:required="true"'),
            r"requires the SBML package 'http.*arrays/version1'; flatten or export it",
        ),
        (
            LEVEL_1,
            r"is SBML level 1; convert it to level 2 or 3",
        ),
    ],
)
def test_what_is_not_supported_is_refused_by_name(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UnsupportedError, match=message):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (DECAY[:-20], r"model.xml, line 2: is not well-formed XML \(.*\); export the model again"),
        (LAUGHS, r"model.xml, line 2: has a DOCTYPE.*; remove it"),
        ("<html/>", r"its first element is 'html', not 'sbml'; give an SBML file"),
        (document().replace('<model id="m" ></model>', ""), r"has no model; give an SBML file"),
        (DECAY.replace('level="3"', 'level="9"'), r"model.xml, line \d+: libSBML finds an error"),
        (
            with_rule("<apply><plus/>" * 300 + "<cn>1</cn>" + "</apply>" * 300),
            r"elements are nested more than 200 deep; split the formula",
        ),
    ],
)
def test_what_is_no_sbml_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        read(tmp_path, text)


def test_a_large_file_is_not_opened(tmp_path: Path) -> None:
    path = write(tmp_path, DECAY)
    with path.open("r+b") as file:
        file.truncate(2**30)
    with pytest.raises(DeclarationError, match=r"has 1024 MiB, more than the 64 MiB that are read"):
        read_bytes(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"none.xml: cannot be read \(No such file"):
        read_sbml(tmp_path / "none.xml")


def test_other_encodings_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.xml"
    text = DECAY.replace("UTF-8", "ISO-8859-1").replace('id="m"', 'id="m" name="é"')
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(DeclarationError, match=r"is not UTF-8; save it as UTF-8"):
        read_sbml(path)


@pytest.mark.parametrize("encoding", ["UTF-88", "hex", "utf-7", "idna", "big5"])
def test_strange_encodings_are_refused(tmp_path: Path, encoding: str) -> None:
    text = DECAY.replace("UTF-8", encoding)
    message = r"model.xml: declares an encoding that is not read; save it as UTF-8"
    with pytest.raises(DeclarationError, match=message):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            with_rule(apply("times", "kk", "A")),
            r"assignment rule of 'p': names 'kk', which is not declared; did you mean 'k'\?",
        ),
        (
            with_rule(
                "<apply><ci>f</ci><ci>k</ci></apply>", functions=function("ff", "<ci>x</ci>")
            ),
            r"calls 'f', which is not defined; did you mean 'ff'\?",
        ),
        (
            with_rule("<apply><ci>f</ci></apply>", functions=function("f", "<ci>x</ci>")),
            r"gives function 'f' 0 arguments, and it takes 1",
        ),
        (
            with_rule(
                "<apply><ci>f</ci><ci>k</ci></apply>",
                functions=function("f", "<apply><ci>f</ci><ci>x</ci></apply>"),
            ),
            r"function 'f': calls itself; write it without recursion",
        ),
        (
            with_rule("<apply><ci>f</ci><ci>k</ci></apply>", functions=function("f", "<ci>k</ci>")),
            r"function 'f': names 'k', which is not declared; known: 'x'",
        ),
        (
            with_rule(
                "<apply><ci>f40</ci><ci>k</ci></apply>",
                functions=function("f0", apply("plus", "x", "x"))
                + "".join(
                    function(
                        f"f{one + 1}",
                        f"<apply><ci>f{one}</ci><apply><ci>f{one}</ci><ci>x</ci></apply></apply>",
                    )
                    for one in range(40)
                ),
            ),
            r"calls of functions write out to more than 200000 operations; use assignment rules",
        ),
        (
            document(parameters=parameter("p") + parameter("p")),
            r"parameter 'p': is also the id of a parameter; rename one of them",
        ),
        (
            document(compartments=CELL, species=species("A"), parameters=parameter("A")),
            r"parameter 'A': is also the id of a species; rename one of them",
        ),
        (
            with_rule(
                "<apply><ci>f</ci><ci>k</ci></apply>", functions='<functionDefinition id="f"/>'
            ),
            r"function 'f': has no formula; give it one",
        ),
        (with_rule(apply("divide", "k")), r"assignment rule of 'p': .* cannot take 1 arguments"),
        (with_rule(apply("min")), r"'min' cannot take 0 arguments; check the formula"),
        (
            document(parameters=parameter("p"), rules=rule("assignment", "p", "1")),
            r"parameter 'p': is constant, but an assignment rule would change it",
        ),
        (
            document(
                compartments=CELL,
                species=species("A"),
                parameters=parameter("k"),
                reactions=reaction("k", "1 A"),
                rules=rule("rate", "A", "k"),
            ),
            r"species 'A': both a rate rule and reactions change it; leave one of them",
        ),
        (
            document(
                parameters=parameter("p", constant=False),
                rules=rule("assignment", "p", "1") + rule("rate", "p", "1"),
            ),
            r"rate rule of 'p': a second formula decides it; remove one of them",
        ),
        (
            document(rules=rule("assignment", "x", "1"), parameters=parameter("xx")),
            r"assignment rule of 'x': 'x' is not declared or has no value.*did you mean 'xx'\?",
        ),
        (
            document(
                parameters=parameter("a", constant=False) + parameter("b", constant=False),
                rules=rule("assignment", "a", "b") + rule("assignment", "b", "a"),
            ),
            r"each of 'a' -> 'b' -> 'a' needs the next: a circle",
        ),
        (
            document(
                compartments=CELL,
                species=species("A"),
                reactions='<reaction id="J" reversible="false"/>',
            ),
            r"reaction 'J': has no kinetic law; give it one",
        ),
        (
            document(compartments=CELL, species=species("A"), reactions=reaction("1", "1 B")),
            r"reaction 'J': names species 'B', which is not declared; known: 'A'",
        ),
        (
            document(
                compartments=CELL,
                species=species("A"),
                reactions=reaction("1", "1 A").replace('stoichiometry="1" ', ""),
            ),
            r"reaction 'J': does not say the stoichiometry of 'A'; give it a number",
        ),
        (
            document(compartments=CELL, species=species("A", more="compartment=D")),
            r"species 'A': is in compartment 'D', which is not declared; known: 'C'",
        ),
        (
            document(
                compartments=CELL,
                species=species("A", more="conversionFactor=f"),
                reactions=reaction("1", "1 A"),
            ),
            r"conversion factor 'f': is not declared; known: 'C', 'A'",
        ),
        (with_event(setting("q")), r"parameter 'q': is constant, but events would change it"),
        (with_event(setting("z")), r"an event: 'z' is not declared or has no value"),
        (with_event(setting("p") * 2), r"sets 'p' twice; remove one of them|libSBML finds"),
    ],
)
def test_what_is_undeclared_or_decided_twice_is_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(DeclarationError, match=message):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            DECAY.replace('value="1" ', ""),
            r"parameter 'k': has no value, and rate 'J' needs it; give it an initial value",
        ),
        (DECAY.replace('initialAmount="1"', ""), r"species 'A': has no value, and rate 'J' needs"),
        (DECAY.replace('size="2"', ""), r"compartment 'C': has no value, and rate 'J' needs it"),
        (
            document(
                parameters=parameter("p", None, constant=False) + parameter("q", constant=False),
                rules=rule("assignment", "q", "p"),
            ),
            r"parameter 'p': has no value, and assignment rule of 'q' needs it",
        ),
        (
            document(
                parameters=parameter("p", None) + parameter("q"),
                initial=f'<initialAssignment symbol="q">{math("p")}</initialAssignment>',
            ),
            r"parameter 'p': has no value, and initial value of 'q' needs it",
        ),
        (
            document(
                parameters=parameter("p", None) + parameter("q", constant=False),
                rules=rule("rate", "q", "p"),
            ),
            r"parameter 'p': has no value, and rate rule of 'q' needs it",
        ),
        (
            with_event(setting("p", "q")).replace('id="q" value="1"', 'id="q"'),
            r"parameter 'q': has no value, and event 'E' on 'p' needs it",
        ),
    ],
)
def test_a_missing_value_is_asked_for(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        read(tmp_path, text)


def test_a_missing_value_that_nothing_needs_is_left_out(tmp_path: Path) -> None:
    system = read(tmp_path, document(parameters=parameter("p", None) + parameter("q")))
    assert [output.id for output in system.outputs] == ["q"]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_mutations_give_a_system_or_a_clean_error(tmp_path: Path, data: st.DataObject) -> None:
    text = DECAY
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        stop = start + data.draw(st.integers(0, 12))
        words = st.sampled_from(["", "<", "&a;", '"', "k", "-1", "NaN", "<apply>", "]]>", "\x00"])
        text = text[:start] + data.draw(words | st.text(max_size=4)) + text[stop:]
    path = tmp_path / "model.xml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    said = ""
    try:
        compile_system(read_sbml(path))
    except PathwayError as error:
        said = str(error)
    assert "\n" not in said
