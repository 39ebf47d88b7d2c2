"""Small networks written by hand, and random ones: graphs as the expansion makes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import networkx as nx
from hypothesis import strategies as st

from pathway.declare.entities import FactorKind
from pathway.declare.parameters import Monomial
from pathway.expand import GraphFactor

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass
class Builder:
    """Writes a graph node by node; numbers become parameters of their own."""

    depletion: bool = False
    parameters: dict[str, float] = field(default_factory=dict)
    graph: nx.DiGraph[str] = field(default_factory=lambda: nx.DiGraph())

    def number(self, value: float, name: str = "") -> Monomial:
        name = name or f"p{len(self.parameters)}"
        self.parameters[name] = value
        return Monomial.of(name)

    def species(self, name: str, initial: float | None = None, *, is_input: bool = False) -> None:
        amount = None if initial is None else self.number(initial, f"{name}.total")
        self.graph.add_node(
            name,
            kind="species",
            index=len(self.graph),
            unit="nM",
            is_input=is_input,
            initial=amount,
            molecules=((name, 1),),
        )

    def reaction(
        self,
        name: str,
        rate: float | Monomial,
        reactants: Sequence[str] = (),
        products: Sequence[str] = (),
        factors: Sequence[GraphFactor] = (),
        pools: Sequence[dict[str, Monomial]] = (),
    ) -> None:
        k = rate if isinstance(rate, Monomial) else self.number(rate, f"{name}.k")
        self.graph.add_node(
            name, kind="reaction", rule=name, rate=k, factors=tuple(factors), driven=True
        )
        read: dict[str, list[tuple[int, Monomial]]] = {}
        for number, pool in enumerate(pools):
            for species, weight in pool.items():
                read.setdefault(species, []).append((number, weight))
        for species in dict.fromkeys([*reactants, *read]):
            count = list(reactants).count(species)
            self.graph.add_edge(
                species,
                name,
                stoichiometry=count,
                order=count,
                weights=tuple(read.get(species, ())),
                role="reactant" if count else "modifier",
            )
        for species in dict.fromkeys(products):
            made = float(list(products).count(species))
            self.graph.add_edge(name, species, stoichiometry=made, role="product")

    def done(self, **readouts: Sequence[tuple[str, Monomial]]) -> nx.DiGraph[str]:
        if self.depletion:
            self.parameters.setdefault("medium.cells_per_volume", 0.1)
        self.graph.graph.update(
            parameters=tuple(self.parameters),
            readouts={name: ("nM", "", tuple(terms)) for name, terms in readouts.items()},
            depletion=self.depletion,
            format=1,
        )
        nx.freeze(self.graph)
        return self.graph


def factor(
    kind: FactorKind, K: Monomial | None = None, hill: Monomial | None = None
) -> GraphFactor:
    return GraphFactor(kind=kind, K=K, hill=hill)


def decay(k: float = 0.1, start: float = 2.0) -> Builder:
    """Return A -> 0."""
    built = Builder()
    built.species("A", start)
    built.reaction("loss", k, ["A"])
    return built


def binding(kon: float = 0.02, koff: float = 0.1) -> Builder:
    """Return A + B <-> C."""
    built = Builder()
    built.species("A", 10.0)
    built.species("B", 4.0)
    built.species("C")
    built.reaction("on", kon, ["A", "B"], ["C"])
    built.reaction("off", koff, ["C"], ["A", "B"])
    return built


def robertson() -> Builder:
    """Return Robertson's problem; one time unit is a minute, one amount unit a nM."""
    built = Builder()
    built.species("A", 1.0)
    built.species("B")
    built.species("C")
    built.reaction("slow", 0.04, ["A"], ["B"])
    built.reaction("fast", 3e7, ["B", "B"], ["B", "C"])
    built.reaction("back", 1e4, ["B", "C"], ["A", "C"])
    return built


def dosed(*, depletion: bool = False) -> Builder:
    """Return a receptor that a drug of the medium binds, and a signal that the free one drives."""
    built = Builder(depletion=depletion)
    built.species("R", 5.0)
    built.species("drug", is_input=True)
    built.species("RD")
    built.species("S")
    built.reaction("bind", 0.01, ["R", "drug"], ["RD"])
    built.reaction("leave", 0.05, ["RD"], ["R"] if not depletion else ["R", "drug"])
    built.reaction("make", 0.2, [], ["S"], [factor(FactorKind.LINEAR)], [{"R": Monomial()}])
    built.reaction("lose", 0.1, ["S"])
    return built


def oscillator() -> Builder:
    """Return a ring of three repressors, which never rests."""
    built = Builder()
    names = ("A", "B", "C")
    half, hill = built.number(1.0, "K"), built.number(8.0, "hill")
    for name, start in zip(names, (1.0, 2.0, 3.0), strict=True):
        built.species(name, start)
    for name, repressor in zip(names, ("C", "A", "B"), strict=True):
        built.reaction(
            f"make_{name}",
            0.5,
            [],
            [name],
            [factor(FactorKind.INHIBITING, half, hill)],
            [{repressor: Monomial()}],
        )
        built.reaction(f"lose_{name}", 0.1, [name])
    return built


def toggle(a: float, b: float) -> Builder:
    """Return two genes that repress each other: two stable rests and one that is not."""
    built = Builder()
    half, hill = built.number(1.0, "K"), built.number(4.0, "hill")
    for name, start in (("A", a), ("B", b)):
        built.species(name, start)
    for name, repressor in (("A", "B"), ("B", "A")):
        built.reaction(
            f"make_{name}",
            0.4,
            [],
            [name],
            [factor(FactorKind.INHIBITING, half, hill)],
            [{repressor: Monomial()}],
        )
        built.reaction(f"lose_{name}", 0.1, [name])
    return built


@st.composite
def networks(draw: st.DrawFn) -> Builder:
    """Draw a network of 2 to 5 species with every kind of reaction and factor."""
    built = Builder(depletion=draw(st.booleans()))
    number = st.floats(0.05, 5.0)
    count = draw(st.integers(2, 5))
    names = [f"S{i}" for i in range(count)]
    for position, name in enumerate(names):
        is_input = position > 0 and draw(st.booleans()) and draw(st.booleans())
        built.species(name, None if is_input else draw(number), is_input=is_input)
    kinds = st.sampled_from(list(FactorKind))
    for position in range(draw(st.integers(1, 6))):
        factors, pools = [], []
        for _ in range(draw(st.integers(0, 2))):
            kind = draw(kinds)
            if kind is FactorKind.LINEAR:
                factors.append(factor(kind))
            else:
                exponent = draw(st.sampled_from([None, 0.7, 1.0, 2.0, 3.5]))
                hill = None if exponent is None else built.number(exponent)
                factors.append(factor(kind, built.number(draw(number)), hill))
            members = draw(st.lists(st.sampled_from(names), max_size=3, unique=True))
            pools.append({name: built.number(draw(number)) for name in members})
        sides = st.lists(st.sampled_from(names), max_size=3)
        built.reaction(f"r{position}", draw(number), draw(sides), draw(sides), factors, pools)
    built.done(total=[(name, Monomial(2.0)) for name in names])
    return built
