"""When conditions that depend on time alone turn: found, so that no step passes over one.

Where the two sides of a comparison differ by a straight line in time, as nearly always, the
crossing is solved for exactly and however narrow a pulse is, it is not missed. Elsewhere, as in
``sin(time) > 0.5``, the difference is sampled, and its extremes between samples are searched.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from pathway.equations.evaluate import evaluate
from pathway.equations.expression import Call, Number, Operator, Time
from pathway.equations.symbolic import gradient, make, simplify
from pathway.equations.walk import postorder
from pathway.errors import SolveError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pathway.equations.expression import Expression

    Function = Callable[[float], float]

__all__ = ["breakpoints"]

SAMPLES = 2000
"""Of a whole run, where a difference is not straight."""

MOST = 20_000
"""Breakpoints of one condition beyond which a model is refused rather than run for ever."""

COMPARING = {
    *(Operator.EQUAL, Operator.NOT_EQUAL, Operator.LESS, Operator.LESS_EQUAL),
    *(Operator.GREATER, Operator.GREATER_EQUAL),
}
STAIRS = {Operator.FLOOR, Operator.CEILING}
DIVIDING = {Operator.QUOTIENT, Operator.REMAINDER}


def breakpoints(expression: Expression, start: float, stop: float) -> list[float]:
    """Return the times in ``(start, stop]`` at which an expression in time alone may jump.

    Parameters
    ----------
    expression : Expression
        Without names.
    start, stop : float

    Returns
    -------
    list of float
        Ascending. Some may be false alarms; a jump is missed only where a difference that is not
        straight in time crosses zero twice between two of its extremes that are closer than
        the 2000th part of the run.

    Raises
    ------
    SolveError
        If there are more than 20 000.
    """
    found: dict[int, list[float]] = {}
    for node in postorder(simplify(expression)):
        times: list[float] = []
        if isinstance(node, Call):
            times = _merged([found[id(part)] for part in node.arguments])
            margin, stairs = _margin(node)
            if margin is not None:
                inside = [start, *(time for time in times if start < time < stop), stop]
                times = _merged([times, _crossings(margin, inside, stairs=stairs)])
        found[id(node)] = [time for time in times if start < time <= stop]
        if len(found[id(node)]) > MOST:
            raise _too_many(start, stop)
    return found[id(node)]


def _margin(node: Call) -> tuple[Expression | None, bool]:
    """Return what jumps where it is zero (or, for stairs, where it is a whole number)."""
    if node.operator in COMPARING:
        return make(Operator.SUBTRACT, *node.arguments), False
    if node.operator in STAIRS:
        return node.arguments[0], True
    if node.operator in DIVIDING:
        return make(Operator.DIVIDE, *node.arguments), True
    return None, False


def _merged(lists: Sequence[Sequence[float]]) -> list[float]:
    return sorted({time for times in lists for time in times})


def _crossings(margin: Expression, bounds: Sequence[float], *, stairs: bool) -> list[float]:
    slope = simplify(gradient(margin).get(Time(), Number(0.0)))
    times: list[float] = []
    density = SAMPLES / (bounds[-1] - bounds[0]) if bounds[-1] > bounds[0] else 0.0

    def value(time: float) -> float:
        return evaluate(margin, {}, time)

    def rising(time: float) -> float:
        return evaluate(slope, {}, time)

    for low, high in pairwise(bounds):
        if isinstance(slope, Number):
            times += _straight(value, slope.value, low, high, stairs=stairs)
        else:
            count = max(8, math.ceil(density * (high - low)))
            grid = [low + (high - low) * place / count for place in range(count + 1)]
            times += _curved(value, rising, grid, stairs=stairs)
    return times


def _straight(
    value: Function, slope: float, low: float, high: float, *, stairs: bool
) -> list[float]:
    """Return where a line is zero, or every whole number, between two times."""
    middle = 0.5 * (low + high)
    offset = value(middle)
    if slope == 0.0 or not math.isfinite(slope) or not math.isfinite(offset):
        return []
    levels = [0.0]
    if stairs:
        ends = sorted(offset + slope * (end - middle) for end in (low, high))
        levels = _levels(ends, low, high)
    times: list[float] = []
    for level in levels:
        time = middle + (level - offset) / slope
        if low <= time <= high:
            # Once more from nearby: at 0.3 of 1000 the first answer is off by 1e-14.
            again = time - (value(time) - level) / slope
            times.append(again if low <= again <= high else time)
    return times


def _curved(
    value: Function, rising: Function, grid: Sequence[float], *, stairs: bool
) -> list[float]:
    """Return where a function is zero, or whole, from samples and its extremes between them."""
    points = [grid[0]]
    for low, high in pairwise(grid):
        if rising(low) * rising(high) < 0.0:
            points.append(_bisect(rising, low, high))
        points.append(high)
    values = [value(point) for point in points]
    crossed: list[tuple[float, float, float]] = []
    for place, (low, high) in enumerate(pairwise(points)):
        ends = sorted(values[place : place + 2])
        if not (math.isfinite(ends[0]) and math.isfinite(ends[1])):
            continue
        levels = _levels(ends, low, high) if stairs else [0.0]
        crossed += [(level, low, high) for level in levels if ends[0] <= level <= ends[1]]
        if len(crossed) > MOST:
            raise _too_many(grid[0], grid[-1])
    return [_bisect(_above(value, level), low, high) for level, low, high in crossed]


def _levels(ends: Sequence[float], low: float, high: float) -> list[float]:
    """Return the whole numbers between two values."""
    if not ends[1] - ends[0] <= MOST:
        raise _too_many(low, high)
    return [float(level) for level in range(math.ceil(ends[0]), math.floor(ends[1]) + 1)]


def _above(value: Function, level: float) -> Function:
    return lambda time: value(time) - level


def _bisect(function: Function, low: float, high: float) -> float:
    """Return where a function changes sign, to the last bit."""
    below = function(low)
    if below == 0.0:
        return low
    while True:
        middle = 0.5 * (low + high)
        if not low < middle < high:
            return high
        if (function(middle) < 0.0) == (below < 0.0):
            low = middle
        else:
            high = middle


def _too_many(start: float, stop: float) -> SolveError:
    return SolveError(
        f"t = {start:g} to {stop:g}",
        f"a condition on time turns more than {MOST} times",
        "simulate a shorter time",
    )
