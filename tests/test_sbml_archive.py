"""COMBINE archives read: which file is meant, and archives that nobody should unpack."""

from __future__ import annotations

import contextlib
import io
import random
import stat
import zipfile
from typing import TYPE_CHECKING

import pytest

import pathway as pw
from pathway.cli.main import main
from pathway.errors import DeclarationError, PathwayError
from pathway.model import load_equations
from pathway.sbml import archive as room
from pathway.sbml.archive import sbml_of_archive
from pathway.sbml.guard import MOST_BYTES
from tests.sbml_text import CELL, document, parameter, species
from tests.toy import write_toy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HEAD = '<omexManifest xmlns="http://identifiers.org/combine.specifications/omex-manifest">'
SBML = "http://identifiers.org/combine.specifications/sbml.level-3.version-2"
WHOLE = "http://identifiers.org/combine.specifications/omex"
OTHER = "http://identifiers.org/combine.specifications/sed-ml"


def model(value: str) -> str:
    return document(compartments=CELL, species=species("A", "6"), parameters=parameter("k", value))


def manifest(*contents: str) -> str:
    return f"{HEAD}{''.join(contents)}</omexManifest>"


def content(location: str, form: str = SBML, *, master: bool = False) -> str:
    marked = ' master="true"' if master else ""
    return f'<content location="{location}" format="{form}"{marked}/>'


def write_archive(folder: Path, files: Mapping[str, str], name: str = "a.omex") -> Path:
    with zipfile.ZipFile(folder / name, "w") as archive:
        for entry, text in files.items():
            archive.writestr(entry, text)
    return folder / name


ONE = {
    "manifest.xml": manifest(
        content(".", WHOLE), content("./models/m.xml"), content("s.sedml", OTHER)
    ),
    "models/m.xml": model("1"),
    "s.sedml": "<sedML/>",
}
TWO = {
    "manifest.xml": manifest(content("a.xml"), content("b.xml", master=True)),
    "a.xml": model("1"),
    "b.xml": model("2"),
}
UNCLEAR = TWO | {"manifest.xml": manifest(content("./a.xml"), content("./b.xml"))}


def test_the_only_model_is_read(tmp_path: Path) -> None:
    loaded = load_equations(write_archive(tmp_path, ONE))
    assert loaded.parameters["k"] == 1.0
    (tmp_path / "m.xml").write_text(model("1"), encoding="utf-8")
    assert loaded.text_hash == load_equations(tmp_path / "m.xml").text_hash


def test_of_several_the_master_or_the_one_that_is_named(tmp_path: Path) -> None:
    path = write_archive(tmp_path, TWO)
    assert load_equations(path).parameters["k"] == 2.0
    assert load_equations(path / "a.xml").parameters["k"] == 1.0
    assert pw.load(f"{path}/b.xml").parameters["k"] == 2.0  # type: ignore[attr-defined]


def test_an_archive_of_our_own_is_read(tmp_path: Path) -> None:
    toy = pw.load(write_toy(tmp_path))
    pw.export(toy, pw.Scenario(context="CELL"), tmp_path / "one.omex")
    loaded = load_equations(tmp_path / "one.omex")
    assert loaded.id == "toy"
    pw.export(toy, [pw.Scenario(context="CELL"), pw.Scenario()], tmp_path / "two.omex")
    with pytest.raises(DeclarationError, match=r"2 SBML files and none is the master; name one"):
        load_equations(tmp_path / "two.omex")
    assert load_equations(tmp_path / "two.omex" / "scenario_2.xml").id == "toy"


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_archive(tmp_path, TWO)
    assert main(["import", str(path), "--duration", "1", "--readout", "k", "--csv"]) == 0
    assert "2" in capsys.readouterr().out.splitlines()[1]
    broken = write_archive(tmp_path, {"../x": "", **ONE}, "broken.omex")
    assert main(["import", str(broken)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "'../x': leaves the archive" in error


@pytest.mark.parametrize(
    ("files", "member", "message"),
    [
        ({"../evil.xml": "", **ONE}, "", r"'\.\./evil\.xml': leaves the archive; make the archive"),
        ({"/etc/passwd": "", **ONE}, "", "'/etc/passwd': leaves the archive"),
        ({"C:\\x.xml": "", **ONE}, "", "leaves the archive"),
        ({"a/..\\..\\x": "", **ONE}, "", "leaves the archive"),
        (ONE | {"manifest.xml": manifest(content("../../m.xml"))}, "", "leaves the archive"),
        ({"models/m.xml": model("1")}, "", r"has no file 'manifest\.xml'"),
        (ONE | {"manifest.xml": manifest(content("n.xml"))}, "", r"has no file 'n\.xml'"),
        (ONE | {"manifest.xml": manifest(content("s.sedml", OTHER))}, "", "lists no SBML file"),
        (ONE | {"manifest.xml": "<a/>"}, "", "is no manifest of a COMBINE archive"),
        (ONE | {"manifest.xml": "<a>"}, "", r"manifest\.xml, line 1: is not well-formed XML"),
        (ONE | {"manifest.xml": f"<!DOCTYPE x []>{HEAD}</omexManifest>"}, "", "has a DOCTYPE"),
        (UNCLEAR, "", r"2 SBML files and none is the master; name one, e\.g\. a\.omex/a\.xml"),
        (UNCLEAR, "c.xml", r"has no SBML file 'c\.xml'; did you mean"),
    ],
)
def test_refused(tmp_path: Path, files: dict[str, str], member: str, message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        sbml_of_archive(write_archive(tmp_path, files), member)
    assert [path.name for path in tmp_path.iterdir()] == ["a.omex"]


def test_a_link_is_refused(tmp_path: Path) -> None:
    path = write_archive(tmp_path, ONE)
    entry = zipfile.ZipInfo("link.xml")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(entry, "/etc/passwd")
    with pytest.raises(DeclarationError, match=r"'link\.xml': is a link; put the file itself"):
        sbml_of_archive(path)


def test_two_files_of_one_name(tmp_path: Path) -> None:
    path = write_archive(tmp_path, ONE)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("./models/m.xml", model("3"))
    with pytest.raises(DeclarationError, match=r"'models/m\.xml': is there twice; leave one"):
        sbml_of_archive(path)


def test_what_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.omex"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in ONE.items():
            archive.writestr(name, text if name != "models/m.xml" else " " * (MOST_BYTES + 1))
    assert path.stat().st_size < MOST_BYTES / 100
    with pytest.raises(DeclarationError, match=r"'models/m\.xml': has more than the 64 MiB"):
        sbml_of_archive(path)
    monkeypatch.setattr(room, "MOST_ENTRIES", 2)
    with pytest.raises(DeclarationError, match="has 3 files, more than the 2 that are read"):
        sbml_of_archive(path)
    monkeypatch.setattr(room, "MOST_PACKED", 1000)
    with pytest.raises(DeclarationError, match=r"a\.omex: has \d+ bytes, more than the 1000 that"):
        sbml_of_archive(path)


def test_what_is_no_archive(tmp_path: Path) -> None:
    path = tmp_path / "a.omex"
    with pytest.raises(DeclarationError, match=r"a\.omex: cannot be read \(No such file"):
        load_equations(path)
    path.write_text("<sbml/>", encoding="utf-8")
    with pytest.raises(DeclarationError, match="is no archive that can be read: File is not a zip"):
        load_equations(path)


def test_damaged_archives_give_clean_errors(tmp_path: Path) -> None:
    whole = write_archive(tmp_path, TWO).read_bytes()
    chance = random.Random(4)  # noqa: S311
    path = tmp_path / "damaged.omex"
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        cut = chance.randrange(len(data)) if chance.random() < 0.2 else len(data)
        path.write_bytes(bytes(data[:cut]))
        with contextlib.suppress(PathwayError):
            name, found = sbml_of_archive(path)
            assert name
            assert io.BytesIO(found).read()
