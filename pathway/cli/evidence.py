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
DataOption = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="DIR", help="Published measurements that rank correlations read."
    ),
]
SeedOption = Annotated[int, typer.Option("--seed", help="Of the intervals of rank correlations.")]


def evidence(
    model: Model,
    form: Form,
    files: FilesArgument = None,
    only: OnlyOption = None,
    out: OutOption = None,
    data: DataOption = None,
    seed: SeedOption = 0,
) -> None:
    """Run published findings and print which the model reproduces. Exit code 1 if one fails.

    Example: pathway evidence my_findings.toml
    """
    import pathway as pw
    from pathway.analysis.compare_save import together

    with Bar("running findings") as bar:
        checked = pw.check_evidence(
            model, files or None, ids=only, progress=bar, data=data, seed=seed
        )
    if out is not None:
        with together(out) as work:
            checked.table.to_csv(work / "evidence.csv", index=False, lineterminator="\n")
            checked.expectations.to_csv(work / "expectations.csv", index=False, lineterminator="\n")
        note(f"{out}: evidence.csv, expectations.csv")
    _print(checked, form)
    if checked.counts["fail"]:
        raise typer.Exit(1)


def _print(checked: Evidence, form: Form) -> None:
    """Print every finding; in text also what was found of those that fail, and every rank."""
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
    asked, findings = checked.expectations, checked.table
    names = ("id", "number", "expected", "found")
    for title, columns, found in (
        ("rank correlations", ("id", "verdict", "found", "note"), asked[asked["kind"] == "rank"]),
        ("expectations that fail", names, asked[asked["verdict"] == "fail"]),
        ("suspected where it fails", ("id", "suspect"), findings[findings["suspect"] != ""]),
        (
            "not expressible",
            ("id", "found"),
            findings[findings["verdict"] == "not expressible"],
        ),
    ):
        if len(found):
            print_rows(Rows(title=title, columns=columns, rows=frame_rows(found)))
    typer.echo(counts)
