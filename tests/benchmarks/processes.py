"""Rows that are timed from outside: what a whole new process takes, caches warm."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING

from tests.benchmarks.goals import GOALS, Row

if TYPE_CHECKING:
    from pathway.bench.problem import Problem

__all__ = ["compare_row", "first_row"]

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
COMPARE = """
import sys
from pathway.cli.main import main
sys.exit(main(["compare", "--out", sys.argv[1]]))
"""


def seconds(program: str, *words: str) -> float:
    """Return the wall time of a program in a new interpreter, its start included."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", program, *words], check=True, capture_output=True)
    return time.perf_counter() - start


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
    beside = f"libroadrunner {statistics.median(peer):.2f} s" if peer else "no libroadrunner"
    return Row(goal=GOALS["first"], value=statistics.median(own), note=f"{problem.id}; {beside}")


def compare_row(*, warm: bool = True) -> Row:
    """Return what the main job takes, tables and figures included."""
    with tempfile.TemporaryDirectory() as folder:
        if warm:
            seconds("import pathway as pw; pw.simulate(pw.load('her2'), pw.Scenario('SKBR3'))")
        taken = seconds(COMPARE, folder)
    return Row(goal=GOALS["compare"], value=taken, note="new process, tables and figures written")
