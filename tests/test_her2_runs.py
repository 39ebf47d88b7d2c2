"""Runs of the HER2 network: what is conserved, what rests, what agrees, what competes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

import pathway as pw
from pathway.scenario.resolve import Step
from pathway.solve.settings import RTOL, Method, Settings

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from pathway.model import Model, Network
    from pathway.solve.integrate import Trajectory

CONTEXTS = ("SKBR3", "BT474", "HCC1954", "UACC812", "MCF7", "MCF7_p95HER2")
BOTH = {"EGF": "1 nM", "HRG": "1 nM"}
TIMES = ("10 min", "1 h", "24 h")
TREATED = {
    "antibodies": pw.Scenario(
        context="SKBR3", drugs={"trastuzumab": "10 ug/mL", "pertuzumab": "10 ug/mL"}, ligands=BOTH
    ),
    "inhibitors": pw.Scenario(
        context="MCF7_p95HER2", drugs={"lapatinib": "1 uM", "neratinib": "50 nM"}, ligands=BOTH
    ),
    "downstream": pw.Scenario(
        context="BT474",
        drugs={"alpelisib": "1 uM", "capivasertib": "1 uM", "trametinib": "100 nM"},
        ligands={"IGF1": "10 nM", "INS": "10 nM", "HGF": "1 nM"},
    ),
    "wash-out": pw.Scenario(
        context="HCC1954", drugs={"tucatinib": "1 uM", "trastuzumab": "10 ug/mL"}, duration="4 h"
    )
    .wash("10 h", "tucatinib")
    .then("10 h", ligands={"HRG": "10 nM"}),
}


def run(
    model: Model,
    scenario: pw.Scenario,
    times: NDArray[np.float64],
    settings: Settings | None = None,
) -> tuple[Network, Trajectory]:
    network = model.network(scenario)
    return network, network.run(model.resolve(scenario).steps, times, None, settings)


def readouts(data: xr.Dataset) -> dict[str, NDArray[np.float64]]:
    names = [str(name) for name in data.data_vars if f"{name}_fold" in data.data_vars]
    return {name: data[name].to_numpy() for name in names}


@pytest.mark.parametrize("name", TREATED)
def test_what_no_reaction_makes_or_loses_is_conserved(her2: Model, name: str) -> None:
    network, trajectory = run(her2, TREATED[name], np.linspace(0.0, 1440.0, 97))
    place = {species: i for i, species in enumerate(network.species)}
    moieties = network.check().moieties
    assert {"ERK", "AKT", "RAS", "PTEN", "PIK3CB"} <= {moiety.name for moiety in moieties}
    for moiety in moieties:
        chosen = [place[species] for species, _ in moiety.weights]
        total = trajectory.y[:, chosen] @ np.array([weight for _, weight in moiety.weights])
        assert total[0] > 0.0, moiety.name
        np.testing.assert_allclose(total, total[0], rtol=1e-9, err_msg=moiety.name)


@pytest.mark.parametrize("name", TREATED)
def test_nothing_falls_below_zero(her2: Model, name: str) -> None:
    _, trajectory = run(her2, TREATED[name], np.linspace(0.0, 1440.0, 97))
    allowed = 1e-6 * np.abs(trajectory.y).max(axis=0) + 1e-9
    assert (trajectory.y.min(axis=0) >= -allowed).all()
    assert trajectory.record.lowest > -1e-6


@pytest.mark.parametrize("name", TREATED)
def test_methods_agree_on_every_readout(her2: Model, name: str) -> None:
    times = np.array([0.0, 5.0, 60.0, 300.0, 1440.0])
    runs = [run(her2, TREATED[name], times, Settings(method=method)) for method in Method]
    levels = [network.read(trajectory.y, trajectory.inputs) for network, trajectory in runs]
    scale = np.abs(levels[0]).max(axis=0)
    for other in levels[1:]:
        np.testing.assert_allclose(other / scale, levels[0] / scale, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    "drugs",
    [
        ("trastuzumab",),
        ("pertuzumab",),
        ("lapatinib",),
        ("tucatinib",),
        ("neratinib",),
        ("alpelisib",),
        ("capivasertib",),
        ("trametinib",),
        ("trastuzumab", "pertuzumab", "neratinib"),
    ],
)
def test_a_dose_of_zero_is_no_drug(her2: Model, drugs: tuple[str, ...]) -> None:
    plain = pw.Scenario(context="SKBR3", ligands=BOTH)
    zero = plain.with_drugs(dict.fromkeys(drugs, "0 nM"))
    for name, levels in readouts(pw.simulate(her2, [plain, zero], TIMES)).items():
        np.testing.assert_allclose(levels[1], levels[0], rtol=10 * RTOL, err_msg=name)


def test_the_order_of_drugs_does_not_matter(her2: Model) -> None:
    doses = {"lapatinib": "100 nM", "trastuzumab": "10 ug/mL", "capivasertib": "300 nM"}
    orders = [doses, dict(reversed(doses.items()))]
    one, other = (pw.Scenario(context="SKBR3", drugs=d, ligands=BOTH) for d in orders)
    staged = pw.Scenario(context="SKBR3", ligands=BOTH).with_drugs(orders[1])
    data = pw.simulate(her2, [one, other, staged], TIMES)
    alone = readouts(pw.simulate(her2, other, TIMES))
    for name, levels in readouts(data).items():
        assert levels[0].tobytes() == levels[1].tobytes() == levels[2].tobytes(), name
        assert levels[0].tobytes() == alone[name][0].tobytes(), name


@pytest.mark.parametrize("lesion", ["", "NRG1_autocrine"])
@pytest.mark.parametrize("context", CONTEXTS)
def test_the_equilibrated_cell_rests(her2: Model, context: str, lesion: str) -> None:
    lesions = {lesion: True} if lesion else {}
    network = her2.network(pw.Scenario(context=context, lesions=lesions))
    start = network.equilibrate().y
    day = [Step(start=0.0, stop=1440.0, inputs=dict(network.background))]
    trajectory = network.run(day, np.array([60.0, 720.0, 1440.0]), start)
    np.testing.assert_allclose(trajectory.y, np.tile(start, (3, 1)), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", TREATED)
def test_the_jacobian_agrees_with_finite_differences(her2: Model, name: str) -> None:
    network, trajectory = run(her2, TREATED[name], np.array([30.0]))
    y, p = trajectory.y[0], network.arguments
    exact = network.jacobian(0.0, y, p).toarray()
    found = np.empty_like(exact)
    for species in range(y.size):
        step = np.zeros(y.size)
        step[species] = 1e-5 * max(float(y[species]), 1e-2)
        rise = network.rhs(0.0, y + step, p) - network.rhs(0.0, y - step, p)
        found[:, species] = rise / (2.0 * step[species])
    # A rate of 1e3 nM/min less another leaves 1e-13 of it, over a step of 1e-7 nM at the least.
    np.testing.assert_allclose(found, exact, rtol=1e-5, atol=1e-5)
    assert np.count_nonzero(exact) > 500


def test_rates_do_not_know_the_time(her2: Model) -> None:
    network, trajectory = run(her2, TREATED["inhibitors"], np.array([30.0]))
    y, p = trajectory.y[0], network.arguments
    early, late = (network.rhs(t, y, p) for t in (0.0, 1e6))
    assert early.tobytes() == late.tobytes()


def shipped(model: Model) -> list[pw.Scenario]:
    """Return a scenario for every drug, ligand, lesion and context, alone."""
    declared = model.declared
    found = [pw.Scenario(context=name, duration="1 h") for name in declared.contexts]
    plain = pw.Scenario(duration="1 h")
    for name, drug in declared.drugs.items():
        found.append(plain.with_drugs({name: drug.exposures[0].name if drug.exposures else "1 nM"}))
    found += [plain.with_ligands({name: "10 nM"}) for name in declared.ligands]
    found += [plain.with_lesions({name: True}) for name in declared.lesions]
    return found


@pytest.mark.slow
def test_every_shipped_file_runs_alone(her2: Model) -> None:
    scenarios = shipped(her2)
    assert len(scenarios) >= 6 + 8 + 5 + 7
    data = pw.simulate(her2, scenarios, ["1 h"])
    assert list(data["status"].to_numpy()) == ["ok"] * len(scenarios)
    for name, levels in readouts(data).items():
        assert np.isfinite(levels).all(), name


def her2_with(network: Network, y: NDArray[np.float64], *states: str) -> float:
    """Return nM of HER2 that has all the given states."""
    total = 0.0
    for species, amount in zip(network.species, y, strict=True):
        receptors = re.findall(r"(?<![A-Za-z0-9])HER2\(([^)]*)\)", species)
        total += float(amount) * sum({*states} <= {*inside.split(",")} for inside in receptors)
    return total


def test_two_drugs_on_one_site_compete(her2: Model) -> None:
    # Receptor turnover off: then the pocket's occupancy is that of plain competition.
    closed = {"HER2_turnover.k": "x0", "HER2_lysosomal_loss.k": "x0"}
    doses = {"lapatinib": 90.0, "tucatinib": 140.0}
    scenario = pw.Scenario(
        drugs={name: f"{dose} nM" for name, dose in doses.items()},
        parameters=closed,
        duration="72 h",
    )
    network, trajectory = run(her2, scenario, np.array([72.0 * 60.0]))
    y = trajectory.y[0]
    total = her2_with(network, y)
    share = {
        name: dose / network.parameters[f"{name}_HER2_binding.Kd"] for name, dose in doses.items()
    }
    free = 1.0 / (1.0 + sum(share.values()))
    assert her2_with(network, y, "kin~free") / total == pytest.approx(free, rel=0.02)
    for name in doses:
        bound = her2_with(network, y, f"kin~{name}") / total
        assert bound == pytest.approx(share[name] * free, rel=0.02)
    alone = her2.network(pw.Scenario(drugs={"lapatinib": "90 nM"}))
    assert len(network.species) > len(alone.species)


def test_two_drugs_on_two_sites_bind_together(her2: Model) -> None:
    doses = {"trastuzumab": "0.3 nM", "pertuzumab": "0.05 nM", "tucatinib": "7 nM"}
    sites = {"trastuzumab": "d4", "pertuzumab": "d2", "tucatinib": "kin"}
    network, trajectory = run(her2, pw.Scenario(drugs=doses, duration="72 h"), np.array([4320.0]))
    y = trajectory.y[0]
    states = [f"{sites[drug]}~{drug}" for drug in doses]
    total = her2_with(network, y)
    shares = [her2_with(network, y, state) / total for state in states]
    assert all(0.2 < share < 0.8 for share in shares)
    joint = her2_with(network, y, *states) / total
    assert joint == pytest.approx(float(np.prod(shares)), rel=0.15)
    for pair in ((0, 1), (0, 2), (1, 2)):
        both = her2_with(network, y, *(states[i] for i in pair)) / total
        assert both == pytest.approx(shares[pair[0]] * shares[pair[1]], rel=0.12)
