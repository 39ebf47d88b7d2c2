"""Measured values of contexts, read from tables that lie outside the package."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import TYPE_CHECKING

from pathway.errors import EvidenceError, nearest
from pathway.findings.entities import Member
from pathway.findings.panels import SEPARATORS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pathway.findings.entities import Series

__all__ = ["at_floor", "data_folder", "members"]

MISSING = ("", "NA", "NaN", "nan")


def data_folder(place: str | Path) -> Path:
    """Return the folder of measurements.

    Raises
    ------
    EvidenceError
        If there is none.
    """
    folder = Path(place)
    if not folder.is_dir():
        raise EvidenceError(f"data = {str(place)!r}", "no such folder", "give where the tables are")
    return folder


def members(series: Series, folder: Path, contexts: Sequence[str]) -> tuple[Member, ...]:
    """Return what was measured in contexts, in their order; those not measured are left out.

    A row belongs to the context that ``series.names`` gives for its key, else to the one whose id
    has the key's letters and digits, whatever their case (``SK-BR-3`` is ``SKBR3``). Rows of other
    cells and rows without a value (empty, NA) are passed over. Values at or below the floor are
    the floor.

    Parameters
    ----------
    series : Series
        The declared column.
    folder : Path
        Where the tables are.
    contexts : sequence of str
        Ids of the contexts asked about.

    Raises
    ------
    EvidenceError
        A table that cannot be read or lacks a column, a value that is no number, a negative value
        of a column that is not logarithmic, or two rows of one context.
    """
    given = dict(series.names)
    by_letters = {_letters(context): context for context in contexts}
    found: dict[str, float] = {}
    for line, text in _rows(series, folder / series.file):
        context = given.get(line, by_letters.get(_letters(line), ""))
        if context not in contexts or text.strip() in MISSING:
            continue
        where = f"{folder / series.file}: {line}"
        if context in found:
            raise EvidenceError(where, f"a second row of {context}", "give every line one row")
        found[context] = _number(text, series, where)
    return tuple(Member(context=c, measured=found[c]) for c in contexts if c in found)


def at_floor(series: Series, found: Sequence[Member]) -> int:
    """Return how many members lie at the detection floor."""
    return sum(member.measured == series.floor for member in found)


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum()).lower()


def _number(text: str, series: Series, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise EvidenceError(where, f"{series.value} = {text!r} is no finite number", "correct it")
    if value < 0.0 and not series.log:
        raise EvidenceError(
            where,
            f"{series.value} = {text} is negative",
            f"say log = true in measured {series.name} if the column holds logarithms",
        )
    return value if series.floor is None else max(value, series.floor)


def _rows(series: Series, path: Path) -> list[tuple[str, str]]:
    """Return key and value, as text, of every row that has both."""
    where = str(path)
    if not path.is_file():
        raise EvidenceError(where, f"no such table (measured {series.name})", "check data and file")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EvidenceError(where, f"cannot be read: {error}", "save it as UTF-8") from error
    lines = list(csv.reader(text.splitlines(), delimiter=SEPARATORS[path.suffix]))
    head = [name.strip() for name in lines[0]] if lines else []
    for column in (series.key, series.value):
        if column not in head:
            raise EvidenceError(where, f"no column {column!r}", nearest(column, head))
    key, value = head.index(series.key), head.index(series.value)
    return [(row[key].strip(), row[value]) for row in lines[1:] if len(row) > max(key, value)]
