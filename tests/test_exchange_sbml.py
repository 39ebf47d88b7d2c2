"""SBML of a scenario: what libSBML says of it, and that it holds what the model declares."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import libsbml
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pathway as pw
from pathway.exchange.mathml import math, number
from pathway.exchange.names import Names
from tests.toy import write_steep_toy, write_toy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pathway.model import Model

SID = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
DOI = """
[Toy2024]
citation = "Made up for tests"
how = "assumption"
doi = "10.1000/a<b>(2024)"
year = 2024
"""

BARE = pw.Scenario(context="CELL")
TREATED = (
    pw.Scenario(context="CELL", drugs={"blocker": "100 nM"}, lesions={"tR": 0.3}, duration="1 h")
    .then("30 min", ligands={"L": "1 nM"})
    .wash("1 h")
)
DEPLETING = pw.Scenario(
    context="CELL",
    drugs={"antibody": "2 nM"},
    ligands={"L": "1 nM"},
    duration="1 h",
    medium_volume_per_cell="20 pL",
)


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """Return the toy model, its source with a DOI and one pool read with a Hill exponent."""
    folder = write_steep_toy(tmp_path_factory.mktemp("toy_doi"))
    (folder / "sources.toml").write_text(DOI, encoding="utf-8")
    return pw.load(folder)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Model, pw.Scenario], Any]:
    """Return a function that exports a scenario and reads the model with libSBML."""

    def read(model: Model, scenario: pw.Scenario) -> Any:
        document = libsbml.readSBMLFromFile(str(pw.export(model, scenario, tmp_path / "m.xml")))
        assert document.getNumErrors() == 0
        read.kept = document  # type: ignore[attr-defined]
        return document.getModel()

    return read


def complaints(file: Path) -> list[str]:
    document = libsbml.readSBMLFromFile(str(file))
    document.checkConsistency()
    return [document.getError(i).getMessage() for i in range(document.getNumErrors())]


@pytest.mark.parametrize("scenario", [BARE, TREATED, DEPLETING], ids=["bare", "steps", "depleting"])
def test_libsbml_finds_no_error_and_no_warning(
    toy: Model, scenario: pw.Scenario, tmp_path: Path
) -> None:
    assert complaints(pw.export(toy, scenario, tmp_path / "m.xml")) == []


def test_libsbml_finds_a_wrong_unit(toy: Model, tmp_path: Path) -> None:
    file = pw.export(toy, BARE, tmp_path / "m.xml")
    text = file.read_text(encoding="utf-8")
    right = 'id="R_phosphorylation_k" name="R_phosphorylation.k" units="per_min"'
    assert right in text
    file.write_text(text.replace(right, right.replace("per_min", "nM")), encoding="utf-8")
    assert any("units" in complaint for complaint in complaints(file))


@pytest.mark.parametrize(
    "scenario",
    [
        pw.Scenario(context="SKBR3"),
        pw.Scenario(
            context="SKBR3",
            drugs={"trastuzumab": "10 ug/mL", "lapatinib": "100 nM"},
            lesions={"p95HER2": 0.3, "PIK3CA_H1047R": True},
            duration="1 h",
        ).then("24 h", ligands={"HRG": "1 nM"}),
    ],
    ids=["untreated", "dual blockade"],
)
def test_libsbml_accepts_the_her2_model(her2: Model, scenario: pw.Scenario, tmp_path: Path) -> None:
    assert complaints(pw.export(her2, scenario, tmp_path / "m.xml")) == []


def test_species_start_at_the_untreated_rest(toy: Model, written: Callable[..., Any]) -> None:
    model = written(toy, TREATED)
    bare = pw.Scenario(context="CELL", lesions={"tR": 0.3})
    network = toy.network(bare)
    rest = dict(zip(network.species, network.equilibrate().y, strict=True))
    seen = {species.getName(): species for species in model.getListOfSpecies()}
    for name, amount in rest.items():
        species = seen[name]
        relative = species.getHasOnlySubstanceUnits()
        start = species.getInitialAmount() if relative else species.getInitialConcentration()
        assert start == pytest.approx(amount, rel=1e-9, abs=1e-12)
    assert seen["blocker"].getInitialConcentration() == 100.0
    assert seen["L"].getInitialConcentration() == 0.0
    assert seen["blocker"].getBoundaryCondition()
    assert not seen["R(ect~free,lig~free,kin~blocker,y~u)"].getInitialConcentration()


def test_the_medium_is_changed_by_events(toy: Model, written: Callable[..., Any]) -> None:
    model = written(toy, TREATED)
    names = {species.getId(): species.getName() for species in model.getListOfSpecies()}
    events = [
        (
            libsbml.formulaToL3String(event.getTrigger().getMath()),
            {
                names[change.getVariable()]: change.getMath().getValue()
                for change in event.getListOfEventAssignments()
            },
        )
        for event in model.getListOfEvents()
    ]
    assert events == [
        ("time >= 60 min", {"L": 1.0}),
        ("time >= 90 min", {"blocker": 0.0}),
    ]


def test_a_medium_that_is_used_up_has_its_volume(toy: Model, written: Callable[..., Any]) -> None:
    model = written(toy, DEPLETING)
    sizes = {c.getId(): c.getSize() for c in model.getListOfCompartments()}
    assert sizes == {"cell": 1.0, "medium": pytest.approx(20.0)}
    assert not any(
        species.getBoundaryCondition()
        for species in model.getListOfSpecies()
        if species.getCompartment() == "medium"
    )


def test_every_declared_parameter_is_there(toy: Model, written: Callable[..., Any]) -> None:
    model = written(toy, TREATED.with_parameters({"K_phosphorylation.k": "x3"}))
    resolved = toy.resolve(TREATED.with_parameters({"K_phosphorylation.k": "x3"}))
    seen = {p.getName(): p for p in model.getListOfParameters() if p.getConstant()}
    assert {name: p.getValue() for name, p in seen.items()} == {
        name: pytest.approx(value, rel=1e-14) for name, value in resolved.parameters.items()
    }
    changed = seen["K_phosphorylation.k"]
    assert changed.getUnits() == "per_nM_min"
    assert "Changed from 0.01 by the scenario." in changed.getNotesString()
    assert "assumed, geometric standard deviation 1.5" in changed.getNotesString()
    units = [
        (libsbml.UnitKind_toString(u.getKind()), u.getScale(), u.getMultiplier(), u.getExponent())
        for u in model.getUnitDefinition("per_nM_min").getListOfUnits()
    ]
    assert units == [("mole", -21, 1.0, -1), ("litre", -12, 1.0, 1), ("second", 0, 60.0, -1)]


def test_readouts_have_their_own_ids(toy: Model, written: Callable[..., Any]) -> None:
    model = written(toy, TREATED)
    for readout in toy.network(TREATED).readouts:
        assert model.getAssignmentRule(readout) is not None
        assert model.getParameter(readout).getName() == readout
    # The readout M took that id from the molecule M.
    assert model.getSpecies("M_2").getName() == "M"
    assert model.getRateRule("M_2") is not None


def test_laws_are_made_of_parameters_and_species(toy: Model, written: Callable[..., Any]) -> None:
    model = written(toy, BARE)
    reaction = model.getReaction("K_phosphorylation_1")
    law = libsbml.formulaToL3String(reaction.getKineticLaw().getMath())
    assert (
        law == "cell * (K_phosphorylation_k * K_allele_WT_s_u * R_ect_free_lig_free_kin_free_y_p)"
    )
    assert [m.getSpecies() for m in reaction.getListOfModifiers()] == [
        "R_ect_free_lig_free_kin_free_y_p"
    ]
    made = libsbml.formulaToL3String(model.getRateRule("M_2").getMath())
    assert "max(K_allele_WT_s_p, 0 nM) / M_transcription_pK_K" in made


def test_sources_are_named_by_doi_only_where_they_have_one(
    toy: Model, toy_folder: Path, written: Callable[..., Any], tmp_path: Path
) -> None:
    annotation = written(toy, BARE).getParameter("K_phosphorylation_k").getAnnotationString()
    assert "bqbiol:isDescribedBy" in annotation
    assert "https://identifiers.org/doi:10.1000/a%3Cb%3E(2024)" in annotation
    term = libsbml.readSBMLFromFile(str(tmp_path / "m.xml")).getModel()
    assert term.getParameter("K_phosphorylation_k").getCVTerm(0).getNumResources() == 1
    bare = written(pw.load(toy_folder), BARE).getParameter("K_phosphorylation_k")
    assert not bare.isSetAnnotation()
    assert "Made up for tests" in bare.getNotesString()


def test_a_source_without_doi_is_named_by_its_pubmed_id(
    written: Callable[..., Any], tmp_path: Path
) -> None:
    write_toy(tmp_path / "toy")
    sources = DOI.replace('doi = "10.1000/a<b>(2024)"', 'pmid = "17440164"')
    (tmp_path / "toy" / "sources.toml").write_text(sources, encoding="utf-8")
    parameter = written(pw.load(tmp_path / "toy"), BARE).getParameter("K_phosphorylation_k")
    assert "https://identifiers.org/pubmed:17440164" in parameter.getAnnotationString()


def test_terms_say_what_the_network_knows(toy: Model, written: Callable[..., Any]) -> None:
    model = written(toy, TREATED)
    terms = {r.getName(): r.getSBOTermID() for r in model.getListOfReactions()}
    assert terms["R_phosphorylation#1"] == "SBO:0000182"
    graph = toy.network(TREATED).graph
    reverse = {n: d["reverse_of"] for n, d in graph.nodes(data=True) if d.get("reverse_of")}
    assert reverse
    assert {terms[name] for name in reverse} == {"SBO:0000180"}
    assert {terms[name] for name in reverse.values()} == {"SBO:0000177"}
    assert model.getParameter("K_total").getSBOTermID() == "SBO:0000196"


def test_the_same_scenario_gives_the_same_text(toy: Model, tmp_path: Path) -> None:
    first = pw.export(toy, TREATED, tmp_path / "a.xml").read_bytes()
    assert pw.export(toy, TREATED, tmp_path / "b.sbml").read_bytes() == first
    assert b"\r" not in first


def test_what_xml_cannot_hold_is_replaced(toy: Model, written: Callable[..., Any]) -> None:
    assert written(toy, BARE.labelled("a\x01<&>\ufffe")).getName() == "toy: a?<&>?"


@given(st.lists(st.text(max_size=30), max_size=20))
def test_every_text_gets_its_own_identifier(texts: list[str]) -> None:
    names = Names(["cell"])
    given_ids = [names.give(text) for text in texts]
    assert all(SID.fullmatch(identifier) for identifier in given_ids)
    assert len({*given_ids, "cell"}) == len(texts) + 1


@given(st.floats(min_value=0.0, allow_infinity=False).filter(lambda x: x == 0.0 or x > 1e-300))
def test_numbers_keep_their_digits(value: float) -> None:
    from xml.etree.ElementTree import tostring

    element = math(number(value))
    element.set("xmlns:sbml", "http://www.sbml.org/sbml/level3/version2/core")
    node = libsbml.readMathMLFromString(tostring(element, encoding="unicode"))
    assert np.isclose(node.getValue(), value, rtol=4e-16, atol=0.0)
