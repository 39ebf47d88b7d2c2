"""Models in SBML, read into systems of equations."""

from __future__ import annotations

from pathway.sbml.read import read_sbml

__all__ = ["read_sbml"]
