"""What a file must be before libSBML sees it: not too large, well formed, and without entities."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.parsers import expat

from pathway.errors import DeclarationError, UnsupportedError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "MOST_BYTES",
    "MOST_NESTED",
    "guarded_text",
    "look_through",
    "read_bytes",
]

MOST_BYTES = 64 * 2**20
"""Size of the largest file read; the largest published models are about half of that."""

MOST_NESTED = 200
"""Elements within elements; a formula that a person wrote is nested ten deep."""

SEPARATOR = "|"


def read_bytes(path: Path, most_bytes: int = MOST_BYTES) -> bytes:
    """Return a file's content.

    Raises
    ------
    DeclarationError
        If it cannot be read or is too large.
    """
    try:
        size = path.stat().st_size
        if size > most_bytes:
            raise DeclarationError(
                path.name,
                f"has {size / 2**20:.0f} MiB, more than the {most_bytes / 2**20:g} MiB that are read",
                "give a smaller model",
            )
        return path.read_bytes()
    except OSError as error:
        raise DeclarationError(
            str(path), f"cannot be read ({error.strerror})", "give the path of an SBML file"
        ) from error


def guarded_text(data: bytes, where: str) -> str:
    """Return SBML as text after looking through it once.

    Raises
    ------
    DeclarationError
        If it is no well-formed XML, has a DOCTYPE (in which entities could expand without end), is
        nested too deeply, or is no SBML.
    UnsupportedError
        If its root requires a package of SBML level 3.
    """
    look_through(data, where, root="sbml")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DeclarationError(where, "is not UTF-8", "save it as UTF-8") from error


def look_through(data: bytes, where: str, root: str = "") -> None:
    """Refuse XML that no reader should be given.

    Parameters
    ----------
    data : bytes
    where : str
        For messages.
    root : str, optional
        What the first element has to be called.

    Raises
    ------
    DeclarationError, UnsupportedError
        As :func:`guarded_text` does.
    """
    _Look(where, root).through(data)


class _Look:
    """One pass over the elements; nothing is kept and nothing is expanded."""

    def __init__(self, where: str, root: str) -> None:
        self.where = where
        self.root = root
        self.depth = 0
        self.parser = expat.ParserCreate(namespace_separator=SEPARATOR)
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def through(self, data: bytes) -> None:
        try:
            self.parser.Parse(data, True)  # noqa: FBT003 - expat takes it by position
        except expat.ExpatError as error:
            raise DeclarationError(
                f"{self.where}, line {error.lineno}",
                f"is not well-formed XML ({expat.ErrorString(error.code)})",
                "export the model again",
            ) from error
        except (LookupError, ValueError) as error:  # so Python answers expat
            raise DeclarationError(
                self.where, "declares an encoding that is not read", "save it as UTF-8"
            ) from error

    def _doctype(self, *_: object) -> None:
        raise DeclarationError(
            f"{self.where}, line {self.parser.CurrentLineNumber}",
            "has a DOCTYPE, which SBML does not use and entities hide in",
            "remove it",
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self.depth and self.root:
            self._root(name, attributes)
        self.depth += 1
        if self.depth > MOST_NESTED:
            raise DeclarationError(
                f"{self.where}, line {self.parser.CurrentLineNumber}",
                f"elements are nested more than {MOST_NESTED} deep",
                "split the formula with assignment rules",
            )

    def _end(self, _: str) -> None:
        self.depth -= 1

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(SEPARATOR)[2] != self.root:
            raise DeclarationError(
                self.where,
                f"its first element is {name.rpartition(SEPARATOR)[2]!r}, not {self.root!r}",
                "give an SBML file",
            )
        for attribute, value in attributes.items():
            namespace, _, local = attribute.rpartition(SEPARATOR)
            if local == "required" and namespace and value.strip() in {"true", "1"}:
                raise UnsupportedError(
                    self.where,
                    f"requires the SBML package {namespace!r}",
                    "flatten or export it to plain SBML level 3 core",
                )
