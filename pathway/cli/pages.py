"""Everything that is declared under one name: the pages behind ``show``."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pathway.cli.kinds import Row, every_parameter, number_row, owned_modules
from pathway.cli.tested import asked_findings, describe
from pathway.declare.declared import ChangeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pathway.cli.tested import Asked
    from pathway.declare.declared import Change, Declared
    from pathway.declare.entities import Module, Rule
    from pathway.declare.parameters import Parameter
    from pathway.findings.entities import Finding

__all__ = ["Page", "pages_of"]


TESTED = "findings that test it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is declared under one name, as one kind of thing."""

    kind: str
    facts: Mapping[str, object]
    numbers: list[Row]
    more: Mapping[str, list[Row]] = field(default_factory=dict)
    """Further tables by title."""


def pages_of(declared: Declared, name: str) -> list[Page]:
    """Return what is declared under a name; empty if nothing is."""
    asked = asked_findings(declared)
    naming = [_finding_row(item.finding) for item in asked if name in item.names(declared)]
    own = [_tested(page, naming) for page in _own_pages(declared, name)]
    pages = [*own, *_module_pages(declared, name)]
    pages += [_finding_page(declared, item) for item in asked if item.finding.id == name]
    found = [(owner, p) for owner, p in every_parameter(declared) if p.id == name]
    if found:
        facts = {owner: f"{p.value:.6g} {p.internal_unit} inside; {p.where}" for owner, p in found}
        numbers = [{**number_row(p), "id": owner} for owner, p in found]
        pages.append(Page(kind="parameter", facts=facts, numbers=numbers))
    if name in declared.sources:
        source = declared.sources[name]
        used = [p for _, p in every_parameter(declared) if name in p.sources]
        about: Row = {
            "citation": source.citation,
            "how it was known": source.how,
            "year": source.year or None,
            "doi": source.doi or None,
            "pmid": source.pmid or None,
        }
        pages.append(Page(kind="source", facts=_present(about), numbers=_numbers(used)))
    return pages


def _tested(page: Page, findings: list[Row]) -> Page:
    """Add what puts a thing to the test; that nothing does is worth saying too."""
    if not findings:
        return replace(page, facts={**page.facts, TESTED: "none"})
    return replace(page, more={TESTED: findings})


def _own_pages(declared: Declared, name: str) -> list[Page]:
    """Pages of what has a file of its own."""
    pages = []
    if name in declared.drugs:
        drug = declared.drugs[name]
        facts: Row = {
            "description": drug.description,
            "class": drug.drug_class,
            "mechanism": drug.mechanism,
            "targets": list(drug.targets),
        }
        for exposure in drug.exposures:
            sources = ", ".join(exposure.sources)
            facts[f"dose {exposure.name}"] = f"{exposure.text} [{sources}] {exposure.note}".strip()
        facts["rules"] = _rule_lines(drug.module.rules)
        facts |= _consequences(declared, drug.module)
        numbers = _numbers((drug.molar_mass, *drug.module.parameters))
        pages.append(Page(kind="drug", facts=_present(facts), numbers=numbers))
    if name in declared.ligands:
        ligand = declared.ligands[name]
        facts = {
            "description": ligand.description,
            "targets": list(ligand.targets),
            "rules": _rule_lines(ligand.module.rules),
        }
        numbers = _numbers((ligand.molar_mass, *ligand.module.parameters))
        pages.append(Page(kind="ligand", facts=_present(facts), numbers=numbers))
    if name in declared.lesions:
        lesion = declared.lesions[name]
        facts = {
            "description": lesion.description,
            "change": _change(lesion.change),
            "contradicts": list(lesion.contradicts),
            "cell lines that have it": [
                context.id
                for context in declared.contexts.values()
                if name in dict(context.lesions)
            ],
            "rules": _rule_lines(lesion.module.rules),
            **_consequences(declared, lesion.module),
        }
        numbers = _numbers((lesion.change.default, *lesion.module.parameters))
        pages.append(Page(kind="lesion", facts=_present(facts), numbers=numbers))
    if name in declared.contexts:
        context = declared.contexts[name]
        facts = {
            "description": context.description,
            "genotype": context.genotype,
            "lesions": [lesion for lesion, _ in context.lesions],
        }
        numbers = _numbers((*context.totals, *(amount for _, amount in context.lesions)))
        pages.append(Page(kind="context", facts=_present(facts), numbers=numbers))
    return pages


def _change(change: Change) -> str:
    """Return in words what a lesion does to totals."""
    default = f"{change.default.declared_value:g} {change.default.declared_unit}"
    return {
        ChangeKind.SCALE: f"multiplies {change.target} by the amount (default {default})",
        ChangeKind.REMOVE: f"takes the amount (default {default}) of {change.target} away",
        ChangeKind.MOVE: f"the amount (default {default}) of {change.source} is {change.target}",
        ChangeKind.LIGAND: f"{change.target} is there at the amount (default {default}), always",
    }[change.kind]


def _consequences(declared: Declared, module: Module) -> Row:
    """Return in words what a module changes about complexes and rates."""
    values = {parameter.id: parameter.value for _, parameter in every_parameter(declared)}
    complexes = [
        f"{item.pattern}: Kd x {item.factor.value(values):.3g} ({item.id})"
        for item in module.interactions
    ]
    complexes += [f"{item.pattern}: never forms ({item.id})" for item in module.forbidden]
    rates = [
        f"{', '.join(item.rules)}: rate x {item.factor.value(values):.3g} of {item.when} ({item.id})"
        for item in module.effects
    ]
    return {"changes complexes": "\n".join(complexes), "changes rates": "\n".join(rates)}


def _finding_row(finding: Finding) -> Row:
    return {
        "id": finding.id,
        "strength": finding.strength,
        "asks": len(finding.expectations) or "not expressible",
        "claim": finding.claim,
        "source": finding.source,
    }


def _finding_page(declared: Declared, asked: Asked) -> Page:
    """Page of a published finding: what it says, the runs it asks for, what is expected."""
    finding = asked.finding
    facts: Row = {
        "claim": finding.claim,
        "source": finding.source,
        "basis": finding.basis.value,
        "strength": finding.strength,
        "needs": list(finding.needs),
        "not expressible": finding.reason,
        "suspected where it fails": finding.suspect,
        "note": finding.note,
        "lines": list(asked.panel),
        "file": finding.where,
    }
    runs: list[Row] = [
        {"run": run.name, "is": describe(run, declared.default_context)} for run in asked.runs
    ]
    expected: list[Row] = [
        {
            "kind": item.kind.value,
            "of": item.text,
            "expected": item.direction
            or item.number
            or item.threshold
            or item.series
            or "it holds",
        }
        for item in finding.expectations
    ]
    tables = {"runs": runs, "expectations": expected}
    more = {title: rows for title, rows in tables.items() if rows}
    return Page(kind="finding", facts=_present(facts), numbers=[], more=more)


def _module_pages(declared: Declared, name: str) -> list[Page]:
    """Pages of what stands in a module: molecules, rules, readouts."""
    pages = []
    for owner, module in owned_modules(declared):
        for molecule in module.molecules:
            if molecule.id == name and not molecule.is_input:
                facts: Row = {
                    "declared by": owner,
                    "description": molecule.description,
                    "gene": molecule.gene,
                    "unit": molecule.unit,
                    "starts as": molecule.initial,
                }
                total = () if molecule.total is None else (molecule.total,)
                pages.append(Page(kind="molecule", facts=_present(facts), numbers=_numbers(total)))
        for rule in module.rules:
            if rule.id == name:
                own = [p for p in module.parameters if p.id.startswith(f"{name}.")]
                facts = {
                    "declared by": owner,
                    "text": _rule_lines((rule,)),
                    "factors": [f"{f.kind.value} of {f.pool}" for f in rule.factors],
                    "sources": list(rule.sources),
                    "note": rule.note,
                }
                pages.append(Page(kind="rule", facts=_present(facts), numbers=_numbers(own)))
        for readout in module.readouts:
            if readout.id == name:
                own = [p for p in module.parameters if p.id.startswith(f"{name}.")]
                facts = {
                    "declared by": owner,
                    "description": readout.description,
                    "unit": readout.unit,
                    "sum of": "\n".join(term.pattern for term in readout.terms),
                }
                pages.append(Page(kind="readout", facts=_present(facts), numbers=_numbers(own)))
    return pages


def _rule_lines(rules: Iterable[Rule]) -> str:
    return "\n".join(line for rule in rules for line in rule.lines)


def _numbers(parameters: Iterable[Parameter]) -> list[Row]:
    return [number_row(parameter) for parameter in parameters]


def _present(facts: Row) -> Row:
    return {key: value for key, value in facts.items() if value not in (None, "", [])}
