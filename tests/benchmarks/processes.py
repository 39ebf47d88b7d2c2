"""Rows that are timed from outside: what a whole new process takes, caches warm."""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING

from tests.benchmarks.goals import GOALS, Row

if TYPE_CHECKING:
    from pathway.bench.problem import Problem

__all__ = ["cells_row", "compare_row", "first_row"]

CELLS_ASKED = 100_000

OWN_FIRST = """
import sys, numpy, pathway as pw
model = pw.load(sys.argv[1])
end = float(sys.argv[2])
pw.simulate(model, pw.Scenario(duration=end), times=numpy.linspace(0.0, end, 121))
"""
PEER_FIRST = """
import sys, roadrunner
roadrunner.RoadRunner(sys.argv[1]).simulate(0.0, float(sys.argv[2]), 121)
"""
CELLS = """
import json, resource, sys, time
import pathway as pw
model = pw.load("her2")
scenario = pw.Scenario(context="SKBR3", drugs={"lapatinib": "in-vitro"}, duration="24 h")
def cells(count):
    start = time.perf_counter()
    used = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    found = pw.ensemble(model, scenario, count, times=["24 h"], readouts=["pERK"], threads=2)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_utime - used
    return time.perf_counter() - start, used, found.attrs
cells(16)  # fills caches
seconds, used, attrs = cells(int(sys.argv[1]))
counts = {key: int(value) for key, value in attrs.items() if key.startswith("cells_")}
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
print(json.dumps({"seconds": seconds, "used": used, "counts": counts, "peak": peak}))
"""
COMPARE = """
import sys
from pathway.cli.main import main
sys.exit(main(["compare", "--out", sys.argv[1]]))
"""


def seconds(program: str, *words: str) -> tuple[float, float]:
    """Return the wall and user time of a program in a new interpreter, its start included."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", program, *words], check=True, capture_output=True)
    taken = time.perf_counter() - start
    return taken, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - used


def first_row(problem: Problem, rounds: int) -> Row:
    """Return what it takes from an SBML file to its first trajectory, in turns with a peer."""
    words = str(problem.path), str(problem.times[-1])
    seconds(OWN_FIRST, *words)  # fills caches
    own, peer = [], []
    for _ in range(rounds):
        own.append(seconds(OWN_FIRST, *words))
        try:
            peer.append(seconds(PEER_FIRST, *words))
        except subprocess.CalledProcessError:
            continue
    (taken, used), beside = _median(own), "no libroadrunner"
    if peer:
        beside = "libroadrunner {:.2f} s, user {:.2f} s".format(*_median(peer))
    return Row(goal=GOALS["first"], value=taken, note=f"{problem.id}; user {used:.2f} s; {beside}")


def cells_row(count: int) -> Row:
    """Return the minutes that 10^5 virtual cells take, scaled up from ``count`` of them."""
    run = subprocess.run(
        [sys.executable, "-c", CELLS, str(count)], check=True, capture_output=True, text=True
    )
    told = json.loads(run.stdout.splitlines()[-1])
    minutes = told["seconds"] / 60.0 * CELLS_ASKED / count
    user = told["used"] / 2.0 / 60.0 * CELLS_ASKED / count
    counts = ", ".join(f"{key} {value}" for key, value in told["counts"].items())
    note = f"from {count} cells in {told['seconds']:.1f} s ({user:.3g} min by user time on 2 cores)"
    return Row(
        goal=GOALS["cells"], value=minutes, note=f"{note}; {counts}; peak {told['peak']:.0f} MB"
    )


def compare_row(*, warm: bool = True) -> Row:
    """Return what the main job takes, tables and figures included."""
    with tempfile.TemporaryDirectory() as folder:
        if warm:
            seconds(
                "import pathway as pw; pw.simulate(pw.load('her2'), pw.Scenario(context='SKBR3'))"
            )
        taken, used = seconds(COMPARE, folder)
    note = f"new process, tables and figures written; user {used:.1f} s"
    return Row(goal=GOALS["compare"], value=taken, note=note)


def _median(times: list[tuple[float, float]]) -> tuple[float, float]:
    walls, users = zip(*times, strict=True)
    return statistics.median(walls), statistics.median(users)
