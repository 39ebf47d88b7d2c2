"""The tokenizer of PEtab's formulas."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pathway.errors import DeclarationError

__all__ = ["Token", "tokenize"]

MAX_TOKENS = 50_000
"""Ten times the longest formula of published problems."""

_PATTERN = re.compile(
    r"""
    (?P<space>[ \t]+)
  | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<symbol>\*\*|<=|>=|==|!=|&&|\|\||[-+*/^(),<>!])
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a formula.

    ``kind`` is ``number``, ``name``, ``end`` or the symbol itself. ``column`` counts from 1.
    """

    kind: str
    text: str
    column: int


def tokenize(text: str, where: str) -> tuple[Token, ...]:
    """Split a formula into tokens, ending with one of kind ``end``.

    Raises
    ------
    DeclarationError
        At a character that starts no token, or when the formula is too long.
    """
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _PATTERN.match(text, position)
        if match is None:
            raise DeclarationError(
                f"{where}, column {position + 1}",
                f"unexpected character {text[position]!r}",
                "a formula is made of numbers, names, + - * / ^ ( ) and commas",
            )
        kind = str(match.lastgroup)
        if kind == "symbol":
            kind = match.group()
        if kind != "space":
            tokens.append(Token(kind, match.group(), position + 1))
        if len(tokens) > MAX_TOKENS:
            raise DeclarationError(
                where,
                f"the formula is longer than {MAX_TOKENS} words and symbols",
                "put parts of it into assignment rules of the model",
            )
        position = match.end()
    tokens.append(Token("end", "", len(text) + 1))
    return tuple(tokens)
