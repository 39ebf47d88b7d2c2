"""Code for one elimination: factorization, and solution of one right-hand side."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pathway.lanes.elimination import (
    GIVEN,
    LOWER_END,
    SECTIONS,
    SPARE,
    STEP,
    STEP_END,
    UPPER_END,
)
from pathway.lanes.straight.body import Body, Memory, number

if TYPE_CHECKING:
    from pathway.lanes.layout import Elimination

__all__ = ["decompose_text", "solve_text"]

FOUR = 4


def decompose_text(name: str, elimination: Elimination, jacobian_row: int, registers: int) -> str:
    """Return code that does what :func:`pathway.lanes.linear.decompose` does.

    Parameters
    ----------
    name : str
        Of the function, which is given factors, rows and the inverse step.
    elimination : Elimination
    jacobian_row : int
    registers : int
        How many rows may be held at a time.
    """
    memories = (Memory.FACTORS, Memory.ROWS, Memory.INVERSE)
    writer = _Decompose(Body(name, memories, registers), elimination, jacobian_row)
    for row, pivot in enumerate(elimination.diagonal.tolist()):
        writer.reduce(row, pivot)
    return writer.body.text()


class _Decompose:
    """Turns rows of the matrix into rows of L and U, one after the other."""

    __slots__ = (
        "_at",
        "_diagonal",
        "_ends",
        "_given",
        "_places",
        "_size",
        "_started",
        "_steps",
        "body",
    )

    def __init__(self, body: Body, elimination: Elimination, jacobian_row: int) -> None:
        sections = _sections(elimination)
        pairs = sections[GIVEN]
        self.body = body
        self._given = {
            place: jacobian_row + entry
            for entry, place in zip(pairs[::2], pairs[1::2], strict=True)
        }
        self._ends, self._steps = sections[STEP_END], sections[STEP]
        self._diagonal = dict.fromkeys(elimination.diagonal.tolist())
        self._places = _places_of_rows(sections)
        self._size = int(elimination.size[0]) - SPARE
        self._started: set[int] = set()
        self._at = 0

    def reduce(self, row: int, pivot: int) -> None:
        """Work on a row from left to right."""
        body = self.body
        while self._at < self._ends[row]:
            self._take()
        for place in self._places[row]:
            if place not in self._started:
                self._set(place, self._value(place))
        self._set(pivot, body.divide(number(1.0), self._value(pivot)))
        body.breathe()

    def _take(self) -> None:
        """Take multiples of one or several rows of U with a common tail from the row."""
        at, steps = self._at, self._steps
        pivots, tail = steps[at : at + 2]
        first = at + 2 + 2 * pivots
        lefts, diagonals = steps[at + 2 : first : 2], steps[at + 3 : first : 2]
        minus: list[str] = []
        for left, diagonal in zip(lefts, diagonals, strict=True):
            rest = self._less(self._value(left), minus, diagonals, -len(minus))
            quotient = self.body.multiply(rest, self.body.get(Memory.FACTORS, diagonal))
            self._set(left, quotient)
            minus.append(self.body.negate(quotient))
        for along, place in enumerate(steps[first : first + tail]):
            if place < self._size:  # beyond it are spare rows, which nobody reads
                value = self._less(self._value(place), minus, diagonals, -pivots - along)
                self._set(place, value)
        self._at = first + tail

    def _less(self, value: str, minus: list[str], diagonals: list[int], behind: int) -> str:
        """Return a value less multiples of U in its column.

        Rows of U stand from right to left before their pivots, and the tail that they have in
        common begins one entry further left in each row than in the next.
        """
        for k, factor in enumerate(minus):
            upper = self.body.get(Memory.FACTORS, diagonals[k] + behind + k)
            value = self.body.fma(factor, upper, value)
        return value

    def _set(self, place: int, value: str) -> None:
        self._started.add(place)
        self.body.put(Memory.FACTORS, place, value)

    def _value(self, place: int) -> str:
        """Return an entry as it is so far: at first that of ``I / (gamma h) - J``."""
        body = self.body
        if place in self._started:
            return body.get(Memory.FACTORS, place)
        value = number(0.0)
        if place in self._given:
            value = body.negate(body.once(Memory.ROWS, self._given[place]))
        if place in self._diagonal:
            value = body.add(value, body.get(Memory.INVERSE, 0))
        return value


def solve_text(name: str, elimination: Elimination, registers: int) -> str:
    """Return code that does what :func:`pathway.lanes.linear.solve` does.

    Parameters
    ----------
    name : str
        Of the function, which is given factors and both parts of the right-hand side.
    elimination : Elimination
    registers : int
        How many rows may be held at a time.
    """
    body = Body(name, (Memory.FACTORS, Memory.VECTOR, Memory.MORE), registers)
    sections = _sections(elimination)
    lower, upper = _columns(sections, LOWER_END), _columns(sections, UPPER_END)
    place = 0
    for row, columns in enumerate(lower):
        known = _known(body, place, columns)
        side = body.add(body.once(Memory.VECTOR, row), body.once(Memory.MORE, row))
        body.put(Memory.VECTOR, row, body.subtract(side, known))
        place += len(columns)
        body.breathe()
    for row, columns in zip(reversed(range(len(upper))), upper, strict=True):
        known = _known(body, place, columns)
        place += len(columns)
        rest = body.subtract(body.get(Memory.VECTOR, row), known)
        pivot = body.once(Memory.FACTORS, place)
        body.put(Memory.VECTOR, row, body.multiply(rest, pivot))
        place += 1
        body.breathe()
    return body.text()


def _known(body: Body, place: int, columns: list[int]) -> str:
    """Return the sum of factors from a place on, each times the state of its column."""
    even = odd = number(0.0)
    paired = len(columns) // FOUR * FOUR
    for k, column in enumerate(columns):
        factor, state = body.once(Memory.FACTORS, place + k), body.get(Memory.VECTOR, column)
        if k < paired and k % 2:
            odd = body.fma(factor, state, odd)
        else:
            even = body.fma(factor, state, even)
    return body.add(even, odd)


def _sections(elimination: Elimination) -> list[list[int]]:
    schedule = elimination.schedule.tolist()
    return [schedule[first:last] for first, last in pairwise(schedule[: SECTIONS + 1])]


def _columns(sections: list[list[int]], ends: int) -> list[list[int]]:
    """Return the columns of each row, from the section of ends and the one behind it."""
    return [sections[ends + 1][first:last] for first, last in pairwise([0, *sections[ends]])]


def _places_of_rows(sections: list[list[int]]) -> list[list[int]]:
    """Return the places of each row's entries among the factors."""
    lower, upper = _columns(sections, LOWER_END), _columns(sections, UPPER_END)
    lengths = [*map(len, lower), *(len(columns) + 1 for columns in upper)]
    first = 0
    places: list[list[int]] = []
    for length in lengths:
        places.append(list(range(first, first + length)))
        first += length
    below = len(lower)
    return [left + right for left, right in zip(places[:below], places[below:][::-1], strict=True)]
