"""Files that are written whole or not at all."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from pathway.errors import PathwayError

__all__ = ["legible", "write_whole"]

NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def legible(text: str) -> str:
    """Return a text with a question mark for each character that XML cannot hold."""
    return NOT_XML.sub("?", text)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file beside its destination and rename it into place; text becomes UTF-8.

    Raises
    ------
    PathwayError
        If it cannot be written; what was there before stays.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".pathway-", dir=path.absolute().parent) as work:
            draft = Path(work) / "draft"
            draft.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
            draft.replace(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise PathwayError(
            f"file {str(path)!r}", f"cannot be written ({reason})", "name another file"
        ) from error
