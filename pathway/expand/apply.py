"""Applying a transformation to complexes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.errors import NetworkError
from pathway.expand.canonical import canonical, components

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pathway.expand.match import Agent, Complex
    from pathway.expand.pattern import Value
    from pathway.expand.transform import Transformation

__all__ = ["apply"]


def apply(
    transformation: Transformation,
    complexes: Sequence[Complex],
    choice: Sequence[tuple[int, ...]],
) -> tuple[Complex, ...] | None:
    """Apply a transformation to complexes, one per reactant pattern, at given embeddings.

    Parameters
    ----------
    transformation : Transformation
        What to do.
    complexes : sequence of Complex
        One per reactant pattern; the same complex twice stands for two copies of it.
    choice : sequence of tuple of int
        One embedding per reactant pattern, as :func:`pathway.expand.match.embeddings` gives them.

    Returns
    -------
    tuple of Complex or None
        Canonical products, one per product pattern. None where the products hang together
        differently than the rule says (a bond broken within a ring does not set two free).

    Raises
    ------
    NetworkError
        A molecule is deleted while bound to something that the rule does not write.
    """
    if not transformation.rewires:
        agents = list(complexes[0])
        for place, edit in zip(choice[0], transformation.edits, strict=True):
            if edit:
                agents[place] = _edited(agents[place], edit)
        return (canonical(agents),)
    pool: list[Agent | None] = []
    where: list[int] = []
    for number, (complex_, places) in enumerate(zip(complexes, choice, strict=True)):
        where += [len(pool) + place for place in places]
        pool += _shifted(complex_, number * _STRIDE) if number else complex_
    for index, place in enumerate(where):
        agent, edit = pool[place], transformation.edits[index]
        if agent is None:
            continue
        if edit is None:
            _refuse_dangling(transformation, index, agent)
            pool[place] = None
        elif edit:
            pool[place] = _edited(agent, edit)
    where += range(len(pool), len(pool) + len(transformation.made))
    pool += transformation.made
    homes: dict[int, int] = {
        place: home for place, home in zip(where, transformation.home, strict=True) if home >= 0
    }
    return _products(pool, homes, transformation.n_products)


_STRIDE = 1000
"""Offset between the bond numbers of the reactants; no complex has as many bonds."""


def _products(
    pool: Sequence[Agent | None], homes: dict[int, int], n_products: int
) -> tuple[Complex, ...] | None:
    groups = components(pool)
    if len(groups) != n_products:
        return None
    products: list[Complex | None] = [None] * n_products
    for group in groups:
        numbers = {homes[place] for place in group if place in homes}
        if len(numbers) != 1:
            return None
        (number,) = numbers
        products[number] = canonical([agent for i in group if (agent := pool[i]) is not None])
    found = tuple(p for p in products if p is not None)
    return found if len(found) == n_products else None


def _edited(agent: Agent, edit: Sequence[tuple[int, Value]]) -> Agent:
    values = list(agent[1])
    for site, value in edit:
        values[site] = value
    return agent[0], tuple(values)


def _shifted(complex_: Complex, offset: int) -> list[Agent]:
    return [
        (name, tuple(v if isinstance(v, str) or v == 0 else v + offset for v in values))
        for name, values in complex_
    ]


def _refuse_dangling(transformation: Transformation, index: int, agent: Agent) -> None:
    mentioned = transformation.mentioned[index]
    for site, value in enumerate(agent[1]):
        if isinstance(value, int) and value != 0 and site not in mentioned:
            raise NetworkError(
                transformation.where,
                f"{transformation.line!r} deletes {agent[0]} while it is bound to something the"
                " rule does not write",
                "write its bond and what becomes of the partner, or ask for a free site",
            )
