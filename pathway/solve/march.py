"""Drive one start of an integrator to its end, watching what it does."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pathway.errors import SolveError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from scipy.integrate import OdeSolver

    from pathway.solve.settings import Settings

__all__ = ["Leg", "march"]

NEGATIVE_SLACK = 100.0
"""How many local tolerances an amount may fall below zero: local errors add up over steps."""

IMPOSSIBLE = 1e12
"""nM: twenty times the molarity of water; what exceeds it runs away."""

LOOSEN = "raise rtol or atol, or choose the method 'BDF' or 'Radau'"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Leg:
    """One uninterrupted stretch of an integration."""

    outputs: NDArray[np.float64]
    """shape (times, species)."""
    state: NDArray[np.float64]
    """At the end, shape (species,)."""
    lowest: float
    steps: int
    nfev: int
    njev: int
    nlu: int


def march(
    stepper: OdeSolver,
    times: NDArray[np.float64],
    settings: Settings,
    species: Sequence[str],
    until: Callable[[OdeSolver], bool] | None = None,
) -> Leg:
    """Step to the end and return the states at ``times``, ascending, within the stretch.

    ``until`` is asked after every step and ends the stretch there by returning true.

    Raises
    ------
    SolveError
        If the state is not finite or falls too far below zero, if there are too many steps, or
        the integrator gives up.
    """
    require_finite(stepper.fun(stepper.t, stepper.y), stepper.t, species, "changes at a rate of")
    outputs = np.empty((times.size, stepper.n))
    low, high = stepper.y.copy(), np.abs(stepper.y)
    done = steps = 0
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        while stepper.status == "running":
            message = stepper.step()
            _require_possible(stepper.y, stepper.t, species)
            if message is not None:
                said = "; ".join(filter(None, [message, *(str(item.message) for item in caught)]))
                raise SolveError(f"t = {stepper.t:g} min", f"integration failed: {said}", LOOSEN)
            steps += 1
            if steps > settings.max_steps:
                raise SolveError(f"t = {stepper.t:g} min", f"{steps} steps and no end", LOOSEN)
            np.minimum(low, stepper.y, out=low)
            np.maximum(high, np.abs(stepper.y), out=high)
            reached = int(np.searchsorted(times, stepper.t, side="right"))
            if reached > done:
                outputs[done:reached] = stepper.dense_output()(times[done:reached]).T
                done = reached
            if until is not None and until(stepper):
                break
    if done and times[-1] == stepper.t:
        outputs[-1] = stepper.y
    _require_not_negative(low, high, settings, species)
    return Leg(
        outputs=outputs,
        state=stepper.y.copy(),
        lowest=float(low.min()),
        steps=steps,
        nfev=int(stepper.nfev),
        njev=int(stepper.njev),
        nlu=int(stepper.nlu),
    )


def require_finite(
    values: NDArray[np.float64], t: float, species: Sequence[str], verb: str
) -> None:
    """Raise SolveError naming the first species whose value is not finite."""
    good = np.isfinite(values)
    if not good.all():
        first = int(np.argmin(good))
        raise SolveError(
            f"t = {t:g} min",
            f"{species[first]!r} {verb} {values[first]}",
            "check rate constants and starting amounts for extreme values",
        )


def _require_possible(y: NDArray[np.float64], t: float, species: Sequence[str]) -> None:
    require_finite(y, t, species, "is")
    if y.max(initial=0.0) > IMPOSSIBLE:
        first = int(np.argmax(y))
        raise SolveError(
            f"t = {t:g} min",
            f"{species[first]!r} has grown to {y[first]:.3g}, beyond any concentration",
            "check that what makes it is limited",
        )


def _require_not_negative(
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    settings: Settings,
    species: Sequence[str],
) -> None:
    excess = low + NEGATIVE_SLACK * (settings.atol + settings.rtol * high)
    worst = int(np.argmin(excess))
    if excess[worst] < 0.0:
        raise SolveError(
            f"species {species[worst]!r}",
            f"fell to {low[worst]:.3g}, further below zero than the tolerance explains",
            "lower rtol and atol",
        )
