"""Walk a grid of doses up and down along states at rest; where a branch ends, do what a cell does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pathway.errors import SolveError
from pathway.solve.continuation import apart
from pathway.solve.equilibrate import equilibrate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from pathway.model.network import Network
    from pathway.solve.continuation import BranchEnd, Follower, Point
    from pathway.solve.settings import Settings

    Vector = NDArray[np.float64]

__all__ = ["SAME", "Row", "Walker", "same_rest", "walk_down", "walk_up"]

SAME = 1e-6
"""Relative difference in any amount above which two rests at one dose are two rests."""

MOST_JUMPS = 10
"""Branches left one after the other between two doses; then the cell goes to the dose at once."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Row:
    """What came of one dose in one direction."""

    dose: float
    """nM."""
    point: Point | None
    """The state at rest, or None if none was found."""
    branch: int
    """Rests that one walk connects have one number; 0 without a rest."""
    ends: tuple[BranchEnd, ...] = ()
    """Where branches ended since the dose before."""
    landed: tuple[Point, ...] = ()
    """The rest that the cell came to after each of these ends; one fewer if there was none."""
    jumped: bool = False
    """Whether an integration was needed to come here."""
    status: str = "ok"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Walker:
    """Goes from dose to dose: along a branch, or by integration where that ends."""

    network: Network
    follower: Follower
    settings: Settings
    done: Callable[[], None]
    """Called after every dose."""

    def rest(self, dose: float, start: Vector) -> Point:
        """Return the rest that the network comes to from a state at a dose.

        Raises
        ------
        SolveError
            None within the horizon, none that is stable, or none with a certificate.
        """
        p = self.follower.at(dose).p
        found = equilibrate(self.network.kernels, self.network.tables, p, start, self.settings)
        point = self.follower.certified(dose, found.y)
        if point is None:
            raise SolveError(
                f"steady state at {dose:.4g} nM",
                "what the integration came to is not at rest for this cell",
                "give tighter tolerances",
            )
        return point

    def scaled(self, start: Point) -> tuple[Walker, Point]:
        """Return this walker with steps that suit what leaves the rest at dose 0, and that rest."""
        follower = self.follower.finer(start.y)
        point = follower.certified(start.dose, start.y)
        return (self, start) if point is None else (replace(self, follower=follower), point)

    def walk(self, start: Point, doses: Sequence[float]) -> list[Row]:
        """Return a row for each dose after ``start``; branches are counted from 1 at ``start``."""
        rows: list[Row] = []
        last, branch, lost = start, 1, False
        for dose in doses:
            row, last = self._lost(last, dose) if lost else self._next(last, dose)
            lost = row.point is None
            branch += len(row.landed) if row.ends else int(row.jumped)
            rows.append(replace(row, branch=0 if lost else branch))
            self.done()
        return rows

    def _next(self, point: Point, dose: float) -> tuple[Row, Point]:
        """Return the row of a dose, and the state that the next one starts from."""
        ends: list[BranchEnd] = []
        landed: list[Point] = []
        while True:
            point, end = self.follower.follow(point, dose)
            if end is None:
                return self._row(dose, point, ends, landed), point
            ends.append(end)
            try:
                point = self._leave(point, dose, at_once=len(ends) == MOST_JUMPS)
            except SolveError as error:
                return replace(self._row(dose, None, ends, landed), status=str(error)), point
            landed.append(point)

    def _leave(self, last: Point, dose: float, *, at_once: bool) -> Point:
        """Return the rest to which a cell goes where its branch has ended, as near as there is one.

        Just beyond the end, so that what is found does not depend on how far the next dose is.
        """
        near = self.follower.beyond(last.dose, dose)
        if not at_once and near != dose:
            try:
                return self.rest(near, last.y)
            except SolveError:
                # There it may take longer than the horizon, or oscillate: the dose itself decides.
                return self.rest(dose, last.y)
        return self.rest(dose, last.y)

    def _lost(self, point: Point, dose: float) -> tuple[Row, Point]:
        """Return the row of a dose after one without a rest: by integration from the last state."""
        try:
            found = self.rest(dose, point.y)
        except SolveError as error:
            row = Row(dose=dose, point=None, branch=0, jumped=True, status=str(error))
            return row, point
        return Row(dose=dose, point=found, branch=0, jumped=True), found

    def _row(
        self, dose: float, point: Point | None, ends: list[BranchEnd], landed: list[Point]
    ) -> Row:
        return Row(
            dose=dose,
            point=point,
            branch=0,
            ends=tuple(ends),
            landed=tuple(landed),
            jumped=bool(ends),
        )


def walk_up(walker: Walker, start: Point, doses: Sequence[float]) -> list[Row]:
    """Return a row for each dose, ascending; ``start`` is the rest at the first of them."""
    return [Row(dose=doses[0], point=start, branch=1), *walker.walk(start, doses[1:])]


def walk_down(walker: Walker, up: Sequence[Row]) -> list[Row]:
    """Return a row for each dose from the highest with a rest, descending.

    A rest that the walk up came to at the same dose has its number from there.
    """
    top = max(place for place, row in enumerate(up) if row.point is not None)
    highest = up[top]
    if highest.point is None:
        return []
    back = [up[place] for place in reversed(range(top))]
    rows = walker.walk(highest.point, [row.dose for row in back])
    branch, unused = highest.branch, max(row.branch for row in up) + 1
    numbered = [Row(dose=highest.dose, point=highest.point, branch=branch)]
    for row, over in zip(rows, back, strict=True):
        if row.point is None:
            numbered.append(row)
            continue
        if same_rest(row.point, over.point):
            branch = over.branch
        elif row.jumped:
            branch, unused = unused, unused + 1
        numbered.append(replace(row, branch=branch))
    return numbered


def same_rest(one: Point | None, other: Point | None) -> bool:
    """Return whether two states at one dose are the same rest."""
    return one is not None and other is not None and apart(one.y, other.y) <= SAME
