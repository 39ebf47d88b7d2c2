"""pw.sensitivities: labels, units, refusals, and the HER2 model against differences of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import pathway as pw
from pathway.errors import ScenarioError, SolveError
from pathway.model.lanes import NetworkRun, run_networks
from pathway.result.run import Runner, untreated
from pathway.scenario import resolve
from pathway.solve.settings import Settings
from tests.toy import write_toy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pathway.model import Model

    Values = NDArray[np.float64]

TIMES = (0.0, 30.0, 120.0, 720.0, 1440.0)
TREATED = pw.Scenario(
    context="SKBR3",
    drugs={"trastuzumab": "10 ug/mL", "lapatinib": "100 nM"},
    ligands={"HRG": "1 nM"},
    duration="24 h",
)
"""A bivalent antibody, a kinase inhibitor and a ligand: all feedback of the model is in it."""

EVERY_KIND = (
    "HER2.total",
    "HER2_HER2_dimerisation.koff",
    "trastuzumab_binding.Kd",
    "trastuzumab_breaks_HER2_HER3.factor",
    "lapatinib_keeps_HER2_at_surface.factor",
    "HRG_binding.kon",
    "DUSP_transcription.ERK.K",
    "HER3_transcription_by_FOXO.FOXO.hill",
    "IRS1_serine_phosphorylation.k",
    "IGF1R_transcript_scale",
    "RAF_activation.AKT_activity.K",
    "PTEN.total",
)
NOTICEABLE = 1e-3
"""Of a readout's level: a derivative that never exceeds it is compared as part of the level."""

WANTED = 1e-4
TIGHT = Settings(rtol=1e-11, atol=1e-14)
BLOCKED = pw.Scenario(drugs={"blocker": "100 nM"}, duration="2 h")


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return pw.load(write_toy(tmp_path_factory.mktemp("toy")))


def differences(model: Model, scenario: pw.Scenario, names: Sequence[str]) -> tuple[Values, Values]:
    """Return readouts (time, readout), and d readout / d ln parameter (parameter, time, readout).

    Each run begins at the rest of its own parameters; scales of anchors are held, as they are in
    the derivatives. Differences of order 4, tolerances at which their noise is 1e-8.
    """
    runner = Runner(model, TIGHT)
    resolved = resolve(model.declared, scenario)
    net = runner.network(resolved)
    bare = runner.network(resolve(model.declared, untreated(scenario)))
    place = {name: number for number, name in enumerate(net.species)}
    where = [place[name] for name in bare.species]
    share = 1e-2
    shifts = (0.0, share, -share, 2 * share, -2 * share)
    runs = []
    usual = bare.equilibrate(TIGHT).y
    for name in names:
        for shift in shifts:
            value = {name: net.parameters[name] * np.exp(shift)}
            treated = net.with_parameters(value)
            start = treated.y0.copy()
            start[where] = usual
            if name in bare.parameters:
                start[where] = bare.with_parameters(value).equilibrate(TIGHT).y
            runs.append(NetworkRun(network=treated, steps=resolved.steps, y0=start))
    levels = []
    for run in run_networks(runs, np.array(TIMES), TIGHT):
        if isinstance(run, SolveError):
            raise run
        levels.append(net.read(run.y, run.inputs))
    table = np.array(levels).reshape(len(names), len(shifts), len(TIMES), -1)
    near = (table[:, 1] - table[:, 2]) / (2 * share)
    far = (table[:, 3] - table[:, 4]) / (4 * share)
    return table[0, 0], (4 * near - far) / 3


def worst(model: Model, names: Sequence[str]) -> dict[str, float]:
    """Return each parameter's largest error over readouts and times, of its largest derivative."""
    found = pw.sensitivities(model, TREATED, TIMES, parameters=names, relative=False)
    readouts = found.attrs["readouts"].split()
    slopes = np.stack([found[name].to_numpy() for name in readouts], axis=-1)
    slopes = slopes * found["value"].to_numpy()[:, None, None]
    levels, expected = differences(model, TREATED, names)
    size = np.abs(expected).max(axis=1)
    size = np.maximum(size, NOTICEABLE * np.abs(levels).max(axis=0))
    error = np.abs(slopes - expected).max(axis=1) / np.where(size > 0.0, size, 1.0)
    return dict(zip(names, error.max(axis=1).tolist(), strict=True))


@pytest.mark.slow
def test_the_her2_model_by_parameters_of_every_kind(her2: Model) -> None:
    errors = worst(her2, EVERY_KIND)
    assert max(errors.values()) < WANTED, errors


@pytest.mark.slow
def test_the_her2_model_by_all_parameters(her2: Model) -> None:
    names = list(pw.sensitivities(her2, TREATED, [0.0])["parameter"].to_numpy())
    assert len(names) > 150
    errors = worst(her2, names)
    assert max(errors.values()) < WANTED, sorted(errors.items(), key=lambda pair: -pair[1])[:5]


def test_a_small_model_against_runs_with_other_numbers(toy: Model) -> None:
    times = [0.0, 10.0, 120.0]
    found = pw.sensitivities(toy, BLOCKED, times, rtol=1e-9, atol=1e-12)
    assert found["pK"].dims == ("parameter", "time")
    for name in found["parameter"].to_numpy():
        pair = [
            pw.simulate(
                toy,
                BLOCKED.with_parameters({name: f"x{np.exp(shift):.17g}"}),
                times,
                rtol=1e-11,
                atol=1e-14,
            )
            for shift in (1e-3, -1e-3)
        ]
        for readout in ("pR", "pK", "M"):
            up, down = (np.log(ds[readout].to_numpy()[0]) for ds in pair)
            expected = (up - down) / 2e-3
            np.testing.assert_allclose(found[readout].sel(parameter=name), expected, atol=3e-6)


def test_readouts_are_labelled_with_units(toy: Model) -> None:
    names = ("K.total", "R_phosphorylation.k")
    found = pw.sensitivities(toy, BLOCKED, ["0 min", "1 h"], ("pK", "pR"), names)
    assert dict(found.sizes) == {"parameter": 2, "time": 2}
    assert found["parameter"].to_numpy().tolist() == list(names)
    assert found["time"].to_numpy().tolist() == [0.0, 60.0]
    assert found["pK"].attrs == {"units": "1", "long_name": "d ln pK / d ln parameter"}
    assert found["value"].sel(parameter="K.total").item() == pytest.approx(50.0)
    assert found.attrs["readouts"] == "pK pR"
    assert found.attrs["method"] == "Rodas5P, derivatives by ESDIRK4(3)6L"
    assert found.attrs["model"] == "toy"
    assert found.attrs["scenario"] == "blocker 100 nM"


def test_absolute_derivatives_are_the_relative_ones_in_units(toy: Model) -> None:
    relative = pw.sensitivities(toy, BLOCKED, [60.0], "pK")
    absolute = pw.sensitivities(toy, BLOCKED, [60.0], "pK", relative=False)
    level = pw.simulate(toy, BLOCKED, [60.0])["pK"].item()
    expected = relative["pK"] * level / relative["value"]
    np.testing.assert_allclose(absolute["pK"], expected, rtol=1e-9, atol=1e-15)
    assert absolute["pK"].attrs["units"] == "nM per unit of the parameter"


def test_a_readout_of_zero_has_no_relative_derivative(toy: Model) -> None:
    found = pw.sensitivities(toy, BLOCKED, [0.0, 60.0], "R_drugged", "R.total")
    assert np.isnan(found["R_drugged"].to_numpy()[0, 0])
    assert found["R_drugged"].to_numpy()[0, 1] == pytest.approx(1.0, rel=1e-6)


def test_a_parameter_of_zero_is_left_out_or_nan(toy: Model) -> None:
    none = BLOCKED.with_parameters({"R_phosphorylation.k": "x0"})
    found = pw.sensitivities(toy, none, [60.0], "pR")
    assert "R_phosphorylation.k" not in found["parameter"].to_numpy()
    asked = pw.sensitivities(toy, none, [60.0], "M", ["R_phosphorylation.k"], relative=False)
    assert np.isnan(asked["M"].to_numpy()).all()


def test_a_derivative_is_the_same_bits_alone_or_among_others(toy: Model) -> None:
    together = pw.sensitivities(toy, BLOCKED, [0.0, 60.0])
    for name in together["parameter"].to_numpy():
        alone = pw.sensitivities(toy, BLOCKED, [0.0, 60.0], "pK", name)
        np.testing.assert_array_equal(alone["pK"][0], together["pK"].sel(parameter=name))


def test_unknown_names_are_refused_with_the_nearest(toy: Model) -> None:
    with pytest.raises(ScenarioError, match=r"parameters: unknown name 'K\.totl'.*'K\.total'"):
        pw.sensitivities(toy, BLOCKED, parameters=["K.totl"])
    with pytest.raises(ScenarioError, match=r"readouts: unknown name 'pKK'.*'pK'"):
        pw.sensitivities(toy, BLOCKED, readouts="pKK")


def test_models_of_equations_are_refused() -> None:
    from pathway.model.equation_model import EquationModel

    model = EquationModel.__new__(EquationModel)
    with pytest.raises(ScenarioError, match="a model of equations has no derivatives"):
        pw.sensitivities(model, BLOCKED)
