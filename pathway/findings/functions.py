"""The functions of the expectation language: what each needs simulated, and what it makes of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathway.findings.language import Call, Time, Word

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["FUNCTIONS", "Function", "Moment", "Span", "divide", "moments"]

WINDOW_POINTS = 33
"""Samples of a time window, denser at its start, where a perturbed cell changes fastest."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One simulated number: a readout of a run at a time.

    ``minutes`` count from the run's time zero; ``untreated`` means the same run without drugs.
    """

    run: str
    readout: str
    minutes: float
    untreated: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """The times a run covers, in minutes: from ``start`` (<= 0, the rest) to ``stop``."""

    start: float
    stop: float


@dataclass(frozen=True, slots=True)
class Function:
    """A function: kinds of its arguments, what it computes, and a line of help.

    ``takes`` holds ``run``, ``readout``, ``time`` or ``number`` per argument; a last ``...`` means
    one or more of the kind before it. ``combine`` gets the numbers of :func:`moments`, in order
    (for functions of numbers: the arguments), and for windows their times as second argument.
    """

    takes: tuple[str, ...]
    combine: Callable[[Sequence[float], Sequence[float]], float]
    help: str
    share: bool = False
    """Whether the result is a share of an untreated level, so that a gap of 0.10 is 10 %."""


def divide(above: float, below: float) -> float:
    """Return the quotient, or NaN where it does not exist, so that no expectation passes on it."""
    return above / below if below != 0.0 else math.nan


def _mean(numbers: Sequence[float], times: Sequence[float]) -> float:
    area = math.fsum(
        0.5 * (numbers[i] + numbers[i + 1]) * (times[i + 1] - times[i])
        for i in range(len(times) - 1)
    )
    return divide(area, times[-1] - times[0])


def _extreme(pick: Callable[[Sequence[float]], float]) -> Callable[..., float]:
    """Return max or min that is NaN if any number is (the builtins depend on the order)."""

    def combine(numbers: Sequence[float], _times: Sequence[float]) -> float:
        return math.nan if any(math.isnan(number) for number in numbers) else pick(numbers)

    return combine


def _average(numbers: Sequence[float], _times: Sequence[float]) -> float:
    return math.fsum(numbers) / len(numbers)


_RUN = ("run", "readout", "time")
_WINDOW = ("run", "readout", "time", "time")

FUNCTIONS: dict[str, Function] = {
    "value": Function(_RUN, lambda x, _: x[0], "the readout; short: run.readout @ time"),
    "rest": Function(_RUN[:2], lambda x, _: x[0], "the readout of the equilibrated cell"),
    "untreated": Function(_RUN, lambda x, _: x[0], "the readout of the run without its drugs"),
    "fold": Function(_RUN, lambda x, _: divide(x[0], x[1]), "the readout over its own time zero"),
    "effect": Function(_RUN, lambda x, _: divide(x[0], x[1]), "treated over untreated, same time"),
    "suppression": Function(_RUN, lambda x, _: 1.0 - divide(x[0], x[1]), "1 - effect", share=True),
    "ratio": Function(
        ("run", "run", "readout", "time"), lambda x, _: divide(x[0], x[1]), "first run over second"
    ),
    "max": Function(_WINDOW, _extreme(max), "highest value in a time window"),
    "min": Function(_WINDOW, _extreme(min), "lowest value in a time window"),
    "mean": Function(_WINDOW, _mean, "mean over a time window (trapezoids)"),
    "abs": Function(("number",), lambda x, _: abs(x[0]), "size without sign"),
    "largest": Function(("number", "..."), _extreme(max), "the largest of several numbers"),
    "smallest": Function(("number", "..."), _extreme(min), "the smallest of several numbers"),
    "average": Function(("number", "..."), _average, "the mean of several numbers"),
}


def moments(call: Call, spans: dict[str, Span]) -> tuple[Moment, ...]:
    """Return the simulated numbers a call is computed from (none for functions of numbers).

    Parameters
    ----------
    call : Call
        A call whose arguments fit its function, as the parser leaves it.
    spans : dict of str to Span
        The times of every run.
    """
    words = [a.text for a in call.arguments if isinstance(a, Word)]
    times = [a.minutes for a in call.arguments if isinstance(a, Time)]
    if not words:
        return ()
    run, readout = words[0], words[-1]
    match call.name:
        case "rest":
            return (Moment(run, readout, spans[run].start),)
        case "untreated":
            return (Moment(run, readout, times[0], untreated=True),)
        case "fold":
            return (Moment(run, readout, times[0]), Moment(run, readout, 0.0))
        case "effect" | "suppression":
            return (Moment(run, readout, times[0]), Moment(run, readout, times[0], untreated=True))
        case "ratio":
            return tuple(Moment(name, readout, times[0]) for name in words[:2])
        case _:
            return tuple(Moment(run, readout, minutes) for minutes in window(times))


def window(times: Sequence[float]) -> tuple[float, ...]:
    """Return the samples of a window: its points, quadratically spaced from the start."""
    if len(times) == 1:
        return (times[0],)
    start, stop = times
    steps = WINDOW_POINTS - 1
    inner = (start + (stop - start) * (i / steps) ** 2 for i in range(1, steps))
    return (start, *inner, stop)
