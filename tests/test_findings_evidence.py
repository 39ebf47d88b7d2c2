from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import xarray as xr

from pathway.errors import EvidenceError, ScenarioError
from pathway.findings.evidence import VERDICTS, assemble, check_evidence
from pathway.findings.measure import measure
from pathway.findings.reader import read_findings
from pathway.model.model import Model, load
from tests.toy import write_toy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pathway.findings.entities import Finding, FindingsFile
    from pathway.scenario.value import Scenario

RUNS = """
version = 1
[run]
none = { context = "CELL", duration = "2 h" }
ligand = { context = "CELL", ligands = { L = "10 nM" }, duration = "2 h" }
blocked = { context = "CELL", drugs = { blocker = "1 uM" }, pretreat = "1 h", ligands = { L = "10 nM" }, duration = "2 h" }
washed = { context = "CELL", drugs = { blocker = "1 uM" }, duration = "2 h", steps = [{ wash = "10 h" }] }
"""

HOLDS = """
[finding.UP]
claim = "the ligand raises the receptor's phosphorylation"
source = "made up"
basis = "data"
strength = "A"
expect = [
  { kind = "direction", expr = 'fold(ligand, pR, "2 h")', expected = "up" },
  { kind = "order", expr = 'ligand.pR @ "2 h" > blocked.pR @ "2 h"' },
]

[finding.DOWN]
claim = "the inhibitor lowers it, and washed out it recovers"
source = "made up"
basis = "page"
strength = "A"
expect = [
  { kind = "direction", expr = 'effect(blocked, pR, "2 h")', expected = "down" },
  { kind = "bound", expr = 'suppression(blocked, pR, "0 h") > 0.5', threshold = "made up", note = "before the ligand" },
  { kind = "order", expr = 'effect(washed, pR, "12 h") > effect(washed, pR, "2 h")' },
]
"""

FAILS = """
[finding.WRONG]
claim = "the ligand lowers it, and its tenfold is its half"
source = "made up"
basis = "data"
strength = "A"
expect = [
  { kind = "direction", expr = 'fold(ligand, pR, "2 h")', expected = "down" },
  { kind = "direction", expr = 'fold(none, pR, "2 h")', expected = "unchanged" },
  { kind = "order", expr = 'blocked.pR @ "2 h" > ligand.pR @ "2 h"' },
  { kind = "number", expr = 'fold(ligand, pR, "2 h")', expected = 0.5 },
  { kind = "bound", expr = 'fold(ligand, pR, "2 h") < 1', threshold = "made up" },
]
"""

SILENT = """
[finding.SILENT]
claim = "a drug this model lacks"
source = "made up"
basis = "page"
strength = "B"
expressible = false
reason = "no such drug"
"""


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = write_toy(tmp_path_factory.mktemp("toy"))
    findings = folder / "findings"
    findings.mkdir()
    (findings / "f.toml").write_text(RUNS + HOLDS)
    return load(folder)


def write(folder: Path, text: str, name: str = "own.toml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_the_models_own_findings_are_checked(toy: Model) -> None:
    evidence = check_evidence(toy)
    assert list(evidence.table["id"]) == ["UP", "DOWN"]
    assert list(evidence.table["verdict"]) == ["pass", "pass"], evidence.table["found"].tolist()
    assert list(evidence.table["held"]) == ["2/2", "3/3"]
    assert evidence.counts == {"pass": 2, "fail": 0, "not expressible": 0}
    assert evidence.failures.empty
    assert list(evidence.expectations["number"]) == [1, 2, 1, 2, 3]
    assert evidence.expectations["note"][3] == "before the ligand"


def test_what_must_fail_fails_and_shows_both_numbers(toy: Model, tmp_path: Path) -> None:
    evidence = check_evidence(toy, write(tmp_path, RUNS + FAILS))
    assert evidence.counts == {"pass": 0, "fail": 1, "not expressible": 0}
    assert list(evidence.failures["id"]) == ["WRONG"]
    assert list(evidence.expectations["verdict"]) == ["fail", "pass", "fail", "fail", "fail"]
    (row,) = evidence.table.to_dict("records")
    assert row["held"] == "1/5"
    assert 'fold(ligand, pR, "2 h") = 0.5 (x1.5)' in str(row["expected"])
    assert len(str(row["found"]).split("; ")) == 5
    assert float(str(row["found"]).split("; ")[0]) > 1.15


def test_what_is_not_expressible_is_listed_with_its_reason(toy: Model, tmp_path: Path) -> None:
    evidence = check_evidence(toy, [write(tmp_path, RUNS + SILENT)])
    (row,) = evidence.table.to_dict("records")
    assert (row["verdict"], row["found"], row["held"]) == ("not expressible", "no such drug", "")
    assert evidence.counts == dict(zip(VERDICTS, (0, 0, 1), strict=True))
    assert evidence.expectations.empty


def test_findings_can_be_chosen(toy: Model, tmp_path: Path) -> None:
    path = write(tmp_path, RUNS + HOLDS + SILENT)
    assert list(check_evidence(toy, path, ids=["SILENT", "UP"]).table["id"]) == ["UP", "SILENT"]
    with pytest.raises(EvidenceError, match=r"ids: unknown finding 'UPP'; did you mean 'UP'\?"):
        check_evidence(toy, path, ids=["UPP"])


def test_an_id_belongs_to_one_file(toy: Model, tmp_path: Path) -> None:
    one, two = (write(tmp_path, RUNS + SILENT, name) for name in ("a.toml", "b.toml"))
    with pytest.raises(EvidenceError, match=r"finding 'SILENT' is already in .*a.toml; give it"):
        check_evidence(toy, [one, two])


def test_two_files_may_name_different_runs_alike(toy: Model, tmp_path: Path) -> None:
    claim = HOLDS[: HOLDS.index('  { kind = "order"')] + "]\n"
    one = write(tmp_path, RUNS + claim, "a.toml")
    other = claim.replace("UP", "SAME").replace('"up"', '"unchanged"')
    two = write(tmp_path, RUNS.replace('L = "10 nM"', 'L = "0 nM"') + other, "b.toml")
    assert list(check_evidence(toy, [one, two]).table["verdict"]) == ["pass", "pass"]


def test_the_models_names_are_checked(toy: Model, tmp_path: Path) -> None:
    path = write(tmp_path, RUNS.replace("blocker", "bloker") + HOLDS)
    with pytest.raises(EvidenceError, match=r"unknown drug 'bloker'; did you mean 'blocker'\?"):
        check_evidence(toy, path)
    path = write(tmp_path, RUNS + HOLDS.replace("pR", "pRR"))
    with pytest.raises(EvidenceError, match=r"unknown readout 'pRR'; did you mean 'pR'\?"):
        check_evidence(toy, path)


def test_what_the_model_cannot_answer_names_the_run(toy: Model, tmp_path: Path) -> None:
    runs = RUNS.replace("duration", 'parameters = { "no.such" = "x2" }, duration', 1)
    with pytest.raises(ScenarioError, match=r"run none.*no\.such"):
        check_evidence(toy, write(tmp_path, runs + FAILS))


def test_progress_reaches_all_runs(toy: Model, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    path = write(tmp_path, RUNS + HOLDS)
    check_evidence(toy, path, ids=["UP"], progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]


def fake(scenarios: Sequence[Scenario], times: Sequence[float]) -> xr.Dataset:
    """Return ``pR`` = 1 + time for a treated run and 1 for an untreated; a washed run fails."""
    treated = [any(step.drugs for step in scenario.treatments) for scenario in scenarios]
    values = np.array([1.0 + np.array(times) if on else np.ones(len(times)) for on in treated])
    failed = [
        len(scenario.treatments) > 1 and on for scenario, on in zip(scenarios, treated, strict=True)
    ]
    values[failed] = np.nan
    return xr.Dataset(
        {
            "pR": (("scenario", "time"), values),
            "status": ("scenario", ["no rest found" if bad else "ok" for bad in failed]),
        },
        coords={"time": list(times)},
    )


def pairs(path: Path) -> list[tuple[FindingsFile, Finding]]:
    file = read_findings(path)
    return [(file, finding) for finding in file.findings]


DRUG = '{ context = "CELL", drugs = { blocker = "1 nM" }, duration = "2 h" }'


def one(tmp_path: Path, run: str, expect: str) -> list[tuple[FindingsFile, Finding]]:
    head = SILENT[: SILENT.index("expressible")]
    text = f"version = 1\n[run]\na = {run}\nb = {run}\n{head}expect = [{expect}]\n"
    return pairs(write(tmp_path, text))


def test_each_distinct_scenario_is_simulated_once_in_one_call(tmp_path: Path) -> None:
    expect = """{ kind = "bound", expr = 'effect(a, pR, "1 h") / effect(b, pR, "2 h") < 1', threshold = "t" }"""
    calls: list[tuple[int, list[float]]] = []

    def count(scenarios: Sequence[Scenario], times: Sequence[float]) -> xr.Dataset:
        calls.append((len(scenarios), list(times)))
        return fake(scenarios, times)

    measured = measure(one(tmp_path, DRUG, expect), count)
    assert calls == [(2, [60.0, 120.0])]
    assert len(measured.rows) == 4


def test_nothing_expressible_simulates_nothing(tmp_path: Path) -> None:
    chosen = pairs(write(tmp_path, "version = 1\n" + SILENT))
    evidence = assemble(chosen, measure(chosen, never))
    assert list(evidence.table["verdict"]) == ["not expressible"]


def never(scenarios: Sequence[Scenario], times: Sequence[float]) -> xr.Dataset:
    msg = f"asked for {len(scenarios)} runs at {len(times)} times"
    raise AssertionError(msg)


def test_a_failed_run_is_a_failure_with_its_reason(tmp_path: Path) -> None:
    washed = DRUG.replace("}, duration", '}, steps = [{ wash = "1 h" }], duration')
    expect = """{ kind = "direction", expr = 'effect(a, pR, "1 h")', expected = "not up" }"""
    chosen = one(tmp_path, washed, expect)
    (row,) = assemble(chosen, measure(chosen, fake)).table.to_dict("records")
    assert (row["verdict"], row["found"]) == ("fail", "run 'a' failed: no rest found")


def test_a_readout_that_no_run_has_is_a_failure(tmp_path: Path) -> None:
    expect = """{ kind = "direction", expr = 'effect(a, pX, "1 h")', expected = "not up" }"""
    chosen = one(tmp_path, DRUG, expect)
    (row,) = assemble(chosen, measure(chosen, fake)).table.to_dict("records")
    assert (row["verdict"], row["found"]) == ("fail", "run 'a' has no readout 'pX'")


def test_times_count_from_the_end_of_the_pretreatment(tmp_path: Path) -> None:
    run = DRUG.replace("duration", 'pretreat = "30 min", duration')
    expect = """{ kind = "number", expr = 'a.pR @ "0 h"', expected = 31 }"""
    chosen = one(tmp_path, run, expect)

    def steady(scenarios: Sequence[Scenario], times: Sequence[float]) -> xr.Dataset:
        return fake([replace(s, later=()) for s in scenarios], times)

    assert assemble(chosen, measure(chosen, steady)).expectations["found"].tolist() == ["31"]


def test_a_simulation_that_leaves_out_a_time_is_not_read(tmp_path: Path) -> None:
    expect = """{ kind = "number", expr = 'a.pR @ "1 h"', expected = 31 }"""
    chosen = one(tmp_path, DRUG, expect)

    def other(scenarios: Sequence[Scenario], times: Sequence[float]) -> xr.Dataset:
        return fake(scenarios, [time + 1.0 for time in times])

    measured = measure(chosen, other)
    with pytest.raises(LookupError, match=r"time 60.0 min was not simulated"):
        assemble(chosen, measured)
