"""The SBML file of a COMBINE archive, read into memory: nothing is ever unpacked to disk."""

from __future__ import annotations

import lzma
import re
import stat
import struct
import zipfile
import zlib
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from pathway.errors import DeclarationError, nearest
from pathway.sbml.guard import MOST_BYTES, look_through

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["MOST_ENTRIES", "sbml_of_archive"]

MOST_PACKED = 256 * 2**20
"""Bytes of an archive; figures and data of a publication are in it too."""
MOST_ENTRIES = 10_000
"""Files in an archive; a published one has a few tens."""

BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, RuntimeError, ValueError, OverflowError),
)
"""What zipfile answers to bytes that are no archive, or one that it does not unpack."""

MANIFEST = "manifest.xml"
MANIFEST_BYTES = 2**20
SPACE = "{http://identifiers.org/combine.specifications/omex-manifest}"
SBML = re.compile(r".*combine\.specifications[/:]sbml(?:\..*)?|.*application/sbml\+xml")
REMEDY = "make the archive again, or give the SBML file in it"


def sbml_of_archive(path: Path, member: str = "") -> tuple[str, bytes]:
    """Return the name and content of an archive's SBML file.

    Parameters
    ----------
    path : Path
        Of a COMBINE archive (OMEX).
    member : str
        Which file; if empty, the only SBML file that the manifest lists, or of several the one
        that it calls the master.

    Raises
    ------
    DeclarationError
        If it is no archive, has a path that leaves it, a link, or more or larger files than are
        read, lacks a manifest, or which file is meant is not clear.
    """
    where = path.name
    try:
        size = path.stat().st_size
        if size > MOST_PACKED:
            raise DeclarationError(
                where, f"has {size} bytes, more than the {MOST_PACKED} that are read", REMEDY
            )
        with zipfile.ZipFile(path) as archive:
            entries = _checked(archive.infolist(), where)
            listed = _manifest(_content(archive, entries, MANIFEST, where, MANIFEST_BYTES), where)
            name = _chosen(listed, member, where)
            return PurePosixPath(name).name, _content(archive, entries, name, where, MOST_BYTES)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DeclarationError(str(path), f"cannot be read ({reason})", "check the path") from error
    except BROKEN as error:
        text = " ".join(str(error).split()) or type(error).__name__
        raise DeclarationError(where, f"is no archive that can be read: {text}", REMEDY) from error


def _checked(entries: Sequence[zipfile.ZipInfo], where: str) -> dict[str, zipfile.ZipInfo]:
    """Return the entries by name; refuse all if one is none that an archive should have."""
    if len(entries) > MOST_ENTRIES:
        raise DeclarationError(
            where, f"has {len(entries)} files, more than the {MOST_ENTRIES} that are read", REMEDY
        )
    found: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        # the name as written: zipfile cuts it at a null character
        name = _inside(entry.orig_filename, where)
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise DeclarationError(f"{where}: {name!r}", "is a link", "put the file itself there")
        if name in found and not entry.is_dir():
            raise DeclarationError(f"{where}: {name!r}", "is there twice", "leave one of them")
        found[name] = entry
    return found


def _inside(name: str, where: str) -> str:
    """Return a name without a leading ``./``; refuse one that leaves the archive."""
    path = PurePosixPath(name)
    windows = PureWindowsPath(name)
    if (
        path.is_absolute()
        or windows.drive
        or windows.root
        or ".." in (*path.parts, *windows.parts)
        or "\0" in name
    ):
        raise DeclarationError(
            f"{where}: {name!r}", "leaves the archive", "make the archive again, with plain names"
        )
    return str(path)


def _content(
    archive: zipfile.ZipFile,
    entries: Mapping[str, zipfile.ZipInfo],
    name: str,
    where: str,
    most: int,
) -> bytes:
    entry = entries.get(name)
    if entry is None:
        raise DeclarationError(where, f"has no file {name!r}", nearest(name, entries))
    with archive.open(entry) as file:
        data = file.read(most + 1)  # whatever the entry says of its size
    if len(data) > most:
        raise DeclarationError(
            f"{where}: {name!r}",
            f"has more than the {most / 2**20:g} MiB that are read",
            "give a smaller model",
        )
    return data


def _manifest(data: bytes, where: str) -> dict[str, bool]:
    """Return the SBML files that a manifest lists, and whether each is the master."""
    place = f"{where}: {MANIFEST}"
    look_through(data, place)
    root = ET.fromstring(data)  # noqa: S314 - looked through: no entities, not deep, not large
    if root.tag != f"{SPACE}omexManifest":
        raise DeclarationError(place, "is no manifest of a COMBINE archive", REMEDY)
    found: dict[str, bool] = {}
    for content in root.iter(f"{SPACE}content"):
        if SBML.fullmatch(content.get("format", "")):
            name = _inside(content.get("location", ""), place)
            found[name] = content.get("master", "").strip() in {"true", "1"}
    return found


def _chosen(listed: Mapping[str, bool], member: str, where: str) -> str:
    if member:
        if member not in listed:
            raise DeclarationError(where, f"has no SBML file {member!r}", nearest(member, listed))
        return member
    if not listed:
        raise DeclarationError(where, "lists no SBML file", REMEDY)
    masters = [name for name, master in listed.items() if master]
    if len(listed) == 1 or len(masters) == 1:
        return next(iter(masters or listed))
    raise DeclarationError(
        where,
        f"has {len(listed)} SBML files and none is the master",
        f"name one, e.g. {where}/{next(iter(listed))}",
    )
