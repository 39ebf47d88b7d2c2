"""From the states of a model of equations to concentrations of species."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.errors import PathwayError
from pathway.model.equation_values import sizes_of, start_values

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pathway.bench.engines.protocol import Task
    from pathway.model import EquationModel

    Matrix = NDArray[np.float64]

__all__ = ["concentrations_of"]


def concentrations_of(model: EquationModel, task: Task) -> Callable[[Matrix], Matrix]:
    """Return a function from states, shape (..., states), to concentrations of species.

    Raises
    ------
    PathwayError
        If a compartment's size changes with time.
    """
    sizes = sizes_of(model.system)
    start = start_values(model.system, {})
    places = {name: place for place, name in enumerate(model.compiled.moving)}
    constants = dict(model.system.constants)
    order, divisors = [], []
    for name, value_size in zip(task.species, task.sizes.tolist(), strict=True):
        kept, size = sizes.get(name, (f"{name}[amount]", None))
        if size is not None and size not in constants:
            raise PathwayError(model.id, f"compartment {size!r} changes", "time another model")
        order.append(places[kept] if kept in places else places[name])
        divisors.append(value_size if size is None else start[size])
    divisor = np.array(divisors)
    return lambda y: y[..., order] / divisor
