"""Sums of signed products, for eight runs at once: what derivatives and Jacobian are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.lanes import opcodes as lane
from pathway.lanes.jit import block
from pathway.lanes.vector import (
    add,
    fma,
    keep_rolled,
    load,
    load_count,
    load_whole,
    multiply,
    negate,
    splat,
    store,
    subtract,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    import numpy as np
    from numpy.typing import NDArray

    Vector: TypeAlias = NDArray[np.float64]
    Index: TypeAlias = NDArray[np.uint32]

__all__ = ["sums"]


def _sums_of(form: int) -> Callable[..., None]:
    """Return the loop over sums of one form."""
    plus1, minus1, plus2, minus2, plus3, minus3 = lane.FORMS[form - 1]

    @block
    def add_up(rows: Vector, operands: Index, first: int, width: int, results: int) -> None:
        for result in range(results):
            place = first + width * result
            at = place + 1
            total = splat(-0.0)
            for k in range(plus1):
                total = add(total, load(rows, load_whole(operands, at + k)))
            at += plus1
            for k in range(minus1):
                total = subtract(total, load(rows, load_whole(operands, at + k)))
            at += minus1
            for k in range(plus2):
                a = load(rows, load_whole(operands, at + 2 * k))
                total = fma(a, load(rows, load_whole(operands, at + 2 * k + 1)), total)
            at += 2 * plus2
            for k in range(minus2):
                a = negate(load(rows, load_whole(operands, at + 2 * k)))
                total = fma(a, load(rows, load_whole(operands, at + 2 * k + 1)), total)
            at += 2 * minus2
            for k in range(plus3 + minus3):
                a = load(rows, load_whole(operands, at + 3 * k))
                a = multiply(a, load(rows, load_whole(operands, at + 3 * k + 1)))
                a = negate(a) if k >= plus3 else a
                total = fma(a, load(rows, load_whole(operands, at + 3 * k + 2)), total)
            store(rows, load_whole(operands, place), total)

    return add_up


_SUMS_1, _SUMS_2, _SUMS_3, _SUMS_4 = (_sums_of(form) for form in (1, 2, 3, 4))
_SUMS_5, _SUMS_6, _SUMS_7, _SUMS_8 = (_sums_of(form) for form in (5, 6, 7, 8))


@block
def sums(rows: Vector, operands: Index, first: int, groups: int) -> None:
    """Add signed products of one, two or three rows, in groups of equal shape."""
    at = first
    for _ in range(groups):
        form = load_count(operands, at)
        results = load_count(operands, at + 1)
        width = load_count(operands, at + 2)
        body = at + lane.SUM_HEAD
        if form == 0:
            _sums_of_any_form(rows, operands, at, results)
        elif form == 1:
            _SUMS_1(rows, operands, body, 3, results)
        elif form == 2:
            _SUMS_2(rows, operands, body, 3, results)
        elif form == 3:
            _SUMS_3(rows, operands, body, 2, results)
        elif form == 4:
            _SUMS_4(rows, operands, body, 2, results)
        elif form == 5:
            _SUMS_5(rows, operands, body, 3, results)
        elif form == 6:
            _SUMS_6(rows, operands, body, 3, results)
        elif form == 7:
            _SUMS_7(rows, operands, body, 5, results)
        elif form == 8:
            _SUMS_8(rows, operands, body, 6, results)
        at = body + width * results


@block
def _sums_of_any_form(rows: Vector, operands: Index, head: int, results: int) -> None:
    """Add terms kind by kind; loops of a few rounds, so they are not unrolled."""
    plus1 = load_count(operands, head + 3)
    minus1 = load_count(operands, head + 4)
    plus2 = 2 * load_count(operands, head + 5)
    minus2 = 2 * load_count(operands, head + 6)
    plus3 = 3 * load_count(operands, head + 7)
    minus3 = 3 * load_count(operands, head + 8)
    at = head + lane.SUM_HEAD
    for _ in range(results):
        keep_rolled()
        target = load_whole(operands, at)
        at += 1
        total = splat(-0.0)
        stop = at + plus1
        while at < stop:
            keep_rolled()
            total = add(total, load(rows, load_whole(operands, at)))
            at += 1
        stop = at + minus1
        while at < stop:
            keep_rolled()
            total = subtract(total, load(rows, load_whole(operands, at)))
            at += 1
        stop = at + plus2
        while at < stop:
            keep_rolled()
            a = load(rows, load_whole(operands, at))
            total = fma(a, load(rows, load_whole(operands, at + 1)), total)
            at += 2
        stop = at + minus2
        while at < stop:
            keep_rolled()
            a = negate(load(rows, load_whole(operands, at)))
            total = fma(a, load(rows, load_whole(operands, at + 1)), total)
            at += 2
        stop = at + plus3
        while at < stop:
            keep_rolled()
            a = load(rows, load_whole(operands, at))
            a = multiply(a, load(rows, load_whole(operands, at + 1)))
            total = fma(a, load(rows, load_whole(operands, at + 2)), total)
            at += 3
        stop = at + minus3
        while at < stop:
            keep_rolled()
            a = load(rows, load_whole(operands, at))
            a = negate(multiply(a, load(rows, load_whole(operands, at + 1))))
            total = fma(a, load(rows, load_whole(operands, at + 2)), total)
            at += 3
        store(rows, target, total)
