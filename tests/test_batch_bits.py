"""A run gives the same bits alone, in any company, in any order and on any number of threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathway.batch.run import Schedule
from pathway.lanes.queue import Ending
from tests.reference.bag import number_row, numbers, run, state_row

if TYPE_CHECKING:
    from pathway.lanes.queue import Returned

END = 3.0
TIMES = np.linspace(0.0, END, 13)
CHANGES = [
    {"k": 1.0},
    {"k": 1e9, "u": 1e9},
    {"r": 1.0},  # infinite at t = 1
    {"k": 1e-3, "u": 0.1},
    {"k": 1.0, "q": 1e6},
    {"r": 0.5, "k": 0.1, "u": 0.01},
    {"k": np.nan},
    {"k": 30.0, "u": 1e-12},
    {"r": 1e8},  # infinite at once
    {"u": 1e3, "q": 1e-9},
    {"k": -500.0},  # more than doubles hold within the time
]
NUMBERS = numbers(*CHANGES, *({"k": 0.3 * i, "u": 1.0 / i, "q": float(i)} for i in range(1, 11)))
RUNS = len(NUMBERS)
STARTS = np.column_stack([np.linspace(0.5, 1.5, RUNS), np.zeros(RUNS)])
SCHEDULES = [
    Schedule(
        events=((0.05 * i, ((number_row("u"), 0.5),)), (1.5, ((state_row("z"), 2.0 + i),))),
        end=END,
    )
    if i % 3 == 0
    else Schedule(events=(), end=END - 0.1 * i)
    for i in range(RUNS)
]


def together(chosen: list[int], threads: int = 1) -> Returned:
    """Run some of the runs."""
    return run(
        TIMES,
        threads=threads,
        start=STARTS[chosen],
        numbers=NUMBERS[chosen],
        schedules=[SCHEDULES[i] for i in chosen],
    )


@pytest.fixture(scope="module")
def all_runs() -> Returned:
    return together(list(range(RUNS)))


def same(found: Returned, wanted: Returned, chosen: list[int]) -> None:
    """Every number that came back is the same to the last bit."""
    for name, column in found._asdict().items():
        expected = np.ascontiguousarray(getattr(wanted, name)[chosen])
        assert column.tobytes() == expected.tobytes(), name


def test_the_runs_differ_as_meant(all_runs: Returned) -> None:
    failed = np.flatnonzero(all_runs.ending != Ending.OK).tolist()
    assert failed == [2, 6, 8, 10]
    assert set(all_runs.ending[failed].tolist()) == {Ending.NOT_FINITE}
    well = np.setdiff1d(np.arange(RUNS), failed)
    assert np.isfinite(all_runs.last[well]).all()
    assert all_runs.steps[well].max() > 3 * all_runs.steps[well].min()


@pytest.mark.parametrize("one", range(RUNS))
def test_alone_as_in_a_batch(all_runs: Returned, one: int) -> None:
    same(together([one]), all_runs, [one])


@given(
    chosen=st.permutations(range(RUNS)).flatmap(
        lambda order: st.integers(1, RUNS).map(lambda count: order[:count])
    ),
    threads=st.integers(1, 3),
)
@settings(max_examples=40, deadline=None)
def test_in_any_company_order_and_threads(
    all_runs: Returned, chosen: list[int], threads: int
) -> None:
    same(together(chosen, threads), all_runs, chosen)


def test_again_and_in_many_threads(all_runs: Returned) -> None:
    everything = list(range(RUNS))
    for threads in (1, 2, 2, 8):
        same(together(everything, threads), all_runs, everything)


def test_seven_do_not_notice_an_eighth_that_blows_up(all_runs: Returned) -> None:
    well = [0, 1, 3, 4, 5, 7, 9]
    for bad in (2, 6, 8, 10):
        for place in (0, 3, 7):
            chosen = [*well[:place], bad, *well[place:]]
            same(together(chosen), all_runs, chosen)


def test_the_same_run_many_times_over(all_runs: Returned) -> None:
    chosen = [5] * 19
    same(together(chosen), all_runs, chosen)
