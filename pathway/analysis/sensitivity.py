"""Which parameters matter: how far a change by a given fold moves a suppression."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pathway.analysis.suppression import chosen_readouts, stop_of, suppression_of
from pathway.errors import CompileError, ScenarioError, SolveError, nearest
from pathway.result.dataset import readouts_of
from pathway.result.run import Runner
from pathway.result.settings import solver_settings
from pathway.scenario import Scenario, resolve
from pathway.scenario.overrides import declared_parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from pathway.declare.entities import Declared
    from pathway.model import Model

__all__ = ["parameter_sensitivity"]

SCREEN = 0.25
"""Of the threshold: a parameter whose increase moves less is not decreased as well. On the HER2
model (two scenarios, three readouts, threshold 0.1) nothing that the full search lists is missed."""
RTOL, ATOL = 1e-5, 1e-8
"""Against 1e-6 and 1e-9, changes on the HER2 model differ by less than 1e-5."""
COLUMNS = ("parameter", "factor", "scenario", "readout", "nominal", "changed", "change")


def parameter_sensitivity(
    model: Model,
    scenarios: Scenario | Iterable[Scenario],
    readouts: Iterable[str],
    *,
    fold: float = 2.0,
    threshold: float = 0.1,
    at: str | float | None = None,
    parameters: Iterable[str] | None = None,
    screen: float = SCREEN,
    rtol: float = RTOL,
    atol: float = ATOL,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Return the parameters whose change by ``fold`` moves a suppression by more than a threshold.

    One parameter at a time is multiplied, then divided by ``fold``, in the treated scenario and in
    its untreated reference alike. To save runs, a parameter is only divided if multiplying it moved
    some suppression by at least ``screen`` times the threshold; ``screen=0`` divides every one.

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
    screen : float
        Share of the threshold, see above.
    rtol, atol, progress
        As in :func:`pathway.simulate`; looser by default.

    Returns
    -------
    pandas.DataFrame
        One row per parameter, largest change first: columns parameter, factor (``fold`` or its
        inverse), scenario, readout, nominal and changed (suppressions), change, and the
        parameter's value, unit, evidence and sources as declared. A run that fails leaves its
        suppression out; ``attrs["failed"]`` counts them.

    Raises
    ------
    ScenarioError
        A fold that is not above 1, an unknown parameter or readout, a scenario without drugs.
    SolveError
        A failed run with nominal parameters.
    """
    asked = [scenarios] if isinstance(scenarios, Scenario) else list(scenarios)
    if not 1.0 < fold < float("inf"):
        raise ScenarioError("sensitivity", f"a fold of {fold:g}", "give one above 1, e.g. 2")
    for scenario in asked:
        if scenario == scenario.without_drugs():
            where = f"scenario {scenario.name!r}"
            raise ScenarioError(where, "it has no drugs", "suppression needs a drug")
    probe = _Probe(model, asked, readouts, at, Runner(model, solver_settings(rtol, atol)))
    names = _candidates(model, asked, parameters)
    nominal = probe.suppressions({})
    rows: list[dict[str, object]] = []
    failed = 0
    for done, name in enumerate(names, start=1):
        reached = 0.0
        for factor in _factors(model.declared, name, fold):
            if factor < 1.0 and reached < screen * threshold:
                continue
            try:
                changed = probe.suppressions({name: f"x{factor!r}"})
            except (SolveError, CompileError):
                failed += 1
                continue
            change = changed - nominal
            reached = max(reached, float(np.nanmax(np.abs(change), initial=0.0)))
            rows += probe.rows(name, factor, nominal, changed)
        if progress is not None:
            progress(done, len(names))
    table = _table(model.declared, rows, threshold)
    table.attrs.update(fold=fold, threshold=threshold, parameters=len(names), failed=failed)
    return table


class _Probe:
    """Suppressions of given scenarios and readouts, as a function of parameter changes."""

    def __init__(
        self,
        model: Model,
        scenarios: Sequence[Scenario],
        readouts: Iterable[str],
        at: str | float | None,
        runner: Runner,
    ) -> None:
        self._model = model
        self._runner = runner
        self._scenarios = scenarios
        resolved = [resolve(model.declared, scenario) for scenario in scenarios]
        self._stops = [stop_of(meaning.label, meaning.duration, at) for meaning in resolved]
        known = [readout.id for readout in readouts_of(resolved)]
        self._readouts = chosen_readouts(known, readouts)

    def suppressions(self, changes: dict[str, str]) -> NDArray[np.float64]:
        """Return suppressions, shape (scenarios, readouts)."""
        table = np.full((len(self._scenarios), len(self._readouts)), np.nan)
        levels: dict[tuple[Scenario, float], dict[str, float]] = {}
        for row, (scenario, stop) in enumerate(zip(self._scenarios, self._stops, strict=True)):
            pair = []
            for one in (scenario, scenario.without_drugs()):
                changed = one.with_parameters(changes)
                if (changed, stop) not in levels:
                    levels[changed, stop] = self._levels(changed, stop)
                pair.append(levels[changed, stop])
            treated, untreated = pair
            table[row] = [
                suppression_of(treated.get(name, 0.0), untreated.get(name, 0.0))
                for name in self._readouts
            ]
        return table

    def _levels(self, scenario: Scenario, stop: float) -> dict[str, float]:
        resolved = resolve(self._model.declared, scenario)
        run = self._runner.run(scenario, resolved, np.array([stop]))
        return dict(zip(run.readouts, map(float, run.levels[:, -1]), strict=True))

    def rows(
        self,
        name: str,
        factor: float,
        nominal: NDArray[np.float64],
        changed: NDArray[np.float64],
    ) -> list[dict[str, object]]:
        """Return table rows of one changed parameter."""
        return [
            {
                "parameter": name,
                "factor": factor,
                "scenario": scenario.name,
                "readout": readout,
                "nominal": nominal[i, j],
                "changed": changed[i, j],
                "change": changed[i, j] - nominal[i, j],
            }
            for i, scenario in enumerate(self._scenarios)
            for j, readout in enumerate(self._readouts)
        ]


def _candidates(
    model: Model, scenarios: Sequence[Scenario], parameters: Iterable[str] | None
) -> list[str]:
    """Return parameters that the networks use and that are not zero, in declared order."""
    declared = declared_parameters(model.declared)
    if parameters is not None:
        names = [parameters] if isinstance(parameters, str) else list(parameters)
        for name in names:
            if name not in declared:
                raise ScenarioError(
                    "sensitivity", f"unknown parameter {name!r}", nearest(name, declared)
                )
        return names
    used: set[str] = set()
    for scenario in scenarios:
        resolved = resolve(model.declared, scenario)
        network = model.network(resolved)
        used |= {name for name in network.tables.parameters if resolved.parameters[name] > 0.0}
        used |= {
            f"{entry.id}.off_share" for module in resolved.modules for entry in module.interactions
        }
    return [name for name in declared if name in used]


def _factors(declared: Declared, name: str, fold: float) -> tuple[float, ...]:
    """Return the factors to try, up first; a share is not raised past 1."""
    if name.endswith(".off_share"):
        value = declared_parameters(declared)[name].value
        return (min(fold, 1.0 / value), 1.0 / fold) if value > 0.0 else ()
    return (fold, 1.0 / fold)


def _table(declared: Declared, rows: Sequence[dict[str, object]], threshold: float) -> pd.DataFrame:
    """Return the row of largest change of each parameter, with what is declared about it."""
    frame = pd.DataFrame(list(rows), columns=list(COLUMNS)).dropna(subset=["change"])
    size = frame["change"].abs().astype(float)
    order = size.sort_values(ascending=False, kind="stable").index
    worst = frame.loc[order].drop_duplicates("parameter")
    kept = worst[worst["change"].abs().astype(float) >= threshold].reset_index(drop=True)
    known = declared_parameters(declared)
    parameters = [known[name] for name in kept["parameter"]]
    return kept.assign(
        value=[p.declared_value for p in parameters],
        unit=[p.declared_unit for p in parameters],
        evidence=[str(p.evidence) for p in parameters],
        sources=[" ".join(p.sources) for p in parameters],
    )
