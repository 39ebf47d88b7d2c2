"""From what was measured to the rows of the table."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pathway.bench.compare import best_ratio
from pathway.bench.engines.choose import OWN
from tests.benchmarks.goals import GOALS, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pathway.bench.compare import Ratio
    from pathway.bench.measure import Measured

__all__ = ["curve_row", "ensemble_row", "exact_row", "own_rows", "single_row"]

EXACT = 1.5e-5
"""The error that the largest model must be computed to."""


def rate(cores: int) -> Callable[[Measured], float]:
    """Return what reads the runs a second of an ensemble."""
    return lambda line: line.rates.get(cores, math.nan)


def ensemble_row(key: str, lines: Sequence[Measured], problem: str, rtol: float) -> Row:
    """Compare ensembles on one core with the best peer of like error at ``rtol``."""
    ratio = _best(lines, problem, rtol, rate(1))
    return Row(goal=GOALS[key], value=_times(ratio), note=_said(ratio, f"{problem}, rtol {rtol:g}"))


def single_row(key: str, lines: Sequence[Measured], problem: str, rtol: float) -> Row:
    """Compare single runs, called from Python, with the best peer of like error."""
    ratio = _best(lines, problem, rtol, lambda line: 1.0 / line.single)
    note = f"{problem}, rtol {rtol:g}"
    if ratio is not None:
        note += f": {ratio.own.single * 1e3:.3g} ms ({ratio.own.error:.1e})"
        note += f" to {ratio.peer.engine} {ratio.peer.single * 1e3:.3g} ms ({ratio.peer.error:.1e})"
    return Row(goal=GOALS[key], value=_times(ratio), note=note)


def exact_row(key: str, lines: Sequence[Measured], problem: str) -> Row:
    """Compare the fastest settings whose error is small enough, on two cores."""
    good = [
        line
        for line in lines
        if line.problem == problem and line.error <= EXACT and rate(2)(line) > 0.0
    ]
    own = max((line for line in good if line.engine == OWN), key=rate(2), default=None)
    peer = max((line for line in good if line.engine != OWN), key=rate(2), default=None)
    if own is None or peer is None:
        missing = OWN if own is None else "peer"
        return Row(goal=GOALS[key], note=f"{problem}: no {missing} has an error so small")
    note = f"{problem}: {_rate_of(own, 2)} to {_rate_of(peer, 2)}"
    return Row(goal=GOALS[key], value=rate(2)(own) / rate(2)(peer), note=note)


def curve_row(key: str, lines: Sequence[Measured], rtol: float) -> Row:
    """Return the seconds of a curve's runs on two cores, beside the peers'."""
    told = {
        line.engine: line.runs / line.rates[2]
        for line in lines
        if line.rtol == rtol and rate(2)(line) > 0.0
    }
    others = ", ".join(f"{name} {seconds:.3g} s" for name, seconds in told.items() if name != OWN)
    note = f"rtol {rtol:g}; {others or 'no peer'}"
    return Row(goal=GOALS[key], value=told.get(OWN, math.nan), note=note)


def own_rows(lines: Sequence[Measured]) -> list[Row]:
    """Return the rows that only this engine's lines of 1,000 runs decide.

    Parameters
    ----------
    lines : sequence of Measured
        This engine's ensembles of 1,000 runs on one core and two, at the looser tolerances.
    """
    gains = {line.problem: rate(2)(line) / rate(1)(line) for line in lines}
    known = {name: gain for name, gain in gains.items() if not math.isnan(gain)}
    worst = min(known, key=lambda name: known[name], default="")
    failed = {line.problem: line.failed for line in lines if line.runs}
    beyond = {line.problem: line.beyond for line in lines if not math.isnan(line.beyond)}
    most = max(beyond, key=lambda name: beyond[name], default="")
    counts = ", ".join(f"{line.problem} {line.failed} of {line.runs}" for line in lines)
    return [
        Row(
            goal=GOALS["two cores"],
            value=known.get(worst, math.nan),
            note="; ".join(f"{name} {gain:.2f}" for name, gain in known.items()),
        ),
        Row(
            goal=GOALS["failed"],
            value=float(max(failed.values())) if failed else math.nan,
            note=counts,
        ),
        Row(
            goal=GOALS["memory"],
            value=beyond.get(most, math.nan),
            note="; ".join(f"{name} {size:.0f} MB" for name, size in beyond.items()),
        ),
    ]


def _best(
    lines: Sequence[Measured], problem: str, rtol: float, read: Callable[[Measured], float]
) -> Ratio | None:
    mine = [line for line in lines if line.problem == problem]
    peers = [line for line in mine if line.engine != OWN and line.rtol == rtol]
    return best_ratio([line for line in mine if line.engine == OWN], peers, read)


def _times(ratio: Ratio | None) -> float:
    return math.nan if ratio is None else ratio.times


def _said(ratio: Ratio | None, what: str) -> str:
    if ratio is None:
        return f"{what}: no peer of like error"
    return f"{what}: {_rate_of(ratio.own, 1)} to {_rate_of(ratio.peer, 1)}"


def _rate_of(line: Measured, cores: int) -> str:
    at = f", rtol {line.rtol:.0e}" if line.engine == OWN else ""
    return f"{line.engine} {rate(cores)(line):.4g}/s (error {line.error:.1e}{at})"
