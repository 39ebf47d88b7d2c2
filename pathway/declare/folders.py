"""The folders a model is read from: the model's own, and a user's beside it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathway.errors import DeclarationError, nearest
from pathway.library.read import Table, parse_toml, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

__all__ = ["Folders"]

PERTURBATIONS = ("drugs", "ligands", "lesions", "contexts", "findings", "regimens")
REFUSED_PAIRS = "refused_pairs.toml"
MODEL_FILES = ("model.toml", "sources.toml", REFUSED_PAIRS, "layout.toml", "scale.toml")
EXTRA_FILES = ("sources.toml", REFUSED_PAIRS)
MODEL_FOLDERS = ("modules", *PERTURBATIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """One folder: how messages name it, and what marks its files in the hash."""

    folder: Traversable
    label: str
    mark: str


class Folders:
    """Reads the TOML files of a model folder and of an extra one, and remembers their texts.

    Parameters
    ----------
    folder : Traversable
        The model's folder.
    extra : Traversable, optional
        A folder with further drugs, ligands, lesions, contexts and sources.

    Raises
    ------
    DeclarationError
        If a folder is absent, or holds TOML files where none are read.
    """

    def __init__(self, folder: Traversable, extra: Traversable | None = None) -> None:
        self._texts: dict[str, str] = {}
        self._model = _Place(folder=folder, label=_label(folder), mark="")
        self._places = [self._model]
        _check_layout(self._model, MODEL_FOLDERS, MODEL_FILES)
        if extra is not None:
            place = _Place(folder=extra, label=_label(extra), mark="extra/")
            _check_layout(place, PERTURBATIONS, EXTRA_FILES)
            self._places.append(place)

    def table(self, name: str) -> Table:
        """Return the top table of a file of the model's own folder."""
        return self._read(self._model, self._model.folder.joinpath(name), name)

    def source_tables(self) -> Iterator[Table]:
        """Yield the sources of the model, then of the extra folder if it has any."""
        for place in self._places:
            file = place.folder.joinpath("sources.toml")
            if place is self._model or file.is_file():
                yield self._read(place, file, "sources.toml")

    def refused_pair_tables(self) -> Iterator[Table]:
        """Yield the refused pairs of lesions of each folder that has such a table."""
        for place in self._places:
            file = place.folder.joinpath(REFUSED_PAIRS)
            if file.is_file():
                yield self._read(place, file, REFUSED_PAIRS)

    def tables(self, kind: str) -> Iterator[tuple[str, Table]]:
        """Yield stem and top table of each file of a kind, sorted by name, the model's first.

        Raises
        ------
        DeclarationError
            If the extra folder has a name that the model has.
        """
        seen: dict[str, str] = {}
        for place in self._places:
            folder = place.folder.joinpath(kind)
            if not folder.is_dir():
                continue
            for file in sorted(_toml_files(folder), key=lambda entry: entry.name):
                stem = file.name.removesuffix(".toml")
                table = self._read(place, file, f"{kind}/{file.name}")
                if stem in seen:
                    raise table.error(f"{stem!r} is already in {seen[stem]}", "rename the file")
                seen[stem] = table.label
                yield stem, table

    def digest(self) -> str:
        """Return the SHA-256 over names and texts of the files read so far, in sorted order."""
        digest = hashlib.sha256()
        for name in sorted(self._texts):
            for part in (name, self._texts[name]):
                encoded = part.encode()
                # The length keeps a name from running into its text.
                digest.update(len(encoded).to_bytes(8, "big") + encoded)
        return digest.hexdigest()

    def _read(self, place: _Place, file: Traversable, name: str) -> Table:
        label = f"{place.label}/{name}"
        text = read_text(file, label)
        self._texts[place.mark + name] = text
        return parse_toml(text, label)


def _label(folder: Traversable) -> str:
    return folder.name or str(folder)


def _toml_files(folder: Traversable) -> list[Traversable]:
    return [
        entry
        for entry in folder.iterdir()
        if entry.name.endswith(".toml") and not entry.name.startswith(".") and entry.is_file()
    ]


def _check_layout(place: _Place, folders: tuple[str, ...], files: tuple[str, ...]) -> None:
    """Refuse TOML files in places that nothing reads: a misspelt folder would pass unseen."""
    if not place.folder.is_dir():
        raise DeclarationError(place.label, "is not a folder", "give the folder of the files")
    for entry in sorted(place.folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            if entry.name not in folders and _toml_files(entry):
                raise DeclarationError(
                    f"{place.label}/{entry.name}",
                    "files in this folder are not read",
                    nearest(entry.name, folders),
                )
        elif entry.name.endswith(".toml") and entry.name not in files:
            raise DeclarationError(
                f"{place.label}/{entry.name}", "this file is not read", nearest(entry.name, files)
            )
