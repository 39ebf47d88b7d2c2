"""Terms of the Systems Biology Ontology, as far as the network itself says what something is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

__all__ = [
    "CELL",
    "FRAMEWORK",
    "LAW",
    "MEDIUM",
    "MODIFIER",
    "PRODUCT",
    "REACTANT",
    "parameter_term",
    "reaction_term",
    "species_term",
]

FRAMEWORK = "SBO:0000293"
"""Non-spatial continuous framework."""
CELL = MEDIUM = "SBO:0000290"
"""Physical compartment."""
LAW = "SBO:0000001"
"""Rate law."""
REACTANT, PRODUCT, MODIFIER = "SBO:0000010", "SBO:0000011", "SBO:0000019"
COMPLEX, MATERIAL = "SBO:0000253", "SBO:0000240"
BINDING, DISSOCIATION = "SBO:0000177", "SBO:0000180"
CONVERSION, PRODUCTION, CONSUMPTION = "SBO:0000182", "SBO:0000393", "SBO:0000394"
BY_SUFFIX = {
    "total": "SBO:0000196",
    "Kd": "SBO:0000282",
    "hill": "SBO:0000190",
    "k": "SBO:0000009",
    "kon": "SBO:0000009",
    "koff": "SBO:0000009",
}
"""Concentration of an entity pool; dissociation constant; Hill coefficient; kinetic constants."""
PARAMETER = "SBO:0000002"
"""Quantitative systems description parameter."""


def parameter_term(parameter: str) -> str:
    """Return the term of a parameter by what its id ends with."""
    return BY_SUFFIX.get(parameter.rpartition(".")[2], PARAMETER)


def species_term(molecules: tuple[tuple[str, int], ...]) -> str:
    """Return the term of a species: a complex of several molecules, or any entity."""
    return COMPLEX if sum(count for _, count in molecules) > 1 else MATERIAL


def reaction_term(node: Mapping[str, Any]) -> str:
    """Return the term of a reaction node of the graph."""
    if node["reverse_of"] is not None:
        return DISSOCIATION
    if not node["driven"]:
        return BINDING
    changes = [count for _, count in node["change"]]
    if changes and all(count > 0 for count in changes):
        return PRODUCTION
    if changes and all(count < 0 for count in changes):
        return CONSUMPTION
    return CONVERSION
