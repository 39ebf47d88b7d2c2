"""Expansion: the modules of a scenario become a network of species and reactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.declare.entities import FactorKind, Module, Rule
from pathway.errors import DeclarationError, NetworkError, nearest
from pathway.expand.energy import energies_of, switches_of
from pathway.expand.generate import CompiledRule, Generated, generate
from pathway.expand.graph import GraphFactor, ReactionNode, RuleLaw, SpeciesNode, build_graph
from pathway.expand.matcher import Matches, Terms
from pathway.expand.memory import Knowledge, Memory
from pathway.expand.merge import Merged, merge
from pathway.expand.reader import Reader, place_of
from pathway.expand.start import Start, starting_species

if TYPE_CHECKING:
    from collections.abc import Sequence

    import networkx as nx

    from pathway.declare.parameters import Monomial
    from pathway.expand.forms import Form
    from pathway.expand.texts import Texts

__all__ = ["expand"]


def expand(
    modules: Sequence[Module],
    present: Sequence[str],
    inputs: Sequence[str],
    *,
    depletion: bool = False,
    max_species: int = 5000,
    elsewhere: Sequence[Module] = (),
    memory: Memory | None = None,
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
    memory : Memory, optional
        What earlier expansions found, which makes this one faster and changes nothing else.

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
    memory = Memory() if memory is None else memory
    merged = merge(modules, present, inputs, elsewhere)
    texts, known = memory.texts(merged.vocabulary), memory.knowledge(merged.vocabulary)
    start = starting_species(merged, present, texts, known.forms)
    read = Reader(merged, texts)
    active = [(rule, lines) for rule in merged.rules if (lines := read.lines(rule))]
    rules = [rule for rule, _ in active]
    factors = [[known.terms(sums) for sums in read.factors(rule)] for rule in rules]
    compiled = [
        CompiledRule(
            id=rule.id,
            where=place_of(rule),
            rewrites=tuple(
                rewrite
                for line in lines
                for rewrite in known.rewrites(place_of(rule), rule.id, line)
            ),
            gates=tuple(
                terms.matchers
                for factor, terms in zip(rule.factors, own, strict=True)
                if factor.kind is not FactorKind.INHIBITING
            ),
        )
        for (rule, lines), own in zip(active, factors, strict=True)
    ]
    forbidden = [
        known.matcher(texts.pattern(f.where or f"forbidden {f.id}", f.pattern))
        for f in merged.forbidden
    ]
    start.refuse(forbidden)
    generated = generate(start.forms, compiled, forbidden, max_species)
    matches = Matches(generated.species)
    reactions = _reactions(merged, rules, factors, generated, matches, texts, known)
    species = _species(merged, start, generated.species)
    readouts = {
        readout.id: (
            readout.unit,
            readout.description,
            tuple(
                (species[index].text, weight)
                for index, weight in matches.vector(
                    known.terms(
                        tuple(
                            (texts.pattern(f"readout {readout.id}", t.pattern), t.weight)
                            for t in readout.terms
                        )
                    )
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


def _species(merged: Merged, start: Start, forms: Sequence[Form]) -> list[SpeciesNode]:
    units = {molecule.id: molecule.unit for molecule in merged.molecules}
    nodes: list[SpeciesNode] = []
    for index, form in enumerate(forms):
        if len({units[name] for name in form.kinds}) > 1:
            raise NetworkError(
                f"species {form.text}",
                "joins molecules of different units",
                "declare one unit for them",
            )
        started = index < len(start.forms)
        nodes.append(
            SpeciesNode(
                text=form.text,
                unit=units[form.kinds[0]],
                is_input=started and start.is_input[index],
                initial=start.initial[index] if started else None,
                molecules=form.molecules,
            )
        )
    return nodes


def _reactions(
    merged: Merged,
    rules: Sequence[Rule],
    factors: Sequence[Sequence[Terms]],
    generated: Generated,
    matches: Matches,
    texts: Texts,
    known: Knowledge,
) -> list[ReactionNode]:
    interactions, effects = merged.interactions, merged.effects
    energies = energies_of(
        interactions,
        [
            known.matcher(texts.pattern(i.where or f"interaction {i.id}", i.pattern))
            for i in interactions
        ],
        matches,
        known.rates,
    )
    for effect in effects:
        _check_effect(merged, effect.where or f"effect {effect.id}", effect.rules)
    switches = switches_of(
        effects,
        [known.matcher(texts.pattern(e.where or f"effect {e.id}", e.when)) for e in effects],
        matches,
        known.rates,
    )
    laws = [_law(rule, terms, matches) for rule, terms in zip(rules, factors, strict=True)]
    constants = [
        (known.rates.known(rule.forward), rule.reverse and known.rates.known(rule.reverse))
        for rule in rules
    ]
    reactions: list[ReactionNode] = []
    for raw in generated.reactions:
        forward, reverse = constants[raw.rule]
        if reverse is None:
            powers, constant = switches.powers(rules[raw.rule].id, raw), forward
        else:
            powers, constant = energies.powers(raw), reverse if raw.reverse else forward
        reactions.append(
            ReactionNode(
                laws[raw.rule],
                raw.reverse,
                known.rates.product(constant, raw.coefficient, powers),
                raw.reactants,
                raw.products,
                raw.change,
            )
        )
    return reactions


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


def _law(rule: Rule, terms: Sequence[Terms], matches: Matches) -> RuleLaw:
    """Return a rule's factors and what each sums; an inhibitor that is not there is left out."""
    factors: list[GraphFactor] = []
    weights: dict[int, list[tuple[int, Monomial]]] = {}
    for factor, sums in zip(rule.factors, terms, strict=True):
        vector = matches.vector(sums)
        if vector:
            for index, weight in vector:
                weights.setdefault(index, []).append((len(factors), weight))
            factors.append(GraphFactor(kind=factor.kind, K=factor.K, hill=factor.hill))
    return RuleLaw(
        rule=rule.id,
        driven=rule.driven,
        factors=tuple(factors),
        weights={index: tuple(pairs) for index, pairs in weights.items()},
        where=place_of(rule),
        sources=rule.sources,
        note=rule.note,
    )


def _used(
    merged: Merged,
    species: Sequence[SpeciesNode],
    reactions: Sequence[ReactionNode],
    readouts: dict[str, tuple[str, str, tuple[tuple[str, Monomial], ...]]],
) -> tuple[str, ...]:
    """Return the ids of the parameters that the network uses, in declaration order."""
    laws = dict.fromkeys(reaction.law for reaction in reactions)
    monomials = [
        *(node.initial for node in species),
        *(reaction.rate for reaction in reactions),
        *(m for law in laws for factor in law.factors for m in (factor.K, factor.hill)),
        *(weight for law in laws for pairs in law.weights.values() for _, weight in pairs),
        *(weight for _, _, terms in readouts.values() for _, weight in terms),
    ]
    each = {id(monomial): monomial for monomial in monomials}.values()
    used = {name: None for m in each if m is not None for name, _ in m.powers}
    order = {name: None for name in merged.parameters if name in used}
    return (*order, *sorted(name for name in used if name not in order))
