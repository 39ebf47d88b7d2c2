"""The order in which definitions can be computed, each after those it uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.equations.walk import free_names
from pathway.errors import DeclarationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pathway.equations.expression import Expression

__all__ = ["order_definitions"]


def order_definitions(
    definitions: Mapping[str, Expression], where: str = "assignments"
) -> tuple[str, ...]:
    """Return the ids such that each follows the ones its expression uses.

    As far as that allows, ids stay in the order given. Names that are not defined here are taken
    as known.

    Raises
    ------
    DeclarationError
        If definitions use each other in a circle; it names the circle.
    """
    uses = {name: free_names(expression) for name, expression in definitions.items()}
    order: dict[str, None] = {}
    path: dict[str, None] = {}
    for first in definitions:
        stack = [first]
        while stack:
            top = stack[-1]
            missing = [name for name in uses[top] if name in definitions and name not in order]
            if top in order:
                stack.pop()
            elif not missing:
                order[top] = None
                path.pop(top, None)
                stack.pop()
            else:
                path[top] = None
                circular = next((name for name in missing if name in path), None)
                if circular is not None:
                    raise _circle(where, list(path), circular)
                stack.extend(reversed(missing))
    return tuple(order)


def _circle(where: str, path: list[str], back: str) -> DeclarationError:
    circle = [*path[path.index(back) :], back]
    return DeclarationError(
        where,
        f"each of {' -> '.join(map(repr, circle))} needs the next: a circle",
        "break it by giving one of them a value of its own",
    )
