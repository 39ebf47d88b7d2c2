"""How likely a measurement is, given what is simulated: ``log_density``."""

from __future__ import annotations

import math

from pathway.errors import SolveError
from pathway.petab.entities import Distribution, Scale

__all__ = ["log_density"]


def log_density(
    measured: float,
    simulated: float,
    noise: float,
    *,
    transformation: Scale,
    distribution: Distribution,
    where: str,
) -> float:
    """Return the natural logarithm of a measurement's probability density.

    Noise is added on the scale of the transformation, and the density is that of the measurement
    itself: the derivative of the transformation is part of it. As the PEtab specification,
    version 1, section "Noise distributions", has it.

    Parameters
    ----------
    measured, simulated : float
        Not transformed.
    noise : float
        Standard deviation (normal) or scale (Laplace) on the scale of the transformation.
    transformation : Scale
    distribution : Distribution
    where : str
        File and line of the measurement, for messages.

    Raises
    ------
    SolveError
        If the noise is not positive, or what has a logarithmic transformation is not.
    """
    if not 0.0 < noise < math.inf:
        raise SolveError(where, f"its noise is {noise:g}", "let noise be positive")
    slope = 1.0
    change = simulated - measured
    if transformation is not Scale.LIN:
        for what, value in (("measured", measured), ("simulated", simulated)):
            if not 0.0 < value < math.inf:
                raise SolveError(
                    where,
                    f"is {what} as {value:g}, and its transformation is {transformation.value}",
                    "use the transformation lin, or leave the measurement out",
                )
        base = math.log(10.0) if transformation is Scale.LOG10 else 1.0
        slope = 1.0 / (measured * base)
        change = (math.log(simulated) - math.log(measured)) / base
    if distribution is Distribution.LAPLACE:
        return math.log(slope) - math.log(2.0 * noise) - abs(change) / noise
    return math.log(slope) - 0.5 * math.log(2.0 * math.pi * noise**2) - 0.5 * (change / noise) ** 2
