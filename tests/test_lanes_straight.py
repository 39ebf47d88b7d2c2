"""Straight-line code against the tables it is written from: the same bits everywhere."""

from __future__ import annotations

import copy
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import pathway as pw
from pathway.batch.run import Schedule, make_queue, run_queue
from pathway.batch.settle import settle
from pathway.batch.system import SystemLanes, system_lanes
from pathway.equations.expression import Operator
from pathway.kernels.arguments import aligned
from pathway.lanes import opcodes as lane
from pathway.lanes.elimination import SPARE
from pathway.lanes.jit import block
from pathway.lanes.linear import decompose, solve
from pathway.lanes.machine import fill_constants, run_rates, run_slopes, run_still
from pathway.lanes.straight import build, tiers
from pathway.lanes.straight.build import straighten
from pathway.lanes.straight.programs import STRAIGHT_CODES
from pathway.lanes.straight.tiers import WORTH, Tiers
from pathway.lanes.vector import LANES, load
from pathway.programs.compile import compile_system
from tests.reference.bag import bag, numbers
from tests.reference.formulas import add, call, multiply, power
from tests.test_lanes_machine_systems import ruled
from tests.test_programs import systems

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pathway.equations.system import EquationSystem
    from pathway.lanes.layout import Elimination, LaneProgram, LaneSystem
    from pathway.lanes.queue import Returned
    from pathway.model import Model

    Values = NDArray[np.float64]

ROOT = Path(__file__).parents[1]


@block
def evaluate(
    rows: Values,
    factors: Values,
    vectors: Values,
    inverse_step: Values,
    constants: Values,
    program: LaneProgram,
    elimination: Elimination,
    places: tuple[int, int, int],
) -> None:
    """Do everything that code may do in place of the tables."""
    first_constant, derivative, jacobian = places
    fill_constants(rows, constants, first_constant)
    run_still(rows, program)
    run_rates(rows, program)
    run_slopes(rows, program)
    decompose(factors, rows, jacobian, load(inverse_step, 0), elimination)
    solve(factors, elimination, vectors, 0, rows, derivative)


def lanes_of(body: EquationSystem) -> LaneSystem:
    found = system_lanes(compile_system(body))
    assert isinstance(found, SystemLanes)
    return found.system


def everything(system: LaneSystem, seed: int) -> tuple[bytes, bytes, bytes]:
    """Return rows, factors and solution of eight runs with random numbers."""
    random = np.random.default_rng(seed)
    n, inputs = system.states, system.first_number + system.numbers
    rows = aligned(system.rows * LANES, np.float64)
    factors = aligned(int(system.elimination.size[0]) * LANES, np.float64)
    vectors, inverse_step = aligned(n * LANES, np.float64), aligned(LANES, np.float64)
    rows[:] = factors[:] = 0.0
    rows[: inputs * LANES] = random.uniform(0.1, 3.0, inputs * LANES)
    vectors[:] = random.normal(size=n * LANES)
    inverse_step[:] = random.uniform(10.0, 1e3, LANES)
    places = (inputs, system.derivative, system.jacobian)
    tables = (system.constants, system.program, system.elimination)
    evaluate(rows, factors, vectors, inverse_step, *tables, places)
    entries = factors[: -SPARE * LANES]
    return rows.tobytes(), entries.tobytes(), vectors.tobytes()


def check(system: LaneSystem, seed: int = 0, level: int = 0) -> LaneSystem:
    """Compare code with tables."""
    straight = straighten(system, level)
    for found, wanted in zip(everything(straight, seed), everything(system, seed), strict=True):
        assert found == wanted
    return straight


def some_system() -> LaneSystem:
    """Return one with saturations, exponentials, quotients and sums of many shapes."""
    return lanes_of(
        ruled(
            add(multiply("k", "a", "b"), call(Operator.EXP, multiply(-1.0, "c")), -2.0),
            multiply("k1", power("a", 1.5), 1.0),
            add(multiply("a", "b", "c"), multiply(-1.0, "c", "k")),
            constants=2,
        )
    )


@given(body=systems(), seed=st.integers(0, 9))
@settings(max_examples=25, deadline=None)
def test_random_systems(body: EquationSystem, seed: int) -> None:
    compiled = compile_system(body)
    assume(compiled.moving)
    found = system_lanes(compiled)
    assume(isinstance(found, SystemLanes))
    assert isinstance(found, SystemLanes)
    check(found.system, seed)


@pytest.mark.parametrize("level", [0, 1])
def test_the_whole_model(her2: Model, level: int) -> None:
    scenario = pw.Scenario(
        context="SKBR3", drugs={"trastuzumab": "10 ug/mL", "lapatinib": "100 nM"}
    )
    straight = check(her2.network(scenario).lanes(), level=level)
    codes = set(straight.program.blocks.reshape(-1, 3)[:, 0].tolist())
    assert lane.CODE in codes
    assert lane.HILL in codes  # what has no code of its own stays where it was
    assert not codes & STRAIGHT_CODES
    assert straight.elimination.code.all()


def test_few_registers_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "REGISTERS", {True: 2, False: 2})
    check(some_system())


def test_a_large_factorization_stays_with_the_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "MOST_FACTORS", 0)
    straight = check(some_system())
    assert straight.elimination.code[0] == 0
    assert straight.elimination.code[1] != 0


def test_code_that_differs_is_noticed() -> None:
    """The comparison can fail: code of other constants gives other bits."""
    system = some_system()
    assert system.constants.size
    other = replace(system, constants=system.constants + 1e-12)
    straight = replace(system, program=straighten(other, 0).program, owner=straighten(other, 0))
    assert everything(straight, 0)[0] != everything(system, 0)[0]


def runs_of(system: LaneSystem, chosen: Any) -> Returned:
    queue = make_queue(
        system,
        start=np.array([[1.0, 0.0]]),
        numbers=chosen,
        schedules=[Schedule(events=(), end=3.0)],
        times=np.linspace(0.0, 3.0, 7),
        rtol=1e-6,
        atol=1e-9,
        slack=np.inf,
    )
    return run_queue(system, queue, 1)


def fresh(system: LaneSystem) -> LaneSystem:
    """Return the system as if it had never been run."""
    return replace(system, tiers=Tiers())


def test_runs_give_the_same_bits_in_every_tier(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(1)
    well = [{"k": k, "q": q, "u": 1.0} for k, q in random.uniform(0.1, 1e4, (20, 2))]
    chosen = numbers(*well, {"r": 1.0}, {"k": -500.0})  # the last two blow up
    wanted = runs_of(fresh(bag().system), chosen)
    monkeypatch.setattr(tiers, "WORTH", (0, 10**9))
    found = runs_of(fresh(bag().system), chosen)
    for name, column in found._asdict().items():
        assert column.tobytes() == getattr(wanted, name).tobytes(), name
    assert np.unique(wanted.ending).size > 1


def test_rests_are_the_same_bits_in_every_tier(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = numbers(*({"k": k, "u": 2.0} for k in (0.5, 1.0, 3.0)))
    states = np.ones((3, 2))
    wanted = settle(fresh(bag().system), states, chosen)
    monkeypatch.setattr(tiers, "WORTH", (0, 10**9))
    found = settle(fresh(bag().system), states, chosen)
    assert found.states.tobytes() == wanted.states.tobytes()
    np.testing.assert_allclose(found.states[:, 0], [4.0, 2.0, 2.0 / 3.0], rtol=1e-9)


def test_code_is_compiled_when_it_is_worth_it_and_once() -> None:
    system = fresh(some_system())
    assert system.tiers.serve(system, WORTH[0] - 1) is system
    first = system.tiers.serve(system, 1)
    assert first.owner is not None
    assert system.tiers.serve(system, 1) is first
    second = system.tiers.serve(system, WORTH[1])
    assert second is not first
    assert second.owner is not None
    assert system.tiers.serve(system, WORTH[1]) is second


def test_code_is_not_written_from_code() -> None:
    straight = straighten(some_system(), 0)
    assert straight.tiers.serve(straight, WORTH[1]) is straight


def test_another_process_starts_with_the_tables() -> None:
    system = fresh(some_system())
    assert system.tiers.serve(system, WORTH[1]).owner is not None
    other = copy.deepcopy(system)  # as pickled: by what __reduce__ returns
    assert other.tiers.serve(other, 1) is other


def test_a_small_run_compiles_no_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(build, "straighten", refuse)
    runs_of(fresh(bag().system), numbers({"k": 1.0}))


def test_a_process_that_has_compiled_nothing_else() -> None:
    program = (
        "from tests.reference.bag import bag\n"
        "from pathway.lanes.straight.build import straighten\n"
        "assert straighten(bag().system, 0).elimination.code.all()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
