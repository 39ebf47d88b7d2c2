"""What a PEtab problem is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathway.equations.expression import Expression

__all__ = ["Condition", "Distribution", "Measurement", "Observable", "Parameter", "Scale"]


class Scale(Enum):
    """On what scale noise is added, or a parameter is estimated."""

    LIN = "lin"
    LOG = "log"
    LOG10 = "log10"


class Distribution(Enum):
    """Of the noise; the noise formula gives its standard deviation or scale."""

    NORMAL = "normal"
    LAPLACE = "laplace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A row of the parameter table."""

    id: str
    nominal: float
    """On the linear scale, whatever ``scale`` is."""
    scale: Scale
    """On which it is estimated."""
    estimate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A row of the condition table."""

    id: str
    changes: tuple[tuple[str, float | str], ...]
    """(id of what is changed, number or id of a parameter)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observable:
    """A row of the observable table."""

    id: str
    formula: Expression
    noise: Expression
    transformation: Scale
    distribution: Distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """A row of the measurement table."""

    where: str
    """File and line."""
    observable: str
    condition: str
    before: str
    """The condition under which the model comes to rest first; empty if it does not."""
    value: float
    time: float
    """Infinite for the rest that a condition comes to."""
    observable_parameters: tuple[float | str, ...]
    """Numbers or ids of parameters, for the placeholders of the observable formula."""
    noise_parameters: tuple[float | str, ...]
    row: tuple[tuple[str, str], ...]
    """The whole row as text: (column, cell)."""
