"""The objects a user holds: Model (declared, all of it) and Network (one scenario, compiled)."""

from __future__ import annotations

from pathway.model.equation_model import EquationModel, load_equations
from pathway.model.equations import EquationFormat
from pathway.model.model import Model, load
from pathway.model.network import Network, Size, network_from_graph

__all__ = [
    "EquationFormat",
    "EquationModel",
    "Model",
    "Network",
    "Size",
    "load",
    "load_equations",
    "network_from_graph",
]
