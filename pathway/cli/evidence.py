"""``pathway evidence``: published findings run against the model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pathway.cli.options import OutOption
from pathway.cli.output import Form, Rows, frame_rows, note, print_json, print_rows
from pathway.cli.progress import Bar

if TYPE_CHECKING:
    from pathway.findings.evidence import Evidence
    from pathway.model import Model

__all__ = ["evidence"]

FilesArgument = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[FILE]...", help="Findings files or folders; the model's if none."),
]
OnlyOption = Annotated[
    list[str] | None, typer.Option("--only", metavar="ID", help="A finding to run. Repeatable.")
]


def evidence(
    model: Model,
    form: Form,
    files: FilesArgument = None,
    only: OnlyOption = None,
    out: OutOption = None,
) -> None:
    """Run published findings and print which the model reproduces. Exit code 1 if one fails.

    Example: pathway evidence my_findings.toml
    """
    import pathway as pw
    from pathway.analysis.compare_save import together

    with Bar("running findings") as bar:
        checked = pw.check_evidence(model, files or None, ids=only, progress=bar)
    if out is not None:
        with together(out) as work:
            checked.table.to_csv(work / "evidence.csv", index=False, lineterminator="\n")
            checked.expectations.to_csv(work / "expectations.csv", index=False, lineterminator="\n")
        note(f"{out}: evidence.csv, expectations.csv")
    _print(checked, form)
    if checked.counts["fail"]:
        raise typer.Exit(1)


def _print(checked: Evidence, form: Form) -> None:
    """Print every finding; in text what was expected of those that fail, and found."""
    counts = ", ".join(f"{count} {verdict}" for verdict, count in checked.counts.items())
    if form is Form.JSON:
        tables = {
            "rows": frame_rows(checked.table),
            "expectations": frame_rows(checked.expectations),
        }
        print_json({"counts": checked.counts, **tables})
        return
    columns = tuple(str(name) for name in checked.table.columns)
    rows = frame_rows(checked.table)
    if form is Form.CSV:
        print_rows(Rows(title="findings", columns=columns, rows=rows), form)
        note(counts)
        return
    print_rows(
        Rows(title="findings", columns=("id", "verdict", "held", "claim", "source"), rows=rows)
    )
    failed = checked.expectations[checked.expectations["verdict"] == "fail"]
    if len(failed):
        names = ("id", "number", "expected", "found")
        print_rows(Rows(title="expectations that fail", columns=names, rows=frame_rows(failed)))
    typer.echo(counts)
