"""Every command on a small model: what it prints, how it ends, what it leaves on disk."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pathway.cli.main import main
from tests.command import files
from tests.toy import write_toy

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.command import Ended

COMMANDS = (
    *("compare", "simulate", "curve", "ensemble", "info", "graph"),
    *("equations", "evidence", "list", "show", "cite", "import"),
)

FINDINGS = """
version = 1

[run]
blocked = { context = "CELL", drugs = { blocker = "100 nM" }, duration = "1 h" }

[finding.T1]
claim = "the blocker lowers pR"
source = "Toy"
basis = "page"
strength = "A"
expect = [{ kind = "direction", expr = 'effect(blocked, pR, "1 h")', expected = "DIRECTION" }]
"""


def test_simulate_prints_readouts(run: Callable[..., Ended]) -> None:
    ended = run("simulate", "--drug", "blocker=100 nM", "--duration", "2 h", "--at", "2 h")
    assert ended.code == 0
    assert "CELL" in ended.out or "blocker" in ended.out
    assert all(name in ended.out for name in ("pR", "pK", "2 h", "nM"))


def test_simulate_forms_agree(run: Callable[..., Ended]) -> None:
    words = (
        "simulate",
        "--drug",
        "blocker=100 nM",
        "--at",
        "1 h",
        "--at",
        "2 h",
        "--duration",
        "2 h",
    )
    as_json, as_csv = run(*words, "--json"), run(*words, "--csv")
    assert [row["time"] for row in as_json.rows] == [60.0, 120.0]
    assert json.loads(as_json.out)["units"]["pR"] == "nM"
    for one, other in zip(as_json.rows, as_csv.table, strict=True):
        assert one["pR"] == float(other["pR"]) > 0.0


def test_simulate_fold_starts_at_one(run: Callable[..., Ended]) -> None:
    ended = run("simulate", "--drug", "blocker", "--at", "0 min", "--fold", "--json")
    assert ended.rows[0]["pR_fold"] == pytest.approx(1.0)
    assert "pR" not in ended.rows[0]


def test_simulate_options_reach_the_scenario(run: Callable[..., Ended]) -> None:
    def at_end(*words: str) -> float:
        rows = run("simulate", *words, "--duration", "1 h", "--readout", "pR", "--csv").table
        return float(rows[-1]["pR"])

    plain = at_end()
    assert at_end("--ligand", "L=5 nM") > 1.2 * plain
    assert at_end("--lesion", "R_amplification") > 5.0 * plain
    assert at_end("--parameter", "R_phosphorylation.k=x0.5") < 0.9 * plain
    assert at_end("--drug", "blocker", "--wash", "12 h") > 0.9 * plain
    assert at_end("--drug", "blocker=1 nM", "--medium", "5 pL") > 1.02 * at_end(
        "--drug", "blocker=1 nM"
    )
    blocked = at_end("--drug", "blocker")
    assert blocked < at_end("--drug", "blocker", "--dose", "clinical") < plain


def test_lead_gives_the_drug_first(run: Callable[..., Ended]) -> None:
    words = ("simulate", "--drug", "blocker", "--ligand", "L=5 nM", "--duration", "1 h", "--csv")
    late = run(*words, "--lead", "1 h", "--at", "1 h").table[0]
    alone = run("simulate", "--drug", "blocker", "--at", "1 h", "--duration", "1 h", "--csv").table[
        0
    ]
    assert float(late["pR"]) == pytest.approx(float(alone["pR"]), rel=1e-4)


def test_simulate_writes_everything(run: Callable[..., Ended], tmp_path: Path) -> None:
    ended = run("simulate", "--drug", "blocker", "--at", "1 h", "--out", tmp_path / "out")
    assert ended.code == 0
    assert files(tmp_path) == [
        "out",
        *("out/results.nc", "out/simulate.csv", "out/timecourse.png", "out/timecourse.svg"),
    ]
    with (tmp_path / "out" / "simulate.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 5
    assert float(rows[-1]["time_min"]) == 1440.0


def test_curve(run: Callable[..., Ended], tmp_path: Path) -> None:
    words = ("curve", "blocker", "--readout", "pR", "--duration", "4 h")
    ended = run(*words, "--json", "--out", tmp_path)
    found = json.loads(ended.out)
    assert ended.code == 0
    assert found["unit"] == "nM"
    assert 1.0 < found["ic50"] < 100.0
    assert 0.9 < found["emax"] <= 1.0
    assert found["rows"][0]["dose"] == 0.0
    assert files(tmp_path) == ["curve.csv", "curve.png", "curve.svg"]
    assert "IC50" in run(*words).out


def test_compare(run: Callable[..., Ended], tmp_path: Path) -> None:
    ended = run("compare", "--json", "--out", tmp_path / "out")
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    assert [row["strategy"] for row in found["ranking"]] == ["both", "blocker", "untreated"]
    names = files(tmp_path / "out")
    assert {"suppression.csv", "results.nc", "ranking.csv"} <= set(names)
    assert {Path(name).suffix for name in names} == {".csv", ".json", ".nc", ".png", ".svg"}
    with (tmp_path / "out" / "suppression.csv").open(encoding="utf-8") as file:
        assert next(csv.reader(file)) == [
            *("strategy", "context", "ligand", "lesion", "readout", "time", "suppression")
        ]


def test_compare_options(run: Callable[..., Ended], tmp_path: Path) -> None:
    out = ("--out", tmp_path, "--no-figures")
    ended = run(
        *(
            "compare",
            "--strategy",
            "antibody+blocker",
            "--context",
            "MUTATED",
            "--ligand",
            "L=2 nM",
        ),
        *("--lesion", "none", "--drug", "blocker=50 nM", "--duration", "30 min", "--lead", "5 min"),
        *("--at", "10 min", "--rank-by", "pK", "--rank-at", "10 min", "--readout", "pR", *out),
        "--json",
    )
    assert ended.code == 0, ended.err
    rows = json.loads(ended.out)["suppression"]
    assert {row["strategy"] for row in rows} == {"untreated", "antibody+blocker"}
    assert {row["context"] for row in rows} == {"MUTATED"}
    assert {row["lesion"] for row in rows} == {"none"}
    assert {row["readout"] for row in rows} == {"pR", "pK"}
    assert {"10 min"} <= {row["time"] for row in rows}
    assert "heatmap.png" not in files(tmp_path)


def test_compare_prints_ranked_tables(run: Callable[..., Ended], tmp_path: Path) -> None:
    ended = run("compare", "--out", tmp_path, "--no-figures")
    ranked = ended.out.index("antibody + blocker"), ended.out.index("untreated")
    assert ranked == tuple(sorted(ranked))
    assert "score, L 1 nM" in ended.out
    assert run("compare", "--out", tmp_path, "--no-figures", "--csv").table[0]["rank"] == "1"


def test_info(run: Callable[..., Ended]) -> None:
    found = json.loads(run("info", "--json").out)
    counts = {row["evidence"]: row["numbers"] for row in found["evidence"]}
    assert counts["assumed"] > counts["measured"] > 0
    assert [row["drugs"] for row in found["sizes"]] == [0, 1, 2]
    assert [row["budget"] for row in found["sizes"]] == [180, None, 350]
    assert all(row["within"] in (True, None) for row in found["sizes"])
    assert found["sizes"][2]["largest"] == "antibody + blocker"
    checks = {row["check"]: row["found"] for row in found["checks"]}
    assert checks["worst breach of detailed balance (log)"] < 1e-9
    text = run("info").out
    assert "toy version 1" in text
    assert "assumed" in text


def test_info_sensitivity(run: Callable[..., Ended]) -> None:
    ended = run("info", "--context", "CELL", "--json")
    moved = {row["parameter"]: row for row in json.loads(ended.out)["sensitivity"]}
    assert "K_phosphorylation.k" in moved
    assert all(abs(row["change"]) >= 0.1 for row in moved.values())
    assert {row["evidence"] for row in moved.values()} == {"assumed"}
    # two drug strategies, the cell and its branch, without and with ligand
    assert "sensitivity over 8 treated scenarios and 3 readouts" in ended.err
    assert "sensitivity" not in json.loads(run("info", "--no-sensitivity", "--json").out)


def test_info_without_a_main_comparison(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "--json", "--model", str(write_toy(tmp_path))]) == 0
    printed = capsys.readouterr()
    assert "sensitivity" not in json.loads(printed.out)
    assert "no sensitivity: the model has no main comparison with drugs" in printed.err


def test_graph(run: Callable[..., Ended], tmp_path: Path) -> None:
    import networkx as nx

    ended = run("graph", "--drug", "blocker", "--out", tmp_path, "--json")
    assert ended.code == 0, ended.err
    influence = nx.node_link_graph(json.loads(ended.out), edges="edges")
    assert influence.edges["R", "K"]["sign"] == 1
    assert influence.edges["blocker", "R"]["sign"] == -1
    assert files(tmp_path) == [
        *("influence.json", "pathway.png", "pathway.svg", "reactions.json"),
    ]
    text = (tmp_path / "reactions.json").read_text(encoding="utf-8")
    reactions = nx.node_link_graph(json.loads(text), edges="edges")
    kinds = set(nx.get_node_attributes(reactions, "kind").values())
    assert kinds == {"species", "reaction"}
    assert reactions.nodes["K_phosphorylation#1"]["rate"] == "K_phosphorylation.k"
    assert "activates" in run("graph").out
    assert "R_phosphorylation#1" in run("graph", "--reactions").out


def test_equations(run: Callable[..., Ended]) -> None:
    text = run("equations", "--drug", "blocker").out
    assert "R_phosphorylation.k" in text
    assert "[blocker]" in text
    assert "\\frac" in run("equations", "--latex").out


@pytest.mark.parametrize(("direction", "code"), [("down", 0), ("up", 1)])
def test_evidence(run: Callable[..., Ended], tmp_path: Path, direction: str, code: int) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(FINDINGS.replace("DIRECTION", direction), encoding="utf-8")
    ended = run("evidence", file, "--json", "--out", tmp_path / "out")
    assert ended.code == code
    found = json.loads(ended.out)
    assert found["rows"][0]["id"] == "T1"
    assert found["rows"][0]["verdict"] == ("fail" if code else "pass")
    assert found["counts"] == {"pass": 1 - code, "fail": code, "not expressible": 0}
    assert files(tmp_path / "out") == ["evidence.csv", "expectations.csv"]
    text = run("evidence", file).out
    assert ("expectations that fail" in text) == bool(code)
    assert run("evidence", file, "--csv").table[0]["claim"] == "the blocker lowers pR"


def test_list(run: Callable[..., Ended]) -> None:
    counts = {row["kind"]: row["count"] for row in run("list", "--json").rows}
    assert counts["drugs"] == 3
    for kind, count in counts.items():
        rows = run("list", kind, "--json").rows
        assert len(rows) == count
        assert all(row["id"] for row in rows)
    assert "blocker" in run("list", "drugs").out


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("blocker", "binds the kinase pocket"),
        ("L", "a growth factor for R"),
        ("tR", "a receptor without ectodomain"),
        ("CELL", "nothing of note"),
        ("R", "receptor"),
        ("K_phosphorylation", "K(s~u) -> K(s~p)"),
        ("pK", "phosphorylated kinase"),
        ("blocker_binding.Kd", "10"),
        ("R.total", "molecules/cell"),
        ("Toy2024", "Made up for tests"),
        ("dual_blockade", "Toy strategies"),
    ],
)
def test_show(run: Callable[..., Ended], name: str, said: str) -> None:
    assert said in run("show", name).out
    assert said in run("show", name, "--json").out
    assert run("show", name, "--csv").code == 0


def test_cite(run: Callable[..., Ended]) -> None:
    rows = {row["source"]: row for row in run("cite", "--drug", "blocker", "--json").rows}
    assert "blocker_binding.Kd" in rows["Toy2024"]["for"]
    assert "total in CELL: R.total" in rows["Toy2024"]["for"]
    assert "in-vitro dose: blocker" in rows["Toy2024"]["for"]
    assert "LSODA" in rows
    assert "antibody" not in rows["Toy2024"]["for"]
    assert "@misc{Toy2024," in run("cite", "--bibtex").out
    assert "more" in run("cite").out


def test_a_folder_beside_the_model(
    run: Callable[..., Ended], toy_folder: Path, tmp_path: Path
) -> None:
    text = (toy_folder / "drugs" / "blocker.toml").read_text(encoding="utf-8")
    drug = text.replace("blocker", "mine").replace("R_drugged", "R_mine")
    (tmp_path / "drugs").mkdir()
    (tmp_path / "drugs" / "mine.toml").write_text(drug, encoding="utf-8")
    ended = run("simulate", "--models", tmp_path, "--drug", "mine", "--duration", "1 h")
    assert ended.code == 0, ended.err
    assert run("simulate", "--drug", "mine").code == 2


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert f"Example: pathway {command}" in capsys.readouterr().out


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    bare = capsys.readouterr().out
    assert main(["--help"]) == 0
    assert all(f" {command} " in bare for command in COMMANDS)
    assert capsys.readouterr().out.split() == bare.split()


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    import pathway as pw

    assert main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == pw.__version__
