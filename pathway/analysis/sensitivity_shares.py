"""How interactions split between on- and off-rate, as numbers of a network instead of its graph.

The share of an interaction's change that goes to the off-rate is an exponent, and so part of the
graph. Another share multiplies the rates of both directions of a reaction by the same: from ``s`` to
``s'`` by ``factor ** (dn * (s' - s))``, ``dn`` being how many more of the pattern the products
have. Here every interaction gets a *shift*, a parameter of its own, 1 as declared, with
power ``dn`` in both rates. Then cells of one network may have different shares.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pathway.declare.parameters import Monomial
from pathway.model import Model
from pathway.scenario import Resolved

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import networkx as nx

    from pathway.declare.entities import Interaction, Module
    from pathway.model import Network
    from pathway.scenario import Scenario

__all__ = ["SHARE", "ShiftedModel", "shift_for", "shift_of"]

SHARE, SHIFT = ".off_share", ".off_shift"


class ShiftedModel(Model):
    """A model whose networks have a shift for every interaction; with all at 1 it is the model."""

    __slots__ = ()

    def expand(self, resolved: Resolved) -> nx.DiGraph[str]:
        """Return the graph of a resolved scenario, shifts included."""
        modules = tuple(
            replace(module, interactions=tuple(_with_shifts(module))) for module in resolved.modules
        )
        return super().expand(replace(resolved, modules=modules))

    def network(
        self,
        scenario: Scenario | Resolved,
        like: Network | None = None,
        scales: Mapping[str, float] | None = None,
    ) -> Network:
        """Return the network that a scenario compiles to, all shifts at 1."""
        resolved = scenario if isinstance(scenario, Resolved) else self.resolve(scenario)
        scales = self.scales(resolved) if scales is None else scales
        shifts = {shift_of(f"{entry.id}{SHARE}"): 1.0 for entry in _interactions(resolved)}
        return super().network(resolved, like, {**scales, **shifts})


def shift_of(name: str) -> str:
    """Return the parameter of a shifted network that stands for a parameter of the model."""
    return f"{name.removesuffix(SHARE)}{SHIFT}" if name.endswith(SHARE) else name


def shift_for(
    resolved: Resolved, name: str, factor: float, parameters: Mapping[str, float]
) -> float:
    """Return the shift that stands for a share times a factor.

    Parameters
    ----------
    resolved : Resolved
        Has the interaction.
    name : str
        ``<interaction>.off_share``.
    factor : float
        A share is not raised past 1.
    parameters : mapping of str to float
        Internal units.
    """
    (entry,) = (e for e in _interactions(resolved) if f"{e.id}{SHARE}" == name)
    share = entry.off_share
    with np.errstate(divide="ignore"):
        value = np.float64(entry.factor.value(dict(parameters)))
        return float(np.power(value, min(share * factor, 1.0) - share))


def _interactions(resolved: Resolved) -> Iterator[Interaction]:
    for module in resolved.modules:
        yield from module.interactions


def _with_shifts(module: Module) -> Iterator[Interaction]:
    """Yield interactions, each with two more that together are its shift.

    Their factors are inverse to each other and so leave every equilibrium as it is; one acts on
    the off-rate only and the other on the on-rate only.
    """
    for entry in module.interactions:
        shift = Monomial.of(shift_of(f"{entry.id}{SHARE}"))
        yield entry
        yield replace(entry, id=f"{entry.id} shift, off", factor=shift, off_share=1.0)
        yield replace(entry, id=f"{entry.id} shift, on", factor=shift.to_power(-1.0), off_share=0.0)
