"""Export scenarios to a file; the suffix says in which form."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from pathway.errors import PathwayError, nearest
from pathway.exchange.antimony import antimony_text
from pathway.exchange.archive import archive_bytes
from pathway.exchange.bngl import bngl_text
from pathway.exchange.graphs import cytoscape_text, graphml_text
from pathway.exchange.petab import SUFFIXES as PROBLEMS
from pathway.exchange.sbml import sbml_text
from pathway.exchange.start import read_case
from pathway.exchange.whole import legible, write_whole
from pathway.model import EquationModel
from pathway.result.run import Runner
from pathway.result.settings import solver_settings
from pathway.scenario import Scenario

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable

    from pathway.exchange.start import Case
    from pathway.model import Model

__all__ = ["GraphKind", "export"]

TEXTS = {".xml": sbml_text, ".sbml": sbml_text, ".bngl": bngl_text, ".ant": antimony_text}
GRAPHS = {".graphml": graphml_text, ".cyjs": cytoscape_text}
ARCHIVE = ".omex"


class GraphKind(Enum):
    """Which graph of a scenario."""

    REACTIONS = "reactions"
    """Species and reactions."""
    INFLUENCE = "influence"
    """Which molecule acts on which, with signs."""


def export(
    model: Model | EquationModel,
    scenario: Scenario | Iterable[Scenario],
    path: str | os.PathLike[str],
    *,
    kind: GraphKind | str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write a scenario, or into an archive several, for other tools.

    Parameters
    ----------
    model : Model
    scenario : Scenario or iterable of Scenario
        Context, lesions, drugs, ligands and schedule are applied. Only an archive holds several.
    path : str or path-like
        ``.xml`` or ``.sbml``: SBML level 3 version 2, nM and minutes, at the equilibrated
        untreated cell at time 0 and with changes of the medium as events; ``.bngl``: the rules,
        for BioNetGen, from the same start; ``.ant``: Antimony text of the SBML, made by the
        package antimony; ``.graphml`` or ``.cyjs`` (Cytoscape): a graph;
        ``.omex``: a COMBINE archive, SBML of each scenario and SED-ML that simulates them. A file
        of that name is replaced once all is written.
    kind : GraphKind or str, optional
        ``"reactions"`` (the default) or ``"influence"``, for a graph only.
    progress : callable, optional
        Called with scenarios read and scenarios in all, for an archive.

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
    asked = [scenario] if isinstance(scenario, Scenario) else list(scenario)
    suffix = place.suffix.lower()
    _check(place, suffix, len(asked), kind)
    if suffix == ARCHIVE:
        write_whole(place, archive_bytes(_cases(model, asked, progress)))
        return place
    if suffix in TEXTS:
        text = TEXTS[suffix](read_case(model, asked[0]))
    else:
        chosen = _kind(kind)
        network = model.network(asked[0])
        reactions = chosen is GraphKind.REACTIONS
        text = GRAPHS[suffix](network.graph if reactions else network.influence())
    write_whole(place, legible(text))
    return place


def _cases(
    model: Model, scenarios: list[Scenario], progress: Callable[[int, int], None] | None
) -> list[Case]:
    runner = Runner(model, solver_settings())
    cases = []
    for done, scenario in enumerate(scenarios, start=1):
        cases.append(read_case(model, scenario, runner))
        if progress is not None:
            progress(done, len(scenarios))
    return cases


def _check(place: Path, suffix: str, scenarios: int, kind: object) -> None:
    """Refuse what a suffix cannot hold, before anything is computed."""
    where = f"file {str(place)!r}"
    known = (*TEXTS, *GRAPHS, ARCHIVE)
    if suffix in PROBLEMS:
        what = "a PEtab problem holds what was measured, and a scenario says nothing of it"
        raise PathwayError(where, what, "use export_findings, or --finding on the command line")
    if suffix not in known:
        remedy = f"use one of {', '.join(known)}"
        raise PathwayError(where, f"unknown suffix {place.suffix!r}", remedy)
    if kind is not None and suffix not in GRAPHS:
        what = f"a {suffix} file holds no graph and has no kind"
        raise PathwayError(where, what, "leave the kind out")
    if not scenarios:
        raise PathwayError(where, "no scenario is given", "give at least one")
    if scenarios > 1 and suffix != ARCHIVE:
        what = f"a {suffix} file holds one scenario, and {scenarios} are given"
        raise PathwayError(where, what, f"export one at a time, or all to a {ARCHIVE} file")


def _kind(kind: GraphKind | str | None) -> GraphKind:
    if kind is None or isinstance(kind, GraphKind):
        return kind or GraphKind.REACTIONS
    known = {member.value: member for member in GraphKind}
    if kind not in known:
        raise PathwayError("kind of graph", f"unknown kind {kind!r}", nearest(kind, known))
    return known[kind]
