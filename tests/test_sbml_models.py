"""Published models in SBML load and run; four of them as another integrator has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import pathway as pw
from pathway.errors import UnsupportedError
from pathway.model import load_equations
from pathway.programs.compile import compile_system
from pathway.sbml import read_sbml
from pathway.solve.system import integrate_system

if TYPE_CHECKING:
    from pathlib import Path

SIZES = {
    "data/sbml/BIOMD0000000049.xml": (92, 150),
    "data/sbml/BIOMD0000000146.xml": (33, 34),
    "data/sbml/BIOMD0000000175.xml": (118, 102),
    "data/sbml/BIOMD0000000250.xml": (47, 78),
    "data/sbml/BIOMD0000000255.xml": (500, 827),
    "data/sbml/BIOMD0000000262.xml": (9, 11),
    "data/sbml/BIOMD0000000581.xml": (25, 32),
    "data/sbml/BIOMD0000000594.xml": (29, 120),
    "data/sbml/BIOMD0000000705.xml": (18, 61),
    "data/sbml/BIOMD0000000907.xml": (25, 25),
    "data/sbml/MODEL1708210000.xml": (59, 106),
    "data/sbml/MODEL1902140002.xml": (25, 25),
    "data/petab_chen_msb2009/model_Chen_MSB2009.xml": (500, 827),
}
"""States and rates."""

FAST = "data/sbml/BIOMD0000000424.xml"
"""All its 58 reactions say that they are fast."""

REFERENCES = {
    "fujita": (3600.0, 1e-5),
    "faratian": (60.0, 1e-5),
    "birtwistle": (1800.0, 1e-5),
    "chen": (7200.0, 1e-5),
}
"""Length of the run, and the largest difference allowed relative to a species' largest amount."""


def test_every_model_is_tried(shared: Path) -> None:
    found = {f"data/sbml/{path.name}" for path in (shared / "data" / "sbml").glob("*.xml")}
    assert found == {name for name in (*SIZES, FAST) if name.startswith("data/sbml/")}


@pytest.mark.parametrize("name", SIZES)
def test_a_published_model_loads_and_runs(shared: Path, name: str) -> None:
    model = load_equations(shared / name)
    assert (len(model.system.states), len(model.system.rates)) == SIZES[name]
    dataset = pw.simulate(model, pw.Scenario(duration="60"), times=[0, 1, 60])
    values = np.array([dataset[readout].to_numpy() for readout in model.readouts])
    assert np.isfinite(values).all()
    assert (values[..., 0] != values[..., -1]).any()


def test_fast_reactions_run_as_ordinary_ones_if_asked(shared: Path) -> None:
    with pytest.raises(UnsupportedError, match=r"'R1': is fast.*ignore_fast=True"):
        pw.load(shared / FAST)
    model = load_equations(shared / FAST, ignore_fast=True)
    dataset = pw.simulate(model, pw.Scenario(duration="60"), times=[0, 60])
    assert len(model.system.rates) == 58
    assert all(np.isfinite(dataset[readout]).all() for readout in model.readouts)


@pytest.mark.parametrize("name", REFERENCES)
def test_trajectories_are_those_of_another_integrator(shared: Path, name: str) -> None:
    folder = shared / "peerbench" / "models"
    stop, allowed = REFERENCES[name]
    with np.load(folder / f"{name}_ref.npz", allow_pickle=False) as stored:
        expected, species = stored["y"], [str(one) for one in stored["species"]]
    system = read_sbml(folder / f"{name}.xml")
    places = {output.id: place for place, output in enumerate(system.outputs)}
    found = integrate_system(compile_system(system), np.linspace(0.0, stop, len(expected)))
    ours = found.outputs[:, [places[f"{one}[amount]"] for one in species]]
    largest = np.abs(expected).max(axis=0)
    assert (np.abs(ours - expected) <= allowed * largest + 1e-9).all()
