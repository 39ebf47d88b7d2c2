"""From rules to the network: a frozen bipartite graph of species and reactions."""

from __future__ import annotations

from pathway.expand.graph import GraphFactor
from pathway.expand.memory import Memory
from pathway.expand.network import expand

__all__ = ["GraphFactor", "Memory", "expand"]
