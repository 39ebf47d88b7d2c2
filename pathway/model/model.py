"""A declared model: everything its folder says, and the network of any scenario."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from pathway.compile.compiler import compile_graph
from pathway.declare.load import load_declared
from pathway.errors import DeclarationError
from pathway.expand import Memory, expand
from pathway.expand.collector import uncollected
from pathway.expand.merge import merge
from pathway.library.find import find_model
from pathway.model.anchor import anchored_scales
from pathway.model.equation_model import is_equation_file, load_equations
from pathway.model.network import Network, network_from_graph
from pathway.profile.given import join_contexts
from pathway.scenario.resolve import Resolved, resolve

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    import networkx as nx

    from pathway.declare.declared import Context, Declared
    from pathway.declare.entities import Module
    from pathway.expand.merge import Merged
    from pathway.scenario.value import Scenario
    from pathway.solve.settings import Settings

__all__ = ["Model", "load"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Model:
    """A model as declared; immutable."""

    declared: Declared
    _memory: Memory = field(init=False, default_factory=Memory)
    """What expansions share; nothing kept there changes a result."""

    def __repr__(self) -> str:
        known = self.declared
        return (
            f"Model({known.id!r}, {len(known.contexts)} contexts, {len(known.drugs)} drugs, "
            f"{len(known.ligands)} ligands, {len(known.lesions)} lesions)"
        )

    @property
    def id(self) -> str:
        """Return the model's id."""
        return self.declared.id

    def with_contexts(self, *contexts: Context) -> Model:
        """Return a model that also has these contexts; see ``pw.context_from_expression``.

        Raises
        ------
        DeclarationError
            If there is a context of that name, or one names a molecule, lesion or source that the
            model lacks.
        """
        return replace(self, declared=join_contexts(self.declared, contexts))

    def resolve(self, scenario: Scenario) -> Resolved:
        """Return what a scenario means for this model. Raises ScenarioError, UnitError."""
        return resolve(self.declared, scenario)

    def expand(self, resolved: Resolved) -> nx.DiGraph[str]:
        """Return the graph of a resolved scenario. Raises NetworkError, DeclarationError."""
        with uncollected():
            return expand(
                resolved.modules,
                resolved.present,
                resolved.inputs,
                depletion=resolved.depletion is not None,
                elsewhere=self._elsewhere(resolved),
                memory=self._memory,
            )

    def merged(self, resolved: Resolved) -> Merged:
        """Return the rules, patterns and readouts of a resolved scenario as one."""
        return merge(resolved.modules, resolved.present, resolved.inputs, self._elsewhere(resolved))

    def network(
        self,
        scenario: Scenario | Resolved,
        like: Network | None = None,
        scales: Mapping[str, float] | None = None,
    ) -> Network:
        """Return the network that a scenario compiles to, its first step's inputs in place.

        Parameters
        ----------
        scenario : Scenario or Resolved
        like : Network, optional
            One of a scenario with the same ``structure_key``, whose graph and tables are taken
            over: only numbers differ.
        scales : mapping of str to float, optional
            What :meth:`scales` returns for the scenario; solved for if None.

        Raises
        ------
        PathwayError
            What resolving, expanding or compiling raises.
        """
        resolved = scenario if isinstance(scenario, Resolved) else self.resolve(scenario)
        graph = self.expand(resolved) if like is None else like.graph
        scales = self.scales(resolved) if scales is None else scales
        with uncollected():
            tables = compile_graph(graph) if like is None else like.tables
        return network_from_graph(
            graph,
            {**resolved.parameters, **scales},
            inputs=resolved.steps[0].inputs,
            background=resolved.background,
            tables=tables,
            lanes=None if like is None else like.lanes,
        )

    def scales(
        self, resolved: Resolved, like: Network | None = None, settings: Settings | None = None
    ) -> dict[str, float]:
        """Return the scales that hold a scenario's context at its anchored levels, by parameter.

        Parameters
        ----------
        resolved : Resolved
        like : Network, optional
            One of the same structure as the untreated context (``resolved.reference``).
        settings : Settings, optional

        Raises
        ------
        SolveError
            If the untreated context has no rest with its anchored levels held.
        """
        context = resolved.reference or resolved
        anchors = [anchor for module in context.modules for anchor in module.anchors]
        if not anchors:
            return {}
        bare = self.network(context, like, {})
        return anchored_scales(bare, anchors, settings)

    def _elsewhere(self, resolved: Resolved) -> tuple[Module, ...]:
        """Return the modules that the scenario does not use but may be named by those it does."""
        declared = self.declared
        return (
            *(e.module for e in declared.ligands.values() if e.id not in resolved.ligands),
            *(e.module for e in declared.lesions.values() if e.id not in resolved.lesions),
            *(e.module for e in declared.drugs.values() if e.id not in resolved.drugs),
        )


def load(
    name_or_path: str | os.PathLike[str],
    extra: str | os.PathLike[str] | None = None,
    *,
    ignore_fast: bool = False,
) -> Model:
    """Read a model.

    Parameters
    ----------
    name_or_path : str or path-like
        The name of a shipped model, the path of a model folder, or that of an SBML file, which
        ends in ``.xml`` or ``.sbml``, or of a COMBINE archive (``.omex``) with one.
    extra : str or path-like, optional
        A folder with further drugs, ligands, lesions and contexts, read beside the model's own.
    ignore_fast : bool
        For SBML only: take fast reactions as ordinary ones; refuse them otherwise.

    Returns
    -------
    Model
        Of an SBML file, what :func:`pathway.model.load_equations` returns: an ``EquationModel``.

    Raises
    ------
    DeclarationError
        If a file says something it may not, with file and table.
    UnsupportedError
        If an SBML file uses what is not computed here.
    """
    if is_equation_file(name_or_path):
        if extra is not None:
            raise DeclarationError(
                str(extra), "an SBML file has no drugs or ligands to add to", "leave it out"
            )
        # One word for the user, `load`; who wants the exact type calls `load_equations`.
        return cast("Model", load_equations(name_or_path, ignore_fast=ignore_fast))
    beside = None if extra is None else Path(extra)
    if beside is not None and not beside.is_dir():
        raise DeclarationError(str(extra), "is no folder", "give a folder of model files")
    return Model(declared=load_declared(find_model(name_or_path), beside))
