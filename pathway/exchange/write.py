"""Export a scenario to a file; the suffix says in which form."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from pathway.errors import PathwayError, nearest
from pathway.exchange.bngl import bngl_text
from pathway.exchange.graphs import cytoscape_text, graphml_text
from pathway.exchange.sbml import sbml_text
from pathway.exchange.start import read_case
from pathway.exchange.whole import legible, write_whole
from pathway.model import EquationModel

if TYPE_CHECKING:
    import os

    from pathway.model import Model
    from pathway.scenario import Scenario

__all__ = ["GraphKind", "export"]

TEXTS = {".xml": sbml_text, ".sbml": sbml_text, ".bngl": bngl_text}
GRAPHS = {".graphml": graphml_text, ".cyjs": cytoscape_text}


class GraphKind(Enum):
    """Which graph of a scenario."""

    REACTIONS = "reactions"
    """Species and reactions."""
    INFLUENCE = "influence"
    """Which molecule acts on which, with signs."""


def export(
    model: Model | EquationModel,
    scenario: Scenario,
    path: str | os.PathLike[str],
    *,
    kind: GraphKind | str | None = None,
) -> Path:
    """Write a scenario for other tools.

    Parameters
    ----------
    model : Model
    scenario : Scenario
        Context, lesions, drugs, ligands and schedule are applied.
    path : str or path-like
        ``.xml`` or ``.sbml``: SBML level 3 version 2, nM and minutes, at the equilibrated
        untreated cell at time 0 and with changes of the medium as events; ``.bngl``: the rules,
        for BioNetGen, from the same start; ``.graphml`` or ``.cyjs`` (Cytoscape): a graph. A file
        of that name is replaced once all is written.
    kind : GraphKind or str, optional
        ``"reactions"`` (the default) or ``"influence"``, for a graph only.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    PathwayError
        An unknown suffix or kind, a file that cannot be written, or a model read from SBML.
    ScenarioError
        A scenario that does not fit the model, or for BNGL has a medium that is used up.
    SolveError
        If the untreated cell has no rest.
    """
    place = Path(path)
    if isinstance(model, EquationModel):
        raise PathwayError(
            f"model {model.id!r}",
            "was read from SBML and has no rules or graph to export",
            "use the file that it was read from",
        )
    suffix = place.suffix.lower()
    if suffix in TEXTS:
        if kind is not None:
            raise PathwayError(
                f"file {str(place)!r}",
                f"a {suffix} file holds no graph and has no kind",
                "leave the kind out",
            )
        text = TEXTS[suffix](read_case(model, scenario))
    elif suffix in GRAPHS:
        chosen = _kind(kind)
        network = model.network(scenario)
        reactions = chosen is GraphKind.REACTIONS
        text = GRAPHS[suffix](network.graph if reactions else network.influence())
    else:
        known = ", ".join((*TEXTS, *GRAPHS))
        raise PathwayError(
            f"file {str(place)!r}", f"unknown suffix {place.suffix!r}", f"use one of {known}"
        )
    write_whole(place, legible(text))
    return place


def _kind(kind: GraphKind | str | None) -> GraphKind:
    if kind is None or isinstance(kind, GraphKind):
        return kind or GraphKind.REACTIONS
    known = {member.value: member for member in GraphKind}
    if kind not in known:
        raise PathwayError("kind of graph", f"unknown kind {kind!r}", nearest(kind, known))
    return known[kind]
