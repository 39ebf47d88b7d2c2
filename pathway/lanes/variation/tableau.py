"""ESDIRK4(3)6L[2]SA, the implicit half of ARK4(3)6L[2]SA.

C. A. Kennedy, M. H. Carpenter, "Additive Runge-Kutta schemes for convection-diffusion-reaction
equations", Applied Numerical Mathematics 44, 139 (2003), doi 10.1016/S0168-9274(02)00138-1: order 4
with an embedded method of order 3, L-stable, stiffly accurate. The first stage is the end of the
step before; the five others each have the same number on the diagonal.

Its stages are of order 2, which is what counts here, as the derivative follows what is slow through
a stiff system: along the HER2 model its errors are a fifteenth of those of the SDIRK4 of Hairer and
Wanner, whose stages are of order 1, and need no matrix to be told from what is stiff.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

__all__ = [
    "COEFFICIENTS",
    "ERROR",
    "ESTIMATE",
    "GAMMA",
    "KNOWN",
    "LAST_SLOPE",
    "NODES",
    "STAGES",
]

GAMMA = 0.25
STAGES = 6
NODES = np.array([0, 1 / 2, 83 / 250, 31 / 50, 17 / 20, 1.0])
COEFFICIENTS = np.array(
    [
        [0, 0, 0, 0, 0, 0],
        [1 / 4, 1 / 4, 0, 0, 0, 0],
        [8611 / 62500, -1743 / 31250, 1 / 4, 0, 0, 0],
        [5012029 / 34652500, -654441 / 2922500, 174375 / 388108, 1 / 4, 0, 0],
        [
            15267082809 / 155376265600,
            -71443401 / 120774400,
            730878875 / 902184768,
            2285395 / 8070912,
            1 / 4,
            0,
        ],
        [82889 / 524892, 0, 15625 / 83664, 69875 / 102672, -2260 / 8211, 1 / 4],
    ]
)
"""Of the slopes of the stages in each stage; the last stage is the step's end."""

EMBEDDED = np.array(
    [
        4586570599 / 29645900160,
        0,
        178811875 / 945068544,
        814220225 / 1159782912,
        -3700637 / 11593932,
        61727 / 225920,
    ]
)
ERROR = COEFFICIENTS[-1] - EMBEDDED
"""Of the slopes in the difference between the method and the embedded one."""

ROUNDING = 1e-14
"""What a weight of zero may come out as."""


def _by_states(weights: Values) -> Values:
    """Return how a sum of slopes times the step is a sum of what is at hand.

    That is: the start, the first slope times the step, and the states of the later stages, of which
    the slopes would have to be computed and stored beside them otherwise. A later stage is
    ``Y = X + gamma h k`` with X a sum over the stages before, so that k is a sum of states.
    """
    before = np.tril(COEFFICIENTS[1:, 1:], -1) / GAMMA
    start = np.ones((STAGES - 1, 1))
    given = np.concatenate([start, COEFFICIENTS[1:, :1], before], axis=1)
    known = np.linalg.solve(np.eye(STAGES - 1) + before, given)
    states = np.eye(STAGES - 1, STAGES + 1, 2)
    slopes = np.concatenate([np.eye(1, STAGES + 1, 1), (states - known) / GAMMA])
    found: Values = weights @ slopes
    return np.where(np.abs(found) < ROUNDING, 0.0, found)


KNOWN = np.array(
    [np.eye(1, STAGES + 1)[0] + _by_states(np.tril(COEFFICIENTS, -1)[s]) for s in range(STAGES)]
)
"""What a stage knows beforehand, all but its own slope: weights of the step's start, of its first
slope times the step, and of the states of the stages after the first."""

LAST_SLOPE, ESTIMATE = _by_states(np.eye(STAGES)[-1]), _by_states(ERROR)
"""The same of the slope at the end of the step, times the step, and of the estimate of the error.
Neither has anything of the first slope."""
