"""Where the text of a model comes from: a file, or a file in a COMBINE archive."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pathway.sbml.archive import sbml_of_archive
from pathway.sbml.guard import guarded_text, read_bytes

if TYPE_CHECKING:
    import os

__all__ = ["ARCHIVE", "Source", "read_source"]

ARCHIVE = ".omex"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A model's text, looked through."""

    name: str
    text: str
    digest: str
    """SHA-256 of its bytes."""

    @property
    def stem(self) -> str:
        """Return the file's name without its ending."""
        return Path(self.name).stem


def read_source(path: str | os.PathLike[str]) -> Source:
    """Return the SBML that a path names.

    Parameters
    ----------
    path : str or path-like
        Of an SBML file, of a COMBINE archive (``.omex``), or of a file in one
        (``models.omex/first.xml``).

    Raises
    ------
    DeclarationError
        If it cannot be read, or is not what may be read.
    UnsupportedError
        If it requires a package of SBML level 3.
    """
    file = Path(path)
    archive = next(
        (one for one in (file, *file.parents) if one.suffix.lower() == ARCHIVE and one.is_file()),
        file if file.suffix.lower() == ARCHIVE else None,
    )
    if archive is None:
        name, data = file.name, read_bytes(file)
    else:
        inside = "" if archive == file else file.relative_to(archive).as_posix()
        name, data = sbml_of_archive(archive, inside)
    return Source(name=name, text=guarded_text(data, name), digest=hashlib.sha256(data).hexdigest())
