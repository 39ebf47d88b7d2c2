"""From the steps of a scenario to segments of an integration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.solve.integrate import Segment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pathway.compile.tables import Tables
    from pathway.scenario.resolve import Step

__all__ = ["input_vector", "segments"]


def input_vector(tables: Tables, inputs: Mapping[str, float]) -> NDArray[np.float64]:
    """Return the constant inputs in table order, nM; what is not named is absent."""
    return np.array([inputs.get(name, 0.0) for name in tables.input_ids], dtype=np.float64)


def segments(
    tables: Tables, steps: Sequence[Step], background: Mapping[str, float]
) -> tuple[Segment, ...]:
    """Return the segments of a schedule.

    In a medium that depletes, an input is set anew only where the declared concentration differs
    from the step before: a step that does not touch a drug does not refresh it.
    """
    result: list[Segment] = []
    before: Mapping[str, float] = background
    for step in steps:
        resets = tuple(
            (species, step.inputs.get(name, 0.0))
            for name, species in tables.depleting
            if step.inputs.get(name, 0.0) != before.get(name, 0.0)
        )
        result.append(
            Segment(
                start=step.start,
                stop=step.stop,
                inputs=input_vector(tables, step.inputs),
                resets=resets,
            )
        )
        before = step.inputs
    return tuple(result)
