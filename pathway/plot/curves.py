"""Inhibition curves: a readout against dose, points as simulated, the fitted line if there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pathway.errors import PathwayError
from pathway.plot.appearance import INK, OKABE_ITO, axes_or_new, style

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

__all__ = ["inhibition_curve"]


def inhibition_curve(
    doses: Sequence[float] | np.ndarray,
    suppression: Sequence[float] | np.ndarray,
    ax: Axes | None = None,
    *,
    unit: str,
    label: str = "",
    drug: str = "dose",
    readout: str = "",
    ic50: float | None = None,
    fit: tuple[np.ndarray, np.ndarray] | None = None,
    title: str = "",
    properties: Mapping[str, Any] | None = None,
) -> Axes:
    """Draw suppression against dose on a logarithmic axis.

    Parameters
    ----------
    doses, suppression : (n,) array
        Doses in ``unit`` and the suppression of the readout at each; a dose of zero is not drawn.
    ax : Axes, optional
        Where to draw; new axes otherwise. Call again with the same axes to add a curve.
    unit : str
        Unit of the doses, for the axis.
    label, drug, readout, title : str
        Legend entry; names on the axes; heading.
    ic50 : float, optional
        In ``unit``: marked with a tick on the curve.
    fit : ((m,) array, (m,) array), optional
        Doses and suppression of a fitted line; points are joined otherwise.
    properties : mapping, optional
        matplotlib line properties (color, linestyle, marker).

    Returns
    -------
    Axes

    Raises
    ------
    PathwayError
        If doses and suppressions differ in number, or no dose is positive.
    """
    dose, value = np.asarray(doses, dtype=float), np.asarray(suppression, dtype=float)
    if dose.shape != value.shape or dose.ndim != 1:
        raise PathwayError(
            "inhibition curve",
            f"{dose.size} doses and {value.size} suppressions",
            "give one suppression per dose",
        )
    shown = dose > 0.0
    if not shown.any():
        raise PathwayError("inhibition curve", "no dose above zero", "give a positive dose")
    look: dict[str, Any] = {"color": OKABE_ITO["blue"], "marker": "o", **(properties or {})}
    marker = look.pop("marker")
    with style():
        ax = axes_or_new(ax, (3.8, 2.9))
        more = bool(ax.get_lines())
        line_x, line_y = fit if fit is not None else (dose[shown], value[shown])
        ax.plot(line_x, line_y, label=label or None, marker=None if fit else marker, ms=4, **look)
        if fit is not None:
            ax.plot(dose[shown], value[shown], ls="", marker=marker, ms=4, color=look["color"])
        if ic50 is not None and np.isfinite(ic50):
            ax.plot([ic50], [-0.02], marker="^", ms=5, ls="", color=look["color"], clip_on=False)
        ax.set_xscale("log")
        ax.axhline(0.0, color=INK, lw=0.6, zorder=0)
        # Activation is shown too, whichever curve of the panel has it.
        low = min(-0.05, float(np.nanmin(value, initial=0.0)) - 0.05)
        already = ax.get_ylim()[0] if more else low
        ax.set_ylim(min(low, already), 1.05)
        ax.set_xlabel(f"{drug} ({unit})")
        ax.set_ylabel(f"suppression of {readout} (1)" if readout else "suppression (1)")
        if title:
            ax.set_title(title, loc="left")
    return ax
