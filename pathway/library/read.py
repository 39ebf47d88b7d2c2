"""Strict reading of TOML files: every key is asked for by name, what is left over is an error."""

from __future__ import annotations

import math
import tomllib
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pathway.errors import DeclarationError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

__all__ = ["Table", "parse_toml", "read_text"]

INTEGER_KEYS = ("version", "year", "stoichiometry", "order")
"""The keys that may hold a bare integer; every other number needs a unit and a source."""

QUANTITY_KEYS = ("value", "fold")
"""The keys that hold numbers in a table with ``value``."""


class Table:
    """A table of a TOML file, read key by key.

    Each method takes the value of one key. ``close`` refuses the keys that nobody asked for, here
    and in every sub-table handed out, so a misspelt key cannot pass unseen.

    Parameters
    ----------
    label : str
        The file's name in messages.
    path : str
        The dotted name of the table; empty for the file itself.
    data : dict
        What ``tomllib`` read.
    """

    __slots__ = ("_asked", "_children", "_data", "label", "path")

    def __init__(self, label: str, path: str, data: dict[str, Any]) -> None:
        self.label = label
        self.path = path
        self._data = data
        self._asked: dict[str, None] = {}
        self._children: dict[str, Table] = {}

    @property
    def where(self) -> str:
        """The file and table, as messages begin."""
        return f"{self.label}: [{self.path or 'top'}]"

    def error(self, what: str, remedy: str = "") -> DeclarationError:
        """Return an error placed at this table, to be raised."""
        return DeclarationError(self.where, what, remedy)

    def has(self, key: str) -> bool:
        """Return whether the key is there; the key then counts as known."""
        self._asked[key] = None
        return key in self._data

    def is_text(self, key: str) -> bool:
        """Return whether the key is there and holds a string."""
        return self.has(key) and isinstance(self._data[key], str)

    def names(self) -> tuple[str, ...]:
        """Return the keys that are there, in file order."""
        return tuple(self._data)

    def text(self, key: str, default: str | None = None) -> str:
        """Return a string; without ``default`` it must be there and not be empty."""
        if not self.has(key) and default is not None:
            return default
        value = self._take(key)
        if not isinstance(value, str):
            raise self._mistyped(key, value, "a string")
        if default is None and not value.strip():
            raise self.error(f"{key!r} is empty", "write what it is")
        return value.strip()

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return a string or an array of strings as a tuple."""
        if not self.has(key) and default is not None:
            return default
        value = self._take(key)
        values = value if isinstance(value, list) else [value]
        found: list[str] = []
        for item in values:
            if not isinstance(item, str):
                raise self._mistyped(key, item, "a string or an array of strings")
            if not item.strip():
                raise self.error(f"{key!r} holds an empty string", "leave it out")
            found.append(item.strip())
        if default is None and not found:
            raise self.error(f"{key!r} is empty", "write at least one")
        return tuple(found)

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        if not self.has(key):
            return default
        value = self._take(key)
        if not isinstance(value, bool):
            raise self._mistyped(key, value, "true or false")
        return value

    def integer(self, key: str, default: int | None = None) -> int:
        """Return a bare integer."""
        if not self.has(key) and default is not None:
            return default
        value = self._take(key)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._mistyped(key, value, "an integer")
        return value

    def number(self, key: str) -> float:
        """Return a finite number."""
        value = self._take(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._mistyped(key, value, "a number")
        try:
            return float(value)
        except OverflowError as error:
            raise self.error(f"{key!r} is too large", "write it in another unit") from error

    def table(self, key: str) -> Table:
        """Return a sub-table that must be there."""
        value = self._take(key)
        if not isinstance(value, dict):
            raise self._mistyped(key, value, "a table")
        if key not in self._children:
            path = f"{self.path}.{key}" if self.path else key
            self._children[key] = Table(self.label, path, value)
        return self._children[key]

    def tables(self, key: str) -> Iterator[tuple[str, Table]]:
        """Yield the named sub-tables of a table, in file order; none if it is absent."""
        if self.has(key):
            group = self.table(key)
            for name in group.names():
                yield name, group.table(name)

    def close(self) -> None:
        """Refuse every key that was not asked for, here and below.

        Raises
        ------
        DeclarationError
            With the nearest known key.
        """
        for key in self._data:
            if key not in self._asked:
                raise self.error(f"unknown key {key!r}", nearest(key, self._asked))
        for child in self._children.values():
            child.close()

    def _take(self, key: str) -> Any:  # noqa: ANN401
        if not self.has(key):
            spare = [name for name in self._data if name not in self._asked]
            # A misspelt key shows itself as a missing one first.
            close = get_close_matches(key, spare, n=1, cutoff=0.6)
            meant = f"is {close[0]!r} meant to be it?" if close else "add it"
            raise self.error(f"missing key {key!r}", meant)
        return self._data[key]

    def _mistyped(self, key: str, value: object, expected: str) -> DeclarationError:
        return self.error(f"{key!r} is {_kind(value)}", f"write {expected}")


def read_text(file: Traversable, label: str) -> str:
    """Return the text of a file, Windows line ends made plain.

    Raises
    ------
    DeclarationError
        If the file is absent or is not UTF-8.
    """
    try:
        raw = file.read_bytes()
    except (OSError, KeyError) as error:  # a zip archive answers with KeyError
        raise DeclarationError(
            label, "the file cannot be read", "check that it is there"
        ) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DeclarationError(
            label, f"not UTF-8 text (byte {error.start})", "save the file as UTF-8"
        ) from error
    return text.replace("\r\n", "\n")


def parse_toml(text: str, label: str, *, numbers_anywhere: bool = False) -> Table:
    """Return the top table of a TOML text.

    Parameters
    ----------
    text : str
        The file's text.
    label : str
        The file's name in messages.
    numbers_anywhere : bool
        Whether numbers may stand anywhere (findings and fits have their own formats). NaN and
        infinity are refused all the same.

    Raises
    ------
    DeclarationError
        If the text is not TOML, or holds a number without unit and source.
    """
    try:
        data = tomllib.loads(text)
        _check_values(data, "", label, numbers_anywhere=numbers_anywhere)
    except ValueError as error:  # TOMLDecodeError, or an integer of thousands of digits
        raise DeclarationError(
            label, f"not valid TOML: {error}", "correct the text there"
        ) from error
    except RecursionError as error:
        raise DeclarationError(label, "nested too deeply", "flatten the tables") from error
    return Table(label, "", data)


def _check_values(value: object, path: str, label: str, *, numbers_anywhere: bool) -> None:
    """Refuse dates, NaN, infinity, and numbers outside the places that may hold them."""
    if isinstance(value, dict):
        quantity = "value" in value
        for key, item in value.items():
            place = f"{label}: [{path or 'top'}]"
            if isinstance(item, dict | list):
                inner = f"{path}.{key}" if path else key
                _check_values(item, inner, label, numbers_anywhere=numbers_anywhere)
            else:
                allowed = numbers_anywhere or (quantity and key in QUANTITY_KEYS)
                _check_scalar(item, key, place, allowed=allowed)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, dict | list):
                _check_values(item, path, label, numbers_anywhere=numbers_anywhere)
            else:
                key = path.rpartition(".")[2]
                _check_scalar(item, key, f"{label}: [{path}]", allowed=numbers_anywhere)


def _check_scalar(item: object, key: str, place: str, *, allowed: bool) -> None:
    if isinstance(item, str | bool):
        return
    if not isinstance(item, int | float):
        raise DeclarationError(place, f"{key!r} is {_kind(item)}", "write it as a string")
    if isinstance(item, float) and not math.isfinite(item):
        raise DeclarationError(place, f"{key!r} is {item}", "write a finite number")
    if not allowed and not (key in INTEGER_KEYS and isinstance(item, int)):
        raise DeclarationError(
            place,
            f"bare number {item} under {key!r}",
            "write { value = ..., unit = ..., fold = ..., evidence = ..., source = ... }",
        )


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    names: tuple[tuple[type, str], ...] = (
        (str, "a string"),
        (int, "a number"),
        (float, "a number"),
        (list, "an array"),
        (dict, "a table"),
    )
    return next((name for kind, name in names if isinstance(value, kind)), "a date or time")
