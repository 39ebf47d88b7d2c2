"""What a model declares, by kind: the rows behind ``list``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pathway.declare.declared import Declared
    from pathway.declare.entities import Module
    from pathway.declare.parameters import Parameter
    from pathway.model import Model

__all__ = ["KINDS", "Row", "every_parameter", "number_row", "owned_modules"]

Row = dict[str, object]


def number_row(parameter: Parameter) -> Row:
    """Return a parameter as a row: its number as the file gives it, and how it is known."""
    note = "; ".join(part for part in (parameter.method, parameter.note) if part)
    return {
        "id": parameter.id,
        "value": parameter.declared_value,
        "unit": parameter.declared_unit,
        "fold": parameter.fold,
        "evidence": parameter.evidence.value,
        "sources": list(parameter.sources),
        "note": note,
    }


def every_parameter(declared: Declared) -> list[tuple[str, Parameter]]:
    """Return every declared number with where it belongs, in declaration order."""
    found = [("model", declared.cell_volume)]
    found += [("model", parameter) for parameter in declared.base.parameters]
    for kind, module in _modules(declared):
        found += [(kind, parameter) for parameter in module.parameters]
    for ligand in declared.ligands.values():
        found.append((f"ligand {ligand.id}", ligand.molar_mass))
    for drug in declared.drugs.values():
        found.append((f"drug {drug.id}", drug.molar_mass))
    for lesion in declared.lesions.values():
        found.append((f"lesion {lesion.id}", lesion.change.default))
    for context in declared.contexts.values():
        found += [(f"context {context.id}", total) for total in context.totals]
        found += [(f"context {context.id}", amount) for _, amount in context.lesions]
    return found


def _modules(declared: Declared) -> list[tuple[str, Module]]:
    return [
        *((f"ligand {item.id}", item.module) for item in declared.ligands.values()),
        *((f"lesion {item.id}", item.module) for item in declared.lesions.values()),
        *((f"drug {item.id}", item.module) for item in declared.drugs.values()),
    ]


def owned_modules(declared: Declared) -> list[tuple[str, Module]]:
    """Return every module with what it belongs to, the base first."""
    return [("model", declared.base), *_modules(declared)]


def _drugs(model: Model) -> list[Row]:
    return [
        {
            "id": drug.id,
            "class": drug.drug_class,
            "targets": list(drug.targets),
            "doses": [f"{exposure.name} {exposure.text}" for exposure in drug.exposures],
            "description": drug.description,
        }
        for drug in model.declared.drugs.values()
    ]


def _ligands(model: Model) -> list[Row]:
    return [
        {"id": ligand.id, "targets": list(ligand.targets), "description": ligand.description}
        for ligand in model.declared.ligands.values()
    ]


def _lesions(model: Model) -> list[Row]:
    return [
        {
            "id": lesion.id,
            "change": lesion.change.kind.value,
            "default": f"{lesion.change.default.declared_value:g} "
            f"{lesion.change.default.declared_unit}",
            "contradicts": list(lesion.contradicts),
            "description": lesion.description,
        }
        for lesion in model.declared.lesions.values()
    ]


def _contexts(model: Model) -> list[Row]:
    return [
        {
            "id": context.id,
            "lesions": [name for name, _ in context.lesions],
            "totals": len(context.totals),
            "genotype": context.genotype,
            "description": context.description,
        }
        for context in model.declared.contexts.values()
    ]


def _readouts(model: Model) -> list[Row]:
    found: dict[str, Row] = {}
    for _, module in owned_modules(model.declared):
        for readout in module.readouts:
            row: Row = {"id": readout.id, "unit": readout.unit, "description": readout.description}
            found.setdefault(readout.id, row)
    return list(found.values())


def _molecules(model: Model) -> list[Row]:
    return [
        {
            "id": molecule.id,
            "gene": molecule.gene,
            "declared by": owner,
            "sites": [
                f"{site.name}({'bond' if site.is_bond else '~'.join(site.states)})"
                for site in molecule.sites
            ],
            "description": molecule.description,
        }
        for owner, module in owned_modules(model.declared)
        for molecule in module.molecules
    ]


def _rules(model: Model) -> list[Row]:
    return [
        {"id": rule.id, "declared by": owner, "text": list(rule.lines)}
        for owner, module in owned_modules(model.declared)
        for rule in module.rules
    ]


def _parameters(model: Model) -> list[Row]:
    return [
        {"declared by": owner, **number_row(parameter)}
        for owner, parameter in every_parameter(model.declared)
    ]


def _sources(model: Model) -> list[Row]:
    return [
        {"id": source.id, "how": source.how, "citation": source.citation}
        for source in model.declared.sources.values()
    ]


def _regimens(model: Model) -> list[Row]:
    from pathway.analysis.strategies import find_regimens

    return [
        {"id": regimen.id, "kind": regimen.kind, "title": regimen.title}
        for regimen in find_regimens(model.declared).values()
    ]


def _findings(model: Model) -> list[Row]:
    from pathway.findings.evidence import findings_folders
    from pathway.findings.reader import findings_files, read_findings

    return [
        {
            "id": finding.id,
            "strength": finding.strength,
            "claim": finding.claim,
            "source": finding.source,
        }
        for file in findings_files(findings_folders(model.declared))
        for finding in read_findings(file).findings
    ]


KINDS: Mapping[str, Callable[[Model], list[Row]]] = {
    "drugs": _drugs,
    "contexts": _contexts,
    "lesions": _lesions,
    "ligands": _ligands,
    "readouts": _readouts,
    "molecules": _molecules,
    "rules": _rules,
    "parameters": _parameters,
    "sources": _sources,
    "regimens": _regimens,
    "findings": _findings,
}
"""Every kind of name, with what lists it; each row has an ``id``."""
