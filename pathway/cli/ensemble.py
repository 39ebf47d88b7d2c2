"""``pathway ensemble``: one scenario for many virtual cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pathway.cli.options import OUTPUT, OutOption, ReadoutOption
from pathway.cli.output import Form, Rows, note, print_json, print_rows
from pathway.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import xarray as xr

    from pathway.model import EquationModel, Model
    from pathway.scenario import Scenario

__all__ = ["ensemble"]

CELLS = "Cells"
LEVEL = "levels"
FOLD = "fold over untreated"
SUPPRESSION = "suppression"


def ensemble(
    any_model: Model | EquationModel,
    scenario: Scenario,
    form: Form,
    draws: Annotated[
        int, typer.Option(metavar="N", help="How many cells.", rich_help_panel=CELLS)
    ] = 1000,
    seed: Annotated[
        int,
        typer.Option(
            metavar="N", help="Which cells; another number draws others.", rich_help_panel=CELLS
        ),
    ] = 1,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="What differs: totals, rates (of an SBML file constants, initial) or a parameter. "
            "All by default. Repeatable.",
            rich_help_panel=CELLS,
        ),
    ] = None,
    sigma: Annotated[
        float | None,
        typer.Option(
            metavar="SIGMA",
            help="Standard deviation of the logarithm instead of what is declared; of an SBML "
            "file 0.3.",
            rich_help_panel=CELLS,
        ),
    ] = None,
    checkpoint: Annotated[
        str | None,
        typer.Option(
            metavar="DIR",
            help="Keep finished cells here; the same command goes on after a kill.",
            rich_help_panel=CELLS,
        ),
    ] = None,
    threads: Annotated[
        int | None, typer.Option(metavar="N", help="Threads.", rich_help_panel=CELLS)
    ] = None,
    at: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TIME",
            help='Times shown, "24 h"; the end by default. Repeatable.',
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    readout: ReadoutOption = None,
    below: Annotated[
        float | None,
        typer.Option(
            metavar="LEVEL", help="Print the share of cells below this.", rich_help_panel=OUTPUT
        ),
    ] = None,
    out: OutOption = None,
    *,
    fold: Annotated[
        bool, typer.Option("--fold", help="Fold over untreated.", rich_help_panel=OUTPUT)
    ] = False,
    suppression: Annotated[
        bool,
        typer.Option(
            "--suppression",
            help="Against the same cell without the drugs.",
            rich_help_panel=OUTPUT,
        ),
    ] = False,
) -> None:
    """Run one scenario for many virtual cells and print quantiles of its readouts.

    Each cell has the model's numbers drawn within their declared uncertainty. Of an SBML file
    (--model model.xml) --duration and --at are numbers in its unit of time.

    Example: pathway ensemble --context SKBR3 --drug "lapatinib=100 nM" --draws 1000 --suppression
    """
    import pathway as pw
    from pathway.analysis.compare_save import together

    if fold and suppression:
        raise ScenarioError("--fold --suppression", "two quantities", "give one of them")
    kind = "_suppression" if suppression else "_fold" if fold else ""
    known, end = _readouts_and_end(any_model, scenario, fold=fold)
    names = [f"{name}{kind}" for name in readout or known]
    dataset = pw.ensemble(
        any_model,
        scenario,
        draws,
        seed,
        times=at or [end],
        readouts=readout,
        vary=vary,
        sigma=sigma,
        against="untreated" if suppression else None,
        thresholds={} if below is None else dict.fromkeys(names, below),
        checkpoint=checkpoint,
        threads=threads,
    )
    rows = _rows(dataset, names, below)
    if out is not None:
        with together(out) as work:
            _write(dataset, rows, work)
            written = sorted(path.name for path in work.iterdir())
        note(f"{out}: {', '.join(written)}")
    what = SUPPRESSION if suppression else FOLD if fold else LEVEL
    _print(dataset, rows, what, form)


def _readouts_and_end(
    model: Model | EquationModel, scenario: Scenario, *, fold: bool
) -> tuple[Sequence[str], float]:
    """Return the readouts that there are, and when the scenario ends."""
    from pathway.model import EquationModel
    from pathway.result.dataset import readouts_of

    if isinstance(model, EquationModel):
        if fold:
            raise ScenarioError("--fold", f"{model.id!r} has no untreated cell", "leave it out")
        return model.readouts, model.duration(scenario)
    resolved = model.resolve(scenario)
    return [readout.id for readout in readouts_of([resolved])], resolved.duration


def _rows(
    dataset: xr.Dataset, names: Sequence[str], below: float | None
) -> list[dict[str, object]]:
    """Return a row for each time and readout, of the only scenario."""
    one = dataset.isel(scenario=0)
    rows: list[dict[str, object]] = []
    for place, time in enumerate(one["time"].to_numpy()):
        for name in names:
            row: dict[str, object] = {
                "time": float(time),
                "readout": name.removesuffix("_fold").removesuffix("_suppression"),
                "unit": str(one[name].attrs["units"]),
                "mean": float(one[f"{name}_mean"][place]),
                "sd": float(one[f"{name}_sd"][place]),
            }
            for share in one["quantile"].to_numpy():
                level = one[name].sel(quantile=share)[place]
                row[f"{100.0 * float(share):g} %"] = float(level)
            if below is not None:
                row[f"below {below:g}"] = float(one[f"{name}_below"][place])
            rows.append(row)
    return rows


def _print(dataset: xr.Dataset, rows: list[dict[str, object]], what: str, form: Form) -> None:
    counts = {
        key: int(value) for key, value in dataset.attrs.items() if str(key).startswith("cells_")
    }
    title = f"{dataset['scenario'].to_numpy()[0]}: {what} of {dataset.attrs['draws']} cells"
    units = {"time": str(dataset["time"].attrs["units"])}
    if form is Form.JSON:
        first = dataset.attrs.get("first_failure", "")
        print_json({"title": title, "units": units, **counts, "first_failure": first, "rows": rows})
        return
    failed = counts["cells_failed"]
    caption = (
        f"{failed} cells failed and are left out; {dataset.attrs['first_failure']}"
        if failed
        else ""
    )
    print_rows(
        Rows(title=title, columns=tuple(rows[0]), rows=rows, units=units, caption=caption), form
    )


def _write(dataset: xr.Dataset, rows: list[dict[str, object]], folder: Path) -> None:
    import pandas as pd

    table = pd.DataFrame(rows)
    table.to_csv(folder / "ensemble.csv", index=False, float_format="%.10g", lineterminator="\n")
    dataset.to_netcdf(folder / "results.nc", engine="h5netcdf")
