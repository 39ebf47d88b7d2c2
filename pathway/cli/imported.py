"""``pathway import``: read an SBML file, say what it has, and simulate it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pathway.cli.asked import pairs
from pathway.cli.options import OUTPUT, ReadoutOption
from pathway.cli.output import Form, Rows, print_rows
from pathway.cli.progress import Bar
from pathway.errors import ScenarioError, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pathway.model import EquationModel

__all__ = ["import_file"]

FileArgument = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help="An SBML file, level 2 or 3, or a COMBINE archive with one (.omex)."
    ),
]

SHOWN = 6
"""Readouts printed as text where none are asked for."""


def import_file(
    file: FileArgument,
    form: Form,
    readout: ReadoutOption = None,
    duration: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Simulate this long: a number in the file's unit of time, or with a unit.",
        ),
    ] = None,
    at: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TIME", help="Times shown, like --duration. Repeatable.", rich_help_panel=OUTPUT
        ),
    ] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID=VALUE",
            help="A changed parameter or initial value: k1=x0.5, or a number in the file's unit. "
            "Repeatable.",
        ),
    ] = None,
    *,
    ignore_fast: Annotated[
        bool, typer.Option("--ignore-fast", help="Take fast reactions as ordinary ones.")
    ] = False,
) -> None:
    """Read an SBML file and say what it has or, with --duration, simulate it.

    Example: pathway import model.xml --duration 100 --readout S1 --parameter k1=x2
    """
    from pathway.model import load_equations

    with Bar(f"reading {file.name}"):
        model = load_equations(file, ignore_fast=ignore_fast)
    if duration is None:
        if readout or at or parameter:
            raise ScenarioError(
                "pathway import", "there is no --duration", "say how long to simulate"
            )
        print_rows(_contents(model), form)
    else:
        names = _chosen(model, readout, form)
        print_rows(_courses(model, duration, at, pairs("--parameter", parameter), names), form)


def _contents(model: EquationModel) -> Rows:
    system = model.system
    counts = {
        "variables with an equation or set by events": len(system.states),
        "constants": len(system.constants),
        "values that follow from others": len(system.assignments),
        "reaction rates": len(system.rates),
        "events": len(system.events),
        "readouts": len(system.outputs),
    }
    return Rows(
        title=f"{model.id}, time in {'no named unit' if system.time_unit == '1' else system.time_unit}",
        columns=("what", "number"),
        rows=[{"what": what, "number": number} for what, number in counts.items()],
    )


def _chosen(model: EquationModel, asked: Sequence[str] | None, form: Form) -> tuple[str, ...]:
    for name in asked or ():
        if name not in model.readouts:
            raise ScenarioError(
                "--readout", f"unknown readout {name!r}", nearest(name, model.readouts)
            )
    if asked:
        return tuple(asked)
    if form is not Form.TEXT:
        return model.readouts
    species = [
        name.removesuffix("[amount]") for name in model.readouts if name.endswith("[amount]")
    ]
    return tuple((species or model.readouts)[:SHOWN])


def _courses(
    model: EquationModel,
    duration: str,
    at: Sequence[str] | None,
    parameters: dict[str, str],
    names: Sequence[str],
) -> Rows:
    import pathway as pw
    from pathway.result.equations import variable_of

    scenario = pw.Scenario(duration=duration, parameters=parameters)
    last = model.duration(scenario)
    times = [last * step / 10.0 for step in range(11)] if at is None else at
    with Bar("simulating"):
        dataset = pw.simulate(model, scenario, times=times)
    course = {name: dataset[name].to_numpy()[0] for name in map(variable_of, names)}
    return Rows(
        title=f"{model.id}: {scenario.name}",
        columns=("time", *course),
        rows=[
            {"time": float(time), **{name: float(found[row]) for name, found in course.items()}}
            for row, time in enumerate(dataset["time"].to_numpy())
        ],
        units={"time": model.system.time_unit},
        caption=f"{len(names)} of {len(model.readouts)} readouts: --readout, --csv or --json",
    )
