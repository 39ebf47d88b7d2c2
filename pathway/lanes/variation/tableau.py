"""SDIRK4 of E. Hairer, G. Wanner, "Solving Ordinary Differential Equations II", table IV.6.5.

Five stages, order 4, L-stable, stiffly accurate, with an embedded method of order 3.
"""

from __future__ import annotations

import numpy as np

__all__ = ["COEFFICIENTS", "ERROR", "GAMMA", "NODES", "STAGES"]

GAMMA = 0.25
STAGES = 5
NODES = np.array([1 / 4, 3 / 4, 11 / 20, 1 / 2, 1.0])
COEFFICIENTS = np.array(
    [
        [1 / 4, 0, 0, 0, 0],
        [1 / 2, 1 / 4, 0, 0, 0],
        [17 / 50, -1 / 25, 1 / 4, 0, 0],
        [371 / 1360, -137 / 2720, 15 / 544, 1 / 4, 0],
        [25 / 24, -49 / 48, 125 / 16, -85 / 12, 1 / 4],
    ]
)
"""Of the slopes of the stages in each stage; the last stage is the step's end."""

ERROR = np.array([-3 / 16, -27 / 32, 25 / 32, 0, 1 / 4])
"""Of the slopes in the difference between the method and the embedded one."""
