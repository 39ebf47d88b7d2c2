"""How to integrate: method, tolerances, limits, each default with its reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from math import isfinite

from pathway.errors import SolveError

__all__ = ["ATOL", "EARLY", "MAX_STEPS", "RTOL", "Method", "Settings"]

RTOL = 1e-6
"""Relative tolerance: three digits below the smallest suppression anyone reads (0.001)."""

ATOL = 1e-9
"""Absolute tolerance, nM (or 1): a millionth of a molecule in a cell of one to two picolitres."""

MAX_STEPS = 200_000
"""Steps of one segment before giving up; a day of treatment takes some hundreds."""

EARLY = 1e-8
"""1/min: a state that changes slower moves by less than 1.5e-5 of itself in a day."""

TIGHTEST_RTOL = 1e-13
"""Below this rounding decides."""


class Method(Enum):
    """Integrators; all are given the analytic Jacobian."""

    RODAS5P = "Rodas5P"
    """Rosenbrock method of order 5, eight runs side by side (:mod:`pathway.batch`). The default."""
    LSODA = "LSODA"
    """Adams or BDF, switching, of :mod:`scipy.integrate`: the reference, and what a run is retried
    with. Compiled, so it is two to five times faster than BDF, whose every step passes through
    Python, from 5 to 400 species (measured)."""
    BDF = "BDF"
    """Backward differentiation, order 1 to 5, sparse linear algebra for large networks."""
    RADAU = "Radau"
    """Implicit Runge-Kutta, order 5: for tight tolerances."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of one integration.

    Parameters
    ----------
    method : Method
    rtol, atol : float
        Relative, and absolute (nM or 1).
    max_steps : int
        Of one segment.
    early_stop : bool
        Where no amount changes by more than a share of ``EARLY`` of itself per min, take the state
        to stay as it is until the medium changes or the run ends. Of Rodas5P only.
    """

    method: Method = Method.RODAS5P
    rtol: float = RTOL
    atol: float = ATOL
    max_steps: int = MAX_STEPS
    early_stop: bool = False

    def __post_init__(self) -> None:
        """Refuse what no integrator can do."""
        if not TIGHTEST_RTOL <= self.rtol < 1.0:
            raise SolveError(
                "rtol", f"is {self.rtol:g}", f"choose one from {TIGHTEST_RTOL:g} to below 1"
            )
        if not (isfinite(self.atol) and self.atol > 0.0):
            raise SolveError("atol", f"is {self.atol:g}", "choose one above 0 nM")
        if self.early_stop and self.method is not Method.RODAS5P:
            raise SolveError(
                "early_stop",
                f"is not for {self.method.value}",
                f"leave it out, or use {Method.RODAS5P.value}",
            )
        if self.max_steps < 1:
            raise SolveError("max_steps", f"is {self.max_steps}", "allow at least one step")

    def stepwise(self) -> Settings:
        """Return these settings with a scipy integrator: the reference where none is chosen."""
        if self.method is Method.RODAS5P:
            return replace(self, method=Method.LSODA, early_stop=False)
        return self
