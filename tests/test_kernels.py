"""The jitted kernels against their plain twin, finite differences and each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from pathway.compile.compiler import compile_graph
from pathway.declare.entities import FactorKind
from pathway.declare.parameters import Monomial
from pathway.kernels import load
from pathway.kernels.arguments import ALIGNMENT, Arguments, pack
from pathway.kernels.load import load_kernels
from pathway.model.network import network_from_graph
from tests.reference.graphs import Builder, binding, decay, dosed, factor, networks, robertson
from tests.reference.twin import Twin

KERNELS = load_kernels()
INPUT = 1.7


def prepared(built: Builder) -> tuple[Arguments, Twin]:
    tables = compile_graph(built.graph)
    inputs = np.full(len(tables.inputs), INPUT)
    p = pack(tables, tables.constants(built.parameters), inputs)
    return p, Twin(built.graph, built.parameters, dict.fromkeys(tables.inputs, INPUT))


@given(built=networks(), data=st.data())
@settings(max_examples=60, deadline=None)
def test_right_hand_side_and_jacobian_equal_the_plain_twin(
    built: Builder, data: st.DataObject
) -> None:
    p, twin = prepared(built)
    amounts = st.one_of(st.just(0.0), st.floats(0.01, 10.0))
    n = len(twin.species)
    y = np.array(data.draw(st.lists(amounts, min_size=n, max_size=n)))
    np.testing.assert_allclose(KERNELS.rhs(0.0, y, p), twin.rhs(y), rtol=1e-12, atol=1e-12)
    if (y > 0.0).all():  # below order one, a Hill slope has no limit at zero
        np.testing.assert_allclose(
            KERNELS.jacobian_dense(0.0, y, p), twin.jacobian(y), rtol=1e-11, atol=1e-11
        )


@given(built=networks(), data=st.data())
@settings(max_examples=40, deadline=None)
def test_jacobian_agrees_with_finite_differences(built: Builder, data: st.DataObject) -> None:
    p, twin = prepared(built)
    n = len(twin.species)
    y = np.array(data.draw(st.lists(st.floats(0.5, 3.0), min_size=n, max_size=n)))
    step = 1e-5
    columns = [
        (KERNELS.rhs(0.0, y + step * unit, p) - KERNELS.rhs(0.0, y - step * unit, p)) / (2 * step)
        for unit in np.eye(n)
    ]
    exact = KERNELS.jacobian_dense(0.0, y, p)
    np.testing.assert_allclose(np.array(columns).T, exact, rtol=1e-6, atol=1e-6 * abs(exact).max())


@given(built=networks())
@settings(max_examples=20, deadline=None)
def test_sparse_jacobian_is_the_dense_one(built: Builder) -> None:
    net = network_from_graph(built.graph, built.parameters)
    y = np.linspace(0.3, 2.0, len(net.species))
    sparse = net.jacobian(0.0, y, net.arguments)
    assert sparse.has_sorted_indices
    assert set(range(y.size)) == {
        i for i in range(y.size) if i in sparse.indices[sparse.indptr[i] : sparse.indptr[i + 1]]
    }
    np.testing.assert_array_equal(
        sparse.toarray(), net.kernels.jacobian_dense(0.0, y, net.arguments)
    )


@pytest.mark.parametrize("hill", [None, 0.7, 2.0, 3.5])
@pytest.mark.parametrize("kind", [FactorKind.SATURATING, FactorKind.INHIBITING])
def test_hill_factors_are_finite_and_in_order_below_zero(
    kind: FactorKind, hill: float | None
) -> None:
    built = Builder()
    built.species("A", 1.0)
    exponent = None if hill is None else built.number(hill)
    law = factor(kind, built.number(1e-3), exponent)
    built.reaction("make", 1.0, [], ["A"], [law], [{"A": Monomial()}])
    built.done()
    p, _ = prepared(built)
    below, zero = (KERNELS.rhs(0.0, np.array([x]), p)[0] for x in (-1.0, 0.0))
    assert np.isfinite(below)
    assert zero == (0.0 if kind is FactorKind.SATURATING else 1.0)
    assert below <= 0.0 if kind is FactorKind.SATURATING else below >= 1.0
    assert np.isfinite(KERNELS.jacobian_data(0.0, np.array([0.0]), p)).all()


def test_strong_inhibition_keeps_its_digits() -> None:
    built = Builder()
    built.species("A", 1.0)
    law = factor(FactorKind.INHIBITING, built.number(1e-9), built.number(2.0))
    built.reaction("make", 1.0, [], ["A"], [law], [{"A": Monomial()}])
    built.done()
    p, _ = prepared(built)
    assert KERNELS.rhs(0.0, np.array([10.0]), p)[0] == pytest.approx(1e-20, rel=1e-12)


def test_not_a_number_stays_visible() -> None:
    built = binding()
    built.done()
    p, _ = prepared(built)
    assert np.isnan(KERNELS.rhs(0.0, np.array([np.nan, 1.0, 1.0]), p)).all()


def test_a_second_model_compiles_nothing() -> None:
    for built in (binding(), robertson(), decay()):
        built.done()
        p, twin = prepared(built)
        y = np.ones(len(twin.species))
        for kernel in KERNELS[:4]:
            kernel(0, y, p)  # an integer time too
        KERNELS.reachable(y, p)
    assert {name: len(k.signatures) for name, k in KERNELS._asdict().items()} == dict.fromkeys(
        KERNELS._fields, 1
    )


def test_kernels_can_be_called_from_own_numba_code() -> None:
    built = decay(k=0.5)
    built.done()
    net = network_from_graph(built.graph, built.parameters)
    rhs = net.rhs

    @njit
    def euler(y: Any, p: Any, steps: int) -> Any:
        for _ in range(steps):
            y = y + 0.001 * rhs(0.0, y, p)
        return y

    assert euler(net.y0, net.arguments, 1000)[0] == pytest.approx(2.0 * (1 - 0.0005) ** 1000)


def test_packed_tables_are_aligned() -> None:
    built = dosed()
    built.done()
    p, _ = prepared(built)
    assert [array.ctypes.data % ALIGNMENT for array in p] == [0, 0, 0, 0]
    starts = p.tables[: 2 * 22 : 2]
    assert (starts.astype(int) * 4 % ALIGNMENT == 0).all()


def test_conserved_combinations_are_found() -> None:
    built = binding()
    built.done()
    net = compile_graph(built.graph).stoichiometry().toarray()
    laws = KERNELS.null_space(np.ascontiguousarray(net.T))
    assert laws.shape == (2, 3)
    assert np.abs(laws @ net).max() == 0.0
    assert np.linalg.matrix_rank(laws) == 2


def test_what_a_missing_drug_would_make_is_not_reachable() -> None:
    built = dosed()
    built.done()
    tables = compile_graph(built.graph)
    constants = tables.constants(built.parameters)
    for dose, expected in ((0.0, [True, False, True]), (1.0, [True, True, True])):
        species, reactions = KERNELS.reachable(
            constants.initial, pack(tables, constants, np.array([dose]))
        )
        assert species.tolist() == expected
        assert reactions.tolist() == [dose > 0.0, dose > 0.0, True, True]


def test_slow_loading_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(load, "PATIENCE", 0.0)

    class Immediate:
        daemon = False

        def __init__(self, _patience: float, note: object) -> None:
            self.note = note

        def start(self) -> None:
            assert callable(self.note)
            self.note()

        def cancel(self) -> None:
            """Too late."""

    monkeypatch.setattr(load, "Timer", Immediate)
    load_kernels.__wrapped__()
    assert "compiling kernels once" in capsys.readouterr().err
