"""Checkpoints: a killed job goes on to the same bits; another job's folder is refused."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import xarray as xr

import pathway as pw
from pathway.errors import ScenarioError
from pathway.population import ensemble as rooms
from pathway.population import plan
from pathway.scenario import Scenario
from tests.toy import write_toy

if TYPE_CHECKING:
    from pathlib import Path

DRAWS = 64
SCENARIO = Scenario(drugs={"blocker": "100 nM"}, duration="2 h")
SCRIPT = """
import sys, time
import pathway as pw
from pathway.population import plan

plan.FEW = 8
plan.WHOLE = int(sys.argv[3])

def slowly(done, total):
    print(done, flush=True)
    time.sleep(0.2)  # so that there is a middle to be killed in

pw.ensemble(
    pw.load(sys.argv[1]),
    pw.Scenario(drugs={"blocker": "100 nM"}, duration="2 h"),
    draws=64,
    checkpoint=sys.argv[2],
    progress=slowly,
)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy(tmp_path_factory.mktemp("toy"))


def run(folder: Path, checkpoint: Path | None, **more: Any) -> xr.Dataset:
    return pw.ensemble(
        pw.load(folder), SCENARIO, **{"draws": DRAWS, "checkpoint": checkpoint, **more}
    )


@pytest.mark.parametrize("whole", [0, 2**24], ids=["counted", "whole"])
def test_a_killed_job_goes_on_to_the_same_bits(
    folder: Path, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: int
) -> None:
    monkeypatch.setattr(plan, "FEW", 8)
    monkeypatch.setattr(plan, "WHOLE", whole)
    saved = tmp_path / "saved"
    words = [sys.executable, "-c", SCRIPT, str(folder), str(saved), str(whole)]
    with subprocess.Popen(words, cwd=root, stdout=subprocess.PIPE, encoding="utf-8") as process:
        if process.stdout is None:
            pytest.fail("no output to read")
        for line in process.stdout:
            if int(line) >= 24:
                process.kill()
                break
        process.wait(60)
    chunks = sorted(saved.glob("chunk-*.npz"))
    assert 3 <= len(chunks) < 8
    before = {path.name: path.stat().st_mtime_ns for path in chunks}
    calls: list[int] = []
    found = run(folder, saved, progress=lambda done, _: calls.append(done))
    assert calls[-1] == DRAWS
    after = {path.name: path.stat().st_mtime_ns for path in saved.glob("chunk-*.npz")}
    assert len(after) == 8
    assert before.items() <= after.items()  # what was finished was not run again
    xr.testing.assert_identical(found, run(folder, None))
    xr.testing.assert_identical(found, run(folder, saved))


def test_a_damaged_chunk_is_run_again(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "FEW", 8)
    found = run(folder, tmp_path / "saved", draws=24)
    path = tmp_path / "saved" / "chunk-000001.npz"
    good = path.read_bytes()
    for bad in (b"", good[: len(good) // 2], b"no archive"):
        path.write_bytes(bad)
        xr.testing.assert_identical(run(folder, tmp_path / "saved", draws=24), found)
        assert len(path.read_bytes()) == len(good)
    with np.load(path) as arrays:
        kept = {name: arrays[name] for name in arrays.files}
    del kept["mean"]
    with path.open("wb") as file:
        np.savez(file, **kept)
    xr.testing.assert_identical(run(folder, tmp_path / "saved", draws=24), found)


def test_nothing_finished_is_run_again(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = run(folder, tmp_path, draws=5)

    def nothing(tasks: Any, *_: Any) -> Any:
        assert list(tasks) == []
        return iter(())

    monkeypatch.setattr(rooms, "execute", nothing)
    again = run(folder, tmp_path, draws=5, quantiles=(0.5,))
    np.testing.assert_array_equal(again["pK"].values[:, 0], found["pK"].sel(quantile=0.5))


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"seed": 2}, "seed"),
        ({"draws": 6}, "draws"),
        ({"times": ["1 h"]}, "times"),
        ({"thresholds": {"pK": 1.0}}, "thresholds"),
        ({"vary": "totals"}, "numbers"),
        ({"rtol": 1e-7}, "rtol, settings"),
        ({"noise": 0.1}, "noise"),
        ({"against": "untreated"}, "numbers, scenarios, variables|scenarios, numbers, variables"),
    ],
)
def test_another_job_is_refused(
    folder: Path, tmp_path: Path, changes: dict[str, Any], what: str
) -> None:
    run(folder, tmp_path, draws=5)
    message = rf"belongs to another job: ({what}) differ; name a new folder"
    with pytest.raises(ScenarioError, match=message):
        run(folder, tmp_path, **{"draws": 5, **changes})


def test_a_folder_of_other_things_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ScenarioError, match="holds other files; name a new or an empty folder"):
        run(folder, tmp_path, draws=5)
    with pytest.raises(ScenarioError, match="is a file; name a folder"):
        run(folder, tmp_path / "notes.txt", draws=5)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "ensemble.json").write_text("{")
    with pytest.raises(ScenarioError, match=r"ensemble\.json is damaged; name a new folder"):
        run(folder, tmp_path / "own", draws=5)


def test_a_model_that_changed_is_another_job(folder: Path, tmp_path: Path) -> None:
    run(folder, tmp_path, draws=5)
    model = folder / "model.toml"
    text = model.read_text()
    model.write_text(text.replace('description = "A', 'description = "An edited A'))
    with pytest.raises(ScenarioError, match="belongs to another job: model_hash differ"):
        run(folder, tmp_path, draws=5)
    model.write_text(text)
    started = time.time_ns()
    run(folder, tmp_path, draws=5)
    assert (tmp_path / "chunk-000000.npz").stat().st_mtime_ns < started
