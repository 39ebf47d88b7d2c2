"""Which parameters matter: how far a change by a given fold moves a suppression."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pathway.analysis.sensitivity_cells import Probe
from pathway.analysis.sensitivity_rows import Change
from pathway.analysis.sensitivity_shares import SHARE
from pathway.errors import ScenarioError, nearest
from pathway.result.settings import solver_settings
from pathway.scenario import Scenario
from pathway.scenario.overrides import declared_parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from pathway.declare.declared import Declared
    from pathway.declare.parameters import Parameter
    from pathway.model import Model

__all__ = ["parameter_sensitivity"]

RTOL, ATOL = 1e-5, 1e-8
"""Against 1e-6 and 1e-9, changes on the HER2 model differ by less than 1e-5."""
COLUMNS = (
    *("parameter", "factor", "scenario", "readout", "nominal", "changed", "change"),
    *("value", "unit", "evidence", "sources"),
)


def parameter_sensitivity(
    model: Model,
    scenarios: Scenario | Iterable[Scenario],
    readouts: Iterable[str],
    *,
    fold: float = 2.0,
    threshold: float = 0.1,
    at: str | float | None = None,
    parameters: Iterable[str] | None = None,
    rtol: float = RTOL,
    atol: float = ATOL,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Return the parameters whose change by ``fold`` moves a suppression by more than a threshold.

    One parameter at a time is multiplied, and divided, by ``fold``, in the treated scenario and in
    its untreated reference alike; scales that anchor the context are found anew. All changes of a
    network run side by side, and a run that a parameter has nothing to do with is not repeated.

    Parameters
    ----------
    model : Model
    scenarios : Scenario or iterable of Scenario
        With drugs.
    readouts : iterable of str
    fold : float
        Above 1.
    threshold : float
        Smallest absolute change of a suppression to report; 0 reports all.
    at : str or float, optional
        The time, a text with unit or minutes; the end of each scenario if None.
    parameters : iterable of str, optional
        Which ones; all that the scenarios' networks use if None.
    rtol, atol
        As in :func:`pathway.simulate`; looser by default.
    threads : int, optional
        By default as numba is set (``NUMBA_NUM_THREADS``); no number depends on it.
    progress : callable, optional
        Called with how many runs are done and how many there are.

    Returns
    -------
    pandas.DataFrame
        One row per parameter, largest change first: columns parameter, factor (``fold`` or its
        inverse), scenario, readout, nominal and changed (suppressions), change, and the
        parameter's value, unit, evidence and sources as declared. A run that fails leaves its
        suppression out; ``attrs["failed"]`` counts the changes with one, ``attrs["runs"]`` all runs.

    Raises
    ------
    ScenarioError
        A fold that is not above 1, no scenario or one without drugs, an unknown parameter or
        readout.
    SolveError
        A failed run with nominal parameters.
    """
    asked = [scenarios] if isinstance(scenarios, Scenario) else list(scenarios)
    if not 1.0 < fold < float("inf"):
        raise ScenarioError("sensitivity", f"a fold of {fold:g}", "give one above 1, e.g. 2")
    if not asked:
        raise ScenarioError("sensitivity", "no scenario is given", "give at least one")
    for scenario in asked:
        if scenario == scenario.without_drugs():
            where = f"scenario {scenario.name!r}"
            raise ScenarioError(where, "it has no drugs", "suppression needs a drug")
    probe = Probe(model, asked, readouts, at, solver_settings(rtol, atol), threads)
    names = _candidates(model.declared, probe, parameters)
    changes = [
        Change(name, factor) for name in names for factor in _factors(model.declared, name, fold)
    ]
    found = probe.suppressions(changes, progress)
    values, known = found.suppression, declared_parameters(model.declared)
    rows = [
        {
            "parameter": changes[place].name,
            "factor": changes[place].factor,
            "scenario": asked[row].name,
            "readout": probe.readouts[column],
            "nominal": float(values[0, row, column]),
            "changed": float(values[1 + place, row, column]),
            "change": float(values[1 + place, row, column] - values[0, row, column]),
            **_declared(known[changes[place].name]),
        }
        for place, row, column in _largest(changes, values[1:] - values[0], threshold)
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table.attrs.update(
        fold=fold,
        threshold=threshold,
        parameters=len(names),
        failed=int(found.failed.sum()),
        runs=found.runs,
    )
    return table


def _candidates(declared: Declared, probe: Probe, parameters: Iterable[str] | None) -> list[str]:
    """Return parameters that the networks use and that are not zero, in declared order."""
    known = declared_parameters(declared)
    if parameters is None:
        used = probe.used()
        return [name for name in known if name in used]
    names = [parameters] if isinstance(parameters, str) else list(dict.fromkeys(parameters))
    for name in names:
        if name not in known:
            raise ScenarioError("sensitivity", f"unknown parameter {name!r}", nearest(name, known))
    return names


def _factors(declared: Declared, name: str, fold: float) -> tuple[float, ...]:
    """Return the factors to try, up first; a share is not raised past 1."""
    if not name.endswith(SHARE):
        return (fold, 1.0 / fold)
    value = declared_parameters(declared)[name].value
    if value == 0.0:
        return ()
    return (1.0 / fold,) if value >= 1.0 else (min(fold, 1.0 / value), 1.0 / fold)


def _largest(
    changes: Sequence[Change], moved: NDArray[np.float64], threshold: float
) -> list[tuple[int, int, int]]:
    """Return where each parameter moves a suppression most, largest first.

    Parameters
    ----------
    changes : sequence of Change
    moved : ndarray, shape (changes, scenarios, readouts)
    threshold : float
        What moves none by this is left out.

    Returns
    -------
    list of (change, scenario, readout)
        Of equals the first.
    """
    if not moved.size:
        return []
    sizes = np.where(np.isnan(moved), -1.0, np.abs(moved)).reshape(len(changes), -1)
    best: dict[str, tuple[float, int, int]] = {}
    for place, change in enumerate(changes):
        where = int(sizes[place].argmax())
        size = float(sizes[place, where])
        if size >= max(threshold, 0.0) and size > best.get(change.name, (-1.0,))[0]:
            best[change.name] = size, place, where
    ranked = sorted(best.values(), key=lambda one: -one[0])
    return [(place, *divmod(where, moved.shape[2])) for _, place, where in ranked]


def _declared(parameter: Parameter) -> dict[str, object]:
    return {
        "value": parameter.declared_value,
        "unit": parameter.declared_unit,
        "evidence": str(parameter.evidence),
        "sources": " ".join(parameter.sources),
    }
