"""A scenario as SBML level 3 version 2: the treated cell from its untreated rest on."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from pathway.declare.units import read_unit
from pathway.exchange.laws import Laws
from pathway.exchange.mathml import call, math, number, time
from pathway.exchange.medium import Medium
from pathway.exchange.names import Names
from pathway.exchange.remarks import parameter_notes, remark
from pathway.exchange.sbml_reactions import write_rate_rules, write_reactions
from pathway.exchange.sbml_species import Places, write_species, write_starts
from pathway.exchange.terms import CELL, FRAMEWORK, MEDIUM, parameter_term
from pathway.exchange.unit_list import SUBSTANCE, VOLUME, UnitList

if TYPE_CHECKING:
    from pathway.exchange.start import Case

__all__ = ["Document", "sbml_text"]

SBML = "http://www.sbml.org/sbml/level3/version2/core"
MEDIUM_SIZE = 1e9
"""pL; of a medium whose drugs and ligands are held constant, so that no result depends on it."""
START = (
    "Every species starts where the untreated cell is at rest; drugs and ligands are in the medium "
    "from time 0 on, and later changes of the medium are events. Parameters named .total describe "
    "the cell that was brought to rest: changing one does not change the start."
)
DECLARED = (
    "Every species starts at its declared amount, not at rest: a simulation begins once the model has "
    "come to rest with the medium of an untreated cell. What is in the medium is said by parameters, "
    "one for each step of a schedule."
)
RELATIVE = (
    "Amounts without unit (transcripts, fractions, indices) are species with rate rules, as their "
    "changes are no amounts of substance."
)


def sbml_text(case: Case) -> str:
    """Return an SBML document.

    Concentrations are in nM, as zeptomole per picolitre of the one compartment that a cell is;
    time is in minutes. Everything is written in the order of the network, so that the same
    scenario gives the same text.
    """
    return Document(case).text()


class Document:
    """Identifiers and units of one document, and its text.

    Parameters
    ----------
    case : Case
    steps : int
        If not zero, no scenario is applied: species start at their declared amounts, and what is
        in the medium in each of so many steps is left to parameters (see ``medium``).
    """

    def __init__(self, case: Case, steps: int = 0) -> None:
        self.case = case
        self.steps = steps
        self.names = Names([*case.network.readouts, "cell", "medium"])
        self.model_id = self.names.give(case.model.id)
        self.units = UnitList()
        self.places = Places.of(case, self.names)
        self.parameters = {parameter: self.names.give(parameter) for parameter in case.declared}
        self.medium = Medium.of(self.places, self.names, steps)
        self.dimensions = {
            parameter: read_unit(declared.internal_unit, declared.where)
            for parameter, declared in case.declared.items()
        }
        self.laws = Laws(
            graph=case.network.graph,
            parameters=self.parameters,
            species=self.places.ids,
            dimensions=self.dimensions,
            units=self.units,
            names=self.names,
        )

    def text(self) -> str:
        """Return the document; once, as constants and sums get their identifiers here."""
        root = Element("sbml", {"xmlns": SBML, "xmlns:sbml": SBML, "level": "3", "version": "2"})
        root.append(self.model())
        indent(root, " ")
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'

    def model(self) -> Element:
        """Return the model, its parts in the order that SBML asks for."""
        case, declared = self.case, self.case.model.declared
        element = Element(
            "model",
            {
                "id": self.model_id,
                "name": f"{declared.id}: {case.resolved.label}",
                "substanceUnits": SUBSTANCE,
                "timeUnits": self.units.minute,
                "volumeUnits": VOLUME,
                "extentUnits": SUBSTANCE,
                "sboTerm": FRAMEWORK,
            },
        )
        told = [DECLARED] if self.steps else [f"Scenario: {case.resolved.label}.", START]
        remark(element, [declared.description, *told, RELATIVE])
        species = write_species(case, self.places)
        rules = write_rate_rules(case, self.places, self.laws)
        reactions = write_reactions(case, self.places, self.laws, self.names)
        parameters = self._parameters()
        self._constants(parameters, rules)
        self._pools(parameters, rules)
        self._readouts(parameters, rules)
        initial = Element("listOfInitialAssignments")
        if self.steps:
            write_starts(initial, case, self.places, self.laws)
            self.medium.write(parameters, rules, self.units)
        # The units come first, but only now are all known that are used.
        parts = [self._compartments(), species, parameters, initial, rules, reactions]
        parts += [self._events()]
        element.extend(part for part in (self.units.write(), *parts) if len(part))
        return element

    def _compartments(self) -> Element:
        case, known = self.case, self.case.model.declared.sources
        given = case.model.declared.cell_volume
        element = Element("listOfCompartments")
        cell = _compartment(element, "cell", case.volume, CELL)
        remark(cell, parameter_notes(given, case.volume), given.sources, known)
        if not self.places.medium:
            return element
        if case.resolved.depletion is None:
            medium = _compartment(element, "medium", MEDIUM_SIZE, MEDIUM)
            remark(medium, ["Its size is nominal: drugs and ligands are held constant."])
        else:
            size = case.volume * case.resolved.depletion
            medium = _compartment(element, "medium", size, MEDIUM)
            remark(medium, ["The medium of one cell: drugs and ligands are used up."])
        return element

    def _parameters(self) -> Element:
        element = Element("listOfParameters")
        sources = self.case.model.declared.sources
        for parameter, identifier in self.parameters.items():
            declared = self.case.declared[parameter]
            value = self.case.network.parameters[parameter]
            unit = self.units.of(self.dimensions[parameter])
            written = _parameter(element, identifier, parameter, unit, value)
            written.set("sboTerm", parameter_term(parameter))
            remark(written, parameter_notes(declared, value), declared.sources, sources)
        return element

    def _constants(self, parameters: Element, rules: Element) -> None:
        for constant in self.laws.constants.values():
            label = f"rate constant of {constant.rule}"
            written = _parameter(parameters, constant.id, label, constant.unit)
            remark(written, ["The rule's constant times what interactions multiply it by."])
            _assign(rules, constant.id, constant.value)

    def _pools(self, parameters: Element, rules: Element) -> None:
        for pool in self.laws.pools.values():
            unit = self.units.of(self.laws.dimension(pool.terms))
            written = _parameter(parameters, pool.id, f"sum read by {pool.reader}", unit)
            remark(written, ["A weighted sum of species that rate laws read."])
            _assign(rules, pool.id, self.laws.sum_of(pool.terms))

    def _readouts(self, parameters: Element, rules: Element) -> None:
        for readout, (unit, text, terms) in self.case.network.graph.graph["readouts"].items():
            dimension = self.units.of(read_unit(unit, f"readout {readout!r}"))
            written = _parameter(parameters, readout, readout, dimension)
            remark(written, [f"Readout: {text or readout}."])
            value = self.laws.sum_of(terms) if terms else number(0.0, dimension)
            _assign(rules, readout, value)

    def _events(self) -> Element:
        """Return the changes of the medium after the first step, each as one event."""
        element = Element("listOfEvents")
        steps = self.case.resolved.steps
        for before, step in pairwise(steps):
            changed = [
                (species, step.inputs.get(name, 0.0))
                for species, name in self.places.medium.items()
                if step.inputs.get(name, 0.0) != before.inputs.get(name, 0.0)
            ]
            if not changed:
                continue
            label = f"medium at {step.start:g} min"
            attributes = {"id": self.names.give(label), "name": label}
            event = SubElement(element, "event", {**attributes, "useValuesFromTriggerTime": "true"})
            trigger = SubElement(event, "trigger", {"initialValue": "true", "persistent": "true"})
            trigger.append(math(call("geq", time(), number(step.start, self.units.minute))))
            assignments = SubElement(event, "listOfEventAssignments")
            for species, value in changed:
                variable = {"variable": self.places.ids[species]}
                assignment = SubElement(assignments, "eventAssignment", variable)
                assignment.append(math(number(value, self.units.nM)))
        return element


def _compartment(parent: Element, identifier: str, size: float, term: str) -> Element:
    return SubElement(
        parent,
        "compartment",
        {
            "id": identifier,
            "name": identifier,
            "spatialDimensions": "3",
            "size": repr(float(size)),
            "units": VOLUME,
            "constant": "true",
            "sboTerm": term,
        },
    )


def _parameter(
    parent: Element, identifier: str, label: str, unit: str, value: float | None = None
) -> Element:
    """Write a parameter; one without value has an assignment rule."""
    attributes = {"id": identifier, "name": label, "units": unit}
    if value is not None:
        attributes["value"] = repr(float(value))
    attributes["constant"] = "false" if value is None else "true"
    return SubElement(parent, "parameter", attributes)


def _assign(rules: Element, variable: str, value: Element) -> None:
    rule = SubElement(rules, "assignmentRule", {"variable": variable})
    rule.append(math(value))
