"""COMBINE archives: what is in them, and that it simulates to what the package itself computes."""

from __future__ import annotations

import subprocess
import sys
import time
import zipfile
from typing import TYPE_CHECKING
from xml.etree.ElementTree import parse

import numpy as np
import pytest

import pathway as pw
from tests.command import files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from pathway.model import Model
    from tests.command import Ended

BARE = pw.Scenario(context="CELL", duration="1 h")
STEPS = pw.Scenario(context="CELL", drugs={"blocker": "50 nM"}, duration="1 h").then(
    "30 min", ligands={"L": "1 nM"}
)
FILES = ["scenario_1.xml", "scenario_2.xml", "simulations.sedml"]
SEDML = "{http://sed-ml.org/sed-ml/level1/version4}"
SBML = "{http://www.sbml.org/sbml/level3/version2/core}"


@pytest.fixture(scope="module")
def toy(toy_folder: Path) -> Model:
    return pw.load(toy_folder)


@pytest.fixture(scope="module")
def unpacked(toy: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an archive of two scenarios, unpacked."""
    folder = tmp_path_factory.mktemp("archive")
    written = pw.export(toy, [BARE, STEPS.labelled("a\x01<&>")], folder / "toy.omex")
    with zipfile.ZipFile(written) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["manifest.xml", *FILES]
        archive.extractall(folder)
    return folder


def elements(folder: Path, name: str) -> list[Element]:
    """Return the elements of one kind of the SED-ML file, in order."""
    root = parse(folder / "simulations.sedml").getroot()  # noqa: S314 - written by this test
    return list(root.iter(f"{SEDML}{name}"))


LOOK = """
import sys, libsedml, libcombine
document = libsedml.readSedMLFromFile(sys.argv[1] + "/simulations.sedml")
print(document.getLevel(), document.getVersion(), document.getNumErrors())
print(document.getNumTasks(), document.getNumDataGenerators(), document.getNumOutputs())
archive = libcombine.CombineArchive()
print(archive.initializeFromArchive(sys.argv[1] + "/toy.omex"), archive.getMasterFile().getLocation())
for place in range(archive.getNumEntries()):
    entry = archive.getEntry(place)
    print(entry.getLocation(), entry.getFormat().rpartition("/")[2])
"""


def test_libsedml_and_libcombine_read_it(toy: Model, unpacked: Path) -> None:
    # In a process of their own: libSBML does not work well beside them.
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOOK, unpacked],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    columns = 2 + sum(len(toy.network(scenario).readouts) for scenario in (BARE, STEPS))
    assert ended.stdout.splitlines() == [
        "1 4 0",
        f"2 {columns} 2",
        "True ./simulations.sedml",
        "./manifest.xml omex-manifest",
        "./scenario_1.xml sbml",
        "./scenario_2.xml sbml",
        "./simulations.sedml sed-ml",
    ]


def test_each_scenario_is_simulated_from_start_to_end(toy: Model, unpacked: Path) -> None:
    models = elements(unpacked, "model")
    assert [model.get("source") for model in models] == FILES[:2]
    assert [model.get("name") for model in models] == [toy.resolve(BARE).label, "a?<&>"]
    courses = elements(unpacked, "uniformTimeCourse")
    assert [course.get("outputEndTime") for course in courses] == ["60.0", "90.0"]
    for task, model, course in zip(elements(unpacked, "task"), models, courses, strict=True):
        assert task.get("modelReference") == model.get("id")
        assert task.get("simulationReference") == course.get("id")


def test_each_report_has_time_and_every_readout(toy: Model, unpacked: Path) -> None:
    generators = {element.get("id"): element for element in elements(unpacked, "dataGenerator")}
    parts = (elements(unpacked, "report"), elements(unpacked, "task"), FILES[:2], (BARE, STEPS))
    for report, task, file, scenario in zip(*parts, strict=True):
        columns = {c.get("label"): c.get("dataReference") for c in report.iter(f"{SEDML}dataSet")}
        assert list(columns) == ["time", *toy.network(scenario).readouts]
        root = parse(unpacked / file).getroot()  # noqa: S314 - written by this test
        for label, reference in columns.items():
            (variable,) = generators[reference].iter(f"{SEDML}variable")
            (read,) = generators[reference].iter("{http://www.w3.org/1998/Math/MathML}ci")
            assert read.text == variable.get("id")
            assert variable.get("taskReference") == task.get("id")
            if label == "time":
                assert variable.get("symbol") == "urn:sedml:symbol:time"
            else:
                assert target(root, variable.attrib["target"]).get("id") == label


def target(root: Element, path: str) -> Element:
    """Return the one element that an absolute XPath of a variable finds."""
    (found,) = root.findall(path.replace("/sbml:sbml/", "./").replace("sbml:", SBML))
    return found


@pytest.mark.parametrize(("place", "scenario"), [(0, BARE), (1, STEPS)])
def test_the_models_within_give_the_same_trajectories(
    toy: Model, unpacked: Path, place: int, scenario: pw.Scenario
) -> None:
    course = elements(unpacked, "uniformTimeCourse")[place]
    end = float(course.attrib["outputEndTime"])
    minutes = np.linspace(0.0, end, int(course.attrib["numberOfSteps"]) + 1)[::40]
    here = pw.simulate(toy, scenario, minutes, rtol=1e-9, atol=1e-11)
    whole = pw.Scenario(duration=f"{end:g} min")
    back = pw.load(unpacked / FILES[place])
    there = pw.simulate(back, whole, minutes, rtol=1e-9, atol=1e-11)
    readouts = list(toy.network(scenario).readouts)
    for name in readouts:
        np.testing.assert_allclose(there[name], here[name], rtol=1e-6, atol=1e-9)
    moved = max(float(np.ptp(here[name].values)) for name in readouts)
    assert (moved > 1.0) == (scenario is STEPS)


def test_copasi_does_what_the_archive_says(toy: Model, tmp_path: Path) -> None:
    basico = pytest.importorskip("basico", reason="COPASI (copasi-basico) is not installed")
    file = pw.export(toy, STEPS, tmp_path / "a.omex")
    model = basico.model_io.COPASI.CRootContainer.addDatamodel()
    try:
        assert model.openCombineArchive(str(file))
        found = basico.run_time_course(model=model, use_sbml_id=True, r_tol=1e-9, a_tol=1e-11)
    finally:
        basico.remove_datamodel(model)
    np.testing.assert_allclose(found.index, np.linspace(0.0, 90.0, 481), atol=1e-9)
    # Up to the ligand's addition and after it; at that moment each side may be meant.
    minutes = np.array([0.0, 15.0, 45.0, 75.0, 90.0])
    here = pw.simulate(toy, STEPS, minutes, rtol=1e-9, atol=1e-11)
    for name in toy.network(STEPS).readouts:
        column = found[f"Values[{name}]" if f"Values[{name}]" in found else name].to_numpy()
        seen = np.interp(minutes, found.index, column)
        np.testing.assert_allclose(seen, here[name].values[0], rtol=1e-5, atol=1e-9)


def test_an_archive_holds_the_sbml_that_is_exported_alone(
    toy: Model, unpacked: Path, tmp_path: Path
) -> None:
    alone = pw.export(toy, BARE, tmp_path / "m.xml").read_bytes()
    assert (unpacked / "scenario_1.xml").read_bytes() == alone


def test_the_same_scenarios_give_the_same_bytes(
    toy: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = pw.export(toy, (BARE, STEPS), tmp_path / "a.omex").read_bytes()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 1e6)
    assert pw.export(toy, iter((BARE, STEPS)), tmp_path / "b.OMEX").read_bytes() == first
    assert pw.export(toy, (STEPS, BARE), tmp_path / "c.omex").read_bytes() != first


def test_one_scenario_is_enough(toy: Model, tmp_path: Path) -> None:
    with zipfile.ZipFile(pw.export(toy, BARE, tmp_path / "a.omex")) as archive:
        assert archive.namelist() == ["manifest.xml", "scenario_1.xml", "simulations.sedml"]


@pytest.mark.parametrize(
    ("name", "scenarios", "kind", "message"),
    [
        ("a.omex", [], None, r"a\.omex': no scenario is given; give at least one"),
        ("a.xml", [], None, r"a\.xml': no scenario is given; give at least one"),
        (
            "a.xml",
            [BARE, STEPS],
            None,
            r"a \.xml file holds one scenario, and 2 are given; export one at a time, or all to a \.omex",
        ),
        ("a.cyjs", [BARE, STEPS], "influence", r"a \.cyjs file holds one scenario, and 2 are"),
        ("a.omex", [BARE], "influence", r"a \.omex file holds no graph and has no kind"),
        ("a.zip", [BARE, STEPS], None, r"unknown suffix '\.zip'; use one of .*\.omex"),
        ("none/a.omex", [BARE], None, r"a\.omex': cannot be written \(No such file or directory\)"),
        ("a.omex", [BARE, pw.Scenario(context="CEL")], None, "did you mean 'CELL'"),
    ],
)
def test_refused(
    toy: Model,
    tmp_path: Path,
    name: str,
    scenarios: list[pw.Scenario],
    kind: str | None,
    message: str,
) -> None:
    with pytest.raises(pw.PathwayError, match=message):
        pw.export(toy, scenarios, tmp_path / name, kind=kind)
    assert files(tmp_path) == []


def test_the_command_writes_an_archive(run: Callable[..., Ended], tmp_path: Path) -> None:
    ended = run("export", "--drug", "blocker", "--out", tmp_path / "a.omex")
    assert (ended.code, ended.out) == (0, "")
    assert zipfile.is_zipfile(tmp_path / "a.omex")


def test_a_comparison_is_an_archive_of_its_runs(toy: Model, tmp_path: Path) -> None:
    plan = pw.compare(toy, curve_doses=0).plan
    scenarios = [run.scenario for run in plan.runs]
    assert len(scenarios) > 1
    with zipfile.ZipFile(pw.export(toy, scenarios, tmp_path / "a.omex")) as archive:
        assert len(archive.namelist()) == len(scenarios) + 2


def test_all_scenarios_of_a_comparison(
    toy_folder: Path, run: Callable[..., Ended], tmp_path: Path
) -> None:
    out = tmp_path / "all.omex"
    ended = run("export", "--regimen", "dual_blockade", "--out", out)
    assert ended.code == 0, ended.err
    # two cells, two ligands, three strategies
    assert "12 scenarios" in ended.err
    with zipfile.ZipFile(out) as archive:
        names = archive.namelist()
        text = archive.read("simulations.sedml").decode("utf-8")
    assert len([name for name in names if name.startswith("scenario_")]) == 12
    assert "blocker / CELL / L" in text
    ended = run("export", "--regimen", "dual_blockade", "--context", "MUTATED", "--out", out)
    assert "6 scenarios" in ended.err
    told: list[tuple[int, int]] = []
    toy = pw.load(toy_folder)
    pw.export(toy, [BARE, STEPS], out, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--regimen", "dual_blocade"), "unknown regimen 'dual_blocade'; did you mean"),
        (("--regimen", "dual_blockade", "--drug", "blocker"), "has scenarios of its own"),
        (("--regimen", "dual_blockade", "--finding", "C01"), "leave all but --context out"),
    ],
)
def test_comparisons_refused(
    run: Callable[..., Ended], tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    ended = run("export", *words, "--out", tmp_path / "all.omex")
    assert ended.code == 2
    assert message in ended.err
    assert files(tmp_path) == []
