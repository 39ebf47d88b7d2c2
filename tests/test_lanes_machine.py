"""Lane programs of networks and systems against the scalar kernels and a plain twin."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pathway.compile.compiler import compile_graph
from pathway.compile.tables import Tables
from pathway.equations.expression import Expression, Number, Operator
from pathway.equations.system import EquationSystem, State
from pathway.kernels.arguments import pack
from pathway.kernels.load import load_kernels
from pathway.lanes.layout import LaneSystem
from pathway.lanes.lower_system import lower_system, why_not
from pathway.lanes.lower_tables import lower_tables
from pathway.lanes.vector import LANES
from pathway.programs.compile import CompiledSystem, compile_system
from pathway.programs.load import load_machine
from tests.reference.formulas import add, call, divide, minus, multiply, power, system
from tests.reference.graphs import Builder, dosed, networks
from tests.reference.lanes import in_lanes, no_elimination, plain

KERNELS, MACHINE = load_kernels(), load_machine()
Values = NDArray[np.float64]


def close(found: Values, wanted: Values, sizes: Values | float = 0.0) -> None:
    """Equal to rounding, where ``sizes`` are the sums of the magnitudes of terms."""
    allowed = 1e-13 * np.maximum(np.abs(wanted), sizes)
    fine = (found == wanted) | (np.abs(found - wanted) <= allowed + 1e-300)
    fine |= ~np.isfinite(found) & ~np.isfinite(wanted)
    assert fine.all(), (found[~fine], wanted[~fine])


class Network:
    """A network in eight lanes of different numbers."""

    def __init__(self, tables: Tables, kernel: Values, seed: int = 0, spread: float = 0.4) -> None:
        self.tables = tables
        random = np.random.default_rng(seed)
        n = len(tables.species)
        self.system = lower_tables(tables, random.permutation(n), no_elimination())
        self.entries = tables.jacobian.indices.size
        self.states = random.lognormal(0.0, 1.0, (LANES, n))
        factors = tables.factor_kind.size
        self.kernel = kernel * random.lognormal(0.0, spread, (LANES, kernel.size))
        first = len(tables.reactions) + tables.pool_amount.size + factors
        exponents = slice(first, first + factors)
        self.kernel[:, exponents] = kernel[exponents]
        self.inputs = random.lognormal(0.0, 1.0, (LANES, len(tables.inputs)))

    @property
    def numbers(self) -> Values:
        return np.column_stack([self.kernel, self.inputs])

    def found(self) -> tuple[Values, Values]:
        return in_lanes(self.system, self.states, self.numbers, self.entries)

    def wanted(self) -> tuple[Values, Values]:
        change = np.empty((LANES, self.system.states))
        data = np.empty((LANES, self.entries))
        constants = self.tables.constants(dict.fromkeys(self.tables.parameters, 1.0))
        p = pack(self.tables, constants, self.inputs[0])
        for lane in range(LANES):
            p.constants[:] = self.kernel[lane]
            p.inputs[:] = self.inputs[lane]
            change[lane] = KERNELS.rhs(0.0, self.states[lane], p)
            data[lane] = KERNELS.jacobian_data(0.0, self.states[lane], p)
        return change, data


@given(built=networks(), seed=st.integers(0, 9))
@settings(max_examples=40, deadline=None)
def test_networks_in_lanes_equal_the_scalar_kernels(built: Builder, seed: int) -> None:
    tables = compile_graph(built.graph)
    network = Network(tables, tables.constants(built.parameters).kernel, seed)
    size = np.abs(tables.stoichiometry()).sum() * 1e3
    for found, wanted in zip(network.found(), network.wanted(), strict=True):
        close(found, wanted, size)
