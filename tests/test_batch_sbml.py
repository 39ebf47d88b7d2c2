"""Published models of equations in lanes, against another integrator and stored references."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from pathway.batch.system import SystemLanes
from pathway.lanes.queue import Ending
from pathway.model import load_equations
from pathway.model.equation_lanes import run_equations
from pathway.solve.settings import Method, Settings
from pathway.solve.system import SystemTrajectory, integrate_system

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from pathway.model.equation_model import EquationModel

IN_LANES = (
    *("BIOMD0000000049", "BIOMD0000000146", "BIOMD0000000175", "BIOMD0000000581"),
    *("BIOMD0000000594", "BIOMD0000000705", "BIOMD0000000907", "MODEL1902140002"),
)
OUTSIDE = {
    "BIOMD0000000255": "a condition on time",
    "BIOMD0000000262": "a condition on time",
    "MODEL1708210000": "event 'Ligand_on_1'",
}
STORED = {"faratian": (60.0, 1.5e-5), "birtwistle": (1800.0, 1.5e-5), "chen": (7200.0, 1e-4)}
"""Models with a reference by another program: how long it runs, and the error allowed at rtol 1e-6,
of a species' largest amount. One species of the last drifts, and sums up errors over the run."""


def lanes_of(model: EquationModel) -> SystemLanes:
    lanes = model.lanes()
    assert isinstance(lanes, SystemLanes), lanes
    return lanes


def worst(found: NDArray[np.float64], wanted: NDArray[np.float64], least: float) -> float:
    """Return the largest difference of an output, over its largest value."""
    return float((np.abs(found - wanted) / (np.abs(wanted).max(axis=0) + least)).max())


def of_states(model: EquationModel) -> list[int]:
    """Return the outputs that are states; others, as net rates, may be small differences."""
    moving = {state.id for state in model.system.states}
    shown = (f"{output.id}[amount]" for output in model.system.outputs)
    return [
        place
        for place, (output, name) in enumerate(zip(model.system.outputs, shown, strict=True))
        if output.id in moving or name in moving
    ]


@pytest.mark.parametrize("name", IN_LANES)
def test_a_published_model_is_as_accurate_as_asked(shared: Path, name: str) -> None:
    model = load_equations(shared / "data" / "sbml" / f"{name}.xml")
    times = model.system.start + np.linspace(0.0, 60.0, 31)
    tight = Settings(method=Method.LSODA, rtol=1e-10, atol=1e-13)
    wanted = integrate_system(model.compiled, times, settings=tight).outputs
    places = of_states(model)
    assert len(places) >= 9
    errors = []
    for rtol in (1e-6, 1e-8):
        found = run_equations(
            lanes_of(model), [], np.empty((1, 0)), times, Settings(rtol=rtol, atol=1e-3 * rtol)
        )
        assert found.ending.tolist() == [Ending.OK]
        errors.append(worst(found.outputs[0][:, places], wanted[:, places], 1e-3))
        assert errors[-1] < 10.0 * rtol
    assert errors[1] < 0.3 * errors[0] or errors[0] < 1e-9


@pytest.mark.parametrize("name", OUTSIDE)
def test_models_outside_the_lanes_say_why(shared: Path, name: str) -> None:
    model = load_equations(shared / "data" / "sbml" / f"{name}.xml")
    assert model.lanes() == OUTSIDE[name]


def test_a_model_that_lanes_cannot_start_is_done_by_scipy(shared: Path) -> None:
    """Powers of amounts that start at nothing are undefined a rounding below it."""
    model = load_equations(shared / "data" / "sbml" / "BIOMD0000000250.xml")
    times = np.linspace(0.0, 600.0, 11)
    (found,) = model.run_many([({}, {})], [times])
    assert isinstance(found, SystemTrajectory)
    wanted = integrate_system(
        model.compiled, times, settings=Settings(method=Method.BDF, rtol=1e-9, atol=1e-6)
    )
    places = of_states(model)
    assert worst(found.outputs[:, places], wanted.outputs[:, places], 1.0) < 1e-4


@pytest.mark.parametrize("name", STORED)
def test_trajectories_are_those_of_another_program(shared: Path, name: str) -> None:
    folder = shared / "peerbench" / "models"
    with np.load(folder / f"{name}_ref.npz", allow_pickle=False) as stored:
        expected, species = stored["y"], [str(one) for one in stored["species"]]
    model = load_equations(folder / f"{name}.xml")
    stop, allowed = STORED[name]
    times = np.linspace(0.0, stop, len(expected))
    errors = []
    for rtol in (1e-6, 1e-8):
        found = run_equations(
            lanes_of(model),
            [],
            np.empty((1, 0)),
            times,
            Settings(rtol=rtol, atol=1e-3 * rtol),
            wanted=[f"{one}[amount]" for one in species],
        )
        assert found.ending.tolist() == [Ending.OK]
        # What stays below the absolute tolerance is not asked for.
        errors.append(worst(found.outputs[0], expected, 1e-3))
    assert errors[0] < allowed
    assert errors[1] < 5e-7


@pytest.mark.slow
@pytest.mark.parametrize("name", STORED)
def test_no_varied_run_fails(shared: Path, name: str) -> None:
    model = load_equations(shared / "peerbench" / "models" / f"{name}.xml")
    names = [key for key, value in model.system.constants if value > 0.0]
    nominal = np.array([dict(model.system.constants)[key] for key in names])
    folds = np.random.default_rng(5).lognormal(0.0, 0.3, (200, len(names)))
    found = run_equations(
        lanes_of(model), names, nominal * folds, np.array([0.0, STORED[name][0]]), Settings()
    )
    assert (found.ending == Ending.OK).all()
    assert np.isfinite(found.outputs).all()
