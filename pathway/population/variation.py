"""Which numbers differ between the cells of a scenario, and how: from declared spread, or as given."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pathway.declare.declared import ChangeKind
from pathway.errors import ScenarioError, nearest
from pathway.population.draws import normals
from pathway.scenario import resolve
from pathway.scenario.lesions import apply_alterations, chosen_lesions
from pathway.scenario.overrides import declared_parameters

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from pathway.declare.declared import Declared
    from pathway.declare.parameters import Parameter
    from pathway.scenario import Resolved, Scenario

    Values = NDArray[np.float64]

__all__ = ["GROUPS", "Mixture", "Variation", "check_given", "read_choice", "variation"]

GROUPS = ("totals", "rates")
"""``totals``: ``<molecule>.total``; ``rates``: every other number that is not structural."""
TOTAL, STRUCTURAL = ".total", ".off_share"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture:
    """A total that lesions put together: of it, shares vary with other totals."""

    place: int
    """In ``Variation.ids``."""
    own: float
    """Share that varies by itself."""
    moved: tuple[tuple[int, float], ...]
    """(place of a source in ``Variation.ids``, share)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Variation:
    """How the cells of one scenario differ from its nominal cell."""

    ids: tuple[str, ...]
    nominal: Values
    """What the scenario says, internal units, shape (ids,)."""
    sigma: Values
    """Standard deviation of the logarithm, zero where nothing is drawn, shape (ids,)."""
    base: Values
    """What a given value stands for: the declared one, before lesions; shape (ids,)."""
    given: tuple[tuple[int, int], ...] = ()
    """(place in ``ids``, column of the given values)."""
    mixtures: tuple[Mixture, ...] = ()

    def values(self, seed: int, start: int, stop: int, given: Values | None) -> Values:
        """Return the values of cells ``start`` to ``stop``.

        Parameters
        ----------
        seed, start, stop : int
        given : (stop - start, columns) array, optional
            Values given for these cells.

        Returns
        -------
        ndarray, shape (stop - start, ids)
        """
        factor = self._factors(seed, start, stop)
        if given is not None:
            for place, column in self.given:
                # Zero stands for what the cell lacks; that only zero is given for it was checked.
                base = self.base[place] or 1.0
                factor[:, place] = given[:, column] / base
        before = factor.copy()
        for mixture in self.mixtures:
            factor[:, mixture.place] *= mixture.own
            for source, share in mixture.moved:
                factor[:, mixture.place] += share * before[:, source]
        values: Values = self.nominal * factor
        if given is not None:
            for place, column in self.given:
                if self.nominal[place] == self.base[place]:
                    values[:, place] = given[:, column]  # its very bits
        return values

    def drawn(self, seed: int, start: int, stop: int) -> Values:
        """Return what cells draw, before lesions and the scenario's own parameters."""
        values: Values = self.base * self._factors(seed, start, stop)
        return values

    def _factors(self, seed: int, start: int, stop: int) -> Values:
        factor = np.ones((stop - start, len(self.ids)))
        drawn = np.flatnonzero(self.sigma)
        names = [self.ids[place] for place in drawn]
        factor[:, drawn] = np.exp(self.sigma[drawn] * normals(seed, names, start, stop))
        return factor


def read_choice(vary: str | Iterable[str] | None, known: Mapping[str, object]) -> tuple[str, ...]:
    """Return the ids and groups to vary; all groups if None.

    Raises
    ------
    ScenarioError
        An unknown name, or a structural number.
    """
    if vary is None:
        return GROUPS
    names = (vary,) if isinstance(vary, str) else tuple(vary)
    for name in names:
        if name not in known and name not in GROUPS:
            raise ScenarioError("vary", f"unknown {name!r}", nearest(name, [*GROUPS, *known]))
        if name.endswith(STRUCTURAL):
            raise ScenarioError("vary", f"{name!r} is part of the structure", "leave it out")
    return names


def variation(
    declared: Declared,
    scenario: Scenario,
    choice: Sequence[str],
    sigma: float | None = None,
    given: Sequence[str] = (),
) -> Variation:
    """Return how the cells of a scenario differ.

    A total is drawn as the context declares it, before lesions: of a cell with twice the protein
    a lesion moves twice as much. What the scenario's own parameters set is what cells vary about;
    a quantity it sets goes before a given value, a factor multiplies it.

    Parameters
    ----------
    declared : Declared
    scenario : Scenario
    choice : sequence of str
        From :func:`read_choice`.
    sigma : float, optional
        Standard deviation of the logarithm of what has a spread, instead of the declared one.
    given : sequence of str
        Ids whose values are given, in the order of their columns.
    """
    resolved = resolve(declared, scenario)
    known = _parameters(declared, resolved)
    fixed = {name for name, text in scenario.parameters.items() if not _is_factor(text)}
    columns = {name: place for place, name in enumerate(given) if name not in fixed}
    drawn = {
        name: math.log(parameter.fold) if sigma is None else sigma
        for name, parameter in known.items()
        if name not in given and _chosen(name, choice) and parameter.fold > 1.0
    }
    moved, before = _moved(declared, scenario, resolved, known)
    sources = {source for shares in moved.values() for source, _ in shares}
    ids = [
        name
        for name in known
        if name in drawn or name in columns or name in moved or name in sources
    ]
    places = {name: place for place, name in enumerate(ids)}
    return Variation(
        ids=tuple(ids),
        nominal=np.array([resolved.parameters[name] for name in ids], dtype=float),
        sigma=np.array([drawn.get(name, 0.0) for name in ids], dtype=float),
        base=np.array([known[name].value for name in ids], dtype=float),
        given=tuple((places[name], columns[name]) for name in ids if name in columns),
        mixtures=tuple(_mixture(places, name, moved[name], before[name]) for name in moved),
    )


def _parameters(declared: Declared, resolved: Resolved) -> dict[str, Parameter]:
    """Return what is declared of a scenario's parameters; the context's totals stand first."""
    known = {p.id: p for module in resolved.modules for p in module.parameters}
    if resolved.context:
        totals = declared.contexts[resolved.context].totals
        known |= {total.id: total for total in totals if total.id in known}
    return known


def _is_factor(text: str) -> bool:
    return text.strip()[:1] in {"x", "×"}


def _chosen(name: str, choice: Sequence[str]) -> bool:
    if name.endswith(STRUCTURAL):
        return False
    return name in choice or ("totals" if name.endswith(TOTAL) else "rates") in choice


def _moved(
    declared: Declared, scenario: Scenario, resolved: Resolved, known: Mapping[str, Parameter]
) -> tuple[dict[str, list[tuple[str, float]]], dict[str, float]]:
    """Return what lesions move as a share: (source, amount) by target; and totals without that."""
    where = f"scenario {scenario.name!r}"
    alterations = chosen_lesions(where, declared, resolved.context, scenario.lesions)
    still = tuple(
        a for a in alterations if a.absolute or a.lesion.change.kind is not ChangeKind.MOVE
    )
    before = apply_alterations({name: p.value for name, p in known.items()}, still)
    moved: dict[str, list[tuple[str, float]]] = {}
    for alteration in alterations:
        change = alteration.lesion.change
        if change.kind is ChangeKind.MOVE and not alteration.absolute:
            source, target = f"{change.source}{TOTAL}", f"{change.target}{TOTAL}"
            moved.setdefault(target, []).append((source, alteration.amount * before[source]))
    return moved, before


def _mixture(
    places: Mapping[str, int], name: str, moved: Sequence[tuple[str, float]], own: float
) -> Mixture:
    whole = own + sum(amount for _, amount in moved)
    if whole == 0.0:  # a share of nothing
        return Mixture(place=places[name], own=1.0, moved=())
    return Mixture(
        place=places[name],
        own=own / whole,
        moved=tuple((places[source], amount / whole) for source, amount in moved),
    )


def check_given(declared: Declared, scenarios: Sequence[Scenario], names: Sequence[str]) -> None:
    """Check the names of given values.

    Raises
    ------
    ScenarioError
        An unknown parameter, a structural one, or one that no scenario has.
    """
    known = declared_parameters(declared)
    here = {name for scenario in scenarios for name in resolve(declared, scenario).parameters}
    for name in names:
        if name not in known:
            raise ScenarioError("parameters", f"unknown {name!r}", nearest(name, known))
        if name.endswith(STRUCTURAL):
            raise ScenarioError("parameters", f"{name!r} is part of the structure", "leave it out")
        if name not in here:
            raise ScenarioError("parameters", f"no scenario has {name!r}", "leave it out")
