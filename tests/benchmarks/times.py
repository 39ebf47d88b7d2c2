"""How long things take here: import, first scenario, further ones, the main job, first compilation.

Run by hand (``python tests/benchmarks/times.py``); no test asserts a time. Each line is measured in
processes of its own, and is the best of a few: the rest is what else the machine was doing.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass

CLOCK = "import time; start = time.perf_counter(); "
SAY = "print('seconds', time.perf_counter() - start)"
FIRST = (
    "import pathway as pw; model = pw.load('her2'); "
    "pw.simulate(model, pw.Scenario(context='SKBR3', drugs={'lapatinib': '100 nM'})); "
)
FURTHER = (
    "pw.simulate(model, pw.Scenario(context='BT474', ligands={'HRG': '1 nM'}, "
    "drugs={'trastuzumab': 'in-vitro', 'pertuzumab': 'in-vitro', 'tucatinib': 'in-vitro'})); "
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One line of the table; the target is that of the design, in seconds."""

    what: str
    seconds: float
    target: float | None
    runs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A program to time, what it must do first, and how often it is run."""

    what: str
    program: str
    target: float | None
    runs: int
    before: str = ""
    cold: bool = False


TASKS = (
    Task(what="import pathway", program="import pathway; ", target=0.5, runs=5),
    Task(
        what="pathway --help",
        program="from pathway.cli.main import main; main(['--help']); ",
        target=None,
        runs=5,
    ),
    Task(what="load + first scenario", program=FIRST, target=4.0, runs=3),
    Task(
        what="each further scenario (T+P+TKI, HRG)",
        program=FURTHER,
        target=1.0,
        runs=3,
        before=FIRST,
    ),
    Task(
        what="main job, without figures",
        program="import pathway as pw; pw.compare(pw.load('her2')); ",
        target=300.0,
        runs=1,
    ),
    Task(what="first-ever compile + first scenario", program=FIRST, target=90.0, runs=1, cold=True),
)


def seconds(task: Task) -> float:
    """Return the time that one run of a task takes in a fresh process, its start not counted."""
    with tempfile.TemporaryDirectory() as empty:
        settings = {"NUMBA_CACHE_DIR": empty} if task.cold else {}
        program = f"{task.before}{CLOCK}{task.program}{SAY}"
        run = subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | settings,
            check=True,
            capture_output=True,
            text=True,
        )
    return float(run.stdout.split("seconds")[-1])


def measure(task: Task, *, once: bool) -> Measured:
    """Return the best time of a task; a first run that fills caches is not counted."""
    runs = 1 if once else task.runs
    if not task.cold and not once:
        seconds(task)
    best = min(seconds(task) for _ in range(runs))
    return Measured(what=task.what, seconds=best, target=task.target, runs=runs)


def main() -> None:
    """Print the table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quick", action="store_true", help="once each; no main job, no compile")
    given = parser.parse_args()
    tasks = [task for task in TASKS if not given.quick or (task.target or 0.0) < 60.0]
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    found = []
    if not given.json:
        print(machine)
    for task in tasks:
        line = measure(task, once=given.quick)
        found.append(line)
        if not given.json:
            target = "" if line.target is None else f"target {line.target:g} s"
            print(f"{line.what:40s} {line.seconds:8.2f} s   {target}", flush=True)
    if given.json:
        print(json.dumps({"machine": machine, "times": [asdict(line) for line in found]}, indent=2))


if __name__ == "__main__":
    main()
