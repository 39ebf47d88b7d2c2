"""Reactions of an expanded graph as numbers, each claim about them checked."""

from __future__ import annotations

from math import inf, isfinite
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from pathway.compile.monomials import ONE, MonomialTableBuilder
from pathway.declare.entities import FactorKind
from pathway.declare.parameters import Monomial
from pathway.errors import CompileError

if TYPE_CHECKING:
    from collections.abc import Mapping

    Edges = Mapping[str, Mapping[str, Any]]

__all__ = ["FactorLaw", "ReactionLaw", "Reactions", "attribute", "checked_monomial", "unknown"]

MAX_ORDER = 4


class FactorLaw(NamedTuple):
    """One factor of a rate law; equal factors of different reactions are one."""

    kind: FactorKind
    terms: tuple[tuple[int, int], ...]
    """(amount index, monomial row of the weight), by amount index."""
    half: int
    hill: int


class ReactionLaw(NamedTuple):
    """One reaction in numbers: amounts are indexed dynamic species first, then inputs."""

    name: str
    rate: int
    """Monomial row of the rate constant."""
    reactants: tuple[int, ...]
    """Amount indices, repeated by order."""
    net: tuple[tuple[int, float], ...]
    """(dynamic species, produced minus consumed), by species; nothing that cancels."""
    factors: tuple[int, ...]
    """Places in ``GraphContent.factors``."""


class Reactions:
    """Reads reactions one by one.

    What reactions of one rule share is one object in an expanded graph. It is recognised by
    identity, which stands for equality while the graph keeps the object.
    """

    def __init__(
        self, index: Mapping[str, int], n_dynamic: int, monomials: MonomialTableBuilder
    ) -> None:
        self.factors: dict[FactorLaw, int] = {}
        self._index = index
        self._n_dynamic = n_dynamic
        self._monomials = monomials
        self._constants: dict[int, tuple[Any, FactorKind, int, int]] = {}

    def read(
        self, name: str, node: Mapping[str, Any], sources: Edges, targets: Edges
    ) -> ReactionLaw:
        """Return a reaction from its node and its edges."""
        index = self._index
        where = f"reaction {name!r}"
        rate = self._row(attribute(node, "rate", where), "rate of", where)
        reactants: list[int] = []
        weighed: list[tuple[int, str, Any]] = []
        net: dict[int, float] = {}
        for species, edge in sources.items():
            at = index.get(species)
            if at is None:
                raise unknown(where, species)
            order = edge.get("order", 0)
            if order == 1 and isinstance(order, int):
                reactants.append(at)
            elif order != 0 or not isinstance(order, int):
                reactants.extend([at] * _order(order, f"edge from {species!r} to {where}"))
            value = float(edge.get("stoichiometry", 0.0))
            if not 0.0 <= value < inf:
                raise _bad_stoichiometry(f"edge from {species!r} to {where}", value)
            net[at] = -value
            weights = edge.get("weights", ())
            if weights:
                weighed.append((at, species, weights))
        for species, edge in targets.items():
            at = index.get(species)
            if at is None:
                raise unknown(where, species)
            value = float(edge.get("stoichiometry", 0.0))
            if not 0.0 <= value < inf:
                raise _bad_stoichiometry(f"edge from {where} to {species!r}", value)
            net[at] = net.get(at, 0.0) + value
        n_dynamic = self._n_dynamic
        return ReactionLaw(
            name,
            rate,
            tuple(sorted(reactants)),
            tuple(sorted([(at, n) for at, n in net.items() if at < n_dynamic and n != 0.0])),
            self._factors(tuple(node.get("factors", ())), weighed, where),
        )

    def _factors(
        self, declared: tuple[Any, ...], weighed: list[tuple[int, str, Any]], where: str
    ) -> tuple[int, ...]:
        """Return the factors of a reaction; the order its edges were written in means nothing."""
        if not declared and not weighed:
            return ()
        terms: list[list[tuple[int, int]]] = [[] for _ in declared]
        weighed.sort(key=itemgetter(0))
        for at, species, weights in weighed:
            for factor, weight in weights:
                if not 0 <= factor < len(declared):
                    raise CompileError(
                        f"edge from {species!r} to {where}",
                        f"weighs factor {factor} of {len(declared)}",
                        "declare the factor",
                    )
                row = self._monomials.known(weight)
                if row is None:
                    place = f"edge from {species!r} to {where}"
                    row = self._monomials.add(checked_monomial(weight, place))
                terms[factor].append((at, row))
        found = []
        for position, (factor, own) in enumerate(zip(declared, terms, strict=True)):
            _, kind, half, hill = self._constants_of(factor, f"factor {position} of {where}")
            law = FactorLaw(kind, tuple(sorted(own)), half, hill)
            found.append(self.factors.setdefault(law, len(self.factors)))
        return tuple(found)

    def _constants_of(
        self,
        factor: Any,  # noqa: ANN401 - any object with kind, K and hill will do
        where: str,
    ) -> tuple[Any, FactorKind, int, int]:
        """Return the factor itself, its kind, and the rows of K and the exponent."""
        known = self._constants.get(id(factor))
        if known is None:
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
            known = self._constants[id(factor)] = (
                factor,
                kind,
                self._row(half, "K of", where),
                self._row(ONE if hill is None else hill, "hill of", where),
            )
        return known

    def _row(self, value: object, kind: str, where: str) -> int:
        known = self._monomials.known(value)
        return (
            self._monomials.add(checked_monomial(value, f"{kind} {where}"))
            if known is None
            else known
        )


def attribute(node: Mapping[str, Any], key: str, where: str) -> Any:  # noqa: ANN401
    """Return what a node must say. Raises CompileError if it does not."""
    if key not in node:
        raise CompileError(where, f"has no attribute {key!r}", "add it to the node")
    return node[key]


def checked_monomial(value: object, where: str) -> Monomial:
    """Return a monomial. Raises CompileError if it is none, or could be negative."""
    if not isinstance(value, Monomial):
        raise CompileError(where, f"is {value!r}", "give a Monomial")
    if not (isfinite(value.coefficient) and value.coefficient >= 0.0):
        raise CompileError(
            where, f"has coefficient {value.coefficient}", "it must be finite and not negative"
        )
    return value


def unknown(where: str, species: str) -> CompileError:
    """Return the error of naming a species that is not there."""
    return CompileError(
        where, f"refers to {species!r}, which is no species of the graph", "add or unlink it"
    )


def _order(order: object, where: str) -> int:
    if not isinstance(order, int) or not 0 <= order <= MAX_ORDER:
        raise CompileError(where, f"has order {order!r}", f"use a whole number 0 to {MAX_ORDER}")
    return order


def _bad_stoichiometry(where: str, value: float) -> CompileError:
    return CompileError(where, f"has stoichiometry {value}", "it must be finite and not negative")
