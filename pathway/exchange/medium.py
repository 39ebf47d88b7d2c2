"""A schedule of the medium whose doses and times are parameters, so that each condition has its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

from pathway.exchange.mathml import call, math, name, time
from pathway.exchange.remarks import remark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pathway.exchange.names import Names
    from pathway.exchange.sbml_species import Places
    from pathway.exchange.unit_list import UnitList
    from pathway.scenario import Resolved

__all__ = ["Medium"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """Identifiers of the parameters that say what is in the medium when."""

    species: Mapping[str, str]
    """Identifier of the species of each drug and ligand."""
    doses: Mapping[str, tuple[str, ...]]
    """Identifiers of the concentrations in each step, by drug or ligand."""
    starts: tuple[str, ...]
    """Identifiers of when the second and later steps start."""

    @staticmethod
    def of(places: Places, names: Names, steps: int) -> Medium:
        """Return the medium of a document, with so many steps."""
        numbers = range(1, steps + 1)
        return Medium(
            species={given: places.ids[species] for species, given in places.medium.items()},
            doses={
                given: tuple(names.give(f"{given}_in_step_{number}") for number in numbers)
                for given in places.medium.values()
            },
            starts=tuple(names.give(f"start_of_step_{number}") for number in numbers[1:]),
        )

    def write(self, parameters: Element, rules: Element, units: UnitList) -> None:
        """Write the parameters, all zero, and the rules that set the species of the medium."""
        for given, identifiers in self.doses.items():
            for number, identifier in enumerate(identifiers, start=1):
                text = f"Concentration of {given} in step {number} of the schedule."
                _parameter(parameters, identifier, units.nM, text)
            rule = SubElement(rules, "assignmentRule", {"variable": self.species[given]})
            rule.append(math(self._course(identifiers)))
        for number, identifier in enumerate(self.starts, start=2):
            _parameter(parameters, identifier, units.minute, f"When step {number} starts.")

    def _course(self, doses: tuple[str, ...]) -> Element:
        if len(doses) == 1:
            return name(doses[0])
        course = Element("piecewise")
        for dose, start in reversed(list(zip(doses[1:], self.starts, strict=True))):
            piece = SubElement(course, "piece")
            piece.extend([name(dose), call("geq", time(), name(start))])
        SubElement(course, "otherwise").append(name(doses[0]))
        return course

    def at_rest(self, background: Mapping[str, float]) -> dict[str, float]:
        """Return the parameters' values of an untreated cell."""
        return {
            identifier: background.get(given, 0.0)
            for given, identifiers in self.doses.items()
            for identifier in identifiers
        } | dict.fromkeys(self.starts, 0.0)

    def treated(self, resolved: Resolved) -> dict[str, float]:
        """Return the parameters' values of a scenario.

        Steps that the scenario lacks begin at its end and go on with its last.
        """
        steps = resolved.steps
        values = {
            identifier: steps[min(number, len(steps) - 1)].inputs.get(given, 0.0)
            for given, identifiers in self.doses.items()
            for number, identifier in enumerate(identifiers)
        }
        for number, identifier in enumerate(self.starts, start=1):
            there = number < len(steps)
            values[identifier] = steps[number].start if there else resolved.duration
        return values


def _parameter(parent: Element, identifier: str, unit: str, text: str) -> None:
    attributes = {"id": identifier, "name": identifier, "value": "0.0", "units": unit}
    remark(SubElement(parent, "parameter", {**attributes, "constant": "true"}), [text])
