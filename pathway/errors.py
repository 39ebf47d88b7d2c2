"""The one family of errors: every message is one line saying where, what, and what to do."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "CompileError",
    "DeclarationError",
    "EvidenceError",
    "NetworkError",
    "PathwayError",
    "ScenarioError",
    "SolveError",
    "UnitError",
    "UnsupportedError",
    "nearest",
]


class PathwayError(Exception):
    """Base of every error this package raises for a user's input or a failed computation.

    Parameters
    ----------
    where : str
        The place: a file and table, a scenario, a command-line option.
    what : str
        What is wrong there.
    remedy : str, optional
        What to do about it.
    """

    def __init__(self, where: str, what: str, remedy: str = "") -> None:
        self.where = where
        self.what = what
        self.remedy = remedy
        message = f"{where}: {what}" + (f"; {remedy}" if remedy else "")
        super().__init__(" ".join(message.split()))

    def __reduce__(self) -> tuple[type[PathwayError], tuple[str, str, str]]:
        """Let an error come back whole from another process."""
        return type(self), (self.where, self.what, self.remedy)


class DeclarationError(PathwayError):
    """A model, drug, context, lesion, ligand or finding file says something it may not."""


class UnitError(DeclarationError):
    """A quantity has a unit that is unknown or of the wrong dimension."""


class UnsupportedError(DeclarationError):
    """A model file that is valid, and uses something this package does not compute."""


class NetworkError(PathwayError):
    """Rules that cannot be expanded, or an expanded network that breaks a claim."""


class CompileError(PathwayError):
    """A graph the compiler cannot turn into index tables."""


class ScenarioError(PathwayError):
    """A scenario that names something the model does not have, or contradicts itself."""


class SolveError(PathwayError):
    """An integration or an equilibration that failed."""


class EvidenceError(PathwayError):
    """A findings file or one of its expressions that cannot be read."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a remedy that suggests the known name nearest to ``name``.

    Examples
    --------
    >>> nearest("lapatanib", ["lapatinib", "neratinib"])
    "did you mean 'lapatinib'?"
    >>> nearest("x", ["lapatinib"])
    "known: 'lapatinib'"
    """
    names = list(known)
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    if not close:
        folded = {candidate.casefold(): candidate for candidate in names}
        close = [
            folded[match]
            for match in get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
        ]
    if close:
        return f"did you mean {close[0]!r}?"
    if not names:
        return "none are declared"
    shown = ", ".join(repr(candidate) for candidate in names[:12])
    return f"known: {shown}" + (f" and {len(names) - 12} more" if len(names) > 12 else "")
