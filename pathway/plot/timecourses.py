"""Time courses of readouts, one line per scenario, time counted from a marked event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import FixedLocator, NullLocator

from pathway.errors import PathwayError, nearest
from pathway.plot.appearance import INK, axes_or_new, line_style, style

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

__all__ = ["timecourse"]

_ZERO = "_zero"
"""Name of the line that marks time zero; matplotlib keeps such names out of legends."""

_HOUR_TICKS = (-48.0, -24.0, -8.0, -1.0, 0.0, 1.0, 4.0, 8.0, 24.0, 48.0, 72.0, 168.0)


def timecourse(
    dataset: xr.Dataset,
    readout: str,
    ax: Axes | None = None,
    *,
    scenarios: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    styles: Mapping[str, Mapping[str, Any]] | None = None,
    reference: Mapping[str, float] | float | None = None,
    linear_until: float | None = None,
    title: str = "",
    ylabel: str | None = None,
    legend: bool = True,
) -> Axes:
    """Draw one readout of a simulation over time.

    Parameters
    ----------
    dataset : Dataset
        Data variables with dims (scenario, time), as ``simulate`` returns them;
        ``time.attrs["units"]`` and the variable's ``units`` go on the axes.
    readout : str
        The data variable to draw.
    ax : Axes, optional
        Where to draw; new axes otherwise.
    scenarios : sequence of str, optional
        Scenario coordinates to draw, in this order; all of them otherwise.
    labels, styles : mapping, optional
        Legend text and line properties by scenario.
    reference : float or mapping, optional
        Divide by this number (for each scenario, if a mapping): the axis is then a fold.
    linear_until : float, optional
        The time axis is linear up to here on both sides of zero and logarithmic beyond, in the
        unit of the time axis: minutes and a day can then be read in one panel.
    title, ylabel : str
        ``ylabel`` replaces the readout's name and unit.
    legend : bool

    Returns
    -------
    Axes

    Raises
    ------
    PathwayError
        If the dataset has no such readout or scenario.
    """
    if readout not in dataset.data_vars:
        known = [str(name) for name in dataset.data_vars]
        raise PathwayError("time course", f"no readout {readout!r}", nearest(readout, known))
    known = [str(name) for name in dataset["scenario"].values]
    names = known if scenarios is None else list(scenarios)
    for name in names:
        if name not in known:
            raise PathwayError("time course", f"no scenario {name!r}", nearest(name, known))
    times = dataset["time"].to_numpy().astype(float)
    with style():
        ax = axes_or_new(ax, (4.2, 2.9))
        drawn = [line for line in ax.get_lines() if line.get_label() != _ZERO]
        for position, name in enumerate(names):
            values = dataset[readout].sel(scenario=name).to_numpy().astype(float)
            divisor = reference.get(name, np.nan) if isinstance(reference, Mapping) else reference
            keywords = {**line_style(position), **(styles or {}).get(name, {})}
            drawn += ax.plot(
                times,
                values if divisor is None else values / divisor,
                label=(labels or {}).get(name, name),
                **keywords,
            )
        unit = dataset[readout].attrs.get("units", "")
        if ylabel is None:
            ylabel = f"{readout} (fold)" if reference is not None else f"{readout} ({unit or '1'})"
        ax.set_ylabel(ylabel)
        # From zero, so that a small rest does not look like none; over all lines, also earlier ones.
        highest = max(float(np.nanmax(line.get_ydata(), initial=0.0)) for line in drawn)
        ax.set_ylim(0.0, 1.06 * highest or 1.0)
        _time_axis(ax, times, dataset["time"].attrs.get("units", ""), linear_until)
        if title:
            ax.set_title(title, loc="left")
        if legend:
            ax.legend(handlelength=2.6)
    return ax


def _time_axis(ax: Axes, times: np.ndarray, unit: str, linear_until: float | None) -> None:
    """Label the time axis; mark time zero if it lies inside."""
    ax.set_xlabel(f"time ({unit})" if unit else "time")
    if linear_until is not None:
        ax.set_xscale("symlog", linthresh=linear_until, linscale=1.0)
        if unit == "h":
            inside = [tick for tick in _HOUR_TICKS if times[0] <= tick <= times[-1]]
            ax.xaxis.set_major_locator(FixedLocator(inside))
            ax.xaxis.set_minor_locator(NullLocator())
            ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", "−"))
    ax.set_xlim(float(times[0]), float(times[-1]))
    if times[0] < 0.0 < times[-1]:
        ax.axvline(0.0, color=INK, lw=0.6, ls=(0, (2, 2)), zorder=0, label=_ZERO)
