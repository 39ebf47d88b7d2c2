"""Signalling under HER2 inhibition: scenarios in, labelled time courses and suppressions out.

>>> import pathway as pw
>>> model = pw.load("her2")
>>> scenario = pw.Scenario(context="SKBR3", drugs={"lapatinib": "100 nM"})
>>> table = pw.suppression(model, [scenario], readouts=("pAKT_S473", "pERK"))

Everything here is loaded on first use, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathway import plot
    from pathway.analysis.compare import compare
    from pathway.analysis.inhibition_curve import inhibition_curve
    from pathway.analysis.panel import panel
    from pathway.analysis.steady_curve import steady_curve
    from pathway.analysis.suppression import suppression
    from pathway.errors import (
        CompileError,
        DeclarationError,
        EvidenceError,
        NetworkError,
        PathwayError,
        ScenarioError,
        SolveError,
        UnitError,
        UnsupportedError,
    )
    from pathway.exchange.write import export
    from pathway.findings.evidence import check_evidence
    from pathway.findings.petab import export_findings
    from pathway.model import load
    from pathway.petab import load_petab
    from pathway.population.ensemble import ensemble
    from pathway.population.table import parameter_draws
    from pathway.profile.expression import context_from_expression
    from pathway.profile.scale import ExpressionKind
    from pathway.profile.status import context_from_status
    from pathway.result.sensitivities import sensitivities
    from pathway.result.simulate import simulate
    from pathway.scenario.value import Scenario
    from pathway.solve.settings import Method

    __version__: str

__all__ = [
    "CompileError",
    "DeclarationError",
    "EvidenceError",
    "ExpressionKind",
    "Method",
    "NetworkError",
    "PathwayError",
    "Scenario",
    "ScenarioError",
    "SolveError",
    "UnitError",
    "UnsupportedError",
    "__version__",
    "check_evidence",
    "compare",
    "context_from_expression",
    "context_from_status",
    "ensemble",
    "export",
    "export_findings",
    "inhibition_curve",
    "load",
    "load_petab",
    "panel",
    "parameter_draws",
    "plot",
    "sensitivities",
    "simulate",
    "steady_curve",
    "suppression",
]

_HOMES = {
    "CompileError": "pathway.errors",
    "DeclarationError": "pathway.errors",
    "EvidenceError": "pathway.errors",
    "ExpressionKind": "pathway.profile.scale",
    "Method": "pathway.solve.settings",
    "NetworkError": "pathway.errors",
    "PathwayError": "pathway.errors",
    "Scenario": "pathway.scenario.value",
    "ScenarioError": "pathway.errors",
    "SolveError": "pathway.errors",
    "UnitError": "pathway.errors",
    "UnsupportedError": "pathway.errors",
    "check_evidence": "pathway.findings.evidence",
    "compare": "pathway.analysis.compare",
    "context_from_expression": "pathway.profile.expression",
    "context_from_status": "pathway.profile.status",
    "ensemble": "pathway.population.ensemble",
    "export": "pathway.exchange.write",
    "export_findings": "pathway.findings.petab",
    "inhibition_curve": "pathway.analysis.inhibition_curve",
    "load": "pathway.model",
    "load_petab": "pathway.petab",
    "panel": "pathway.analysis.panel",
    "parameter_draws": "pathway.population.table",
    "sensitivities": "pathway.result.sensitivities",
    "simulate": "pathway.result.simulate",
    "steady_curve": "pathway.analysis.steady_curve",
    "suppression": "pathway.analysis.suppression",
}
"""Where each public name lives."""


def __getattr__(name: str) -> object:
    if name == "plot":
        return import_module("pathway.plot")
    if name == "__version__":
        return _version()
    if name not in _HOMES:
        raise AttributeError(f"module 'pathway' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*__all__, "__doc__", "__file__", "__name__", "__path__"})


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("her2-pathway")
    except PackageNotFoundError:
        return "0+unknown"  # run from a folder that was never installed
