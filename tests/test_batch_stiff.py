"""Standard stiff problems in lanes against another integrator, over tolerances."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from pathway.lanes.queue import Ending
from pathway.model.equation_lanes import run_equations
from pathway.solve.settings import Settings
from tests.reference.stiff import EVERY, PROBLEMS, lanes_of, reference

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pathway.model.equation_lanes import EquationRuns

TOLERANCES = (1e-4, 1e-6, 1e-8)


@cache
def solved(problem: str, rtol: float) -> EquationRuns:
    given = EVERY[problem]()
    return run_equations(
        lanes_of(problem),
        [],
        np.empty((1, 0)),
        given.end * given.times,
        Settings(rtol=rtol, atol=rtol * given.atol),
        threads=1,
    )


def errors(problem: str, rtol: float) -> NDArray[np.float64]:
    """Return the difference to the reference, shape (times, states)."""
    found = solved(problem, rtol)
    assert found.ending.tolist() == [Ending.OK]
    gaps: NDArray[np.float64] = np.abs(found.outputs[0] - reference(problem))
    return gaps


def worst(problem: str, rtol: float) -> float:
    """Return the largest error of a state over its largest value."""
    return float((errors(problem, rtol) / reference(problem).max(axis=0)).max())


@pytest.mark.parametrize("rtol", TOLERANCES)
@pytest.mark.parametrize("problem", EVERY)
def test_errors_stay_within_a_few_tolerances(problem: str, rtol: float) -> None:
    allowed = rtol * (np.abs(reference(problem)) + EVERY[problem]().atol)
    # Local errors are held to the tolerance; what they grow to is the problem's, and known.
    grown = 1000.0 if problem == "Brusselator" else 30.0
    assert (errors(problem, rtol) / allowed).max() < grown


def test_hires_ends_where_the_test_set_has_it() -> None:
    published = [
        *(0.7371312573325668e-3, 0.1442485726316185e-3, 0.5888729740967575e-4),
        *(0.1175651343283149e-2, 0.2386356198831331e-2, 0.6238968252742796e-2),
        *(0.2849998395185769e-2, 0.2850001604814231e-2),
    ]
    np.testing.assert_allclose(solved("HIRES", 1e-8).outputs[0, -1], published, rtol=1e-7)


@pytest.mark.parametrize(
    ("problem", "order"), [*((name, 4.0) for name in PROBLEMS), ("Brusselator", 4.7)]
)
def test_errors_fall_with_the_steps_as_the_order_says(problem: str, order: float) -> None:
    """Stiff parts take a Rosenbrock method of order 5 to between 4 and 5; others do not."""
    coarse, fine = 1e-5, 1e-9
    steps = [int(solved(problem, rtol).steps[0]) for rtol in (coarse, fine)]
    assert steps[1] > 4 * steps[0]
    slope = np.log(worst(problem, coarse) / worst(problem, fine)) / np.log(steps[1] / steps[0])
    assert order < slope < 6.0
    assert worst(problem, fine) < 1e-3 * worst(problem, coarse)


@pytest.mark.parametrize(
    ("problem", "states", "total"),
    [("Robertson", [0, 1, 2], 1.0), ("HIRES", [6, 7], 0.0057)],
)
def test_what_a_problem_conserves_is_conserved_at_any_tolerance(
    problem: str, states: list[int], total: float
) -> None:
    for rtol in TOLERANCES:
        kept = solved(problem, rtol).outputs[0][:, states].sum(axis=1)
        np.testing.assert_allclose(kept, total, rtol=1e-11)


def test_few_steps_are_rejected() -> None:
    for problem in PROBLEMS:
        found = solved(problem, 1e-6)
        assert found.rejected[0] <= 0.15 * found.steps[0]
