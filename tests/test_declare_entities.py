from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.declare.entities import Site
from pathway.declare.parameters import Monomial

NAMES = ("a", "b", "c")
VALUES = {"a": 2.0, "b": 0.3, "c": 7.0}
MONOMIALS = st.builds(
    lambda coefficient, powers: Monomial(coefficient, tuple(sorted(powers.items()))),
    st.floats(0.1, 10.0),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from([-2.0, -1.0, 0.5, 1.0, 2.0])),
)


@given(MONOMIALS, MONOMIALS)
def test_the_value_of_a_product_is_the_product_of_values(one: Monomial, other: Monomial) -> None:
    product = one.times(other)
    assert product.value(VALUES) == pytest.approx(one.value(VALUES) * other.value(VALUES))
    assert list(product.powers) == sorted(set(product.powers))
    assert all(power != 0.0 for _, power in product.powers)


@given(MONOMIALS, st.sampled_from([-1.0, 0.0, 2.0]))
def test_the_value_of_a_power_is_the_power_of_the_value(one: Monomial, power: float) -> None:
    assert one.to_power(power).value(VALUES) == pytest.approx(one.value(VALUES) ** power)


@given(MONOMIALS, st.floats(0.1, 10.0))
def test_scaling(one: Monomial, scale: float) -> None:
    assert one.scaled(scale).value(VALUES) == pytest.approx(scale * one.value(VALUES))


def test_what_cancels_is_left_out() -> None:
    one = Monomial.of("a").times(Monomial.of("b", 2.0))
    assert one.times(one.to_power(-1.0)) == Monomial()
    assert one.to_power(0.0) == Monomial()


def test_sites_are_for_bonds_or_states_and_frozen() -> None:
    assert Site(name="dim").is_bond
    site = Site(name="y", states=("u", "p"))
    assert not site.is_bond
    with pytest.raises(dataclasses.FrozenInstanceError):
        site.name = "z"  # type: ignore[misc]
