"""A parameter estimation problem, at its nominal parameters: ``load_petab``."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pathway.equations.evaluate import evaluate
from pathway.errors import DeclarationError, SolveError
from pathway.model.equation_model import load_equations
from pathway.petab.check import check_problem, placeholders
from pathway.petab.rest import state_at_rest
from pathway.petab.score import log_density
from pathway.petab.start import changed_start
from pathway.solve.system import integrate_system

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from pathway.model.equation_model import EquationModel
    from pathway.petab.entities import Condition, Measurement, Observable, Parameter

__all__ = ["PetabProblem", "load_petab"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PetabProblem:
    """A model, the conditions it is simulated under, and what was measured; immutable."""

    id: str
    model: EquationModel
    parameters: Mapping[str, Parameter]
    conditions: Mapping[str, Condition]
    observables: Mapping[str, Observable]
    measurements: tuple[Measurement, ...]

    def simulate(self) -> pd.DataFrame:
        """Simulate what was measured, at the nominal parameters.

        Returns
        -------
        pandas.DataFrame
            PEtab's simulation table: the rows of the measurement table in its order and with its
            columns, ``simulation`` in place of ``measurement``. Values are as the observable
            formulas give them, not transformed; times are in the model's unit.

        Raises
        ------
        SolveError
            If a simulation fails, or a model that is to be at rest first has none.
        ScenarioError
            If a condition changes what follows from other values.
        UnsupportedError
            If a model with events is to be at rest first.
        """
        return self._table(self._predictions())

    def log_likelihood(self) -> float:
        """Return the natural logarithm of the likelihood of all measurements.

        At the nominal parameters; priors are not part of it.

        Raises
        ------
        SolveError
            If a simulation fails, noise is not positive, or a logarithm is asked of what is not.
        ScenarioError
            If a condition changes what follows from other values.
        UnsupportedError
            If a model with events is to be at rest first.
        """
        return self._score(self._predictions())

    def simulate_and_score(
        self, progress: Callable[[int, int], None] | None = None
    ) -> tuple[pd.DataFrame, float]:
        """Return :meth:`simulate` and :meth:`log_likelihood` of one simulation.

        Parameters
        ----------
        progress : callable, optional
            Called with simulations done and simulations in all.
        """
        predictions = self._predictions(progress)
        return self._table(predictions), self._score(predictions)

    def _table(self, predictions: Sequence[tuple[float, float]]) -> pd.DataFrame:
        found = [simulated for simulated, _ in predictions]
        columns = dict.fromkeys(name for measured in self.measurements for name, _ in measured.row)
        rows = [dict(measured.row) for measured in self.measurements]
        return pd.DataFrame(
            {
                {"measurement": "simulation"}.get(name, name): {
                    "measurement": found,
                    "time": [measured.time for measured in self.measurements],
                }.get(name, [row.get(name, "") for row in rows])
                for name in columns
            }
        )

    def _score(self, predictions: Sequence[tuple[float, float]]) -> float:
        total = 0.0
        for measured, (simulated, noise) in zip(self.measurements, predictions, strict=True):
            observable = self.observables[measured.observable]
            total += log_density(
                measured.value,
                simulated,
                noise,
                transformation=observable.transformation,
                distribution=observable.distribution,
                where=measured.where,
            )
        return total

    def _predictions(
        self, progress: Callable[[int, int], None] | None = None
    ) -> list[tuple[float, float]]:
        """Return the simulated value and the noise of every measurement."""
        found: dict[int, tuple[float, float]] = {}
        rows: dict[tuple[str, str], list[int]] = {}
        for place, measured in enumerate(self.measurements):
            rows.setdefault((measured.before, measured.condition), []).append(place)
        columns = {name: column for column, name in enumerate(self.model.readouts)}
        rests = {"": dict[str, float]()}
        for done, ((before, name), places) in enumerate(rows.items(), start=1):
            if before not in rests:
                rests[before] = self._rest(before)
            settled = self._settled(self.conditions[name])
            outputs = self._outputs(name, settled, rests[before], places)
            for place in places:
                row = outputs[self.measurements[place].time]
                reached = {key: float(row[column]) for key, column in columns.items()}
                found[place] = self._predicted(self.measurements[place], settled | reached)
            if progress is not None:
                progress(done, len(rows))
        return [found[place] for place in range(len(self.measurements))]

    def _outputs(
        self,
        name: str,
        settled: Mapping[str, float],
        rest: Mapping[str, float],
        places: Sequence[int],
    ) -> dict[float, NDArray[np.float64]]:
        """Return the model's outputs under a condition at the times of measurements."""
        where = f"condition {name!r}"
        model = self.model
        times = np.unique([self.measurements[place].time for place in places])
        constants, initial = changed_start(model.system, settled, where)
        start = {**rest, **initial}
        found: dict[float, NDArray[np.float64]] = {}
        if np.isfinite(times[0]):
            asked = times[np.isfinite(times)]
            run = integrate_system(model.compiled, asked, constants, start)
            found = dict(zip(map(float, asked), run.outputs, strict=True))
        if np.isinf(times[-1]):
            end = state_at_rest(model, constants, start, where)
            now = np.array([model.system.start])
            found[math.inf] = integrate_system(model.compiled, now, constants, end).outputs[0]
        return found

    def _rest(self, name: str) -> dict[str, float]:
        """Return the states that the model comes to under a condition."""
        where = f"condition {name!r}"
        settled = self._settled(self.conditions[name])
        return state_at_rest(self.model, *changed_start(self.model.system, settled, where), where)

    def _settled(self, condition: Condition) -> dict[str, float]:
        """Return the nominal parameters and what a condition changes."""
        values = {name: parameter.nominal for name, parameter in self.parameters.items()}
        changed = {
            name: values[entry] if isinstance(entry, str) else entry
            for name, entry in condition.changes
        }
        return values | changed

    def _predicted(
        self, measured: Measurement, reached: Mapping[str, float]
    ) -> tuple[float, float]:
        observable = self.observables[measured.observable]
        values = dict(reached)
        for name, entry in placeholders(measured).items():
            values[name] = reached[entry] if isinstance(entry, str) else entry
        simulated = evaluate(observable.formula, values, measured.time)
        if not np.isfinite(simulated):
            raise SolveError(
                measured.where,
                f"observable {observable.id!r} is simulated as {simulated:g}",
                "look in its formula for a division by zero or a logarithm of what is not positive",
            )
        noise = evaluate(observable.noise, {**values, observable.id: simulated}, measured.time)
        return simulated, noise


def load_petab(path: str | os.PathLike[str]) -> PetabProblem:
    """Read a parameter estimation problem in PEtab, version 1.

    Conditions may change parameters, initial values of species and sizes of compartments, to
    numbers or to parameters of the problem. A model that is pre-equilibrated under one condition
    goes on from that rest under another, which sets only what it names; time ``inf`` is the rest
    that a condition comes to. Observable and noise formulas are parsed, never
    executed. Visualisation files and priors are not looked at.

    Parameters
    ----------
    path : str or path-like
        Of the problem's YAML file; all the files it names are in its folder.

    Raises
    ------
    DeclarationError
        If a file cannot be read, leaves the folder, says what it may not, or does not fit the
        others; the message names the file and line.
    UnsupportedError
        If it is of another version or has several models; or for what the model has that is not
        computed.

    Examples
    --------
    >>> problem = pw.load_petab("problem.yaml")
    >>> problem.simulate()
    >>> problem.log_likelihood()
    """
    try:
        from pathway.petab.files import open_problem
        from pathway.petab.tables import (
            conditions_of,
            measurements_of,
            observables_of,
            parameters_of,
        )
    except ModuleNotFoundError as error:
        if error.name != "yaml":
            raise
        raise DeclarationError(
            str(path), "PEtab's YAML is read by PyYAML", "pip install 'her2-pathway[petab]'"
        ) from error
    files = open_problem(path)
    parameters = parameters_of(files.parameters)
    conditions = conditions_of(files.conditions)
    observables = observables_of(files.observables)
    measurements = measurements_of(files.measurements)
    model = load_equations(files.model)
    check_problem(model.readouts, parameters, conditions, observables, measurements)
    return PetabProblem(
        id=Path(path).stem,
        model=model,
        parameters=MappingProxyType(parameters),
        conditions=MappingProxyType(conditions),
        observables=MappingProxyType(observables),
        measurements=measurements,
    )
