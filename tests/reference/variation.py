"""A plain twin of the march: dense matrices, one parameter at a time, derivatives by differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import BarycentricInterpolator

from pathway.lanes.variation.tableau import COEFFICIENTS, ERROR, GAMMA, NODES, STAGES

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pathway.lanes.variation.step import Tolerances
    from pathway.model import Network

    Values = NDArray[np.float64]
    Slope = Callable[[Values], Values]

__all__ = ["central", "march", "rate_slopes"]


def central(function: Slope, at: Values, share: float = 1e-3) -> Values:
    """Return d function / d ln at by differences of order 4, shape (..., at.size)."""
    found = []
    for place in range(at.size):

        def moved(shift: float, place: int = place) -> Values:
            other = at.copy()
            other[place] *= np.exp(shift)
            return function(other)

        near = (moved(share) - moved(-share)) / (2 * share)
        far = (moved(2 * share) - moved(-2 * share)) / (4 * share)
        found.append((4 * near - far) / 3)
    return np.stack(found, axis=-1)


def rate_slopes(net: Network, y: Values, names: list[str]) -> Values:
    """Return d rhs / d ln parameter by differences, shape (species, parameters)."""

    def rhs(values: Values) -> Values:
        other = net.with_parameters(dict(zip(names, values.tolist(), strict=True)))
        inputs = net.arguments.inputs
        return other.rhs(0.0, y, other.arguments._replace(inputs=inputs))

    return central(rhs, np.array([net.parameters[name] for name in names]))


def march(
    net: Network,
    name: str,
    lengths: Values,
    states: Values,
    start: Values,
    tolerances: Tolerances,
    most: int,
) -> tuple[Values, list[int]]:
    """Return the derivative at the end of each step, and how often each was halved."""
    found, halved, slope = [], [], start
    speed = _jacobian(net, states[0, 0]) @ start + rate_slopes(net, states[0, 0], [name])[:, 0]
    for length, nodes in zip(lengths, states, strict=True):
        halvings = 0
        while True:
            pieces = 2**halvings
            trial, trial_speed, worst = slope, speed, 0.0
            for piece in range(pieces):
                at = BarycentricInterpolator(NODES, nodes)((piece + NODES) / pieces)
                trial, trial_speed, error = _step(
                    net, name, length / pieces, at, trial, trial_speed, tolerances
                )
                worst = max(worst, error)
            if worst <= 1.0 or halvings == most:
                break
            halvings = min(most, halvings + max(1, int(np.ceil(0.25 * np.log2(worst)))))
        slope, speed = trial, trial_speed
        found.append(slope)
        halved.append(halvings)
    return np.array(found), halved


def _jacobian(net: Network, y: Values) -> Values:
    return net.jacobian(0.0, y, net.arguments).toarray()


def _step(
    net: Network,
    name: str,
    length: float,
    at: Values,
    slope: Values,
    speed: Values,
    tolerances: Tolerances,
) -> tuple[Values, Values, float]:
    """Return the derivative at the end of a step, how fast it changes there, and the error."""
    new, speeds = slope, [speed]
    for stage in range(1, STAGES):
        pushed = rate_slopes(net, at[stage], [name])[:, 0]
        left = np.eye(slope.size) - length * GAMMA * _jacobian(net, at[stage])
        known = slope + length * np.einsum("j,js->s", COEFFICIENTS[stage, :stage], speeds)
        new = np.linalg.solve(left, known + length * GAMMA * pushed).astype(np.float64)
        speeds.append((new - known) / (length * GAMMA))
    error = length * np.einsum("j,js->s", ERROR, speeds)
    top = np.maximum(np.abs(slope), np.abs(new)) + tolerances.share * np.abs(at[-1])
    scale = tolerances.relative * top + tolerances.least
    return new, speeds[-1], float(np.sqrt(np.mean((error / scale) ** 2)))
