"""Reading which lesions cannot be in one cell, and why: a table of the model, not of a lesion."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from pathway.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pathway.library.read import Table

__all__ = ["RefusedPair", "read_refused_pairs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedPair:
    """Two lesions that contradict each other, and the reason."""

    lesions: tuple[str, str]
    reason: str
    where: str


def read_refused_pairs(
    tables: Iterable[Table], lesions: Collection[str]
) -> tuple[RefusedPair, ...]:
    """Return the refused pairs of ``refused_pairs.toml`` files.

    Each ``[refused.NAME]`` has ``lesions``, two or more ids of which no two go together, and a
    ``reason`` in words, which ends up in the message of whoever asks for both.

    Parameters
    ----------
    tables : iterable of Table
        Top tables: the model's, then that of a user's folder.
    lesions : collection of str
        The known lesions.

    Returns
    -------
    tuple of RefusedPair
        In file order; of one entry, in the order its lesions are written.

    Raises
    ------
    DeclarationError
        An unknown lesion, fewer than two, one named twice, or a pair that is already refused.
    """
    found: dict[frozenset[str], RefusedPair] = {}
    for table in tables:
        for _, part in table.tables("refused"):
            reason = part.text("reason")
            for pair in combinations(_named(part, lesions), 2):
                key = frozenset(pair)
                if key in found:
                    raise part.error(
                        f"{pair[0]} and {pair[1]} are already refused in {found[key].where}",
                        "keep one of the entries",
                    )
                found[key] = RefusedPair(lesions=pair, reason=reason, where=part.where)
        table.close()
    return tuple(found.values())


def _named(table: Table, lesions: Collection[str]) -> tuple[str, ...]:
    names = table.texts("lesions")
    for name in names:
        if name not in lesions:
            raise table.error(f"unknown lesion {name!r}", nearest(name, lesions))
        if names.count(name) > 1:
            raise table.error(f"lesion {name!r} is named twice", "name each once")
    if len(names) < 2:
        raise table.error(f"only {names[0]!r} is named", "name at least two lesions")
    return names
