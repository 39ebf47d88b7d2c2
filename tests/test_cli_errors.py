"""Bad input on the command line: one line on standard error, exit code 2, nothing written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pathway.cli.main import main
from tests.command import files
from tests.toy import write_toy

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.command import Ended


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["simulate", "--context", "CEL"], "did you mean 'CELL'?"),
        (["simulate", "--drug", "bloker"], "did you mean 'blocker'?"),
        (["simulate", "--drug", "blocker=100"], "'100' has no unit"),
        (["simulate", "--drug", "blocker=-1 nM"], "negative"),
        (["simulate", "--drug", "blocker=5 min"], "min"),
        (["simulate", "--drug", "orphan=1 nM"], "orphan"),
        (["simulate", "--drug", "antibody", "--dose", "clinical"], "clinical"),
        (["simulate", "--lesion", "tR", "--lesion", "R_amplification"], "R_amplification"),
        (["simulate", "--lesion", "tR=nan"], "tR"),
        (["simulate", "--readout", "pX"], "--readout: unknown readout 'pX'"),
        (["simulate", "--parameter", "R.totl=x2"], "did you mean"),
        (["simulate", "--ligand", "L"], "no value"),
        (["simulate", "--wash", "1 h"], "--wash: no drug to wash out; give the drug with --drug"),
        (["simulate", "--at", "5"], "5"),
        (["simulate", "--duration", "0 h"], "longer than 0"),
        (["simulate", "--dose", "huge"], "in-vitro"),
        (["simulate", "--models", "nowhere"], "nowhere: is no folder"),
        (["simulate", "--json", "--csv"], "two forms of one table"),
        (["simulate", "--nonsense"], "No such option"),
        (["curve"], "DRUG"),
        (["curve", "bloker"], "did you mean 'blocker'?"),
        (["compare", "--context", "CEL"], "did you mean 'CELL'?"),
        (["compare", "--trial", "NONE"], "unknown trial 'NONE'"),
        (["compare", "--strategy", "bloker"], "did you mean 'blocker'?"),
        (["compare", "--ligand", "none", "--ligand", "X=1 nM"], "X"),
        (["compare", "--ligand", "M", "--ligand", "L=1 nM"], "--ligand M: no dose"),
        (["evidence", "nowhere.toml"], "nowhere.toml"),
        (["list", "drug"], "list drug: no such kind; did you mean 'drugs'?"),
        (["show", "bloker"], "show bloker: the model has nothing of that name; did you mean"),
        (["graph", "--drug", "bloker"], "did you mean 'blocker'?"),
        (["equations", "--drug", "bloker"], "did you mean 'blocker'?"),
        (["cite", "--drug", "bloker"], "did you mean 'blocker'?"),
        (["info", "--drug", "bloker"], "did you mean 'blocker'?"),
    ],
)
def test_bad_input(
    run: Callable[..., Ended],
    words: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    out = ["--out", "out"] if words[0] in ("simulate", "curve", "compare", "graph") else []
    ended = run(*words, *out)
    assert ended.code == 2
    assert ended.out == ""
    assert ended.err.startswith("pathway: ")
    assert ended.err.endswith("\n")
    assert ended.err.count("\n") == 1
    assert message in ended.err
    assert files(tmp_path) == []


def test_out_must_be_a_folder(run: Callable[..., Ended], tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    for words in (["simulate"], ["compare"], ["curve", "blocker", "--readout", "pR"], ["graph"]):
        ended = run(*words, "--out", tmp_path / "taken")
        assert ended.code == 2
        assert "name a folder" in ended.err
    assert files(tmp_path) == ["taken"]


def test_a_broken_model_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_toy(tmp_path / "toy")
    drug = folder / "drugs" / "blocker.toml"
    drug.write_text(drug.read_text(encoding="utf-8") + "\n[broken", encoding="utf-8")
    assert main(["simulate", "--model", str(folder)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "drugs/blocker.toml" in printed.err
    assert printed.err.count("\n") == 1


def test_a_run_that_fails_is_code_one(
    run: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    import pathway as pw

    def fail(*_: object, **__: object) -> None:
        raise pw.SolveError("scenario 'x'", "did not converge", "loosen rtol")

    monkeypatch.setattr("pathway.result.simulate.run_batch", fail)
    ended = run("simulate")
    assert ended.code == 1
    assert ended.err == "pathway: scenario 'x': did not converge; loosen rtol\n"


def test_a_reader_that_goes_away(toy_folder: Path) -> None:
    """``pathway list parameters | head -1`` ends without a traceback."""
    program = "import sys; from pathway.cli.main import main; sys.exit(main())"
    words = [sys.executable, "-c", program, "list", "parameters", "--model", str(toy_folder)]
    with subprocess.Popen(
        words,
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
