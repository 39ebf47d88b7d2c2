"""What cells draw: the same numbers however many, from declared spread, through lesions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pathway as pw
from pathway.errors import ScenarioError
from pathway.population.draws import normals
from pathway.population.variation import Variation, read_choice, variation
from pathway.scenario import Scenario, resolve
from pathway.scenario.overrides import declared_parameters
from tests.toy import write_toy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pathway.declare.declared import Declared
    from pathway.model import Model

GROUPS = ("totals", "rates")


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return pw.load(write_toy(tmp_path_factory.mktemp("toy")))


@pytest.fixture(scope="module")
def declared(toy: Model) -> Declared:
    return toy.declared


def columns(found: Variation, cells: int = 50) -> dict[str, NDArray[np.float64]]:
    values = found.values(1, 0, cells, None)
    return {name: values[:, place] for place, name in enumerate(found.ids)}


@given(st.integers(0, 200), st.integers(1, 40), st.integers(0, 5))
@settings(max_examples=40, deadline=None)
def test_a_draw_depends_on_seed_name_and_place_only(start: int, count: int, seed: int) -> None:
    whole = normals(seed, ["a", "b", "c"], 0, 240)
    part = normals(seed, ["c", "a"], start, start + count)
    np.testing.assert_array_equal(part, whole[start : start + count][:, [2, 0]])


def test_draws_are_standard_normal_and_independent() -> None:
    found = normals(3, ["a", "b"], 0, 40_000)
    np.testing.assert_allclose(found.mean(axis=0), 0.0, atol=0.02)
    np.testing.assert_allclose(found.std(axis=0), 1.0, atol=0.02)
    np.testing.assert_allclose((found**4).mean(axis=0), 3.0, atol=0.2)
    one, other = found.T
    assert abs(float(np.mean(one * other))) < 0.02
    assert abs(float(np.mean(one[1:] * one[:-1]))) < 0.02
    assert not np.array_equal(found, normals(4, ["a", "b"], 0, 40_000))


def test_everything_with_a_spread_varies_by_it(declared: Declared) -> None:
    scenario = Scenario(drugs={"blocker": "100 nM"})
    found = variation(declared, scenario, GROUPS)
    known = declared_parameters(declared)
    here = resolve(declared, scenario).parameters
    assert list(found.ids) == [name for name in here if known[name].fold > 1.0]
    np.testing.assert_array_equal(found.sigma, np.log(1.5))
    np.testing.assert_array_equal(found.nominal, [here[name] for name in found.ids])
    cells = np.log(found.values(1, 0, 4000, None) / found.nominal)
    np.testing.assert_allclose(cells.std(axis=0), np.log(1.5), rtol=0.05)


def test_groups_ids_and_a_common_sigma(declared: Declared) -> None:
    scenario = Scenario()
    totals = variation(declared, scenario, read_choice("totals", declared_parameters(declared)))
    assert totals.ids == ("R.total", "K.total")
    one = variation(declared, scenario, ("K_dephosphorylation.k",), 0.3)
    assert one.ids == ("K_dephosphorylation.k",)
    np.testing.assert_array_equal(one.sigma, [0.3])
    rates = variation(declared, scenario, ("rates",))
    assert "M_transcription.pK.K" in rates.ids
    assert not set(rates.ids) & set(totals.ids)


def test_a_context_declares_the_spread_of_its_totals(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = write_toy(tmp_path_factory.mktemp("wide"))
    cell = folder / "contexts" / "CELL.toml"
    cell.write_text(cell.read_text().replace("fold = 1.5", "fold = 3.0"))
    found = variation(pw.load(folder).declared, Scenario(), ("totals",))
    np.testing.assert_allclose(np.exp(found.sigma), [3.0, 1.5])


def test_the_same_cell_is_drawn_in_every_scenario(declared: Declared) -> None:
    bare = columns(variation(declared, Scenario(), GROUPS))
    treated = columns(variation(declared, Scenario(drugs={"blocker": "100 nM"}), GROUPS))
    assert set(bare) < set(treated)
    for name, values in bare.items():
        np.testing.assert_array_equal(values, treated[name])


def test_a_lesion_moves_a_share_of_each_cells_own_total(declared: Declared) -> None:
    before = columns(variation(declared, Scenario(), ("totals",)))
    after = columns(variation(declared, Scenario(lesions={"tR": 0.3}), ("totals",)))
    np.testing.assert_allclose(after["tR.total"], 0.3 * before["R.total"], rtol=1e-14)
    np.testing.assert_allclose(after["R.total"], 0.7 * before["R.total"], rtol=1e-14)
    more = columns(variation(declared, Scenario(lesions={"R_amplification": 4.0}), ("totals",)))
    np.testing.assert_allclose(more["R.total"], 4.0 * before["R.total"], rtol=1e-14)
    number = Scenario(lesions={"tR": "6.02214076e4 molecules/cell"})
    fixed = columns(variation(declared, number, ("totals",)))
    np.testing.assert_array_equal(fixed["R.total"], before["R.total"])
    assert "tR.total" not in fixed


def test_cells_vary_about_what_the_scenario_sets(declared: Declared) -> None:
    before = columns(variation(declared, Scenario(), GROUPS))
    changed = Scenario(parameters={"K.total": "x2", "K_dephosphorylation.k": "3 1/min"})
    after = columns(variation(declared, changed, GROUPS))
    np.testing.assert_allclose(after["K.total"], 2.0 * before["K.total"], rtol=1e-14)
    key = "K_dephosphorylation.k"
    np.testing.assert_allclose(after[key], 10.0 * before[key], rtol=1e-14)


def test_given_values_are_taken_bit_for_bit(declared: Declared) -> None:
    ids = ("K.total", "R.total", "K_dephosphorylation.k", "blocker_binding.kon")
    rows = np.exp(normals(9, ids, 0, 30))
    plain = variation(declared, Scenario(), (), given=ids)
    values = plain.values(1, 0, 30, rows)
    assert plain.ids == ("R.total", "K.total", "K_dephosphorylation.k")
    np.testing.assert_array_equal(values, rows[:, [1, 0, 2]])
    scenario = Scenario(
        lesions={"K_mutant": 0.25}, parameters={"R.total": "x3", "K_dephosphorylation.k": "3 1/min"}
    )
    changed = variation(declared, scenario, (), given=ids)
    found = dict(zip(changed.ids, changed.values(1, 0, 30, rows).T, strict=True))
    np.testing.assert_allclose(found["K_mutant.total"], 0.25 * rows[:, 0], rtol=1e-14)
    np.testing.assert_allclose(found["K.total"], 0.75 * rows[:, 0], rtol=1e-14)
    np.testing.assert_allclose(found["R.total"], 3.0 * rows[:, 1], rtol=1e-14)
    assert "K_dephosphorylation.k" not in found  # the scenario's own quantity stays


def test_shares_of_interactions_never_vary(her2: Model) -> None:
    scenario = Scenario(context="SKBR3", drugs={"trastuzumab": "in-vitro"})
    found = variation(her2.declared, scenario, GROUPS)
    assert not [name for name in found.ids if name.endswith(".off_share")]
    assert "HER2.total" in found.ids
    known = declared_parameters(her2.declared)
    with pytest.raises(ScenarioError, match=r"vary: 'HRG_makes.*' is part of the structure"):
        read_choice("HRG_makes_HER2_HER3.off_share", known)
    with pytest.raises(ScenarioError, match="vary: unknown 'total'; did you mean 'totals'"):
        read_choice(["total"], known)
