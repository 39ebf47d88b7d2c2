"""What instructions compute, as products and sums of rows: what is fused, what has a row.

The scalar machine carries out instructions of one or two operands. Here chains of products become
one product and chains of sums one sum of products; inner results that nobody else reads need no
row. Division is multiplication by a reciprocal, which is computed once for all that it divides.
What never changes within a run is *still*; the still factors of a product are multiplied when the
run starts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from pathway.lanes import opcodes as lane
from pathway.lanes.blocks import MOST_FACTORS
from pathway.programs import opcodes as op

__all__ = ["MINUS", "ONE", "UNARY", "Fuser", "Graph", "Product", "Sum", "Work", "of_still"]

MOST_MULTIPLIED = 4
PRODUCT_CODES = {2: op.MULTIPLY, 3: lane.MULTIPLY3, 4: lane.MULTIPLY4}
MOST_USES = (99, 99, 2, 2)
"""A product of so many factors is part of the sums that name it, if they are no more than this."""
UNARY = {
    *(op.EXP, op.LN, op.SQRT, op.ABS, op.FLOOR, op.CEILING, op.NOT, op.SIN, op.COS, op.TAN),
    *(op.ARCSIN, op.ARCCOS, op.ARCTAN, op.SINH, op.COSH, op.TANH, op.ARCSINH, op.ARCCOSH),
    *(op.ARCTANH, op.FACTORIAL),
}


class Product(NamedTuple):
    """A product of nodes; without factors it is one."""

    minus: bool
    still: tuple[int, ...]
    moving: tuple[int, ...]

    def times(self, other: Product) -> Product:
        """Return the product of both."""
        if not other.moving and not other.still and not other.minus:
            return self
        return Product(
            self.minus != other.minus, self.still + other.still, self.moving + other.moving
        )

    def size(self) -> int:
        """Return the number of factors once the still ones are multiplied."""
        return len(self.moving) + bool(self.still)


Sum: TypeAlias = tuple[Product, ...]
ONE = Product(minus=False, still=(), moving=())
MINUS = Product(minus=True, still=(), moving=())


def of_still(node: int) -> Product:
    """Return a product of one still node."""
    return Product(minus=False, still=(node,), moving=())


def _of_moving(node: int) -> Product:
    return Product(minus=False, still=(), moving=(node,))


class Work(NamedTuple):
    """One operation to be carried out: of which node, from which."""

    code: int
    node: int
    nodes: tuple[int, ...]
    """Operands; of sums those of all terms, one after the other."""
    terms: tuple[tuple[bool, int], ...] = ()
    """Of sums: sign and number of factors of each term."""


@dataclass(slots=True, eq=False)
class Graph:
    """All nodes: slots of the scalar machine, and what has been added."""

    still: list[bool]
    numbers: dict[int, float]
    """Nodes that are numbers."""
    work: list[Work] = field(default_factory=list)
    """What is computed when a run starts."""
    known: dict[tuple[int, ...], int] = field(default_factory=dict)
    values: dict[float, int] = field(default_factory=dict)

    def new(self, *, still: bool) -> int:
        """Return a new node."""
        self.still.append(still)
        return len(self.still) - 1

    def number(self, value: float) -> int:
        """Return the node of a number."""
        if value not in self.values:
            node = self.new(still=True)
            self.values[value], self.numbers[node] = node, value
        return self.values[value]

    def reciprocal(self, node: int) -> int:
        """Return the node of one over a still node."""
        return self._once(lane.RECIPROCAL, (node,))

    def multiplied(self, nodes: tuple[int, ...]) -> int:
        """Return the node of a product of still nodes."""
        nodes = tuple(sorted(nodes))
        result = nodes[0]
        for node in nodes[1:]:
            result = self._once(op.MULTIPLY, (result, node))
        return result

    def _once(self, code: int, nodes: tuple[int, ...]) -> int:
        key = (code, *nodes)
        if key not in self.known:
            self.known[key] = self.new(still=True)
            self.work.append(Work(code, self.known[key], nodes))
        return self.known[key]


@dataclass(slots=True, eq=False)
class Fuser:
    """Writes the operations of one span.

    ``forms`` holds what is known of nodes that have no row; a node without a form has one, or will
    have when its turn comes.
    """

    graph: Graph
    uses: dict[int, int]
    """How many operations of this span name each node."""
    forms: dict[int, Product | Sum]
    reciprocals: dict[int, int]
    work: list[Work] = field(default_factory=list)

    def add(self, node: int, code: int, operands: tuple[int, int, int]) -> None:
        """Take in an instruction of the scalar machine."""
        a, b, c = operands
        if code == op.MULTIPLY:
            self.forms[node] = self._scaled(a, b) or self.factors(a).times(self.factors(b))
        elif code == op.DIVIDE:
            scale = self._one_over(b)
            spread = None if scale.moving else self._spread(a, scale)
            self.forms[node] = spread or self.factors(a).times(scale)
        elif code == op.NEGATE:
            form = self.forms.get(a)
            if isinstance(form, Product) or form is None:
                self.forms[node] = self.factors(a).times(MINUS)
            else:
                self.forms[node] = self.terms(a, MINUS)
        elif code == op.ADD:
            self.forms[node] = self.terms(a, ONE) + self.terms(b, ONE)
        elif code == op.SUBTRACT:
            self.forms[node] = self.terms(a, ONE) + self.terms(b, MINUS)
        else:
            nodes = (a,) if code in UNARY else (a, b, c) if code == op.SELECT else (a, b)
            self.work.append(Work(code, node, tuple(self.placed(one) for one in nodes)))

    def _scaled(self, a: int, b: int) -> Sum | None:
        """Return a still number times a sum, term by term; None if it is not that."""
        if self.graph.still[a]:
            a, b = b, a
        return self._spread(a, self.factors(b)) if self.graph.still[b] else None

    def _spread(self, node: int, scale: Product) -> Sum | None:
        """Return the terms of a sum that nobody else reads, each times still factors.

        The factors cost nothing where all terms have some already.
        """
        form = None if self.graph.still[node] else self.forms.get(node)
        if isinstance(form, Product) or form is None or self.uses.get(node, 0) > 1:
            return None
        if not all(term.still for term in form):
            return None
        return tuple(term.times(scale) for term in form)

    def factors(self, node: int) -> Product:
        """Return what to multiply by instead of a node."""
        if self.graph.still[node]:
            value = self.graph.numbers.get(node)
            if value in {1.0, -1.0}:
                return ONE if value == 1.0 else MINUS
            return of_still(node)
        form = self.forms.get(node)
        if isinstance(form, Product) and (self.uses.get(node, 0) == 1 or len(form.moving) == 1):
            return form
        return _of_moving(self.placed(node))

    def terms(self, node: int, outer: Product) -> Sum:
        """Return what to add instead of a node times still factors."""
        form = None if self.graph.still[node] else self.forms.get(node)
        uses = self.uses.get(node, 0)
        if isinstance(form, tuple) and not isinstance(form, Product) and uses == 1:
            return tuple(self.fitting(term.times(outer)) for term in form)
        if isinstance(form, Product) and form.moving:
            product = form.times(outer)
            size = product.size()
            if size <= MOST_FACTORS and uses <= MOST_USES[size]:
                return (product,)
            return (_of_moving(self.placed(node)).times(outer),)
        return (self.factors(node).times(outer),)

    def fitting(self, product: Product) -> Product:
        """Return a product as a term of a sum: too many factors are multiplied before."""
        if product.size() <= MOST_FACTORS:
            return product
        node = self.graph.new(still=False)
        self.multiply(node, product._replace(minus=False))
        return Product(minus=product.minus, still=(), moving=(node,))

    def placed(self, node: int) -> int:
        """Return a node after making sure that it is computed."""
        form = self.forms.pop(node, None)
        if isinstance(form, Product):
            self.multiply(node, form)
        elif form is not None:
            self.sum(node, form)
        return node

    def multiply(self, node: int, product: Product) -> None:
        """Compute a product into a node."""
        still = product.still
        if product.minus or not (still or product.moving):
            still = (*still, self.graph.number(-1.0 if product.minus else 1.0))
        nodes = product.moving
        if still:
            nodes = (self.graph.multiplied(still), *nodes)
        while len(nodes) > MOST_MULTIPLIED:
            part = self.graph.new(still=False)
            self.work.append(Work(lane.MULTIPLY4, part, nodes[:MOST_MULTIPLIED]))
            nodes = (part, *nodes[MOST_MULTIPLIED:])
        if len(nodes) == 1:
            self.work.append(Work(lane.SUM, node, nodes, ((False, 1),)))
        else:
            self.work.append(Work(PRODUCT_CODES[len(nodes)], node, nodes))

    def sum(self, node: int, terms: Sum) -> None:
        """Compute a sum into a node."""
        self.work.append(self._sum_of(node, self._gathered(terms)))

    def still_sum(self, node: int, terms: Sum) -> None:
        """Compute a sum of still terms into a node, when the run starts."""
        self.graph.work.append(self._sum_of(node, terms))

    def _gathered(self, terms: Sum) -> Sum:
        """Return terms of which those that differ in their still factors only are one."""
        groups: dict[tuple[int, ...], list[Product]] = {}
        for term in terms:
            groups.setdefault(term.moving, []).append(term)
        if len(groups) == len(terms):
            return terms
        result: list[Product] = []
        for moving, group in groups.items():
            if len(group) == 1:
                result.append(group[0])
                continue
            node = self.graph.new(still=True)
            self.still_sum(node, tuple(term._replace(moving=()) for term in group))
            result.append(self.fitting(Product(minus=False, still=(node,), moving=moving)))
        return tuple(result)

    def _sum_of(self, node: int, terms: Sum) -> Work:
        nodes: list[int] = []
        shape: list[tuple[bool, int]] = []
        for term in terms:
            factors = term.moving
            if term.still:
                factors = (self.graph.multiplied(term.still), *factors)
            if not factors:
                factors = (self.graph.number(1.0),)
            nodes.extend(factors)
            shape.append((term.minus, len(factors)))
        return Work(lane.SUM, node, tuple(nodes), tuple(shape))

    def _one_over(self, node: int) -> Product:
        if self.graph.still[node]:
            return of_still(self.graph.reciprocal(node))
        if node not in self.reciprocals:
            self.reciprocals[node] = self.graph.new(still=False)
            given = self.placed(node)
            self.work.append(Work(lane.RECIPROCAL, self.reciprocals[node], (given,)))
        return _of_moving(self.reciprocals[node])
