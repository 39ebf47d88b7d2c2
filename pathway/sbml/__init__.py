"""Models in SBML, read into systems of equations."""

from __future__ import annotations

from pathway.sbml.read import read_sbml
from pathway.sbml.source import read_source

__all__ = ["read_sbml", "read_source"]
