"""The Rosenbrock method: its order from its numbers alone, and one step of the kernel by a twin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from pathway.batch.run import Schedule, make_queue, run_queue
from pathway.lanes.tableau import DENSE, STAGES, STATE_SUMS
from tests.reference.rodas import Method, Tree, between, density, square, step, trees
from tests.reference.stiff import EVERY, lanes_of, reference, start_of

if TYPE_CHECKING:
    from pathway.lanes.queue import Returned

Values = NDArray[np.float64]

METHOD = Method()
STEP = np.array([*STATE_SUMS[-1], 1.0])
"""What the step adds of each stage; without the last it is the embedded method."""

ROUNDING = 1e-13
ANYTHING = 1e9
"""A tolerance at which every step is accepted, whatever its length."""


def miss(weights: Values, order: int, share: float = 1.0) -> float:
    """Return by how much the worst condition of an order fails at a share of the step."""
    usual = METHOD.weights(weights)
    lacks = [
        usual @ METHOD.elementary(tree) * density(tree) - share**order for tree in trees(order)
    ]
    return float(np.abs(lacks).max())


def dense(share: float) -> Values:
    """Return the weights of the dense output."""
    rest = 1.0 - share
    weights: Values = share * (STEP + rest * (DENSE[0] + share * (DENSE[1] + share * DENSE[2])))
    return weights


def test_trees_are_counted_as_in_the_literature() -> None:
    assert [len(trees(order)) for order in range(1, 7)] == [1, 1, 2, 4, 9, 20]
    leaf: Tree = ()
    assert [density(tree) for tree in (leaf, (leaf,), (leaf, leaf), ((leaf,),))] == [1, 2, 3, 6]


@pytest.mark.parametrize(
    ("weights", "order"), [(STEP, 5), (np.append(STEP[:-1], 0.0), 4)], ids=["step", "embedded"]
)
def test_the_step_has_order_5_and_the_embedded_one_4(weights: Values, order: int) -> None:
    assert max(miss(weights, below) for below in range(1, order + 1)) < ROUNDING
    assert miss(weights, order + 1) > 0.1


@pytest.mark.parametrize("share", [0.0, 0.1, 0.37, 0.5, 0.9, 1.0])
def test_dense_output_has_order_4(share: float) -> None:
    assert max(miss(dense(share), order, share) for order in range(1, 5)) < ROUNDING
    if 0.0 < share < 1.0:
        assert miss(dense(share), 5, share) > 1e-4


def test_the_method_is_stiffly_accurate() -> None:
    np.testing.assert_allclose(METHOD.betas[-1], METHOD.weights(STEP), atol=ROUNDING)
    np.testing.assert_allclose(METHOD.alphas.sum(axis=1)[-3:], 1.0, atol=ROUNDING)
    sums = square(STATE_SUMS)
    for stage in (-1, -2):  # each of the last adds the stage before to the same sums
        expected = sums[stage - 1].copy()
        expected[STAGES + stage - 1] = 1.0
        np.testing.assert_array_equal(sums[stage], expected)


@pytest.mark.parametrize("stiffness", [1e3, 1e8, 1e14])
def test_what_decays_within_a_step_is_gone_after_it(stiffness: float) -> None:
    after, stages = step(
        lambda y: -stiffness * (y - 2.0), lambda _y: np.array([[-stiffness]]), np.ones(1), 1.0
    )
    # L-stable: the stability function falls as the inverse of the stiffness.
    assert abs(after[0] - 2.0) < 100.0 / stiffness + 1e-12
    assert abs(stages[-1, 0]) < 100.0 / stiffness + 1e-12


def steps_of(problem: str, starts: Values, ends: Values, count: int, times: Values) -> Returned:
    """Run the kernel with a fixed number of equal steps from each start to its end."""
    lanes = lanes_of(problem)
    numbers = lanes.compiled.arguments.values[None, lanes.number_slots]
    queue = make_queue(
        lanes.system,
        start=starts,
        numbers=numbers,
        schedules=[
            Schedule(events=tuple((end * i / count, ()) for i in range(1, count)), end=end)
            for end in ends.tolist()
        ],
        times=times,
        rtol=1e-9,
        atol=ANYTHING,
        slack=np.inf,
    )
    returned = run_queue(lanes.system, queue, threads=1)
    assert (returned.steps == count).all()
    assert (returned.rejected == 0).all()
    return returned


@pytest.mark.parametrize("problem", EVERY)
def test_a_step_of_the_kernel_is_that_of_the_twin(problem: str) -> None:
    given = EVERY[problem]()
    known = reference(problem)
    starts = known[np.linspace(0, len(known) - 2, 8).astype(int)]
    ends = np.geomspace(1e-4, 10.0, 8)
    times = np.array([3e-5, 0.02, 1.1])
    returned = steps_of(problem, starts, ends, 1, times)
    for lane, (y, h) in enumerate(zip(starts, ends.tolist(), strict=True)):
        after, stages = step(given.derivative, given.jacobian, y, h)
        allowed = 1e-10 * (np.abs(y) + np.abs(after) + np.abs(stages).max(axis=0))
        assert (np.abs(returned.last[lane] - after) <= allowed).all()
        for place, t in enumerate(times.tolist()):
            found = returned.levels[lane, place]
            if t < h:
                assert (np.abs(found - between(y, after, stages, t / h)) <= 100 * allowed).all()
            else:
                assert np.isnan(found).all()


def test_errors_fall_with_the_fifth_power_of_the_step() -> None:
    known = reference("Brusselator")
    end, start = 2.5, start_of("Brusselator")[None]
    shares = np.array([11, 37, 71]) / 100  # of all; they lie within steps, not at their ends
    times = EVERY["Brusselator"]().times * EVERY["Brusselator"]().end
    at_end = known[np.flatnonzero(times == end)[0]]
    counts = np.array([32, 64, 128, 256])
    errors, dense_errors = [], []
    for count in counts.tolist():
        returned = steps_of("Brusselator", start, np.array([end]), count, shares * end)
        errors.append(np.abs(returned.last[0] - at_end).max())
        dense_errors.append(returned.levels[0])
    slopes = -np.diff(np.log2(errors))
    assert (slopes > 4.8).all()
    assert (slopes < 5.4).all()
    # Each halving takes the dense output's error down by 2**5 too: so does the difference to the
    # next one.
    gaps = np.abs(np.diff(dense_errors, axis=0)).max(axis=(1, 2))
    assert (-np.diff(np.log2(gaps)) > 4.0).all()
