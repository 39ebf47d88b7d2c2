"""``pathway petab``: simulate a parameter estimation problem at its nominal parameters and score it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pathway.cli.options import OUTPUT
from pathway.cli.output import Form, Rows, frame_rows, note, print_json, print_rows
from pathway.cli.progress import Bar

if TYPE_CHECKING:
    from pathway.petab import PetabProblem

__all__ = ["petab"]

FileArgument = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="The YAML file of a problem in PEtab, version 1."),
]


def petab(
    file: FileArgument,
    form: Form,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Write PEtab's simulation table into this file, tab-separated.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
) -> None:
    """Read a PEtab problem, simulate what was measured and print the log-likelihood.

    All at the nominal parameters. --csv and --json print the simulation table; --csv puts the
    log-likelihood on standard error.

    Example: pathway petab problem.yaml --out simulations.tsv
    """
    import pathway as pw
    from pathway.exchange.whole import write_whole

    with Bar(f"reading {file.name}") as bar:
        problem = pw.load_petab(file)
        bar(0, None, "simulating")
        table, score = problem.simulate_and_score(bar)
    if out is not None:
        write_whole(out, table.to_csv(sep="\t", index=False, lineterminator="\n"))
        note(str(out))
    rows, columns = frame_rows(table), tuple(str(name) for name in table.columns)
    if form is Form.JSON:
        print_json({"problem": problem.id, "log_likelihood": score, "rows": rows})
    elif form is Form.CSV:
        print_rows(Rows(title=problem.id, columns=columns, rows=rows), form)
        note(f"log-likelihood {score!r}")
    else:
        print_rows(_contents(problem, score), form)


def _contents(problem: PetabProblem, score: float) -> Rows:
    counts = {
        "measurements": len(problem.measurements),
        "conditions": len(problem.conditions),
        "observables": len(problem.observables),
        "parameters in the table": len(problem.parameters),
        "of them estimated": sum(one.estimate for one in problem.parameters.values()),
    }
    return Rows(
        title=f"{problem.id}: model {problem.model.id}",
        columns=("what", "number"),
        rows=[{"what": what, "number": number} for what, number in counts.items()],
        caption=f"log-likelihood at the nominal parameters: {score:.10g}",
    )
