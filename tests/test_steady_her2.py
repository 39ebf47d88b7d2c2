"""Steady curves of the HER2 model against long integrations, and from the command line."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

import pathway as pw

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pathway.model import Model
    from tests.command import Ended


@pytest.mark.parametrize(
    ("drug", "ligands", "readout"),
    [
        ("lapatinib", {"HRG": "1 nM"}, "pAKT_S473"),
        ("neratinib", {"HRG": "1 nM"}, "pERK"),  # covalent
        ("trastuzumab", {}, "pAKT_S473"),
    ],
)
def test_a_curve_is_what_sixty_days_lead_to(
    her2: Model, drug: str, ligands: dict[str, str], readout: str
) -> None:
    doses = [1.0, 100.0, 3000.0]
    cell = pw.Scenario(context="SKBR3", ligands=ligands, duration="60 days")
    curve = pw.steady_curve(her2, cell, drug, readout, doses)
    treated = [cell.with_drugs({drug: f"{dose} nM"}) for dose in doses]
    data = pw.simulate(her2, [cell, *treated], ["60 days"], rtol=1e-8, atol=1e-10)
    up = curve.table[curve.table["direction"] == "up"]
    np.testing.assert_allclose(up["level"], data[readout].to_numpy()[:, -1], rtol=1e-6)
    down = curve.table[curve.table["direction"] == "down"]
    np.testing.assert_allclose(down["level"][::-1], up["level"], rtol=1e-9)
    assert curve.bistable == ()
    assert not curve.table["jumped"].any()
    assert curve.table["stable"].all()


def test_the_command_line_prints_and_saves(run: Callable[..., Ended], tmp_path: Path) -> None:
    words = ("curve", "blocker", "--readout", "pR", "--steady")
    ended = run(*words, "--json", "--out", tmp_path)
    found = json.loads(ended.out)
    assert ended.code == 0
    assert found["bistable"] == found["ends"] == []
    assert found["ic50"] == pytest.approx(16.0, rel=0.5)
    assert found["rows"][0]["dose"] == found["rows"][-1]["dose"] == 0.0
    assert {row["direction"] for row in found["rows"]} == {"up", "down"}
    with (tmp_path / "curve.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == len(found["rows"])
    assert (tmp_path / "curve.png").is_file()
    assert "IC50" in run(*words).out


@pytest.mark.parametrize("option", [("--at", "1 h"), ("--auc",)])
def test_a_steady_state_has_no_time(run: Callable[..., Ended], option: tuple[str, ...]) -> None:
    ended = run("curve", "blocker", "--readout", "pR", "--steady", *option)
    assert ended.code == 2
    assert "curve --steady: a steady state has no time; leave out --at and --auc" in ended.err
