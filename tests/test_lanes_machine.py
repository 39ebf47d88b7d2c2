"""Lane programs of networks against the scalar kernels and a plain twin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pathway as pw
from pathway.compile.compiler import compile_graph
from pathway.declare.entities import FactorKind
from pathway.declare.parameters import Monomial
from pathway.kernels.arguments import ALIGNMENT, pack
from pathway.kernels.load import load_kernels
from pathway.lanes.lower_tables import lower_tables
from pathway.lanes.vector import LANES
from tests.reference.graphs import Builder, dosed, factor, networks
from tests.reference.lanes import in_lanes, no_elimination, plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pathway.compile.tables import Tables

    Values = NDArray[np.float64]

KERNELS = load_kernels()
KINDS = (FactorKind.SATURATING, FactorKind.INHIBITING)


def close(found: Values, wanted: Values, sizes: Values) -> None:
    """Equal to rounding of what was added; not finite where that is not."""
    allowed = 1e-13 * np.maximum(np.abs(wanted), sizes)
    fine = np.abs(found - wanted) <= allowed
    fine |= (found == wanted) | (~np.isfinite(found) & ~np.isfinite(wanted))
    assert fine.all(), (found[~fine], wanted[~fine])


class Network:
    """A network in eight lanes, each with numbers of its own."""

    def __init__(self, tables: Tables, kernel: Values, seed: int = 0) -> None:
        self.tables = tables
        random = np.random.default_rng(seed)
        n = len(tables.species)
        self.system = lower_tables(tables, random.permutation(n), no_elimination())
        self.entries = tables.jacobian.indices.size
        self.states = random.lognormal(0.0, 1.0, (LANES, n))
        self.kernel = kernel * random.lognormal(0.0, 0.4, (LANES, kernel.size))
        exponents = self.exponents()
        self.kernel[:, exponents] = kernel[exponents]
        self.inputs = random.lognormal(0.0, 1.0, (LANES, len(tables.inputs)))

    @classmethod
    def of(cls, built: Builder, seed: int = 0) -> Network:
        tables = compile_graph(built.graph)
        return cls(tables, tables.constants(built.parameters).kernel, seed)

    def exponents(self) -> slice:
        factors = self.tables.factor_kind.size
        first = len(self.tables.reactions) + self.tables.pool_amount.size + factors
        return slice(first, first + factors)

    def given(self) -> tuple[Values, Values]:
        return self.states, np.column_stack([self.kernel, self.inputs])

    def found(self) -> tuple[Values, Values]:
        return in_lanes(self.system, *self.given(), self.entries)

    def wanted(self) -> tuple[Values, Values]:
        change, data = np.empty((LANES, self.system.states)), np.empty((LANES, self.entries))
        constants = self.tables.constants(dict.fromkeys(self.tables.parameters, 1.0))
        p = pack(self.tables, constants, self.inputs[0])
        for lane in range(LANES):
            p.constants[:], p.inputs[:] = self.kernel[lane], self.inputs[lane]
            change[lane] = KERNELS.rhs(0.0, self.states[lane], p)
            data[lane] = KERNELS.jacobian_data(0.0, self.states[lane], p)
        return change, data

    def check(self) -> None:
        change, data, changes, entries = plain(self.system, *self.given(), self.entries)
        for values, wanted in ((self.found(), (change, data)), (self.found(), self.wanted())):
            close(values[0], wanted[0], changes)
            close(values[1], wanted[1], entries)


def crowded(exponent: float = 1.0) -> Builder:
    """Return reactions of three reactants and three factors, one driven by an input alone."""
    built = Builder()
    for name in ("A", "B", "C"):
        built.species(name, 1.0)
    built.species("drug", is_input=True)
    hill = built.number(exponent)
    laws = [factor(kind, built.number(0.7), hill) for kind in KINDS]
    laws.append(factor(FactorKind.LINEAR))
    pools = [
        {"A": built.number(0.5), "B": built.number(1.5)},
        {"drug": Monomial()},
        {"C": built.number(2.0)},
    ]
    built.reaction("all", 0.3, ["A", "B", "drug"], ["C", "C"], laws, pools)
    built.reaction("twice", 0.2, ["A", "A", "A"], ["B"], laws[:2], pools[:2])
    built.reaction("made", 0.1, [], ["A"], laws[1:2], pools[1:2])
    built.reaction("lost", 0.4, ["C"], [])
    built.done()
    return built


@given(built=networks(), seed=st.integers(0, 9))
@settings(max_examples=60, deadline=None)
def test_networks_equal_scalar_kernels_and_plain_twin(built: Builder, seed: int) -> None:
    Network.of(built, seed).check()


@pytest.mark.parametrize("depletion", [False, True])
def test_inputs_that_are_used_up_are_scaled(depletion: bool) -> None:  # noqa: FBT001
    built = dosed(depletion=depletion)
    built.done()
    Network.of(built).check()


@pytest.mark.parametrize("exponent", [0.7, 1.0, 2.0])
def test_reactions_of_many_factors(exponent: float) -> None:
    Network.of(crowded(exponent)).check()


@pytest.mark.parametrize("exponent", [1.0, 2.0])
@pytest.mark.parametrize("amount", [-2.0, -1e-9, 0.0, 1e80, np.nan])
def test_factors_below_zero_and_far_above(exponent: float, amount: float) -> None:
    network = Network.of(crowded(exponent))
    network.states[::2] = amount
    with np.errstate(invalid="ignore", over="ignore"):
        network.check()


def test_lanes_of_mixed_exponents_equal_lanes_of_one() -> None:
    straight, mixed = Network.of(crowded()), Network.of(crowded())
    mixed.kernel[3, mixed.exponents()] = 2.0
    others = np.arange(LANES) != 3
    for one, other in zip(straight.found(), mixed.found(), strict=True):
        np.testing.assert_array_equal(one[others], other[others])
        assert (one[3] != other[3]).any()


@given(built=networks(), lane=st.integers(0, LANES - 1), seed=st.integers(0, 9))
@settings(max_examples=20, deadline=None)
def test_what_one_lane_holds_changes_no_bit_of_another(
    built: Builder, lane: int, seed: int
) -> None:
    network = Network.of(built, seed)
    before = network.found()
    network.states[lane] = np.nan
    network.kernel[lane] = np.inf
    others = np.arange(LANES) != lane
    for one, other in zip(before, network.found(), strict=True):
        np.testing.assert_array_equal(one[others], other[others])


@given(built=networks(), places=st.permutations(range(LANES)))
@settings(max_examples=20, deadline=None)
def test_runs_give_the_same_bits_in_any_lane(built: Builder, places: list[int]) -> None:
    network = Network.of(built)
    before = network.found()
    network.states, network.inputs = network.states[places], network.inputs[places]
    network.kernel = network.kernel[places]
    for one, other in zip(before, network.found(), strict=True):
        np.testing.assert_array_equal(one[places], other)


def test_network_of_a_treated_cell() -> None:
    drugs = {"trastuzumab": "10 ug/mL", "lapatinib": "100 nM"}
    net = pw.load("her2").network(pw.Scenario(context="SKBR3", drugs=drugs))
    network = Network(net.tables, net.arguments.constants)
    network.check()
    # Its registers stay in a core's own cache, beside the factors of its elimination.
    assert network.system.rows * LANES * 8 < 300_000


def test_what_numbers_alone_decide_is_computed_before() -> None:
    """Products of rate constants and inputs are formed when a run starts, not at each step."""
    network = Network.of(crowded())
    program, numbers = network.system.program, network.system.numbers
    heads = program.blocks.reshape(-1, 3)
    still, rates, _ = program.spans.tolist()
    assert 0 < still < rates
    moving = program.operands[int(heads[still, 2]) :]
    first = network.system.first_number + numbers - len(network.tables.inputs)
    assert not np.isin(first, moving)


def test_programs_are_aligned() -> None:
    program = Network.of(crowded()).system.program
    assert program.blocks.ctypes.data % ALIGNMENT == 0
    assert program.operands.ctypes.data % ALIGNMENT == 0
