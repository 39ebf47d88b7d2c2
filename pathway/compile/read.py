"""Read the expanded graph: every claim the compiler relies on is checked here, with the node."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from pathway.compile.monomials import ONE, MonomialTableBuilder
from pathway.declare.entities import FactorKind, Monomial
from pathway.errors import CompileError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import networkx as nx

__all__ = ["FactorLaw", "GraphContent", "ReactionLaw", "read_graph"]

CELLS_PER_VOLUME = Monomial.of("medium.cells_per_volume")
"""Cell volume over medium volume per cell: what one nM in the cells takes from the medium."""

MAX_ORDER = 4


@dataclass(frozen=True, slots=True)
class FactorLaw:
    """One factor of a rate law; equal factors of different reactions are one object's worth."""

    kind: FactorKind
    terms: tuple[tuple[int, int], ...]
    """(amount index, monomial row of the weight), by amount index."""
    half: int
    hill: int


@dataclass(frozen=True, slots=True)
class ReactionLaw:
    """One reaction in numbers: amounts are indexed dynamic species first, then inputs."""

    name: str
    rate: int
    """Monomial row of the rate constant."""
    reactants: tuple[int, ...]
    """Amount indices, repeated by order."""
    net: tuple[tuple[int, float], ...]
    """(dynamic species, produced minus consumed), by species; nothing that cancels."""
    factors: tuple[FactorLaw, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphContent:
    """What the compiler takes from a graph."""

    species: tuple[str, ...]
    inputs: tuple[str, ...]
    input_ids: tuple[str, ...]
    depleting: tuple[tuple[str, int], ...]
    """(input id, dynamic species index) of inputs that are used up, if depletion is asked for."""
    units: tuple[str, ...]
    initial: tuple[tuple[int, int], ...]
    """(dynamic species, monomial row) of what does not start at zero."""
    reactions: tuple[ReactionLaw, ...]
    readouts: tuple[tuple[str, str, str, tuple[tuple[int, int], ...]], ...]
    """(id, unit, description, ((amount index, monomial row of the weight), ...))."""


def read_graph(graph: nx.DiGraph[str], monomials: MonomialTableBuilder) -> GraphContent:
    """Return the content of an expanded graph, its monomials collected in ``monomials``.

    Raises
    ------
    CompileError
        Naming the node, edge or readout that is malformed.
    """
    deplete = bool(graph.graph.get("depletion", False))
    dynamic: list[str] = []
    inputs: list[str] = []
    reactions: list[str] = []
    for name, node in graph.nodes(data=True):
        kind = node.get("kind")
        if kind == "reaction":
            reactions.append(name)
        elif kind != "species":
            raise CompileError(
                f"node {name!r}", f"has kind {kind!r}", "kinds are 'species' and 'reaction'"
            )
        elif _get(node, "is_input", f"species {name!r}") and not deplete:
            inputs.append(name)
        else:
            dynamic.append(name)
    index = {name: position for position, name in enumerate([*dynamic, *inputs])}
    initial = []
    for position, name in enumerate(dynamic):
        amount = graph.nodes[name].get("initial")
        if amount is not None:
            where = f"initial amount of species {name!r}"
            initial.append((position, monomials.add(_monomial(amount, where))))
    return GraphContent(
        species=tuple(dynamic),
        inputs=tuple(inputs),
        input_ids=tuple(_molecule_id(graph, name) for name in inputs),
        depleting=tuple(
            (_molecule_id(graph, name), position)
            for position, name in enumerate(dynamic)
            if graph.nodes[name]["is_input"]
        ),
        units=tuple(str(graph.nodes[name].get("unit", "nM")) for name in [*dynamic, *inputs]),
        initial=tuple(initial),
        reactions=tuple(
            _read_reaction(graph, name, index, len(dynamic), monomials) for name in reactions
        ),
        readouts=_read_readouts(graph, index, monomials),
    )


def _read_reaction(
    graph: nx.DiGraph[str],
    name: str,
    index: dict[str, int],
    n_dynamic: int,
    monomials: MonomialTableBuilder,
) -> ReactionLaw:
    where = f"reaction {name!r}"
    node = graph.nodes[name]
    rate = monomials.add(_monomial(_get(node, "rate", where), f"rate of {where}"))
    declared = tuple(node.get("factors", ()))
    reactants: list[int] = []
    net: dict[int, float] = {}
    weights: list[list[tuple[int, int]]] = [[] for _ in declared]
    for at, species, edge in _by_amount(graph.pred[name], index, where):
        place = f"edge from {species!r} to {where}"
        reactants.extend([at] * _order(edge, place))
        net[at] = net.get(at, 0.0) - _stoichiometry(edge, place)
        for factor, weight in edge.get("weights", ()):
            if not 0 <= factor < len(declared):
                raise CompileError(
                    place, f"weighs factor {factor} of {len(declared)}", "declare the factor"
                )
            weights[factor].append((at, monomials.add(_monomial(weight, place))))
    for at, species, edge in _by_amount(graph.succ[name], index, where):
        place = f"edge from {where} to {species!r}"
        net[at] = net.get(at, 0.0) + _stoichiometry(edge, place)
    factors = [
        _read_factor(factor, tuple(sorted(terms)), monomials, f"factor {position} of {where}")
        for position, (factor, terms) in enumerate(zip(declared, weights, strict=True))
    ]
    return ReactionLaw(
        name=name,
        rate=rate,
        reactants=tuple(sorted(reactants)),
        net=tuple(sorted((at, n) for at, n in net.items() if at < n_dynamic and n != 0.0)),
        factors=tuple(factors),
    )


def _by_amount(
    edges: Mapping[str, Mapping[str, Any]], index: dict[str, int], where: str
) -> list[tuple[int, str, Mapping[str, Any]]]:
    """Return a reaction's edges by amount index: the order they were written in means nothing."""
    found = [(_amount(index, species, where), species, edge) for species, edge in edges.items()]
    return sorted(found, key=itemgetter(0))


def _read_factor(
    factor: Any,  # noqa: ANN401 - any object with kind, K and hill will do
    terms: tuple[tuple[int, int], ...],
    monomials: MonomialTableBuilder,
    where: str,
) -> FactorLaw:
    kind = getattr(factor, "kind", None)
    if not isinstance(kind, FactorKind):
        raise CompileError(where, f"has kind {kind!r}", "use a FactorKind")
    half, hill = factor.K, factor.hill
    if kind is FactorKind.LINEAR:
        if half is not None or hill is not None:
            raise CompileError(where, "is linear but has K or hill", "leave them out")
        half = hill = ONE
    elif half is None:
        raise CompileError(where, "saturates or inhibits without K", "declare K")
    return FactorLaw(
        kind=kind,
        terms=terms,
        half=monomials.add(_monomial(half, f"K of {where}")),
        hill=monomials.add(_monomial(ONE if hill is None else hill, f"hill of {where}")),
    )


def _read_readouts(
    graph: nx.DiGraph[str], index: dict[str, int], monomials: MonomialTableBuilder
) -> tuple[tuple[str, str, str, tuple[tuple[int, int], ...]], ...]:
    readouts = []
    for name, (unit, description, terms) in graph.graph.get("readouts", {}).items():
        where = f"readout {name!r}"
        entries = [
            (_amount(index, species, where), monomials.add(_monomial(weight, where)))
            for species, weight in terms
        ]
        readouts.append((str(name), str(unit), str(description), tuple(sorted(entries))))
    return tuple(readouts)


def _molecule_id(graph: nx.DiGraph[str], name: str) -> str:
    molecules = graph.nodes[name].get("molecules", ())
    return str(molecules[0][0]) if molecules else name


def _get(node: Mapping[str, Any], key: str, where: str) -> Any:  # noqa: ANN401
    if key not in node:
        raise CompileError(where, f"has no attribute {key!r}", "add it to the node")
    return node[key]


def _monomial(value: object, where: str) -> Monomial:
    if not isinstance(value, Monomial):
        raise CompileError(where, f"is {value!r}", "give a Monomial")
    if not (isfinite(value.coefficient) and value.coefficient >= 0.0):
        raise CompileError(
            where, f"has coefficient {value.coefficient}", "it must be finite and not negative"
        )
    return value


def _amount(index: dict[str, int], species: str, where: str) -> int:
    if species not in index:
        raise CompileError(
            where, f"refers to {species!r}, which is no species of the graph", "add or unlink it"
        )
    return index[species]


def _order(edge: Mapping[str, Any], where: str) -> int:
    order = edge.get("order", 0)
    if not isinstance(order, int) or not 0 <= order <= MAX_ORDER:
        raise CompileError(where, f"has order {order!r}", f"use a whole number 0 to {MAX_ORDER}")
    return order


def _stoichiometry(edge: Mapping[str, Any], where: str) -> float:
    value = float(edge.get("stoichiometry", 0.0))
    if not (isfinite(value) and value >= 0.0):
        raise CompileError(
            where, f"has stoichiometry {value}", "it must be finite and not negative"
        )
    return value
