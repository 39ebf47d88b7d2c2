"""What a steady curve is: rests over doses in both directions, where branches end, how to draw it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from pathway.analysis.levels import suppression_of
from pathway.analysis.sigmoid import fit_sigmoid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes

    from pathway.analysis.sigmoid import Sigmoid
    from pathway.analysis.steady_curve_walk import Row
    from pathway.solve.continuation import Point

__all__ = ["SteadyCurve", "fit_of", "steady_table"]

SIZE = (3.8, 2.9)
"""Inches."""

FEWEST = 5
"""Doses above zero that carry a fit."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SteadyCurve:
    """The states that cells come to under each dose of a drug, kept for ever."""

    drug: str
    readout: str
    scenario: str
    unit: str
    """Of the doses: nM."""
    table: pd.DataFrame
    """One row for each dose and direction, in the order walked: ``dose`` (nM), ``direction`` (up or
    down), ``level`` (readout's unit), ``suppression`` (against dose 0), ``branch``, ``stable``,
    ``slowest`` (real part of the slowest eigenvalue, 1/min), ``residual`` (1/min), ``drift``,
    ``jumped`` (the branch before ended: the state was come to by integration), ``status`` (``ok``,
    or why there is no state)."""
    ends: pd.DataFrame
    """Where branches ended: ``direction``, ``dose`` (nM), ``slowest``, ``reason``."""
    bistable: tuple[tuple[float, float], ...]
    """Ranges of dose, nM, in which the way up and the way down are at different rests; empty if
    there are none."""
    fit: Sigmoid | None
    """Through suppressions of a curve that nowhere jumps; None otherwise and of few doses."""
    message: str
    """How to read the numbers; empty for a plain curve without jumps."""

    @property
    def ic50(self) -> float:
        """Return the dose halfway between no drug and the plateau, nM; NaN without a fit."""
        return float("nan") if self.fit is None else self.fit.ic50

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:  # noqa: ANN401
        """Draw suppressions against dose, each way a line that is broken where it jumps.

        Parameters
        ----------
        ax : Axes, optional
        **options
            As of :func:`pathway.plot.inhibition_curve`.

        Returns
        -------
        matplotlib.axes.Axes
        """
        # These bring matplotlib: only when asked.
        from pathway.plot import inhibition_curve as draw
        from pathway.plot import style
        from pathway.plot.appearance import axes_or_new

        given: dict[str, Any] = {"unit": self.unit, "drug": self.drug, "readout": self.readout}
        if self.fit is not None:
            given["ic50"] = self.fit.ic50
        with style():
            ax = axes_or_new(ax, SIZE)
        ways = ("up", "down") if self.table["jumped"].any() else ("up",)
        for way in ways:
            rows = self.table[(self.table["direction"] == way) & (self.table["dose"] > 0.0)]
            look = {"marker": "o"} if way == "up" else {"marker": "v", "linestyle": "--"}
            label = f"dose going {way}" if len(ways) > 1 else ""
            for _, part in rows.groupby(rows["jumped"].cumsum()):
                drawn = {"label": label, "properties": look, **given, **options}
                draw(part["dose"].to_numpy(), part["suppression"].to_numpy(), ax, **drawn)
                label = ""
        if len(ways) > 1:
            ax.legend(frameon=False)
        return ax


def steady_table(
    up: Sequence[Row], down: Sequence[Row], read: Callable[[Point], float]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the table of a curve, and that of where branches ended.

    Parameters
    ----------
    up, down : sequence of Row
    read : callable
        Gives the readout of a state.
    """
    rows, ends = [], []
    nothing = float("nan")
    untreated = read(up[0].point) if up[0].point is not None else nothing
    for way, walked in (("up", up), ("down", down)):
        for row in walked:
            point = row.point
            level = nothing if point is None else read(point)
            rows.append(
                {
                    "dose": row.dose,
                    "direction": way,
                    "level": level,
                    "suppression": suppression_of(level, untreated),
                    "branch": row.branch,
                    "stable": point is not None and point.stable,
                    "slowest": nothing if point is None else point.slowest,
                    "residual": nothing if point is None else point.residual,
                    "drift": nothing if point is None else point.drift,
                    "jumped": row.jumped,
                    "status": row.status,
                }
            )
        ends += [
            {
                "direction": way,
                "dose": end.dose,
                "slowest": end.slowest,
                "reason": end.reason.value,
            }
            for row in walked
            for end in row.ends
        ]
    columns = ["direction", "dose", "slowest", "reason"]
    return pd.DataFrame(rows), pd.DataFrame(ends, columns=columns)


def fit_of(table: pd.DataFrame) -> tuple[Sigmoid | None, str]:
    """Return the sigmoid through a curve, or None and why there is none."""
    if table["jumped"].any():
        return None, "the curve has jumps: no sigmoid describes it (see `ends` and `bistable`)"
    rows = table[table["direction"] == "up"]
    if int((rows["dose"] > 0.0).sum()) < FEWEST:
        return None, f"fewer than {FEWEST} doses above zero: no fit"
    fit = fit_sigmoid(rows["dose"].to_numpy(), rows["suppression"].to_numpy())
    return fit, fit.message
