"""Cells of the HER2 model under treatment: every readout over untreated, and amounts of proteins."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

import pathway as pw

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pathway.model import Model

    Folds = dict[str, NDArray[np.float64]]

__all__ = ["folds", "protein"]


def folds(model: Model, scenarios: Sequence[pw.Scenario], *times: str) -> list[Folds]:
    """Return for each scenario the fold of every readout over untreated, at each time."""
    data = pw.simulate(model, scenarios, times)
    assert (data["status"] == "ok").all()
    names = [str(name) for name in data.data_vars if str(name).endswith("_fold")]
    return [
        {name.removesuffix("_fold"): data[name].to_numpy()[place] for name in names}
        for place in range(len(scenarios))
    ]


def protein(model: Model, scenario: pw.Scenario, marks: str) -> NDArray[np.float64]:
    """Return the nM of the species whose text has ``marks``, at the start and the end."""
    network, resolved = model.network(scenario), model.resolve(scenario)
    end = resolved.steps[-1].stop
    amounts = network.run(resolved.steps, np.array([0.0, end])).y
    chosen = [place for place, name in enumerate(network.species) if re.search(marks, name)]
    assert chosen
    total: NDArray[np.float64] = amounts[:, chosen].sum(axis=1)
    return total
