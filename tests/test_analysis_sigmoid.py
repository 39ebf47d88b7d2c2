"""The fitted curve: what goes in comes out, and no shape passes for another."""

from __future__ import annotations

from math import isnan, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathway.analysis.sigmoid import Shape, fit_sigmoid, log_logistic
from pathway.errors import ScenarioError

DOSES = np.concatenate([[0.0], np.geomspace(0.1, 1e4, 16)])


@settings(deadline=None, max_examples=40)
@given(
    bottom=st.floats(-0.1, 0.2),
    span=st.floats(0.3, 0.8),
    log_ic50=st.floats(log(3.0), log(300.0)),
    hill=st.floats(0.7, 4.0),
)
def test_a_sigmoid_is_recovered(bottom: float, span: float, log_ic50: float, hill: float) -> None:
    ic50 = float(np.exp(log_ic50))
    points = log_logistic(DOSES, bottom, bottom + span, ic50, hill)
    fit = fit_sigmoid(DOSES, points)
    assert fit.shape is Shape.SIGMOID
    assert fit.message == ""
    assert fit.ic50 == pytest.approx(ic50, rel=1e-3)
    assert fit.emax == pytest.approx(bottom + span, abs=1e-3)
    assert fit.bottom == pytest.approx(bottom, abs=1e-3)
    assert fit.hill == pytest.approx(hill, rel=1e-2)
    assert fit.gof > 0.999999
    np.testing.assert_allclose(fit.at(DOSES), points, atol=1e-4)


def test_the_curve_is_halfway_at_ic50_and_at_bottom_without_dose() -> None:
    curve = log_logistic(np.array([0.0, 7.0, 1e300]), 0.1, 0.9, 7.0, 1.3)
    np.testing.assert_allclose(curve, [0.1, 0.5, 0.9])


def test_intervals_hold_the_truth_under_noise() -> None:
    noise = np.random.default_rng(1).normal(0.0, 0.02, DOSES.size)
    fit = fit_sigmoid(DOSES, log_logistic(DOSES, 0.0, 0.9, 20.0, 1.0) + noise)
    for name, truth in (("ic50", 20.0), ("emax", 0.9), ("bottom", 0.0), ("hill", 1.0)):
        low, high = fit.ci[name]
        assert low < truth < high
        assert low < getattr(fit, name) < high
    assert fit.ci["ic50"][1] / fit.ci["ic50"][0] < 2.0
    assert 0.98 < fit.gof < 1.0


def test_a_flat_curve_has_no_midpoint() -> None:
    fit = fit_sigmoid(DOSES, np.linspace(0.3, 0.31, DOSES.size))
    assert fit.shape is Shape.FLAT
    assert "spans only 0.01 " in fit.message
    assert isnan(fit.ic50)
    assert isnan(fit.hill)
    assert isnan(fit.gof)
    assert fit.emax == pytest.approx(0.31)
    assert isnan(fit.ci["ic50"][0])
    np.testing.assert_allclose(fit.at([1.0, 2.0]), 0.31)


def test_a_rising_readout_is_activation() -> None:
    fit = fit_sigmoid(DOSES, log_logistic(DOSES, 0.0, -1.5, 30.0, 1.0))
    assert fit.shape is Shape.ACTIVATION
    assert "half-maximal activation" in fit.message
    assert fit.emax == pytest.approx(-1.5, abs=1e-2)
    assert fit.ic50 == pytest.approx(30.0, rel=1e-2)


def test_a_bell_is_fitted_up_to_its_turn() -> None:
    up = log_logistic(DOSES, 0.0, 0.8, 2.0, 2.0)
    fit = fit_sigmoid(DOSES, up - log_logistic(DOSES, 0.0, 0.6, 3000.0, 2.0))
    assert fit.shape is Shape.BELL
    assert "limb up to" in fit.message
    assert fit.ic50 == pytest.approx(2.0, rel=0.05)
    assert fit.emax == pytest.approx(0.8, abs=0.03)


def test_opposite_effects_at_low_and_high_dose_are_biphasic() -> None:
    fit = fit_sigmoid(
        DOSES,
        log_logistic(DOSES, 0.0, 1.2, 500.0, 2.0) - log_logistic(DOSES, 0.0, 0.3, 1.0, 2.0),
    )
    assert fit.shape is Shape.BIPHASIC
    assert "opposite" in fit.message


def test_a_curve_cut_short_is_incomplete() -> None:
    fit = fit_sigmoid(DOSES, log_logistic(DOSES, 0.0, 0.9, 2e4, 1.0))
    assert fit.shape is Shape.INCOMPLETE
    assert "widen the doses" in fit.message


def test_missing_points_are_left_out() -> None:
    points = log_logistic(DOSES, 0.0, 0.9, 20.0, 1.0)
    points[4] = np.nan
    assert fit_sigmoid(DOSES, points).ic50 == pytest.approx(20.0, rel=1e-3)
    with pytest.raises(ScenarioError, match=r"fewer than five finite points.*add doses"):
        fit_sigmoid(DOSES[:5], points[:5])


def test_a_parameter_at_its_bound_has_no_interval() -> None:
    step = np.where(DOSES > 30.0, 0.9, 0.0)
    fit = fit_sigmoid(DOSES, step)
    assert fit.hill == pytest.approx(10.0)
    assert isnan(fit.ci["hill"][0])
