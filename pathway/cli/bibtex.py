"""BibTeX entries: keys that BibTeX takes, text that LaTeX sets as it was written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["bibtex_keys", "bibtex_text", "escape"]

ESCAPES = {
    "\\": r"\textbackslash{}",
    # Not \{ and \}: BibTeX counts braces, escaped or not.
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{mark: f"\\{mark}" for mark in "&%$#_"},
}
TAKEN_AS_IS = ("doi", "pmid", "year")
"""Fields that are identifiers: styles put them into links, where escapes would be letters."""


def bibtex_text(entries: Iterable[tuple[str, Mapping[str, str]]]) -> str:
    """Return ``@misc`` entries.

    What is cited is one text in ``sources.toml``, so there is no author or journal to tell apart:
    it is the title, in double braces, so that no style changes its capitals.

    Parameters
    ----------
    entries : iterable of (str, mapping)
        Id of a source, and its fields; empty ones are left out.
    """
    given = list(entries)
    keys = bibtex_keys([name for name, _ in given])
    return "\n\n".join(_entry(key, fields) for key, (_, fields) in zip(keys, given, strict=True))


def bibtex_keys(names: Iterable[str]) -> list[str]:
    """Return a key for each name: letters, digits and ``_:.+-``, none twice whatever its case."""
    seen: set[str] = set()
    keys = []
    for name in names:
        stem = key = re.sub(r"[^A-Za-z0-9_:.+-]", "_", name) or "source"
        number = 1
        while key.casefold() in seen:
            number += 1
            key = f"{stem}-{number}"
        seen.add(key.casefold())
        keys.append(key)
    return keys


def escape(text: str) -> str:
    """Return text as LaTeX sets it, on one line; letters beyond ASCII stay (UTF-8)."""
    return "".join(ESCAPES.get(mark, mark) for mark in " ".join(text.split()))


def _entry(key: str, fields: Mapping[str, str]) -> str:
    lines = [f"@misc{{{key},"]
    for name, text in fields.items():
        if not text:
            continue
        shown = re.sub(r"[{}\s]", "", text) if name in TAKEN_AS_IS else escape(text)
        lines.append(
            f"  {name} = {{{{{shown}}}}}," if name == "title" else f"  {name} = {{{shown}}},"
        )
    return "\n".join([*lines, "}"])
