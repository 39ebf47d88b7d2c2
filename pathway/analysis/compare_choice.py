"""Which strategies, cells and ligands a comparison is about: the regimen's, or those asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathway.analysis.strategies import LigandArm, Regimen, Strategy, every_context
from pathway.errors import ScenarioError, nearest

if TYPE_CHECKING:
    from pathway.declare.declared import Declared

__all__ = ["Cell", "choose_cells", "choose_ligands", "choose_strategies"]

UNTREATED = Strategy(id="untreated", label="untreated", drugs=())
"""The comparator: the same schedule without drugs."""

NONE = "none"
"""How no ligand and no lesion are written in tables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A context and the lesions added to it."""

    context: str
    lesions: tuple[str, ...] = ()
    label: str = ""

    @property
    def lesion(self) -> str:
        """The lesions as one text, ``none`` without any."""
        return " + ".join(self.lesions) or NONE


def choose_strategies(
    declared: Declared, regimen: Regimen, names: Iterable[str | Strategy] | None
) -> tuple[Strategy, ...]:
    """Return the strategies asked for, the untreated comparator first."""
    known = {strategy.id: strategy for strategy in regimen.strategies}
    asked = list(known.values()) if names is None else list(names)
    untreated = known.get(UNTREATED.id, UNTREATED)
    chosen = {untreated.id: untreated}
    for item in asked:
        strategy = item if isinstance(item, Strategy) else known.get(item) or _of_drugs(item)
        for drug in (*strategy.drugs, *(name for phase in strategy.before for name in phase.drugs)):
            if drug not in declared.drugs:
                remedy = nearest(strategy.id, (*known, *declared.drugs))
                raise ScenarioError("comparison", f"unknown strategy {strategy.id!r}", remedy)
        chosen.setdefault(strategy.id, strategy)
    return tuple(chosen.values())


def _of_drugs(text: str) -> Strategy:
    """Return the strategy of drugs joined by ``+``."""
    drugs = tuple(part.strip() for part in text.split("+"))
    return Strategy(id=text, label=" + ".join(drugs), drugs=drugs)


def choose_cells(
    declared: Declared,
    regimen: Regimen,
    contexts: Iterable[str] | None,
    lesions: Iterable[str] | None,
) -> tuple[Cell, ...]:
    """Return plain contexts first, then branches with lesions."""
    names = regimen.contexts if contexts is None else every_context(tuple(contexts), declared)
    names = tuple(dict.fromkeys(names))
    _all_known("context", names, declared.contexts)
    if not names:
        raise ScenarioError("comparison", "no context", "name at least one")
    cells = [Cell(context=name, label=name) for name in names]
    branches = {"+".join(branch.lesions): branch for branch in regimen.branches}
    if lesions is None:
        kept = [branch for branch in branches.values() if branch.context in names]
        return (
            *cells,
            *(Cell(context=b.context, lesions=b.lesions, label=b.label) for b in kept),
        )
    for lesion in lesions:
        _all_known("lesion", (lesion,), declared.lesions)
        branch = branches.get(lesion)
        home = branch.context if branch is not None and branch.context in names else names[0]
        label = f"{home} + {lesion}"
        cells.append(Cell(context=home, lesions=(lesion,), label=label))
    return tuple(cells)


def choose_ligands(
    declared: Declared, regimen: Regimen, ligands: Iterable[str] | Mapping[str, str] | None
) -> tuple[LigandArm, ...]:
    """Return the ligand arms asked for."""
    known = {arm.id: arm for arm in regimen.ligands}
    if ligands is None:
        return regimen.ligands
    none = known.get(NONE, LigandArm(id=NONE, label="no ligand"))
    if isinstance(ligands, Mapping):
        _all_known("ligand", [name for name in ligands if name != NONE], declared.ligands)
        arms = tuple(
            none
            if name == NONE
            else LigandArm(id=name, label=f"{name} {dose}", ligand=name, dose=dose)
            for name, dose in ligands.items()
        )
    else:
        names = tuple(ligands)
        known = {**known, NONE: none}
        _all_known("ligand arm", names, known)
        arms = tuple(known[name] for name in names)
    if not arms:
        raise ScenarioError("comparison", "no ligand arm", f"give {NONE!r} for no ligand")
    return arms


def _all_known(kind: str, names: Iterable[str], known: Iterable[str]) -> None:
    known = tuple(known)
    for name in names:
        if name not in known:
            raise ScenarioError("comparison", f"unknown {kind} {name!r}", nearest(name, known))
