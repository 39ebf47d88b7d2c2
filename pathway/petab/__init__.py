"""Parameter estimation problems in PEtab, version 1: read, simulated and scored."""

from __future__ import annotations

from pathway.petab.problem import PetabProblem, load_petab

__all__ = ["PetabProblem", "load_petab"]
