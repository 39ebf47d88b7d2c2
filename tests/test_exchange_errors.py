"""Exports that cannot be: one line that says why, and no file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import pathway as pw
from tests.command import files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pathway.model import Model
    from tests.command import Ended

BARE = pw.Scenario(context="CELL")


@pytest.fixture(scope="module")
def toy(toy_folder: Path) -> Model:
    return pw.load(toy_folder)


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        (
            "m.txt",
            None,
            r"unknown suffix '\.txt'; use one of \.xml, \.sbml, \.bngl, \.ant, \.graphml, .*omex",
        ),
        ("model", None, "unknown suffix ''"),
        ("m.xml", "influence", r"a \.xml file holds no graph and has no kind; leave the kind out"),
        ("m.graphml", "influense", "unknown kind 'influense'; did you mean 'influence'"),
        ("none/m.xml", None, r"cannot be written \(No such file or directory\); name another file"),
        ("none/m.cyjs", None, r"m\.cyjs': cannot be written"),
    ],
)
def test_refused(toy: Model, tmp_path: Path, name: str, kind: str | None, message: str) -> None:
    with pytest.raises(pw.PathwayError, match=message):
        pw.export(toy, BARE, tmp_path / name, kind=kind)
    assert files(tmp_path) == []


def test_a_folder_is_no_file(toy: Model, tmp_path: Path) -> None:
    (tmp_path / "m.xml").mkdir()
    with pytest.raises(pw.PathwayError, match=r"cannot be written \(Is a directory\)"):
        pw.export(toy, BARE, tmp_path / "m.xml")
    assert files(tmp_path) == ["m.xml"]


def test_a_model_from_sbml_is_not_exported_again(toy: Model, tmp_path: Path) -> None:
    file = pw.export(toy, BARE, tmp_path / "m.xml")
    message = "model 'toy': was read from SBML and has no rules or graph to export; use the file"
    with pytest.raises(pw.PathwayError, match=message):
        pw.export(pw.load(file), BARE, tmp_path / "n.xml")
    assert files(tmp_path) == ["m.xml"]


def test_a_wrong_scenario_leaves_the_file_as_it_was(toy: Model, tmp_path: Path) -> None:
    (tmp_path / "m.xml").write_text("before", encoding="utf-8")
    with pytest.raises(pw.ScenarioError, match="did you mean 'CELL'"):
        pw.export(toy, pw.Scenario(context="CEL"), tmp_path / "m.xml")
    assert (tmp_path / "m.xml").read_text(encoding="utf-8") == "before"
    assert files(tmp_path) == ["m.xml"]


def test_a_file_is_replaced(toy: Model, tmp_path: Path) -> None:
    (tmp_path / "m.xml").write_text("before", encoding="utf-8")
    assert pw.export(toy, BARE, tmp_path / "m.xml") == tmp_path / "m.xml"
    assert (tmp_path / "m.xml").read_text(encoding="utf-8").startswith("<?xml")


def test_the_command_writes_a_file(run: Callable[..., Ended], tmp_path: Path) -> None:
    ended = run("export", "--drug", "blocker", "--out", tmp_path / "m.xml")
    assert (ended.code, ended.out) == (0, "")
    assert "m.xml" in ended.err
    assert 'name="blocker"' in (tmp_path / "m.xml").read_text(encoding="utf-8")
    run("export", "--out", tmp_path / "g.graphml", "--kind", "influence")
    assert files(tmp_path) == ["g.graphml", "m.xml"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--drug", "bloker", "--out", "m.xml"], "did you mean 'blocker'?"),
        (["--out", "m.doc"], "unknown suffix '.doc'"),
        (["--out", "m.cyjs", "--kind", "x"], "unknown kind 'x'"),
        ([], "Missing option '--out'"),
    ],
)
def test_the_command_refuses(
    run: Callable[..., Ended],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = run("export", *words)
    assert ended.code == 2
    assert message in ended.err
    assert len(ended.err.splitlines()) == 1
    assert files(tmp_path) == []
