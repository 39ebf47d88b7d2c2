"""The wheel: it ships every model file, and works far from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel with what is installed, so that it needs no network."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [*(sys.executable, "-m", "build"), "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
        cwd=folder,
    )
    (built,) = folder.glob("her2_pathway-*.whl")
    return built


def shipped_data(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    return {
        name.removeprefix("pathway/models/") for name in names if name.startswith("pathway/models/")
    }


def test_wheel_ships_every_model_file(wheel: Path) -> None:
    here = {
        path.relative_to(ROOT / "models").as_posix() for path in (ROOT / "models").rglob("*.toml")
    }
    assert len(here) > 10
    assert {name for name in shipped_data(wheel) if name.endswith(".toml")} == here


def test_wheel_holds_the_package_only(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"pathway"}
    with zipfile.ZipFile(wheel) as archive:
        assert "pathway/py.typed" in archive.namelist()


@pytest.mark.slow
def test_installed_wheel_works_elsewhere(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet"),
            *("--target", site, wheel),
        ],
        check=True,
        capture_output=True,
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    program = (
        "import pathway as pw; m = pw.load('her2'); print(pw.__file__); "
        "t = pw.suppression(m, [pw.Scenario(context='SKBR3', drugs={'lapatinib': '1 uM'}, "
        "duration='1 h')], readouts=('pHER2',)); print(float(t['pHER2'].iloc[0]))"
    )
    run = subprocess.run(
        [sys.executable, "-P", "-c", program],
        cwd=elsewhere,
        env=os.environ | {"PYTHONPATH": str(site)},
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    place, suppressed = run.stdout.split()
    assert Path(place).is_relative_to(site)
    assert 0.5 < float(suppressed) <= 1.0
