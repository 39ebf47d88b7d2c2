"""Antimony text of a scenario: back in SBML it is the same model."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

import pathway as pw
from tests.command import files
from tests.toy import write_toy

if TYPE_CHECKING:
    from pathlib import Path

    from pathway.model import Model

SCENARIO = (
    pw.Scenario(context="CELL", drugs={"blocker": "50 nM"}, duration="1 h")
    .then("30 min", ligands={"L": "1 nM"})
    .wash("2 h")
)


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return pw.load(write_toy(tmp_path_factory.mktemp("toy")))


def test_through_antimony_and_back_it_simulates_the_same(toy: Model, tmp_path: Path) -> None:
    antimony = pytest.importorskip("antimony", reason="antimony is not installed")
    pw.export(toy, SCENARIO, tmp_path / "m.xml")
    pw.export(toy, SCENARIO, tmp_path / "m.ant")
    antimony.clearPreviousLoads()
    assert antimony.loadAntimonyFile(str(tmp_path / "m.ant")) >= 0
    text = antimony.getSBMLString(antimony.getMainModuleName())
    (tmp_path / "back.xml").write_text(text, encoding="utf-8")
    first, back = (pw.load(tmp_path / name) for name in ("m.xml", "back.xml"))
    assert set(first.readouts) == set(back.readouts)  # type: ignore[attr-defined]
    run = pw.Scenario(duration="210 min")
    one, other = (pw.simulate(model, run) for model in (first, back))
    for readout in first.readouts:  # type: ignore[attr-defined]
        np.testing.assert_allclose(
            other[readout].to_numpy(), one[readout].to_numpy(), rtol=1e-6, atol=1e-9
        )


def test_what_antimony_does_not_take(
    toy: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("antimony", reason="antimony is not installed")
    monkeypatch.setattr("pathway.exchange.antimony.sbml_text", lambda _: "<sbml/>")
    with pytest.raises(pw.PathwayError, match=r"does not take the model: .*; export SBML"):
        pw.export(toy, SCENARIO, tmp_path / "m.ant")
    assert files(tmp_path) == []


def test_without_the_package(toy: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "antimony", None)
    with pytest.raises(pw.PathwayError, match=r"pip install 'her2-pathway\[antimony\]'"):
        pw.export(toy, SCENARIO, tmp_path / "m.ant")
    assert files(tmp_path) == []
