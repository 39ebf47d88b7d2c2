"""From the programs of a system of equations to a lane program."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from pathway.lanes import opcodes as lane
from pathway.lanes.blocks import program
from pathway.lanes.forms import MINUS, ONE, UNARY, Fuser, Graph, Product, Sum, Work, of_still
from pathway.lanes.layout import FIRST_STATE, TIME_ROW, LaneSystem
from pathway.lanes.schedule import Block, schedule, write
from pathway.programs import opcodes as op
from pathway.programs.arguments import (
    ENTRY_START,
    ENTRY_U,
    ENTRY_V,
    FIXED,
    MAIN,
    ROW_SLOT,
    ROW_START,
    SLOPES,
    SWITCHES,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from pathway.lanes.layout import Elimination
    from pathway.programs.arguments import Arguments
    from pathway.programs.compile import CompiledSystem

    Rows = NDArray[np.intp]
    Line = tuple[int, int, int, int]

__all__ = ["lower_system", "why_not"]

RATES = SWITCHES, MAIN
"""What derivatives need; conditions on time are as they are at that time."""


def why_not(compiled: CompiledSystem) -> str | None:
    """Return what keeps a system from being integrated in lanes, None if nothing does."""
    system = compiled.system
    if not compiled.moving:
        return "no state moves"
    if system.events:
        return f"event {system.events[0].id!r}"
    source = _Source.of(compiled)
    if compiled.clocks or source.span(SWITCHES):
        return "a condition on time"
    if compiled.comparisons:
        return "a condition on moving states"
    if source.time in source.read():
        return "rates that depend on time"
    return None


def lower_system(compiled: CompiledSystem, order: Rows, elimination: Elimination) -> LaneSystem:
    """Return the lane system of a compiled system of equations.

    Parameters
    ----------
    compiled : CompiledSystem
        Of one that :func:`why_not` finds something against, derivatives and Jacobian are right,
        but jumps go unnoticed.
    order : ndarray, shape (moving,)
        Which state is eliminated k-th.
    elimination : Elimination
        Of the system's Jacobian, in that order.
    """
    chosen = np.asarray(order, dtype=np.intp)
    lowering = _Lowering(_Source.of(compiled))
    work = [lowering.rates(chosen), lowering.slopes()]
    work.insert(0, lowering.still(work))
    blocks = [schedule(part) for part in work]
    places = _Places(lowering, chosen, blocks)
    return LaneSystem(
        order=chosen,
        numbers=places.numbers,
        constants=places.constants,
        rows=places.size,
        derivative=places.derivative,
        jacobian=places.jacobian,
        program=program([write(part, places.rows) for part in blocks]),
        elimination=elimination,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Source:
    """The programs of the scalar machine, as lists."""

    inputs: int
    time: int
    code: list[Line]
    spans: list[int]
    states: list[int]
    """Slots of the moving states."""
    rows: list[list[tuple[float, int]]]
    """Coefficient and slot of each term of each derivative."""
    entries: list[list[tuple[float, int, int]]]
    """Coefficient and slots of each term of each entry of the Jacobian."""
    values: list[float]

    @classmethod
    def of(cls, compiled: CompiledSystem) -> _Source:
        """Return the programs of a system."""
        p = compiled.arguments
        slots = _list(p, ROW_SLOT)
        factors = p.coefficients[: slots.size], p.coefficients[slots.size :]
        return cls(
            inputs=int(p.spans[0]),
            time=int(p.spans[1]),
            code=[(line[0], line[1], line[2], line[3]) for line in p.code.tolist()],
            spans=p.spans[2:].tolist(),
            states=[compiled.slots[name] for name in compiled.moving],
            rows=_ragged(_list(p, ROW_START), factors[0], slots),
            entries=_ragged(
                _list(p, ENTRY_START), factors[1], _list(p, ENTRY_U), _list(p, ENTRY_V)
            ),
            values=p.values.tolist(),
        )

    def span(self, program: int) -> range:
        """Return the slots a program writes."""
        first, last = self.spans[2 * program : 2 * program + 2]
        return range(self.inputs + first, self.inputs + last)

    def operands(self, slot: int) -> tuple[int, ...]:
        """Return the slots an instruction reads."""
        code, a, b, c = self.code[slot - self.inputs]
        if code in UNARY or code == op.NEGATE:
            return (a,)
        return (a, b, c) if code == op.SELECT else (a, b)

    def needed(self, roots: Iterable[int], programs: Sequence[int]) -> Counter[int]:
        """Return how often each slot is read, by instructions that are needed and as a root."""
        uses = Counter(roots)
        for number in sorted(programs, reverse=True):
            for slot in reversed(self.span(number)):
                if slot in uses:
                    uses.update(self.operands(slot))
        return uses

    def read(self) -> Counter[int]:
        """Return how often each slot is read by whatever derivatives and Jacobian need."""
        roots = [slot for row in self.rows for _, slot in row]
        roots += [slot for entry in self.entries for _, u, v in entry for slot in (u, v)]
        return self.needed(roots, (FIXED, SWITCHES, MAIN, SLOPES))


class _Lowering:
    """Fuses the programs of derivatives and Jacobian; what they need still comes last."""

    def __init__(self, source: _Source) -> None:
        self.source = source
        moving = {source.time, *source.states}
        fixed = source.span(FIXED)
        self.graph = Graph(
            still=[
                slot in fixed or (slot < source.inputs and slot not in moving)
                for slot in range(source.inputs + len(source.code))
            ],
            numbers={slot: source.values[slot] for slot in range(source.time + 1, source.inputs)},
        )
        self.forms: dict[int, Product | Sum] = {}
        self.reciprocals: dict[int, int] = {}
        self.derivatives: list[int] = []
        """Node of each derivative, in elimination order."""
        self.entries: list[int] = []
        self.done: Counter[int] = Counter()

    def rates(self, order: Rows) -> list[Work]:
        """Return the operations that compute the derivatives."""
        rows = self.source.rows
        uses = self.source.needed((slot for row in rows for _, slot in row), RATES)
        fuser = self._fused(uses, RATES)
        self.done = uses
        for state in order.tolist():
            node = self.graph.new(still=False)
            self.derivatives.append(node)
            terms = [fuser.terms(slot, self._outer(factor)) for factor, slot in rows[state]]
            fuser.sum(node, tuple(term for part in terms for term in part))
        return fuser.work

    def slopes(self) -> list[Work]:
        """Return the operations that compute the entries of the Jacobian."""
        entries = self.source.entries
        roots = (slot for entry in entries for _, u, v in entry for slot in (u, v))
        fuser = self._fused(self.source.needed(roots, (*RATES, SLOPES)), (*RATES, SLOPES))
        for entry in entries:
            parts = [self._entry(fuser, factor, u, v) for factor, u, v in entry]
            terms = tuple(term for part in parts for term in part)
            still = not any(term.moving for term in terms)
            self.entries.append(self.graph.new(still=still))
            (fuser.still_sum if still else fuser.sum)(self.entries[-1], terms)
        return fuser.work

    def still(self, others: Sequence[Sequence[Work]]) -> list[Work]:
        """Return the operations that are done when a run starts: those the others need."""
        source, wanted = self.source, set(self.entries)
        wanted.update(node for part in others for item in part for node in item.nodes)
        work = [self._fixed(slot) for slot in source.span(FIXED)] + self.graph.work
        kept: list[Work] = []
        for item in reversed(work):
            if item.node in wanted:
                wanted.update(item.nodes)
                kept.append(item)
        return kept[::-1]

    def _fused(self, uses: Counter[int], programs: Sequence[int]) -> Fuser:
        source = self.source
        fuser = Fuser(self.graph, uses, self.forms, self.reciprocals)
        for number in programs:
            for slot in source.span(number):
                if slot in uses and slot not in self.done:
                    code, a, b, c = source.code[slot - source.inputs]
                    fuser.add(slot, code, (a, b, c))
        return fuser

    def _entry(self, fuser: Fuser, factor: float, u: int, v: int) -> Sum:
        outer = self._outer(factor)
        for one, other in ((v, u), (u, v)):
            if self.graph.numbers.get(one) in {1.0, -1.0}:
                return fuser.terms(other, outer.times(fuser.factors(one)))
        return (fuser.fitting(fuser.factors(u).times(fuser.factors(v)).times(outer)),)

    def _outer(self, factor: float) -> Product:
        if abs(factor) == 1.0:
            return ONE if factor > 0.0 else MINUS
        return of_still(self.graph.number(abs(factor)))._replace(minus=factor < 0.0)

    def _fixed(self, slot: int) -> Work:
        code = self.source.code[slot - self.source.inputs][0]
        nodes = self.source.operands(slot)
        if code == op.NEGATE:
            return Work(lane.SUM, slot, nodes, ((True, 1),))
        if code in {op.ADD, op.SUBTRACT}:
            return Work(lane.SUM, slot, nodes, ((False, 1), (code == op.SUBTRACT, 1)))
        return Work(code, slot, nodes)


class _Places:
    """The row of every node."""

    def __init__(self, lowering: _Lowering, order: Rows, blocks: Sequence[Sequence[Block]]) -> None:
        source, graph = lowering.source, lowering.graph
        moving = {source.states[state]: FIRST_STATE + k for k, state in enumerate(order.tolist())}
        self.rows = {source.time: TIME_ROW} | moving
        self.size = FIRST_STATE + order.size
        given = [slot for slot in range(source.time) if slot not in moving]
        self.numbers = len(given)
        self._put(given)
        still, *others = blocks
        read = dict.fromkeys(  # in the order of reading: what derivatives read comes first
            node
            for span in (*others, still)
            for block in span
            for work, _ in block
            for node in work.nodes
        )
        numbers = [node for node in read if node in graph.numbers]
        self.constants = np.array([graph.numbers[node] for node in numbers], dtype=np.float64)
        self._put(numbers)
        chosen = {*lowering.derivatives, *lowering.entries}
        computed = {work.node for block in still for work, _ in block if work.node not in chosen}
        self._put([node for node in read if node in computed])
        for span in others:
            for block in span:
                self._put([work.node for work, _ in block if work.node not in chosen])
        self.derivative = self._put(lowering.derivatives)
        self.jacobian = self._put(lowering.entries)

    def _put(self, nodes: Sequence[int]) -> int:
        first = self.size
        self.rows.update(zip(nodes, range(first, first + len(nodes)), strict=True))
        self.size += len(nodes)
        return first


def _list(p: Arguments, number: int) -> NDArray[np.uint32]:
    return p.lists[p.lists[2 * number] : p.lists[2 * number + 1]]


def _ragged(
    start: NDArray[np.uint32], factors: NDArray[np.float64], *columns: NDArray[np.uint32]
) -> list[list[tuple[Any, ...]]]:
    """Return the terms of each row, with those of coefficient zero left out."""
    kept = factors != 0.0
    terms = list(zip(factors[kept].tolist(), *(c[kept].tolist() for c in columns), strict=True))
    stops = np.concatenate([[0], np.cumsum(kept)])[start].tolist()
    return [terms[first:last] for first, last in pairwise(stops)]
