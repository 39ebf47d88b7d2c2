"""PEtab problems simulated and scored: against closed forms, the petab package and Chen 2009."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import pathway as pw
from pathway.petab.entities import Distribution, Scale
from pathway.petab.score import log_density
from tests.petab_text import write_problem

if TYPE_CHECKING:
    from pathlib import Path

    from pathway.petab import PetabProblem

SIMULATED = [
    2.0 * 3.0 * math.exp(-0.25),
    3.0 * 5.0 * math.exp(-0.5),
    7.0 * math.exp(-0.4),
    3.0 * 6.0,
    9.0 * math.exp(-0.25) * math.exp(0.1),
]
"""Of the measurements of the small problem."""


def test_a_simulation_table_has_the_rows_that_were_measured(tmp_path: Path) -> None:
    problem = pw.load_petab(write_problem(tmp_path))
    table = problem.simulate()
    assert list(table.columns) == [
        *("observableId", "simulationConditionId", "simulation", "time"),
        *("observableParameters", "noiseParameters"),
    ]
    assert list(table["observableId"]) == ["y", "y", "z", "w", "w"]
    assert list(table["time"]) == [1.0, 2.0, 4.0, 0.0, 1.0]
    np.testing.assert_allclose(table["simulation"], SIMULATED, rtol=1e-6)


def test_the_log_likelihood_is_that_of_the_closed_form(tmp_path: Path) -> None:
    y = np.sum(stats.norm.logpdf([5.0, 4.0], SIMULATED[:2], [0.3, 0.5]))
    z = stats.laplace.logpdf(math.log(6.0), math.log(SIMULATED[2]), 0.4) - math.log(6.0)
    measured = np.array([20.0, 8.0])
    simulated = np.array(SIMULATED[3:])
    w = stats.norm.logpdf(np.log10(measured), np.log10(simulated), 0.1 * simulated)
    w = np.sum(w - np.log(measured * math.log(10.0)))
    found = pw.load_petab(write_problem(tmp_path)).log_likelihood()
    assert found == pytest.approx(y + z + w, rel=1e-6)


@pytest.mark.parametrize("transformation", Scale)
@pytest.mark.parametrize("distribution", Distribution)
def test_a_density_integrates_to_one(transformation: Scale, distribution: Distribution) -> None:
    low, high = (-20.0, 30.0) if transformation is Scale.LIN else (1e-4, 400.0)
    grid = np.linspace(low, high, 400_001)
    density = [
        math.exp(
            log_density(
                *(float(measured), 5.0, 0.4 if transformation is not Scale.LOG10 else 0.15),
                transformation=transformation,
                distribution=distribution,
                where="here",
            )
        )
        for measured in grid[::20]
    ]
    assert np.trapezoid(density, grid[::20]) == pytest.approx(1.0, abs=2e-3)


def test_the_petab_package_scores_a_simulation_the_same(tmp_path: Path) -> None:
    petab = pytest.importorskip("petab.v1", reason="the peers extra is not installed")
    problem = pw.load_petab(write_problem(tmp_path, ("0.1*w", "0.4")))
    simulated = problem.simulate()
    read = {
        name: pd.read_csv(tmp_path / f"{name}.tsv", sep="\t")
        for name in ("measurements", "observables", "parameters")
    }
    expected = petab.calculate_llh(
        read["measurements"],
        simulated.astype({"noiseParameters": object}),
        read["observables"].set_index("observableId"),
        read["parameters"].set_index("parameterId"),
    )
    assert problem.log_likelihood() == pytest.approx(float(expected), rel=1e-12)


def test_a_problem_cannot_change(tmp_path: Path) -> None:
    problem = pw.load_petab(write_problem(tmp_path))
    with pytest.raises(AttributeError):
        problem.id = "x"  # type: ignore[misc]
    with pytest.raises(TypeError):
        problem.parameters["k"] = problem.parameters["gain"]  # type: ignore[index]


CHEN = "Chen_MSB2009"


@pytest.fixture(scope="module")
def chen(shared: Path) -> PetabProblem:
    return pw.load_petab(shared / "data" / "petab_chen_msb2009" / f"{CHEN}.yaml")


def with_own_values(problem: PetabProblem) -> PetabProblem:
    """Return a problem at the values in its SBML file, which its table has rounded."""
    own = problem.model.parameters
    rounded = problem.parameters.items()
    parameters = {name: replace(old, nominal=own.get(name, old.nominal)) for name, old in rounded}
    return replace(problem, parameters=parameters)


@pytest.mark.slow
def test_chen_2009_at_unrounded_parameters_is_the_collections_simulation(
    chen: PetabProblem, shared: Path
) -> None:
    """The collection simulated before it rounded the parameters in the table."""
    path = shared / "data" / "petab_chen_msb2009" / f"simulatedData_{CHEN}.tsv"
    expected = pd.read_csv(path, sep="\t")
    found = with_own_values(chen).simulate()
    assert list(found.columns) == list(expected.columns)
    np.testing.assert_allclose(found["simulation"], expected["simulation"], rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_chen_2009_scores_as_the_collections_simulation_does(
    chen: PetabProblem, shared: Path
) -> None:
    """The collection's measurements against the collection's own simulation, by scipy's normal."""
    folder = shared / "data" / "petab_chen_msb2009"
    simulated = pd.read_csv(folder / f"simulatedData_{CHEN}.tsv", sep="\t")["simulation"]
    measured = pd.read_csv(folder / f"measurementData_{CHEN}.tsv", sep="\t")
    noise = measured["noiseParameters"].astype(float)
    expected = np.sum(stats.norm.logpdf(measured["measurement"], simulated, noise))
    assert with_own_values(chen).log_likelihood() == pytest.approx(expected, rel=1e-5)
