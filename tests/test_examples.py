"""The README and the examples say the same, and all of it runs."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from pathway.cli.main import main

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
LONGEST_SCRIPT = 10
PROGRAM = [sys.executable, "-c", "import sys; from pathway.cli.main import main; sys.exit(main())"]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.DOTALL | re.MULTILINE)


def commands() -> list[str]:
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line.startswith("pathway ")]


def own_process(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program in an empty folder, as a user would, with warnings as errors."""
    settings = {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", "MPLBACKEND": "Agg"}
    return subprocess.run(
        words,
        cwd=folder,
        env=os.environ | settings,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_readme_scripts_are_the_examples() -> None:
    scripts = {path.name: path.read_text(encoding="utf-8") for path in EXAMPLES}
    shown = blocks("python")
    assert len(shown) == 5
    assert set(shown) <= set(scripts.values())
    assert all(len(script.splitlines()) <= LONGEST_SCRIPT for script in shown)
    named = [name for name in scripts if f"`{name}`" in README or f"`examples/{name}`" in README]
    assert named == list(scripts)


def test_readme_shows_every_command() -> None:
    shown = {shlex.split(line)[1] for line in commands()}
    assert shown == {
        *("compare", "simulate", "curve", "ensemble", "info", "graph"),
        *("equations", "evidence", "list", "show", "cite", "export", "import"),
        *("bench", "petab"),
    }


def test_readme_commands_are_spelled_right(capsys: pytest.CaptureFixture[str]) -> None:
    for line in commands():
        assert main([*shlex.split(line)[1:], "--help"]) == 0, line
        assert "Example" in capsys.readouterr().out
    assert main(["simulate", "--contxt", "SKBR3", "--help"]) == 2


def test_readme_names_files_that_exist() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    named = re.findall(r"`((?:examples|models|tests)/[\w./]+)`", README)
    assert len(links) >= 1
    assert len(named) >= 2
    assert [name for name in (*links, *named) if not (ROOT / name).exists()] == []


def test_readme_installs_and_tests_in_one_line_each() -> None:
    lines = [line for line in README.splitlines() if line.startswith("python -m venv")]
    assert [line.rsplit("&& ", 1)[1].split()[0] for line in lines] == [
        ".venv/bin/pathway",
        ".venv/bin/pytest",
    ]


def test_readme_finding_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = blocks("toml")
    file = tmp_path / "my_findings.toml"
    file.write_text(block, encoding="utf-8")
    assert main(["evidence", str(file)]) == 0
    assert "1 pass, 0 fail" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("line", commands())
def test_readme_command_runs(line: str, tmp_path: Path) -> None:
    words = shlex.split(line)[1:]
    for file in (word for word in words if word.endswith((".xml", ".yaml"))):
        # What another line of the README writes.
        for export in (one for one in commands() if one.endswith(f"--out {file}") and one != line):
            own_process([*PROGRAM, *shlex.split(export)[1:]], tmp_path)
    run = own_process([*PROGRAM, *words], tmp_path)
    # Findings that fail are kept and shown: the one command that may end with 1.
    assert run.returncode in ((0, 1) if words[0] == "evidence" else (0,)), run.stderr
    assert run.stdout or "--out" in words
    assert "Traceback" not in run.stderr


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs(path: Path, tmp_path: Path) -> None:
    run = own_process([sys.executable, str(path)], tmp_path)
    assert run.returncode == 0, run.stderr
    assert run.stdout


@pytest.mark.slow
def test_benchmark_runs(tmp_path: Path) -> None:
    script = ROOT / "tests" / "benchmarks" / "times.py"
    run = own_process([sys.executable, str(script), "--quick", "--json"], tmp_path)
    assert run.returncode == 0, run.stderr
    lines = json.loads(run.stdout)["times"]
    assert len(lines) == 4
    assert all(line["seconds"] > 0.0 for line in lines)


def test_a_broken_example_is_caught(tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("import pathway as pw\npw.load('her3')\n", encoding="utf-8")
    run = own_process([sys.executable, str(broken)], tmp_path)
    assert run.returncode == 1
    assert "did you mean 'her2'?" in run.stderr
