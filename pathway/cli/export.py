"""``pathway export``: one scenario, or findings with their runs, as a file for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pathway.cli.options import OUTPUT, FileOption
from pathway.cli.output import note
from pathway.cli.progress import Bar
from pathway.errors import PathwayError

if TYPE_CHECKING:
    from pathway.model import Model
    from pathway.scenario import Scenario

__all__ = ["export"]

FINDINGS = "PEtab problem (.yaml)"

FindingsOption = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="FILE",
        help="A findings file; the model's if none is given. Repeatable.",
        rich_help_panel=FINDINGS,
    ),
]
DataOption = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Published measurements that findings name: they are written too.",
        rich_help_panel=FINDINGS,
    ),
]


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
    regimen: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="All scenarios of a comparison instead, into an .omex archive; --context narrows it.",
        ),
    ] = None,
    finding: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            help="A finding whose numbers are written; 'all' for all. Repeatable.",
            rich_help_panel=FINDINGS,
        ),
    ] = None,
    findings: FindingsOption = None,
    data: DataOption = None,
) -> None:
    """Write one scenario as SBML, BNGL, Antimony or COMBINE archive, or its graph for other tools.

    With --finding, write what findings state was measured, and the model that answers to it, as a
    PEtab problem; model and tables lie beside its .yaml file.

    Example: pathway export --context SKBR3 --drug "lapatinib=100 nM" --out model.xml
    """
    import pathway as pw

    if regimen is not None:
        _export_comparison(model, regimen, scenario, out, kind, finding)
        return
    if finding is None:
        if findings or data is not None:
            raise PathwayError(
                "pathway export", "there is no --finding", "name one, or --finding all"
            )
        with Bar(f"writing {out.name}"):
            written = pw.export(model, scenario, out, kind=kind)
        note(str(written))
        return
    if scenario != pw.Scenario() or kind is not None:
        raise PathwayError(
            "--finding", "findings have runs of their own", "leave scenario and --kind out"
        )
    with Bar(f"writing {out.name}") as bar:
        problem = pw.export_findings(
            model,
            out,
            None if finding == ["all"] else finding,
            files=findings or None,
            data=data,
            progress=bar,
        )
    for name, reason in problem.left_out:
        note(f"{name}: {reason}")
    note(f"{problem.path}: {problem.measurements} measurements")


def _export_comparison(
    model: Model,
    regimen: str,
    scenario: Scenario,
    out: Path,
    kind: str | None,
    finding: list[str] | None,
) -> None:
    import pathway as pw
    from pathway.analysis.compare import comparison_scenarios

    if scenario != pw.Scenario(context=scenario.context) or finding is not None:
        raise PathwayError(
            "--regimen", "a comparison has scenarios of its own", "leave all but --context out"
        )
    contexts = None if scenario.context is None else [scenario.context]
    scenarios = comparison_scenarios(model, regimen, contexts)
    with Bar(f"writing {out.name}") as bar:
        written = pw.export(model, scenarios, out, kind=kind, progress=bar)
    note(f"{written}: {len(scenarios)} scenarios")
