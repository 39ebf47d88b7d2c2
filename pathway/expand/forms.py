"""Species as objects: each canonical complex is one, so that what is known of it is found fast."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathway.expand.canonical import text_of

if TYPE_CHECKING:
    from pathway.expand.match import Complex
    from pathway.expand.vocabulary import Vocabulary

__all__ = ["Form", "Forms"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Form:
    """A species; two are the same species if they are the same object (see :class:`Forms`)."""

    complex_: Complex
    """Canonical."""
    kinds: tuple[str, ...]
    """The molecules it has, each once, in order."""
    molecules: tuple[tuple[str, int], ...]
    """(id, count), sorted."""
    text: str
    """Canonical text."""


class Forms:
    """Every species met so far, once each.

    Parameters
    ----------
    vocabulary : Vocabulary
        The molecules; of theirs only the sites are read.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._known: dict[Complex, Form] = {}

    def __len__(self) -> int:
        return len(self._known)

    def of(self, complex_: Complex) -> Form:
        """Return the form of a canonical complex."""
        found = self._known.get(complex_)
        if found is None:
            counts = Counter(name for name, _ in complex_)
            form = Form(
                complex_=complex_,
                kinds=tuple(counts),
                molecules=tuple(sorted(counts.items())),
                text=text_of(complex_, self._vocabulary),
            )
            # Several threads may come here at once; one of them wins for all.
            found = self._known.setdefault(complex_, form)
        return found
