"""Everything that is declared under one name: the pages behind ``show``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathway.cli.kinds import Row, every_parameter, number_row, owned_modules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pathway.declare.entities import Declared, Parameter, Rule

__all__ = ["Page", "pages_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is declared under one name, as one kind of thing."""

    kind: str
    facts: Mapping[str, object]
    numbers: list[Row]


def pages_of(declared: Declared, name: str) -> list[Page]:
    """Return what is declared under a name; empty if nothing is."""
    pages = [*_own_pages(declared, name), *_module_pages(declared, name)]
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
        facts["effects"] = [effect.id for effect in drug.module.effects]
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
            "change": lesion.change.kind.value,
            "of": lesion.change.source or None,
            "target": lesion.change.target,
            "contradicts": list(lesion.contradicts),
            "rules": _rule_lines(lesion.module.rules),
        }
        numbers = _numbers((lesion.change.default, *lesion.module.parameters))
        pages.append(Page(kind="lesion", facts=_present(facts), numbers=numbers))
    if name in declared.contexts:
        context = declared.contexts[name]
        facts = {"description": context.description, "genotype": context.genotype}
        numbers = _numbers((*context.totals, *(amount for _, amount in context.lesions)))
        pages.append(Page(kind="context", facts=_present(facts), numbers=numbers))
    return pages


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
