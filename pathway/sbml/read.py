"""From an SBML file to a system of equations: ``read_sbml``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.sbml.assemble import Parts, assemble
from pathway.sbml.document import open_document, time_unit
from pathway.sbml.events import events_of
from pathway.sbml.formula import Formulas
from pathway.sbml.formulae import declared, formulae_of
from pathway.sbml.reactions import changes_of, kinetics_of, stoichiometries_of
from pathway.sbml.source import Source, read_source
from pathway.sbml.variables import variables_of

if TYPE_CHECKING:
    import os

    from pathway.equations.system import EquationSystem

__all__ = ["read_sbml"]


def read_sbml(
    path: str | os.PathLike[str] | Source, *, ignore_fast: bool = False
) -> EquationSystem:
    """Read a model in SBML level 2 or 3.

    Outputs are every species as formulas name it, its ``<id>[amount]`` and ``<id>[concentration]``,
    compartments, parameters, reactions (their rates) and the stoichiometries that have ids.
    Units are taken as they are: nothing is converted. Constraints are not looked at.

    Parameters
    ----------
    path : str, path-like or Source
        Of a file, UTF-8, or of a COMBINE archive; or what :func:`read_source` returned for it.
    ignore_fast : bool
        Take fast reactions as ordinary ones with the rates their kinetic laws give, as many
        simulators do; refuse them otherwise.

    Raises
    ------
    DeclarationError
        If the file is unreadable or no SBML, or something in it is missing, undeclared or decided
        twice; the message names the element.
    UnsupportedError
        If it has a fast reaction, an algebraic rule, a delay, ``rateOf``, or requires a package.
    """
    file = read_source(path) if not isinstance(path, Source) else path
    document = open_document(file)
    model = document.getModel()
    kinds = declared(model, file.name)
    formulas = Formulas(file.name, kinds)
    for function in model.getListOfFunctionDefinitions():
        formulas.define(function)
    formulae = formulae_of(model, formulas, kinds)
    kinetics = kinetics_of(model, formulas, ignore_fast=ignore_fast)
    variables = variables_of(model, formulae, kinds, file.name)
    variables |= stoichiometries_of(model, formulae, file.name)
    return assemble(
        Parts(
            id=model.getId() or file.stem,
            where=file.name,
            variables=variables,
            kinetics=kinetics,
            changes=changes_of(model, variables, formulas),
            events=events_of(model, variables, formulas),
            time_unit=time_unit(model),
        )
    )
