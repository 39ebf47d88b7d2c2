"""How large and how quick every file is, alone and beside two antibodies, against the budget."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pathway.cli.sizes import BUDGET
from pathway.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pathway.model import Model
    from pathway.scenario import Scenario

__all__ = ["BESIDE", "SECONDS", "file_sizes"]

BESIDE = ("trastuzumab", "pertuzumab")
"""Drugs that every file is expanded with a second time, where the model has them."""

SECONDS = 1.0
"""What a further scenario may take, its expansion included."""

Row = dict[str, object]


def file_sizes(model: Model, progress: Callable[[int, int], object] | None = None) -> list[Row]:
    """Return the size of the network of each drug, ligand, lesion and context file.

    Alone, and (columns with ``+``) with :data:`BESIDE`: species, the medium's included, against the
    budget of so many drugs (of one drug, that of two), reactions, and processor seconds of one expansion,
    against :data:`SECONDS`. Each is in the default context, or in the first that has what it acts
    on; empty where none has.

    Parameters
    ----------
    model : Model
    progress : callable, optional
        Called with files done and files in all.
    """
    declared = model.declared
    beside = tuple(drug for drug in BESIDE if drug in declared.drugs)
    kinds: dict[str, Iterable[str]] = {
        "drug": declared.drugs,
        "ligand": declared.ligands,
        "lesion": declared.lesions,
        "context": declared.contexts,
    }
    asked = [(kind, name) for kind, names in kinds.items() for name in names]
    rows = []
    for done, (kind, name) in enumerate(asked, start=1):
        own = (name,) if kind == "drug" else ()
        alone = _found(model, kind, name, own)
        both = _found(model, kind, name, tuple(dict.fromkeys((*own, *beside))))
        rows.append(
            {"kind": kind, "id": name, **alone, **{f"{key} +": part for key, part in both.items()}}
        )
        if progress is not None:
            progress(done, len(asked))
    return rows


def _found(model: Model, kind: str, name: str, drugs: tuple[str, ...]) -> Row:
    budget = min((most for count, most in BUDGET.items() if count >= len(drugs)), default=None)
    scenario = _scenario(model, kind, name, drugs)
    if scenario is None:
        return dict.fromkeys(("species", "budget", "reactions", "s", "within"))
    species, reactions, seconds = _size(model, scenario)
    return {
        "species": species,
        "budget": budget,
        "reactions": reactions,
        "s": seconds,
        "within": (budget is None or species <= budget) and seconds <= SECONDS,
    }


def _scenario(model: Model, kind: str, name: str, drugs: tuple[str, ...]) -> Scenario | None:
    """Return a scenario of a file in the first cell that it and the drugs fit, None without one."""
    import pathway as pw

    declared = model.declared
    homes = dict.fromkeys([declared.default_context, *declared.contexts])
    for context in [name] if kind == "context" else homes:
        scenario = pw.Scenario(
            context=context or None,
            drugs=dict.fromkeys(drugs, "1 nM"),
            ligands={name: "1 nM"} if kind == "ligand" else {},
            lesions={name: True} if kind == "lesion" else {},
        )
        try:
            model.resolve(scenario)
        except ScenarioError:
            continue
        return scenario
    return None


def _size(model: Model, scenario: Scenario) -> tuple[int, int, float]:
    resolved = model.resolve(scenario)
    start = time.process_time()
    graph = model.expand(resolved)
    seconds = time.process_time() - start
    species = sum(data["kind"] == "species" for _, data in graph.nodes(data=True))
    return species, graph.number_of_nodes() - species, seconds
