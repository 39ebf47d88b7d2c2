"""Simulated scenarios: labels, units, status, sharing, and the same bits every time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import pathway as pw
from pathway.errors import ScenarioError, SolveError, UnitError
from pathway.model import Network
from pathway.result.record import parameters_hash
from pathway.result.run import Runner, untreated
from pathway.scenario import Scenario, resolve
from pathway.solve.settings import Settings
from tests.toy import write_toy

if TYPE_CHECKING:
    from pathlib import Path

    from pathway.model import Model

READOUTS = ["pR", "pK", "M"]
BLOCKED = Scenario(drugs={"blocker": "100 nM"}, duration="2 h")
FAILING = {"M_decay.k": "x0"}
"""A message that is made and never lost: there is no rest."""


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return pw.load(write_toy(tmp_path_factory.mktemp("toy")))


def test_readouts_are_labelled_with_units(toy: Model) -> None:
    ds = pw.simulate(toy, [BLOCKED, BLOCKED.without_drugs()])
    assert ds.sizes == {"scenario": 2, "time": ds["time"].size}
    assert list(ds["scenario"].values) == ["blocker 100 nM", "untreated"]
    assert ds["time"].attrs["units"] == "min"
    assert ds["pK"].dims == ("scenario", "time")
    assert ds["pK"].attrs == {"units": "nM", "long_name": "phosphorylated kinase"}
    assert ds["M"].attrs["units"] == "1"
    assert ds["pK_fold"].attrs["units"] == "1"
    assert ds.attrs["readouts"] == "pR pK M R_drugged"
    assert list(ds["status"].values) == ["ok", "ok"]
    assert list(ds["context"].values) == ["CELL", "CELL"]


def test_the_untreated_cell_is_at_its_known_rest_and_stays_there(toy: Model) -> None:
    ds = pw.simulate(toy, Scenario(duration="24 h"))
    phosphorylated = 200.0 * 0.2 / (0.2 + 0.5)
    active = 50.0 * 0.01 * phosphorylated / (0.01 * phosphorylated + 0.3)
    message = active / (20.0 + active)
    for name, level in zip(READOUTS, (phosphorylated, active, message), strict=True):
        np.testing.assert_allclose(ds[name], level, rtol=1e-6)
        np.testing.assert_allclose(ds[f"{name}_fold"], 1.0, rtol=1e-6)
    assert float(ds["equilibrium_residual"][0]) < 1e-9
    assert float(ds["equilibrium_slowest"][0]) < 0.0
    assert float(ds["lowest"][0]) >= 0.0


def test_drugs_and_ligands_of_the_first_step_start_at_time_zero(toy: Model) -> None:
    scenario = BLOCKED.with_ligands({"L": "10 nM"})
    ds = pw.simulate(toy, scenario, times=["0 min", "1 min", "2 h"])
    assert float(ds["pR_fold"][0, 0]) == pytest.approx(1.0, rel=1e-9)
    assert float(ds["R_drugged"][0, 0]) == 0.0
    assert float(ds["R_drugged"][0, 2]) == pytest.approx(200.0 * 100 / 110, rel=1e-4)


def test_no_drug_is_a_zero_dose(toy: Model) -> None:
    zero = BLOCKED.with_drugs({"blocker": "0 nM"}).with_ligands({"L": "1 nM"})
    ds = pw.simulate(toy, [zero, zero.without_drugs()])
    for name in READOUTS:
        np.testing.assert_allclose(ds[name][0], ds[name][1], rtol=1e-5)


def test_times_are_texts_or_minutes(toy: Model) -> None:
    ds = pw.simulate(toy, BLOCKED, times=["1 h", 5.0, "5 min", 0])
    np.testing.assert_array_equal(ds["time"], [0.0, 5.0, 60.0])
    one = pw.simulate(toy, BLOCKED, times="1 h")
    np.testing.assert_array_equal(one["time"], [60.0])
    assert float(one["pK"][0, 0]) == float(ds["pK"][0, 2])


def test_times_after_a_scenarios_end_are_missing(toy: Model) -> None:
    short = BLOCKED.with_duration("1 h")
    ds = pw.simulate(toy, [short, BLOCKED])
    assert float(ds["time"][-1]) == 120.0
    after = ds["time"].values > 60.0
    assert np.isnan(ds["pK"].values[0, after]).all()
    assert np.isfinite(ds["pK"].values[0, ~after]).all()
    assert np.isfinite(ds["pK"].values[1]).all()
    assert list(ds["status"].values) == ["ok", "ok"]


def test_the_default_grid_has_every_change_and_end(toy: Model) -> None:
    scenario = BLOCKED.then("90 min", ligands={"L": "1 nM"}).wash("36 h")
    times = pw.simulate(toy, scenario)["time"].values
    assert {0.0, 1.0, 120.0, 121.0, 210.0, 211.0, 2370.0} <= set(times.tolist())
    assert np.all(np.diff(times) > 0.0)
    assert np.max(np.diff(times)) <= 120.0


def test_a_fold_without_a_baseline_is_missing_and_counted(toy: Model) -> None:
    ds = pw.simulate(toy, [BLOCKED, BLOCKED.without_drugs()])
    assert np.isnan(ds["R_drugged_fold"]).all()
    assert ds["R_drugged_fold"].attrs["undefined"] == 2
    assert float(ds["R_drugged"][0, -1]) > 100.0
    assert (ds["R_drugged"][1] == 0.0).all()  # no drug, no such species: an empty sum
    assert ds["pK_fold"].attrs["undefined"] == 0


def test_a_washout_and_a_pulse_act_when_they_are_given(toy: Model) -> None:
    scenario = BLOCKED.wash("24 h").then("1 h", ligands={"L": "10 nM"})
    ds = pw.simulate(toy, scenario, times=["2 h", "26 h", "27 h"])
    drugged, recovered, pulsed = ds["pR"].values[0]
    rest = 200.0 * 0.2 / 0.7
    assert drugged < 0.2 * rest
    assert recovered == pytest.approx(rest, rel=1e-3)
    assert pulsed > 1.5 * rest


def test_an_autocrine_ligand_is_part_of_the_untreated_cell(toy: Model) -> None:
    ds = pw.simulate(toy, [Scenario(lesions={"L_autocrine": True}), Scenario()])
    assert float(ds["pR"][0, 0]) > 1.2 * float(ds["pR"][1, 0])
    np.testing.assert_allclose(ds["pR_fold"][0], 1.0, rtol=1e-5)


def test_a_truncated_receptor_is_blind_to_the_antibody(toy: Model) -> None:
    antibody = Scenario(drugs={"antibody": "in-vitro"}, lesions={"tR": 1.0})
    ds = pw.simulate(toy, [antibody, antibody.without_drugs()])
    np.testing.assert_allclose(ds["pR"][0], ds["pR"][1], rtol=1e-9)
    np.testing.assert_allclose(ds["pR"][0], 200.0 * 0.2 / 0.7, rtol=1e-6)


def test_a_small_medium_depletes(toy: Model) -> None:
    low = BLOCKED.with_drugs({"blocker": "20 nM"})
    volumes = [None, "1 uL", "5 pL"]
    ds = pw.simulate(
        toy, [replace(low, medium_volume_per_cell=v).labelled(str(v)) for v in volumes]
    )
    constant, large, small = ds["R_drugged"].values[:, -1]
    assert large == pytest.approx(constant, rel=1e-3)
    assert small < 0.55 * constant
    assert small < 5.0 * 20.0


def test_the_same_bits_alone_or_in_a_batch_in_any_order(toy: Model) -> None:
    scenarios = [
        BLOCKED,
        BLOCKED.with_drugs({"antibody": "in-vitro"}),
        BLOCKED.with_lesions({"tR": True}),
        BLOCKED.with_parameters({"K.total": "x3"}),
        BLOCKED.with_drugs({"blocker": "7 nM"}),
    ]
    times = [0, 1, 30, 120]
    together = pw.simulate(toy, scenarios, times=times)
    backwards = pw.simulate(toy, scenarios[::-1], times=times)
    for row, scenario in enumerate(scenarios):
        alone = pw.simulate(toy, scenario, times=times)
        for name in READOUTS:
            bits = alone[name].values[0].tobytes()
            assert together[name].values[row].tobytes() == bits
            assert backwards[name].values[len(scenarios) - 1 - row].tobytes() == bits


@settings(deadline=None, max_examples=10)
@given(st.permutations(["antibody", "blocker"]), st.floats(0.1, 100.0))
def test_the_order_of_drugs_does_not_matter(toy: Model, order: list[str], dose: float) -> None:
    doses = {"antibody": "2 nM", "blocker": f"{dose!r} nM"}
    first = pw.simulate(toy, Scenario(drugs=doses, duration="1 h"))
    other = pw.simulate(toy, Scenario(drugs={n: doses[n] for n in order}, duration="1 h"))
    xr.testing.assert_identical(first, other)


def test_methods_and_tolerances_agree(toy: Model) -> None:
    reference = pw.simulate(toy, BLOCKED, rtol=1e-10, atol=1e-12, method="Radau")
    for method in ("LSODA", "bdf", pw.Method.RADAU):
        ds = pw.simulate(toy, BLOCKED, method=method)
        np.testing.assert_allclose(ds["pK"], reference["pK"], rtol=2e-5)
    assert reference.attrs["rtol"] == 1e-10
    assert reference.attrs["atol"] == 1e-12
    assert reference.attrs["method"] == "Radau"


def test_a_failed_run_raises_alone_and_is_missing_in_a_batch(toy: Model) -> None:
    failing = BLOCKED.with_parameters(FAILING)
    with pytest.raises(SolveError, match="equilibrium"):
        pw.simulate(toy, failing)
    done: list[tuple[int, int]] = []
    ds = pw.simulate(
        toy, [failing, BLOCKED], progress=lambda part, whole: done.append((part, whole))
    )
    assert str(ds["status"].values[0]).startswith("equilibrium: ")
    assert ds["status"].values[1] == "ok"
    assert np.isnan(ds["pK"].values[0]).all()
    assert np.isnan(ds["pK_fold"].values[0]).all()
    assert np.isfinite(ds["pK"].values[1]).all()
    assert ds["parameters_hash"].values[0] == ""
    assert done == [(1, 2), (2, 2)]


def test_an_early_stop_holds_the_state_until_the_medium_changes(toy: Model) -> None:
    rested = BLOCKED.wash("4000 h")
    long = rested.then("4100 h", drugs={})
    times = ["1 h", "3999 h", "4100 h"]
    whole, early = (pw.simulate(toy, long, times, early_stop=stop) for stop in (False, True))
    np.testing.assert_allclose(early["pK"].values, whole["pK"].values, rtol=1e-4)
    assert early["pK"].values.tobytes() != whole["pK"].values.tobytes()


def test_threads_change_no_bits(toy: Model) -> None:
    runs = [BLOCKED.with_parameters({"K.total": f"x{1 + 0.1 * i}"}) for i in range(17)]
    one, two = (pw.simulate(toy, runs, ["1 h"], threads=n)["pK"].values for n in (1, 2))
    assert one.tobytes() == two.tobytes()


def test_bad_input_raises_in_a_batch_too(toy: Model) -> None:
    with pytest.raises(ScenarioError, match="unknown drug 'x'"):
        pw.simulate(toy, [BLOCKED, Scenario(drugs={"x": "1 nM"})])


def test_scenarios_with_one_label_are_told_apart(toy: Model) -> None:
    labels = ["a", "a", "b", "a", "a (2)"]
    ds = pw.simulate(toy, [BLOCKED.labelled(label) for label in labels], times=[0])
    assert list(ds["scenario"].values) == ["a", "a (3)", "b", "a (4)", "a (2)"]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        ({"scenarios": []}, ScenarioError, "simulate: no scenario is given; give at least one"),
        ({"times": []}, ScenarioError, "times: none are given"),
        ({"times": ["3 h"]}, ScenarioError, r"times: 180 min is after the end .* \(120 min\)"),
        ({"times": [-1.0]}, ScenarioError, "times: a time of -1.0; give minutes from 0 up"),
        ({"times": [float("nan")]}, ScenarioError, "times: a time of nan"),
        ({"times": ["3 nM"]}, UnitError, "times: unit 'nM'"),
        ({"method": "LSDA"}, SolveError, r"method: unknown method 'LSDA'; did you mean 'LSODA'\?"),
        ({"rtol": 2.0}, SolveError, "rtol: is 2"),
        ({"atol": 0.0}, SolveError, "atol: is 0"),
        ({"threads": 0}, SolveError, "threads: is 0; use at least one"),
        (
            {"early_stop": True, "method": "BDF"},
            SolveError,
            "early_stop: is not for BDF; leave it out, or use Rodas5P",
        ),
    ],
)
def test_what_is_refused(
    toy: Model, call: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        pw.simulate(toy, **{"scenarios": [BLOCKED], **call})


def test_a_drug_that_takes_a_species_away_is_refused(
    toy: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = Runner(toy, Settings())
    rest = runner.rest(BLOCKED)
    amounts = {**rest.amounts, "ghost()": 1.0}
    monkeypatch.setattr(runner, "rest", lambda _: replace(rest, amounts=amounts))
    with pytest.raises(SolveError, match=r"the treated network has no species 'ghost\(\)'"):
        runner.run(BLOCKED, resolve(toy.declared, BLOCKED), np.array([0.0]))


def test_untreated_cells_and_structures_are_shared(
    toy: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: list[int] = []
    compiled: list[int] = []
    equilibrate = Network.equilibrate
    expand = type(toy).expand

    def counted(self: Any, *args: Any) -> Any:
        rests.append(1)
        return equilibrate(self, *args)

    def counted_expand(self: Any, resolved: Any) -> Any:
        compiled.append(1)
        return expand(self, resolved)

    monkeypatch.setattr(Network, "equilibrate", counted)
    monkeypatch.setattr(type(toy), "expand", counted_expand)
    doses = [BLOCKED.with_drugs({"blocker": f"{n} nM"}) for n in (1, 2, 3)]
    pw.simulate(toy, [*doses, BLOCKED.with_ligands({"L": "1 nM"}), BLOCKED.without_drugs()])
    assert len(rests) == 1
    assert len(compiled) == 3  # without, with the drug, with drug and ligand
    pw.simulate(toy, [BLOCKED, BLOCKED.with_parameters({"K.total": "x2"})])
    assert len(rests) == 3


def test_the_untreated_scenario_keeps_the_cell_and_nothing_else() -> None:
    scenario = Scenario(
        context="MUTATED",
        drugs={"blocker": "1 nM"},
        ligands={"L": "1 nM"},
        lesions={"tR": 0.2},
        parameters={"K.total": "x2"},
        medium_volume_per_cell="1 nL",
    ).wash("1 h")
    assert untreated(scenario) == Scenario(
        context="MUTATED", lesions={"tR": 0.2}, parameters={"K.total": "x2"}
    )


def test_the_record_says_what_made_the_result_and_nothing_that_varies(toy: Model) -> None:
    first = pw.simulate(toy, BLOCKED)
    assert first.attrs["model"] == "toy"
    assert first.attrs["model_version"] == 1
    assert first.attrs["model_hash"] == toy.declared.text_hash
    assert first.attrs["numpy"] == np.__version__
    xr.testing.assert_identical(first, pw.simulate(toy, BLOCKED))
    changed = pw.simulate(toy, BLOCKED.with_parameters({"K.total": "x2"}))
    assert changed["parameters_hash"].values[0] != first["parameters_hash"].values[0]


def test_the_parameters_hash_is_of_names_and_exact_values() -> None:
    one = parameters_hash({"a": 1.0, "b": 2.0})
    assert one == parameters_hash({"b": 2.0, "a": 1.0})
    assert one != parameters_hash({"a": 1.0, "b": np.nextafter(2.0, 3.0)})
    assert one != parameters_hash({"a": 2.0, "b": 1.0})


def test_a_result_survives_its_file(toy: Model, tmp_path: Path) -> None:
    ds = pw.simulate(toy, [BLOCKED, BLOCKED.with_parameters(FAILING), BLOCKED.without_drugs()])
    path = tmp_path / "results.nc"
    ds.to_netcdf(path, engine="h5netcdf")
    with xr.open_dataset(path, engine="h5netcdf") as read:
        xr.testing.assert_identical(read.load(), ds)


def test_terms_added_to_a_readout_keep_its_unit(toy: Model) -> None:
    ds = pw.simulate(toy, BLOCKED.with_lesions({"tR": True}))
    assert ds["pR"].attrs["units"] == "nM"
