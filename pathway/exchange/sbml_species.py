"""The species of an SBML document, and where each of them is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

from pathway.exchange.mathml import math
from pathway.exchange.remarks import remark
from pathway.exchange.terms import species_term
from pathway.exchange.unit_list import SUBSTANCE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pathway.exchange.laws import Laws
    from pathway.exchange.names import Names
    from pathway.exchange.start import Case

__all__ = ["Places", "write_species", "write_starts"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Places:
    """Identifiers of species, and what kind of equation each has."""

    ids: Mapping[str, str]
    """Identifier by species."""
    medium: Mapping[str, str]
    """Drug or ligand by species of the medium."""
    held: frozenset[str]
    """Species of the medium that nothing uses up."""
    relative: frozenset[str]
    """Species whose amount has no unit."""

    @staticmethod
    def of(case: Case, names: Names) -> Places:
        """Return the places of a scenario's species; their identifiers are taken from ``names``."""
        network, graph = case.network, case.network.graph
        tables = network.tables
        medium = dict(zip(tables.inputs, tables.input_ids, strict=True))
        held = set(medium)
        for name, index in tables.depleting:
            species = tables.species[index]
            medium[species] = name
            if network.background.get(name, 0.0) > 0.0:
                held.add(species)
        all_species = (*tables.species, *tables.inputs)
        return Places(
            ids={species: names.give(species) for species in all_species},
            medium=medium,
            held=frozenset(held),
            relative=frozenset(s for s in all_species if graph.nodes[s]["unit"] == "1"),
        )


def write_species(case: Case, places: Places) -> Element:
    """Return the list of species, at their amounts when the first step begins."""
    network = case.network
    known = dict(zip(network.species, map(float, case.start), strict=True))
    first = case.resolved.steps[0].inputs
    known |= {species: first.get(name, 0.0) for species, name in places.medium.items()}
    element = Element("listOfSpecies")
    for species, identifier in places.ids.items():
        relative = species in places.relative
        written = SubElement(
            element,
            "species",
            {
                "id": identifier,
                "name": species,
                "compartment": "medium" if species in places.medium else "cell",
                "initialAmount" if relative else "initialConcentration": repr(known[species]),
                "substanceUnits": "dimensionless" if relative else SUBSTANCE,
                "hasOnlySubstanceUnits": "true" if relative else "false",
                "boundaryCondition": "true" if relative or species in places.held else "false",
                "constant": "false",
                "sboTerm": species_term(network.graph.nodes[species]["molecules"]),
            },
        )
        if species in places.medium:
            remark(written, [_medium_note(case, places.medium[species])])
    return element


def write_starts(parent: Element, case: Case, places: Places, laws: Laws) -> None:
    """Write what the declared amounts of species follow from: their totals."""
    graph = case.network.graph
    for species in case.network.species:
        initial = graph.nodes[species]["initial"]
        if initial is not None:
            symbol = {"symbol": places.ids[species]}
            SubElement(parent, "initialAssignment", symbol).append(math(laws.value(initial)))


def _medium_note(case: Case, name: str) -> str:
    declared = case.model.declared
    known = declared.drugs.get(name) or declared.ligands.get(name)
    return "" if known is None else known.description
