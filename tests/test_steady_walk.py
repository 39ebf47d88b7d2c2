"""What a walk does where there is no state to go to: it says so, and goes on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import pytest

import pathway as pw
from pathway.analysis import steady_curve_walk
from pathway.errors import SolveError
from pathway.scenario import Scenario
from pathway.solve.equilibrate import equilibrate
from tests.steady_models import Switch, steady_model

if TYPE_CHECKING:
    from collections.abc import Callable

    from pathway.model import Model
    from pathway.solve.equilibrate import Equilibrium

ALONE = Scenario(parameters={"A_feedback.k": "0 1/min"})
DOSES = [20.0, 60.0, 100.0]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return steady_model(tmp_path_factory.mktemp("steady"))


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[int]]:
    """Return a function that lets integrations fail by number; it returns those that were made."""

    def fail(*numbers: int) -> list[int]:
        made: list[int] = []

        def perhaps(*given: object) -> Equilibrium:
            made.append(len(made))
            if made[-1] in numbers:
                raise SolveError("equilibrium", f"no rest ({made[-1]})")
            return equilibrate(*given)  # type: ignore[arg-type]

        monkeypatch.setattr(steady_curve_walk, "equilibrate", perhaps)
        return made

    return fail


def test_without_a_rest_near_the_end_the_next_dose_decides(
    model: Model, failing: Callable[..., list[int]]
) -> None:
    made = failing(1)  # 0 is the start
    curve = pw.steady_curve(model, ALONE, "damper", "X", DOSES)
    assert (curve.table["status"] == "ok").all()
    assert len(curve.bistable) == 1
    assert len(made) == 4  # the start, at the upper fold twice, at the lower one


def test_a_dose_without_a_rest_is_nan_and_the_next_is_tried(
    model: Model, failing: Callable[..., list[int]]
) -> None:
    failing(1, 2)
    curve = pw.steady_curve(model, ALONE, "damper", "X", DOSES)
    whole = curve.table
    table = whole[whole["direction"] == "up"]
    assert table["status"].tolist() == ["ok", "ok", "equilibrium: no rest (2)", "ok"]
    assert table["level"].isna().tolist() == [False, False, True, False]
    assert table["jumped"].tolist() == [False, False, True, True]
    assert table["branch"].tolist() == [1, 1, 0, 2]
    assert not table["stable"].iloc[2]
    assert table["level"].iloc[-1] < 0.1
    assert whole["branch"].tolist()[4:] == [2, 2, 2, 1]
    assert curve.fit is None


def test_the_way_down_starts_where_there_is_a_rest(
    model: Model, failing: Callable[..., list[int]]
) -> None:
    failing(1, 2, 3)
    mpl.use("agg")
    curve = pw.steady_curve(model, ALONE, "damper", "X", DOSES)
    assert curve.table["dose"].tolist() == [0.0, 20.0, 60.0, 100.0, 20.0, 0.0]
    assert curve.table["status"].tolist()[2:4] == [
        "equilibrium: no rest (2)",
        "equilibrium: no rest (3)",
    ]
    assert curve.bistable == ()
    assert curve.plot() is not None


def test_what_an_integration_comes_to_is_judged(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    def elsewhere(*given: object) -> Equilibrium:
        found = equilibrate(*given)  # type: ignore[arg-type]
        return replace(found, y=found.y * 1.001)

    monkeypatch.setattr(steady_curve_walk, "equilibrate", elsewhere)
    message = r"steady state at 0 nM: what the integration came to is not at rest .*; give tighter"
    with pytest.raises(SolveError, match=message):
        pw.steady_curve(model, ALONE, "damper", "X", DOSES)


def test_after_many_ends_a_cell_goes_to_the_dose_at_once(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steady_curve_walk, "MOST_JUMPS", 1)
    curve = pw.steady_curve(model, Scenario(), "damper", "X", [1000.0])
    assert curve.ends["direction"].tolist() == ["up", "down"]
    assert curve.ends["dose"][0] == pytest.approx(Switch().folds()[1], rel=1e-3)
    np.testing.assert_array_equal(curve.table["branch"], [1, 2, 2, 1])
