"""Scenarios and what was measured in them as a PEtab problem, version 1."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from pathway.errors import PathwayError
from pathway.exchange.measured import fitted_numbers, simulated
from pathway.exchange.names import Names
from pathway.exchange.sbml import Document
from pathway.exchange.shared import share_network
from pathway.exchange.whole import legible, write_whole
from pathway.result.settings import solver_settings

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping, Sequence

    from pathway.exchange.measured import Datum
    from pathway.exchange.shared import Shared, Sharer
    from pathway.model import Model
    from pathway.scenario import Scenario

__all__ = ["SUFFIXES", "write_petab"]

SUFFIXES = (".yaml", ".yml")
RTOL, ATOL = 1e-8, 1e-11
"""Of the simulations that scales follow from."""
BOUNDS = 4.0
"""Geometric standard deviations to either side of a declared number."""
WIDE = 1e3
"""Factor to either side of a scale or spread, about which nothing is declared."""

YAML = """format_version: 1
parameter_file: {0}_parameters.tsv
problems:
- sbml_files:
  - {0}_model.xml
  condition_files:
  - {0}_conditions.tsv
  measurement_files:
  - {0}_measurements.tsv
  observable_files:
  - {0}_observables.tsv
"""

Table = list[dict[str, object]]


def write_petab(
    model: Model,
    data: Sequence[Datum],
    path: str | os.PathLike[str],
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Path, ...]:
    """Write measurements with the model that answers to them, as YAML and files beside it.

    The model is one network for all scenarios. A condition sets what differs between them: totals
    of a cell line, and doses. Each simulation is pre-equilibrated under the untreated cell's
    condition. Every number with a spread that no condition sets is to be estimated, with its
    declared value and spread as prior.

    Parameters
    ----------
    model : Model
    data : sequence of Datum
        At least one.
    path : str or path-like
        Ends in ``.yaml``; the names of the other files begin with its stem.
    progress : callable, optional
        Called with scenarios done and scenarios in all.

    Returns
    -------
    tuple of Path
        The files written, the YAML first.

    Raises
    ------
    PathwayError
        Another suffix, no data, a file that cannot be written, or what :func:`share_network`,
        :func:`simulated` and :func:`fitted_numbers` raise.
    """
    place = Path(path)
    where = f"file {str(place)!r}"
    if place.suffix.lower() not in SUFFIXES:
        raise PathwayError(where, f"unknown suffix {place.suffix!r}", "name it problem.yaml")
    if not data:
        raise PathwayError(where, "nothing is measured", "name findings that state a number")
    settings = solver_settings(RTOL, ATOL)
    scenarios = list(dict.fromkeys(datum.scenario for datum in data))
    shared = share_network(model, scenarios, settings)
    free = fitted_numbers(data, simulated(shared, data, settings, progress))
    document = Document(shared.case, shared.steps)
    conditions = _Conditions(shared, document)
    stem = place.stem
    model_text = document.text()
    ids = _Ids(data, document.names)
    texts = {
        f"{stem}_model.xml": model_text,
        f"{stem}_conditions.tsv": _table(conditions.rows),
        f"{stem}_observables.tsv": _table(_observables(ids)),
        f"{stem}_measurements.tsv": _table(_measurements(data, conditions, ids)),
        f"{stem}_parameters.tsv": _table(_parameters(shared, document, conditions, free, ids)),
        place.name: YAML.format(stem),
    }
    for name, text in texts.items():
        write_whole(place.parent / name, legible(text))
    return tuple(place.parent / name for name in reversed(texts))


class _Conditions:
    """The condition table: a row of each scenario and of each cell at rest."""

    def __init__(self, shared: Shared, document: Document) -> None:
        medium = document.medium
        names = Names([])
        everything = [sharer.values for sharer in shared.sharers]
        self.varied = [
            name
            for name in shared.case.network.tables.parameters
            if any(values[name] != everything[0][name] for values in everything)
        ]
        self.rows: Table = []
        self.rests: dict[Scenario, str] = {}
        self.runs: dict[Scenario, str] = {}
        known: dict[tuple[object, ...], str] = {}
        for sharer in shared.sharers:
            cell = {document.parameters[name]: sharer.values[name] for name in self.varied}
            if sharer.cell not in known:
                known[sharer.cell] = names.give(f"rest of {sharer.resolved.context or 'the cell'}")
                at_rest = medium.at_rest(sharer.resolved.background)
                self._add(known[sharer.cell], _rest_name(sharer), cell | at_rest)
            self.rests[sharer.scenario] = known[sharer.cell]
            self.runs[sharer.scenario] = names.give(sharer.scenario.name)
            treated = medium.treated(sharer.resolved)
            self._add(self.runs[sharer.scenario], sharer.scenario.name, cell | treated)

    def _add(self, identifier: str, name: str, values: Mapping[str, float]) -> None:
        self.rows.append({"conditionId": identifier, "conditionName": name, **values})


def _rest_name(sharer: Sharer) -> str:
    return f"untreated {sharer.resolved.context or 'cell'} at rest"


class _Ids:
    """Identifiers of observables, scales and spreads, apart from those of the model."""

    def __init__(self, data: Sequence[Datum], names: Names) -> None:
        readouts = dict.fromkeys(datum.readout for datum in data)
        self.observables = {name: names.give(f"measured_{name}") for name in readouts}
        noise = [datum.noise for datum in data if isinstance(datum.noise, str)]
        free = dict.fromkeys([*(datum.scale for datum in data if datum.scale), *noise])
        self.free = {name: names.give(name) for name in free}


def _observables(ids: _Ids) -> Table:
    return [
        {
            "observableId": identifier,
            "observableName": readout,
            "observableFormula": f"observableParameter1_{identifier} * {readout}",
            "observableTransformation": "log10",
            "noiseFormula": f"noiseParameter1_{identifier}",
            "noiseDistribution": "normal",
        }
        for readout, identifier in ids.observables.items()
    ]


def _measurements(data: Sequence[Datum], conditions: _Conditions, ids: _Ids) -> Table:
    return [
        {
            "observableId": ids.observables[datum.readout],
            "preequilibrationConditionId": conditions.rests[datum.scenario],
            "simulationConditionId": conditions.runs[datum.scenario],
            "measurement": datum.value,
            "time": datum.time,
            "observableParameters": ids.free[datum.scale] if datum.scale else 1.0,
            "noiseParameters": ids.free[datum.noise]
            if isinstance(datum.noise, str)
            else datum.noise,
            "datasetId": datum.dataset,
        }
        for datum in data
    ]


def _parameters(
    shared: Shared,
    document: Document,
    conditions: _Conditions,
    free: Mapping[str, float],
    ids: _Ids,
) -> Table:
    """Return what is to be estimated; numbers that anchors hold follow from others and are not."""
    case = shared.case
    solved = {anchor.scale for module in case.resolved.modules for anchor in module.anchors}
    rows: Table = []
    for name in case.network.tables.parameters:
        value, declared = case.network.parameters[name], case.declared[name]
        if name in conditions.varied or name in solved or declared.fold == 1.0 or value <= 0.0:
            continue
        reach = declared.fold**BOUNDS
        prior = f"{_text(math.log10(value))};{_text(math.log10(declared.fold))}"
        rows.append(_parameter(document.parameters[name], name, value, reach) | {PRIOR: prior})
        rows[-1][KIND] = "parameterScaleNormal"
    rows += [_parameter(ids.free[name], name, value, WIDE) for name, value in free.items()]
    return rows


KIND, PRIOR = "objectivePriorType", "objectivePriorParameters"


def _parameter(identifier: str, name: str, value: float, reach: float) -> dict[str, object]:
    return {
        "parameterId": identifier,
        "parameterName": name,
        "parameterScale": "log10",
        "lowerBound": value / reach,
        "upperBound": value * reach,
        "nominalValue": value,
        "estimate": 1,
        KIND: "",
        PRIOR: "",
    }


def _table(rows: Table) -> str:
    """Return rows as tab-separated text; all have the same columns."""
    lines = [list(rows[0]), *([_text(row[column]) for column in rows[0]] for row in rows)]
    return "".join("\t".join(line) + "\n" for line in lines)


def _text(cell: object) -> str:
    """Return a cell: all digits of a number, and a text in one line."""
    return repr(cell) if isinstance(cell, float) else " ".join(str(cell).split())
