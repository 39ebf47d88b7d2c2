"""Changes of parameters as rows of a network's numbers, and anchored scales for many rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pathway.analysis.sensitivity_shares import SHARE, shift_for, shift_of
from pathway.errors import CompileError, SolveError
from pathway.model.anchor import anchored_scales, cell_balances, held_network
from pathway.result.cell_numbers import cell_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pathway.analysis.sensitivity_shares import ShiftedModel
    from pathway.declare.entities import Anchor
    from pathway.model import Network
    from pathway.scenario import Resolved
    from pathway.solve.settings import Settings

    Values = NDArray[np.float64]

__all__ = ["NOMINAL", "Change", "Context", "Rows", "Scales", "rows_of"]


class Change(NamedTuple):
    """A parameter and what it is multiplied by."""

    name: str
    factor: float


NOMINAL = Change("", 1.0)


class Rows(NamedTuple):
    """Parameter values of cells."""

    ids: tuple[str, ...]
    values: Values
    """Internal units, shape (cells, ids)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scales:
    """Anchored scales of a context, by change."""

    ids: tuple[str, ...]
    values: Values
    """shape (changes, ids); NaN where there are none."""
    reasons: dict[int, str]
    """Why there are none, by change."""

    def at(self, places: NDArray[np.intp]) -> Scales:
        """Return those of some changes."""
        known = enumerate(places.tolist())
        reasons = {new: self.reasons[old] for new, old in known if old in self.reasons}
        return Scales(ids=self.ids, values=self.values[places], reasons=reasons)


def rows_of(
    network: Network, resolved: Resolved, changes: Sequence[Change], scales: Scales | None = None
) -> Rows:
    """Return the numbers of a network after each change.

    Parameters
    ----------
    network : Network
        Of a :class:`~pathway.analysis.sensitivity_shares.ShiftedModel`.
    resolved : Resolved
        What it is the network of.
    changes : sequence of Change
        One that the network does not know leaves its numbers as they are.
    scales : Scales, optional
        For the same changes; they take the place of the network's own.
    """
    known = set(network.tables.parameters)
    wanted = [shift_of(change.name) for change in changes]
    wanted += () if scales is None else scales.ids
    ids = tuple(dict.fromkeys(name for name in wanted if name in known))
    column = {name: place for place, name in enumerate(ids)}
    values = np.tile([network.parameters[name] for name in ids], (len(changes), 1))
    for row, (name, factor) in enumerate(changes):
        place = column.get(shift_of(name))
        if place is None:
            continue
        if name.endswith(SHARE):
            values[row, place] = shift_for(resolved, name, factor, network.parameters)
        else:
            values[row, place] *= factor
    if scales is not None:
        for number, name in enumerate(scales.ids):
            if name in column:
                values[:, column[name]] = scales.values[:, number]
    return Rows(ids=ids, values=values)


class Context:
    """An untreated context, whose rest with anchored levels held gives the scales.

    Parameters
    ----------
    model : ShiftedModel
    resolved : Resolved
        ``reference`` of a scenario, or the scenario itself if it has none.
    """

    def __init__(self, model: ShiftedModel, resolved: Resolved) -> None:
        self._resolved = resolved
        self._anchors: list[Anchor] = [a for m in resolved.modules for a in m.anchors]
        self._network: Network | None = None
        if self._anchors:
            self._network = model.network(resolved, scales={})
            self._held = held_network(self._network, self._anchors)

    @property
    def parameters(self) -> frozenset[str]:
        """Return the parameters that the scales depend on."""
        return frozenset(() if self._network is None else self._network.tables.parameters)

    def scales(self, changes: Sequence[Change], settings: Settings, threads: int | None) -> Scales:
        """Return the scales after each change, side by side; what fails there is tried alone."""
        network = self._network
        if network is None:
            return Scales(ids=(), values=np.empty((len(changes), 0)), reasons={})
        rows = rows_of(network, self._resolved, changes)
        numbers = cell_numbers(network, rows.values, rows.ids)
        held = cell_numbers(self._held, rows.values, rows.ids)
        reasons = held.reasons | numbers.reasons
        ids = tuple(anchor.scale for anchor in self._anchors)
        own = [
            rows.values[:, rows.ids.index(name)]
            if name in rows.ids
            else np.full(len(changes), network.parameters[name])
            for name in ids
        ]
        values = np.transpose(own) * cell_balances(
            network,
            self._held,
            self._anchors,
            numbers.kernel,
            held.kernel,
            held.start,
            settings,
            threads,
        )
        values[list(reasons)] = np.nan
        for row in np.flatnonzero(np.isnan(values).any(axis=1)).tolist():
            if row in reasons:
                continue
            changed = dict(zip(rows.ids, rows.values[row].tolist(), strict=True))
            try:
                alone = anchored_scales(network.with_parameters(changed), self._anchors, settings)
                values[row] = [alone[name] for name in ids]
            except (SolveError, CompileError) as error:
                reasons[row] = str(error)
        return Scales(ids=ids, values=values, reasons=reasons)
