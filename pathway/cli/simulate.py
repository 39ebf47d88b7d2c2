"""``pathway simulate``: one scenario over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pathway.cli.options import OUTPUT, OutOption, ReadoutOption
from pathway.cli.output import Form, Rows, note, print_rows
from pathway.cli.progress import Bar
from pathway.errors import ScenarioError, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import xarray as xr

    from pathway.model import Model
    from pathway.scenario import Scenario

__all__ = ["chosen_readouts", "simulate"]

GLANCE = (0.0, 5.0, 30.0, 60.0, 240.0, 1440.0)
"""Minutes shown where no times are asked for, and the end."""
DRAWN = ("pHER2", "pHER3", "pAKT_S473", "pERK")
"""Readouts drawn where none are asked for, as far as the model has them."""


def simulate(
    model: Model,
    scenario: Scenario,
    form: Form,
    at: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TIME", help='Times shown, "5 min". Repeatable.', rich_help_panel=OUTPUT
        ),
    ] = None,
    readout: ReadoutOption = None,
    out: OutOption = None,
    *,
    fold: Annotated[
        bool, typer.Option("--fold", help="Fold over untreated.", rich_help_panel=OUTPUT)
    ] = False,
) -> None:
    """Simulate one scenario and print its readouts over time.

    Example: pathway simulate --context SKBR3 --drug "lapatinib=100 nM" --ligand "HRG=1 nM"
    """
    import pathway as pw
    from pathway.analysis.compare_save import together
    from pathway.result.dataset import readouts_of

    known = [one.id for one in readouts_of([model.resolve(scenario)])]
    names = chosen_readouts(known, readout)
    with Bar("simulating"):
        dataset = pw.simulate(model, [scenario], times=at)
    shown = {f"{name}_fold" if fold else name: name for name in names}
    if out is not None:
        # What is drawn is the whole course, whatever times were asked for.
        whole = dataset if at is None else pw.simulate(model, [scenario])
        with together(out) as work, Bar("writing tables and figure"):
            _write(whole, names, work)
            written = sorted(path.name for path in work.iterdir())
        note(f"{out}: {', '.join(written)}")
    _print(dataset, tuple(shown), form, everything=at is not None)


def chosen_readouts(known: Sequence[str], asked: Sequence[str] | None) -> tuple[str, ...]:
    """Return the readouts asked for, or all that a simulation will have.

    Raises
    ------
    ScenarioError
        If it has no such readout.
    """
    for name in asked or ():
        if name not in known:
            raise ScenarioError("--readout", f"unknown readout {name!r}", nearest(name, known))
    return tuple(asked or known)


def _print(dataset: xr.Dataset, names: Sequence[str], form: Form, *, everything: bool) -> None:
    """Print times as rows, or in text readouts as rows, for which a screen has the room."""
    times = [float(value) for value in dataset["time"].values]
    unit = str(dataset["time"].attrs["units"])
    values = {name: dataset[name].isel(scenario=0).to_numpy() for name in names}
    units = {name: str(dataset[name].attrs.get("units", "1")) for name in names}
    title = str(dataset["scenario"].values[0])
    if form is not Form.TEXT:
        rows: list[dict[str, object]] = [
            {"time": time, **{name: values[name][i] for name in names}}
            for i, time in enumerate(times)
        ]
        columns = ("time", *names)
        print_rows(
            Rows(title=title, columns=columns, rows=rows, units={"time": unit, **units}), form
        )
        return
    picked = [
        i for i, time in enumerate(times) if everything or time in GLANCE or i == len(times) - 1
    ]
    heads = [_moment(times[i], unit) for i in picked]
    by_readout: list[dict[str, object]] = [
        {
            "readout": name,
            "unit": units[name],
            **{head: values[name][i] for head, i in zip(heads, picked, strict=True)},
        }
        for name in names
    ]
    print_rows(Rows(title=title, columns=("readout", "unit", *heads), rows=by_readout))


def _moment(time: float, unit: str) -> str:
    hours = unit == "min" and time >= 120.0 and time % 60.0 == 0.0
    return f"{time / 60.0:g} h" if hours else f"{time:g} {unit}"


def _write(dataset: xr.Dataset, names: Sequence[str], folder: Path) -> None:
    """Write the table, the whole result and the time courses."""
    from matplotlib.figure import Figure

    from pathway.plot import save_figure, style, timecourse

    table = dataset[list(names)].isel(scenario=0, drop=True).to_dataframe()
    table = table[list(names)].rename_axis(f"time_{dataset['time'].attrs['units']}")
    table.to_csv(folder / "simulate.csv", float_format="%.10g", lineterminator="\n")
    dataset.to_netcdf(folder / "results.nc", engine="h5netcdf")
    hours = dataset.assign_coords(time=dataset["time"] / 60.0)
    hours["time"].attrs.update(units="h", long_name="time")
    drawn = [name for name in DRAWN if name in names] or list(names[:4])
    with style():
        figure = Figure(figsize=(3.2 * len(drawn), 2.8), layout="constrained")
        for name, ax in zip(drawn, figure.subplots(1, len(drawn), squeeze=False)[0], strict=True):
            timecourse(hours, name, ax, legend=False, title=name, linear_until=1.0)
    save_figure(figure, folder, "timecourse")
