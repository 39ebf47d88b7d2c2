"""The tokenizer of the expectation language."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pathway.errors import EvidenceError

__all__ = ["Token", "tokenize"]

MAX_TOKENS = 400
"""Far beyond any readable expectation; keeps hostile text from exhausting the stack."""

_PATTERN = re.compile(
    r"""
    (?P<space>[ \t]+)
  | (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<string>"[^"\n]*")
  | (?P<symbol><=|>=|<|>|\+|-|\*|/|\(|\)|,|\.|@)
    """,
    re.VERBOSE,
)

KEYWORDS = ("between", "and")


@dataclass(frozen=True, slots=True)
class Token:
    """One word of an expression.

    ``kind`` is ``number``, ``name``, ``string``, ``end``, or the symbol or keyword itself.
    ``column`` counts from 1.
    """

    kind: str
    text: str
    column: int


def tokenize(text: str, where: str) -> tuple[Token, ...]:
    """Split an expression into tokens, ending with one of kind ``end``.

    Parameters
    ----------
    text : str
        The expression, on one line.
    where : str
        File, finding and expectation, for messages.

    Raises
    ------
    EvidenceError
        At a character that starts no token, or when the expression is too long.
    """
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _PATTERN.match(text, position)
        column = position + 1
        if match is None:
            raise EvidenceError(f"{where}, column {column}", *_explain(text[position]))
        position = match.end()
        kind = str(match.lastgroup)
        if kind == "space":
            continue
        if kind == "symbol" or match.group() in KEYWORDS:
            kind = match.group()
        tokens.append(Token(kind, match.group(), column))
        if len(tokens) > MAX_TOKENS:
            raise EvidenceError(
                f"{where}, column {column}",
                f"the expression is longer than {MAX_TOKENS} words and symbols",
                "split it into several expectations",
            )
    tokens.append(Token("end", "", len(text) + 1))
    return tuple(tokens)


def _explain(character: str) -> tuple[str, str]:
    """Return what is wrong with a character that starts no token, and the remedy."""
    if character == '"':
        return "a string is not closed", 'close it with "'
    if character == "'":
        return "strings are written with double quotes", 'write "30 min"'
    if character in "=!":
        return (
            f"{character!r} is not a comparison of this language",
            "use <, <=, >, >= or between; equality of simulated numbers is a 'number' expectation",
        )
    return (
        f"unexpected character {character!r}",
        'an expression is made of numbers, names, "times", + - * / ( ) , . @ and comparisons',
    )
