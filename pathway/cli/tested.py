"""What the findings of a model put to the test: which of them name a drug, a cell line, a lesion."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pathway.declare.declared import Declared
    from pathway.findings.entities import Expectation, Finding, FindingsFile, Run

__all__ = ["Asked", "asked_findings", "describe", "names_in"]

WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A finding, and the runs and cell lines that its expectations ask for."""

    finding: Finding
    runs: tuple[Run, ...]
    panel: tuple[str, ...]
    """Contexts that a rank is taken over."""

    def names(self, declared: Declared) -> set[str]:
        """Return every context, drug, ligand and lesion that takes part."""
        found = {name for run in self.runs for name in names_in(run, declared.default_context)}
        found |= {*self.panel, *self.finding.needs}
        for context in [name for name in found if name in declared.contexts]:
            found |= {lesion for lesion, _ in declared.contexts[context].lesions}
        return found


def asked_findings(declared: Declared) -> list[Asked]:
    """Return the findings of a model and of the user's folder, in the order of their files."""
    from pathway.findings.evidence import findings_folders
    from pathway.findings.reader import findings_files, read_findings

    files = [read_findings(path) for path in findings_files(findings_folders(declared))]
    return [
        Asked(
            finding=finding,
            runs=tuple(_runs(file, finding)),
            panel=tuple(_panel(file, finding, declared)),
        )
        for file in files
        for finding in file.findings
    ]


def names_in(run: Run, default_context: str) -> Iterator[str]:
    """Yield the context, drugs, ligands and lesions of a run, its later steps included."""
    yield run.context or default_context
    yield from (name for name, _ in run.lesions)
    for given in (
        run.drugs,
        run.ligands,
        *(s.drugs for s in run.steps),
        *(s.ligands for s in run.steps),
    ):
        yield from (name for name, _ in given or ())


def describe(run: Run, default_context: str) -> str:
    """Return a run in words: the cell, what it is given, and for how long."""
    parts = [run.context or default_context]
    parts += [name if amount is True else f"{name}={amount}" for name, amount in run.lesions]
    parts += [f"{name}={value}" for name, value in run.parameters]
    given = [f"{name} {dose}" for name, dose in run.drugs]
    if run.pretreat:
        parts.append(f"{' + '.join(given) or 'nothing'} for {run.pretreat}, then")
        given = []
    given += [f"{name} {dose}" for name, dose in run.ligands]
    parts.append(
        f"{' + '.join(given) or ('on' if run.pretreat else 'untreated')} for {run.duration}"
    )
    for step in run.steps:
        new = [f"{name} {dose}" for name, dose in (*(step.drugs or ()), *(step.ligands or ()))]
        what = f"wash {' + '.join(step.washed) or 'drugs'}" if step.action == "wash" else "then"
        parts.append(f"{what} {' + '.join(new)} for {step.duration}".replace("  ", " "))
    return ", ".join(parts)


def _runs(file: FindingsFile, finding: Finding) -> list[Run]:
    words = {word for item in finding.expectations for word in WORD.findall(item.text)}
    return [run for name, run in file.runs.items() if name in words]


def _panel(file: FindingsFile, finding: Finding, declared: Declared) -> list[str]:
    """Return the contexts of the panels that a finding's ranks are taken over."""

    def contexts(item: Expectation) -> tuple[str, ...]:
        if item.panel not in file.panels:
            return ()
        listed = file.panels[item.panel].contexts
        return tuple(declared.contexts) if listed is None else listed

    return list(dict.fromkeys(name for item in finding.expectations for name in contexts(item)))
