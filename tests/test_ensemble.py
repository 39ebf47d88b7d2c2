"""Ensembles: what is reported of many cells, the same bits however the work is cut."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import pathway as pw
from pathway.errors import CompileError, ScenarioError, SolveError
from pathway.population import ensemble as rooms
from pathway.population import plan
from pathway.population.variation import variation
from pathway.result.cells import STATUSES
from pathway.scenario import Scenario, resolve
from tests.sbml_text import CELL, apply, document, parameter, reaction, species, write
from tests.toy import write_toy

if TYPE_CHECKING:
    from pathlib import Path

    from pathway.model import Model

BLOCKED = Scenario(drugs={"blocker": "100 nM"}, duration="2 h", label="blocked")
MUTANT = BLOCKED.with_lesions({"K_mutant": 0.5}).labelled("mutant")
TIMES = ("0 min", "10 min", "2 h")


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return pw.load(write_toy(tmp_path_factory.mktemp("toy")))


@pytest.fixture(scope="module")
def drawn(toy: Model) -> xr.Dataset:
    return pw.ensemble(
        toy, [BLOCKED, MUTANT], draws=30, times=TIMES, against="untreated", keep="draws"
    )


def test_each_cell_is_the_simulation_of_its_own_numbers(toy: Model, drawn: xr.Dataset) -> None:
    found = variation(toy.declared, MUTANT, ("totals", "rates"))
    values = found.values(1, 0, 30, None)
    nominal = resolve(toy.declared, MUTANT).parameters
    for cell in (0, 17):
        changes = {
            name: f"x{float(value / nominal[name])!r}"
            for name, value in zip(found.ids, values[cell], strict=True)
        }
        scenario = MUTANT.with_parameters(changes)
        alone = pw.simulate(toy, [scenario, scenario.without_drugs()], times=TIMES)
        for name in ("pR", "pK", "M", "pR_fold", "M_fold"):
            one = drawn[name].sel(scenario="mutant", draw=cell)
            np.testing.assert_allclose(one, alone[name][0], rtol=2e-5, atol=1e-8)
        suppression = 1.0 - alone["pK"][0] / alone["pK"][1]
        one = drawn["pK_suppression"].sel(scenario="mutant", draw=cell)
        np.testing.assert_allclose(one, suppression, atol=2e-5)


def test_a_kept_ensemble_is_labelled(drawn: xr.Dataset) -> None:
    assert dict(drawn.sizes) == {
        "scenario": 2,
        "draw": 30,
        "time": 3,
        "outcome": len(STATUSES),
    }
    assert drawn["pK"].dims == ("scenario", "draw", "time")
    assert drawn["pK"].attrs["units"] == "nM"
    assert drawn["pK_fold"].attrs["units"] == "1"
    assert drawn["time"].attrs["units"] == "min"
    assert set(drawn["status"].to_numpy().ravel()) == {"ok"}
    assert drawn.attrs["cells_ok"] == 60
    assert drawn.attrs["cells_failed"] == 0
    assert drawn.attrs["seed"] == 1
    assert "first_failure" not in drawn.attrs
    assert drawn.attrs["readouts"] == "pR pK M R_drugged"
    np.testing.assert_allclose(drawn["pK_fold"][:, :, 0], 1.0, rtol=1e-9)
    np.testing.assert_array_equal(drawn["R_drugged"][:, :, 0], 0.0)
    assert drawn["R_drugged_fold"].attrs["undefined"] == 30
    assert np.isnan(drawn["R_drugged_fold"]).all()


def test_quantiles_means_and_shares_are_those_of_the_cells(toy: Model, drawn: xr.Dataset) -> None:
    thresholds = {"pK_fold": 0.5, "pR_suppression": 0.9}
    found = pw.ensemble(
        toy,
        [BLOCKED, MUTANT],
        draws=30,
        times=TIMES,
        against="untreated",
        thresholds=thresholds,
        quantiles=(0.5, 0.1),
    )
    np.testing.assert_array_equal(found["quantile"], [0.1, 0.5])
    for name in ("pR", "pK_fold", "M_suppression"):
        values = drawn[name].to_numpy()
        exact = np.quantile(values, [0.1, 0.5], axis=1).transpose(1, 0, 2)
        np.testing.assert_array_equal(found[name], exact)
        np.testing.assert_allclose(found[f"{name}_mean"], values.mean(axis=1), rtol=1e-12)
        sd = values.std(axis=1, ddof=1)
        np.testing.assert_allclose(found[f"{name}_sd"], sd, rtol=1e-9, atol=1e-15)
    for name, level in thresholds.items():
        values = drawn[name].to_numpy()
        np.testing.assert_array_equal(found[f"{name}_below"], (values < level).mean(axis=1))
        np.testing.assert_array_equal(found[f"{name}_above"], (values > level).mean(axis=1))
    assert found["pK_fold_below"].attrs["threshold"] == 0.5
    assert found["pR_mean"].attrs["units"] == "nM"
    assert found.attrs["quantiles_within"] == 0.0


def test_a_draw_does_not_depend_on_how_many_there_are(toy: Model, drawn: xr.Dataset) -> None:
    fewer = pw.ensemble(toy, [MUTANT], draws=11, times=TIMES, readouts=["M"], keep="draws")
    for name in ("M", "M_fold"):
        np.testing.assert_array_equal(fewer[name][0], drawn[name][1, :11])
    assert "pK" not in fewer
    other = pw.ensemble(toy, [MUTANT], draws=11, seed=2, times=TIMES, keep="draws")
    assert not np.array_equal(other["M"][0], fewer["M"][0])


def test_counted_quantiles_are_near_whatever_the_chunks(
    toy: Model, drawn: xr.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "WHOLE", 0)
    monkeypatch.setattr(plan, "FEW", 8)
    order: list[list[int]] = [[0, 1, 2, 3], [3, 1, 0, 2]]
    results = []
    execute = getattr(rooms, "execute")  # noqa: B009 - it is imported there
    for wanted in order:

        def shuffled(tasks: Any, *rest: Any, wanted: list[int] = wanted) -> Any:
            listed = list(tasks)
            assert len(listed) == 4
            return execute(iter([listed[place] for place in wanted]), *rest)

        monkeypatch.setattr(rooms, "execute", shuffled)
        results.append(
            pw.ensemble(
                toy,
                [BLOCKED, MUTANT],
                draws=30,
                times=TIMES,
                against="untreated",
                thresholds={"pK": 20.0},
            )
        )
    xr.testing.assert_identical(results[0], results[1])
    assert results[0].attrs["quantiles_within"] == 0.005
    shares = results[0]["quantile"].to_numpy()
    for name in ("pR", "pK_fold", "M_suppression"):
        exact = np.quantile(drawn[name], shares, axis=1).transpose(1, 0, 2)
        np.testing.assert_allclose(results[0][name], exact, rtol=0.0051, atol=1e-9)
        mean = drawn[name].mean("draw")
        np.testing.assert_allclose(results[0][f"{name}_mean"], mean, rtol=1e-12, atol=1e-12)
    below = (drawn["pK"] < 20.0).mean("draw")
    np.testing.assert_array_equal(results[0]["pK_below"], below)


def test_given_values_repeat_what_was_drawn(toy: Model, drawn: xr.Dataset) -> None:
    found = variation(toy.declared, BLOCKED, ("totals", "rates"))
    table = pd.DataFrame(found.values(1, 0, 30, None), columns=list(found.ids))
    given = pw.ensemble(
        toy, [BLOCKED, MUTANT], parameters=table, times=TIMES, against="untreated", keep="draws"
    )
    assert given.sizes["draw"] == 30
    np.testing.assert_array_equal(given["pK"][0], drawn["pK"][0])
    # The lesion's own rate was drawn there, and is nominal here.
    some = pw.ensemble(
        toy, [BLOCKED], parameters=table[["R.total"]], vary="rates", times=TIMES, keep="draws"
    )
    both = pw.ensemble(toy, [BLOCKED], parameters=table[["R.total"]], times=TIMES, keep="draws")
    assert float(some["M"].std()) > float(both["M"].std())


def test_drawn_numbers_given_back_make_the_same_cells(toy: Model, drawn: xr.Dataset) -> None:
    table = pw.parameter_draws(toy, MUTANT, 30)
    assert table.index.name == "draw"
    assert "K_mutant.total" not in table
    given = pw.ensemble(toy, MUTANT, parameters=table, times=TIMES, keep="draws")
    np.testing.assert_allclose(given["pK"][0], drawn["pK"][1], rtol=1e-9)
    some = pw.parameter_draws(toy, BLOCKED, 5, vary="totals", sigma=0.1)
    assert list(some.columns) == ["R.total", "K.total"]
    np.testing.assert_allclose(np.log(some / [200.0, 50.0]).std().to_numpy(), 0.1, atol=0.08)
    plain = pw.parameter_draws(toy, BLOCKED, 30)
    given = pw.ensemble(toy, BLOCKED, parameters=plain, times=TIMES, keep="draws")
    np.testing.assert_array_equal(given["pK"][0], drawn["pK"][0])
    with pytest.raises(ScenarioError, match="draws: 0 cells"):
        pw.parameter_draws(toy, BLOCKED, 0)


def test_noise_is_on_readings_only(toy: Model, drawn: xr.Dataset) -> None:
    def noisy(noise: float | bool, scenario: Scenario = BLOCKED) -> xr.Dataset:  # noqa: FBT001
        return pw.ensemble(
            toy, scenario, draws=400, times=TIMES, vary="K.total", keep="draws", noise=noise
        )

    plain, read = noisy(noise=0.0), noisy(noise=0.2)
    error = np.log((read["pR"] / plain["pR"]).to_numpy())
    np.testing.assert_allclose(error.std(), np.sqrt(np.log1p(0.04)), rtol=0.1)
    assert abs(np.corrcoef(error[0, :, 1], error[0, :, 2])[0, 1]) < 0.2
    fold = np.log((read["pR_fold"] / plain["pR_fold"]).to_numpy())
    np.testing.assert_allclose(fold.std(), np.sqrt(2 * np.log1p(0.04)), rtol=0.1)
    again = noisy(0.2, BLOCKED.labelled("another name"))
    np.testing.assert_array_equal(again["pR_fold"], read["pR_fold"])
    assert noisy(noise=True).attrs["noise"] == plan.NOISE
    assert drawn.attrs["noise"] == 0.0


def test_scenarios_of_different_length_and_readouts(toy: Model) -> None:
    short = Scenario(duration="1 h", label="untreated")
    found = pw.ensemble(toy, [short, BLOCKED], draws=5, times=["30 min", "2 h"])
    assert np.isnan(found["pK"].sel(scenario="untreated", time=120.0)).all()
    assert np.isfinite(found["pK"].sel(scenario="untreated", time=30.0)).all()
    np.testing.assert_array_equal(found["R_drugged"].sel(scenario="untreated", time=30.0), 0.0)
    assert found["pK"].attrs["undefined"] == 0


def test_a_failed_cell_is_counted_and_left_out(toy: Model) -> None:
    rates = pd.DataFrame({"M_decay.k": [0.01, 0.0, 0.02], "K.total": [50.0, 50.0, 1e300]})
    rates.loc[2, "K.total"] = 40.0
    kept = pw.ensemble(toy, [BLOCKED, MUTANT], parameters=rates, times=["2 h"], keep="draws")
    assert list(kept["status"][0].to_numpy()) == ["ok", "no rest", "ok"]
    np.testing.assert_array_equal(np.isnan(kept["M"][:, :, 0]), [[False, True, False]] * 2)
    assert kept.attrs["cells_ok"] == 4
    assert kept.attrs["cells_no_rest"] == kept.attrs["cells_failed"] == 2
    assert kept.attrs["first_failure"].startswith("draw 1, scenario 1: equilibrium: no rest")
    counted = pw.ensemble(
        toy, BLOCKED, parameters=rates, times=["2 h"], thresholds={"M": 0.0}, quantiles=[0.5]
    )
    np.testing.assert_allclose(counted["M"][0, 0], kept["M"][0, [0, 2]].mean(), rtol=1e-12)
    np.testing.assert_array_equal(counted["M_above"], [[1.0]])
    np.testing.assert_array_equal(counted["cells"].sel(outcome=["ok", "no rest"]), [[2, 1]])
    with pytest.raises(SolveError, match="ensemble: every cell failed; equilibrium: no rest"):
        pw.ensemble(toy, BLOCKED, parameters=rates.iloc[[1]], times=["2 h"])


def test_an_impossible_nominal_cell_is_an_error(toy: Model) -> None:
    broken = BLOCKED.with_parameters({"M_transcription.pK.K": "0 nM"})
    with pytest.raises(CompileError, match="both must be above zero"):
        pw.ensemble(toy, broken, draws=2)


def test_a_result_can_be_written(drawn: xr.Dataset, tmp_path: Path) -> None:
    drawn.to_netcdf(tmp_path / "cells.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "cells.nc", engine="h5netcdf") as read:
        np.testing.assert_array_equal(read["pK"], drawn["pK"])
        assert read.attrs["cells_ok"] == 60


def test_progress_counts_cells(toy: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "FEW", 8)
    calls: list[tuple[int, int]] = []
    pw.ensemble(toy, BLOCKED, draws=20, progress=lambda *call: calls.append(call))
    assert calls == [(8, 20), (16, 20), (20, 20)]


def test_a_file_of_equations_varies_constants_and_initial_values(tmp_path: Path) -> None:
    decay = reaction(apply("times", "k", "A", "C"), "A")
    text = document(
        compartments=CELL,
        species=species("A", "4"),
        parameters=parameter("k", "0.5"),
        reactions=decay,
    )
    model = pw.load(write(tmp_path, text))
    scenario = Scenario(duration="4")
    found = pw.ensemble(model, scenario, draws=300, times=["0", "4"], keep="draws")
    start, end = (found["A"].sel(time=time)[0].to_numpy() for time in (0.0, 4.0))
    np.testing.assert_allclose(np.log(start).std(), 0.3, rtol=0.15)
    rates = -np.log(end / start) / 4.0
    np.testing.assert_allclose(np.log(rates / 0.5).std(), 0.3, rtol=0.15)
    np.testing.assert_array_equal(found["C"], 2.0)
    assert "A_fold" not in found
    one = pw.ensemble(model, scenario, draws=50, times=["4"], vary="k", sigma=0.1, keep="draws")
    np.testing.assert_allclose(np.log(-np.log(one["A"].to_numpy() / 2.0)).std(), 0.1, rtol=0.3)
    given = pw.ensemble(
        model, scenario, parameters=pd.DataFrame({"k": [0.1, 0.2]}), times=["4"], keep="draws"
    )
    np.testing.assert_allclose(given["A"][0, :, 0], 2.0 * np.exp([-0.4, -0.8]), rtol=1e-6)
    with pytest.raises(ScenarioError, match=r"against: .* has no untreated cell"):
        pw.ensemble(model, scenario, draws=2, against="untreated")
    with pytest.raises(ScenarioError, match="vary: unknown 'konstants'; did you mean 'constants'"):
        pw.ensemble(model, scenario, draws=2, vary="konstants")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"draws": 0}, "draws: 0 cells"),
        ({"against": "nothing"}, "against: 'nothing'; only \"untreated\""),
        ({"keep": "all"}, "keep: 'all'; only \"draws\""),
        ({"noise": -1.0}, "noise: -1; give a coefficient"),
        ({"sigma": 0.0}, "sigma: 0; give a number above 0"),
        ({"quantiles": (50,)}, "quantiles: must be shares"),
        ({"quantiles": ()}, "quantiles: must be shares"),
        ({"retries": -1}, "retries: -1"),
        ({"readouts": ["pQ"]}, "readouts: unknown readout 'pQ'; known"),
        ({"readouts": []}, "readouts: none are given"),
        ({"thresholds": {"pK_suppression": 0.5}}, "thresholds: 'pK_suppression' is not reported"),
        ({"thresholds": {"pK": np.nan}}, "thresholds: 'pK' at nan"),
        ({"vary": []}, "ensemble: nothing varies"),
        ({"vary": "antibody_binding.kon"}, "ensemble: nothing varies"),
        ({"executor": 3}, "executor: 'int' is neither"),
        ({"times": ["3 h"]}, "times: 180 min is after the end"),
        ({"parameters": pd.DataFrame()}, "parameters: the table is empty"),
        ({"parameters": pd.DataFrame({"K.total": ["a"]})}, "parameters: not all are numbers"),
        ({"parameters": pd.DataFrame({"K.totall": [1.0]})}, "unknown 'K.totall'; did you mean"),
        ({"parameters": pd.DataFrame({"K.total": [1.0, np.nan]})}, "is nan in row 1"),
        ({"parameters": pd.DataFrame({"K.total": [-1.0]})}, "'K.total': is negative"),
        ({"parameters": pd.DataFrame({"Z.total": [1.0]})}, "scenario 'blocked' has none"),
        ({"parameters": pd.DataFrame([[1.0, 2.0]], columns=["K.total"] * 2)}, "is there twice"),
        (
            {"parameters": pd.DataFrame({"antibody_binding.kon": [1.0]})},
            "no scenario has 'antibody_binding.kon'",
        ),
        (
            {"parameters": pd.DataFrame({"K.total": [1.0]}), "draws": 2},
            "draws: 2, and parameters have 1 rows",
        ),
    ],
)
def test_what_makes_no_ensemble_is_refused(
    toy: Model, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ScenarioError, match=message):
        pw.ensemble(
            toy, BLOCKED, **{"draws": 2, **changes} if "parameters" not in changes else changes
        )


def test_no_scenario_is_refused(toy: Model) -> None:
    with pytest.raises(ScenarioError, match="ensemble: no scenario is given"):
        pw.ensemble(toy, [])


def test_shares_of_interactions_are_not_given(her2: Model) -> None:
    table = pd.DataFrame({"HRG_makes_HER2_HER3.off_share": [0.5]})
    with pytest.raises(ScenarioError, match="is part of the structure"):
        pw.ensemble(her2, Scenario(context="SKBR3", ligands={"HRG": "1 nM"}), parameters=table)


def test_a_scenario_is_the_same_under_another_duration_of_rest(toy: Model) -> None:
    longer = replace(BLOCKED, duration="3 h")
    one, other = (
        pw.ensemble(toy, s, draws=3, times=["1 h"], keep="draws") for s in (BLOCKED, longer)
    )
    np.testing.assert_allclose(one["pK"], other["pK"], rtol=1e-6)
