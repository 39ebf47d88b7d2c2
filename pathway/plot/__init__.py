"""Figures: functions that take ``ax=`` and return it. matplotlib is imported on first use.

Every function draws labelled data (pandas, xarray, networkx) and knows nothing of how they were
computed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathway.plot.appearance import save_figure, style
    from pathway.plot.curves import inhibition_curve
    from pathway.plot.graphs import pathway_graph
    from pathway.plot.heatmaps import heatmap
    from pathway.plot.layout import Layout, read_layout
    from pathway.plot.timecourses import timecourse

__all__ = [
    "Layout",
    "heatmap",
    "inhibition_curve",
    "pathway_graph",
    "read_layout",
    "save_figure",
    "style",
    "timecourse",
]

_HOME = {
    "Layout": "layout",
    "heatmap": "heatmaps",
    "inhibition_curve": "curves",
    "pathway_graph": "graphs",
    "read_layout": "layout",
    "save_figure": "appearance",
    "style": "appearance",
    "timecourse": "timecourses",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
