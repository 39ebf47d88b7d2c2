"""The command line: which commands there are, and how a run ends.

Exit codes: 0 ran and found nothing amiss; 1 ran and found a failure (a finding that fails, a check
that is broken, a computation that did not end); 2 bad input, with one line on standard error.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pathway.cli.bench import bench
from pathway.cli.catalogue import list_names, show
from pathway.cli.cite import cite
from pathway.cli.compare import compare
from pathway.cli.curve import curve
from pathway.cli.ensemble import ensemble
from pathway.cli.evidence import evidence
from pathway.cli.export import export
from pathway.cli.imported import import_file
from pathway.cli.info import info
from pathway.cli.network import equations, graph
from pathway.cli.options import expanded
from pathway.cli.petab import petab
from pathway.cli.simulate import simulate
from pathway.cli.suite import suite
from pathway.errors import PathwayError, SolveError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["app", "main"]

app = typer.Typer(
    name="pathway",
    help="Signalling under HER2 inhibition: simulate, compare and question drug strategies. "
    "For research; not a medical device.",
    epilog='Example: pathway simulate --context SKBR3 --drug "lapatinib=100 nM" --ligand "HRG=1 nM"',
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for name, command in (
    ("compare", compare),
    ("simulate", simulate),
    ("curve", curve),
    ("ensemble", ensemble),
    ("info", info),
    ("graph", graph),
    ("equations", equations),
    ("export", export),
    ("evidence", evidence),
    ("list", list_names),
    ("show", show),
    ("cite", cite),
    ("import", import_file),
    ("bench", bench),
    ("petab", petab),
    ("suite", suite),
):
    app.command(name)(expanded(command))


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Show help when no command is given."""
    if version:
        import pathway as pw

        typer.echo(pw.__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words after the program's name; those of the process if None.

    Returns
    -------
    int
        The exit code.
    """
    try:
        code = app(args=None if arguments is None else list(arguments), standalone_mode=False)
    except typer.TyperException as error:
        return _complain(error.format_message(), 2)
    except SolveError as error:
        return _complain(str(error), 1)
    except PathwayError as error:
        return _complain(str(error), 2)
    return code if isinstance(code, int) else 0


def _complain(message: str, code: int) -> int:
    sys.stderr.write(f"pathway: {' '.join(message.split())}\n")
    return code
