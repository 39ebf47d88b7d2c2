"""The whole table, side by side in one run: what the engine must reach, and whether it does.

Run by hand from the checkout, nothing else on the machine: ``python -m tests.benchmarks.table``.
See ``tests/benchmarks/README.md``. No test asserts a time.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pathway.bench.engines.choose import ENGINES, OWN, PEERS
from pathway.bench.figure import TOLERANCES, work_precision
from pathway.bench.measure import LOOSE, TIGHT, Measured, Plan, measure
from pathway.bench.reference import cache_folder, reference
from pathway.bench.report import COLUMNS, UNITS, machine, table_rows, write_report
from pathway.cli.output import Rows, print_rows
from pathway.plot.appearance import save_figure
from tests.benchmarks.cases import (
    BIRTWISTLE,
    CHEN,
    FARATIAN,
    doses,
    problems,
    published_difference,
)
from tests.benchmarks.processes import cells_row, compare_row, first_row
from tests.benchmarks.rows import curve_row, ensemble_row, exact_row, own_rows, single_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pathway.bench.problem import Problem
    from tests.benchmarks.goals import Row

BETWEEN = tuple((rtol, rtol * 1e-3) for rtol in (1e-4, 3e-5, 1e-5, 3e-6, 3e-7, 1e-7, 3e-8))
"""Tolerances at which this engine runs too, to be compared at errors like the peers'."""
FAILING_RUNS = 1000
CURVE = Plan(tolerances=TOLERANCES, runs=64, seconds=2.0, rounds=1, cores=(1,), checked=1)
PARTS = ("ensembles", "failures", "curve", "first", "cells", "compare", "figure")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of the table is wanted, and how thoroughly."""

    parts: tuple[str, ...]
    names: tuple[str, ...]
    engines: tuple[str, ...]
    plan: Plan
    cells: int
    user_time: bool
    cache: Path
    out: Path

    def chosen(self, known: dict[str, Problem]) -> list[Problem]:
        """Return the problems whose name has one of the words asked for."""
        words = [word.lower() for word in self.names]
        return [
            problem
            for name, problem in known.items()
            if not words or any(word in name.lower() for word in words)
        ]


def main() -> None:
    """Measure, print, and write JSON and the figure."""
    asked = arguments()
    asked.out.mkdir(parents=True, exist_ok=True)
    before = machine()
    print(f"{before['processor']}, {before['cores']} cores, load {before['load']}", flush=True)
    known = problems(asked.cache)
    lines: list[Measured] = []
    rows: list[Row] = []
    if "ensembles" in asked.parts:
        lines = ensembles(asked, known)
        rows += ratio_rows([by_user_time(line) for line in lines] if asked.user_time else lines)
    if "failures" in asked.parts:
        plan = replace(asked.plan, tolerances=(LOOSE,), runs=FAILING_RUNS, seconds=1e6)
        rows += own_rows(
            [
                line
                for problem in asked.chosen(known)
                for line in measure(problem, (OWN,), plan, asked.cache, progress=say)
            ]
        )
    if "curve" in asked.parts and BIRTWISTLE in known:
        plan = replace(asked.plan, tolerances=(LOOSE,), seconds=1e6)
        fast = [name for name in asked.engines if name != "copasi"]
        rows_of = doses(known[BIRTWISTLE])
        plan = replace(plan, runs=len(rows_of))
        found = measure(known[BIRTWISTLE], fast, plan, asked.cache, rows_of, say)
        rows.append(curve_row("curve", found, LOOSE[0]))
    if "first" in asked.parts and BIRTWISTLE in known:
        rows.append(first_row(known[BIRTWISTLE], max(3, asked.plan.rounds)))
    if "cells" in asked.parts:
        rows.append(cells_row(asked.cells))
    if "compare" in asked.parts:
        rows.append(compare_row())
    curves = work(asked, known) if "figure" in asked.parts else []
    show(rows)
    content = {
        "before": before,
        "rows": [asdict(row) | {"verdict": row.verdict.value} for row in rows],
        "curves": [asdict(line) for line in curves],
    }
    write_report(asked.out / "table.json", lines, content)
    print(f"{asked.out}: {', '.join(sorted(path.name for path in asked.out.iterdir()))}")


def arguments() -> Asked:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=list(PARTS), choices=PARTS, help="parts")
    parser.add_argument("--models", nargs="*", default=[], help="words of the models' names")
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=PEERS)
    parser.add_argument("--runs", type=int, default=1000, help="of an ensemble, if there is time")
    parser.add_argument("--seconds", type=float, default=20.0, help="an ensemble may take, about")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cells", type=int, default=10_000, help="of the 100,000, scaled up")
    parser.add_argument("--patience", type=float, default=600.0, help="seconds, of one request")
    parser.add_argument(
        "--user-time", action="store_true", help="rates by user time: for a busy machine"
    )
    parser.add_argument("--cache", type=Path, default=cache_folder())
    parser.add_argument("--out", type=Path, default=Path("results/bench"))
    given = parser.parse_args()
    plan = Plan(
        tolerances=(LOOSE, TIGHT),
        runs=given.runs,
        seconds=given.seconds,
        rounds=given.rounds,
        patience=given.patience,
    )
    return Asked(
        parts=tuple(given.only),
        names=tuple(given.models),
        engines=tuple(name for name in ENGINES if name == OWN or name in given.peers),
        plan=plan,
        cells=given.cells,
        user_time=given.user_time,
        cache=given.cache.resolve(),
        out=given.out,
    )


def ensembles(asked: Asked, known: dict[str, Problem]) -> list[Measured]:
    """Time single runs and ensembles of all models, and print each model's lines."""
    found: list[Measured] = []
    for problem in asked.chosen(known):
        rows = problem.samples(asked.plan.runs)
        true = reference(problem, rows[: asked.plan.checked], asked.cache)
        doubt = f"{true.doubt:.1e} from Radau, {published_difference(problem, true.y[0]):.1e}"
        print(f"{problem.id}: {len(problem.species)} species; reference is {doubt} from CVODE")
        lines = measure(problem, asked.engines, asked.plan, asked.cache, rows, say)
        more = replace(asked.plan, tolerances=BETWEEN)
        lines += measure(problem, (OWN,), more, asked.cache, rows, say)
        show_lines(problem.id, lines, user_time=asked.user_time)
        found += lines
        write_report(asked.out / "so_far.json", found)
    return found


def by_user_time(line: Measured) -> Measured:
    """Return a line whose times are user times, as if no core had had anything else to do."""
    rates = {cores: rate * cores for cores, rate in line.cpu_rates.items()}
    return replace(line, rates=rates, single=line.single_cpu)


def ratio_rows(lines: Sequence[Measured]) -> list[Row]:
    """Return the rows that compare with peers."""
    names = dict.fromkeys(line.problem for line in lines)
    rows: list[Row] = []
    for key, name in (("55", FARATIAN), ("118", BIRTWISTLE)):
        if name in names:
            for rtol, _ in (LOOSE, TIGHT):
                rows.append(ensemble_row(f"ensemble {key}", lines, name, rtol))
                rows.append(single_row(f"single {key}", lines, name, rtol))
    if CHEN in names:
        rows.append(exact_row("ensemble 500", lines, CHEN))
    rows += [
        ensemble_row("ensemble HER2", lines, name, rtol)
        for name in names
        if name.startswith("HER2")
        for rtol, _ in (LOOSE, TIGHT)
    ]
    return rows


def work(asked: Asked, known: dict[str, Problem]) -> list[Measured]:
    """Time all engines at tolerances from 1e-3 to 1e-10 and draw the figure."""
    found: list[Measured] = []
    plan = replace(CURVE, patience=asked.plan.patience)
    for problem in asked.chosen(known):
        slow = ("copasi",) if problem.id == CHEN else ()
        engines = [name for name in asked.engines if name not in slow]
        found += measure(problem, engines, plan, asked.cache, progress=say)
        save_figure(work_precision(found), asked.out, "work_precision", ("png",))
    return found


def show_lines(name: str, lines: Sequence[Measured], *, user_time: bool) -> None:
    """Print what was measured of one model."""
    rows = table_rows(lines, user_time=user_time)
    print_rows(Rows(title=name, columns=COLUMNS[1:], rows=rows, units=UNITS))


def show(rows: Sequence[Row]) -> None:
    """Print the table of goals."""
    columns = ("figure", "value", "unit", "goal", "aim", "verdict", "measured")
    printed = [
        {
            "figure": row.goal.what,
            "value": row.value,
            "unit": row.goal.unit,
            "goal": row.goal.goal,
            "aim": row.goal.aim,
            "verdict": row.verdict.value,
            "measured": row.note,
        }
        for row in rows
    ]
    print_rows(Rows(title="What must be reached", columns=columns, rows=printed))


def say(what: str) -> None:
    """Print what is done next."""
    print(f"  {what}", flush=True)


if __name__ == "__main__":
    main()
