"""Models: a folder in, the network of any scenario out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from pathway.errors import DeclarationError, ScenarioError
from pathway.model import Model, load
from pathway.scenario.value import Scenario
from pathway.solve.settings import Method, Settings
from tests.reference.twin import Twin
from tests.toy import write_toy

if TYPE_CHECKING:
    from pathlib import Path

TREATED = Scenario(drugs={"blocker": "100 nM"}, ligands={"L": "2 nM"}, duration="3 h")


@pytest.fixture
def model(tmp_path: Path) -> Model:
    return load(write_toy(tmp_path))


def test_a_scenario_compiles_to_its_own_network(model: Model) -> None:
    bare = model.network(Scenario())
    treated = model.network(TREATED)
    assert bare.inputs == ()
    assert treated.inputs == ("L", "blocker")
    assert set(bare.species) < set(treated.species)
    assert treated.arguments.inputs.tolist() == [2.0, 100.0]
    assert treated.readouts[:3] == ("pR", "pK", "M")
    assert treated.check().n_reactions == treated.size.reactions
    assert treated.influence().edges["blocker", "R"]["rules"] == ("blocker_binding",)


def test_the_network_of_rules_equals_the_plain_twin(model: Model) -> None:
    net = model.network(TREATED)
    twin = Twin(net.graph, dict(net.parameters), {"blocker": 100.0, "L": 2.0})
    y = np.linspace(0.1, 9.0, len(net.species))
    np.testing.assert_allclose(net.rhs(0.0, y, net.arguments), twin.rhs(y), rtol=1e-12)
    np.testing.assert_allclose(
        net.jacobian(0.0, y, net.arguments).toarray(), twin.jacobian(y), rtol=1e-11, atol=1e-13
    )


def test_the_same_text_gives_the_same_arrays(tmp_path: Path) -> None:
    first, second = (load(write_toy(tmp_path / name)).network(TREATED) for name in ("a", "b"))
    assert first.tables.digest() == second.tables.digest()
    assert [a.tobytes() for a in first.arguments] == [a.tobytes() for a in second.arguments]


def test_a_network_like_another_takes_over_its_structure(model: Model) -> None:
    first = model.network(TREATED)
    changed = TREATED.with_parameters({"blocker_binding.kon": "x2"})
    second = model.network(changed, like=first)
    assert second.tables is first.tables
    fresh = model.network(changed)
    assert fresh.tables.digest() == second.tables.digest()
    assert fresh.arguments.constants.tobytes() == second.arguments.constants.tobytes()
    assert second.arguments.constants.tobytes() != first.arguments.constants.tobytes()


def test_methods_agree_on_a_whole_run(model: Model) -> None:
    net = model.network(TREATED)
    steps = model.resolve(TREATED).steps
    times = np.array([0.0, 5.0, 60.0, 180.0])
    runs = [net.run(steps, times, None, Settings(method=method)) for method in Method]
    for run in runs[1:]:
        np.testing.assert_allclose(net.read(run.y), net.read(runs[0].y), rtol=1e-4, atol=1e-6)


def test_no_drug_is_a_dose_of_zero(model: Model) -> None:
    nothing = Scenario(ligands={"L": "2 nM"}, duration="3 h")
    zero = Scenario(ligands={"L": "2 nM"}, drugs={"blocker": "0 nM"}, duration="3 h")
    times = np.array([0.0, 5.0, 60.0, 180.0])
    found = []
    for scenario in (nothing, zero):
        net = model.network(scenario)
        run = net.run(model.resolve(scenario).steps, times)
        found.append(net.read(run.y)[:, :3])
    np.testing.assert_allclose(found[1], found[0], rtol=1e-5)


def test_depletion_conserves_the_drug(model: Model) -> None:
    scenario = Scenario(drugs={"blocker": "20 nM"}, medium_volume_per_cell="10 pL", duration="10 h")
    net = model.network(scenario)
    run = net.run(model.resolve(scenario).steps, np.linspace(1.0, 600.0, 5))
    free = run.y[:, net.species.index("blocker")]
    bound = net.read(run.y)[:, net.readouts.index("R_drugged")]
    per_volume = net.parameters["medium.cells_per_volume"]
    assert free.min() < 18.0
    np.testing.assert_allclose(free + per_volume * bound, 20.0, rtol=1e-9)


def test_unknown_names_are_refused(model: Model, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"unknown drug 'bloker'; did you mean 'blocker'\?"):
        model.network(Scenario(drugs={"bloker": "1 nM"}))
    with pytest.raises(DeclarationError, match=r"absent: is no folder; give a folder of model f"):
        load(tmp_path, extra=tmp_path / "absent")


def test_values_show_themselves_in_one_line(model: Model) -> None:
    network = model.network(Scenario())
    assert repr(model).startswith("Model('")
    assert f"{network.size.species} species" in repr(network)
    assert max(len(repr(model)), len(repr(network))) < 120
