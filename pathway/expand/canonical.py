"""One name for each species: canonical order of molecules and bonds, and its text."""

from __future__ import annotations

from itertools import groupby, permutations, product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pathway.expand.match import Agent, Complex
    from pathway.expand.pattern import Value
    from pathway.expand.vocabulary import Vocabulary

__all__ = ["canonical", "components", "text_of"]


def canonical(agents: Sequence[Agent]) -> Complex:
    """Return the canonical form of one complex.

    Molecules are sorted by name and by their values without bond numbers, ties by their neighbours,
    what is still tied by trying every order and keeping the least; bonds are numbered in order of
    appearance. The result does not depend on the order or the bond numbers given.

    Parameters
    ----------
    agents : sequence of Agent
        The molecules of one complex, with any nonzero bond numbers.

    Returns
    -------
    Complex

    Notes
    -----
    Exact. The cost grows with the factorial of the number of molecules that are alike in
    themselves and in their surroundings; a complex has a handful of molecules.
    """
    if len(agents) == 1:
        return _numbered(agents)
    keys = [_key(agent) for agent in agents]
    order = sorted(range(len(agents)), key=keys.__getitem__)
    if len(agents) == 2:
        first, second = (agents[i] for i in order)
        if keys[0] != keys[1]:
            return _numbered((first, second))
        return min(_numbered((first, second)), _numbered((second, first)))
    ranks = _refined(agents, _ranks(keys))
    order.sort(key=ranks.__getitem__)
    ties = [tuple(group) for _, group in groupby(order, key=ranks.__getitem__)]
    return min(
        _numbered([agents[i] for group in choice for i in group])
        for choice in product(*(permutations(group) for group in ties))
    )


def _key(agent: Agent) -> Agent:
    name, values = agent
    return name, tuple(v if isinstance(v, str) else int(v != 0) for v in values)


def _ranks(keys: Sequence[object]) -> list[int]:
    rank = {key: i for i, key in enumerate(sorted(set(keys)))}  # type: ignore[type-var]
    return [rank[key] for key in keys]


def _refined(agents: Sequence[Agent], ranks: list[int]) -> list[int]:
    """Split ranks by the ranks of neighbours until nothing splits any more."""
    ends: dict[int, list[tuple[int, int]]] = {}
    for index, (_, values) in enumerate(agents):
        for site, value in enumerate(values):
            if isinstance(value, int) and value != 0:
                ends.setdefault(value, []).append((index, site))
    near: list[list[tuple[int, int, int]]] = [[] for _ in agents]
    for (m, s), (n, t) in ends.values():
        near[m].append((s, t, n))
        near[n].append((t, s, m))
    while True:
        split = _ranks(
            [
                (ranks[i], tuple(sorted((s, ranks[n], t) for s, t, n in around)))
                for i, around in enumerate(near)
            ]
        )
        if split == ranks:
            return ranks
        ranks = split


def _numbered(agents: Iterable[Agent]) -> Complex:
    """Renumber bonds by order of appearance."""
    numbers: dict[int, int] = {}
    result: list[Agent] = []
    for name, values in agents:
        fresh: list[Value] = []
        for value in values:
            if isinstance(value, str) or value == 0:
                fresh.append(value)
            else:
                fresh.append(numbers.setdefault(value, len(numbers) + 1))
        result.append((name, tuple(fresh)))
    return tuple(result)


def components(agents: Sequence[Agent | None]) -> list[list[int]]:
    """Group the indices of molecules that bonds connect; deleted ones (None) are left out.

    Groups are in order of their first molecule.
    """
    parent = list(range(len(agents)))

    def root(index: int) -> int:
        while parent[index] != index:
            index = parent[index]
        return index

    seen: dict[int, int] = {}
    for index, agent in enumerate(agents):
        if agent is None:
            continue
        for value in agent[1]:
            if isinstance(value, int) and value != 0:
                a, b = root(seen.setdefault(value, index)), root(index)
                parent[max(a, b)] = min(a, b)
    groups: dict[int, list[int]] = {}
    for index, agent in enumerate(agents):
        if agent is not None:
            groups.setdefault(root(index), []).append(index)
    return list(groups.values())


def text_of(complex_: Complex, vocabulary: Vocabulary) -> str:
    """Write a species as BNGL text, every site of every molecule; a siteless one is its name."""
    parts: list[str] = []
    for name, values in complex_:
        sites = vocabulary.types[name].sites
        written = [
            f"{site}~{value}" if isinstance(value, str) else f"{site}!{value}" if value else site
            for site, value in zip(sites, values, strict=True)
        ]
        parts.append(f"{name}({','.join(written)})" if written else name)
    return ".".join(parts)
