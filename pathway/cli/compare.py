"""``pathway compare``: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pathway.cli.asked import Dose, pairs
from pathway.cli.options import OUTPUT
from pathway.cli.output import Form, Rows, frame_rows, note, print_json, print_rows
from pathway.cli.panel import panel_name, report_panel
from pathway.cli.progress import Bar
from pathway.errors import PathwayError

if TYPE_CHECKING:
    from pathway.analysis.compare import Comparison
    from pathway.model import Model

__all__ = ["compare"]

Texts = list[str] | None
WHAT, WHEN = "What is compared", "When"


def compare(
    model: Model,
    form: Form,
    strategy: Annotated[
        Texts,
        typer.Option(metavar="DRUG+DRUG", help="A strategy. Repeatable.", rich_help_panel=WHAT),
    ] = None,
    context: Annotated[
        Texts,
        typer.Option(metavar="NAME", help="A cell line, or all. Repeatable.", rich_help_panel=WHAT),
    ] = None,
    ligand: Annotated[
        Texts,
        typer.Option(
            metavar="NAME[=DOSE]",
            help='"HRG=1 nM", or none. Repeatable.',
            rich_help_panel=WHAT,
        ),
    ] = None,
    lesion: Annotated[
        Texts,
        typer.Option(
            metavar="NAME",
            help="A lesion added to the first cell line; none for no such branch. Repeatable.",
            rich_help_panel=WHAT,
        ),
    ] = None,
    drug: Annotated[
        Texts,
        typer.Option(
            metavar="NAME=DOSE",
            help='The dose of a drug wherever it is given, "lapatinib=100 nM". Repeatable.',
            rich_help_panel=WHAT,
        ),
    ] = None,
    dose: Annotated[
        Dose | None,
        typer.Option(help="Exposure of all drugs; in-vitro by default.", rich_help_panel=WHAT),
    ] = None,
    trial: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The arms of CLEOPATRA, APHINITY, HER2CLIMB or ExteNET, its outcome beside them.",
            rich_help_panel=WHAT,
        ),
    ] = None,
    regimen: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Another regimen, e.g. all_lines: every line, drawn as one clustered map, with "
            "what predicts suppression.",
            rich_help_panel=WHAT,
        ),
    ] = None,
    lead: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Drugs alone, before the ligand.", rich_help_panel=WHEN),
    ] = None,
    duration: Annotated[
        str | None, typer.Option(metavar="TIME", help="From the ligand on.", rich_help_panel=WHEN)
    ] = None,
    at: Annotated[
        Texts, typer.Option(metavar="TIME", help="Times read. Repeatable.", rich_help_panel=WHEN)
    ] = None,
    rank_by: Annotated[
        Texts,
        typer.Option(
            metavar="READOUT", help="Ranked by their mean. Repeatable.", rich_help_panel=OUTPUT
        ),
    ] = None,
    rank_at: Annotated[
        str | None, typer.Option(metavar="TIME", help="Ranked then.", rich_help_panel=OUTPUT)
    ] = None,
    readout: Annotated[
        Texts,
        typer.Option(metavar="NAME", help="Reported; all if none.", rich_help_panel=OUTPUT),
    ] = None,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where the files go.", rich_help_panel=OUTPUT)
    ] = Path("results/compare"),
    *,
    figures: Annotated[bool, typer.Option(help="Draw the figures.", rich_help_panel=OUTPUT)] = True,
    workers: Annotated[
        int, typer.Option(min=1, metavar="N", help="Processes.", rich_help_panel=OUTPUT)
    ] = 1,
    seed: Annotated[
        int,
        typer.Option(
            min=0, metavar="N", help="Of a panel's bootstrap over lines.", rich_help_panel=OUTPUT
        ),
    ] = 0,
) -> None:
    """Compare antibody, kinase-inhibitor and dual-blockade strategies, cell line by cell line.

    Without options this is the whole comparison: ten strategies, four cell lines and three
    resistance branches, without and with heregulin. Prints the ranked table and writes tables,
    time courses and figures into --out.

    Example: pathway compare --context SKBR3 --strategy lapatinib --strategy lapatinib+trastuzumab
    """
    import pathway as pw
    from pathway.analysis.compare_draw import MANY, get_ready, second_process
    from pathway.analysis.compare_save import together
    from pathway.analysis.panel import Panel, panel

    asked: dict[str, Any] = {
        "strategies": strategy,
        "contexts": context,
        "ligands": _ligands(ligand),
        "lesions": _lesions(lesion),
        "dose": _doses(model, drug, dose),
        "pretreatment": lead,
        "duration": duration,
        "at": at,
        "rank_by": rank_by,
        "rank_at": rank_at,
        "readouts": readout,
        "workers": workers,
    }
    many = None if trial is not None else panel_name(model, regimen, context)
    with together(out) as work, second_process() as executor:
        with Bar("comparing") as bar:
            report = get_ready(executor, bar) if figures else bar
            result = (
                pw.compare(model, **asked, trial=trial, regimen=regimen, progress=report)
                if many is None
                else panel(model, many, **asked, seed=seed, progress=bar)
            )
        with Bar("writing tables and figures"):
            if isinstance(result, Panel):
                result.save(work, figures=figures)
            else:
                beside = executor if result.dataset.sizes["scenario"] >= MANY else None
                result.save(work, figures=figures, executor=beside)
        written = sorted(path.name for path in work.iterdir())
    if isinstance(result, Panel):
        report_panel(result, form)
    else:
        _report(result, form)
    note(f"{out}: {', '.join(written)}")
    for name, reason in result.failures.items():
        note(f"failed: {name}: {reason}")
    if result.failures:
        raise typer.Exit(1)


def _ligands(texts: Texts) -> list[str] | dict[str, str] | None:
    """Return arm names as they are, or doses by ligand if any has one."""
    if texts is None or not any("=" in text for text in texts):
        return texts
    bare = [text for text in texts if "=" not in text and text != "none"]
    if bare:
        raise PathwayError(
            f"--ligand {bare[0]}", "no dose beside others with one", f'write "{bare[0]}=1 nM"'
        )
    return pairs("--ligand", texts, default="")


def _lesions(texts: Texts) -> list[str] | None:
    return [] if texts == ["none"] else texts


def _doses(model: Model, drugs: Texts, dose: Dose | None) -> str | dict[str, str] | None:
    """Return one exposure for all drugs, or a dose for each where some are given one."""
    own = pairs("--drug", drugs)
    if not own:
        return None if dose is None else dose.value
    return dict.fromkeys(model.declared.drugs, (dose or Dose.IN_VITRO).value) | own


def _report(result: Comparison, form: Form) -> None:
    """Print the ranked table; in text also each ligand's scores by cell."""
    if form is Form.JSON:
        tables = {
            "ranking": frame_rows(result.ranking),
            "suppression": frame_rows(result.table),
            "outcomes": frame_rows(result.outcomes),
        }
        print_json({**tables, "rank_by": result.rank_by, "notes": result.notes})
        return
    ranked = frame_rows(result.ranking)
    if form is Form.CSV:
        print_rows(Rows(title="ranking", columns=tuple(result.ranking.columns), rows=ranked), form)
        return
    score = f"mean suppression of {' and '.join(result.rank_by)} at {result.rank_at}"
    columns = ("rank", "label", "score")
    print_rows(
        Rows(
            title=result.regimen.title,
            columns=columns,
            rows=ranked,
            caption=f"score: {score}, over all conditions (1 full, 0 none, negative: activation)",
        )
    )
    for arm in result.plan.ligands:
        _report_ligand(result, arm.id, arm.label)
    if len(result.outcomes):
        outcomes = frame_rows(result.outcomes)
        names = ("endpoint", "population", "experimental", "control", "effect", "source")
        print_rows(Rows(title="Published outcome: context only", columns=names, rows=outcomes))
    for line in result.notes:
        note(line)


def _report_ligand(result: Comparison, ligand: str, label: str) -> None:
    cells = {(cell.context, cell.lesion): cell.label for cell in result.plan.cells}
    rows = []
    for name, strategy in zip(result.ranking["strategy"], result.ranking["label"], strict=True):
        row: dict[str, object] = {"strategy": strategy}
        for (context, lesion), cell in cells.items():
            # Rounded first, and a zero added: nothing is shown as -0.00.
            row[cell] = (
                f"{round(float(result.scores.loc[name, (ligand, context, lesion)]), 2) + 0.0:.2f}"
            )
        rows.append(row)
    print_rows(Rows(title=f"score, {label}", columns=("strategy", *cells.values()), rows=rows))
