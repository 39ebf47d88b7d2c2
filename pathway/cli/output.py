"""What a command prints: a table as text, JSON or CSV.

Results go to standard output, everything else (progress, notes, errors) to standard error, so that
``pathway simulate --json | jq`` reads nothing but the result.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pathway.errors import PathwayError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Form", "Rows", "form_of", "frame_rows", "note", "print_json", "print_rows"]

WIDE = 160  # columns of a text table whose reader is a file or another program


class Form(Enum):
    """How a table is printed."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A table to print: every row has every column, in the order of ``columns``."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[Mapping[str, object]]
    units: Mapping[str, str] = field(default_factory=dict)
    """Unit of each column that has one."""
    caption: str = ""


def form_of(*, as_json: bool, as_csv: bool) -> Form:
    """Return the form two switches ask for.

    Raises
    ------
    PathwayError
        If both are given.
    """
    if as_json and as_csv:
        raise PathwayError("--json --csv", "two forms of one table", "give one of them")
    return Form.JSON if as_json else Form.CSV if as_csv else Form.TEXT


def print_rows(table: Rows, form: Form = Form.TEXT) -> None:
    """Print one table to standard output."""
    if form is Form.JSON:
        print_json({"title": table.title, "units": dict(table.units), "rows": table.rows})
    elif form is Form.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(table.columns)
        for row in table.rows:
            writer.writerow([_plain(row.get(column)) for column in table.columns])
    else:
        _print_text(table)


def print_json(value: object) -> None:
    """Print a value as JSON; what is not a number (NaN, infinity) becomes null."""
    json.dump(_json_ready(value), sys.stdout, indent=2, allow_nan=False, ensure_ascii=False)
    sys.stdout.write("\n")


def frame_rows(frame: pd.DataFrame) -> list[dict[str, object]]:
    """Return the rows of a data frame, what is missing as None."""
    kept = frame.astype(object).where(frame.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in kept.to_dict("records")]


def note(text: str) -> None:
    """Print a remark to standard error, out of the way of results."""
    Console(stderr=True, highlight=False).print(escape(text), style="dim", soft_wrap=True)


def _print_text(table: Rows) -> None:
    shown = Table()
    for column in table.columns:
        unit = table.units.get(column, "")
        values = [_native(row.get(column)) for row in table.rows]
        numeric = all(isinstance(value, float | int | None) for value in values)
        shown.add_column(
            escape(f"{column}\n[{unit}]" if unit else column),
            justify="right" if numeric else "left",
            overflow="fold",
        )
    for row in table.rows:
        shown.add_row(*(escape(_readable(row.get(column))) for column in table.columns))
    console = _stdout()
    console.print(escape(table.title), style="bold")
    console.print(shown)
    if table.caption:
        console.print(escape(table.caption), style="italic")
    console.print()


def _stdout() -> Console:
    return Console(width=None if sys.stdout.isatty() else WIDE, highlight=False)


def _readable(value: object) -> str:
    value = _native(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return _short(value)
    return _plain(value)


def _short(value: float) -> str:
    """Return three digits, with an exponent only where there would be many zeros."""
    if not math.isfinite(value):
        return "–"
    rounded = f"{value:.3g}"
    return f"{float(rounded):g}" if 1e-3 <= abs(value) < 1e6 else rounded


def _plain(value: object) -> str:
    value = _native(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else ""
    if isinstance(value, tuple | list):
        return ", ".join(_plain(part) for part in value)
    return str(value)


def _json_ready(value: object) -> object:
    value = _native(value)
    if isinstance(value, Mapping):
        return {str(key): _json_ready(part) for key, part in value.items()}
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str) or value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Sequence):
        return [_json_ready(part) for part in value]
    return str(value)


def _native(value: object) -> object:
    """Return a numpy scalar as the Python number it stands for, anything else as it is."""
    if isinstance(value, str | Mapping | Sequence) or value is None:
        return value
    if isinstance(value, Enum):
        return value.value
    item = getattr(value, "item", None)
    return item() if callable(item) and getattr(value, "ndim", None) == 0 else value
