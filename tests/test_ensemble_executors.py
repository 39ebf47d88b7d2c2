"""Executors: the same bits in threads, in processes and on a cluster, whoever dies on the way."""

from __future__ import annotations

import os
import signal
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import pytest
import xarray as xr

import pathway as pw
from pathway.errors import ScenarioError, SolveError
from pathway.population import plan
from pathway.scenario import Scenario
from tests.toy import write_toy

if TYPE_CHECKING:
    from collections.abc import Callable

    from pathway.model import Model

BLOCKED = Scenario(drugs={"blocker": "100 nM"}, duration="2 h")
SCENARIOS = [BLOCKED, BLOCKED.with_lesions({"K_mutant": 0.5}).labelled("mutant")]


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return pw.load(write_toy(tmp_path_factory.mktemp("toy")))


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "FEW", 8)
    monkeypatch.setattr(plan, "WHOLE", 0)


def run(toy: Model, executor: Any = None, **more: Any) -> xr.Dataset:
    return pw.ensemble(toy, SCENARIOS, draws=60, thresholds={"pK": 20.0}, executor=executor, **more)


@pytest.mark.parametrize(
    "make",
    [
        lambda: ThreadPoolExecutor(2),
        lambda: ProcessPoolExecutor(2, mp_context=get_context("spawn")),
    ],
    ids=["threads", "processes"],
)
def test_any_executor_gives_the_same_bits(toy: Model, make: Callable[[], Executor]) -> None:
    calls: list[tuple[int, int]] = []
    with make() as executor:
        found = run(toy, executor, progress=lambda *call: calls.append(call))
    xr.testing.assert_identical(found, run(toy))
    assert len(calls) == 8
    assert calls[-1] == (60, 60)


def test_a_dead_process_is_said_and_its_job_goes_on(toy: Model, tmp_path: Any) -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:

        def shoot(done: int, _: int) -> None:
            if done >= 16:
                for process in executor._processes.values():
                    os.kill(process.pid or 0, signal.SIGKILL)

        message = (
            "executor: workers ended before their work; .* with checkpoint= another run goes on"
        )
        with pytest.raises(SolveError, match=message):
            run(toy, executor, checkpoint=tmp_path, progress=shoot)
    assert 2 <= len(list(tmp_path.glob("chunk-*.npz"))) < 8
    xr.testing.assert_identical(run(toy, checkpoint=tmp_path), run(toy))


def test_errors_come_back_whole_from_another_process() -> None:
    error = ScenarioError("here", "went wrong", "do better")
    make, parts = error.__reduce__()
    again = make(*parts)
    assert isinstance(again, ScenarioError)
    assert (str(again), again.remedy) == (str(error), "do better")


@pytest.mark.slow
def test_a_cluster_loses_nothing_with_a_worker(toy: Model) -> None:
    distributed = pytest.importorskip("distributed")
    alive: list[int] = []
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        plain = run(toy, client)
        pids = client.run(os.getpid)
        assert len(pids) == 2

        def shoot(done: int, _: int) -> None:
            if done >= 16 and not alive:
                alive.extend(pids.values())
                os.kill(alive[0], signal.SIGKILL)

        shot = run(toy, client, progress=shoot)
        client.wait_for_workers(2, timeout=60)
        assert alive[0] not in client.run(os.getpid).values()
    alone = run(toy)
    xr.testing.assert_identical(plain, alone)
    xr.testing.assert_identical(shot, alone)


@pytest.mark.slow
def test_a_task_that_fails_on_a_cluster_is_tried_again(toy: Model) -> None:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        client.run(_fail, 2)
        xr.testing.assert_identical(run(toy, client, retries=2), run(toy))
        client.run(_fail, 100)
        with pytest.raises(MemoryError, match="no room"):
            run(toy, client, retries=1)


def _fail(times: int) -> None:
    """Make the next chunks of this process fail."""
    job: Any = import_module("pathway.population.job")
    left = [times]
    reduce_cells = job.reduce_cells

    def failing(*args: Any, **kwargs: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise MemoryError("no room")
        return reduce_cells(*args, **kwargs)

    job.reduce_cells = failing
