"""Rate laws of a network as MathML: products of parameters, amounts and what pools do."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import repeat
from typing import TYPE_CHECKING

from pathway.declare.entities import FactorKind
from pathway.declare.parameters import Monomial
from pathway.declare.units import DIMENSIONLESS, NANOMOLAR, Unit
from pathway.exchange.mathml import call, name, number, ratio, total

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from xml.etree.ElementTree import Element

    import networkx as nx

    from pathway.exchange.names import Names
    from pathway.exchange.unit_list import UnitList
    from pathway.expand.graph import GraphFactor

__all__ = ["Constant", "Laws", "Pool"]

ONE = Monomial()
Terms = tuple[tuple[str, Monomial], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A sum that rate laws read."""

    id: str
    reader: str
    """The first rule that reads it."""
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A rate constant with a root in it, as a parameter of its own.

    COPASI takes a kinetic law of constants and reactants for mass action and then loses a root
    that stands among the constants.
    """

    id: str
    rule: str
    """The first rule that has it."""
    value: Element
    unit: str


@dataclass(slots=True, kw_only=True)
class Laws:
    """Writes the laws of one graph; collects the pools and the constants they read."""

    graph: nx.DiGraph[str]
    parameters: Mapping[str, str]
    """Identifier of each parameter."""
    species: Mapping[str, str]
    """Identifier of each species."""
    dimensions: Mapping[str, Unit]
    """Internal unit of each parameter."""
    units: UnitList
    names: Names
    pools: dict[Terms, Pool] = field(default_factory=dict)
    constants: dict[Monomial, Constant] = field(default_factory=dict)

    def rate(self, reaction: str) -> Element:
        """Return the rate of a reaction, in nM/min or, where it changes what has no unit, 1/min."""
        node = self.graph.nodes[reaction]
        above, below = self._rate_constant(node["rate"], node["rule"])
        read: list[list[tuple[str, Monomial]]] = [[] for _ in node["factors"]]
        for species in sorted(self.graph.pred[reaction], key=self._index):
            edge = self.graph.edges[species, reaction]
            above.extend(name(self.species[species]) for _ in range(edge["order"]))
            for factor, weight in edge["weights"]:
                read[factor].append((species, weight))
        for factor, terms in zip(node["factors"], read, strict=True):
            above.append(self._factor(factor, tuple(terms), node["rule"]))
        return ratio(above, below)

    def sum_of(self, terms: Terms) -> Element:
        """Return a weighted sum of species."""
        if not terms:
            return number(0.0)
        return total([self._weighted(species, weight) for species, weight in terms])

    def dimension(self, terms: Terms) -> Unit:
        """Return the unit of a weighted sum of species."""
        species, weight = terms[0]
        unit = NANOMOLAR if self.graph.nodes[species]["unit"] == "nM" else DIMENSIONLESS
        return unit.times(self._dimension(weight))

    def _dimension(self, monomial: Monomial) -> Unit:
        unit = DIMENSIONLESS
        for parameter, power in monomial.powers:
            # Roots are taken of numbers without unit only: shares of an interaction's factor.
            unit = unit.times(self.dimensions[parameter].to_power(round(power)))
        return unit

    def _rate_constant(self, rate: Monomial, rule: str) -> tuple[list[Element], list[Element]]:
        if all(power == round(power) for _, power in rate.powers):
            return self._split(rate)
        constant = self.constants.get(rate)
        if constant is None:
            constant = Constant(
                id=self.names.give(f"constant_in_{rule}"),
                rule=rule,
                value=self.value(rate),
                unit=self.units.of(self._dimension(rate)),
            )
            self.constants[rate] = constant
        return [name(constant.id)], []

    def _index(self, species: str) -> int:
        return int(self.graph.nodes[species]["index"])

    def _factor(self, factor: GraphFactor, terms: Terms, rule: str) -> Element:
        pool = self._pool(terms, rule)
        if factor.kind is FactorKind.LINEAR:
            return pool
        half = self.value(factor.K or ONE)
        if factor.hill is None or factor.hill == ONE:
            above = pool if factor.kind is FactorKind.SATURATING else half
            return call("divide", above, call("plus", half, pool))
        # A power of what rounding has made negative is no number; the sum has none below zero.
        kept = call("max", pool, number(0.0, self.units.of(self.dimension(terms))))
        ratio_to_half = call("divide", kept, half)
        occupied = call("power", ratio_to_half, self.value(factor.hill))
        saturating = factor.kind is FactorKind.SATURATING
        above = occupied if saturating else number(1.0)
        return call("divide", above, call("plus", number(1.0), occupied))

    def _pool(self, terms: Terms, rule: str) -> Element:
        if len(terms) == 1:
            return self._weighted(*terms[0])
        pool = self.pools.get(terms)
        if pool is None:
            pool = Pool(id=self.names.give(f"sum_in_{rule}"), reader=rule, terms=terms)
            self.pools[terms] = pool
        return name(pool.id)

    def _weighted(self, species: str, weight: Monomial) -> Element:
        above, below = self._split(weight)
        return ratio([*above, name(self.species[species])], below)

    def value(self, monomial: Monomial) -> Element:
        """Return a product of powers of parameters."""
        return ratio(*self._split(monomial))

    def _split(self, monomial: Monomial) -> tuple[list[Element], list[Element]]:
        """Return what stands above and below the line of a product of powers."""
        above: list[Element] = []
        below: list[Element] = []
        if monomial.coefficient != 1.0:
            above.append(number(monomial.coefficient))
        for parameter, power in monomial.powers:
            side = above if power > 0.0 else below
            side.extend(self._powers(self.parameters[parameter], abs(power)))
        return above, below

    def _powers(self, identifier: str, power: float) -> Sequence[Element]:
        if power == round(power):
            return [name(identifier) for _ in repeat(None, round(power))]
        return [call("power", name(identifier), number(power))]
