"""How figures look and how they are written: one palette, one font size, bytes that repeat.

Colours are those of Okabe and Ito (2008, *Color Universal Design*), told apart with every common
form of colour blindness; lines carry a dash pattern as well, so that no figure depends on colour
alone.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, cast

import matplotlib as mpl
from matplotlib import rc_context
from matplotlib.colors import Colormap, LinearSegmentedColormap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "DASHES",
    "FONT_SIZE",
    "INK",
    "OKABE_ITO",
    "axes_or_new",
    "figure_bytes",
    "line_style",
    "save_figure",
    "style",
    "suppression_map",
]

OKABE_ITO: Mapping[str, str] = {
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "yellow": "#F0E442",
    "black": "#000000",
}
"""The eight colours, the most legible on white first."""

DASHES: tuple[tuple[float, ...], ...] = ((), (4.0, 1.6), (1.2, 1.4), (5.0, 1.4, 1.2, 1.4))
"""Solid, dashed, dotted, dash-dotted; in points of line width."""

FONT_SIZE = 8.5
"""Points; the smallest text of any figure is 8 points at its printed size."""

INK = "#2B2B2B"
"""Text and outlines: black without the glare."""

_PARAMETERS: Mapping[str, Any] = {
    "font.family": "DejaVu Sans",  # ships with matplotlib: the same glyphs on every machine
    "font.size": FONT_SIZE,
    "axes.titlesize": FONT_SIZE + 0.5,
    "axes.labelsize": FONT_SIZE,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "legend.fontsize": 8.0,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "lines.linewidth": 1.5,
    "figure.dpi": 110.0,
    "savefig.dpi": 200.0,
    "figure.facecolor": "white",
    # Text stays text in an SVG, and ids are hashed with a fixed salt, so that files repeat.
    "svg.fonttype": "none",
    "svg.hashsalt": "pathway",
}

# Dark blue: suppressed. White: as untreated. Dark orange: activated. Blue against orange is kept
# apart in protanopia, deuteranopia and tritanopia, and the two ends differ in lightness from white
# alike.
_DIVERGING: tuple[tuple[float, str], ...] = (
    (0.0, "#8C3A00"),
    (0.2, "#D55E00"),
    (0.36, "#F2B27A"),
    (0.5, "#FAFAF7"),
    (0.66, "#92C5E8"),
    (0.82, "#2C86C2"),
    (1.0, "#083D6B"),
)


def style() -> AbstractContextManager[None]:
    """Return a context in which matplotlib draws in the style of this package.

    Examples
    --------
    >>> with style():
    ...     mpl.rcParams["font.size"]
    8.5
    """
    return cast("AbstractContextManager[None]", rc_context(cast("Any", dict(_PARAMETERS))))


def suppression_map() -> Colormap:
    """Return the diverging colour map of suppression: 1 dark blue, 0 white, below 0 orange."""
    colours = LinearSegmentedColormap.from_list("suppression", list(_DIVERGING), N=512)
    return colours.with_extremes(bad="#D9D9D9")


def line_style(position: int) -> dict[str, Any]:
    """Return colour and dash pattern of the n-th line: six colours, then the next dashes.

    Black is left for what the others are compared with, yellow is too faint on white.

    Parameters
    ----------
    position : int
        Position of the line in its figure, from 0. Up to 24 lines are told apart.
    """
    colours = [colour for name, colour in OKABE_ITO.items() if name not in ("yellow", "black")]
    dashes = DASHES[(position // len(colours)) % len(DASHES)]
    return {
        "color": colours[position % len(colours)],
        "linestyle": (0, dashes) if dashes else "-",
    }


def axes_or_new(ax: Axes | None, size: tuple[float, float]) -> Axes:
    """Return ``ax``, or axes on a new pyplot figure of ``size`` inches."""
    if ax is not None:
        return ax
    # Only here, so that files can be written without pyplot's list of open figures.
    from matplotlib import pyplot as plt

    return plt.subplots(figsize=size, layout="constrained")[1]


def figure_bytes(figure: Figure, suffix: str) -> bytes:
    """Return a figure as the bytes of a file, the same bytes for the same figure.

    Parameters
    ----------
    figure : Figure
    suffix : str
        ``png`` or ``svg``.
    """
    # A date or a version in the metadata would make every run a different file.
    metadata: dict[str, Any] = {"Date": None} if suffix == "svg" else {"Software": None}
    buffer = io.BytesIO()
    with style():
        engine = figure.get_layout_engine()
        if engine is not None:
            # Laid out once: the engine would measure every text again for every file.
            engine.execute(figure)
            figure.set_layout_engine("none")
        figure.savefig(buffer, format=suffix, metadata=metadata, dpi=mpl.rcParams["savefig.dpi"])
    return buffer.getvalue()


def save_figure(
    figure: Figure, folder: Path, name: str, suffixes: Sequence[str] = ("png", "svg")
) -> tuple[Path, ...]:
    """Write ``folder/name.png`` and ``folder/name.svg``; return the paths.

    Parameters
    ----------
    figure : Figure
    folder : Path
        An existing folder.
    name : str
        File name without its ending.
    suffixes : sequence of str
        Formats to write.
    """
    paths = []
    for suffix in suffixes:
        path = folder / f"{name}.{suffix}"
        path.write_bytes(figure_bytes(figure, suffix))
        paths.append(path)
    return tuple(paths)
