"""Parameter values that are given for each cell, as from a fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from pathway.population.job import Kind

__all__ = ["given_values"]


def given_values(table: pd.DataFrame, runs: Sequence[Kind]) -> NDArray[np.float64]:
    """Return a table's values, shape (rows, columns).

    Raises
    ------
    ScenarioError
        A table without rows or columns, an id that comes twice, what is no finite number, a
        negative number where the nominal one is not, or a protein for a cell that lacks it.
    """
    names = [str(name) for name in table.columns]
    if not names or not len(table):
        raise ScenarioError("parameters", "the table is empty", "give a row for each cell")
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ScenarioError("parameters", f"{twice[0]!r} is there twice", "keep one column")
    try:
        values = np.ascontiguousarray(table.to_numpy(dtype=np.float64))
    except (TypeError, ValueError) as error:
        raise ScenarioError("parameters", "not all are numbers", "give nM and minutes") from error
    for column, name in enumerate(names):
        bad = ~np.isfinite(values[:, column])
        if bad.any():
            row = int(np.argmax(bad))
            raise ScenarioError(
                f"parameter {name!r}", f"is {values[row, column]} in row {row}", "give a number"
            )
        _check(name, values[:, column], column, runs)
    return values


def _check(name: str, values: NDArray[np.float64], column: int, runs: Sequence[Kind]) -> None:
    for kind in runs:
        for place, own in kind.variation.given:
            if own != column:
                continue
            base = kind.variation.base[place]
            if (values < 0.0).any() and base >= 0.0:
                raise ScenarioError(f"parameter {name!r}", "is negative", "give values from 0 up")
            if name.endswith(".total") and base == 0.0 and values.any():
                raise ScenarioError(
                    f"parameter {name!r}",
                    f"the cell of scenario {kind.scenario.name!r} has none",
                    "give it by a lesion or a context",
                )
