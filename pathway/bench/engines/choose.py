"""Which engines there are, and how one is made."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from pathway.errors import PathwayError, nearest

if TYPE_CHECKING:
    from pathway.bench.engines.protocol import Engine, Task

__all__ = ["ENGINES", "OWN", "PEERS", "make_engine"]

OWN = "pathway"

HOMES = {
    OWN: ("own", "OwnEngine"),
    "libroadrunner": ("roadrunner", "RoadRunnerEngine"),
    "copasi": ("copasi", "CopasiEngine"),
    "amici": ("amici", "AmiciEngine"),
    "numbalsoda": ("numbalsoda", "NumbalsodaEngine"),
    "scipy": ("scipy_odeint", "ScipyEngine"),
}
"""Module beside this one, and class, of every engine."""

ENGINES = tuple(HOMES)
PEERS = tuple(name for name in ENGINES if name != OWN)


def make_engine(name: str, task: Task) -> Engine:
    """Return an engine with a model loaded; only now is its package imported.

    Raises
    ------
    PathwayError
        If there is no such engine.
    ImportError
        If its package is not installed.
    """
    if name not in HOMES:
        raise PathwayError(f"engine {name!r}", "is not known", nearest(name, ENGINES))
    module, kind = HOMES[name]
    made: Engine = getattr(import_module(f"pathway.bench.engines.{module}"), kind)(task)
    return made
