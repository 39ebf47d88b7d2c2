"""An ensemble as a labelled dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from pathway.population.histogram import ACCURACY
from pathway.result.cells import OK_BY_SCIPY, STATUSES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pathway.population.gather import Gathered
    from pathway.population.job import Job

    Values = NDArray[np.float64]
    Variables = dict[str, tuple[tuple[str, ...], NDArray[Any], dict[str, Any]]]

__all__ = ["build_ensemble"]

KINDS = {"_fold": "fold over untreated", "_suppression": "suppression by the scenario's drugs"}


def build_ensemble(
    job: Job,
    found: Gathered,
    shares: Values | None,
    *,
    labels: Sequence[str],
    units: Mapping[str, tuple[str, str]],
    time_unit: str,
    record: Mapping[str, str | int | float],
) -> xr.Dataset:
    """Return the dataset that :func:`pathway.ensemble` describes.

    Parameters
    ----------
    job : Job
    found : Gathered
    shares : ndarray or None
        Quantiles; None: the values of all draws.
    labels : sequence of str
        Of the scenarios.
    units : mapping of str to (str, str)
        Unit and description of each readout.
    time_unit : str
    record : mapping
        The run record.
    """
    names = job.layout.variables
    about = {name: _about(name, job.layout.readouts, units) for name in names}
    missing = _missing(job, found)
    variables: Variables = {}
    for place, name in enumerate(names):
        attrs = {**about[name], "undefined": int(missing[place])}
        if shares is None:
            values = found.values[:, place].transpose(0, 2, 1)
            variables[name] = (("scenario", "draw", "time"), values, attrs)
            continue
        values = found.quantiles[:, :, place].transpose(1, 0, 2)
        variables[name] = (("scenario", "quantile", "time"), values, attrs)
        for kind, those in (("mean", found.mean), ("sd", found.deviation)):
            words = {**attrs, "long_name": f"{about[name]['long_name']}, {kind} of cells"}
            variables[f"{name}_{kind}"] = (("scenario", "time"), those[:, place], words)
    variables |= _shares(job, found, about)
    variables["cells"] = (
        ("scenario", "outcome"),
        found.outcomes,
        {"units": "1", "long_name": "cells by what became of them"},
    )
    coordinates: dict[str, Any] = {
        "scenario": np.array(labels, dtype=object),
        "time": ("time", job.times, {"units": time_unit, "long_name": "time"}),
        "outcome": np.array(STATUSES, dtype=object),
    }
    if shares is None:
        coordinates["draw"] = np.arange(job.draws)
        named = np.array(STATUSES, dtype=object)[found.status]
        variables["status"] = (("scenario", "draw"), named, {"long_name": "status of each cell"})
    else:
        coordinates["quantile"] = shares
    return xr.Dataset(
        variables, coords=coordinates, attrs={**record, **_counts(job, found, shares)}
    )


def _about(
    name: str, readouts: Sequence[str], units: Mapping[str, tuple[str, str]]
) -> dict[str, Any]:
    if name in readouts:
        unit, words = units[name]
        return {"units": unit, "long_name": words or name}
    for kind, words in KINDS.items():
        if name.endswith(kind):
            return {"units": "1", "long_name": f"{name.removesuffix(kind)}, {words}"}
    return {"units": "1", "long_name": name}


def _missing(job: Job, found: Gathered) -> Values:
    """Return of each variable the most cells that ran and have no value, over scenarios and times."""
    ran = found.outcomes[:, : OK_BY_SCIPY + 1].sum(axis=1)
    lacking = np.where(job.within[:, None, :], ran[:, None, None] - found.number, 0)
    most: Values = lacking.max(axis=(0, 2), initial=0)
    return most


def _shares(job: Job, found: Gathered, about: Mapping[str, dict[str, Any]]) -> Variables:
    names = job.layout.variables
    variables: Variables = {}
    for row, (place, level) in enumerate(job.thresholds):
        cells = found.number[:, place].astype(np.float64)
        cells[cells == 0.0] = np.nan
        for kind, those in (("below", found.below), ("above", found.above)):
            attrs = {
                "units": "1",
                "long_name": f"share of cells with {names[place]} {kind} {level:g}",
                "threshold": level,
                "threshold_units": about[names[place]]["units"],
            }
            share = those[:, row] / cells
            variables[f"{names[place]}_{kind}"] = (("scenario", "time"), share, attrs)
    return variables


def _counts(job: Job, found: Gathered, shares: Values | None) -> dict[str, str | int | float]:
    whole = found.outcomes.sum(axis=0)
    attrs: dict[str, str | int | float] = {
        "readouts": " ".join(job.layout.readouts),
        "draws": job.draws,
        "seed": job.seed,
        "chunk": job.chunk,
        "noise": job.noise,
        **{f"cells_{s.replace(' ', '_')}": int(n) for s, n in zip(STATUSES, whole, strict=True)},
        "cells_failed": int(whole[OK_BY_SCIPY + 1 :].sum()),
    }
    if shares is not None:
        attrs["quantiles_within"] = 0.0 if job.whole else ACCURACY
    if found.failure is not None:
        draw, scenario, why = found.failure
        attrs["first_failure"] = f"draw {draw}, scenario {scenario + 1}: {why}"
    return attrs
