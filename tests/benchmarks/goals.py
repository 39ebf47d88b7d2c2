"""What the engine must reach, and whether a figure does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

__all__ = ["GOALS", "Goal", "Row", "Verdict", "judge"]


class Verdict(Enum):
    """How a figure stands to its goal."""

    AIM = "aim met"
    GOAL = "goal met"
    MISSED = "MISSED"
    UNKNOWN = "not measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A figure with what it must and what it should be; more is better unless said."""

    what: str
    unit: str
    goal: float
    aim: float | None = None
    less: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A measured figure."""

    goal: Goal
    value: float = math.nan
    note: str = ""
    """What it was compared with, with errors; or why it was not measured."""

    @property
    def verdict(self) -> Verdict:
        """Return how it stands to its goal."""
        return judge(self.goal, self.value)


GOALS = {
    "ensemble 55": Goal(what="ensemble, 55 species, full output", unit="×", goal=20.0, aim=40.0),
    "ensemble 118": Goal(what="ensemble, 118 species, full output", unit="×", goal=20.0, aim=45.0),
    "ensemble 500": Goal(
        what="ensemble, 500 species, error ≤ 1.5e-5, two cores", unit="×", goal=4.0, aim=8.0
    ),
    "ensemble HER2": Goal(what="ensemble, HER2 model", unit="×", goal=20.0, aim=40.0),
    "two cores": Goal(what="two cores over one", unit="×", goal=1.85, aim=1.95),
    "single 55": Goal(what="one run from Python, 55 species", unit="×", goal=3.0, aim=8.0),
    "single 118": Goal(what="one run from Python, 118 species", unit="×", goal=3.0, aim=8.0),
    "curve": Goal(
        what="200-dose inhibition curve, 118 species, two cores",
        unit="s",
        goal=0.1,
        aim=0.04,
        less=True,
    ),
    "first": Goal(
        what="118-species file to first trajectory, new process",
        unit="s",
        goal=3.0,
        aim=1.5,
        less=True,
    ),
    "failed": Goal(what="failed runs in 1,000 varied sets", unit="", goal=0.0, less=True),
    "memory": Goal(what="peak memory beyond results", unit="MB", goal=400.0, aim=250.0, less=True),
    "cells": Goal(
        what="10^5 virtual cells, rest and 24 h under a drug, two cores",
        unit="min",
        goal=10.0,
        aim=3.0,
        less=True,
    ),
    "compare": Goal(what="pathway compare, warm cache", unit="s", goal=20.0, aim=8.0, less=True),
}


def judge(goal: Goal, value: float) -> Verdict:
    """Return how a value stands to a goal; NaN is not measured."""
    if math.isnan(value):
        return Verdict.UNKNOWN
    sign = -1.0 if goal.less else 1.0
    if goal.aim is not None and sign * value >= sign * goal.aim:
        return Verdict.AIM
    if sign * value >= sign * goal.goal:
        return Verdict.AIM if goal.aim is None else Verdict.GOAL
    return Verdict.MISSED
