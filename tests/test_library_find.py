from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pathway.errors import DeclarationError
from pathway.library.find import find_model, list_models, shipped_models
from pathway.library.read import parse_toml, read_text

PACKAGE = Path(__file__).resolve().parents[1] / "pathway"


def make_model(folder: Path, text: str = 'id = "toy"') -> Path:
    folder.mkdir(parents=True)
    (folder / "model.toml").write_text(text, encoding="utf-8")
    return folder


def test_models_inside_the_package_come_first(tmp_path: Path) -> None:
    make_model(tmp_path / "package" / "models" / "inside")
    make_model(tmp_path / "models" / "beside")
    (tmp_path / "pyproject.toml").write_text("")
    found = shipped_models(tmp_path / "package", tmp_path)
    assert list_models(found) == ("inside",)


def test_models_beside_the_package_need_a_pyproject(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    make_model(tmp_path / "models" / "beside")
    with pytest.raises(DeclarationError, match=r"neither in .*package.models nor in .*models"):
        shipped_models(package, tmp_path)
    (tmp_path / "pyproject.toml").write_text("")
    assert list_models(shipped_models(package, tmp_path)) == ("beside",)


def test_list_models_is_sorted_and_skips_other_folders(tmp_path: Path) -> None:
    for name in ("zeta", "alpha"):
        make_model(tmp_path / name)
    (tmp_path / "notes").mkdir()
    (tmp_path / "readme.txt").write_text("x")
    assert list_models(tmp_path) == ("alpha", "zeta")


def test_find_shipped_model_by_name() -> None:
    assert find_model("her2").joinpath("model.toml").is_file()


def test_find_model_by_path(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "mine")
    assert find_model(folder) == folder
    assert find_model(str(folder)) == folder


def test_a_path_object_is_never_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_model(tmp_path / "her2", 'id = "mine"')
    monkeypatch.chdir(tmp_path)
    for path, found in ((Path("her2"), "mine"), ("./her2", "mine"), ("her2", "her2")):
        text = read_text(find_model(path).joinpath("model.toml"), "m")
        assert parse_toml(text, "m").text("id") == found


def test_find_model_in_an_extra_folder(tmp_path: Path) -> None:
    make_model(tmp_path / "toy")
    assert find_model("toy", tmp_path) == tmp_path / "toy"


def test_unknown_model_suggests_the_nearest_name() -> None:
    with pytest.raises(DeclarationError, match="model: unknown model 'hre2'; did you mean 'her2'"):
        find_model("hre2")


@pytest.mark.parametrize("text", ["no/such/folder", ""])
def test_absent_path(text: str) -> None:
    with pytest.raises(DeclarationError, match=f"no model folder '{text}'; give the name"):
        find_model(text)


def test_folder_without_model_file(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"has no model.toml; give the folder that holds it"):
        find_model(tmp_path)


def test_models_in_an_unopened_archive(tmp_path: Path) -> None:
    archive = tmp_path / "installed.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for file in ("__init__.py", "errors.py", "library/__init__.py"):
            source = PACKAGE / file
            target.writestr(f"pathway/{file}", source.read_text() if source.exists() else "")
        for file in ("library/find.py", "library/read.py"):
            target.writestr(f"pathway/{file}", (PACKAGE / file).read_text(encoding="utf-8"))
        target.writestr("pathway/models/toy/model.toml", 'id = "from the archive"')
    script = (
        "from pathway.library.find import find_model\n"
        "from pathway.library.read import parse_toml, read_text\n"
        "text = read_text(find_model('toy').joinpath('model.toml'), 'm')\n"
        "print(parse_toml(text, 'm').text('id'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(archive)!r})\n{script}"],
        capture_output=True,
        encoding="utf-8",
        check=True,
        cwd=tmp_path,
    )
    assert done.stdout.strip() == "from the archive"
