"""``pathway curve``: one drug's inhibition curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pathway.cli.options import OUTPUT, OutOption
from pathway.cli.output import Form, Rows, frame_rows, note, print_json, print_rows
from pathway.cli.progress import Bar
from pathway.errors import ScenarioError

if TYPE_CHECKING:
    from pathlib import Path

    from pathway.analysis.curve import InhibitionCurve
    from pathway.analysis.steady_curve import SteadyCurve
    from pathway.model import EquationModel, Model
    from pathway.scenario import Scenario

__all__ = ["curve"]


def curve(
    drug_curve: Annotated[
        str,
        typer.Argument(
            metavar="DRUG",
            help="Whose dose is varied; of an SBML file a parameter or initial value.",
        ),
    ],
    any_model: Model | EquationModel,
    scenario: Scenario,
    form: Form,
    readout: Annotated[
        str,
        typer.Option(metavar="NAME", help="The readout suppressed.", rich_help_panel=OUTPUT),
    ] = "pAKT_S473",
    doses: Annotated[
        str | None,
        typer.Option(
            metavar="DOSE,...",
            help='At least five, "1 nM,10 nM,..."; of an SBML file numbers in its unit.',
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="When; the end if not given.", rich_help_panel=OUTPUT),
    ] = None,
    out: OutOption = None,
    *,
    auc: Annotated[
        bool,
        typer.Option("--auc", help="Mean levels up to then instead.", rich_help_panel=OUTPUT),
    ] = False,
    steady: Annotated[
        bool,
        typer.Option(
            "--steady", help="Where each dose, kept for ever, leads.", rich_help_panel=OUTPUT
        ),
    ] = False,
) -> None:
    """Vary one drug's dose and print the inhibition curve with IC50, Emax and fit.

    What else the scenario holds (--drug of another kind, --ligand, --lesion) stays as it is.

    Of an SBML file (--model model.xml) the dose is a parameter or initial value, and --duration a
    number in the file's unit of time.

    With --steady, each dose's steady state, followed up and down, against that at dose 0; it says
    where the state jumps and between which doses there are two.

    Example: pathway curve lapatinib --readout pERK --context BT474 --ligand "HRG=1 nM"
    """
    import pathway as pw

    given = None if doses is None else [text.strip() for text in doses.split(",")]
    if steady and (auc or at is not None):
        raise ScenarioError(
            "curve --steady", "a steady state has no time", "leave out --at and --auc"
        )
    bar = Bar(f"varying {drug_curve}")
    if steady:
        with bar:
            rests = pw.steady_curve(any_model, scenario, drug_curve, readout, given, progress=bar)
        _print_steady(rests, form, out)
        return
    with bar:
        found = pw.inhibition_curve(
            any_model,
            scenario,
            drug=drug_curve,
            readout=readout,
            doses=given,
            at=at,
            auc=auc,
            progress=bar,
        )
    facts = {
        "drug": drug_curve,
        "readout": readout,
        "ic50": found.ic50,
        "unit": found.unit,
        "emax": found.emax,
        "hill": found.hill,
        "gof": found.gof,
        "ci": found.ci,
    }
    fit = (
        f"IC50 {found.ic50:.3g} {found.unit}, Emax {found.emax:.2f}, Hill {found.hill:.2f}, "
        f"R² {found.gof:.3f}"
    )
    _print_curve(found, facts, fit, form, out)


def _print_steady(found: SteadyCurve, form: Form, out: Path | None) -> None:
    facts = {
        "drug": found.drug,
        "readout": found.readout,
        "ic50": found.ic50,
        "unit": found.unit,
        "bistable": [list(pair) for pair in found.bistable],
        "ends": frame_rows(found.ends),
    }
    lines = [
        f"the branch ends at {end.dose:.4g} {found.unit} going {end.direction} ({end.reason})"
        for end in found.ends.itertuples()
    ]
    lines += [
        f"two states from {low:.4g} to {high:.4g} {found.unit}" for low, high in found.bistable
    ]
    if found.fit is not None:
        lines.append(f"IC50 {found.ic50:.3g} {found.unit}, Emax {found.fit.emax:.2f}")
    _print_curve(found, facts, "; ".join(lines), form, out)


def _print_curve(
    found: InhibitionCurve | SteadyCurve,
    facts: dict[str, object],
    caption: str,
    form: Form,
    out: Path | None,
) -> None:
    if out is not None:
        _save(found, out)
    rows = frame_rows(found.table)
    if form is Form.JSON:
        print_json({**facts, "rows": rows})
        return
    columns = tuple(str(name) for name in found.table.columns)
    title = f"{found.readout} by {found.drug}"
    print_rows(Rows(title=title, columns=columns, rows=rows, caption=caption), form)


def _save(found: InhibitionCurve | SteadyCurve, out: Path) -> None:
    from matplotlib.figure import Figure

    from pathway.analysis.compare_save import together
    from pathway.plot import save_figure

    with together(out) as work:
        found.table.to_csv(
            work / "curve.csv", index=False, float_format="%.10g", lineterminator="\n"
        )
        figure = Figure(layout="constrained")
        found.plot(figure.subplots())
        save_figure(figure, work, "curve")
        written = sorted(path.name for path in work.iterdir())
    note(f"{out}: {', '.join(written)}")
