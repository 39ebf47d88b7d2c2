"""``pathway bench``: how fast models are integrated here, with what error, and beside other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pathway.cli.options import OUTPUT
from pathway.cli.output import Form, Rows, note, print_rows
from pathway.cli.progress import Bar
from pathway.errors import PathwayError, nearest

if TYPE_CHECKING:
    from pathway.bench.measure import Measured, Plan
    from pathway.bench.problem import Problem
    from pathway.model import Model

__all__ = ["bench"]

CURVE_RUNS = 64
"""Runs of an ensemble at each tolerance of the figure."""
CURVE_SECONDS = 2.0


def bench(
    model: Model,
    form: Form,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="SBML files to time instead of the HER2 model."),
    ] = None,
    duration: Annotated[
        float | None,
        typer.Option(metavar="NUMBER", help="How long files run, in their own unit of time."),
    ] = None,
    runs: Annotated[
        int, typer.Option(min=1, metavar="N", help="Runs of an ensemble, if there is time.")
    ] = 1000,
    seconds: Annotated[
        float, typer.Option(min=0.1, metavar="S", help="What one ensemble may take, about.")
    ] = 10.0,
    rounds: Annotated[
        int, typer.Option(min=1, metavar="N", help="How often; medians are printed.")
    ] = 3,
    engine: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Time this engine only. Repeatable."),
    ] = None,
    out: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Where the files go.", rich_help_panel=OUTPUT),
    ] = Path("results/bench"),
    cache: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Keeps references and what peers compile; ~/.cache/pathway/bench if not given.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    *,
    peers: Annotated[
        bool, typer.Option("--peers", help="Time other simulators too, those installed.")
    ] = False,
    figure: Annotated[
        bool, typer.Option(help="Draw the work-precision figure.", rich_help_panel=OUTPUT)
    ] = True,
) -> None:
    """Time single runs and ensembles, with their errors against a tight reference.

    Without files these are the HER2 model under three treatments, exported to SBML so that every
    engine reads the same. An ensemble's parameters vary log-normally (sigma 0.3), and all species
    are kept at 121 times. Prints a table; writes bench.json and a work-precision figure into --out.

    Example: pathway bench model.xml --duration 100 --peers
    """
    from pathway.bench.measure import Plan
    from pathway.bench.reference import cache_folder
    from pathway.bench.report import COLUMNS, UNITS, table_rows, write_report

    engines = _engines(engine, peers=peers)
    kept = cache or cache_folder()
    plan = Plan(runs=runs, seconds=seconds, rounds=rounds)
    out.mkdir(parents=True, exist_ok=True)
    with Bar("timing") as bar:
        problems = _problems(model, files or [], duration, kept)
        lines = _measure(problems, engines, plan, kept, bar)
        curves = _curves(problems, engines, kept, bar) if figure else []
    write_report(out / "bench.json", lines, {"curves": [_point(line) for line in curves]})
    written = ["bench.json"]
    if figure:
        written += _draw(curves, out)
    print_rows(
        Rows(
            title="One run, and ensembles with all states at 121 times",
            columns=COLUMNS,
            rows=table_rows(lines, more=curves),
            units=UNITS,
            caption="errors: largest over species and times, by the species' maximum; "
            "compared where errors differ at most threefold",
        ),
        form,
    )
    note(f"{out}: {', '.join(written)}")


def _engines(asked: list[str] | None, *, peers: bool) -> tuple[str, ...]:
    from pathway.bench.engines.choose import ENGINES, OWN

    for name in asked or ():
        if name not in ENGINES:
            raise PathwayError("--engine", f"unknown engine {name!r}", nearest(name, ENGINES))
    if asked:
        return tuple(asked)
    return ENGINES if peers else (OWN,)


def _problems(
    model: Model, files: list[Path], duration: float | None, cache: Path
) -> list[Problem]:
    from pathway.bench.problem import read_problem
    from pathway.bench.shipped import her2_problems

    if not files:
        if duration is not None:
            raise PathwayError("--duration", "no file is given", "name an SBML file before it")
        return her2_problems(model, cache)
    if duration is None:
        raise PathwayError(str(files[0]), "no --duration", "say how long it runs")
    return [read_problem(file, duration) for file in files]


def _measure(
    problems: list[Problem], engines: tuple[str, ...], plan: Plan, cache: Path, bar: Bar
) -> list[Measured]:
    from pathway.bench.measure import measure

    found = []
    for place, problem in enumerate(problems):
        found += measure(
            problem,
            engines,
            plan,
            cache,
            progress=lambda what, done=place: bar(done, len(problems), what),  # type: ignore[misc]
        )
    return found


def _curves(
    problems: list[Problem], engines: tuple[str, ...], cache: Path, bar: Bar
) -> list[Measured]:
    from pathway.bench.figure import TOLERANCES
    from pathway.bench.measure import Plan

    plan = Plan(
        tolerances=TOLERANCES,
        runs=CURVE_RUNS,
        seconds=CURVE_SECONDS,
        rounds=1,
        cores=(1,),
        checked=1,
    )
    return _measure(problems, engines, plan, cache, bar)


def _point(line: Measured) -> dict[str, object]:
    return {
        "problem": line.problem,
        "engine": line.engine,
        "rtol": line.rtol,
        "error": line.error,
        "seconds": line.single,
        "rate": line.rates.get(1),
    }


def _draw(curves: list[Measured], out: Path) -> list[str]:
    from pathway.bench.figure import work_precision
    from pathway.plot.appearance import save_figure

    figure = work_precision(curves)
    return [path.name for path in save_figure(figure, out, "work_precision", ("png",))]
