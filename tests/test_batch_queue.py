"""Queues that do not fit are refused; a changed kernel is not read from an old cache."""

from __future__ import annotations

import ast
import shutil
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pathway import lanes
from pathway.batch import load
from pathway.batch.run import Schedule, in_threads, thread_count
from pathway.errors import SolveError
from pathway.lanes.queue import Ending
from tests.reference.bag import number_row, numbers, run, state_row

if TYPE_CHECKING:
    from collections.abc import Iterator

ONE = [Schedule(events=(), end=1.0)]


def whole(*values: int) -> Any:
    return np.array(values, dtype=np.int64)


def at(time: float, row: int = 1) -> tuple[float, tuple[tuple[int, float], ...]]:
    return time, ((row, 1.0),)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"start": np.ones((2, 2)), "numbers": numbers({}, {}, {})},
            r"tables of \{'start': 2, 'numbers': 3, 'schedules': 1\} for 3 runs; give one of each",
        ),
        (
            {"start_of": whole(0, 0), "numbers_of": whole(0, 0, 0)},
            "for [23] runs; give one of each, or one for each run",
        ),
        ({"start_of": whole(0, 0), "numbers": numbers({}, {}, {})}, "for 2 runs"),
        ({"start": [[1.0]]}, "batch: start: has 1 columns; give 2"),
        ({"numbers": np.ones((1, 3))}, "batch: numbers: has 3 columns; give 4"),
        ({"start_of": whole(0, 1)}, "batch: start: has no row 1; give one of 0 to 0"),
        ({"numbers_of": whole(-1)}, "batch: numbers: has no row -1"),
        ({"schedule_of": whole(0, 2)}, "batch: schedules: has no row 2"),
        ({"times": [1.0, 0.5]}, "batch: times: do not ascend; sort them"),
        ({"times": [0.0, np.nan]}, "batch: times: do not ascend; sort them"),
        ({"times": [0.5], "begin": 0.7}, r"batch: times: start at 0\.5; give none before 0\.7"),
        ({"schedules": [Schedule(events=(), end=np.inf)]}, "do not ascend from 0 to a finite end"),
        ({"schedules": [Schedule(events=(), end=-1.0)]}, "sort the events, with the end last"),
        ({"schedules": [Schedule(events=(at(2.0),), end=1.0)]}, "schedules: do not ascend"),
        (
            {"schedules": [*ONE, Schedule(events=(at(0.5), at(0.2)), end=1.0)]},
            "schedules: do not ascend",
        ),
        ({"schedules": [Schedule(events=(at(0.5, 0),), end=1.0)]}, "events: set row 0; set states"),
        ({"schedules": [Schedule(events=(at(0.5, 7),), end=1.0)]}, "batch: events: set row 7"),
    ],
)
def test_what_does_not_fit_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(SolveError, match=message):
        run(**({"times": [], "schedules": ONE} | changes))


def test_tables_are_shared_by_the_runs_that_name_them() -> None:
    later = Schedule(events=((0.5, ((number_row("u"), 3.0), (state_row("z"), 1.0))),), end=1.0)
    found = run(
        [1.0],
        start=[[1.0, 0.0], [2.0, 0.0]],
        start_of=whole(1, 0, 1),
        numbers=numbers({"k": 1.0}, {"k": 2.0}),
        numbers_of=whole(0, 1, 1),
        schedules=[*ONE, later],
        schedule_of=whole(0, 0, 1),
        rtol=1e-9,
    )
    assert found.ending.tolist() == [Ending.OK] * 3
    risen = 2.0 * np.exp(-2.0) + 1.5 * (1.0 - np.exp(-1.0))
    wanted = [2.0 * np.exp(-1.0), np.exp(-2.0), risen]
    np.testing.assert_allclose(found.levels[:, 0, 0], wanted, rtol=1e-7)


def test_schedules_follow_one_another_in_any_order_of_ends() -> None:
    ends = [5.0, 1.0, 3.0]
    found = run([], schedules=[Schedule(events=(at(0.1),), end=end) for end in ends])
    assert found.reached.tolist() == ends


def test_threads_are_at_least_one() -> None:
    assert thread_count(3) == 3
    assert thread_count(None) >= 1
    with pytest.raises(SolveError, match="threads: is 0; use at least one"):
        thread_count(0)


@pytest.mark.parametrize("threads", [1, 2])
def test_what_fails_in_a_thread_fails_in_the_caller(threads: int) -> None:
    def work() -> None:
        message = "broken"
        raise ZeroDivisionError(message)

    with pytest.raises(ZeroDivisionError, match="broken"):
        in_threads(work, threads)


# ---- the cache -------------------------------------------------------------------------------


def test_a_change_in_any_kernel_file_compiles_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = load._digest()
    copy = tmp_path / "lanes"
    shutil.copytree(Path(*lanes.__path__), copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(lanes, "__path__", [str(copy)])
    assert load._digest() == before != 0
    files = sorted(copy.glob("*.py"))
    assert {"advance.py", "tableau.py", "machine.py", "settle.py"} <= {file.name for file in files}
    digests = {before}
    for file in files:
        text = file.read_bytes()
        file.write_bytes(text + b"#")
        digests.add(load._digest())
        file.write_bytes(text)
    assert len(digests) == len(files) + 1
    assert load._digest() == before


def imported(file: Path) -> Iterator[str]:
    """Yield the modules of this package that a file imports when it runs."""
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pathway."):
            below = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if _is_module(name) else str(node.module) for name in below)


def _is_module(name: str) -> bool:
    try:
        import_module(name)
    except ModuleNotFoundError:
        return False
    return True


UNREAD = {"pathway.equations.expression", "pathway.lanes.straight.tiers"}
"""Operators that opcodes are for, and what chooses between kernels' tables and code: no kernel
reads them."""


def test_all_that_kernels_are_made_of_is_watched() -> None:
    watched = load._sources()
    for file in watched:
        for name in imported(file):
            source = Path(str(import_module(name).__file__))
            assert source in watched or name in UNREAD, (file.name, name)


def test_a_kernel_is_made_once_for_a_digest() -> None:
    assert load.load_advance() is load.load_advance()
    assert load.load_settle() is load.load_settle()
