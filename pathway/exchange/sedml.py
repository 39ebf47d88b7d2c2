"""How scenarios are simulated, as SED-ML level 1 version 4: a time course and a report of each."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from pathway.exchange.names import Names
from pathway.solve.settings import ATOL, RTOL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pathway.exchange.start import Case

__all__ = ["STEPS", "sedml_text"]

STEPS = 480
"""Of a time course, all of one length: 3 min in a day."""

SEDML = "http://sed-ml.org/sed-ml/level1/version4"
MATH = "http://www.w3.org/1998/Math/MathML"
SBML = "http://www.sbml.org/sbml/level3/version2/core"
LANGUAGE = "urn:sedml:language:sbml.level-3.version-2"
TIME = "urn:sedml:symbol:time"
PARAMETER = "/sbml:sbml/sbml:model/sbml:listOfParameters/sbml:parameter[@id='{}']"
"""Where the SBML of a scenario has a readout, by its id."""

LSODA = "KISAO:0000088"
"""What this package integrates with; a tool that lacks it takes one of its own."""
RELATIVE = "KISAO:0000209"
ABSOLUTE = "KISAO:0000211"


def sedml_text(models: Mapping[str, Case]) -> str:
    """Return a SED-ML document.

    Each scenario has a model, a uniform time course in minutes from its start to its end, a data
    generator for time and for each readout, and a report of them. It is written here and not by
    libSEDML, beside which libSBML cannot be relied on in one process.

    Parameters
    ----------
    models : mapping of str to Case
        Scenario by the name of its SBML file, which lies beside the document.
    """
    attributes = {"xmlns": SEDML, "xmlns:sbml": SBML, "level": "1", "version": "4"}
    root = Element("sedML", attributes)
    document = _Document(root)
    for file, case in models.items():
        document.add(file, case)
    indent(root, "  ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


class _Document:
    """The lists of a document, and the identifiers used in it."""

    def __init__(self, root: Element) -> None:
        self.names = Names([])
        self.models = SubElement(root, "listOfModels")
        self.simulations = SubElement(root, "listOfSimulations")
        self.tasks = SubElement(root, "listOfTasks")
        self.generators = SubElement(root, "listOfDataGenerators")
        self.outputs = SubElement(root, "listOfOutputs")

    def named(self, text: str, label: str) -> dict[str, str]:
        """Return a new id that reads like a text, and a name."""
        return {"id": self.names.give(text), "name": label}

    def add(self, file: str, case: Case) -> None:
        """Write everything that one scenario needs."""
        label = case.resolved.label
        model = self.named(file.removesuffix(".xml"), label)
        stem = model["id"]
        SubElement(self.models, "model", {**model, "language": LANGUAGE, "source": file})
        course = self.course(stem, label, case.resolved.duration)
        task = self.named(f"{stem} task", label)
        asked = {"modelReference": stem, "simulationReference": course}
        SubElement(self.tasks, "task", {**task, **asked})
        report = SubElement(self.outputs, "report", self.named(f"{stem} report", label))
        columns = SubElement(report, "listOfDataSets")
        self.column(columns, stem, "time", "min", {"symbol": TIME, "taskReference": task["id"]})
        for readout, (unit, _, _) in case.network.graph.graph["readouts"].items():
            found = {"target": PARAMETER.format(readout), "taskReference": task["id"]}
            self.column(columns, stem, readout, unit, found)

    def course(self, stem: str, label: str, minutes: float) -> str:
        """Write a time course and return its id."""
        attributes = {
            **self.named(f"{stem} course", label),
            "initialTime": "0",
            "outputStartTime": "0",
            "outputEndTime": repr(float(minutes)),
            "numberOfSteps": str(STEPS),
        }
        course = SubElement(self.simulations, "uniformTimeCourse", attributes)
        algorithm = SubElement(course, "algorithm", {"kisaoID": LSODA})
        parameters = SubElement(algorithm, "listOfAlgorithmParameters")
        for term, value in ((RELATIVE, RTOL), (ABSOLUTE, ATOL)):
            given = {"kisaoID": term, "value": repr(value)}
            SubElement(parameters, "algorithmParameter", given)
        return attributes["id"]

    def column(
        self, columns: Element, stem: str, label: str, unit: str, found: dict[str, str]
    ) -> None:
        """Write a data generator that is one variable, and the column of a report that shows it."""
        name = f"{label}, {unit}"
        generator = self.named(f"{stem} {label}", name)
        variable = self.named(f"{stem} {label} variable", name)
        element = SubElement(self.generators, "dataGenerator", generator)
        math = SubElement(element, "math", {"xmlns": MATH})
        SubElement(math, "ci").text = variable["id"]
        SubElement(SubElement(element, "listOfVariables"), "variable", {**variable, **found})
        shown = {"label": label, "dataReference": generator["id"]}
        SubElement(columns, "dataSet", {**self.named(f"{stem} {label} column", label), **shown})
