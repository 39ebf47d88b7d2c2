"""An immutable, hashable mapping: what a scenario keeps its names and doses in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

__all__ = ["FrozenMap"]

V = TypeVar("V")


class FrozenMap(Mapping[str, V]):
    """A mapping that cannot change, equal to any mapping with the same items in any order.

    Parameters
    ----------
    items : mapping, optional
        What it holds; copied. Iteration is in sorted order, so that nothing computed from it
        depends on the order in which it was written.
    """

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, V] | None = None) -> None:
        self._items: dict[str, V] = dict(sorted((items or {}).items()))

    def __getitem__(self, key: str) -> V:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(tuple(self._items.items()))

    def __repr__(self) -> str:
        return repr(self._items)

    def merged(self, other: Mapping[str, V]) -> FrozenMap[V]:
        """Return this map with the items of ``other`` replacing or joining its own."""
        return FrozenMap({**self._items, **other})

    def without(self, *names: str) -> FrozenMap[V]:
        """Return this map without the named items; absent names are ignored."""
        return FrozenMap({name: value for name, value in self.items() if name not in names})
