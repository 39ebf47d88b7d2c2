"""PEtab problems that are wrong or not computed: one line that says where, what and what to do."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

import pathway as pw
from pathway.errors import DeclarationError, ScenarioError, SolveError
from tests.petab_text import YAML, write_problem

if TYPE_CHECKING:
    from pathlib import Path

LAUGHS = "a0: &a0 [x, x]\n" + "".join(
    f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}, *a{n - 1}]\n" for n in range(1, 40)
)
LAUGHS += "format_version: *a39\n"
"""Names that stand for lists of names: as text it would not fit on any disk."""

WRONG = [
    (("format_version: 1\n", ""), "has no format_version; write 'format_version: 1'"),
    (
        ("format_version: 1", "format_version: 2.0.0"),
        "has format_version '2.0.0'; only PEtab version 1 is read",
    ),
    (("parameter_file:", "parameters:"), "unknown key 'parameters'; did you mean 'parameter_file'"),
    (("- sbml_files", "- sbml_file"), "unknown key 'sbml_file'; did you mean 'sbml_files'"),
    (("problems:", "extensions: {a: 1}\nproblems:"), "uses extensions"),
    (("[model.xml]", "[model.xml, b.xml]"), "has several models"),
    (("[model.xml]", "[]"), "sbml_files names no files"),
    (("[model.xml]", "[1]"), "sbml_files names no files"),
    (("[conditions.tsv]", "[none.tsv]"), "none.tsv: cannot be read"),
    (("[conditions.tsv]", "[../conditions.tsv]"), "'../conditions.tsv' leaves the folder"),
    (("[conditions.tsv]", "[/etc/passwd]"), "'/etc/passwd' leaves the folder"),
    (("[conditions.tsv]", "['C:\\x.tsv']"), "leaves the folder"),
    (("[conditions.tsv]", "['http://x.org/c.tsv']"), "'http://x.org/c.tsv' leaves the folder"),
    (("[model.xml]", "[model.xml"), "problem.yaml: is no YAML: while parsing"),
    (("format_version: 1", "!!python/object:os.system x: 1"), "problem.yaml: is no YAML"),
    (("nominalValue", "value"), "parameters.tsv: has no column 'nominalValue'"),
    (("A k C", "A A C"), "conditions.tsv: has column 'A' twice"),
    (("small - - 1", "small - - 1 2"), "line 5: has 5 cells under 4 columns"),
    (("gain lin", "1a lin"), "line 3: parameterId '1a' is no id"),
    (("gain lin", "k lin"), "line 3: parameterId 'k' is at parameters.tsv, line 2 too"),
    (("0.25 1", "x 1"), "line 2: nominalValue is 'x'; give a finite number"),
    (("0.25 1", "0.25 2"), "line 2: estimate is '2'; write 0 or 1"),
    (("0.25 1", "-1 1"), "'k' is -1 and is estimated on the scale log10"),
    (("k log10", "k log2"), "line 2: unknown parameterScale 'log2'; did you mean 'log"),
    (("log laplace", "log cauchy"), "unknown noiseDistribution 'cauchy'"),
    (("z A noise", "z A+ noise"), "line 3: z: observableFormula, column 3: expected a number"),
    (("number 7", "number 1e999"), "line 4: A: '1e999' is neither a finite number nor an id"),
    (("given start", "given A"), "condition 'given': A: unknown parameter 'A'; known: 'k'"),
    (("given start", "given stat"), "condition 'given': A: unknown parameter 'stat'"),
    (("A k C", "A q C"), "condition 'number': q: is not in the model, and no formula names it"),
    (("y own", "x own"), "line 2: unknown observable 'x'"),
    (("y own", "y owner"), "line 2: unknown condition 'owner'; did you mean 'own'"),
    (("1 gain sd", "1 gains sd"), "line 2: unknown parameter 'gains'; did you mean 'gain'"),
    (("1 gain sd", "1 - sd"), "gives 0 observableParameters, and the formula of 'y' has 1"),
    (("sd;0.1", "sd"), "gives 1 noiseParameters, and the formula of 'z' has 2"),
    (("w p*exp", "w pp*exp"), "observable 'w': observableFormula: unknown name 'pp'"),
    (("0.1*w", "0.1*x"), "observable 'w': noiseFormula: unknown name 'x'"),
    (("own 5 1", "own five 1"), "line 2: measurement is 'five'; give a finite number"),
    (("own 5 1", "own 5 -1"), "line 2: a time of -1; give a number from 0 up"),
    (("own 5 1", "own 5 -inf"), "line 2: time is '-inf'; give a finite number"),
]


@pytest.mark.parametrize(("change", "message"), WRONG)
def test_what_is_wrong_is_said(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        pw.load_petab(write_problem(tmp_path, change))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("problem.yaml", "- 1\n", "is no problem: it has no keys"),
        ("problem.yaml", "[" * 20_000, "problem.yaml: is no YAML"),
        ("problem.yaml", LAUGHS, "problem.yaml: has no format_version"),
        ("problem.yaml", "format_version: 1\nproblems: []\n", "lists no problems"),
        ("problem.yaml", YAML + "- {}\n", "has 2 problems; write a file for each"),
        ("problem.yaml", "#" * (1 << 20) + "\n", "bytes, more than the 1048576 that are read"),
        ("conditions.tsv", 'conditionId\n"a', "conditions.tsv: is no table"),
        ("conditions.tsv", "", "conditions.tsv: has no column 'conditionId'; none are declared"),
        (
            "measurements.tsv",
            "observableId\tsimulationConditionId\tmeasurement\ttime\n",
            "measurements.tsv: has no measurements",
        ),
    ],
)
def test_files_that_are_none_are_refused(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    with pytest.raises(DeclarationError, match=message):
        pw.load_petab(write_problem(tmp_path, **{name: text}))


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = write_problem(tmp_path)
    (tmp_path / "conditions.tsv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DeclarationError, match=r"conditions\.tsv: is not text in UTF-8"):
        pw.load_petab(path)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside.tsv").write_text("conditionId\n", encoding="utf-8")
    folder = tmp_path / "problem"
    folder.mkdir()
    path = write_problem(folder)
    (folder / "conditions.tsv").unlink()
    (folder / "conditions.tsv").symlink_to(tmp_path / "outside.tsv")
    with pytest.raises(DeclarationError, match=r"'conditions\.tsv' leaves the folder"):
        pw.load_petab(path)


def test_what_follows_from_other_values_is_not_changed(tmp_path: Path) -> None:
    problem = pw.load_petab(write_problem(tmp_path, ("A k C", "p k C")))
    with pytest.raises(ScenarioError, match="condition 'given': 'p': follows from other values"):
        problem.simulate()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("sd lin 0 1 0.3", "sd lin 0 1 -1"), "measurements.tsv, line 2: its noise is -1"),
        (("number 6 4", "number 0 4"), "line 4: is measured as 0, and its transformation is log;"),
        (("z A noise", "z A-9 noise"), r"line 4: is simulated as -4.\d+, and its transformation"),
    ],
)
def test_what_has_no_likelihood_is_said(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    problem = pw.load_petab(write_problem(tmp_path, change))
    with pytest.raises(SolveError, match=message):
        problem.log_likelihood()


def test_an_observable_without_a_value_is_said(tmp_path: Path) -> None:
    problem = pw.load_petab(write_problem(tmp_path, ("z A noise", "z A/0 noise")))
    with pytest.raises(SolveError, match="line 4: observable 'z' is simulated as inf"):
        problem.simulate()


def test_without_pyyaml_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    for name in ("pathway.petab.files", "pathway.petab.tables"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.raises(DeclarationError, match=r"read by PyYAML; pip install 'her2-pathway\[petab"):
        pw.load_petab(write_problem(tmp_path))
