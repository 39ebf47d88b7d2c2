"""The public face: every name is there, comes late, and brings nothing heavy before its time."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import pathway as pw

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = ("matplotlib", "networkx", "numba", "numpy", "pandas", "pint", "scipy", "xarray")


def python(root: Path, code: str) -> str:
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=root,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return run.stdout.strip()


@pytest.mark.parametrize("name", pw.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(pw, name) is not None
    assert name in dir(pw)


def test_the_names_that_scripts_rely_on() -> None:
    assert {
        *("load", "Scenario", "simulate", "suppression", "compare", "inhibition_curve"),
        "ensemble",
        *("context_from_expression", "context_from_status", "ExpressionKind"),
        *("check_evidence", "export", "load_petab", "Method", "PathwayError", "plot"),
        "__version__",
    } <= set(pw.__all__)
    assert sorted(pw.__all__) == list(pw.__all__)


def test_errors_are_one_family() -> None:
    errors = [getattr(pw, name) for name in pw.__all__ if name.endswith("Error")]
    assert len(errors) == 9
    assert all(issubclass(error, pw.PathwayError) for error in errors)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'pathway' has no attribute 'simulat'"):
        pw.simulat  # noqa: B018


def test_importing_brings_nothing_heavy(root: Path) -> None:
    code = f"import sys, pathway; print(*(set({HEAVY!r}) & set(sys.modules)))"
    assert python(root, code) == ""


def test_asking_for_names_does_not_bring_matplotlib(root: Path) -> None:
    code = (
        "import sys, pathway as pw\n"
        "for name in pw.__all__: getattr(pw, name)\n"
        "print('matplotlib' in sys.modules, 'numba' in sys.modules)"
    )
    assert python(root, code) == "False True"


def test_a_scenario_costs_no_simulation_packages(root: Path) -> None:
    code = (
        "import sys, pathway as pw\n"
        "pw.Scenario(drugs={'a': '1 nM'}).then('2 h')\n"
        "print(*sorted({'numba', 'networkx', 'pandas', 'xarray', 'matplotlib'} & set(sys.modules)))"
    )
    assert python(root, code) == ""


def test_an_uninstalled_checkout_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import metadata

    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    assert pw.__version__ == "0+unknown"
