"""How large a model's networks get, against the budget they were designed for."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from pathway.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pathway.model import Model
    from pathway.scenario import Scenario

__all__ = ["BUDGET", "Largest", "largest_networks"]

BUDGET = {0: 180, 2: 350, 3: 600}
"""Species in all that a network of so many drugs may have: what keeps a sparse LU cheap."""


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
    """Return the largest network for each number of drugs, every combination expanded.

    All ligands are present, and the cell line is the one with the largest untreated network: more
    than any scenario of the main comparison asks for.

    Parameters
    ----------
    model : Model
    counts : sequence of int
        Numbers of drugs.
    progress : callable, optional
        Called with networks done and networks in all.
    """
    import pathway as pw

    declared = model.declared
    ligands = dict.fromkeys(declared.ligands, "1 nM")
    cells = [pw.Scenario(context=name, ligands=ligands) for name in declared.contexts or (None,)]
    cell = max(cells, key=lambda scenario: _size(model, scenario))
    usable = _usable(model, cell)
    sets = [drugs for count in counts for drugs in combinations(usable, count)]
    found: dict[int, Largest] = {}
    for done, drugs in enumerate(sets, start=1):
        size = _size(model, cell.with_drugs(dict.fromkeys(drugs, "1 nM")))
        largest = found.get(len(drugs))
        if largest is None or size > (largest.species, largest.reactions):
            found[len(drugs)] = Largest(
                drugs=drugs, context=cell.context or "", species=size[0], reactions=size[1]
            )
        if progress is not None:
            progress(done, len(sets))
    return found


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
