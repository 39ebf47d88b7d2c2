"""The options of a simulation as the user gives them, turned into solver settings."""

from __future__ import annotations

from typing import Any

from pathway.errors import SolveError, nearest
from pathway.solve.settings import Method, Settings

__all__ = ["solver_settings"]


def solver_settings(
    rtol: float | None = None,
    atol: float | None = None,
    method: Method | str | None = None,
    *,
    early_stop: bool = False,
) -> Settings:
    """Return solver settings; None keeps a default.

    Raises
    ------
    SolveError
        An unknown method, a tolerance that no integrator can keep, or an early stop of an
        integrator that has none.
    """
    given: dict[str, Any] = {"early_stop": early_stop}
    if rtol is not None:
        given["rtol"] = float(rtol)
    if atol is not None:
        given["atol"] = float(atol)
    if method is not None:
        given["method"] = _method(method)
    return Settings(**given)


def _method(method: Method | str) -> Method:
    if isinstance(method, Method):
        return method
    for known in Method:
        if method.casefold() == known.value.casefold():
            return known
    remedy = nearest(method, [known.value for known in Method])
    raise SolveError("method", f"unknown method {method!r}", remedy)
