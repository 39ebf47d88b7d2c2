"""What a scenario is given must be texts with units, numbers for lesions, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from pathway.errors import ScenarioError

__all__ = ["Amount", "check_lesions", "check_texts"]

Amount: TypeAlias = bool | int | float | str
"""What a lesion may be given as: True or False, a fraction or fold, or a text with unit."""


def check_texts(kind: str, values: Mapping[str, str], remedy: str) -> None:
    """Raise ScenarioError unless ``values`` maps names to texts."""
    if not isinstance(values, Mapping):
        raise ScenarioError(
            "scenario", f"{kind}s given as {values!r}", f"give a mapping of {kind} to text"
        )
    for name, value in values.items():
        if not isinstance(value, str):
            raise ScenarioError(f"scenario, {kind} {name!r}", f"{value!r} has no unit", remedy)


def check_lesions(lesions: Mapping[str, Amount]) -> None:
    """Raise ScenarioError unless ``lesions`` maps names to amounts."""
    if not isinstance(lesions, Mapping):
        raise ScenarioError(
            "scenario", f"lesions given as {lesions!r}", "give a mapping of lesion to amount"
        )
    for name, value in lesions.items():
        if not isinstance(value, (bool, int, float, str)):
            raise ScenarioError(
                f"scenario, lesion {name!r}",
                f"{value!r} is not an amount",
                "give True, a fraction 0-1, a fold, or a text such as '6e5 molecules/cell'",
            )
