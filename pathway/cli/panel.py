"""A comparison over many lines: when ``compare`` makes one, and what is printed of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.cli.output import Form, Rows, frame_rows, note, print_json, print_rows

if TYPE_CHECKING:
    import pandas as pd

    from pathway.analysis.panel import Panel
    from pathway.model import Model

__all__ = ["panel_name", "report_panel"]

STRONGEST = 3
"""Features printed for each strategy and ligand; the file has all."""

FEWEST = 3
"""Lines that must have a lesion, and that must lack it, for it to be printed."""


def panel_name(model: Model, regimen: str | None, contexts: list[str] | None) -> str | None:
    """Return the regimen to make a panel of, None where an ordinary comparison is asked for.

    It is one of kind ``panel``, or any with every context.
    """
    from pathway.analysis.compare import DEFAULT_REGIMEN
    from pathway.analysis.panel import DEFAULT_PANEL
    from pathway.analysis.strategies import EVERY, find_regimens

    if regimen is None and contexts != [EVERY]:
        return None
    known = find_regimens(model.declared)
    name = regimen or (DEFAULT_PANEL if DEFAULT_PANEL in known else DEFAULT_REGIMEN)
    panel = contexts == [EVERY] or (name in known and known[name].kind == "panel")
    return name if panel else None


def report_panel(result: Panel, form: Form) -> None:
    """Print the ranking, and in text what goes most with each strategy's suppression."""
    comparison = result.comparison
    ranked = frame_rows(comparison.ranking)
    if form is Form.JSON:
        print_json(
            {
                "ranking": ranked,
                "panel": frame_rows(result.table),
                "lines": frame_rows(result.lines.reset_index()),
                "features": frame_rows(result.features),
                "notes": comparison.notes,
            }
        )
        return
    if form is Form.CSV:
        columns = tuple(str(name) for name in result.table.columns)
        print_rows(Rows(title="panel", columns=columns, rows=frame_rows(result.table)), form)
        return
    score = f"mean suppression of {' and '.join(comparison.rank_by)} at {comparison.rank_at}"
    print_rows(
        Rows(
            title=comparison.regimen.title,
            columns=("rank", "label", "score"),
            rows=ranked,
            caption=f"score: {score}, mean over {len(result.lines)} lines, "
            f"{' and '.join(arm.label for arm in comparison.plan.ligands)} "
            "(1 full, 0 none, negative: activation)",
        )
    )
    names = ("strategy", "ligand", "feature", "n", "carriers", "spread", "rho", "low", "high")
    print_rows(
        Rows(
            title="What goes with suppression over lines, the strongest of each",
            columns=names,
            rows=frame_rows(strongest(result)),
            caption="spread: largest less least score; rho: Spearman; low, high: 95 % bootstrap over "
            "lines, of one correlation each",
        )
    )
    for line in comparison.notes:
        note(line)


def strongest(result: Panel) -> pd.DataFrame:
    """Return the features with the largest rho, either sign, of each strategy and ligand."""
    known = result.features.dropna(subset=["rho"])
    # What one line has, or lacks, says little about having it.
    carriers = known["carriers"].fillna(FEWEST)
    others = (known["n"] - known["carriers"]).fillna(FEWEST)
    known = known[(carriers >= FEWEST) & (others >= FEWEST)]
    order = known["rho"].abs().sort_values(ascending=False, kind="stable").index
    best = known.loc[order].groupby(["strategy", "ligand"], sort=False).head(STRONGEST)
    return best.sort_index(kind="stable")
