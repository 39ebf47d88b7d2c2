"""Going over expressions without recursion: a formula may be nested deeper than Python's stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.equations.expression import Call, Name, Number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pathway.equations.expression import Expression

__all__ = ["free_names", "postorder", "substitute"]


def postorder(*expressions: Expression) -> list[Expression]:
    """Return every node, arguments before the calls they are in, each object once.

    Expressions may share parts; work done once per object is then linear in what is stored.
    """
    order: list[Expression] = []
    seen: set[int] = set()
    stack: list[tuple[Expression, bool]] = [(node, False) for node in reversed(expressions)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            if isinstance(node, Call):
                stack.append((node, True))
                stack.extend((part, False) for part in reversed(node.arguments))
            else:
                order.append(node)
    return order


def free_names(*expressions: Expression) -> tuple[str, ...]:
    """Return the names expressions use, each once, in order of first occurrence."""
    names = (node.id for node in postorder(*expressions) if isinstance(node, Name))
    return tuple(dict.fromkeys(names))


def substitute(
    expression: Expression, replacements: Mapping[str, Expression | float]
) -> Expression:
    """Return the expression with names replaced; those without replacement stay."""
    new: dict[int, Expression] = {}
    for node in postorder(expression):
        result: Expression = node
        if isinstance(node, Name):
            replacement = replacements.get(node.id, node)
            result = Number(replacement) if isinstance(replacement, int | float) else replacement
        elif isinstance(node, Call):
            arguments = tuple(new[id(part)] for part in node.arguments)
            if any(a is not b for a, b in zip(arguments, node.arguments, strict=True)):
                result = Call(node.operator, arguments)
        new[id(node)] = result
    return new[id(expression)]
