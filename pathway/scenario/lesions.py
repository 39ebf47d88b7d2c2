"""What lesions do to totals: which are in force, whether they agree, and the changed numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathway.declare.declared import ChangeKind, Declared, Lesion
from pathway.errors import ScenarioError, nearest
from pathway.scenario.doses import amount_of_molecules, ligand_dose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pathway.declare.parameters import Parameter
    from pathway.scenario.given import Amount

__all__ = ["Alteration", "apply_alterations", "background", "chosen_lesions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alteration:
    """A lesion in force and its amount.

    ``absolute``: the amount is a concentration in nM; else it is a fraction or a fold.
    """

    lesion: Lesion
    amount: float
    absolute: bool
    where: str


def chosen_lesions(
    where: str, declared: Declared, context: str, given: Mapping[str, Amount]
) -> tuple[Alteration, ...]:
    """Return the lesions in force, the context's own included, in the model's order.

    The scenario's amount for a lesion that the context has replaces the context's.

    Raises
    ------
    ScenarioError
        An unknown lesion, an impossible amount, or two lesions that contradict each other.
    UnitError
        An amount with a wrong unit.
    """
    for name in given:
        if name not in declared.lesions:
            raise ScenarioError(where, f"unknown lesion {name!r}", nearest(name, declared.lesions))
    inherent = dict(declared.contexts[context].lesions) if context else {}
    chosen = []
    for name, lesion in declared.lesions.items():
        if name in given:
            alteration = _alteration(where, declared, lesion, given[name])
        elif name in inherent:
            place = f"{where}, lesion {name!r} of context {context!r}"
            alteration = _from_parameter(place, lesion, inherent[name])
        else:
            continue
        if alteration is not None:
            chosen.append(alteration)
    _check_agreement(where, chosen, inherent, context)
    return tuple(chosen)


def _alteration(where: str, declared: Declared, lesion: Lesion, given: Amount) -> Alteration | None:
    place = f"{where}, lesion {lesion.id!r}"
    kind = lesion.change.kind
    if given is False:
        return None
    if given is True:
        return _from_parameter(place, lesion, lesion.change.default)
    if isinstance(given, str):
        if kind is ChangeKind.LIGAND:
            amount = ligand_dose(place, declared.ligands[lesion.change.target], given)
            return _checked(place, lesion, amount, absolute=True)
        amount, absolute = amount_of_molecules(place, declared, given)
        return _checked(place, lesion, amount, absolute=absolute)
    if kind is ChangeKind.LIGAND:
        raise ScenarioError(
            place, f"{given!r} has no unit", "give a concentration, e.g. '0.1 nM', or True"
        )
    return _checked(place, lesion, float(given), absolute=False)


def _from_parameter(where: str, lesion: Lesion, amount: Parameter) -> Alteration | None:
    return _checked(where, lesion, amount.value, absolute=amount.internal_unit != "1")


def _checked(where: str, lesion: Lesion, amount: float, *, absolute: bool) -> Alteration | None:
    kind = lesion.change.kind
    if not math.isfinite(amount) or amount < 0.0:
        raise ScenarioError(where, f"amount {amount:g}", "give a finite number from 0 up")
    if kind in {ChangeKind.MOVE, ChangeKind.REMOVE} and not absolute and amount > 1.0:
        raise ScenarioError(
            where,
            f"{amount:g} is not a fraction of {lesion.change.source or lesion.change.target}",
            "give 0 to 1, or molecules per cell as a text such as '6e5 molecules/cell'",
        )
    if kind is ChangeKind.REMOVE and absolute:
        raise ScenarioError(
            where, "an amount in molecules cannot be removed", "give a fraction 0 to 1"
        )
    if amount == 0.0 and kind is not ChangeKind.SCALE:
        return None
    return Alteration(lesion=lesion, amount=amount, absolute=absolute, where=where)


def _check_agreement(
    where: str, chosen: list[Alteration], inherent: Mapping[str, Parameter], context: str
) -> None:
    for position, one in enumerate(chosen):
        for other in chosen[position + 1 :]:
            a, b = one.lesion, other.lesion
            if b.id in a.contradicts or a.id in b.contradicts:
                own = [lesion.id for lesion in (a, b) if lesion.id in inherent]
                remedy = "leave one of them out"
                if own:
                    remedy = f"context {context!r} has {own[0]}: set it to False to be without it"
                reason = dict(a.reasons).get(b.id, "")
                what = f"lesions {a.id} and {b.id} contradict each other"
                raise ScenarioError(where, f"{what}: {reason}" if reason else what, remedy)


def apply_alterations(
    totals: Mapping[str, float], alterations: tuple[Alteration, ...]
) -> dict[str, float]:
    """Return parameter values after all lesions.

    Folds and removals come first; then every moved fraction is taken of what those left, all at
    once, so that the order of lesions does not matter.

    Parameters
    ----------
    totals : mapping of str to float
        Parameter values with the context's totals in place, internal units.
    alterations : tuple of Alteration
        The lesions in force.

    Returns
    -------
    dict of str to float
        All parameter values; only ``<molecule>.total`` entries differ.

    Raises
    ------
    ScenarioError
        A total that the scenario does not have, or fractions of one protein that exceed 1.
    """
    values = dict(totals)
    moves = [a for a in alterations if a.lesion.change.kind is ChangeKind.MOVE]
    for alteration in alterations:
        change = alteration.lesion.change
        if change.kind is ChangeKind.LIGAND or change.kind is ChangeKind.MOVE:
            continue
        target = _total(values, change.target, alteration.where)
        if change.kind is ChangeKind.REMOVE:
            values[target] *= 1.0 - alteration.amount
        elif alteration.absolute:
            values[target] = alteration.amount
        else:
            values[target] *= alteration.amount
    before = dict(values)
    taken: dict[str, float] = {}
    for alteration in moves:
        change = alteration.lesion.change
        target = _total(values, change.target, alteration.where)
        if alteration.absolute:
            values[target] += alteration.amount
            continue
        source = _total(values, change.source, alteration.where)
        taken[source] = taken.get(source, 0.0) + alteration.amount
        if taken[source] > 1.0 + 1e-12:
            raise ScenarioError(
                alteration.where,
                f"the fractions taken of {change.source} add up to {taken[source]:g}",
                "keep their sum within 1",
            )
        values[target] += alteration.amount * before[source]
    for source, fraction in taken.items():
        moved = min(fraction, 1.0) * before[source]
        values[source] = max(values[source] - moved, 0.0)
    return values


def _total(values: Mapping[str, float], name: str, where: str) -> str:
    """Return the parameter that a change names: a molecule's total, or a parameter itself."""
    total = f"{name}.total"
    if total not in values and name in values:
        return name
    if total not in values:
        raise ScenarioError(
            where,
            f"it changes {total}, which this scenario does not have",
            nearest(total, [known for known in values if known.endswith(".total")]),
        )
    return total


def background(alterations: tuple[Alteration, ...]) -> dict[str, float]:
    """Return the ligands that lesions keep in the medium at all times, in nM."""
    amounts: dict[str, float] = {}
    for alteration in alterations:
        change = alteration.lesion.change
        if change.kind is ChangeKind.LIGAND:
            amounts[change.target] = amounts.get(change.target, 0.0) + alteration.amount
    return amounts
