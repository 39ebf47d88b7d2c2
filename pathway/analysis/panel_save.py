"""The files of a panel."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from pathway.analysis.compare_save import together, write_csv, write_json

if TYPE_CHECKING:
    from pathway.analysis.panel import Panel

__all__ = ["save"]


def save(panel: Panel, folder: str | Path, *, figures: bool) -> tuple[Path, ...]:
    """Write a panel; see :meth:`pathway.analysis.panel.Panel.save`."""
    place = Path(folder)
    with together(place) as work:
        for path in panel.comparison.save(work / "comparison", figures=False):
            path.replace(work / path.name)
        shutil.rmtree(work / "comparison")
        write_csv(panel.table, work / "panel.csv")
        write_json(_score_units(panel), work / "panel.units.json")
        write_csv(panel.lines.reset_index(), work / "lines.csv")
        write_json(_line_units(panel), work / "lines.units.json")
        write_csv(panel.features, work / "features.csv")
        write_json(_feature_units(panel), work / "features.units.json")
        if figures:
            from pathway.plot import save_figure

            save_figure(panel.plot(), work, "panel")
        names = sorted(path.name for path in work.iterdir())
    return tuple(place / name for name in names)


def _score(panel: Panel) -> str:
    result = panel.comparison
    return f"mean suppression of {' and '.join(result.rank_by)} at {result.rank_at}"


def _score_units(panel: Panel) -> dict[str, object]:
    return {
        "score": {
            "unit": "1",
            "meaning": f"{_score(panel)}, against the same line without drugs: 1 full, 0 none, "
            "negative: activation; empty: a run failed",
        },
        "regimen": panel.comparison.regimen.id,
        "lines_in_drawn_order": [str(panel.lines.index[i]) for i in panel.line_tree.order],
        "failed": panel.failures,
    }


def _line_units(panel: Panel) -> dict[str, object]:
    units = {
        "log10 total": ("log10(molecules/cell)", "total in the untreated cell, its lesions done"),
        "log10 ratio": ("log10(1)", "ratio of two totals"),
        "lesion": ("1", "1: the line has it"),
        "mark": ("1", "1: the line's genotype says so; empty: not known"),
    }
    found: dict[str, object] = {}
    for name, kind in panel.lines.attrs["kinds"].items():
        unit, meaning = units[kind]
        found[name] = {"unit": unit, "meaning": meaning}
        if name in panel.measured:
            assumed = [str(line) for line in panel.lines.index[~panel.measured[name].to_numpy()]]
            found[name] = {"unit": unit, "meaning": meaning, "assumed_in": assumed}
    return found


def _feature_units(panel: Panel) -> dict[str, object]:
    return {
        "rho": {
            "unit": "1",
            "meaning": f"Spearman correlation over lines of the feature with the score: {_score(panel)}",
        },
        "low, high": {
            "unit": "1",
            "meaning": "ends of the 95 % percentile bootstrap interval, lines resampled; of one "
            "correlation each, not corrected for how many there are",
        },
        "n": {"unit": "lines", "meaning": "lines with a score and this feature"},
        "carriers": {"unit": "lines", "meaning": "lines with a 1, of lesions and marks"},
        "spread": {"unit": "1", "meaning": "largest less least score over these lines"},
        "resamples": {"unit": "1", "meaning": "resamples in which feature and score both vary"},
        "feature": {"unit": "see lines.units.json", "meaning": "as a column of lines.csv"},
        "seed": panel.seed,
    }
