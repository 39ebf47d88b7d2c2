"""``pathway export``: one scenario as a file for other tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pathway.cli.options import OUTPUT, FileOption
from pathway.cli.output import note
from pathway.cli.progress import Bar

if TYPE_CHECKING:
    from pathway.model import Model
    from pathway.scenario import Scenario

__all__ = ["export"]


def export(
    model: Model,
    scenario: Scenario,
    out: FileOption,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            metavar="KIND",
            help="Which graph: reactions (if not given) or influence.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
) -> None:
    """Write one scenario as SBML, BNGL or COMBINE archive, or its graph as GraphML or Cytoscape JSON.

    Example: pathway export --context SKBR3 --drug "lapatinib=100 nM" --out model.xml
    """
    import pathway as pw

    with Bar(f"writing {out.name}"):
        written = pw.export(model, scenario, out, kind=kind)
    note(str(written))
