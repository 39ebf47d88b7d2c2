"""Short ways to write molecules and rules in tests of expansion and of checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pathway.declare.entities import Factor, Interaction, Module, Molecule, PoolTerm, Rule, Site
from pathway.declare.parameters import Evidence, Monomial, Parameter
from pathway.expand import expand

if TYPE_CHECKING:
    import networkx as nx


def number(name: str, value: float = 1.0) -> Parameter:
    return Parameter(
        id=name,
        value=value,
        declared_value=value,
        declared_unit="nM",
        internal_unit="nM",
        fold=1.0,
        evidence=Evidence.ASSUMED,
        sources=("tests",),
    )


def molecule(
    text: str, *, total: bool = True, is_input: bool = False, unit: str = "nM"
) -> Molecule:
    """Return a molecule from ``A(b,y~u~p)``; a site without states carries a bond."""
    name, _, inside = text.rstrip(")").partition("(")
    sites = [site.split("~") for site in inside.split(",") if site]
    return Molecule(
        id=name,
        sites=tuple(Site(name=first, states=tuple(rest)) for first, *rest in sites),
        unit=unit,
        initial="",
        total=number(f"{name}.total") if total and not is_input else None,
        is_input=is_input,
    )


def rule(name: str, *lines: str, factors: tuple[Factor, ...] = (), driven: bool = False) -> Rule:
    """Return a rule with rate constants ``name.k`` and, if reversible, ``name.r``."""
    return Rule(
        id=name,
        lines=lines,
        forward=Monomial.of(f"{name}.k"),
        reverse=Monomial.of(f"{name}.r") if "<->" in lines[0] else None,
        factors=factors,
        driven=driven,
    )


def interaction(name: str, pattern: str, off_share: float = 0.5) -> Interaction:
    return Interaction(
        id=name, pattern=pattern, factor=Monomial.of(f"{name}.factor"), off_share=off_share
    )


def terms(*patterns: str) -> tuple[PoolTerm, ...]:
    return tuple(
        PoolTerm(key=f"t{i}", pattern=p, weight=Monomial()) for i, p in enumerate(patterns)
    )


def module(molecules: str, *rules: Rule, inputs: str = "", **more: Any) -> Module:
    """Return a module from molecules written as one text, separated by blanks."""
    kinds = [molecule(text) for text in molecules.split()]
    kinds += [molecule(text, is_input=True) for text in inputs.split()]
    return Module(molecules=tuple(kinds), rules=rules, **more)


def network(*modules: Module, max_species: int = 5000) -> nx.DiGraph[str]:
    """Expand modules with all their molecules present and all their inputs in the medium."""
    kinds = [m for one in modules for m in one.molecules]
    return expand(
        modules,
        [m.id for m in kinds if not m.is_input],
        [m.id for m in kinds if m.is_input],
        max_species=max_species,
    )


def species_of(graph: nx.DiGraph[str]) -> list[str]:
    return [name for name, node in graph.nodes(data=True) if node["kind"] == "species"]


def reactions_of(graph: nx.DiGraph[str], name: str = "") -> list[str]:
    """Return the reactions of a rule, or all."""
    return [
        reaction
        for reaction, node in graph.nodes(data=True)
        if node["kind"] == "reaction" and name in ("", node["rule"])
    ]


def written(graph: nx.DiGraph[str], reaction: str) -> str:
    """Return a reaction as ``coefficient: reactants -> products``."""
    left = [
        name
        for name in graph.predecessors(reaction)
        for _ in range(graph.edges[name, reaction]["order"])
    ]
    right = [
        name
        for name in graph.successors(reaction)
        for _ in range(int(graph.edges[reaction, name]["stoichiometry"]))
    ]
    coefficient = graph.nodes[reaction]["rate"].coefficient
    return f"{coefficient:g}: {' + '.join(left) or '0'} -> {' + '.join(right) or '0'}"


def equations(graph: nx.DiGraph[str], name: str = "") -> list[str]:
    return [written(graph, reaction) for reaction in reactions_of(graph, name)]
