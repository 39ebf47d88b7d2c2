"""Features of cells: what a panel draws beside its lines and asks to predict suppression.

A regimen of kind ``panel`` names them; without names they are every total that the cell lines give
and every lesion that one of them has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pathway.errors import nearest
from pathway.plot.marks import UNKNOWN
from pathway.scenario import Scenario, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pathway.analysis.compare_choice import Cell
    from pathway.declare.declared import Declared
    from pathway.library.read import Table
    from pathway.scenario import Resolved

__all__ = ["Features", "Mark", "feature_table", "mark_table", "measured_table", "read_features"]

NANOMOLAR_PICOLITRE = 602.214076
"""Molecules in a picolitre at one nM: N_A 1e-9 1e-12."""

LEAST = 1.0
"""A total below one molecule counts as one: there are logarithms of nothing otherwise."""

TOTAL, RATIO, LESION, MARK = "log10 total", "log10 ratio", "lesion", "mark"
"""Kinds of features."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A bar beside the lines: which of some lesions a line has, or what its genotype says.

    ``genotype`` is how a clause of a context's genotype (clauses are separated by semicolons)
    begins where the mark holds, ``genotype_label`` what is drawn where it does but the line has
    none of the lesions, and ``unknown`` how a clause begins where nobody knows.
    """

    id: str
    label: str
    lesions: tuple[str, ...] = ()
    genotype: str = ""
    genotype_label: str = "yes"
    unknown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What a panel asks about its lines.

    ``totals`` are molecules, ``ratios`` pairs of them, ``levels`` the totals drawn as bars.
    """

    totals: tuple[str, ...]
    ratios: tuple[tuple[str, str], ...] = ()
    levels: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()

    @staticmethod
    def of(declared: Declared, contexts: Iterable[str]) -> Features:
        """Return the features of contexts of which nobody named any."""
        given = {total.id for name in contexts for total in declared.contexts[name].totals}
        totals = tuple(name for name in _known_totals(declared) if f"{name}.total" in given)
        return Features(totals=totals, levels=totals[:2])


def read_features(table: Table, declared: Declared) -> Features:
    """Read ``[features]`` and the ``[mark.NAME]`` of a regimen file.

    Raises
    ------
    DeclarationError
        An unknown total or lesion, a ratio that is not two totals, a mark of nothing.
    """
    own = table.table("features")
    known = _known_totals(declared)
    totals = own.texts("totals")
    ratios = tuple(_ratio(own, text) for text in own.texts("ratios", ()))
    levels = own.texts("levels", ())
    for name in (*totals, *levels, *(part for pair in ratios for part in pair)):
        if name not in known:
            raise own.error(f"unknown total {name!r}", nearest(name, known))
    marks = tuple(_mark(name, part, declared) for name, part in table.tables("mark"))
    return Features(totals=totals, ratios=ratios, levels=levels, marks=marks)


def _ratio(table: Table, text: str) -> tuple[str, str]:
    over, colon, under = (part.strip() for part in text.partition(":"))
    if not (over and colon and under):
        raise table.error(f"{text!r} is no ratio", 'write "HER2:HER3"')
    return over, under


def _mark(name: str, table: Table, declared: Declared) -> Mark:
    mark = Mark(
        id=name,
        label=table.text("label"),
        lesions=table.texts("lesions", ()),
        genotype=table.text("genotype", ""),
        genotype_label=table.text("genotype_label", "yes"),
        unknown=table.text("unknown", ""),
    )
    for lesion in mark.lesions:
        if lesion not in declared.lesions:
            raise table.error(f"unknown lesion {lesion!r}", nearest(lesion, declared.lesions))
    if not mark.lesions and not mark.genotype:
        raise table.error("a mark of nothing", "give lesions, or how the genotype's clause begins")
    return mark


def _known_totals(declared: Declared) -> tuple[str, ...]:
    """Return every molecule of the model with a total in molecules per cell, in declared order."""
    return tuple(
        item.id for item in declared.base.molecules if item.total is not None and item.unit == "nM"
    )


def feature_table(declared: Declared, cells: Sequence[Cell], features: Features) -> pd.DataFrame:
    """Return the features of cells.

    Totals are those of the untreated cell, its lesions done: log10 of molecules per cell. A total
    below one molecule counts as one.

    Returns
    -------
    DataFrame
        Index ``line`` (cell labels), one column of numbers per feature; ``attrs["kinds"]`` is the
        kind of each. Lesions and marks are 0 or 1 (NaN: not known), and those without a carrier are
        left out.
    """
    resolved = [_resolved(declared, cell) for cell in cells]
    columns: dict[str, list[float]] = {}
    kinds: dict[str, str] = {}
    for name in features.totals:
        columns[name] = [_log_total(declared, name, one) for one in resolved]
        kinds[name] = TOTAL
    for over, under in features.ratios:
        columns[f"{over}:{under}"] = [
            _log_total(declared, over, one) - _log_total(declared, under, one) for one in resolved
        ]
        kinds[f"{over}:{under}"] = RATIO
    for name in declared.lesions:
        columns[name] = [float(name in one.lesions) for one in resolved]
        kinds[name] = LESION
    for mark in features.marks:
        if mark.genotype:
            found = [_marked(declared, mark, one) for one in resolved]
            columns[mark.id] = [np.nan if text == UNKNOWN else float(bool(text)) for text in found]
            kinds[mark.id] = MARK
    kept = [name for name in columns if kinds[name] in (TOTAL, RATIO) or 1.0 in columns[name]]
    index = pd.Index([cell.label for cell in cells], name="line")
    table = pd.DataFrame({name: columns[name] for name in kept}, index=index)
    table.attrs["kinds"] = {name: kinds[name] for name in kept}
    return table


def mark_table(declared: Declared, cells: Sequence[Cell], features: Features) -> pd.DataFrame:
    """Return which lesion each cell has of each mark; empty text for none.

    Columns are the marks' labels, rows the cells'. :data:`pathway.plot.marks.UNKNOWN` where the
    genotype says that nobody knows.
    """
    resolved = [_resolved(declared, cell) for cell in cells]
    index = pd.Index([cell.label for cell in cells], name="line")
    return pd.DataFrame(
        {mark.label: [_marked(declared, mark, one) for one in resolved] for mark in features.marks},
        index=index,
        dtype=object,
    )


def measured_table(declared: Declared, cells: Sequence[Cell], features: Features) -> pd.DataFrame:
    """Return, cells by totals, whether the cell's own file gives the total as more than assumed."""
    found = {
        cell.label: {
            total.id.removesuffix(".total"): total.evidence.value != "assumed"
            for total in declared.contexts[cell.context].totals
        }
        for cell in cells
    }
    rows = [[known.get(name, False) for name in features.totals] for known in found.values()]
    index = pd.Index(list(found), name="line")
    return pd.DataFrame(rows, index=index, columns=list(features.totals), dtype=bool)


def _resolved(declared: Declared, cell: Cell) -> Resolved:
    return resolve(
        declared, Scenario(context=cell.context, lesions=dict.fromkeys(cell.lesions, True))
    )


def _log_total(declared: Declared, name: str, resolved: Resolved) -> float:
    molecules = resolved.parameters[f"{name}.total"] * declared.cell_volume.value
    return float(np.log10(max(molecules * NANOMOLAR_PICOLITRE, LEAST)))


def _marked(declared: Declared, mark: Mark, resolved: Resolved) -> str:
    """Return the lesions of a mark that a cell has, else what its genotype says of it."""
    found = [name for name in mark.lesions if name in resolved.lesions]
    if found or not resolved.context:
        return " + ".join(found)
    clauses = [part.strip() for part in declared.contexts[resolved.context].genotype.split(";")]
    if mark.genotype and any(clause.startswith(mark.genotype) for clause in clauses):
        return mark.genotype_label
    if mark.unknown and any(clause.startswith(mark.unknown) for clause in clauses):
        return UNKNOWN
    return ""
