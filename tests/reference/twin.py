"""A plain numpy twin of the kernels: loops over the graph, no tables, nothing shared with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pathway.declare.entities import FactorKind

if TYPE_CHECKING:
    import networkx as nx
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]


class Twin:
    """Right-hand side and Jacobian of a graph for one parameter set."""

    def __init__(
        self, graph: nx.DiGraph[str], parameters: dict[str, float], inputs: dict[str, float]
    ) -> None:
        self.graph, self.parameters, self.inputs = graph, parameters, inputs
        depletes = bool(graph.graph["depletion"])
        nodes = graph.nodes(data=True)
        is_dynamic = {
            name: depletes or not node["is_input"]
            for name, node in nodes
            if node["kind"] == "species"
        }
        self.species = [name for name, dynamic in is_dynamic.items() if dynamic]
        self.reactions = [name for name, node in nodes if node["kind"] == "reaction"]

    def rhs(self, y: Vector) -> Vector:
        amounts = self._amounts(y)
        change = np.zeros(y.size)
        for reaction in self.reactions:
            change += self._net(reaction) * self._rate(reaction, amounts)
        return change

    def jacobian(self, y: Vector) -> Vector:
        amounts = self._amounts(y)
        matrix = np.zeros((y.size, y.size))
        for reaction in self.reactions:
            slopes = [self._slope(reaction, amounts, name) for name in self.species]
            matrix += np.outer(self._net(reaction), slopes)
        return matrix

    def _amounts(self, y: Vector) -> dict[str, float]:
        return self.inputs | dict(zip(self.species, y.tolist(), strict=True))

    def _net(self, reaction: str) -> Vector:
        net = np.zeros(len(self.species))
        for place, name in enumerate(self.species):
            made = self.graph.get_edge_data(reaction, name, {"stoichiometry": 0.0})
            used = self.graph.get_edge_data(name, reaction, {"stoichiometry": 0.0})
            net[place] = made["stoichiometry"] - used["stoichiometry"]
            if self.graph.nodes[name]["is_input"]:
                net[place] *= self.parameters["medium.cells_per_volume"]
        return net

    def _parts(
        self, reaction: str, amounts: dict[str, float]
    ) -> list[tuple[float, dict[str, float]]]:
        """Return (value, slope by species) of every factor of the rate, reactants included."""
        node = self.graph.nodes[reaction]
        parts: list[tuple[float, dict[str, float]]] = []
        for name in self.graph.predecessors(reaction):
            order = self.graph.edges[name, reaction]["order"]
            if order:
                parts.append((amounts[name] ** order, {name: order * amounts[name] ** (order - 1)}))
        for number, law in enumerate(node["factors"]):
            weights = {
                name: weight.value(self.parameters)
                for name in self.graph.predecessors(reaction)
                for index, weight in self.graph.edges[name, reaction]["weights"]
                if index == number
            }
            x = sum(weight * amounts[name] for name, weight in weights.items())
            value, slope = self._factor(law, x)
            parts.append((value, {name: slope * weight for name, weight in weights.items()}))
        return parts

    def _factor(self, law: Any, x: float) -> tuple[float, float]:
        if law.kind is FactorKind.LINEAR:
            return x, 1.0
        half = law.K.value(self.parameters)
        n = 1.0 if law.hill is None else law.hill.value(self.parameters)
        bottom = half**n + x**n
        slope = 0.0 if x == 0.0 and n != 1.0 else n * half**n * x ** (n - 1.0) / bottom**2
        if law.kind is FactorKind.SATURATING:
            return x**n / bottom, slope
        return half**n / bottom, -slope

    def _rate(self, reaction: str, amounts: dict[str, float]) -> float:
        rate = self.graph.nodes[reaction]["rate"].value(self.parameters)
        for value, _ in self._parts(reaction, amounts):
            rate *= value
        return float(rate)

    def _slope(self, reaction: str, amounts: dict[str, float], species: str) -> float:
        parts = self._parts(reaction, amounts)
        k = self.graph.nodes[reaction]["rate"].value(self.parameters)
        total = 0.0
        for place, (_, slopes) in enumerate(parts):
            others = [value for other, (value, _) in enumerate(parts) if other != place]
            total += k * slopes.get(species, 0.0) * float(np.prod(others))
        return total
