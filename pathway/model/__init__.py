"""The objects a user holds: Model (declared, all of it) and Network (one scenario, compiled)."""

from __future__ import annotations

from pathway.model.equations import EquationFormat
from pathway.model.model import Model, load
from pathway.model.network import Network, Size, network_from_graph

__all__ = ["EquationFormat", "Model", "Network", "Size", "load", "network_from_graph"]
