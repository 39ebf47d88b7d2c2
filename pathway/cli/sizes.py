"""How large a model's networks get, against the budget they were designed for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathway.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pathway.model import Model
    from pathway.scenario import Scenario

__all__ = ["BUDGET", "Largest", "largest_networks"]

BUDGET = {0: 180, 2: 350, 3: 600}
"""Species in all that a network of so many drugs may have: what keeps a sparse LU cheap."""


KEPT = 2
"""Largest networks that the search for one with a further drug goes on from."""
ADDED = 8
"""Drugs with the largest networks of their own, which that search adds: the others, which bind one
molecule far from the receptors, add a few species."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Largest:
    """The largest network with a number of drugs."""

    drugs: tuple[str, ...]
    context: str
    species: int
    """The medium's drugs and ligands included."""
    reactions: int


def largest_networks(
    model: Model,
    counts: Sequence[int] = (0, 1, 2, 3),
    progress: Callable[[int, int], object] | None = None,
) -> dict[int, Largest]:
    """Return the largest network found for each number of drugs.

    All ligands are present, and the cell line is the one with the largest untreated network: more
    than any scenario of the main comparison asks for. Of one drug every network is expanded; of
    more, those that add one of the :data:`ADDED` drugs with the largest networks to one of the
    :data:`KEPT` largest with one less, since all combinations of dozens of drugs are thousands.

    Parameters
    ----------
    model : Model
    counts : sequence of int
        Numbers of drugs.
    progress : callable, optional
        Called with networks done and networks in all, as far as that is known.
    """
    import pathway as pw

    declared = model.declared
    ligands = dict.fromkeys(declared.ligands, "1 nM")
    cells = [pw.Scenario(context=name, ligands=ligands) for name in declared.contexts or (None,)]
    # Cell lines with the same lesions have the same network.
    kinds = {model.resolve(scenario).structure_key: scenario for scenario in reversed(cells)}
    cell = max(reversed(kinds.values()), key=lambda scenario: _size(model, scenario))
    usable = _usable(model, cell)
    found: dict[int, Largest] = {}
    kept: list[tuple[str, ...]] = [()]
    done, total = 0, 1 + len(usable) + KEPT * min(ADDED, len(usable)) * (max(counts) - 1)
    for count in range(min(max(counts), len(usable)) + 1):
        if count:
            kept = _extended(kept, usable)
        sizes = {}
        for drugs in kept:
            sizes[drugs] = _size(model, cell.with_drugs(dict.fromkeys(drugs, "1 nM")))
            done += 1
            if progress is not None:
                progress(done, max(done, total))
        ranked = sorted(sizes, key=lambda drugs: sizes[drugs], reverse=True)
        if count == 1:
            large = {drugs[0] for drugs in ranked[:ADDED]}
            usable = [name for name in usable if name in large]
        kept = ranked[:KEPT]
        if count in counts:
            species, reactions = sizes[kept[0]]
            found[count] = Largest(
                drugs=kept[0], context=cell.context or "", species=species, reactions=reactions
            )
    return found


def _extended(sets: Sequence[tuple[str, ...]], drugs: Sequence[str]) -> list[tuple[str, ...]]:
    """Return each set with each further drug, in declared order, none twice."""
    more = (
        tuple(name for name in drugs if name in chosen or name == new)
        for chosen in sets
        for new in drugs
        if new not in chosen
    )
    return list(dict.fromkeys(more))


def _usable(model: Model, cell: Scenario) -> list[str]:
    """Return the drugs that have a target in the cell."""
    usable = []
    for drug in model.declared.drugs:
        try:
            model.resolve(cell.with_drugs({drug: "1 nM"}))
        except ScenarioError:
            continue
        usable.append(drug)
    return usable


def _size(model: Model, scenario: Scenario) -> tuple[int, int]:
    graph = model.expand(model.resolve(scenario))
    species = sum(data["kind"] == "species" for _, data in graph.nodes(data=True))
    return species, graph.number_of_nodes() - species
