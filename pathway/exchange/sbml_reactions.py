"""The reactions of an SBML document, and the rate rules of what has no unit of substance."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

from pathway.exchange.mathml import call, math, name, number, product, total
from pathway.exchange.remarks import remark
from pathway.exchange.terms import LAW, MODIFIER, PRODUCT, REACTANT, reaction_term

if TYPE_CHECKING:
    import networkx as nx

    from pathway.exchange.laws import Laws
    from pathway.exchange.names import Names
    from pathway.exchange.sbml_species import Places
    from pathway.exchange.start import Case

__all__ = ["write_rate_rules", "write_reactions"]


def write_reactions(case: Case, places: Places, laws: Laws, names: Names) -> Element:
    """Return the list of reactions that change concentrations; each runs one way.

    A kinetic law is the volume of the cell times the rate in nM/min. Species that a rate reads
    through a sum are not listed as modifiers: a sum may have a hundred of them.
    """
    graph, declared = case.network.graph, case.model.declared
    element = Element("listOfReactions")
    for reaction in case.network.tables.reactions:
        used, made = _sides(graph, reaction)
        if all(species in places.relative for species in (*used, *made)):
            continue
        node = graph.nodes[reaction]
        written = SubElement(
            element,
            "reaction",
            {
                "id": names.give(reaction),
                "name": reaction,
                "reversible": "false",
                "sboTerm": reaction_term(node),
            },
        )
        remark(written, [f"Rule {node['rule']}.", node["note"]], node["sources"], declared.sources)
        kept = {s for s in used if made.get(s) == used[s] or s in places.relative}
        rate = laws.rate(reaction)
        read = {text for part in rate.iter("ci") if (text := part.text)}
        changed = {*used, *made} - kept
        catalysts = [s for s, i in places.ids.items() if i in read and s not in changed]
        _side(written, "listOfReactants", REACTANT, _without(used, kept), places)
        _side(written, "listOfProducts", PRODUCT, _without(made, kept), places)
        _modifiers(written, catalysts, places)
        law = SubElement(written, "kineticLaw", {"sboTerm": LAW})
        law.append(math(product([name("cell"), rate])))
    return element


def write_rate_rules(case: Case, places: Places, laws: Laws) -> Element:
    """Return a list of rules: the rates of change of species whose amount has no unit."""
    graph = case.network.graph
    element = Element("listOfRules")
    for species in case.network.species:
        if species not in places.relative:
            continue
        terms = []
        for reaction in case.network.tables.reactions:
            used, made = _sides(graph, reaction)
            net = made.get(species, 0.0) - used.get(species, 0.0)
            if net:
                size = [] if net in {1.0, -1.0} else [number(abs(net))]
                rate = product([*size, laws.rate(reaction)])
                terms.append(call("minus", rate) if net < 0.0 else rate)
        if terms:
            rule = SubElement(element, "rateRule", {"variable": places.ids[species]})
            rule.append(math(total(terms)))
    return element


def _sides(graph: nx.DiGraph[str], reaction: str) -> tuple[dict[str, float], dict[str, float]]:
    """Return what a reaction consumes and makes."""
    used = {
        species: float(edge["stoichiometry"])
        for species, _, edge in graph.in_edges(reaction, data=True)
        if edge["stoichiometry"]
    }
    made = {
        species: float(edge["stoichiometry"])
        for _, species, edge in graph.out_edges(reaction, data=True)
    }
    return used, made


def _without(side: dict[str, float], left_out: set[str]) -> dict[str, float]:
    return {species: count for species, count in side.items() if species not in left_out}


def _side(parent: Element, tag: str, term: str, side: dict[str, float], places: Places) -> None:
    if not side:
        return
    element = SubElement(parent, tag)
    for species, count in side.items():
        SubElement(
            element,
            "speciesReference",
            {
                "species": places.ids[species],
                "stoichiometry": f"{count:g}",
                "constant": "true",
                "sboTerm": term,
            },
        )


def _modifiers(parent: Element, catalysts: list[str], places: Places) -> None:
    if not catalysts:
        return
    element = SubElement(parent, "listOfModifiers")
    for species in catalysts:
        identifier = places.ids[species]
        SubElement(
            element, "modifierSpeciesReference", {"species": identifier, "sboTerm": MODIFIER}
        )
