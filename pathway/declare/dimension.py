"""The unit rule: a rule's rate has the unit of what it changes per minute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathway.declare.entities import FactorKind, Module, Pool, Readout, Rule
from pathway.declare.modules import UNITS
from pathway.declare.sides import Line, pattern_molecules, split_line
from pathway.declare.units import DIMENSIONLESS, PER_MINUTE, Unit, read_unit
from pathway.errors import UnitError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pathway.declare.parameters import Monomial

__all__ = ["Dimensions", "check_dimensions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimensions:
    """The units of everything in a model that a rate law can name."""

    molecules: Mapping[str, Unit]
    parameters: Mapping[str, Unit]
    pools: Mapping[str, Unit]

    @staticmethod
    def of(modules: Iterable[Module]) -> Dimensions:
        """Return the units of several modules; the first term of a pool settles its unit."""
        listed = tuple(modules)
        bare = Dimensions(
            molecules={item.id: UNITS[item.unit] for module in listed for item in module.molecules},
            parameters={
                item.id: read_unit(item.internal_unit, item.where)
                for module in listed
                for item in module.parameters
            },
            pools={},
        )
        pools: dict[str, Unit] = {}
        for module in listed:
            for pool in module.pools:
                for term in pool.terms:
                    pools.setdefault(pool.id, bare.term(term.pattern, term.weight, pool.where))
        return Dimensions(molecules=bare.molecules, parameters=bare.parameters, pools=pools)

    def pattern(self, pattern: str, where: str) -> Unit:
        """Return the unit of the amount of what a pattern matches."""
        units = {self.molecules[name]: name for name in pattern_molecules(pattern, where)}
        if len(units) > 1:
            raise UnitError(
                where,
                f"{pattern!r} joins molecules of different units",
                f"{' and '.join(sorted(units.values()))} cannot be in one complex",
            )
        return next(iter(units))

    def monomial(self, monomial: Monomial) -> Unit:
        """Return the unit of a product of parameters."""
        unit = DIMENSIONLESS
        for name, power in monomial.powers:
            unit = unit.times(self.parameters[name].to_power(int(power)))
        return unit

    def term(self, pattern: str, weight: Monomial, where: str) -> Unit:
        """Return the unit of a weighted pattern."""
        return self.pattern(pattern, where).times(self.monomial(weight))

    def factor(self, pool: str, where: str) -> Unit:
        """Return the unit of what a factor reads: a pool or a pattern."""
        return self.pools[pool] if pool in self.pools else self.pattern(pool, where)


def check_dimensions(module: Module, units: Dimensions, readouts: Mapping[str, str]) -> None:
    """Check the units of a module's rate laws, sums and factors.

    Parameters
    ----------
    module : Module
        The module; every name in it is known.
    units : Dimensions
        The units of the whole model.
    readouts : mapping
        The declared unit of each readout.

    Raises
    ------
    UnitError
        With the unit that is there and the unit that is needed.
    """
    for rule in module.rules:
        _check_rule(rule, units)
    for seed in module.seeds:
        have, needed = units.parameters[seed.total.id], units.pattern(seed.pattern, seed.where)
        if have != needed:
            raise UnitError(
                seed.where,
                f"the total reads as {have.text}",
                f"a unit like {needed.text!r} is needed",
            )
    for pool in module.pools:
        _check_sum(pool, units.pools.get(pool.id, DIMENSIONLESS), units)
    for readout in module.readouts:
        _check_sum(readout, UNITS[readouts[readout.id]], units)
    factors = [(item.factor, item.where) for item in module.interactions]
    factors += [(item.factor, item.where) for item in module.effects]
    for factor, where in factors:
        have = units.monomial(factor)
        if have != DIMENSIONLESS:
            raise UnitError(where, f"the factor is in {have.text}", "a factor has unit '1'")


def _check_rule(rule: Rule, units: Dimensions) -> None:
    linear = DIMENSIONLESS
    for factor in rule.factors:
        unit = units.factor(factor.pool, rule.where)
        if factor.kind is FactorKind.LINEAR:
            linear = linear.times(unit)
        elif factor.K is not None and units.monomial(factor.K) != unit:
            raise UnitError(
                rule.where,
                f"K for {factor.pool!r} is in {units.monomial(factor.K).text}",
                f"write it in {unit.text!r}, the unit of what it is compared with",
            )
        if factor.hill is not None and units.monomial(factor.hill) != DIMENSIONLESS:
            raise UnitError(rule.where, f"hill for {factor.pool!r} has a unit", "write unit '1'")
    for text in rule.lines:
        line = split_line(text, rule.where)
        rate = _changed_unit(line, text, rule.where, units).times(PER_MINUTE)
        forward = _amounts(line.reactants, rule.where, units).times(linear)
        _check_constant("forward", rule.forward, rate, forward, rule.where, units)
        if rule.reverse is not None:
            backward = _amounts(line.products, rule.where, units)
            _check_constant("reverse", rule.reverse, rate, backward, rule.where, units)


def _changed_unit(line: Line, text: str, where: str, units: Dimensions) -> Unit:
    found = {units.pattern(complex_, where): complex_ for complex_ in line.changed()}
    if len(found) > 1:
        raise UnitError(
            where,
            f"{text!r} turns one unit into another",
            f"{' and '.join(found.values())} are counted in different units",
        )
    return next(iter(found))


def _amounts(complexes: tuple[str, ...], where: str, units: Dimensions) -> Unit:
    product = DIMENSIONLESS
    for complex_ in complexes:
        product = product.times(units.pattern(complex_, where))
    return product


def _check_constant(
    direction: str, constant: Monomial, rate: Unit, amounts: Unit, where: str, units: Dimensions
) -> None:
    needed = rate.times(amounts.to_power(-1))
    have = units.monomial(constant)
    if have != needed:
        raise UnitError(
            where,
            f"the {direction} rate constant reads as {have.text}",
            f"a unit like {needed.text!r} is needed",
        )


def _check_sum(item: Pool | Readout, expected: Unit, units: Dimensions) -> None:
    for term in item.terms:
        unit = units.term(term.pattern, term.weight, item.where)
        if unit != expected:
            raise UnitError(
                item.where,
                f"term {term.key!r} is in {unit.text}, the sum in {expected.text}",
                "give it a weight with the unit that is missing",
            )
