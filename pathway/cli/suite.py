"""``pathway suite``: cases of the SBML Test Suite, one verdict each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pathway.cli.output import Form, Rows, frame_rows, note, print_json, print_rows
from pathway.cli.progress import Bar

__all__ = ["suite"]

FolderArgument = Annotated[
    Path, typer.Argument(metavar="DIR", help="A folder with a folder for each case.")
]
MethodOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="The integrator; the default one if not given.")
]

VERDICTS = ("pass", "refused", "fail")


def suite(folder: FolderArgument, form: Form, method: MethodOption = None) -> None:
    """Run cases of the SBML Test Suite and print which fail or are refused. Exit code 1 if one fails.

    A case is a folder with a model, settings.txt (tolerances) and results.csv, named as in the
    suite or with the case's number in front.

    Example: pathway suite cases/semantic
    """
    from pathway.analysis.suite import run_suite

    with Bar("running cases") as bar:
        found = run_suite(folder, method=method, progress=bar)
    counts = {name: int((found["verdict"] == name).sum()) for name in VERDICTS}
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    columns = ("case", "verdict", "reason")
    if form is Form.JSON:
        print_json({"counts": counts, "rows": frame_rows(found)})
    elif form is Form.CSV:
        print_rows(Rows(title="cases", columns=columns, rows=frame_rows(found)), form)
        note(told)
    else:
        shown = frame_rows(found[found["verdict"] != "pass"])
        if shown:
            print_rows(Rows(title="cases that do not pass", columns=columns, rows=shown), form)
        typer.echo(told)
    if counts["fail"]:
        raise typer.Exit(1)
