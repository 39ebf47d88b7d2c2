"""Strict access to the tables of a findings file: every key asked for, every other refused."""

from __future__ import annotations

from typing import Any

from pathway.errors import EvidenceError, nearest

__all__ = ["Table"]

_WORDS = {str: "a text", int: "an integer", bool: "true or false", dict: "a table", list: "a list"}


class Table:
    """A TOML table that knows where it stands.

    Parameters
    ----------
    content : object
        What tomllib made of it.
    where : str
        File, run or finding, for messages.
    """

    def __init__(self, content: object, where: str) -> None:
        if not isinstance(content, dict):
            raise EvidenceError(where, "is not a table", "write key = value pairs in it")
        self._content: dict[str, Any] = content
        self.where = where

    def __contains__(self, key: str) -> bool:
        return key in self._content

    def only(self, *keys: str) -> None:
        """Refuse every key that is not named."""
        for key in self._content:
            if key not in keys:
                raise EvidenceError(self.where, f"unknown key {key!r}", nearest(key, keys))

    def take(
        self,
        key: str,
        kind: type | tuple[type, ...],
        *,
        default: Any = None,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Return the value of a key, checked for its type; required unless there is a default."""
        if key not in self._content:
            if default is None:
                raise EvidenceError(self.where, f"{key!r} is missing", f"add {key} = ...")
            return default
        value = self._content[key]
        kinds = kind if isinstance(kind, tuple) else (kind,)
        # bool is an int to isinstance; here true is never a number
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            words = " or ".join(_WORDS.get(one, "a number") for one in kinds)
            raise EvidenceError(self.where, f"{key} = {value!r} is not {words}", "correct it")
        if isinstance(value, str) and not value.strip():
            raise EvidenceError(self.where, f"{key!r} is empty", "say it, or leave the key out")
        return value

    def choice(self, key: str, known: tuple[str, ...]) -> str:
        """Return a text that must be one of the known ones."""
        value = self.take(key, str)
        if value not in known:
            remedy = nearest(value, [str(one) for one in known])
            raise EvidenceError(self.where, f"unknown {key} {value!r}", remedy)
        return str(value)

    def items(self, key: str) -> tuple[tuple[str, Any], ...]:
        """Return the pairs of an optional table, in the file's order."""
        return tuple(self.take(key, dict, default={}).items())

    def tables(self, key: str, what: str) -> tuple[tuple[str, Table], ...]:
        """Return the named tables under a key, each with its place."""
        pairs = self.items(key)
        return tuple((name, Table(body, f"{self.where}: {what} {name}")) for name, body in pairs)

    def list_of_tables(self, key: str, what: str) -> tuple[Table, ...]:
        """Return the tables of an optional list, each with its place, counted from 1."""
        bodies = self.take(key, list, default=[])
        return tuple(
            Table(body, f"{self.where}, {what} {i}") for i, body in enumerate(bodies, start=1)
        )
