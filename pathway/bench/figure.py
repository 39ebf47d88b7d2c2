"""Work-precision: what an error costs, engine by engine."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from pathway.bench.engines.choose import ENGINES, OWN
from pathway.plot.appearance import OKABE_ITO, style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from pathway.bench.measure import Measured

__all__ = ["TOLERANCES", "work_precision"]

TOLERANCES = tuple((10.0**-digits, 10.0 ** -(digits + 3)) for digits in range(3, 11))
"""(rtol, atol) of the points of a curve."""

LOOKS = {
    OWN: ("black", "o"),
    "libroadrunner": ("blue", "s"),
    "amici": ("vermillion", "^"),
    "copasi": ("green", "D"),
    "numbalsoda": ("purple", "v"),
    "scipy": ("orange", "X"),
}
WIDTH, HEIGHT = 3.1, 2.7
"""Inches of one panel."""
ACROSS = 3


def work_precision(lines: Sequence[Measured]) -> Figure:
    """Draw milliseconds of user time a run against the error, one panel a problem.

    Parameters
    ----------
    lines : sequence of Measured
        Engines at several tolerances; of ensembles on one core where there are any, else of single
        runs.
    """
    problems = list(dict.fromkeys(line.problem for line in lines))
    across = min(ACROSS, len(problems))
    down = math.ceil(len(problems) / across)
    with style():
        figure = Figure(figsize=(WIDTH * across, HEIGHT * down + 0.4), layout="constrained")
        panels = figure.subplots(down, across, squeeze=False).ravel()
        for panel in panels[len(problems) :]:
            panel.set_visible(False)
        for problem, panel in zip(problems, panels, strict=False):
            _panel(panel, [line for line in lines if line.problem == problem])
            panel.set_title(problem)
        for panel in panels[::across]:
            panel.set_ylabel("ms of user time a run")
        seen: dict[str, Artist] = {}
        for panel in panels[: len(problems)]:
            for handle, label in zip(*panel.get_legend_handles_labels(), strict=True):
                seen.setdefault(label, handle)
        figure.legend(
            list(seen.values()), list(seen), loc="outside upper center", ncols=len(seen) or 1
        )
    return figure


def _panel(panel: Axes, lines: Sequence[Measured]) -> None:
    for engine in ENGINES:
        points = sorted(
            (line.error, 1e3 * _seconds(line))
            for line in lines
            if line.engine == engine and math.isfinite(line.error) and _seconds(line) > 0.0
        )
        if points:
            colour, marker = LOOKS[engine]
            panel.plot(
                [error for error, _ in points],
                [cost for _, cost in points],
                color=OKABE_ITO[colour],
                marker=marker,
                markersize=4.5,
                linewidth=2.0 if engine == OWN else 1.2,
                label=engine,
            )
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    panel.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    panel.yaxis.set_minor_formatter(NullFormatter())
    panel.invert_xaxis()
    panel.set_xlabel("largest error, by each species' maximum")
    panel.grid(visible=True, which="major", linewidth=0.4, alpha=0.5)


def _seconds(line: Measured) -> float:
    """Return user seconds, so that what else the machine does leaves no marks on the curves."""
    rate = line.cpu_rates.get(1, math.nan)
    return 1.0 / rate if rate > 0.0 else line.single_cpu
