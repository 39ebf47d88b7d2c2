"""Code for blocks of a program: sums, products, quotients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.lanes import opcodes as lane
from pathway.lanes.straight.body import Body, Memory, number
from pathway.programs import opcodes as op

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["STRAIGHT_CODES", "blocks_text"]

PRODUCTS = {op.MULTIPLY: 2, lane.MULTIPLY3: 3, lane.MULTIPLY4: 4}
STRAIGHT_CODES = frozenset({lane.SUM, op.DIVIDE, lane.RECIPROCAL, *PRODUCTS})
"""Operations that are written out; any other one stays with the tables."""


def blocks_text(
    name: str,
    blocks: Sequence[Sequence[int]],
    operands: Sequence[int],
    known: dict[int, float],
    registers: int,
) -> str:
    """Return code that does what the lane machine does with some blocks.

    Parameters
    ----------
    name : str
        Of the function, which is given rows.
    blocks : sequence of (operation, results, first operand)
        Of operations among ``STRAIGHT_CODES``.
    operands : sequence of int
        Of the whole program.
    known : dict of int to float
        Rows whose number is the same for all runs.
    registers : int
        How many rows may be held at a time.
    """
    body = Body(name, (Memory.ROWS,), registers, known)
    for operation, results, first in blocks:
        if operation == lane.SUM:
            _write_groups(body, operands, first, results)
            continue
        width = lane.WIDTH.get(operation, 4)
        for result in range(results):
            at = first + width * result
            value = _value(body, operation, operands[at + 1 : at + width])
            body.put(Memory.ROWS, operands[at], value)
            body.breathe()
    return body.text()


def _value(body: Body, operation: int, operands: Sequence[int]) -> str:
    if operation == lane.RECIPROCAL:
        return body.divide(number(1.0), body.get(Memory.ROWS, operands[0]))
    value = body.get(Memory.ROWS, operands[0])
    if operation == op.DIVIDE:
        return body.divide(value, body.get(Memory.ROWS, operands[1]))
    for row in operands[1 : PRODUCTS[operation]]:
        value = body.multiply(value, body.get(Memory.ROWS, row))
    return value


def _write_groups(body: Body, operands: Sequence[int], first: int, groups: int) -> None:
    """Write groups of sums of equal shape."""
    at = first
    for _ in range(groups):
        _, results, width, *shape = operands[at : at + lane.SUM_HEAD]
        at += lane.SUM_HEAD
        for _ in range(results):
            body.put(Memory.ROWS, operands[at], _sum(body, shape, operands[at + 1 : at + width]))
            at += width
            body.breathe()


def _sum(body: Body, shape: Sequence[int], rows: Sequence[int]) -> str:
    """Return signed products of one, two or three rows, added in the order of the tables."""
    total = number(-0.0)
    at = 0
    for kind, count in enumerate(shape):
        factors, minus = kind // 2 + 1, kind % 2 == 1
        for _ in range(count):
            part = [body.get(Memory.ROWS, row) for row in rows[at : at + factors]]
            at += factors
            if factors == 1:
                total = (body.subtract if minus else body.add)(total, part[0])
                continue
            *before, last = part
            product = before[0] if factors == 2 else body.multiply(*before)
            total = body.fma(body.negate(product) if minus else product, last, total)
    return total
