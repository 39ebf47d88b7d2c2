"""How scenarios are simulated, as SED-ML level 1 version 4: a time course and a report of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import libsedml

from pathway.exchange.names import Names
from pathway.exchange.whole import legible
from pathway.solve.settings import ATOL, RTOL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pathway.exchange.start import Case

__all__ = ["STEPS", "sedml_text"]

Element: TypeAlias = Any
"""An object of libSEDML, which says nothing of types."""

STEPS = 480
"""Of a time course, all of one length: 3 min in a day."""

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
    generator for time and for each readout, and a report of them.

    Parameters
    ----------
    models : mapping of str to Case
        Scenario by the name of its SBML file, which lies beside the document.
    """
    document = libsedml.SedDocument(1, 4)
    document.getNamespaces().add(SBML, "sbml")
    names = Names([])
    for file, case in models.items():
        _Scenario(document, names, legible(case.resolved.label)).add(file, case)
    text: str = libsedml.writeSedMLToString(document)
    return text


class _Scenario:
    """One scenario's parts of a document."""

    def __init__(self, document: Element, names: Names, label: str) -> None:
        self.document = document
        self.names = names
        self.label = label

    def named(self, element: Element, text: str, label: str = "") -> str:
        """Give an element a new id that reads like a text, and a name."""
        identifier = self.names.give(text)
        element.setId(identifier)
        element.setName(label or self.label)
        return identifier

    def add(self, file: str, case: Case) -> None:
        """Write everything that one scenario needs."""
        model = self.document.createModel()
        stem = self.named(model, file.removesuffix(".xml"))
        model.setLanguage(LANGUAGE)
        model.setSource(file)
        task = self.document.createTask()
        task.setModelReference(stem)
        task.setSimulationReference(self.course(stem, case.resolved.duration))
        doing = self.named(task, f"{stem} task")
        report = self.document.createReport()
        self.named(report, f"{stem} report")
        identifier, variable = self.generator(doing, f"{stem} time", "time, min")
        variable.setSymbol(TIME)
        self.column(report, "time", identifier)
        for readout, (unit, _, _) in case.network.graph.graph["readouts"].items():
            label = f"{readout}, {unit}"
            identifier, variable = self.generator(doing, f"{stem} {readout}", label)
            variable.setTarget(PARAMETER.format(readout))
            self.column(report, readout, identifier)

    def course(self, stem: str, minutes: float) -> str:
        """Write a time course and return its id."""
        course = self.document.createUniformTimeCourse()
        course.setInitialTime(0.0)
        course.setOutputStartTime(0.0)
        course.setOutputEndTime(minutes)
        course.setNumberOfSteps(STEPS)
        algorithm = course.createAlgorithm()
        algorithm.setKisaoID(LSODA)
        for term, value in ((RELATIVE, RTOL), (ABSOLUTE, ATOL)):
            parameter = algorithm.createAlgorithmParameter()
            parameter.setKisaoID(term)
            parameter.setValue(repr(value))
        return self.named(course, f"{stem} course")

    def generator(self, task: str, text: str, label: str) -> tuple[str, Element]:
        """Write a data generator that is one variable; return its id and the variable."""
        generator = self.document.createDataGenerator()
        identifier = self.named(generator, text, label)
        variable = generator.createVariable()
        name = self.named(variable, f"{text} variable", label)
        variable.setTaskReference(task)
        generator.setMath(libsedml.parseFormula(name))
        return identifier, variable

    def column(self, report: Element, label: str, generator: str) -> None:
        """Write one column of a report."""
        column = report.createDataSet()
        self.named(column, f"{generator} column", label)
        column.setLabel(label)
        column.setDataReference(generator)
