"""Expansion: the modules of a scenario become a network of species and reactions."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pathway.declare.entities import FactorKind, Module, Monomial, Rule
from pathway.errors import DeclarationError, NetworkError, nearest
from pathway.expand.canonical import text_of
from pathway.expand.energy import Energies, Switches, energies_of, switches_of
from pathway.expand.generate import CompiledRule, Generated, RawReaction, generate
from pathway.expand.graph import GraphFactor, ReactionNode, SpeciesNode, Vector, build_graph
from pathway.expand.match import Matches
from pathway.expand.merge import Merged, merge
from pathway.expand.pattern import parse_pattern
from pathway.expand.pools import WeightedPatterns, pool_vector
from pathway.expand.reader import Reader, place_of
from pathway.expand.start import Start, starting_species
from pathway.expand.transform import directions

if TYPE_CHECKING:
    from collections.abc import Sequence

    import networkx as nx

    from pathway.expand.match import Complex

__all__ = ["expand"]


def expand(
    modules: Sequence[Module],
    present: Sequence[str],
    inputs: Sequence[str],
    *,
    depletion: bool = False,
    max_species: int = 5000,
    elsewhere: Sequence[Module] = (),
) -> nx.DiGraph[str]:
    """Expand rules into the network of species and reactions.

    Parameters
    ----------
    modules : sequence of Module
        Base, ligands, lesions and drugs of a scenario, in declared order.
    present : sequence of str
        Ids of the molecules and seeds that take part. What only names others never fires.
    inputs : sequence of str
        Drugs and ligands in the medium.
    depletion : bool
        Whether the medium is used up; kept in ``graph.graph["depletion"]`` for the compiler.
    max_species : int
        Upper bound on the number of species.
    elsewhere : sequence of Module
        Further modules of the model, unused here, whose molecules, states, rules and pools may be
        named; a name that no module declares is an error.

    Returns
    -------
    networkx.DiGraph
        Frozen and bipartite; nodes are species and reactions in index order, with the attributes
        that :func:`pathway.expand.graph.build_graph` lists.

    Raises
    ------
    DeclarationError
        Text that cannot be read, an unknown name, a product that its reactants do not determine.
    NetworkError
        Rules that generate without end, a starting species that is forbidden or given twice.
    """
    merged = merge(modules, present, inputs, elsewhere)
    start = starting_species(merged, present)
    read = Reader(merged)
    rules = [(rule, lines) for rule in merged.rules if (lines := read.lines(rule))]
    factors = [read.factors(rule) for rule, _ in rules]
    compiled = [
        CompiledRule(
            id=rule.id,
            where=place_of(rule),
            transformations=tuple(
                t
                for line in lines
                for t in directions(place_of(rule), rule.id, line, merged.vocabulary)
            ),
            gates=tuple(
                tuple(pattern for pattern, _ in terms)
                for factor, terms in zip(rule.factors, terms_of, strict=True)
                if factor.kind is not FactorKind.INHIBITING
            ),
        )
        for (rule, lines), terms_of in zip(rules, factors, strict=True)
    ]
    forbidden = [
        parse_pattern(f.where or f"forbidden {f.id}", f.pattern, merged.vocabulary)
        for f in merged.forbidden
    ]
    start.refuse(forbidden, merged)
    generated = generate(start.complexes, compiled, forbidden, max_species)
    matches = Matches(generated.species)
    reactions = _reactions(merged, [rule for rule, _ in rules], factors, generated, matches)
    species = _species(merged, start, generated.species)
    readouts = {
        readout.id: (
            readout.unit,
            readout.description,
            tuple(
                (species[index].text, weight)
                for index, weight in pool_vector(
                    tuple(
                        (read.pattern(f"readout {readout.id}", t.pattern), t.weight)
                        for t in readout.terms
                    ),
                    matches,
                )
            ),
        )
        for readout in merged.readouts
    }
    attributes = {
        "readouts": readouts,
        "parameters": _used(merged, species, reactions, readouts),
        "depletion": depletion,
        "format": 1,
    }
    return build_graph(species, reactions, attributes)


def _species(merged: Merged, start: Start, complexes: Sequence[Complex]) -> list[SpeciesNode]:
    units = {molecule.id: molecule.unit for molecule in merged.molecules}
    nodes: list[SpeciesNode] = []
    for index, complex_ in enumerate(complexes):
        counts = Counter(name for name, _ in complex_)
        text = text_of(complex_, merged.vocabulary)
        if len({units[name] for name in counts}) > 1:
            raise NetworkError(
                f"species {text}", "joins molecules of different units", "declare one unit for them"
            )
        started = index < len(start.complexes)
        nodes.append(
            SpeciesNode(
                text=text,
                unit=units[complex_[0][0]],
                is_input=started and start.is_input[index],
                initial=start.initial[index] if started else None,
                molecules=tuple(sorted(counts.items())),
            )
        )
    return nodes


def _reactions(
    merged: Merged,
    rules: Sequence[Rule],
    factors: Sequence[Sequence[WeightedPatterns]],
    generated: Generated,
    matches: Matches,
) -> list[ReactionNode]:
    vocabulary = merged.vocabulary
    energies = energies_of(
        merged.interactions,
        [
            parse_pattern(i.where or f"interaction {i.id}", i.pattern, vocabulary)
            for i in merged.interactions
        ],
        matches,
    )
    for effect in merged.effects:
        _check_effect(merged, effect.where or f"effect {effect.id}", effect.rules)
    switches = switches_of(
        merged.effects,
        [parse_pattern(e.where or f"effect {e.id}", e.when, vocabulary) for e in merged.effects],
        matches,
    )
    vectors: dict[int, Vector] = {}
    laws = [_law(rule, terms, matches, vectors) for rule, terms in zip(rules, factors, strict=True)]
    return [
        ReactionNode(
            rule=rules[raw.rule].id,
            reverse=raw.reverse,
            driven=rules[raw.rule].driven,
            rate=_rate(rules[raw.rule], raw, energies, switches),
            factors=laws[raw.rule][0],
            pools=laws[raw.rule][1],
            reactants=raw.reactants,
            products=raw.products,
            change=raw.change,
            where=place_of(rules[raw.rule]),
            sources=rules[raw.rule].sources,
            note=rules[raw.rule].note,
        )
        for raw in generated.reactions
    ]


def _check_effect(merged: Merged, where: str, rules: Sequence[str]) -> None:
    reversible = {rule.id for rule in merged.rules if rule.reverse is not None}
    for rule in rules:
        if rule not in merged.rule_names:
            raise DeclarationError(
                where, f"unknown rule {rule!r}", nearest(rule, merged.rule_names)
            )
        if rule in reversible:
            raise DeclarationError(
                where,
                f"rule {rule!r} is reversible, and an effect would break its detailed balance",
                "declare an interaction instead",
            )


def _law(
    rule: Rule,
    terms: Sequence[WeightedPatterns],
    matches: Matches,
    vectors: dict[int, Vector],
) -> tuple[tuple[GraphFactor, ...], tuple[Vector, ...]]:
    """Return a rule's factors and what each sums; an inhibitor that is not there is left out."""
    factors: list[GraphFactor] = []
    pools: list[Vector] = []
    for factor, patterns in zip(rule.factors, terms, strict=True):
        if id(patterns) not in vectors:
            vectors[id(patterns)] = pool_vector(patterns, matches)
        vector = vectors[id(patterns)]
        if vector:
            factors.append(GraphFactor(kind=factor.kind, K=factor.K, hill=factor.hill))
            pools.append(vector)
    return tuple(factors), tuple(pools)


def _rate(rule: Rule, raw: RawReaction, energies: Energies, switches: Switches) -> Monomial:
    if rule.reverse is None:
        return rule.forward.scaled(raw.coefficient).times(switches.factor(rule.id, raw))
    base = rule.reverse if raw.reverse else rule.forward
    return base.scaled(raw.coefficient).times(energies.factor(raw))


def _used(
    merged: Merged,
    species: Sequence[SpeciesNode],
    reactions: Sequence[ReactionNode],
    readouts: dict[str, tuple[str, str, tuple[tuple[str, Monomial], ...]]],
) -> tuple[str, ...]:
    """Return the ids of the parameters that the network uses, in declaration order."""
    monomials = [node.initial for node in species]
    monomials += [reaction.rate for reaction in reactions]
    laws = {(id(r.factors), id(r.pools)): r for r in reactions}
    for law in laws.values():
        monomials += [m for factor in law.factors for m in (factor.K, factor.hill)]
        monomials += [weight for pool in law.pools for _, weight in pool]
    monomials += [weight for _, _, terms in readouts.values() for _, weight in terms]
    used = {name: None for m in monomials if m is not None for name, _ in m.powers}
    order = {name: None for name in merged.parameters if name in used}
    return (*order, *sorted(name for name in used if name not in order))
