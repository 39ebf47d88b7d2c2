"""Runs as one labelled dataset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pathway.declare.entities import Readout
    from pathway.result.run import Run
    from pathway.scenario import Resolved

__all__ = ["NOTHING", "Outcome", "build_dataset", "readouts_of"]

NOTHING = 1e-9
"""An untreated readout below this (nM or 1, the absolute tolerance) has no fold and no suppression."""

CERTIFICATE = (
    ("equilibrium_residual", "1/min", "largest fractional rate of change of the untreated rest"),
    ("equilibrium_drift", "1", "largest relative change of a conserved total on the way to rest"),
    ("equilibrium_lowest", "nM", "lowest amount in the untreated rest"),
    ("equilibrium_slowest", "1/min", "slowest eigenvalue of the untreated rest; stable below 0"),
    ("lowest", "nM", "lowest amount at any step: how far rounding went below zero"),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """A run, or None and why there is none."""

    run: Run | None
    status: str


def build_dataset(
    resolved: Sequence[Resolved],
    outcomes: Sequence[Outcome],
    times: NDArray[np.float64],
    *,
    labels: Sequence[str],
    record: Mapping[str, str | int | float],
) -> xr.Dataset:
    """Return the dataset that :func:`pathway.result.simulate.simulate` describes.

    A readout that a scenario's modules do not declare is a sum over no species there, so zero.
    """
    readouts = {readout.id: readout for readout in readouts_of(resolved)}
    shape = (len(readouts), len(outcomes), times.size)
    values, fold = np.full(shape, np.nan), np.full(shape, np.nan)
    undefined = np.zeros(len(readouts), dtype=np.int64)
    for row, (meaning, outcome) in enumerate(zip(resolved, outcomes, strict=True)):
        if outcome.run is None:
            continue
        inside = np.flatnonzero(times <= meaning.duration)
        places = {name: place for place, name in enumerate(outcome.run.readouts)}
        for number, name in enumerate(readouts):
            place = places.get(name)
            values[number, row, inside] = 0.0 if place is None else outcome.run.levels[place]
            baseline = 0.0 if place is None else float(outcome.run.baseline[place])
            if baseline > NOTHING:
                fold[number, row] = values[number, row] / baseline
            else:
                undefined[number] += 1
    return xr.Dataset(
        {
            **_variables(readouts, values, fold, undefined),
            "status": ("scenario", np.array([o.status for o in outcomes], dtype=object)),
            **_per_run(outcomes),
        },
        coords={
            "scenario": np.array(labels, dtype=object),
            "time": ("time", times, {"units": "min", "long_name": "time since treatment"}),
            "context": ("scenario", np.array([r.context for r in resolved], dtype=object)),
        },
        attrs={**record, "readouts": " ".join(readouts)},
    )


def readouts_of(resolved: Sequence[Resolved]) -> tuple[Readout, ...]:
    """Return every readout that any of the scenarios declares, in declared order.

    Modules that only add terms to another's readout leave its unit empty.
    """
    found: dict[str, Readout] = {}
    for meaning in resolved:
        for module in meaning.modules:
            for readout in module.readouts:
                if readout.id not in found or not found[readout.id].unit:
                    found[readout.id] = readout
    return tuple(found.values())


def _variables(
    readouts: Mapping[str, Readout],
    values: NDArray[np.float64],
    fold: NDArray[np.float64],
    undefined: NDArray[np.int64],
) -> dict[str, tuple[tuple[str, str], NDArray[np.float64], dict[str, str | int]]]:
    dims = ("scenario", "time")
    variables = {}
    for number, (name, readout) in enumerate(readouts.items()):
        attrs: dict[str, str | int] = {
            "units": readout.unit,
            "long_name": readout.description or name,
        }
        variables[name] = (dims, values[number], attrs)
        over: dict[str, str | int] = {
            "units": "1",
            "long_name": f"{name}, fold over untreated",
            "undefined": int(undefined[number]),
        }
        variables[f"{name}_fold"] = (dims, fold[number], over)
    return variables


def _per_run(
    outcomes: Sequence[Outcome],
) -> dict[str, tuple[str, NDArray[np.float64] | NDArray[np.object_], dict[str, str]]]:
    hashes = [o.run.parameters_hash if o.run else "" for o in outcomes]
    table = np.full((len(CERTIFICATE), len(outcomes)), np.nan)
    for row, outcome in enumerate(outcomes):
        if outcome.run is not None:
            found = outcome.run.certificate
            table[:, row] = (
                found.residual,
                found.drift,
                found.lowest,
                found.slowest,
                outcome.run.lowest,
            )
    per_run: dict[str, tuple[str, NDArray[np.float64] | NDArray[np.object_], dict[str, str]]] = {
        "parameters_hash": ("scenario", np.array(hashes, dtype=object), {}),
        "solver": (
            "scenario",
            np.array([o.run.solver if o.run else "" for o in outcomes], dtype=object),
            {"long_name": "integrator; of scipy where the default failed"},
        ),
    }
    for row, (name, unit, words) in enumerate(CERTIFICATE):
        per_run[name] = ("scenario", table[row], {"units": unit, "long_name": words})
    return per_run
