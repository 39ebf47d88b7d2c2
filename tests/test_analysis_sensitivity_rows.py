"""Changes as rows of numbers: shares as shifts, anchored scales, what fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from pathway.analysis.sensitivity_rows import NOMINAL, Change, Context, rows_of
from pathway.analysis.sensitivity_shares import ShiftedModel, shift_for, shift_of
from pathway.scenario import Scenario
from pathway.solve.settings import Settings

if TYPE_CHECKING:
    from pathway.model import Model

SHARE = "HRG_makes_HER2_HER3.off_share"
SCALE = "HER3_transcript_scale"
WITH_HRG = Scenario(context="SKBR3", ligands={"HRG": "1 nM"})


@pytest.mark.parametrize("factor", [0.5, 1.6, 2.0])
def test_a_shift_gives_the_rates_of_another_share(her2: Model, factor: float) -> None:
    model = ShiftedModel(declared=her2.declared)
    resolved = model.resolve(WITH_HRG)
    plain, shifted = her2.network(WITH_HRG), model.network(WITH_HRG)
    np.testing.assert_array_equal(plain.arguments.constants, shifted.arguments.constants)
    other = her2.network(WITH_HRG.with_parameters({SHARE: f"x{factor!r}"}))
    shift = shift_for(resolved, SHARE, factor, shifted.parameters)
    moved = shifted.with_parameters({shift_of(SHARE): shift})
    assert (moved.species, moved.tables.reactions) == (other.species, other.tables.reactions)
    np.testing.assert_allclose(
        moved.arguments.constants, other.arguments.constants, rtol=1e-12, atol=0.0
    )
    assert not np.allclose(plain.arguments.constants, other.arguments.constants, rtol=1e-3)


def test_a_share_ends_at_one(her2: Model) -> None:
    resolved = her2.resolve(WITH_HRG)
    at_one, beyond = (shift_for(resolved, SHARE, f, resolved.parameters) for f in (2.0, 3.0))
    assert at_one == beyond
    assert shift_for(resolved, SHARE, 1.0, resolved.parameters) == 1.0


def test_rows_hold_what_the_network_knows(her2: Model) -> None:
    model = ShiftedModel(declared=her2.declared)
    resolved = model.resolve(Scenario(context="SKBR3"))
    network = model.network(resolved, scales={})
    changes = [NOMINAL, Change("PTEN.total", 2.0), Change(SHARE, 0.5), Change("EGFR.total", 0.5)]
    scales = Context(model, resolved).scales(changes, Settings(), 1)
    rows = rows_of(network, resolved, changes, scales)
    assert rows.ids == ("PTEN.total", "EGFR.total", *scales.ids)
    own = np.array([network.parameters[name] for name in rows.ids[:2]])
    np.testing.assert_array_equal(
        rows.values[:, :2], own * [[1.0, 1.0], [2.0, 1.0], [1.0, 1.0], [1.0, 0.5]]
    )
    np.testing.assert_array_equal(rows.values[:, 2:], scales.values)
    nominal = her2.scales(resolved)
    np.testing.assert_allclose(
        scales.values[0], [nominal[name] for name in scales.ids], rtol=1e-9, atol=0.0
    )


def test_what_has_no_scale_says_why(her2: Model) -> None:
    model = ShiftedModel(declared=her2.declared)
    resolved = model.resolve(Scenario(context="SKBR3"))
    changes = [NOMINAL, Change(SCALE, 0.0), Change("PTEN.total", float("inf"))]
    scales = Context(model, resolved).scales(changes, Settings(), 1)
    assert np.isnan(scales.values).any(axis=1).tolist() == [False, True, True]
    assert "is made at 0 and lost at" in scales.reasons[1]
    assert "is inf, not a finite number" in scales.reasons[2]
    assert scales.at(np.array([2, 0])).reasons == {0: scales.reasons[2]}
