"""The panels of contexts and the measured columns that a findings file declares."""

from __future__ import annotations

import math
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pathway.errors import EvidenceError
from pathway.findings.entities import Panel, Series

if TYPE_CHECKING:
    from pathway.findings.table import Table

__all__ = ["ALL", "SEPARATORS", "read_panel", "read_series"]

ALL = "all"
"""The word for every context the model has."""
SEPARATORS = {".tsv": "\t", ".csv": ","}
"""What separates the columns of a table of measurements, by the end of its name."""


def read_panel(name: str, body: Table) -> Panel:
    """Read one panel: ``contexts`` is ``"all"`` or a list of names.

    A context that the model lacks is no error: panels name more lines than a model may have.

    Raises
    ------
    EvidenceError
        At an unknown key, or contexts that are neither.
    """
    body.only("contexts")
    listed = body.take("contexts", (list, str))
    if listed == ALL:
        return Panel(name=name, contexts=None)
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise EvidenceError(
            body.where,
            f"contexts = {listed!r} names no contexts",
            f'write contexts = "{ALL}" or a list of names',
        )
    if not listed or len(set(listed)) < len(listed):
        raise EvidenceError(
            body.where, "contexts is empty or names one twice", "name every context once"
        )
    return Panel(name=name, contexts=tuple(listed))


def read_series(name: str, body: Table) -> Series:
    """Read the declaration of one measured column; the table itself is not opened.

    Raises
    ------
    EvidenceError
        At an unknown key, a wrong type, or a file that is no table below the folder of
        measurements.
    """
    body.only("file", "key", "value", "log", "floor", "names")
    file = body.take("file", str)
    path = PurePosixPath(file)
    if path.is_absolute() or ".." in path.parts or "\\" in file:
        raise EvidenceError(
            body.where,
            f"file = {file!r} is not below the folder of measurements",
            "give the path from that folder, with /",
        )
    if path.suffix not in SEPARATORS:
        raise EvidenceError(
            body.where, f"file = {file!r} is no table", f"known: {', '.join(SEPARATORS)}"
        )
    floor = body.take("floor", (int, float)) if "floor" in body else None
    if floor is not None and not math.isfinite(floor):
        raise EvidenceError(body.where, f"floor = {floor} is not finite", "state the lowest value")
    for line, context in body.items("names"):
        if not isinstance(context, str):
            raise EvidenceError(
                body.where, f"names: {line} = {context!r} is no context", "write it as a text"
            )
    return Series(
        name=name,
        file=file,
        key=body.take("key", str),
        value=body.take("value", str),
        log=body.take("log", bool, default=False),
        floor=None if floor is None else float(floor),
        names=body.items("names"),
        where=body.where,
    )
