"""Which findings can be put to a model: names it may lack, and panels with measured values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pathway.errors import EvidenceError
from pathway.findings.entities import Kind
from pathway.findings.measurements import at_floor, members
from pathway.findings.ranks import LEAST
from pathway.findings.rules import runs_of
from pathway.findings.runs import member_run, named

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pathway.findings.entities import Expectation, Finding, FindingsFile, Names, Run

__all__ = ["NO_DATA", "check_needs", "lenient", "names_of", "pose"]

NO_DATA = "needs measurements: give data="
"""Why a rank is not expressible where no folder of measurements is given."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A rank that can be asked, or the reason why not."""

    expectation: Expectation
    reason: str = ""


def names_of(finding: Finding, runs: dict[str, Run]) -> tuple[tuple[str, str], ...]:
    """Return (kind, name) of all that a finding's runs name, each once, in order."""
    used = dict.fromkeys(run for e in finding.expectations for run in runs_of(e.expression))
    return tuple(dict.fromkeys(pair for run in used for pair in named(runs[run])))


def lenient(names: Names | None, needs: Iterable[str]) -> Names | None:
    """Return the names of a model together with those it may lack."""
    if names is None:
        return None
    more = tuple(needs)
    return replace(
        names,
        contexts=names.contexts + more,
        drugs=names.drugs + more,
        ligands=names.ligands + more,
        lesions=names.lesions + more,
    )


def check_needs(finding: Finding, runs: dict[str, Run], names: Names | None) -> None:
    """Check that a finding's ``needs`` and its runs agree.

    Raises
    ------
    EvidenceError
        If a need is named by no run of the finding, or a run of it names what neither the model
        has nor the finding needs.
    """
    used = names_of(finding, runs)
    for need in finding.needs:
        if need not in (name for _, name in used):
            raise EvidenceError(
                finding.where,
                f"needs {need!r}, which none of its runs names",
                "correct the name or remove it from needs",
            )
    for kind, name in _lacking(used, names):
        if name not in finding.needs:
            raise EvidenceError(
                finding.where,
                f"one of its runs names the {kind} {name!r}, which the model lacks",
                f'say needs = ["{name}"] here too',
            )


def _lacking(used: Iterable[tuple[str, str]], names: Names | None) -> list[tuple[str, str]]:
    if names is None:
        return []
    known = {
        "context": names.contexts,
        "drug": names.drugs,
        "ligand": names.ligands,
        "lesion": names.lesions,
    }
    return [(kind, name) for kind, name in used if name not in known[kind]]


def pose(
    file: FindingsFile, finding: Finding, names: Names, data: Path | None
) -> tuple[FindingsFile, Finding]:
    """Return a finding as it is put to a model: ranks with their members, or a reason why not.

    The file returned holds the runs of the finding's panels in each of their contexts.

    Parameters
    ----------
    file, finding : FindingsFile, Finding
        As read.
    names : Names
        What the model has.
    data : Path or None
        The folder of measurements, if one is given.

    Raises
    ------
    EvidenceError
        A table of measurements that cannot be read.
    """
    if finding.reason:
        return file, finding
    lacking = [f"no {kind} {name}" for kind, name in _lacking(names_of(finding, file.runs), names)]
    asked = [_ask(expectation, file, names, data) for expectation in finding.expectations]
    reasons = [one.reason for one in asked if one.reason]
    if lacking or reasons:
        reason = f"the model has {', '.join(lacking)}" if lacking else reasons[0]
        return file, replace(finding, expectations=(), reason=reason)
    posed = tuple(one.expectation for one in asked)
    made = dict(file.runs)
    for expectation in posed:
        for name in runs_of(expectation.expression):
            for member in expectation.members:
                run = member_run(name, member.context)
                made[run] = replace(file.runs[name], name=run, context=member.context)
    return replace(file, runs=made), replace(finding, expectations=posed)


def _ask(expectation: Expectation, file: FindingsFile, names: Names, data: Path | None) -> _Asked:
    """Return an expectation that can be judged; a rank gets its members and a note on the rest."""
    if expectation.kind is not Kind.RANK:
        return _Asked(expectation)
    if data is None:
        return _Asked(expectation, NO_DATA)
    series = file.series[expectation.series]
    chosen = file.panels[expectation.panel].contexts
    wanted = names.contexts if chosen is None else chosen
    present = [context for context in names.contexts if context in wanted]
    found = members(series, data, present)
    if len(found) < LEAST:
        reason = (
            f"{len(found)} contexts of panel {expectation.panel} are in the model and in "
            f"{series.name}: a rank needs {LEAST}"
        )
        return _Asked(expectation, reason)
    measured = [member.context for member in found]
    notes = [
        expectation.note,
        _listed("absent", [one for one in wanted if one not in names.contexts]),
        _listed("not measured", [one for one in present if one not in measured]),
        f"at the floor: {at_floor(series, found)} of {len(found)}"
        if series.floor is not None
        else "",
    ]
    note = "; ".join(filter(None, notes))
    return _Asked(replace(expectation, members=found, note=note))


def _listed(what: str, names: list[str]) -> str:
    return f"{what}: {', '.join(names)}" if names else ""
